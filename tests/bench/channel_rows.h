/* The rounds of every row that moves messages, for one kind of channel.
 *
 * A peer's file defines, before it includes this:
 *
 *     struct channel;
 *     static struct channel *channel_create(size_t depth, size_t bytes);
 *     static void channel_destroy(struct channel *channel);
 *     static void channel_put(struct channel *channel, const void *message, size_t bytes);   waits while full
 *     static void channel_get(struct channel *channel, void *message, size_t bytes);         waits while empty
 *
 * and then names the rounds that suit it with CONTENDER. The functions are inlined into each peer: a call through a
 * pointer would cost a fifth of the fastest peer. Valid as C11 and as C++.
 */
#include "bench.h"

#include <string.h>
#include <unistd.h>

struct message {
    uint64_t sequence;
    unsigned char payload[BENCH_MESSAGE_BYTES - sizeof(uint64_t)];
};

static const uint64_t LAST = UINT64_MAX;

static inline double put_get(void)
{
    struct channel *channel = channel_create(16, sizeof(struct message));
    struct message message, got;
    memset(&message, 1, sizeof message);
    bench_pin(0);
    uint64_t count = 0, start = 0, now = 0;
    /* The first millisecond warms up. */
    for (uint64_t warm = bench_now_ns() + 1000000; !start || now < start + BENCH_ROUND_NS;) {
        for (int i = 0; i < 1000; i++) {
            message.sequence = count++;
            channel_put(channel, &message, sizeof message);
            channel_get(channel, &got, sizeof got);
            if (got.sequence != message.sequence)
                bench_fail("a message differs");
        }
        now = bench_now_ns();
        if (!start && now > warm) {
            start = now;
            count = 0;
        }
    }
    channel_destroy(channel);
    return (double)(now - start) / (double)count;
}

/* Gets messages until the last; millions a second, from the first one's arrival. */
static inline double consume(struct channel *channel)
{
    struct message message;
    uint64_t expected = 0, start = 0;
    for (;;) {
        channel_get(channel, &message, sizeof message);
        if (message.sequence == LAST)
            return (double)(expected - 1) * 1e3 / (double)(bench_now_ns() - start);
        if (message.sequence != expected++)
            bench_fail("a message is lost");
        if (!start)
            start = bench_now_ns();
    }
}

static inline void produce(struct channel *channel)
{
    struct message message;
    memset(&message, 1, sizeof message);
    uint64_t sequence = 0;
    uint64_t end = bench_now_ns() + BENCH_ROUND_NS;
    do {
        for (int i = 0; i < 256; i++) {
            message.sequence = sequence++;
            channel_put(channel, &message, sizeof message);
        }
    } while (bench_now_ns() < end);
    message.sequence = LAST;
    channel_put(channel, &message, sizeof message);
}

static inline double one_way(size_t depth, int producer_cpu)
{
    struct channel *channel = channel_create(depth, sizeof(struct message));
    double *result = (double *)bench_shared(sizeof *result);
    pid_t consumer = bench_fork();
    if (consumer == 0) {
        bench_pin(0);
        *result = consume(channel);
        _exit(0);
    }
    bench_pin(producer_cpu);
    produce(channel);
    bench_reap(consumer);
    channel_destroy(channel);
    return *result;
}

static inline double one_way_two_cores(void)
{
    return one_way(1024, 1);
}

static inline double one_way_one_core(void)
{
    return one_way(256, 0);
}

static inline void answer(struct channel *requests, struct channel *answers)
{
    struct message message;
    do {
        channel_get(requests, &message, sizeof message);
        channel_put(answers, &message, sizeof message);
    } while (message.sequence != LAST);
}

static inline double ask(struct channel *requests, struct channel *answers)
{
    struct message message;
    memset(&message, 1, sizeof message);
    uint64_t count = 0, start = bench_now_ns(), now;
    do {
        for (int i = 0; i < 64; i++) {
            message.sequence = count++;
            channel_put(requests, &message, sizeof message);
            channel_get(answers, &message, sizeof message);
        }
        now = bench_now_ns();
    } while (now < start + BENCH_ROUND_NS);
    message.sequence = LAST;
    channel_put(requests, &message, sizeof message);
    channel_get(answers, &message, sizeof message);
    return (double)(now - start) / 1e3 / (double)count;
}

static inline double round_trip(int client_cpu)
{
    struct channel *requests = channel_create(16, sizeof(struct message));
    struct channel *answers = channel_create(16, sizeof(struct message));
    pid_t server = bench_fork();
    if (server == 0) {
        bench_pin(0);
        answer(requests, answers);
        _exit(0);
    }
    bench_pin(client_cpu);
    double figure = ask(requests, answers);
    bench_reap(server);
    channel_destroy(requests);
    channel_destroy(answers);
    return figure;
}

static inline double round_trip_two_cores(void)
{
    return round_trip(1);
}

static inline double round_trip_one_core(void)
{
    return round_trip(0);
}

static inline void *killed_create(void)
{
    return channel_create(8, BENCH_KILLED_BYTES);
}

static inline void killed_work(void *object)
{
    unsigned char message[BENCH_KILLED_BYTES];
    for (unsigned char stamp = 0;; stamp = (unsigned char)((stamp + 1) % 250)) {
        memset(message, stamp, sizeof message);
        channel_put((struct channel *)object, message, sizeof message);
        channel_get((struct channel *)object, message, sizeof message);
    }
}

static inline int killed_check(void *object)
{
    const unsigned char marker = 255;
    unsigned char message[BENCH_KILLED_BYTES];
    memset(message, marker, sizeof message);
    channel_put((struct channel *)object, message, sizeof message);
    do {
        channel_get((struct channel *)object, message, sizeof message);
        if (memcmp(message, message + 1, sizeof message - 1) != 0)
            return 0;
    } while (message[0] != marker);
    return 1;
}

static inline void killed_destroy(void *object)
{
    channel_destroy((struct channel *)object);
}

static inline double killed(void)
{
    const struct bench_victim victim = {killed_create, killed_work, killed_check, killed_destroy};
    return bench_killed_percentage(&victim, 100);
}
