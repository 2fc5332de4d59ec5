/*
 * The system call of one operation, as a template. FAST(operation) after the operation's definition makes a call of its own of
 * it, in which the compiler knows the operation and its try: fast/ has those that are called most. kernel.c has a call
 * for all others.
 */
#ifndef OPERATE_H
#define OPERATE_H

#include "kernel.h"

#define SELDOM_TRUE(condition) __builtin_expect((condition), 0)
#define MOSTLY_TRUE(condition) __builtin_expect((condition), 1)

/* kernel.c. What a call comes to that is not done at once: each ends it, and finds what else it needs in the caller's frame. */
void call_failed(const struct operation *operation, int result);
void call_wakes(const struct coop_object *object, unsigned wakes);
int call_check(const struct process *caller, enum access access, uintptr_t address, size_t bytes);
void call_any(uintptr_t object, uintptr_t a, uintptr_t timeout_ms); /* of whatever operation the frame says */

/* Of the linker script: the objects of each kind lie together. */
extern const struct coop_object coop_queues[], coop_semaphores[], coop_permits[], coop_locks[], coop_events[];
extern const char coop_queues_count[], coop_semaphores_count[], coop_permits_count[], coop_locks_count[],
    coop_events_count[];

/* One rotation makes a number that is too large of an address that isn't aligned. */
static inline bool is_among(const struct coop_object *object, const struct coop_object *first, const char *count)
{
    uint32_t offset = (uint32_t)object - (uint32_t)first;
    return (offset >> 5 | offset << 27) < (uint32_t)count;
}
_Static_assert(sizeof(struct coop_object) == 1 << 5, "is_among");

static inline bool is_handle(const struct coop_object *object, unsigned kind)
{
    switch (kind) {
    case COOP_KIND_QUEUE:
        return is_among(object, coop_queues, coop_queues_count);
    case COOP_KIND_SEMAPHORE:
        return is_among(object, coop_semaphores, coop_semaphores_count);
    case COOP_KIND_PERMITS:
        return is_among(object, coop_permits, coop_permits_count);
    case COOP_KIND_LOCK:
        return is_among(object, coop_locks, coop_locks_count);
    case COOP_KIND_EVENT:
        return is_among(object, coop_events, coop_events_count);
    default:
        return object_is(object, COOP_KIND_PROCESS);
    }
}

/* Most arguments lie on the caller's stack. No stack ends at an address as small as an object is large. */
static inline bool is_on_stack(const struct process *caller, enum access access, uintptr_t address, size_t bytes)
{
    const struct context *context = &caller->context;
    return access == ACCESS_VALUE || (address <= context->stack_end - bytes && address >= context->stack);
}

/*
 * The result is left in the frame's r0: now, or, when the caller has to wait, by whoever ends its wait. `fast`: what is not as
 * usual is left to call_any.
 */
static inline __attribute__((always_inline)) void operate(const struct operation *operation, bool fast,
                                                          const struct coop_object *object, uintptr_t a, int timeout_ms)
{
    if (SELDOM_TRUE(!is_handle(object, operation->kind))) {
        call_failed(operation, MISUSE - COOP_MISUSE_BAD_HANDLE);
        return;
    }
    if (operation->waits != DIRECTION_NONE && MOSTLY_TRUE(timeout_ms != 0)) {
        if (SELDOM_TRUE(timeout_ms < COOP_FOREVER)) {
            call_failed(operation, COOP_EINVAL);
            return;
        }
        *plain(&scheduler.current->block->checkins) = (uint32_t)timeout_ms; /* only whether it is 0 counts */
    }
    struct process *caller = scheduler.current;
    struct coop_control *control = object->control;
    uintptr_t b =
        fast && operation->access_b == ACCESS_VALUE ? 0 : thread_frame()[FRAME_R3]; /* none of fast/ has such a one */
    size_t bytes_a = operation->bytes_a != BYTES_OF_ITEM ? operation->bytes_a : object->item_bytes;
    size_t bytes_b = operation->bytes_b != BYTES_OF_ITEM ? operation->bytes_b : object->item_bytes;
    int result = 0;
    if (SELDOM_TRUE(!is_on_stack(caller, operation->access_a, a, bytes_a) ||
                    !is_on_stack(caller, operation->access_b, b, bytes_b))) {
        if (fast) {
            call_any((uintptr_t)object, a, (uintptr_t)timeout_ms);
            return;
        }
        result = call_check(caller, operation->access_a, a, bytes_a);
        if (result >= 0)
            result = call_check(caller, operation->access_b, b, bytes_b);
    }
    if (result >= 0)
        result = operation->try(object, caller->self, a, b);
    if (SELDOM_TRUE(result < 0)) {
        call_failed(operation, result);
        return;
    }
    thread_frame()[FRAME_R0] = (uint32_t)result;
    if (operation->rings)
        kernel_ring();
    _Atomic uint32_t *waiters = control->wait;
    if (((operation->wakes & WAKES_DATA) && *plain(&waiters[DIRECTION_DATA]) != 0) ||
        ((operation->wakes & WAKES_SPACE) && *plain(&waiters[DIRECTION_SPACE]) != 0))
        call_wakes(object, operation->wakes);
}

#define FAST(operation_)                                                                                               \
    void fast_##operation_(uintptr_t object, uintptr_t a, uintptr_t timeout_ms);                                       \
    __attribute__((flatten)) void fast_##operation_(uintptr_t object, uintptr_t a, uintptr_t timeout_ms)               \
    {                                                                                                                  \
        operate(&operation_, true, (const struct coop_object *)object, a, (int)timeout_ms);                            \
    }

#endif
