/* The lock's operations, and calls of their own for those that are called most. */
#include "../../../runtime/lock.c"

#include "operate.h"

static int acquire(const struct coop_object *lock, const struct process *caller, uintptr_t a)
{
    (void)a;
    struct coop_lock_state *state = state_of(lock);
    if (SELDOM_TRUE(caller->self == 0 || holder(lock) != 0 ||
                    atomic_load_explicit(&state->owner_died, memory_order_relaxed) != 0))
        return UNUSUAL;
    atomic_store_explicit(&state->depth, 0, memory_order_relaxed);
    atomic_store_explicit(&state->owner, caller->self, memory_order_relaxed);
    return 0;
}

static int release(const struct coop_object *lock, const struct process *caller, uintptr_t a)
{
    return try_release(lock, caller->self, a, 0) == 0 ? 0 : UNUSUAL;
}

FAST(lock_acquire, acquire, NULL)
FAST(lock_release, release, NULL)
