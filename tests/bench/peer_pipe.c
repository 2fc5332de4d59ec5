#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench.h"

struct channel {
    int ends[2];
};

static struct channel *channel_create(size_t depth, size_t bytes)
{
    struct channel *channel = malloc(sizeof *channel);
    if (channel == NULL || pipe(channel->ends) != 0)
        bench_fail("pipe");
    /* The kernel rounds up to a page. */
    if (fcntl(channel->ends[1], F_SETPIPE_SZ, (int)(depth * bytes)) < 0)
        bench_fail("F_SETPIPE_SZ");
    return channel;
}

static void channel_destroy(struct channel *channel)
{
    close(channel->ends[0]);
    close(channel->ends[1]);
    free(channel);
}

static void channel_put(struct channel *channel, const void *message, size_t bytes)
{
    if (write(channel->ends[1], message, bytes) != (ssize_t)bytes)
        bench_fail("write");
}

static void channel_get(struct channel *channel, void *message, size_t bytes)
{
    if (read(channel->ends[0], message, bytes) != (ssize_t)bytes)
        bench_fail("read");
}

#include "channel_rows.h"

CONTENDER("put_get", "pipe", put_get);
CONTENDER("one_way_two_cores", "pipe", one_way_two_cores);
CONTENDER("one_way_one_core", "pipe", one_way_one_core);
CONTENDER("round_trip_one_core", "pipe", round_trip_one_core);
CONTENDER("round_trip_two_cores", "pipe", round_trip_two_cores);
CONTENDER("killed", "pipe", killed);
