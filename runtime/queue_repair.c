/*
 * What the supervisor does to a queue: repair after a death, and moving dead letters.
 *
 * A death leaves `next` and the seen_ copies too old, leases that nobody will finish, and freed slots that head has not passed.
 * The words of an end that has one owner are touched only when that owner is the dead: else it may be using them now.
 */
#include "queue_ring.h"

#include "objects.h"
#include "operations.h"
#include <coop/log.h>

static bool is_sound(const struct coop_object *queue)
{
    struct coop_queue_state *state = state_of(queue);
    uint32_t head = atomic_load_explicit(&state->head, memory_order_acquire);
    uint32_t tail = atomic_load_explicit(&state->tail, memory_order_acquire);
    if (queue->one_consumer) /* the rest is its owner's, who may be at it now */
        return are_sound(queue, head, tail);
    uint32_t next = atomic_load_explicit(&state->next, memory_order_relaxed);
    return are_sound(queue, head, tail) && are_sound(queue, head, next) && are_sound(queue, next, state->seen_tail) &&
           are_sound(queue, state->seen_tail, tail);
}

/* What a process that scribbles over the arena can do to a queue is to lose its messages, not to lead repair astray. */
static void empty(const struct coop_object *queue)
{
    coop_log("%s: its positions were overwritten; its messages are lost", queue->name);
    atomic_store_explicit(&state_of(queue)->head, 0, memory_order_relaxed);
    atomic_store_explicit(&state_of(queue)->tail, 0, memory_order_relaxed);
    state_of(queue)->seen_head = 0;
    state_of(queue)->seen_tail = 0;
    set_next(state_of(queue), 0);
}

static bool mend(const struct coop_object *queue)
{
    if (is_sound(queue))
        return true;
    if (queue->one_producer || queue->one_consumer)
        return false; /* repair does it, when the owner has ended */
    empty(queue);
    return true;
}

/* The users of an end are out of the way when they need the guard, which repair holds, or when the only one is dead. */
static bool is_out(bool owned, _Atomic uint32_t *end, uint32_t dead)
{
    return !owned || atomic_load_explicit(end, memory_order_relaxed) == dead;
}

static unsigned repair_consumers(const struct coop_object *queue, uint32_t dead)
{
    struct coop_queue_state *state = state_of(queue);
    unsigned recovered = 0;
    uint32_t head = atomic_load_explicit(&state->head, memory_order_relaxed);
    uint32_t tail = atomic_load_explicit(&state->tail, memory_order_acquire);
    set_next(state, head); /* @repair_next */
    for (uint32_t p = head; p != tail; p = after(queue, p))
        if ((atomic_load_explicit(mark_at(queue, p), memory_order_relaxed) & MARK_OWNER) == dead) {
            release_lease(queue, p);
            recovered++;
        }
    while (head != tail && atomic_load_explicit(mark_at(queue, head), memory_order_relaxed) == MARK_DONE)
        head = after(queue, head);
    state->seen_tail = tail; /* @repair_seen: never before next, which moves on when a dead letter is moved away */
    set_next(state, head);
    atomic_store_explicit(&state->head, head, memory_order_release);  /* @repair_head */
    atomic_store_explicit(&state->consumer, 0, memory_order_release); /* @repair_end */
    return recovered;
}

static unsigned repair(const struct coop_object *queue, uint32_t dead)
{
    struct coop_queue_state *state = state_of(queue);
    bool producers_are_out = is_out(queue->one_producer, &state->producer, dead);
    bool consumers_are_out = is_out(queue->one_consumer, &state->consumer, dead);
    if (!is_sound(queue)) {
        if (!producers_are_out || !consumers_are_out)
            return 0; /* an owner that lives may be using it: its own end brings repair again */
        empty(queue);
    }
    unsigned recovered = consumers_are_out ? repair_consumers(queue, dead) : 0;
    if (producers_are_out) {
        state->seen_head = atomic_load_explicit(&state->head, memory_order_acquire);
        atomic_store_explicit(&state->producer, 0, memory_order_release); /* @repair_end */
    }
    return recovered;
}

/* Moves one dead letter. False when it must wait: the target is full, or another process is inside it. */
static bool move(const struct coop_object *queue, uint32_t position)
{
    const struct coop_object *target = queue->dead_letters ? &queue->dead_letters->object : NULL;
    if (target == NULL) {
        coop_log("%s: a message was dropped after %u deliveries", queue->name, queue->max_deliveries);
        return true;
    }
    if (port_enter(target, 0) < 0)
        return false;
    int result = WOULD_BLOCK;
    if (mend(target))
        result = queue_put.try(target, 0, (uintptr_t)item_at(queue, position), 0);
    port_leave(target);
    port_wake(target);
    if (result == COOP_ECLOSED)
        coop_log("%s: a dead letter was dropped: %s is closed", queue->name, target->name);
    return result != WOULD_BLOCK;
}

/* Moves dead letters, in order, as long as the queue for them has room. */
static bool tend(const struct coop_object *queue)
{
    struct coop_queue_state *state = state_of(queue);
    bool all = true, some = false;
    if (queue->max_deliveries == 0)
        return false;
    if (port_enter(queue, 0) < 0)
        return true;
    uint32_t tail = atomic_load_explicit(&state->tail, memory_order_acquire);
    uint32_t position = is_sound(queue) ? atomic_load_explicit(&state->head, memory_order_relaxed) : tail;
    for (; all && position != tail; position = after(queue, position))
        if (atomic_load_explicit(mark_at(queue, position), memory_order_relaxed) == MARK_DEAD) {
            all = move(queue, position);
            if (all) {
                free_slot(queue, position);
                some = true;
            }
        }
    port_leave(queue);
    if (some)
        port_wake(queue);
    return !all;
}

static bool check(const struct coop_object *queue)
{
    const struct coop_object *target = queue->dead_letters ? &queue->dead_letters->object : NULL;
    if (queue->max_deliveries > MAX_DELIVERIES || (queue->max_deliveries != 0 && queue->one_consumer))
        return false;
    return target == NULL || (target != queue && queue->max_deliveries != 0 && !target->one_producer &&
                              target->item_bytes == queue->item_bytes);
}

const struct object_class queue_class = {.repair = repair, .tend = tend, .mend = mend, .check = check};
