/*
 * The ring of a queue: its positions, its slots' marks, and what both its operations and its repair do to them.
 *
 * A position is {lap, index} in one word, so that it wraps at any count, and tells full from empty. Between head and tail a
 * slot's mark says whether it is ready (deliveries << 8), leased (deliveries << 8 | owner), freed while an older one is leased
 * (MARK_DONE), or a dead letter (MARK_DEAD). Outside, marks mean nothing.
 */
#ifndef COOP_QUEUE_RING_H
#define COOP_QUEUE_RING_H

#include "port.h"
#include <coop/queue.h>
#include <stdatomic.h>

enum { MARK_OWNER = 0xff, MARK_DELIVERY = 0x100, MARK_DONE = 0xff, MARK_DEAD = 0xfe, MAX_DELIVERIES = 200 };
enum { LAP = 0x10000, INDEX = 0xffff };

static inline struct coop_queue_state *state_of(const struct coop_object *queue)
{
    return (struct coop_queue_state *)queue->control;
}

static inline _Atomic uint16_t *mark_at(const struct coop_object *queue, uint32_t position)
{
    return (_Atomic uint16_t *)(state_of(queue) + 1) + (position & INDEX);
}

static inline void *item_at(const struct coop_object *queue, uint32_t position)
{
    return (unsigned char *)queue->items + (size_t)(position & INDEX) * ((queue->item_bytes + 7u) / 8u * 8u);
}

static inline uint32_t after(const struct coop_object *queue, uint32_t position)
{
    uint32_t next = position + 1, wrapped = next + (LAP - queue->count);
    return (next & INDEX) == queue->count ? wrapped : next; /* no branch: it would be mispredicted */
}

static inline uint32_t distance(const struct coop_object *queue, uint32_t from, uint32_t to)
{
    uint32_t laps = (to - (to & INDEX) - (from - (from & INDEX))) / LAP;
    return laps * queue->count + (to & INDEX) - (from & INDEX);
}

static inline void set_next(struct coop_queue_state *state, uint32_t position)
{
    atomic_store_explicit(&state->next, position, memory_order_relaxed);
}

/* Of words that a process may have written over: do they lie in the ring? */
static inline bool are_sound(const struct coop_object *queue, uint32_t head, uint32_t tail)
{
    return (head & INDEX) < queue->count && (tail & INDEX) < queue->count &&
           distance(queue, head, tail) <= queue->count;
}

static inline bool is_full(uint32_t head, uint32_t tail)
{
    return tail == head + LAP;
}

/* Looks from outside the guard, where every word may change: good for a guess only. */
static inline bool put_is_ready(const struct coop_object *queue, uintptr_t message)
{
    (void)message;
    struct coop_queue_state *state = state_of(queue);
    return !is_full(atomic_load_explicit(&state->head, memory_order_relaxed),
                    atomic_load_explicit(&state->tail, memory_order_relaxed)) ||
           atomic_load_explicit(&state->closed, memory_order_relaxed);
}

/*
 * Moves head over `position`, which is free now, and what was freed behind it: the commit, unless older ones are out.
 * What is not before seen_tail no consumer has had: so the producers' tail needs no look.
 */
static inline void free_slot(const struct coop_object *queue, uint32_t position)
{
    struct coop_queue_state *state = state_of(queue);
    uint32_t head = atomic_load_explicit(&state->head, memory_order_relaxed);
    if (head != position) {
        atomic_store_explicit(mark_at(queue, position), MARK_DONE, memory_order_relaxed); /* @free_mark */
        return;
    }
    uint32_t next = atomic_load_explicit(&state->next, memory_order_relaxed);
    do {
        bool passes_next = next == head;
        head = after(queue, head);
        next = passes_next ? head : next;
    } while (head != state->seen_tail && head != position + LAP &&
             atomic_load_explicit(mark_at(queue, head), memory_order_relaxed) == MARK_DONE);
    set_next(state, next); /* @free_next: never before head: there the marks are the next lap's */
    /* @free_head: pairs with the acquire of head in try_put: the message has been copied out. */
    atomic_store_explicit(&state->head, head, memory_order_release);
}

static inline bool holds(const struct coop_object *queue, uint32_t self, uint32_t position)
{
    struct coop_queue_state *state = state_of(queue);
    uint32_t head = atomic_load_explicit(&state->head, memory_order_relaxed);
    uint32_t tail = atomic_load_explicit(&state->tail, memory_order_relaxed);
    if ((position & INDEX) >= queue->count || distance(queue, head, position) >= distance(queue, head, tail))
        return false;
    return self != 0 && (atomic_load_explicit(mark_at(queue, position), memory_order_relaxed) & MARK_OWNER) == self;
}

/* Makes a leased message ready again, or a dead letter. */
static inline void release_lease(const struct coop_object *queue, uint32_t position)
{
    struct coop_queue_state *state = state_of(queue);
    uint32_t head = atomic_load_explicit(&state->head, memory_order_relaxed);
    uint32_t mark = atomic_load_explicit(mark_at(queue, position), memory_order_relaxed) & ~(uint32_t)MARK_OWNER;
    if (queue->max_deliveries != 0 && mark >= queue->max_deliveries * (uint32_t)MARK_DELIVERY)
        mark = MARK_DEAD;
    else if (distance(queue, head, position) <
             distance(queue, head, atomic_load_explicit(&state->next, memory_order_relaxed)))
        set_next(state, position); /* @release_next: before the commit, else nobody would find it */
    atomic_store_explicit(mark_at(queue, position), (uint16_t)mark, memory_order_relaxed); /* @release_mark */
}

/* Does the end need no guard, since one process has it? What a put and a pass, a get and a finish must agree on. */
static inline bool put_is_owned(const struct coop_object *queue)
{
    return queue->one_producer;
}

static inline bool get_is_owned(const struct coop_object *queue)
{
    return queue->one_consumer;
}

#endif
