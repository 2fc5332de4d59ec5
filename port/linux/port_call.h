/*
 * How an operation is executed on Linux: in the calling process, on shared memory, inside the object's guard. Inlined
 * into each function of the API, so that the operation's try is too, and the uncontended path is a leaf with one
 * compare-and-swap.
 *
 * A waiter sets the low bit of the direction's word, samples the word, tries again, and sleeps on the sample. Who commits looks
 * at the bit after it has committed; so either the waiter's second try sees the commit, or the committer sees the bit. Where
 * both are guarded, the guard orders the two. Where one of them may be unguarded, because the object has an owned end,
 * the waiter makes every other CPU execute a memory barrier (membarrier) between the two, so that the fast side needs none.
 */
#ifndef PORT_CALL_H
#define PORT_CALL_H

#include <stdatomic.h>

#define COOP_SELDOM(condition) __builtin_expect((condition), 0)
#define COOP_MOSTLY(condition) __builtin_expect((condition), 1)

/* This process. Private memory. */
struct linux_self {
    uint32_t guard_id; /* pid << 8 | slot + 1; of the supervisor pid << 8 | 255: never 0 */
    uint32_t slot;     /* + 1, or 0 */
    struct coop_block *block;
    uint32_t needs_fence; /* 1: there is no membarrier, so who commits must order its commit and its look */
    uint32_t spins;       /* how long it pays to wait before it sleeps; 0 on a single core */
};
extern struct linux_self linux_self;

/* What seldom happens. All end a port_call, so that it is a leaf: nothing of it must be kept across a call. */
int linux_call_slowly(const struct operation *operation, const struct coop_object *object, uintptr_t a, uintptr_t b,
                      int timeout_ms);
int linux_refused(const struct operation *operation, const struct coop_object *object, uintptr_t a, uintptr_t b,
                  int timeout_ms, int result);
int linux_wake_others(const struct operation *operation, struct coop_control *control, int result);

/* Not a count: that would make of all calls one chain of loads and stores. */
static inline void linux_check_in(void)
{
    atomic_store_explicit(&linux_self.block->checkins, 1, memory_order_relaxed);
}

static inline bool linux_is_unguarded(const struct operation *operation, const struct coop_object *object)
{
    return operation->unguarded != NULL && operation->unguarded(object);
}

static inline bool linux_enter(struct coop_control *control)
{
    uint32_t nobody = 0;
    return atomic_compare_exchange_strong_explicit(&control->guard, &nobody, linux_self.guard_id, memory_order_acquire,
                                                   memory_order_relaxed); /* @guard_enter */
}

/* After a commit: does somebody wait for it? Perhaps, where it takes a fence to know. */
static inline bool linux_may_wake(const struct operation *operation, struct coop_control *control)
{
    uint32_t bits = operation->rings;
    if (operation->wakes == WAKES_NONE)
        return bits != 0;
    atomic_signal_fence(memory_order_seq_cst);
    bits |= linux_self.needs_fence;
    for (unsigned direction = 0; direction < 2; direction++)
        if ((operation->wakes & 1u << direction) != 0)
            bits |= atomic_load_explicit(&control->wait[direction], memory_order_relaxed);
    return (bits & 1) != 0;
}

/* After a ring all slots are looked at, and after an end all objects. */
static inline void port_mark(uint32_t slot)
{
    (void)slot;
}

static inline void port_owns(uint32_t self)
{
    (void)self;
}

static inline __attribute__((always_inline)) int
port_call(const struct operation *operation, const struct coop_object *object, uintptr_t a, uintptr_t b, int timeout_ms)
{
    if (COOP_SELDOM(!object_is(object, operation->kind)))
        port_misuse(COOP_MISUSE_BAD_HANDLE);
    if (COOP_SELDOM(timeout_ms < COOP_FOREVER) | (operation->access_a != ACCESS_VALUE && a == 0) |
        (operation->access_b != ACCESS_VALUE && b == 0))
        return COOP_EINVAL;
    if (COOP_MOSTLY(timeout_ms != 0))
        linux_check_in();
    struct coop_control *control = object->control;
    int result;
    if (linux_is_unguarded(operation, object)) {
        result = operation->try(object, linux_self.slot, a, b);
    } else {
        if (COOP_SELDOM(!linux_enter(control)))
            return linux_call_slowly(operation, object, a, b, timeout_ms);
        result = operation->try(object, linux_self.slot, a, b);
        atomic_store_explicit(&control->guard, 0, memory_order_release); /* @guard_leave */
    }
    if (COOP_SELDOM(result < 0))
        return linux_refused(operation, object, a, b, timeout_ms, result);
    if (COOP_SELDOM(linux_may_wake(operation, control)))
        return linux_wake_others(operation, control, result);
    return result;
}

#endif
