/* Processes: start, succession, a pool made of two queues, the watchdog and what it costs. */
#include <coop.h>

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "bench.h"

static int end_at_once(const void *argument)
{
    (void)argument;
    return 0;
}
COOP_PROCESS(bench_ender, end_at_once);

static double start_and_join(void)
{
    uint64_t count = 0, start = bench_now_ns(), now;
    do {
        struct coop_handle handle;
        if (coop_start(&bench_ender, NULL, 0, &handle) < 0 || coop_join(handle, COOP_FOREVER, NULL) < 0)
            bench_fail("coop_start, coop_join");
        count++;
        now = bench_now_ns();
    } while (now < start + 2 * BENCH_ROUND_NS);
    return (double)(now - start) / 1e3 / (double)count;
}

CONTENDER("start_2mb", "coop start+join", start_and_join);
CONTENDER("start_1gb", "coop start+join", start_and_join);
CONTENDER("start_4gb", "coop start+join", start_and_join);

COOP_SHARED(atomic_int, worker_pid);
COOP_SEMAPHORE(worker_runs, 0);

static int report_and_wait(const void *argument)
{
    (void)argument;
    atomic_store(&worker_pid, (int)getpid());
    coop_semaphore_release(&worker_runs);
    return coop_sleep_ms(1000000);
}
/* A window as short as this keeps the back-off out of the figure. */
COOP_PROCESS(bench_worker, report_and_wait, .restart = COOP_RESTART_ALWAYS, .window_ms = 1);

static void await_worker(void)
{
    if (coop_semaphore_acquire(&worker_runs, 5000) < 0)
        bench_fail("the worker does not run");
}

static double successor(void)
{
    enum { KILLS = 30 };
    struct coop_handle handle;
    uint64_t total = 0;
    if (coop_start(&bench_worker, NULL, 0, &handle) < 0)
        bench_fail("coop_start");
    await_worker();
    for (int i = 0; i < KILLS; i++) {
        if (coop_sleep_ms(3) < 0)
            bench_fail("coop_sleep_ms");
        uint64_t start = bench_now_ns();
        kill(atomic_load(&worker_pid), SIGKILL);
        await_worker();
        total += bench_now_ns() - start;
    }
    coop_kill(handle);
    return (double)total / 1e6 / KILLS;
}

CONTENDER("successor", "coop supervisor", successor);

COOP_QUEUE(bench_tasks, uint64_t, 256);
COOP_QUEUE(bench_results, uint64_t, 256);

static int serve_tasks(const void *argument)
{
    (void)argument;
    uint64_t task;
    int error;
    do {
        error = coop_queue_get(&bench_tasks, &task, COOP_FOREVER);
        if (error >= 0)
            error = coop_queue_put(&bench_results, &task, COOP_FOREVER);
    } while (error >= 0);
    return error == COOP_ECLOSED ? 0 : 1;
}
COOP_PROCESS(bench_pool, serve_tasks, .instances = 2, .daemon = true);

/* The same, but the task of a worker that dies is another's. */
static int serve_leases(const void *argument)
{
    (void)argument;
    uint64_t task;
    struct coop_lease lease;
    int error;
    do {
        error = coop_queue_take(&bench_tasks, &task, &lease, COOP_FOREVER);
        if (error >= 0)
            error = coop_queue_put(&bench_results, &task, COOP_FOREVER);
        if (error >= 0)
            do
                error = coop_queue_done(&bench_tasks, lease);
            while (error == COOP_EBUSY);
    } while (error >= 0);
    return error == COOP_ECLOSED ? 0 : 1;
}
COOP_PROCESS(bench_lease_pool, serve_leases, .instances = 2, .daemon = true);

static void start_pool(const struct coop_process *pool)
{
    for (int i = 0; i < 2; i++) {
        if (coop_start(pool, NULL, 0, NULL) < 0)
            bench_fail("coop_start");
    }
}

static uint64_t next_result(void)
{
    uint64_t result = 0;
    if (coop_queue_get(&bench_results, &result, COOP_FOREVER) < 0)
        bench_fail("coop_queue_get");
    return result;
}

/*
 * Keeps both queues from being full at once: never more tasks out than results fit. A worker may have told its result before
 * it frees the slot: so where no result is to come, it waits for the slot.
 */
static double map_items(uint64_t items)
{
    uint64_t put = 0, got = 0, sum = 0;
    while (got < items) {
        if (put < items && put - got < 256 && coop_queue_put(&bench_tasks, &put, put == got ? COOP_FOREVER : 0) >= 0) {
            put++;
        } else {
            sum += next_result();
            got++;
        }
    }
    return sum == items * (items - 1) / 2 ? (double)items : 0;
}

static double pool_throughput(const struct coop_process *pool)
{
    start_pool(pool);
    if (map_items(1000) == 0)
        bench_fail("an item is lost");
    uint64_t start = bench_now_ns();
    double items = map_items(200000);
    uint64_t end = bench_now_ns();
    coop_queue_close(&bench_tasks);
    if (items == 0)
        bench_fail("an item is lost");
    return items * 1e3 / (double)(end - start);
}

static double pool_of_gets(void)
{
    return pool_throughput(&bench_pool);
}

static double pool_of_leases(void)
{
    return pool_throughput(&bench_lease_pool);
}

static double pool_start(void)
{
    uint64_t task = 1, start = bench_now_ns();
    start_pool(&bench_pool);
    if (coop_queue_put(&bench_tasks, &task, COOP_FOREVER) < 0 || next_result() != task)
        bench_fail("the pool does not answer");
    uint64_t end = bench_now_ns();
    coop_queue_close(&bench_tasks);
    return (double)(end - start) / 1e6;
}

CONTENDER("pool", "coop, two queues, chunk 1", pool_of_gets);
CONTENDER("pool", "coop, leases, chunk 1", pool_of_leases);
CONTENDER("pool_start", "coop, two queues", pool_start);

COOP_SHARED(atomic_ullong, spin_began_ns);

static int run_away(const void *argument)
{
    (void)argument;
    coop_checkin();
    atomic_store(&spin_began_ns, bench_now_ns());
    for (volatile bool spinning = true; spinning;)
        ;
    return 0;
}
COOP_PROCESS(bench_runaway, run_away, .watchdog_ms = 40);

static double runaway(void)
{
    struct coop_handle handle;
    struct coop_end end;
    if (coop_start(&bench_runaway, NULL, 0, &handle) < 0 || coop_join(handle, 5000, &end) < 0)
        bench_fail("the runaway is not found");
    uint64_t now = bench_now_ns();
    if (end.cause != COOP_RUNAWAY)
        bench_fail("it is called something else");
    return (double)(now - atomic_load(&spin_began_ns)) / 1e6;
}

CONTENDER("runaway", "coop watchdog", runaway);

static int run_with_checkins(const void *argument)
{
    (void)argument;
    while (!coop_stopping())
        coop_checkin();
    return 0;
}
COOP_PROCESS(bench_runner, run_with_checkins, .watchdog_ms = 40);

static int wait_watched(const void *argument)
{
    (void)argument;
    return coop_sleep_ms(1000000);
}
COOP_PROCESS(bench_waiter, wait_watched, .watchdog_ms = 40, .instances = 4);

/* The supervisor is the parent of every process. */
static long supervisor_wakeups(void)
{
    char path[64], line[128];
    long count = -1;
    snprintf(path, sizeof path, "/proc/%d/status", (int)getppid());
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        (void)sscanf(line, "voluntary_ctxt_switches: %ld", &count);
    if (file != NULL)
        fclose(file);
    if (count < 0)
        bench_unavailable("needs /proc");
    return count;
}

static double wakeups_in(int milliseconds)
{
    if (coop_sleep_ms(50) < 0)
        bench_fail("coop_sleep_ms");
    long before = supervisor_wakeups();
    if (coop_sleep_ms(milliseconds) < 0)
        bench_fail("coop_sleep_ms");
    return (double)(supervisor_wakeups() - before);
}

static double idle(void)
{
    struct coop_handle handles[4];
    for (int i = 0; i < 4; i++) {
        if (coop_start(&bench_waiter, NULL, 0, &handles[i]) < 0)
            bench_fail("coop_start");
    }
    double wakeups = wakeups_in(200);
    for (int i = 0; i < 4; i++)
        coop_kill(handles[i]);
    return wakeups;
}

static double watching(void)
{
    enum { BUDGETS = 5 };
    struct coop_handle handle;
    if (coop_start(&bench_runner, NULL, 0, &handle) < 0)
        bench_fail("coop_start");
    double wakeups = wakeups_in(BUDGETS * 40) / BUDGETS;
    coop_kill(handle);
    return wakeups;
}

CONTENDER("idle", "coop supervisor", idle);
CONTENDER("watching", "coop supervisor", watching);
