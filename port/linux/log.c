/* The supervisor's log: standard error, which it never waits for. */
#include "linux.h"

#include <errno.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

enum { BLOCKED_US = 10000, TRIES = 3 };

/*
 * A pipe that is ready takes PIPE_BUF bytes whole; a record is shorter. Others write there too, and may have filled it
 * meanwhile: then a timer ends the wait. It goes on ticking, lest its first tick comes too early.
 */
static ssize_t write_at_once(const char *text, size_t bytes)
{
    const long tick[] = {0, BLOCKED_US, 0, BLOCKED_US},
               off[] = {0, 0, 0, 0}; /* the kernel's struct, on every machine */
    syscall(SYS_setitimer, ITIMER_REAL, tick, NULL);
    ssize_t written = write(STDERR_FILENO, text, bytes);
    int error = errno;
    syscall(SYS_setitimer, ITIMER_REAL, off, NULL);
    errno = error;
    return written;
}

/* 1 when there is room, 0 when there is none, less than 0 on an error. */
static int has_room(void)
{
    struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};
    int ready = poll(&out, 1, 0);
    return ready > 0 ? (out.revents & POLLOUT) != 0 : ready;
}

bool port_log(const char *text, size_t bytes)
{
    for (int i = 0; i < TRIES; i++) {
        int room = has_room();
        ssize_t written = room > 0 ? write_at_once(text, bytes) : room;
        /* A tick, or a death, came before it could write: there may be room. */
        if (written >= 0 || errno != EINTR)
            return written == (ssize_t)bytes;
    }
    return false;
}
