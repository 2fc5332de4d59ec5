/*
 * A lock with an owner. When the owner ends while it holds the lock, the next process that acquires it gets it together
 * with COOP_EOWNERDEAD: what the lock protects may be half changed, and is now its to mend.
 *
 *     COOP_LOCK(settings_lock);
 *     COOP_LOCK(tree_lock, .recursive = 1);
 *
 *     int error = coop_lock_acquire(&settings_lock, COOP_FOREVER);
 *     if (error == COOP_EOWNERDEAD)
 *         mend_settings();
 *     else if (error < 0)
 *         return error;
 *     ...
 *     coop_lock_release(&settings_lock);
 *
 * On the board an owner inherits the priority of the highest process that waits for it.
 */
#ifndef COOP_LOCK_H
#define COOP_LOCK_H

#include <coop/object.h>

struct coop_lock {
    struct coop_object object;
};

struct coop_lock_state {
    struct coop_control control;
    _Atomic uint32_t owner; /* slot + 1, or 0 */
    _Atomic uint16_t depth;
    _Atomic uint16_t owner_died;
};

/* Defines a lock, free; `.recursive = 1` lets its owner acquire it again. */
#define COOP_LOCK(name_, ...)                                                                                          \
    static struct coop_lock_state name_##_lock COOP_SECTION("coop_shm");                                               \
    const struct coop_lock name_ COOP_SECTION("coop_objects.lock") = {                                                 \
        {.name = #name_, .control = &name_##_lock.control, .kind = COOP_KIND_LOCK, __VA_ARGS__}}

/*
 * Acquires the lock; waits up to timeout_ms while another process owns it. The owner of a recursive lock acquires it
 * again at once; for the owner of any other lock that is misuse, which ends the caller.
 * Returns 0; COOP_EOWNERDEAD (the lock is acquired, see above); COOP_EAGAIN (timeout 0), COOP_ETIMEDOUT,
 * COOP_ESTOPPING, COOP_EBUSY, COOP_EINVAL, COOP_ELIMIT (65535 recursions).
 */
COOP_RESULT int coop_lock_acquire(const struct coop_lock *lock, int timeout_ms);

/*
 * Releases the lock, or one recursion of it, and wakes one waiter. Doesn't block. Returns 0; COOP_EBUSY. To release a
 * lock that another process owns, or nobody, is misuse: it ends the caller.
 */
int coop_lock_release(const struct coop_lock *lock);

#endif
