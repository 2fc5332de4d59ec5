/* A ck_ring of 64-byte messages in shared memory; the two files that include this choose how many may use its ends. */
#include <ck_ring.h>
#include <sys/mman.h>

#include "bench.h"

struct message64 {
    unsigned char bytes[BENCH_MESSAGE_BYTES];
};

CK_RING_PROTOTYPE(message64, message64)

struct channel {
    ck_ring_t ring;
    struct message64 slots[];
};

static inline size_t channel_bytes(size_t depth)
{
    return sizeof(struct channel) + depth * sizeof(struct message64);
}

static inline struct channel *channel_create(size_t depth, size_t bytes)
{
    (void)bytes;
    struct channel *channel = bench_shared(channel_bytes(depth));
    ck_ring_init(&channel->ring, (unsigned)depth);
    return channel;
}

static inline void channel_destroy(struct channel *channel)
{
    munmap(channel, channel_bytes(ck_ring_capacity(&channel->ring)));
}
