#include "peer_ck.h"

static inline void channel_put(struct channel *channel, const void *message, size_t bytes)
{
    struct message64 copy;
    __builtin_memcpy(&copy, message, bytes);
    while (!ck_ring_enqueue_spsc_message64(&channel->ring, channel->slots, &copy))
        ck_pr_stall();
}

static inline void channel_get(struct channel *channel, void *message, size_t bytes)
{
    (void)bytes;
    while (!ck_ring_dequeue_spsc_message64(&channel->ring, channel->slots, message))
        ck_pr_stall();
}

#include "channel_rows.h"

CONTENDER("put_get", "ck_ring SPSC", put_get);
CONTENDER("one_way_two_cores", "ck_ring SPSC", one_way_two_cores);
CONTENDER("round_trip_two_cores", "ck_ring SPSC", round_trip_two_cores);
