#include <boost/interprocess/ipc/message_queue.hpp>

#include <string>

#include "bench.h"

using boost::interprocess::message_queue;

struct channel {
    message_queue queue;

    channel(const std::string &name, size_t depth, size_t bytes)
        : queue(boost::interprocess::create_only, name.c_str(), depth, bytes)
    {
    }
};

static struct channel *channel_create(size_t depth, size_t bytes)
{
    static int count;
    std::string name = "coop-bench-" + std::to_string(getpid()) + "-" + std::to_string(count++);
    channel *made = new channel(name, depth, bytes);
    /* Unlinked at once: a killed round leaves nothing behind in /dev/shm. */
    message_queue::remove(name.c_str());
    return made;
}

static void channel_destroy(struct channel *channel)
{
    delete channel;
}

static inline void channel_put(struct channel *channel, const void *message, size_t bytes)
{
    channel->queue.send(message, bytes, 0);
}

static inline void channel_get(struct channel *channel, void *message, size_t bytes)
{
    size_t received;
    unsigned priority;
    channel->queue.receive(message, bytes, received, priority);
}

#include "channel_rows.h"

CONTENDER("put_get", "boost message_queue", put_get);
CONTENDER("one_way_two_cores", "boost message_queue", one_way_two_cores);
CONTENDER("one_way_one_core", "boost message_queue", one_way_one_core);
CONTENDER("round_trip_one_core", "boost message_queue", round_trip_one_core);
CONTENDER("killed", "boost message_queue", killed);
