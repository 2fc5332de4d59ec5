#include <coop.h>

#include "bench.h"

COOP_SEMAPHORE(bench_semaphore, 1);
COOP_PERMITS(bench_permits, 1);
COOP_LOCK(bench_lock);

static inline int use_semaphore(void)
{
    return coop_semaphore_acquire(&bench_semaphore, COOP_FOREVER) | coop_semaphore_release(&bench_semaphore);
}

static inline int use_permits(void)
{
    return coop_permits_acquire(&bench_permits, COOP_FOREVER) | coop_permits_release(&bench_permits);
}

static inline int use_lock(void)
{
    return coop_lock_acquire(&bench_lock, COOP_FOREVER) | coop_lock_release(&bench_lock);
}

static inline double time_pairs(int (*pair)(void))
{
    bench_pin(0);
    uint64_t count = 0, start = bench_now_ns(), now;
    do {
        int error = 0;
        for (int i = 0; i < 1000; i++)
            error |= pair();
        if (error < 0)
            bench_fail("acquire or release");
        count += 1000;
        now = bench_now_ns();
    } while (now < start + BENCH_ROUND_NS);
    return (double)(now - start) / (double)count;
}

static double semaphore_pair(void)
{
    return time_pairs(use_semaphore);
}

static double permits_pair(void)
{
    return time_pairs(use_permits);
}

static double lock_pair(void)
{
    return time_pairs(use_lock);
}

CONTENDER("semaphore", "coop semaphore", semaphore_pair);
CONTENDER("semaphore", "coop permits", permits_pair);
CONTENDER("semaphore", "coop lock", lock_pair);
