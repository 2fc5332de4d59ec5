/*
 * The lock: the word `owner` is the commit of acquire and release. `depth` counts a recursive owner's further acquisitions and
 * means nothing while there is no owner. `owner_died` is set by repair before it takes the owner away, and cleared by
 * the acquirer after it has become the owner: when that one dies in between, the next is told again, and rightly.
 */
#include <coop/lock.h>

#include "objects.h"
#include "operations.h"
#include <stdatomic.h>

static struct coop_lock_state *state_of(const struct coop_object *lock)
{
    return (struct coop_lock_state *)lock->control;
}

/* It has an owner, or is called from outside a process. */
static __attribute__((noinline, cold)) int acquire_owned(const struct coop_object *lock, uint32_t self, uint32_t owner)
{
    struct coop_lock_state *state = state_of(lock);
    if (self == 0)
        return MISUSE - COOP_MISUSE_NOT_PROCESS;
    if (owner != self)
        return WOULD_BLOCK;
    if (!lock->recursive)
        return MISUSE - COOP_MISUSE_DEADLOCK;
    uint32_t depth = atomic_load_explicit(&state->depth, memory_order_relaxed);
    if (depth == UINT16_MAX)
        return COOP_ELIMIT;
    atomic_store_explicit(&state->depth, (uint16_t)(depth + 1), memory_order_relaxed);
    return 0;
}

static int try_acquire(const struct coop_object *lock, uint32_t self, uintptr_t a, uintptr_t b)
{
    (void)a, (void)b;
    struct coop_lock_state *state = state_of(lock);
    uint32_t owner = atomic_load_explicit(&state->owner, memory_order_relaxed);
    if (owner == self || owner != 0)
        return acquire_owned(lock, self, owner);
    atomic_store_explicit(&state->depth, 0, memory_order_relaxed);
    atomic_store_explicit(&state->owner, self, memory_order_relaxed);
    if (!atomic_load_explicit(&state->owner_died, memory_order_relaxed))
        return 0;
    atomic_store_explicit(&state->owner_died, 0, memory_order_relaxed);
    return COOP_EOWNERDEAD;
}

static int try_release(const struct coop_object *lock, uint32_t self, uintptr_t a, uintptr_t b)
{
    (void)a, (void)b;
    struct coop_lock_state *state = state_of(lock);
    if (self == 0 || atomic_load_explicit(&state->owner, memory_order_relaxed) != self)
        return MISUSE - COOP_MISUSE_NOT_OWNER;
    uint32_t depth = atomic_load_explicit(&state->depth, memory_order_relaxed);
    if (depth > 0)
        atomic_store_explicit(&state->depth, (uint16_t)(depth - 1), memory_order_relaxed);
    else
        atomic_store_explicit(&state->owner, 0, memory_order_relaxed);
    return 0;
}

static unsigned repair(const struct coop_object *lock, uint32_t dead)
{
    struct coop_lock_state *state = state_of(lock);
    if (atomic_load_explicit(&state->owner, memory_order_relaxed) != dead)
        return 0;
    atomic_store_explicit(&state->owner_died, 1, memory_order_relaxed);
    atomic_store_explicit(&state->owner, 0, memory_order_relaxed);
    return 1;
}

static uint32_t holder(const struct coop_object *lock)
{
    return atomic_load_explicit(&state_of(lock)->owner, memory_order_relaxed);
}

static bool acquire_is_ready(const struct coop_object *lock, uintptr_t a)
{
    (void)a;
    return holder(lock) == 0;
}

const struct object_class lock_class = {.repair = repair};

const struct operation lock_acquire = {.try = try_acquire,
                                       .ready = acquire_is_ready,
                                       .holder = holder,
                                       .number = OP_LOCK_ACQUIRE,
                                       .kind = COOP_KIND_LOCK,
                                       .waits = DIRECTION_DATA};
const struct operation lock_release = {.try = try_release,
                                       .holder = holder,
                                       .number = OP_LOCK_RELEASE,
                                       .kind = COOP_KIND_LOCK,
                                       .waits = DIRECTION_NONE,
                                       .wakes = WAKES_DATA};

int coop_lock_acquire(const struct coop_lock *lock, int timeout_ms)
{
    return port_call(&lock_acquire, unchecked(lock), 0, 0, timeout_ms);
}

int coop_lock_release(const struct coop_lock *lock)
{
    return port_call(&lock_release, unchecked(lock), 0, 0, 0);
}
