/* The semaphore: one word, changed by one store inside the guard. A death leaves it as it was, or as it is after. */
#include <coop/semaphore.h>

#include "objects.h"
#include "operations.h"
#include <stdatomic.h>

static _Atomic uint32_t *count_of(const struct coop_object *semaphore)
{
    return &((struct coop_semaphore_state *)semaphore->control)->count;
}

static int try_acquire(const struct coop_object *semaphore, uint32_t self, uintptr_t a, uintptr_t b)
{
    (void)self, (void)a, (void)b;
    uint32_t count = atomic_load_explicit(count_of(semaphore), memory_order_relaxed);
    if (count == 0)
        return WOULD_BLOCK;
    atomic_store_explicit(count_of(semaphore), count - 1, memory_order_relaxed);
    return 0;
}

static int try_release(const struct coop_object *semaphore, uint32_t self, uintptr_t a, uintptr_t b)
{
    (void)self, (void)a, (void)b;
    uint32_t count = atomic_load_explicit(count_of(semaphore), memory_order_relaxed) + 1;
    if (count > INT32_MAX)
        return COOP_ELIMIT;
    atomic_store_explicit(count_of(semaphore), count, memory_order_relaxed); /* @wake_commit */
    return 0;
}

static int try_value(const struct coop_object *semaphore, uint32_t self, uintptr_t a, uintptr_t b)
{
    (void)self, (void)a, (void)b;
    return (int)(atomic_load_explicit(count_of(semaphore), memory_order_relaxed) & INT32_MAX);
}

/* Counts have no owners, so there is nothing to give back. */
static unsigned repair(const struct coop_object *semaphore, uint32_t dead)
{
    (void)semaphore, (void)dead;
    return 0;
}

static bool acquire_is_ready(const struct coop_object *semaphore, uintptr_t a)
{
    (void)a;
    return atomic_load_explicit(count_of(semaphore), memory_order_relaxed) != 0;
}

const struct object_class semaphore_class = {.repair = repair};

const struct operation semaphore_acquire = {.try = try_acquire,
                                            .ready = acquire_is_ready,
                                            .number = OP_SEMAPHORE_ACQUIRE,
                                            .kind = COOP_KIND_SEMAPHORE,
                                            .waits = DIRECTION_DATA};
const struct operation semaphore_release = {.try = try_release,
                                            .number = OP_SEMAPHORE_RELEASE,
                                            .kind = COOP_KIND_SEMAPHORE,
                                            .waits = DIRECTION_NONE,
                                            .wakes = WAKES_DATA};
const struct operation semaphore_value = {
    .try = try_value, .unguarded = needs_no_guard, .number = OP_SEMAPHORE_VALUE, .kind = COOP_KIND_SEMAPHORE};

int coop_semaphore_acquire(const struct coop_semaphore *semaphore, int timeout_ms)
{
    return port_call(&semaphore_acquire, unchecked(semaphore), 0, 0, timeout_ms);
}

int coop_semaphore_release(const struct coop_semaphore *semaphore)
{
    return port_call(&semaphore_release, unchecked(semaphore), 0, 0, 0);
}

int coop_semaphore_value(const struct coop_semaphore *semaphore)
{
    return port_call(&semaphore_value, unchecked(semaphore), 0, 0, 0);
}
