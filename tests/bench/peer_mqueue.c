#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench.h"

struct channel {
    mqd_t queue;
};

static long system_depth_limit(void)
{
    long limit = 10;
    FILE *file = fopen("/proc/sys/fs/mqueue/msg_max", "r");
    if (file != NULL) {
        if (fscanf(file, "%ld", &limit) != 1)
            limit = 10;
        fclose(file);
    }
    return limit;
}

/* Root may raise the limit in an IPC namespace of its own, which ends with the round: the system's stays as it is. */
static void raise_depth_limit(void)
{
    static int raised;
    if (raised++ || unshare(CLONE_NEWIPC) != 0)
        return;
    int limit = open("/proc/sys/fs/mqueue/msg_max", O_WRONLY);
    if (limit >= 0) {
        if (write(limit, "1024", 4) != 4)
            bench_note("msg_max cannot be raised");
        close(limit);
    }
}

/* Who may not raise the limit gets the depth that the system grants. */
static mqd_t open_queue(const char *name, size_t depth, size_t bytes)
{
    raise_depth_limit();
    struct mq_attr attributes = {.mq_maxmsg = (long)depth, .mq_msgsize = (long)bytes};
    mqd_t queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);
    if (queue != (mqd_t)-1)
        return queue;
    attributes.mq_maxmsg = system_depth_limit();
    bench_note("depth %ld: limit of the system", attributes.mq_maxmsg);
    return mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);
}

static struct channel *channel_create(size_t depth, size_t bytes)
{
    static int count;
    char name[64];
    snprintf(name, sizeof name, "/coop-bench-%d-%d", (int)getpid(), count++);
    struct channel *channel = malloc(sizeof *channel);
    if (channel == NULL)
        bench_fail("malloc");
    channel->queue = open_queue(name, depth, bytes);
    if (channel->queue == (mqd_t)-1)
        bench_unavailable("mq_open failed (error %d)", errno);
    mq_unlink(name);
    return channel;
}

static void channel_destroy(struct channel *channel)
{
    mq_close(channel->queue);
    free(channel);
}

static void channel_put(struct channel *channel, const void *message, size_t bytes)
{
    if (mq_send(channel->queue, message, bytes, 0) != 0)
        bench_fail("mq_send");
}

static void channel_get(struct channel *channel, void *message, size_t bytes)
{
    if (mq_receive(channel->queue, message, bytes, NULL) != (ssize_t)bytes)
        bench_fail("mq_receive");
}

#include "channel_rows.h"

CONTENDER("put_get", "POSIX mqueue", put_get);
CONTENDER("one_way_two_cores", "POSIX mqueue", one_way_two_cores);
CONTENDER("one_way_one_core", "POSIX mqueue", one_way_one_core);
CONTENDER("round_trip_one_core", "POSIX mqueue", round_trip_one_core);
CONTENDER("killed", "POSIX mqueue", killed);
