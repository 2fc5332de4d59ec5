/*
 * The system calls of operations. kernel.c has one for all, call_any. FAST(...) makes one of its own for an operation that is
 * called most, in which the compiler knows all about it; fast/ has these. They do what is usual, and leave what isn't to call_any.
 */
#ifndef OPERATE_H
#define OPERATE_H

#include "kernel.h"

#define SELDOM_TRUE(condition) __builtin_expect((condition), 0)
#define MOSTLY_TRUE(condition) __builtin_expect((condition), 1)

/* kernel.c. Each ends the call. Its result is left in the frame's r0: by it or, when the caller has to wait, by who ends that. */
void call_any(void); /* whatever the frame says */

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

/* Of any kind. */
extern const char coop_objects_count[];
static inline bool is_object(const struct coop_object *object, unsigned kind)
{
    if (MOSTLY_TRUE(is_among(object, coop_objects_start, coop_objects_count)))
        return object->kind == kind;
    return kind == COOP_KIND_PROCESS && object_is(object, COOP_KIND_PROCESS);
}

/* Most arguments lie on the caller's stack. No stack ends at an address as small as an object is large. */
static inline bool is_on_stack(const struct process *caller, enum access access, uintptr_t address, size_t bytes)
{
    uintptr_t start = caller->context.stack, end = caller->context.stack_end;
    return access == ACCESS_VALUE || (address <= end - bytes && address >= start);
}

/* 0, WOULD_BLOCK, or, when anything isn't as usual, and nothing has been done, UNUSUAL. */
enum { UNUSUAL = -1 };
typedef int quick_try(const struct coop_object *object, const struct process *caller, uintptr_t a);

/* Does the operation, and the first waiter's that it makes possible, at one go; or nothing, and answers false. */
typedef bool hand_over(const struct coop_object *object, uintptr_t a, const struct process *waiter);

static inline __attribute__((always_inline)) void operate(const struct operation *operation, quick_try *try,
                                                          hand_over *hand, const struct coop_object *object,
                                                          uintptr_t a, int timeout_ms)
{
    if (SELDOM_TRUE(!is_handle(object, operation->kind)))
        goto unusual;
    struct process *caller = scheduler.current;
    if (operation->waits != DIRECTION_NONE) {
        bool for_ever = timeout_ms == COOP_FOREVER;
        if (SELDOM_TRUE(!for_ever) && timeout_ms < 0)
            goto unusual;
        if (MOSTLY_TRUE(for_ever) || timeout_ms != 0)
            *plain(&caller->block->checkins) = (uint32_t)timeout_ms; /* only whether it is 0 counts */
    }
    size_t bytes = operation->bytes_a != BYTES_OF_ITEM ? operation->bytes_a : object->item_bytes;
    if (SELDOM_TRUE(!is_on_stack(caller, operation->access_a, a, bytes)))
        goto unusual;
    if (operation->wakes != WAKES_NONE) {
        struct process **list = wait_list(object, operation->wakes == WAKES_DATA ? DIRECTION_DATA : DIRECTION_SPACE);
        struct process *waiter = *list;
        if (SELDOM_TRUE(waiter != NULL)) {
            if (hand == NULL || !hand(object, a, waiter))
                goto unusual;
            thread_frame()[FRAME_R0] = 0;
            wait_complete(list, waiter);
            return;
        }
    }
    int result = try(object, caller, a);
    if (MOSTLY_TRUE(result == 0)) {
        thread_frame()[FRAME_R0] = 0;
        return;
    }
    if (result == WOULD_BLOCK) {
        caller->object = object;
        caller->operation = operation;
        if (operation->access_a != ACCESS_VALUE)
            caller->a = a;
        wait_park(caller, wait_list(object, operation->waits), timeout_ms);
        return;
    }
unusual:
    call_any();
}

#define FAST(operation_, try_, hand_)                                                                                  \
    void fast_##operation_(uintptr_t object, uintptr_t a, uintptr_t timeout_ms);                                       \
    __attribute__((flatten)) void fast_##operation_(uintptr_t object, uintptr_t a, uintptr_t timeout_ms)               \
    {                                                                                                                  \
        operate(&operation_, try_, hand_, (const struct coop_object *)object, a, (int)timeout_ms);                     \
    }

#endif
