/*
 * The queue: a ring of slots between two positions.
 *
 * tail is the only commit of a put; head, or a slot's mark, of a get, take, done and give_back. A position is
 * {lap, index}, so that it is one word, wraps at any count, and tells full from empty. Between head and tail a slot's
 * mark says whether it is ready (deliveries << 8), leased (deliveries << 8 | owner), freed while an older one is leased
 * (MARK_DONE), or a dead letter (MARK_DEAD). Outside, marks mean nothing: put sets its slot's before it commits.
 *
 * What a death leaves: before the commit nothing that anybody reads; after it, `next` perhaps too old, which only
 * costs a longer look, and freed slots that head has not passed, which repair passes.
 */
#include <coop/log.h>
#include <coop/queue.h>

#include "copy.h"
#include "objects.h"
#include "operations.h"
#include <stdatomic.h>

enum { MARK_OWNER = 0xff, MARK_DELIVERY = 0x100, MARK_DONE = 0xff, MARK_DEAD = 0xfe, MAX_DELIVERIES = 200 };
enum { LAP = 0x10000, INDEX = 0xffff };

static struct coop_queue_state *state_of(const struct coop_object *queue)
{
    return (struct coop_queue_state *)queue->control;
}

static _Atomic uint16_t *mark_at(const struct coop_object *queue, uint32_t position)
{
    return (_Atomic uint16_t *)(state_of(queue) + 1) + (position & INDEX);
}

static void *item_at(const struct coop_object *queue, uint32_t position)
{
    return (unsigned char *)queue->items + (size_t)(position & INDEX) * ((queue->item_bytes + 7u) / 8u * 8u);
}

static uint32_t after(const struct coop_object *queue, uint32_t position)
{
    uint32_t index = (position & INDEX) + 1;
    return index < queue->count ? position + 1 : (position & ~(uint32_t)INDEX) + LAP;
}

static uint32_t distance(const struct coop_object *queue, uint32_t from, uint32_t to)
{
    uint32_t laps = (to - (to & INDEX) - (from - (from & INDEX))) / LAP;
    return laps * queue->count + (to & INDEX) - (from & INDEX);
}

static void set_next(struct coop_queue_state *state, uint32_t position)
{
    atomic_store_explicit(&state->next, position, memory_order_relaxed);
}

static bool is_full(uint32_t head, uint32_t tail)
{
    return tail == head + LAP;
}

/* An end that is declared to have one user: claimed by its first, returned by repair. */
static int claim(_Atomic uint32_t *end, uint32_t self)
{
    uint32_t owner = atomic_load_explicit(end, memory_order_relaxed);
    if (owner == self && self != 0)
        return 0;
    if (owner != 0 || self == 0 ||
        !atomic_compare_exchange_strong_explicit(end, &owner, self, memory_order_acq_rel, memory_order_relaxed))
        return MISUSE - COOP_MISUSE_FOREIGN_END;
    return 0;
}

static int try_put(const struct coop_object *queue, uint32_t self, uintptr_t message, uintptr_t unused)
{
    (void)unused;
    struct coop_queue_state *state = state_of(queue);
    if (queue->one_producer) {
        int error = claim(&state->producer, self);
        if (error < 0)
            return error;
    }
    if (atomic_load_explicit(&state->closed, memory_order_relaxed))
        return COOP_ECLOSED;
    uint32_t tail = atomic_load_explicit(&state->tail, memory_order_relaxed);
    if (is_full(state->seen_head, tail)) {
        /* Pairs with the release of head: the consumer has finished reading the slot that this put writes. */
        state->seen_head = atomic_load_explicit(&state->head, memory_order_acquire);
        if (is_full(state->seen_head, tail))
            return WOULD_BLOCK;
    }
    copy_item(item_at(queue, tail), (const void *)message, queue->item_bytes);
    _Atomic uint16_t *mark = mark_at(queue, tail);
    if (atomic_load_explicit(mark, memory_order_relaxed) != 0) /* seldom: don't take the consumers' line for nothing */
        atomic_store_explicit(mark, 0, memory_order_relaxed);
    /* The commit. Pairs with the acquire of tail in find_ready. */
    atomic_store_explicit(&state->tail, after(queue, tail), memory_order_release);
    return 0;
}

/* Finds the first ready message; WOULD_BLOCK, or COOP_ECLOSED when none is there and none can come back. */
static int find_ready(const struct coop_object *queue, uint32_t *found)
{
    struct coop_queue_state *state = state_of(queue);
    uint32_t position = atomic_load_explicit(&state->next, memory_order_relaxed);
    for (;;) {
        if (position == state->seen_tail) {
            /* closed first: only then does an unchanged tail say that nothing more comes. Pairs with try_close. */
            uint32_t closed = atomic_load_explicit(&state->closed, memory_order_acquire);
            state->seen_tail = atomic_load_explicit(&state->tail, memory_order_acquire);
            if (position == state->seen_tail) {
                bool empty = atomic_load_explicit(&state->head, memory_order_relaxed) == position;
                return closed && empty ? COOP_ECLOSED : WOULD_BLOCK;
            }
        }
        if ((atomic_load_explicit(mark_at(queue, position), memory_order_relaxed) & MARK_OWNER) == 0)
            break;
        position = after(queue, position);
        set_next(state, position);
    }
    *found = position;
    return 0;
}

/* Moves head over `position`, which is free now, and what was freed behind it: the commit, unless older ones are out. */
static void free_slot(const struct coop_object *queue, uint32_t position)
{
    struct coop_queue_state *state = state_of(queue);
    uint32_t head = atomic_load_explicit(&state->head, memory_order_relaxed);
    if (head != position) {
        atomic_store_explicit(mark_at(queue, position), MARK_DONE, memory_order_relaxed);
        return;
    }
    uint32_t tail = atomic_load_explicit(&state->tail, memory_order_acquire);
    do
        head = after(queue, head);
    while (head != tail && atomic_load_explicit(mark_at(queue, head), memory_order_relaxed) == MARK_DONE);
    /* Pairs with the acquire of head in try_put: the message has been copied out. */
    atomic_store_explicit(&state->head, head, memory_order_release);
}

static int try_get(const struct coop_object *queue, uint32_t self, uintptr_t message, uintptr_t unused)
{
    (void)unused;
    struct coop_queue_state *state = state_of(queue);
    int error = queue->one_consumer ? claim(&state->consumer, self) : 0;
    if (error < 0)
        return error;
    uint32_t position;
    error = find_ready(queue, &position);
    if (error < 0)
        return error;
    copy_item((void *)message, item_at(queue, position), queue->item_bytes);
    free_slot(queue, position);
    set_next(state, after(queue, position));
    return 0;
}

static int try_take(const struct coop_object *queue, uint32_t self, uintptr_t message, uintptr_t lease)
{
    struct coop_queue_state *state = state_of(queue);
    int error = queue->one_consumer ? claim(&state->consumer, self) : 0;
    if (error < 0)
        return error;
    uint32_t position;
    error = find_ready(queue, &position);
    if (error < 0)
        return error;
    copy_item((void *)message, item_at(queue, position), queue->item_bytes);
    ((struct coop_lease *)lease)->position = position;
    uint32_t mark = atomic_load_explicit(mark_at(queue, position), memory_order_relaxed);
    if (mark < MAX_DELIVERIES * MARK_DELIVERY)
        mark += MARK_DELIVERY;
    /* The commit. */
    atomic_store_explicit(mark_at(queue, position), (uint16_t)(mark | self), memory_order_relaxed);
    set_next(state, after(queue, position));
    return (int)(mark / MARK_DELIVERY);
}

static bool holds(const struct coop_object *queue, uint32_t self, uint32_t position)
{
    struct coop_queue_state *state = state_of(queue);
    uint32_t head = atomic_load_explicit(&state->head, memory_order_relaxed);
    uint32_t tail = atomic_load_explicit(&state->tail, memory_order_relaxed);
    if ((position & INDEX) >= queue->count || distance(queue, head, position) >= distance(queue, head, tail))
        return false;
    return self != 0 && (atomic_load_explicit(mark_at(queue, position), memory_order_relaxed) & MARK_OWNER) == self;
}

static int try_done(const struct coop_object *queue, uint32_t self, uintptr_t position, uintptr_t unused)
{
    (void)unused;
    if (!holds(queue, self, (uint32_t)position))
        return COOP_ESTALE;
    free_slot(queue, (uint32_t)position);
    return 0;
}

/* Makes a leased message ready again, or a dead letter. */
static void release_lease(const struct coop_object *queue, uint32_t position)
{
    struct coop_queue_state *state = state_of(queue);
    uint32_t head = atomic_load_explicit(&state->head, memory_order_relaxed);
    uint32_t mark = atomic_load_explicit(mark_at(queue, position), memory_order_relaxed) & ~(uint32_t)MARK_OWNER;
    if (queue->max_deliveries != 0 && mark >= queue->max_deliveries * (uint32_t)MARK_DELIVERY)
        mark = MARK_DEAD;
    else if (distance(queue, head, position) <
             distance(queue, head, atomic_load_explicit(&state->next, memory_order_relaxed)))
        set_next(state, position); /* before the commit: else nobody would find it */
    atomic_store_explicit(mark_at(queue, position), (uint16_t)mark, memory_order_relaxed);
}

static int try_give_back(const struct coop_object *queue, uint32_t self, uintptr_t position, uintptr_t unused)
{
    (void)unused;
    if (!holds(queue, self, (uint32_t)position))
        return COOP_ESTALE;
    release_lease(queue, (uint32_t)position);
    return 0;
}

static int try_close(const struct coop_object *queue, uint32_t self, uintptr_t a, uintptr_t b)
{
    (void)a;
    (void)b;
    struct coop_queue_state *state = state_of(queue);
    /* A put that needs no guard could commit after the close unless its own process is the one that closes. */
    if (queue->one_producer && self != 0 && claim(&state->producer, self) < 0)
        return COOP_EPERM;
    atomic_store_explicit(&state->closed, 1, memory_order_release);
    return 0;
}

static int try_count(const struct coop_object *queue, uint32_t self, uintptr_t a, uintptr_t b)
{
    (void)self;
    (void)a;
    (void)b;
    uint32_t head = atomic_load_explicit(&state_of(queue)->head, memory_order_relaxed);
    uint32_t count = distance(queue, head, atomic_load_explicit(&state_of(queue)->tail, memory_order_relaxed));
    return (int)(count <= queue->count ? count : queue->count); /* the two loads are not one: a hint */
}

/* What a process that scribbles over the arena can do to a queue is to lose its messages, not to lead repair astray. */
static void check_ranges(const struct coop_object *queue)
{
    struct coop_queue_state *state = state_of(queue);
    uint32_t head = atomic_load_explicit(&state->head, memory_order_relaxed);
    uint32_t tail = atomic_load_explicit(&state->tail, memory_order_relaxed);
    if ((head & INDEX) >= queue->count || (tail & INDEX) >= queue->count ||
        distance(queue, head, tail) > queue->count) {
        coop_log("%s: its positions were overwritten; its messages are lost", queue->name);
        atomic_store_explicit(&state->head, 0, memory_order_relaxed);
        atomic_store_explicit(&state->tail, 0, memory_order_relaxed);
    }
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
    state->seen_tail = head;
    set_next(state, head);
    for (uint32_t p = head; p != tail; p = after(queue, p))
        if ((atomic_load_explicit(mark_at(queue, p), memory_order_relaxed) & MARK_OWNER) == dead) {
            release_lease(queue, p);
            recovered++;
        }
    while (head != tail && atomic_load_explicit(mark_at(queue, head), memory_order_relaxed) == MARK_DONE)
        head = after(queue, head);
    state->seen_tail = head;
    set_next(state, head);
    atomic_store_explicit(&state->head, head, memory_order_release);
    atomic_store_explicit(&state->consumer, 0, memory_order_release);
    return recovered;
}

static unsigned repair(const struct coop_object *queue, uint32_t dead)
{
    struct coop_queue_state *state = state_of(queue);
    bool producers_are_out = is_out(queue->one_producer, &state->producer, dead);
    bool consumers_are_out = is_out(queue->one_consumer, &state->consumer, dead);
    if (producers_are_out && consumers_are_out)
        check_ranges(queue);
    unsigned recovered = consumers_are_out ? repair_consumers(queue, dead) : 0;
    if (producers_are_out) {
        state->seen_head = atomic_load_explicit(&state->head, memory_order_acquire);
        atomic_store_explicit(&state->producer, 0, memory_order_release);
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
    int result = try_put(target, 0, (uintptr_t)item_at(queue, position), 0);
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
    uint32_t position = atomic_load_explicit(&state->head, memory_order_relaxed);
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

const struct object_class queue_class = {.repair = repair, .tend = tend, .check = check};

static bool put_is_owned(const struct coop_object *queue)
{
    return queue->one_producer;
}

static bool get_is_owned(const struct coop_object *queue)
{
    return queue->one_consumer;
}

static bool always(const struct coop_object *queue)
{
    (void)queue;
    return true;
}

/* Looks from outside the guard, where every word may change: good for a guess only. */
static bool put_is_ready(const struct coop_object *queue, uintptr_t message)
{
    (void)message;
    struct coop_queue_state *state = state_of(queue);
    return !is_full(atomic_load_explicit(&state->head, memory_order_relaxed),
                    atomic_load_explicit(&state->tail, memory_order_relaxed)) ||
           atomic_load_explicit(&state->closed, memory_order_relaxed);
}

static bool get_is_ready(const struct coop_object *queue, uintptr_t message)
{
    (void)message;
    struct coop_queue_state *state = state_of(queue);
    return atomic_load_explicit(&state->next, memory_order_relaxed) !=
               atomic_load_explicit(&state->tail, memory_order_relaxed) ||
           atomic_load_explicit(&state->closed, memory_order_relaxed);
}

const struct operation queue_put = {.try = try_put,
                                    .unguarded = put_is_owned,
                                    .ready = put_is_ready,
                                    .number = OP_QUEUE_PUT,
                                    .kind = COOP_KIND_QUEUE,
                                    .waits = DIRECTION_SPACE,
                                    .wakes = WAKES_DATA,
                                    .access_a = ACCESS_IN,
                                    .bytes_a = BYTES_OF_ITEM};
const struct operation queue_get = {.try = try_get,
                                    .unguarded = get_is_owned,
                                    .ready = get_is_ready,
                                    .number = OP_QUEUE_GET,
                                    .kind = COOP_KIND_QUEUE,
                                    .waits = DIRECTION_DATA,
                                    .wakes = WAKES_SPACE,
                                    .access_a = ACCESS_OUT,
                                    .bytes_a = BYTES_OF_ITEM};
const struct operation queue_take = {.try = try_take,
                                     .unguarded = get_is_owned,
                                     .ready = get_is_ready,
                                     .number = OP_QUEUE_TAKE,
                                     .kind = COOP_KIND_QUEUE,
                                     .waits = DIRECTION_DATA,
                                     .wakes = WAKES_NONE,
                                     .access_a = ACCESS_OUT,
                                     .bytes_a = BYTES_OF_ITEM,
                                     .access_b = ACCESS_OUT,
                                     .bytes_b = sizeof(struct coop_lease)};
/* The last lease of a closed queue may be what consumers wait for: they are told that it is closed. */
const struct operation queue_done = {.try = try_done,
                                     .unguarded = get_is_owned,
                                     .number = OP_QUEUE_DONE,
                                     .kind = COOP_KIND_QUEUE,
                                     .wakes = WAKES_SPACE | WAKES_DATA};
const struct operation queue_give_back = {.try = try_give_back,
                                          .unguarded = get_is_owned,
                                          .number = OP_QUEUE_GIVE_BACK,
                                          .kind = COOP_KIND_QUEUE,
                                          .wakes = WAKES_DATA,
                                          .rings = true};
const struct operation queue_close = {
    .try = try_close, .number = OP_QUEUE_CLOSE, .kind = COOP_KIND_QUEUE, .wakes = WAKES_SPACE | WAKES_DATA | WAKES_ALL};
const struct operation queue_count = {
    .try = try_count, .unguarded = always, .number = OP_QUEUE_COUNT, .kind = COOP_KIND_QUEUE};

int coop_queue_put(const struct coop_queue *queue, const void *message, int timeout_ms)
{
    return port_call(&queue_put, &queue->object, (uintptr_t)message, 0, timeout_ms);
}

int coop_queue_get(const struct coop_queue *queue, void *message, int timeout_ms)
{
    return port_call(&queue_get, &queue->object, (uintptr_t)message, 0, timeout_ms);
}

int coop_queue_take(const struct coop_queue *queue, void *message, struct coop_lease *lease, int timeout_ms)
{
    return port_call(&queue_take, &queue->object, (uintptr_t)message, (uintptr_t)lease, timeout_ms);
}

int coop_queue_done(const struct coop_queue *queue, struct coop_lease lease)
{
    return port_call(&queue_done, &queue->object, lease.position, 0, 0);
}

int coop_queue_give_back(const struct coop_queue *queue, struct coop_lease lease)
{
    return port_call(&queue_give_back, &queue->object, lease.position, 0, 0);
}

int coop_queue_close(const struct coop_queue *queue)
{
    return port_call(&queue_close, &queue->object, 0, 0, 0);
}

int coop_queue_count(const struct coop_queue *queue)
{
    return port_call(&queue_count, &queue->object, 0, 0, 0);
}

int coop_queue_is_empty(const struct coop_queue *queue)
{
    int count = coop_queue_count(queue);
    return count < 0 ? count : count == 0;
}

int coop_queue_is_full(const struct coop_queue *queue)
{
    int count = coop_queue_count(queue);
    return count < 0 ? count : (uint32_t)count == queue->object.count;
}
