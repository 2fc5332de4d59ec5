/* The least that a round trip between two processes can cost: a futex each way, and a cache line each way. */
#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"

struct ball {
    _Alignas(64) atomic_uint there;
    _Alignas(64) atomic_uint back;
};

typedef unsigned (*await)(atomic_uint *word, unsigned seen);
typedef void (*announce)(atomic_uint *word, unsigned value);

static unsigned await_futex(atomic_uint *word, unsigned seen)
{
    while (atomic_load_explicit(word, memory_order_acquire) == seen)
        syscall(SYS_futex, word, FUTEX_WAIT, seen, NULL, NULL, 0);
    return atomic_load_explicit(word, memory_order_relaxed);
}

static void announce_futex(atomic_uint *word, unsigned value)
{
    atomic_store_explicit(word, value, memory_order_release);
    syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static unsigned await_line(atomic_uint *word, unsigned seen)
{
    unsigned value;
    while ((value = atomic_load_explicit(word, memory_order_acquire)) == seen)
        ;
    return value;
}

static void announce_line(atomic_uint *word, unsigned value)
{
    atomic_store_explicit(word, value, memory_order_release);
}

static inline void serve(struct ball *ball, await wait, announce tell)
{
    unsigned value = 0;
    while (value != UINT_MAX) {
        value = wait(&ball->there, value);
        tell(&ball->back, value);
    }
}

static inline double play(struct ball *ball, await wait, announce tell)
{
    unsigned count = 0;
    uint64_t start = bench_now_ns(), now;
    do {
        for (int i = 0; i < 64; i++) {
            tell(&ball->there, count + 1);
            count = wait(&ball->back, count);
        }
        now = bench_now_ns();
    } while (now < start + BENCH_ROUND_NS);
    tell(&ball->there, UINT_MAX);
    return (double)(now - start) / 1e3 / count;
}

static inline double round_trip(int client_cpu, await wait, announce tell)
{
    struct ball *ball = bench_shared(sizeof *ball);
    pid_t server = bench_fork();
    if (server == 0) {
        bench_pin(0);
        serve(ball, wait, tell);
        _exit(0);
    }
    bench_pin(client_cpu);
    double figure = play(ball, wait, tell);
    bench_reap(server);
    return figure;
}

static double futex_one_core(void)
{
    return round_trip(0, await_futex, announce_futex);
}

static double line_two_cores(void)
{
    return round_trip(1, await_line, announce_line);
}

CONTENDER("round_trip_one_core", "bare futex", futex_one_core);
CONTENDER("round_trip_two_cores", "cache line (floor)", line_two_cores);
