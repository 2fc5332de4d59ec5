#include <coop.h>

#include "bench.h"

struct channel {
    const struct coop_queue *queue;
};

static struct channel *channel_create(size_t depth, size_t bytes);

static inline void channel_destroy(struct channel *channel)
{
    (void)channel;
}

static inline void channel_put(struct channel *channel, const void *message, size_t bytes)
{
    (void)bytes;
    if (coop_queue_put(channel->queue, message, COOP_FOREVER) < 0)
        bench_fail("coop_queue_put");
}

static inline void channel_get(struct channel *channel, void *message, size_t bytes)
{
    (void)bytes;
    if (coop_queue_get(channel->queue, message, COOP_FOREVER) < 0)
        bench_fail("coop_queue_get");
}

#include "channel_rows.h"

COOP_QUEUE(requests_of_many, struct message, 16);
COOP_QUEUE(answers_of_many, struct message, 16);
COOP_QUEUE(short_of_many, struct message, 256);
COOP_QUEUE(long_of_many, struct message, 1024);
COOP_QUEUE(requests_owned, struct message, 16, .one_producer = 1, .one_consumer = 1);
COOP_QUEUE(answers_owned, struct message, 16, .one_producer = 1, .one_consumer = 1);
COOP_QUEUE(short_owned, struct message, 256, .one_producer = 1, .one_consumer = 1);
COOP_QUEUE(long_owned, struct message, 1024, .one_producer = 1, .one_consumer = 1);

enum ends { OF_MANY, OWNED };
enum which { REQUESTS, ANSWERS, SHORT, LONG };

static struct channel channels[][4] = {
    [OF_MANY] = {{&requests_of_many}, {&answers_of_many}, {&short_of_many}, {&long_of_many}},
    [OWNED] = {{&requests_owned}, {&answers_owned}, {&short_owned}, {&long_owned}},
};

/* What the other process is told. */
struct part {
    enum ends ends;
    enum which which;
    int cpu;
};

COOP_SHARED(double, consumed);

/* For put_get: the queues are declared, not created. */
static enum ends ends_of_put_get;

static struct channel *channel_create(size_t depth, size_t bytes)
{
    (void)depth;
    (void)bytes;
    return &channels[ends_of_put_get][REQUESTS];
}

static int play_consumer(const void *argument)
{
    const struct part *part = argument;
    bench_pin(part->cpu);
    consumed = consume(&channels[part->ends][part->which]);
    return 0;
}
COOP_PROCESS(bench_consumer, play_consumer);

static int play_server(const void *argument)
{
    const struct part *part = argument;
    bench_pin(part->cpu);
    answer(&channels[part->ends][REQUESTS], &channels[part->ends][ANSWERS]);
    return 0;
}
COOP_PROCESS(bench_server, play_server);

static struct coop_handle start_part(const struct coop_process *process, const struct part *part)
{
    struct coop_handle handle;
    if (coop_start(process, part, sizeof *part, &handle) < 0)
        bench_fail("coop_start");
    return handle;
}

static void join_part(struct coop_handle handle)
{
    if (coop_join(handle, COOP_FOREVER, NULL) < 0 || coop_exitcode(handle) != 0)
        bench_fail("a part ended badly");
}

static double flow(enum ends ends, enum which which, int producer_cpu)
{
    struct part part = {.ends = ends, .which = which, .cpu = 0};
    struct coop_handle consumer = start_part(&bench_consumer, &part);
    bench_pin(producer_cpu);
    produce(&channels[ends][which]);
    join_part(consumer);
    return consumed;
}

static double trip(enum ends ends, int client_cpu)
{
    struct part part = {.ends = ends, .cpu = 0};
    struct coop_handle server = start_part(&bench_server, &part);
    bench_pin(client_cpu);
    double figure = ask(&channels[ends][REQUESTS], &channels[ends][ANSWERS]);
    join_part(server);
    return figure;
}

static double put_get_many(void)
{
    ends_of_put_get = OF_MANY;
    return put_get();
}

static double put_get_owned(void)
{
    ends_of_put_get = OWNED;
    return put_get();
}

static double two_cores_many(void)
{
    return flow(OF_MANY, LONG, 1);
}

static double two_cores_owned(void)
{
    return flow(OWNED, LONG, 1);
}

static double one_core_many(void)
{
    return flow(OF_MANY, SHORT, 0);
}

static double one_core_owned(void)
{
    return flow(OWNED, SHORT, 0);
}

static double trip_one_core_many(void)
{
    return trip(OF_MANY, 0);
}

static double trip_one_core_owned(void)
{
    return trip(OWNED, 0);
}

static double trip_two_cores_many(void)
{
    return trip(OF_MANY, 1);
}

static double trip_two_cores_owned(void)
{
    return trip(OWNED, 1);
}

CONTENDER("put_get", "coop queue", put_get_many);
CONTENDER("put_get", "coop queue, owned ends", put_get_owned);
CONTENDER("one_way_two_cores", "coop queue", two_cores_many);
CONTENDER("one_way_two_cores", "coop queue, owned ends", two_cores_owned);
CONTENDER("one_way_one_core", "coop queue", one_core_many);
CONTENDER("one_way_one_core", "coop queue, owned ends", one_core_owned);
CONTENDER("round_trip_one_core", "coop queue", trip_one_core_many);
CONTENDER("round_trip_one_core", "coop queue, owned ends", trip_one_core_owned);
CONTENDER("round_trip_two_cores", "coop queue", trip_two_cores_many);
CONTENDER("round_trip_two_cores", "coop queue, owned ends", trip_two_cores_owned);
