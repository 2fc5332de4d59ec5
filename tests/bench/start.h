/* From asking for a process to having reaped it, out of a small parent and out of large ones. The child is a static musl
 * program that ends at once. */
#include <unistd.h>

#include "bench.h"

extern char **environ;

static const char *child_path;
static char *child_arguments[] = {"bench_child", NULL};

static inline double create_to_reaped(pid_t (*start)(void), size_t gigabytes, size_t stride)
{
    child_path = bench_beside("bench_child");
    bench_grow(gigabytes, stride);
    uint64_t count = 0, begin = bench_now_ns(), now;
    do {
        pid_t child = start();
        if (child < 0)
            bench_fail("start");
        bench_reap(child);
        count++;
        now = bench_now_ns();
    } while (now < begin + 2 * BENCH_ROUND_NS);
    return (double)(now - begin) / 1e3 / (double)count;
}

#define SIZES(name_, start_)                                                                                           \
    static double BENCH_PASTE(start_, _2mb)(void)                                                                      \
    {                                                                                                                  \
        return create_to_reaped(start_, 0, 1);                                                                         \
    }                                                                                                                  \
    static double BENCH_PASTE(start_, _1gb)(void)                                                                      \
    {                                                                                                                  \
        return create_to_reaped(start_, 1, 1);                                                                         \
    }                                                                                                                  \
    static double BENCH_PASTE(start_, _4gb)(void)                                                                      \
    {                                                                                                                  \
        return create_to_reaped(start_, 4, 4);                                                                         \
    }                                                                                                                  \
    CONTENDER("start_2mb", name_, BENCH_PASTE(start_, _2mb));                                                          \
    CONTENDER("start_1gb", name_, BENCH_PASTE(start_, _1gb));                                                          \
    CONTENDER("start_4gb", name_, BENCH_PASTE(start_, _4gb))
