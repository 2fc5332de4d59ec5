/* The bounded queue for several producers and consumers that Dmitry Vyukov described on 1024cores.net: each cell carries
 * a sequence number that says whose turn it is. A process that dies between its claim and its commit blocks it for good;
 * it is here as the floor of what a queue for many costs. */
#include <stdatomic.h>
#include <sys/mman.h>

#include "bench.h"

struct cell {
    atomic_size_t turn;
    unsigned char bytes[BENCH_MESSAGE_BYTES];
};

struct channel {
    size_t mask;
    _Alignas(64) atomic_size_t tail;
    _Alignas(64) atomic_size_t head;
    _Alignas(64) struct cell cells[];
};

static size_t channel_bytes(size_t depth)
{
    return sizeof(struct channel) + depth * sizeof(struct cell);
}

static struct channel *channel_create(size_t depth, size_t bytes)
{
    (void)bytes;
    struct channel *channel = bench_shared(channel_bytes(depth));
    channel->mask = depth - 1;
    for (size_t i = 0; i < depth; i++)
        atomic_init(&channel->cells[i].turn, i);
    return channel;
}

static void channel_destroy(struct channel *channel)
{
    munmap(channel, channel_bytes(channel->mask + 1));
}

/* Claims the next position whose cell has come to `turn` past it. */
static inline struct cell *claim(struct channel *channel, atomic_size_t *index, size_t turn, size_t *position)
{
    *position = atomic_load_explicit(index, memory_order_relaxed);
    for (;;) {
        struct cell *cell = &channel->cells[*position & channel->mask];
        if (atomic_load_explicit(&cell->turn, memory_order_acquire) != *position + turn) {
            __builtin_ia32_pause();
            *position = atomic_load_explicit(index, memory_order_relaxed);
        } else if (atomic_compare_exchange_weak_explicit(index, position, *position + 1, memory_order_relaxed,
                                                         memory_order_relaxed)) {
            return cell;
        }
    }
}

static inline void channel_put(struct channel *channel, const void *message, size_t bytes)
{
    size_t position;
    struct cell *cell = claim(channel, &channel->tail, 0, &position);
    __builtin_memcpy(cell->bytes, message, bytes);
    atomic_store_explicit(&cell->turn, position + 1, memory_order_release);
}

static inline void channel_get(struct channel *channel, void *message, size_t bytes)
{
    size_t position;
    struct cell *cell = claim(channel, &channel->head, 1, &position);
    __builtin_memcpy(message, cell->bytes, bytes);
    atomic_store_explicit(&cell->turn, position + channel->mask + 1, memory_order_release);
}

#include "channel_rows.h"

CONTENDER("put_get", "Vyukov MPMC", put_get);
CONTENDER("one_way_two_cores", "Vyukov MPMC", one_way_two_cores);
