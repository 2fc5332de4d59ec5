/*
 * Flags that processes set, clear and wait for. They stay set until somebody clears them, whoever dies.
 *
 *     COOP_EVENT(link_state);
 *     #define LINK_UP 1u
 *
 *     coop_event_set(&link_state, LINK_UP);
 *     coop_event_wait(&link_state, LINK_UP, COOP_EVENT_ANY, COOP_FOREVER);
 */
#ifndef COOP_EVENT_H
#define COOP_EVENT_H

#include <coop/object.h>

struct coop_event {
    struct coop_object object;
};

struct coop_event_state {
    struct coop_control control;
    _Atomic uint32_t flags;
};

/* The flags that an application may use: 31 of them, since a wait returns them. */
#define COOP_EVENT_FLAGS 0x7fffffffu

/* Defines an event, all flags clear. */
#define COOP_EVENT(name_)                                                                                              \
    static struct coop_event_state name_##_event COOP_SECTION("coop_shm");                                             \
    const struct coop_event name_ COOP_SECTION("coop_objects.event") = {                                               \
        {.name = #name_, .control = &name_##_event.control, .kind = COOP_KIND_EVENT}}

/* How to wait: for any or for all of the flags; with COOP_EVENT_CLEAR added, those waited for are cleared in one step. */
enum coop_event_mode { COOP_EVENT_ANY = 0, COOP_EVENT_ALL = 1, COOP_EVENT_CLEAR = 2 };

/*
 * Sets, or clears, `flags`; to set wakes all whose wait is over. Doesn't block. Returns the flags after it (0 and up);
 * COOP_EINVAL (a flag outside COOP_EVENT_FLAGS); COOP_EBUSY.
 */
int coop_event_set(const struct coop_event *event, uint32_t flags);
int coop_event_clear(const struct coop_event *event, uint32_t flags);

/*
 * Waits up to timeout_ms until any, or all, of `flags` are set; `mode` is an enum coop_event_mode.
 * Returns those of `flags` that were set; COOP_EAGAIN (timeout 0), COOP_ETIMEDOUT, COOP_ESTOPPING, COOP_EBUSY,
 * COOP_EINVAL (no flag, a flag outside COOP_EVENT_FLAGS, an unknown mode).
 */
COOP_RESULT int coop_event_wait(const struct coop_event *event, uint32_t flags, int mode, int timeout_ms);

/* Returns the flags: a hint, which may have changed. Doesn't block. */
int coop_event_flags(const struct coop_event *event);

#endif
