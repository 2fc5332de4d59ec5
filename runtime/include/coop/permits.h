/*
 * A number of permits that have owners: at most `count` are out, and those of a process that ends come back.
 *
 *     COOP_PERMITS(radio_slots, 2);
 *
 *     if (coop_permits_acquire(&radio_slots, 100) >= 0) {
 *         transmit();
 *         coop_permits_release(&radio_slots);
 *     }
 */
#ifndef COOP_PERMITS_H
#define COOP_PERMITS_H

#include <coop/object.h>

struct coop_permits {
    struct coop_object object;
};

struct coop_permits_state {
    struct coop_control control;
    uint32_t hint; /* where to look first */
};

/* Defines `count_` permits, 1 to 65535, all free. */
#define COOP_PERMITS(name_, count_)                                                                                    \
    _Static_assert((count_) >= 1 && (count_) <= 65535, "1 to 65535 permits");                                          \
    static struct {                                                                                                    \
        struct coop_permits_state state;                                                                               \
        _Atomic uint8_t owners[count_];                                                                                \
    } name_##_permits COOP_SECTION("coop_shm");                                                                        \
    const struct coop_permits name_ COOP_SECTION("coop_objects.permits") = {                                           \
        {.name = #name_,                                                                                               \
         .control = &name_##_permits.state.control,                                                                    \
         .items = (void *)name_##_permits.owners,                                                                      \
         .count = (count_),                                                                                            \
         .kind = COOP_KIND_PERMITS}}

/*
 * Takes a permit; waits up to timeout_ms while none is free. A process may hold several.
 * Returns the permit's number (0 to count - 1); COOP_EAGAIN (timeout 0), COOP_ETIMEDOUT, COOP_ESTOPPING, COOP_EBUSY,
 * COOP_EINVAL.
 */
COOP_RESULT int coop_permits_acquire(const struct coop_permits *permits, int timeout_ms);

/*
 * Returns one permit that this process holds, and wakes one waiter. Doesn't block. Returns 0; COOP_EBUSY. To release
 * without holding one is misuse: it ends the caller.
 */
int coop_permits_release(const struct coop_permits *permits);

/* Returns how many permits are free: a hint, which may have changed. Doesn't block. */
int coop_permits_available(const struct coop_permits *permits);

#endif
