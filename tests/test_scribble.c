/*
 * Processes that write over what all share, and processes that die while they start others. The supervisor trusts only its own
 * memory: it neither crashes nor hangs, whatever the arena says. Whole systems, on Linux.
 */
#include "system.h"

#include "linux.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
enum { SCRIBBLES = 20, DEATHS = 20 };
#else
enum { SCRIBBLES = 200, DEATHS = 200 };
#endif

COOP_QUEUE(letters, int, 3);
COOP_QUEUE(queue, int, 5, .max_deliveries = 2, .dead_letters = &letters);
COOP_QUEUE(owned, int, 3, .one_producer = 1);
COOP_PERMITS(permits, 3);
COOP_LOCK(lock);
COOP_EVENT(event);
COOP_SEMAPHORE(never, 0);

static struct system s;
static uint32_t seed;

static uint32_t next_random(uint32_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 17;
    *random ^= *random << 5;
    return *random;
}

/* Values that are likely to be believed. */
static uint32_t some_value(uint32_t *random)
{
    static const uint32_t values[] = {0,      1,      2,   3,   4,          5,          0xff, 0x100, 0x10000, 0xffff,
                                      0x7fff, 0x1234, 250, 251, 0x80000000, 0xffffffff, 0xfe, 0x1fe, 0x3,     0x30001};
    uint32_t pick = next_random(random);
    return pick % 4 == 0 ? next_random(random) : values[(pick >> 8) % (sizeof values / sizeof *values)];
}

static int scribble(const void *argument)
{
    uint32_t random = *(const uint32_t *)argument * 2654435761u + 1;
    uint32_t *words = (uint32_t *)(void *)coop_arena_start;
    size_t count = (size_t)(coop_arena_end - coop_arena_start) / sizeof *words;
    size_t blocks = (size_t)((char *)coop_blocks_end - coop_arena_start) / sizeof *words;
    for (int i = 0; i < 200; i++) {
        size_t range = next_random(&random) % 3 == 0 ? blocks : count;
        ((volatile uint32_t *)words)[next_random(&random) % range] = some_value(&random);
        if (i % 20 == 0)
            port_ring();
    }
    port_ring();
    return next_random(&random) % 2 ? 1 : 0;
}
COOP_PROCESS(scribbler, scribble, .restart = COOP_RESTART_ON_FAILURE, .max_restarts = 2, .window_ms = 60000,
             .backoff_ms = 1, .watchdog_ms = 500);

static int use_everything(const void *argument)
{
    (void)argument;
    int message = 0;
    struct coop_lease lease;
    while (!coop_stopping()) {
        if (coop_queue_put(&queue, &message, 1) < 0 && coop_queue_take(&queue, &message, &lease, 1) > 0)
            (void)coop_queue_give_back(&queue, lease);
        if (coop_queue_put(&owned, &message, 0) < 0 && coop_lock_acquire(&lock, 1) >= 0)
            (void)coop_lock_release(&lock);
        (void)coop_event_set(&event, 1);
        coop_log("a record");
    }
    return 0;
}
COOP_PROCESS(user, use_everything, .instances = 2, .watchdog_ms = 500, .heartbeat_ms = 20000,
             .restart = COOP_RESTART_ON_FAILURE, .max_restarts = 3, .window_ms = 60000, .backoff_ms = 1);

COOP_SHARED(uint32_t, chosen_seed);

static int start_scribbler(const void *argument)
{
    (void)argument;
    uint32_t number = chosen_seed;
    for (int i = 0; i < 2; i++)
        if (coop_start(&user, NULL, 0, NULL) < 0)
            return 1;
    (void)coop_start(&scribbler, &number, sizeof number, NULL);
    usleep(20000); /* for the scribbler; what coop says of it can't be believed */
    fprintf(stderr, "scribbled\n");
    return coop_sleep_ms(20);
}
COOP_PROCESS(root_of_scribbler, start_scribbler);

static void choose_seed(void)
{
    chosen_seed = seed;
}

static void test_scribbled_arena(void **state)
{
    (void)state;
    for (seed = 1; seed <= SCRIBBLES; seed++) {
        system_begin(&s, &root_of_scribbler, choose_seed);
        uint64_t until_ms = coop_now_ms() + 5000; /* by itself, or when it is asked to, twice */
        while (system_says(&s, "scribbled\n") == 0 && coop_now_ms() < until_ms && system_reads(&s, 10))
            continue;
        while (system_reads(&s, 10) && coop_now_ms() < until_ms + DEADLINE_MS)
            kill(s.pid, SIGTERM);
        int status = system_end(&s);
        if (status < 0)
            print_error("seed %u\n%s", (unsigned)seed, s.log);
        assert_true(status >= 0);
    }
}

/* A starter is killed at any moment of its start, and what it started must not outlive it, nor be lost to it. */
static int wait_here(const void *argument)
{
    (void)argument;
    return coop_semaphore_acquire(&never, COOP_FOREVER);
}
COOP_PROCESS(child, wait_here, .instances = 8);

static int start_children(const void *argument)
{
    (void)argument;
    struct coop_handle handle;
    if (find(&child, &handle))
        coop_log("a child is left");
    while (!coop_stopping())
        if (coop_start(&child, NULL, 0, &handle) == COOP_ELIMIT)
            (void)coop_sleep_ms(1);
    return 0;
}
COOP_PROCESS(starter, start_children, .restart = COOP_RESTART_ON_FAILURE, .backoff_ms = 1, .max_backoff_ms = 1);

static int kill_starter(const void *argument)
{
    (void)argument;
    struct coop_handle handle, left;
    uint32_t random = 1;
    if (coop_start(&starter, NULL, 0, &handle) < 0)
        return 1;
    for (int i = 0; i < DEATHS;) {
        usleep(next_random(&random) % 3000);
        int pid = coop_native_pid(handle);
        if (pid > 0 && kill(pid, SIGKILL) == 0)
            i++;
    }
    if (coop_kill(handle) < 0 || coop_join(handle, DEADLINE_MS, NULL) < 0)
        return 2;
    return find(&child, &left) ? 3 : 18;
}
COOP_PROCESS(root_kills, kill_starter);

static void test_starters_die(void **state)
{
    (void)state;
    assert_int_equal(system_run(&s, &root_kills, NULL), 18);
    assert_int_equal(system_says(&s, "a child is left"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scribbled_arena),
        cmocka_unit_test(test_starters_die),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
