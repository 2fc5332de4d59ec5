/* The event: one word of flags, changed by one store inside the guard. Flags have no owner, so repair has nothing to do. */
#include <coop/event.h>

#include "objects.h"
#include "operations.h"
#include <stdatomic.h>

static _Atomic uint32_t *flags_of(const struct coop_object *event)
{
    return &((struct coop_event_state *)event->control)->flags;
}

static int change(const struct coop_object *event, uint32_t mask, uint32_t set)
{
    if ((mask & ~COOP_EVENT_FLAGS) != 0)
        return COOP_EINVAL;
    uint32_t flags = atomic_load_explicit(flags_of(event), memory_order_relaxed);
    flags = ((flags & ~mask) | set) & COOP_EVENT_FLAGS;
    atomic_store_explicit(flags_of(event), flags, memory_order_relaxed);
    return (int)flags;
}

static int try_set(const struct coop_object *event, uint32_t self, uintptr_t flags, uintptr_t b)
{
    (void)self, (void)b;
    return change(event, (uint32_t)flags, (uint32_t)flags);
}

static int try_clear(const struct coop_object *event, uint32_t self, uintptr_t flags, uintptr_t b)
{
    (void)self, (void)b;
    return change(event, (uint32_t)flags, 0);
}

static int try_wait(const struct coop_object *event, uint32_t self, uintptr_t wanted, uintptr_t mode)
{
    (void)self;
    uint32_t mask = (uint32_t)wanted;
    if (mask == 0 || (mask & ~COOP_EVENT_FLAGS) != 0 || mode > (COOP_EVENT_ALL | COOP_EVENT_CLEAR))
        return COOP_EINVAL;
    uint32_t flags = atomic_load_explicit(flags_of(event), memory_order_relaxed);
    uint32_t met = flags & mask;
    if (met == 0 || ((mode & COOP_EVENT_ALL) && met != mask))
        return WOULD_BLOCK;
    if (mode & COOP_EVENT_CLEAR)
        atomic_store_explicit(flags_of(event), flags & ~mask, memory_order_relaxed);
    return (int)met;
}

static int try_flags(const struct coop_object *event, uint32_t self, uintptr_t a, uintptr_t b)
{
    (void)self, (void)a, (void)b;
    return (int)(atomic_load_explicit(flags_of(event), memory_order_relaxed) & COOP_EVENT_FLAGS);
}

static unsigned repair(const struct coop_object *event, uint32_t dead)
{
    (void)event, (void)dead;
    return 0;
}

const struct object_class event_class = {.repair = repair};

/* A set may concern several waiters, or none of those who came first: it wakes them all. */
const struct operation event_set = {
    .try = try_set, .number = OP_EVENT_SET, .kind = COOP_KIND_EVENT, .wakes = WAKES_DATA | WAKES_ALL};
const struct operation event_clear = {.try = try_clear, .number = OP_EVENT_CLEAR, .kind = COOP_KIND_EVENT};
const struct operation event_wait = {
    .try = try_wait, .number = OP_EVENT_WAIT, .kind = COOP_KIND_EVENT, .waits = DIRECTION_DATA};
const struct operation event_flags = {
    .try = try_flags, .unguarded = needs_no_guard, .number = OP_EVENT_FLAGS, .kind = COOP_KIND_EVENT};

int coop_event_set(const struct coop_event *event, uint32_t flags)
{
    return port_call(&event_set, unchecked(event), flags, 0, 0);
}

int coop_event_clear(const struct coop_event *event, uint32_t flags)
{
    return port_call(&event_clear, unchecked(event), flags, 0, 0);
}

int coop_event_wait(const struct coop_event *event, uint32_t flags, int mode, int timeout_ms)
{
    return port_call(&event_wait, unchecked(event), flags, (uintptr_t)mode, timeout_ms);
}

int coop_event_flags(const struct coop_event *event)
{
    return port_call(&event_flags, unchecked(event), 0, 0, 0);
}
