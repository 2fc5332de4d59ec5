/*
 * The queue's operations. tail is the only commit of a put; head, or a slot's mark, of a get, take, done and give_back.
 *
 * What a death leaves: before the commit nothing that anybody reads; after it, `next` perhaps too old, which only
 * costs a longer look, and freed slots that head has not passed, which repair passes.
 */
#include "queue_ring.h"

#include "copy.h"
#include "operations.h"

#define ALWAYS_INLINE     inline __attribute__((always_inline))
#define SELDOM(condition) __builtin_expect((condition), 0)

/* An end that is declared to have one user: claimed by its first, returned by repair. */
static ALWAYS_INLINE int claim(_Atomic uint32_t *end, uint32_t self)
{
    uint32_t owner = atomic_load_explicit(end, memory_order_relaxed);
    if (!SELDOM((owner != self) | (self == 0)))
        return 0;
    if (owner != 0 || self == 0)
        return MISUSE - COOP_MISUSE_FOREIGN_END;
    port_owns(self); /* @claim */
    if (!atomic_compare_exchange_strong_explicit(end, &owner, self, memory_order_acq_rel, memory_order_relaxed))
        return MISUSE - COOP_MISUSE_FOREIGN_END;
    return 0;
}

static ALWAYS_INLINE int try_put(const struct coop_object *queue, uint32_t self, uintptr_t message, uintptr_t unused)
{
    (void)unused;
    struct coop_queue_state *state = state_of(queue);
    if (SELDOM(atomic_load_explicit(&state->closed, memory_order_relaxed) != 0))
        return COOP_ECLOSED; /* before the claim: who closes a queue that nobody has put to owns its end */
    int error = queue->one_producer ? claim(&state->producer, self) : 0;
    if (SELDOM(error < 0))
        return error;
    uint32_t tail = atomic_load_explicit(&state->tail, memory_order_relaxed);
    if (SELDOM(is_full(state->seen_head, tail))) {
        /* Pairs with the release of head: the consumer has finished reading the slot that this put writes. */
        state->seen_head = atomic_load_explicit(&state->head, memory_order_acquire);
        if (is_full(state->seen_head, tail))
            return WOULD_BLOCK;
    }
    copy_item(item_at(queue, tail), (const void *)message, queue->item_bytes); /* @put_copy */
    _Atomic uint16_t *mark = mark_at(queue, tail);
    if (atomic_load_explicit(mark, memory_order_relaxed) != 0) /* seldom: don't take the consumers' line for nothing */
        atomic_store_explicit(mark, 0, memory_order_relaxed);  /* @put_mark */
    /* @put_tail: the commit. Pairs with the acquire of tail in find_ready. */
    atomic_store_explicit(&state->tail, after(queue, tail), memory_order_release);
    return 0;
}

/* Without a ready message: COOP_ECLOSED when none can come back either. */
static int refuse(struct coop_queue_state *state)
{
    /* closed first: only then does an unchanged tail say that nothing more comes. Pairs with try_close. */
    bool closed = atomic_load_explicit(&state->closed, memory_order_acquire) != 0;
    uint32_t tail = atomic_load_explicit(&state->tail, memory_order_acquire);
    return closed && tail == atomic_load_explicit(&state->head, memory_order_relaxed) ? COOP_ECLOSED : WOULD_BLOCK;
}

/* Where the first message behind `next` is leased: moves next on. */
static __attribute__((noinline, cold)) int pass_leased(const struct coop_object *queue)
{
    struct coop_queue_state *state = state_of(queue);
    uint32_t position = atomic_load_explicit(&state->next, memory_order_relaxed);
    while ((atomic_load_explicit(mark_at(queue, position), memory_order_relaxed) & MARK_OWNER) != 0) {
        position = after(queue, position);
        set_next(state, position); /* @find_next */
        if (position == state->seen_tail)
            state->seen_tail = atomic_load_explicit(&state->tail, memory_order_acquire);
        if (position == state->seen_tail)
            return refuse(state);
    }
    return 0;
}

/* Finds the first ready message; WOULD_BLOCK, or COOP_ECLOSED when none is there and none can come back. */
static ALWAYS_INLINE int find_ready(const struct coop_object *queue, uint32_t *found)
{
    struct coop_queue_state *state = state_of(queue);
    int error = 0;
    *found = atomic_load_explicit(&state->next, memory_order_relaxed);
    if (*found == state->seen_tail) {
        state->seen_tail = atomic_load_explicit(&state->tail, memory_order_acquire); /* @find_seen */
        if (SELDOM(*found == state->seen_tail))
            return refuse(state);
    }
    if (SELDOM((atomic_load_explicit(mark_at(queue, *found), memory_order_relaxed) & MARK_OWNER) != 0)) {
        error = pass_leased(queue);
        *found = atomic_load_explicit(&state->next, memory_order_relaxed);
    }
    return error;
}

/* free_slot, where it is more than the next step of head. */
static __attribute__((noinline, cold)) void free_out_of_order(const struct coop_object *queue, uint32_t position)
{
    free_slot(queue, position);
}

static ALWAYS_INLINE int try_get(const struct coop_object *queue, uint32_t self, uintptr_t message, uintptr_t unused)
{
    (void)unused;
    struct coop_queue_state *state = state_of(queue);
    int error = queue->one_consumer ? claim(&state->consumer, self) : 0;
    if (SELDOM(error < 0))
        return error;
    uint32_t position;
    error = find_ready(queue, &position);
    if (SELDOM(error < 0))
        return error;
    copy_item((void *)message, item_at(queue, position), queue->item_bytes); /* @get_copy */
    uint32_t behind = after(queue, position);
    set_next(state, behind); /* @get_next: first, since free_slot may have to move it further */
    bool others = (atomic_load_explicit(&state->head, memory_order_relaxed) != position) |
                  (atomic_load_explicit(mark_at(queue, behind), memory_order_relaxed) == MARK_DONE);
    if (SELDOM(others))
        free_out_of_order(queue, position);
    else /* @get_head: the commit. Pairs with the acquire of head in try_put: the message has been copied out. */
        atomic_store_explicit(&state->head, behind, memory_order_release);
    return 0;
}

static int try_take(const struct coop_object *queue, uint32_t self, uintptr_t message, uintptr_t lease)
{
    struct coop_queue_state *state = state_of(queue);
    if (self == 0)
        return MISUSE - COOP_MISUSE_NOT_PROCESS; /* nobody could give it back */
    int error = queue->one_consumer ? claim(&state->consumer, self) : 0;
    if (error < 0)
        return error;
    uint32_t position;
    error = find_ready(queue, &position);
    if (error < 0)
        return error;
    copy_item((void *)message, item_at(queue, position), queue->item_bytes); /* @take_copy */
    ((struct coop_lease *)lease)->position = position;
    if (atomic_load_explicit(&state->leased, memory_order_relaxed) == 0)
        atomic_store_explicit(&state->leased, 1, memory_order_relaxed);
    uint32_t mark = atomic_load_explicit(mark_at(queue, position), memory_order_relaxed);
    port_owns(self);
    if (mark < MAX_DELIVERIES * MARK_DELIVERY)
        mark += MARK_DELIVERY;
    /* @take_mark: the commit. */
    atomic_store_explicit(mark_at(queue, position), (uint16_t)(mark | self), memory_order_relaxed);
    set_next(state, after(queue, position)); /* @take_next */
    return (int)(mark / MARK_DELIVERY);
}

static int try_done(const struct coop_object *queue, uint32_t self, uintptr_t position, uintptr_t unused)
{
    (void)unused;
    if (!holds(queue, self, (uint32_t)position))
        return COOP_ESTALE;
    free_slot(queue, (uint32_t)position);
    return 0;
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
    atomic_store_explicit(&state->closed, 1, memory_order_release); /* @close */
    return 0;
}

static int try_count(const struct coop_object *queue, uint32_t self, uintptr_t a, uintptr_t b)
{
    (void)self;
    (void)a;
    (void)b;
    /* Acquire: so the tail is no older than the head. It may be newer, by any number of laps. */
    uint32_t head = atomic_load_explicit(&state_of(queue)->head, memory_order_acquire);
    uint32_t count = distance(queue, head, atomic_load_explicit(&state_of(queue)->tail, memory_order_relaxed));
    return (int)(count <= queue->count ? count : queue->count);
}

/* As put_is_ready, a guess. */
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
    .try = try_count, .unguarded = needs_no_guard, .number = OP_QUEUE_COUNT, .kind = COOP_KIND_QUEUE};

int coop_queue_put(const struct coop_queue *queue, const void *message, int timeout_ms)
{
    return port_call(&queue_put, unchecked(queue), (uintptr_t)message, 0, timeout_ms);
}

int coop_queue_get(const struct coop_queue *queue, void *message, int timeout_ms)
{
    return port_call(&queue_get, unchecked(queue), (uintptr_t)message, 0, timeout_ms);
}

int coop_queue_take(const struct coop_queue *queue, void *message, struct coop_lease *lease, int timeout_ms)
{
    return port_call(&queue_take, unchecked(queue), (uintptr_t)message, (uintptr_t)lease, timeout_ms);
}

int coop_queue_done(const struct coop_queue *queue, struct coop_lease lease)
{
    return port_call(&queue_done, unchecked(queue), lease.position, 0, 0);
}

int coop_queue_give_back(const struct coop_queue *queue, struct coop_lease lease)
{
    return port_call(&queue_give_back, unchecked(queue), lease.position, 0, 0);
}

int coop_queue_close(const struct coop_queue *queue)
{
    return port_call(&queue_close, unchecked(queue), 0, 0, 0);
}

int coop_queue_count(const struct coop_queue *queue)
{
    return port_call(&queue_count, unchecked(queue), 0, 0, 0);
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
