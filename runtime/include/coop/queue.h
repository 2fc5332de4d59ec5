/*
 * A queue of fixed-size messages: first in, first out, any number of producers and consumers.
 *
 *     struct sentence { uint32_t number; char text[84]; };
 *     COOP_QUEUE(sentences, struct sentence, 16, .max_deliveries = 3, .dead_letters = &poison);
 *
 *     struct sentence s;
 *     struct coop_lease lease;
 *     while (coop_queue_take(&sentences, &s, &lease, COOP_FOREVER) >= 0) {
 *         work(&s);
 *         coop_queue_done(&sentences, lease);
 *     }
 *
 * A message is accepted at one instant: a producer that is killed before it has put nothing, one that is killed after it
 * has put a whole message. A plain get delivers at most once: the message goes with the consumer that is killed
 * after it. A lease (take, then done) delivers at least once: the message of a consumer that dies goes back to its old
 * place, and past `.max_deliveries` deliveries to the queue `.dead_letters`.
 *
 * An old lease holds its slot: a queue of n slots has at most n messages between the oldest lease and its newest message.
 *
 * Options, each `.name = value` after the count:
 *     .one_producer = 1    one process at a time puts; faster. The end is claimed by the first put and free again when
 *                          its owner ends. A put by another process is misuse. Only the owner may close the queue.
 *     .one_consumer = 1    the same for get, take, done and give_back. It doesn't go with .max_deliveries.
 *     .max_deliveries = n  a message is delivered n times at most (1 to 200) before it is a dead letter
 *     .dead_letters = &q   where dead letters go: a queue of the same message size; without one they are dropped and logged
 */
#ifndef COOP_QUEUE_H
#define COOP_QUEUE_H

#include <coop/object.h>

struct coop_queue {
    struct coop_object object;
};

/* The state. A position is {lap, index}: 16 bits each, so that a full and an empty ring differ, and old leases show. */
struct coop_queue_state {
    struct coop_control control;
    _Atomic uint16_t closed;
    _Atomic uint16_t leased;                      /* a message ever was */
    _Alignas(COOP_LINE_BYTES) uint32_t seen_head; /* the producers': a copy of head, which may be old */
    _Atomic uint32_t producer;                    /* the owner of the end, or 0 */
    _Atomic uint32_t tail;
    _Alignas(COOP_LINE_BYTES) _Atomic uint32_t head; /* the consumers' */
    _Atomic uint32_t next;                           /* no ready message lies before it */
    uint32_t seen_tail;
    _Atomic uint32_t consumer;
};

/* Where a message is as long as a line, it should be one line. */
#define COOP_ITEM_ALIGNMENT (COOP_LINE_BYTES > 8 ? COOP_LINE_BYTES : 8)

/* A slot's mark: deliveries << 8 | owner's slot + 1, or one of the two values of queue.c. */
#define COOP_QUEUE(name_, type_, count_, ...)                                                                          \
    _Static_assert((count_) >= 1 && (count_) <= 65535, "a queue has 1 to 65535 slots");                                \
    _Static_assert(sizeof(type_) <= 65535, "a message has at most 65535 bytes");                                       \
    static struct {                                                                                                    \
        struct coop_queue_state state;                                                                                 \
        _Atomic uint16_t marks[count_];                                                                                \
        _Alignas(COOP_ITEM_ALIGNMENT) unsigned char items[(size_t)(count_) * ((sizeof(type_) + 7u) / 8u * 8u)];        \
    } name_##_queue COOP_SECTION("coop_shm");                                                                          \
    const struct coop_queue name_ COOP_SECTION("coop_objects.queue") = {{.name = #name_,                               \
                                                                         .control = &name_##_queue.state.control,      \
                                                                         .items = name_##_queue.items,                 \
                                                                         .item_bytes = sizeof(type_),                  \
                                                                         .count = (count_),                            \
                                                                         .kind = COOP_KIND_QUEUE,                      \
                                                                         __VA_ARGS__}}

/* A message that a process took and has not finished. Valid until done, given back, or the end of its taker. */
struct coop_lease {
    uint32_t position;
};

/*
 * Appends the message at `message` (the queue's message size in bytes), copied. Waits up to timeout_ms for a free slot.
 * Returns 0; COOP_EAGAIN (full, timeout 0), COOP_ETIMEDOUT, COOP_ECLOSED, COOP_ESTOPPING, COOP_EBUSY, COOP_EINVAL.
 */
COOP_RESULT int coop_queue_put(const struct coop_queue *queue, const void *message, int timeout_ms);

/*
 * Removes the oldest message that is not leased, and copies it to `message`. Waits up to timeout_ms for one.
 * Returns 0; COOP_EAGAIN (empty, timeout 0), COOP_ETIMEDOUT, COOP_ECLOSED (closed, empty, and no lease is out),
 * COOP_ESTOPPING, COOP_EBUSY, COOP_EINVAL.
 */
COOP_RESULT int coop_queue_get(const struct coop_queue *queue, void *message, int timeout_ms);

/*
 * Copies the oldest message that is not leased to `message`, and leaves it in the queue, leased to this process.
 * Returns how often the message has been delivered, this time included (1 and up); errors as coop_queue_get.
 */
COOP_RESULT int coop_queue_take(const struct coop_queue *queue, void *message, struct coop_lease *lease,
                                int timeout_ms);

/*
 * Removes the leased message. Doesn't block. Returns 0; COOP_ESTALE when this process holds no such lease (done twice, for
 * example); COOP_EBUSY.
 */
int coop_queue_done(const struct coop_queue *queue, struct coop_lease lease);

/*
 * Returns the leased message to its place in the queue; past .max_deliveries it becomes a dead letter instead.
 * Doesn't block. Returns and errors as coop_queue_done.
 */
int coop_queue_give_back(const struct coop_queue *queue, struct coop_lease lease);

/*
 * Finishes a lease of `in` and puts `message` to `out`, in one step: however and whenever this process dies, either both
 * have happened or neither. So a stage that takes from one queue and passes to the next delivers exactly once. Waits
 * up to timeout_ms for a free slot in `out`.
 * Returns 0; COOP_ESTALE when this process holds no such lease; errors as coop_queue_put, after which the lease is still held.
 * `in` and `out` are different queues: else COOP_EINVAL.
 */
COOP_RESULT int coop_queue_pass(const struct coop_queue *in, struct coop_lease lease, const struct coop_queue *out,
                                const void *message, int timeout_ms);

/*
 * Closes the queue: every later or waiting put gets COOP_ECLOSED at once; consumers get what is left, then COOP_ECLOSED.
 * Doesn't block. Returns 0, also when it was closed already; COOP_EPERM on a queue with one producer when another
 * process owns that end; COOP_EBUSY.
 */
int coop_queue_close(const struct coop_queue *queue);

/*
 * Hints: what they say may have changed before the caller looks. _count: messages in the queue, leased ones included.
 * _is_empty: 1 when there is none, else 0. _is_full: 1 when a put would have to wait, else 0. They don't block.
 */
int coop_queue_count(const struct coop_queue *queue);
int coop_queue_is_empty(const struct coop_queue *queue);
int coop_queue_is_full(const struct coop_queue *queue);

#endif
