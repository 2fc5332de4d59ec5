/* When the supervisor wakes up, and what becomes of it when it is suspended itself. Whole systems, on Linux. */
#include "proc.h"
#include "system.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

COOP_SEMAPHORE(never, 0);
COOP_SHARED(_Atomic int, beats);
static struct system s;

static int block(const void *argument)
{
    (void)argument;
    return coop_semaphore_acquire(&never, COOP_FOREVER);
}
static int beat(const void *argument)
{
    (void)argument;
    while (!coop_stopping()) {
        coop_checkin();
        (void)coop_sleep_ms(20);
        atomic_fetch_add(&beats, 1);
    }
    return 0;
}
static int work(const void *argument)
{
    (void)argument;
    while (!coop_stopping()) {
        for (volatile int i = 0; i < 20000; i++)
            continue;
        coop_checkin();
        if (atomic_fetch_add(&beats, 1) % 5 == 0)
            (void)coop_sleep_ms(1);
    }
    return 0;
}
COOP_PROCESS(blocked, block, .instances = 3, .watchdog_ms = 10, .daemon = true);
COOP_PROCESS(worker, work, .watchdog_ms = 200, .daemon = true);
COOP_PROCESS(beater, beat, .heartbeat_ms = 1200);

static long wakeups(void)
{
    return proc_number(getppid(), "status", "voluntary_ctxt_switches:");
}

/* While all are blocked the supervisor sleeps: it is not woken for as long as somebody cares to look. */
static int look_while_blocked(const void *argument)
{
    (void)argument;
    for (int i = 0; i < 3; i++)
        if (coop_start(&blocked, NULL, 0, NULL) < 0)
            return 1;
    long before = wakeups(), after = before;
    uint64_t until_ms = coop_now_ms() + DEADLINE_MS;
    do { /* until it has come to rest, and has rested for many of their budgets */
        before = after;
        (void)coop_sleep_ms(300);
        after = wakeups();
    } while (after != before && coop_now_ms() < until_ms);
    return before > 0 && after == before ? 15 : 2;
}
COOP_PROCESS(root_of_blocked, look_while_blocked);

static void test_sleeps_while_all_are_blocked(void **state)
{
    (void)state;
    assert_int_equal(system_run(&s, &root_of_blocked, NULL), 15);
}

/* Beside one that works, blocks and goes on all the time: at most 8 looks in each budget of 200 ms, and a few to begin with. */
static int look_while_busy(const void *argument)
{
    (void)argument;
    if (coop_start(&worker, NULL, 0, NULL) < 0)
        return 1;
    long before = wakeups();
    uint64_t begin_ms = coop_now_ms();
    while (coop_now_ms() - begin_ms < 1000)
        (void)coop_sleep_ms(50);
    long most = (long)(coop_now_ms() - begin_ms) * 8 / 200 + 8, many = wakeups() - before;
    if (many > most)
        coop_log("%ld wake-ups, %ld at most", many, most);
    return many <= most ? 16 : 2;
}
COOP_PROCESS(root_of_busy, look_while_busy);

static void test_looks_seldom(void **state)
{
    (void)state;
    assert_int_equal(system_run(&s, &root_of_busy, NULL), 16);
}

/* Suspended, alone or with all of its processes, and continued: nobody is blamed. */
static int watch_beater(const void *argument)
{
    (void)argument;
    struct coop_handle handle;
    if (coop_start(&beater, NULL, 0, &handle) < 0)
        return 1;
    while (atomic_load(&beats) < 3)
        (void)coop_sleep_ms(5);
    coop_log("ready");
    int beaten = atomic_load(&beats);
    struct coop_end end = {.cause = COOP_ALIVE};
    int error = coop_join(handle, DEADLINE_MS, &end);
    bool is_as_asked = error == COOP_ESTOPPING || (error == 0 && end.cause == COOP_CANCELLED);
    return is_as_asked && atomic_load(&beats) > beaten ? 17 : 2;
}
COOP_PROCESS(root_of_beater, watch_beater, .grace_ms = DEADLINE_MS);

static void own_group(void)
{
    setpgid(0, 0);
}

static void suspend(pid_t who, unsigned us)
{
    int status;
    assert_int_equal(kill(who, SIGSTOP), 0);
    assert_int_equal(waitpid(s.pid, &status, WUNTRACED), s.pid);
    assert_true(WIFSTOPPED(status));
    usleep(us);
    assert_int_equal(kill(who, SIGCONT), 0);
}

static void test_suspended(void **state)
{
    (void)state;
    for (int group = 0; group < 2; group++) {
        system_begin(&s, &root_of_beater, own_group);
        system_expect(&s, "ready", 1);
        for (int i = 0; i < 2; i++) {
            suspend(group ? -s.pid : s.pid, i < 1 ? 1100000 : 1700000);
            usleep(100000); /* it has time to be wrong */
        }
        assert_int_equal(kill(s.pid, SIGTERM), 0);
        assert_int_equal(system_end(&s), 17);
        assert_int_equal(system_says(&s, "hung"), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sleeps_while_all_are_blocked),
        cmocka_unit_test(test_looks_seldom),
        cmocka_unit_test(test_suspended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
