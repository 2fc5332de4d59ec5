/*
 * What a coop function answers when it can't do what was asked. Every value is negative: test with `< 0`.
 */
#ifndef COOP_ERROR_H
#define COOP_ERROR_H

enum coop_error {
    COOP_EAGAIN = -1,       /* with a timeout of 0: it would have to wait */
    COOP_ETIMEDOUT = -2,    /* the timeout passed */
    COOP_ECLOSED = -3,      /* the queue or stream is closed, and nothing is left in it */
    COOP_ESTOPPING = -4,    /* this process is asked to stop: see coop_stopping() */
    COOP_EOWNERDEAD = -5,   /* the lock is acquired, but its last owner died holding it */
    COOP_EBUSY = -6,        /* another process is inside the object and does not leave it: try again */
    COOP_EINVAL = -7,       /* an argument is out of its range */
    COOP_ESTALE = -8,       /* the handle or lease names something that has ended */
    COOP_EPERM = -9,        /* this process may not do that */
    COOP_ENOMEM = -10,      /* the system has no memory or no process left to give */
    COOP_ELIMIT = -11,      /* the declared number of instances, permits or recursions is used up */
    COOP_EIO = -12,         /* the device or file failed */
    COOP_ENOTFOUND = -13,   /* no such file or device */
    COOP_EUNSUPPORTED = -14 /* this port can't do that */
};

/* The timeout that never passes. */
#define COOP_FOREVER (-1)

/*
 * Returns a short English sentence for `error`, and for any other number a sentence that says so; never NULL.
 * Doesn't block; may be called from anywhere.
 */
const char *coop_strerror(int error);

#endif
