/* The semaphore's operations, and calls of their own for those that are called most. */
#include "../../../runtime/semaphore.c"

#include "operate.h"

static int acquire(const struct coop_object *semaphore, const struct process *caller, uintptr_t a)
{
    return try_acquire(semaphore, caller->self, a, 0);
}

static int release(const struct coop_object *semaphore, const struct process *caller, uintptr_t a)
{
    return try_release(semaphore, caller->self, a, 0) == 0 ? 0 : UNUSUAL;
}

/* While somebody waits the count is 0, and stays so. */
static bool give(const struct coop_object *semaphore, uintptr_t a, const struct process *waiter)
{
    (void)semaphore, (void)a, (void)waiter;
    return true;
}

FAST(semaphore_acquire, acquire, NULL)
FAST(semaphore_release, release, give)
