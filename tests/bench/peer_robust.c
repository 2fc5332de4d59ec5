/* A ring under a robust, process-shared mutex: what one writes who wants a queue that outlives its users. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>

#include "bench.h"

struct channel {
    pthread_mutex_t mutex;
    size_t depth, slot_bytes, head, count;
    unsigned char slots[];
};

static struct channel *channel_create(size_t depth, size_t bytes)
{
    struct channel *channel = bench_shared(sizeof *channel + depth * bytes);
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    if (pthread_mutex_init(&channel->mutex, &attributes) != 0)
        bench_fail("pthread_mutex_init");
    channel->depth = depth;
    channel->slot_bytes = bytes;
    return channel;
}

static void channel_destroy(struct channel *channel)
{
    munmap(channel, sizeof *channel + channel->depth * channel->slot_bytes);
}

static inline void lock(struct channel *channel)
{
    int error = pthread_mutex_lock(&channel->mutex);
    if (error == EOWNERDEAD)
        error = pthread_mutex_consistent(&channel->mutex);
    if (error != 0)
        bench_fail("pthread_mutex_lock");
}

/* Locks once the ring holds other than `count` messages. */
static inline void lock_when_not(struct channel *channel, size_t count)
{
    for (;;) {
        lock(channel);
        if (channel->count != count)
            return;
        pthread_mutex_unlock(&channel->mutex);
        sched_yield();
    }
}

static inline void channel_put(struct channel *channel, const void *message, size_t bytes)
{
    lock_when_not(channel, channel->depth);
    size_t tail = channel->head + channel->count;
    tail = tail < channel->depth ? tail : tail - channel->depth;
    memcpy(channel->slots + tail * bytes, message, bytes);
    channel->count++;
    pthread_mutex_unlock(&channel->mutex);
}

static inline void channel_get(struct channel *channel, void *message, size_t bytes)
{
    lock_when_not(channel, 0);
    memcpy(message, channel->slots + channel->head * bytes, bytes);
    channel->head = channel->head + 1 < channel->depth ? channel->head + 1 : 0;
    channel->count--;
    pthread_mutex_unlock(&channel->mutex);
}

#include "channel_rows.h"

CONTENDER("put_get", "ring, robust mutex", put_get);
CONTENDER("killed", "ring, robust mutex", killed);
