/*
 * A counting semaphore, for signals: one process releases, another acquires. Nobody owns a count, so nothing returns
 * when a process dies; for a limited resource use COOP_PERMITS, for mutual exclusion COOP_LOCK.
 *
 *     COOP_SEMAPHORE(data_ready, 0);
 */
#ifndef COOP_SEMAPHORE_H
#define COOP_SEMAPHORE_H

#include <coop/object.h>

struct coop_semaphore {
    struct coop_object object;
};

struct coop_semaphore_state {
    struct coop_control control;
    _Atomic uint32_t count;
};

/* Defines a semaphore with an initial count of 0 to INT32_MAX. */
#define COOP_SEMAPHORE(name_, initial_)                                                                                \
    _Static_assert((initial_) >= 0 && (initial_) <= INT32_MAX, "an initial count is 0 to INT32_MAX");                  \
    static struct coop_semaphore_state name_##_semaphore COOP_SECTION("coop_shm.initial") = {.count = (initial_)};     \
    const struct coop_semaphore name_ COOP_SECTION("coop_objects.semaphore") = {                                       \
        {.name = #name_, .control = &name_##_semaphore.control, .count = (initial_), .kind = COOP_KIND_SEMAPHORE}}

/*
 * Takes one from the count; waits up to timeout_ms while it is 0.
 * Returns 0; COOP_EAGAIN (timeout 0), COOP_ETIMEDOUT, COOP_ESTOPPING, COOP_EBUSY, COOP_EINVAL.
 */
COOP_RESULT int coop_semaphore_acquire(const struct coop_semaphore *semaphore, int timeout_ms);

/*
 * Adds one to the count, and wakes one waiter. Doesn't block. Returns 0; COOP_ELIMIT at INT32_MAX; COOP_EBUSY.
 */
int coop_semaphore_release(const struct coop_semaphore *semaphore);

/* Returns the count: a hint, which may have changed. Doesn't block. */
int coop_semaphore_value(const struct coop_semaphore *semaphore);

#endif
