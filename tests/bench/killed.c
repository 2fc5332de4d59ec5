/* kill -9 at a random moment, then a look at what is left. */
#include "bench.h"

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static int check_in_fresh_process(const struct bench_victim *victim, void *object)
{
    pid_t checker = bench_fork();
    if (checker == 0) {
        struct itimerval deadline = {.it_value = {.tv_usec = 25000}};
        setitimer(ITIMER_REAL, &deadline, NULL);
        _exit(victim->check(object) ? 0 : 1);
    }
    int status;
    waitpid(checker, &status, 0);
    return status == 0;
}

static int survives(const struct bench_victim *victim, atomic_int *ready)
{
    void *object = victim->create();
    atomic_store(ready, 0);
    pid_t worker = bench_fork();
    if (worker == 0) {
        bench_pin(1);
        atomic_store(ready, 1);
        victim->work(object);
        _exit(1);
    }
    while (!atomic_load(ready))
        sched_yield();
    uint64_t end = bench_now_ns() + 20000 + (uint64_t)random() % 400000;
    while (bench_now_ns() < end)
        ;
    kill(worker, SIGKILL);
    waitpid(worker, NULL, 0);
    int whole = check_in_fresh_process(victim, object);
    victim->destroy(object);
    return whole;
}

double bench_killed_percentage(const struct bench_victim *victim, int trials)
{
    atomic_int *ready = bench_shared(sizeof *ready);
    srandom((unsigned)bench_now_ns());
    bench_pin(1); /* ends the round here, rather than in the worker, when there is none */
    bench_pin(0);
    /* The check must pass on what nobody harmed: else every figure would be the check's own. */
    void *unharmed = victim->create();
    if (!check_in_fresh_process(victim, unharmed))
        bench_fail("the check fails without a kill");
    victim->destroy(unharmed);
    int bad = 0;
    for (int trial = 0; trial < trials; trial++)
        bad += !survives(victim, ready);
    return 100.0 * bad / trials;
}
