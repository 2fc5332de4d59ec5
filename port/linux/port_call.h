/*
 * How an operation is executed on Linux: in the calling process, on shared memory, inside the object's guard. Inlined
 * into each function of the API, so that the operation's try is too, and the uncontended path is one compare-and-swap.
 *
 * A waiter sets the low bit of the direction's word, samples the word, tries again, and sleeps on the sample. Who commits looks
 * at the bit after it has committed; so either the waiter's second try sees the commit, or the committer sees the bit. Where
 * both are guarded, the guard orders the two. Where one of them may be unguarded, because the object has an owned end,
 * the waiter makes every other CPU execute a memory barrier (membarrier) between the two, so that the fast side needs none.
 */
#ifndef PORT_CALL_H
#define PORT_CALL_H

#include <stdatomic.h>

/* This process. Private memory. */
struct linux_self {
    uint32_t guard_id; /* pid << 8 | slot + 1; of the supervisor pid << 8 | 255: never 0 */
    uint32_t slot;     /* + 1, or 0 */
    struct coop_block *block;
    uint32_t needs_fence; /* there is no membarrier: the fast side must order its commit and its look */
    uint32_t spins;       /* how long it pays to wait before it sleeps; 0 on a single core */
};
extern struct linux_self linux_self;

_Noreturn void port_misuse(enum coop_misuse reason);
void port_ring(void);
/* The guard is another's: waits for it, bounded. 0, COOP_EBUSY, COOP_ETIMEDOUT, COOP_ESTOPPING. */
int linux_enter_slowly(struct coop_control *control, int timeout_ms);
void linux_wake(struct coop_control *control, unsigned direction, bool all);
int linux_wait(const struct operation *operation, const struct coop_object *object, uintptr_t a, uintptr_t b,
               int timeout_ms);

static inline bool linux_is_unguarded(const struct operation *operation, const struct coop_object *object)
{
    return operation->unguarded != NULL && operation->unguarded(object);
}

/* Executes the operation once, and wakes whom it wakes. */
static inline int linux_try(const struct operation *operation, const struct coop_object *object, uintptr_t a,
                            uintptr_t b, int timeout_ms)
{
    struct coop_control *control = object->control;
    int result;
    if (linux_is_unguarded(operation, object)) {
        result = operation->try(object, linux_self.slot, a, b);
    } else {
        uint32_t nobody = 0;
        if (!atomic_compare_exchange_strong_explicit(&control->guard, &nobody, linux_self.guard_id,
                                                     memory_order_acquire, memory_order_relaxed)) {
            int error = linux_enter_slowly(control, timeout_ms);
            if (error < 0)
                return error;
        }
        result = operation->try(object, linux_self.slot, a, b);
        atomic_store_explicit(&control->guard, 0, memory_order_release);
    }
    if (result < 0)
        return result;
    if (operation->wakes != WAKES_NONE) {
        if (__builtin_expect(linux_self.needs_fence != 0, 0))
            atomic_thread_fence(memory_order_seq_cst);
        atomic_signal_fence(memory_order_seq_cst);
    }
    for (unsigned direction = 0; direction < 2; direction++)
        if ((operation->wakes & 1u << direction) != 0 &&
            (atomic_load_explicit(&control->wait[direction], memory_order_relaxed) & 1) != 0)
            linux_wake(control, direction, (operation->wakes & WAKES_ALL) != 0);
    if (operation->rings)
        port_ring();
    return result;
}

static inline int port_call(const struct operation *operation, const struct coop_object *object, uintptr_t a,
                            uintptr_t b, int timeout_ms)
{
    if (!object_is(object, operation->kind))
        port_misuse(COOP_MISUSE_BAD_HANDLE);
    if (timeout_ms < COOP_FOREVER || (operation->access_a != ACCESS_VALUE && a == 0) ||
        (operation->access_b != ACCESS_VALUE && b == 0))
        return COOP_EINVAL;
    if (timeout_ms != 0) {
        _Atomic uint32_t *checkins = &linux_self.block->checkins;
        atomic_store_explicit(checkins, atomic_load_explicit(checkins, memory_order_relaxed) + 1, memory_order_relaxed);
    }
    int result = linux_try(operation, object, a, b, timeout_ms);
    if (result == WOULD_BLOCK)
        return timeout_ms == 0 ? COOP_EAGAIN : linux_wait(operation, object, a, b, timeout_ms);
    if (result <= MISUSE)
        port_misuse((enum coop_misuse)(MISUSE - result));
    return result;
}

#endif
