/* The queue's operations, and calls of their own for those that are called most. */
#include "copy.h"

#include "../../../runtime/queue.c"

#include "operate.h"

/* A queue whose marks are all 0, since no message was ever leased, and that is open. */
static bool is_plain(const struct coop_queue_state *state)
{
    uint32_t closed_or_leased;
    _Static_assert(offsetof(struct coop_queue_state, leased) == offsetof(struct coop_queue_state, closed) + 2,
                   "one word");
    memcpy(&closed_or_leased, (const void *)&state->closed, sizeof closed_or_leased);
    return closed_or_leased == 0;
}

static bool is_anothers(bool owned, _Atomic uint32_t *end, const struct process *caller)
{
    return owned && atomic_load_explicit(end, memory_order_relaxed) != caller->self;
}

/* In one comparison. */
static bool is_four_words(size_t bytes, const void *message)
{
    return MOSTLY_TRUE((bytes | (uintptr_t)message << 30) == sizeof(struct four_words));
}

/* after(), with a branch: here that is seldom taken, and costs nothing when it isn't. */
static uint32_t behind(const struct coop_object *queue, uint32_t position)
{
    uint32_t next = position + 1;
    if (SELDOM((next & INDEX) == queue->count)) {
        kernel_settle(); /* else the compiler makes it conditional instructions, which always take their time */
        next += LAP - queue->count;
    }
    return next;
}

static void put_item(const struct coop_object *queue, uint32_t position, const void *message, size_t bytes)
{
    if (is_four_words(bytes, message))
        ((struct four_words *)queue->items)[position & INDEX] = *(const struct four_words *)message;
    else
        memcpy(item_at(queue, position), message, bytes);
}

static void get_item(const struct coop_object *queue, uint32_t position, void *message, size_t bytes)
{
    if (is_four_words(bytes, message))
        *(struct four_words *)message = ((const struct four_words *)queue->items)[position & INDEX];
    else
        memcpy(message, item_at(queue, position), bytes);
}

/* try_put and try_get, of such a queue: its `next` is its head. What they see is kept where those expect it. */
static int put(const struct coop_object *queue, const struct process *caller, uintptr_t message)
{
    struct coop_queue_state *state = state_of(queue);
    if (SELDOM(!is_plain(state) || is_anothers(queue->one_producer, &state->producer, caller)))
        return UNUSUAL;
    size_t bytes = queue->item_bytes;
    uint32_t tail = atomic_load_explicit(&state->tail, memory_order_relaxed);
    if (SELDOM(is_full(state->seen_head, tail))) {
        state->seen_head = atomic_load_explicit(&state->head, memory_order_relaxed);
        if (is_full(state->seen_head, tail))
            return WOULD_BLOCK;
    }
    put_item(queue, tail, (const void *)message, bytes);
    atomic_store_explicit(&state->tail, behind(queue, tail), memory_order_relaxed);
    return 0;
}

static int get(const struct coop_object *queue, const struct process *caller, uintptr_t message)
{
    struct coop_queue_state *state = state_of(queue);
    if (SELDOM(!is_plain(state) || is_anothers(queue->one_consumer, &state->consumer, caller)))
        return UNUSUAL;
    size_t bytes = queue->item_bytes;
    uint32_t tail = atomic_load_explicit(&state->tail, memory_order_relaxed);
    uint32_t head = atomic_load_explicit(&state->head, memory_order_relaxed);
    state->seen_tail = tail;
    if (SELDOM(head == tail))
        return WOULD_BLOCK;
    get_item(queue, head, (void *)message, bytes);
    head = behind(queue, head);
    set_next(state, head);
    atomic_store_explicit(&state->head, head, memory_order_relaxed);
    return 0;
}

/* Straight to a get that waits: then nothing is before it in such a queue. */
static bool put_to(const struct coop_object *queue, uintptr_t message, const struct process *waiter)
{
    struct coop_queue_state *state = state_of(queue);
    if (SELDOM(!is_plain(state) || queue->one_producer || waiter->operation != &queue_get))
        return false;
    copy_item((void *)waiter->a, (const void *)message, queue->item_bytes);
    return true;
}

FAST(queue_put, put, put_to)
FAST(queue_get, get, NULL)
