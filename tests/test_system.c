/* The system as a whole on Linux: its status, signals, escalation, and that nothing of it is left. */
#include "system.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

COOP_SEMAPHORE(never, 0);

static int wait_here(const void *argument)
{
    (void)argument;
    if (coop_semaphore_acquire(&never, COOP_FOREVER) != COOP_ESTOPPING)
        return 1;
    coop_log("asked");
    return 24;
}
static int ignore_stop(const void *argument)
{
    (void)argument;
    while (coop_now_ms() > 0)
        coop_checkin();
    return 0;
}
static int do_nothing(const void *argument)
{
    (void)argument;
    return 0;
}
COOP_PROCESS(waiter, wait_here, .instances = 4, .grace_ms = DEADLINE_MS);
COOP_PROCESS(stubborn, ignore_stop, .grace_ms = 600000);
COOP_PROCESS(quick, do_nothing, .instances = 4);
COOP_PROCESS(nervous, do_nothing, .restart = COOP_RESTART_ALWAYS, .backoff_ms = 600000, .max_backoff_ms = 600000);

static struct system s; /* large */

/* Statuses. */
static int return_3(const void *argument)
{
    (void)argument;
    return 3;
}
static int crash(const void *argument)
{
    (void)argument;
    raise(SIGKILL);
    return 0;
}
static int misuse(const void *argument)
{
    (void)argument;
    return coop_queue_close((const struct coop_queue *)(const void *)&never);
}
static int wait_as_daemon_does(const void *argument)
{
    (void)argument;
    return coop_start(&waiter, NULL, 0, NULL) < 0 ? 1 : 8;
}
COOP_PROCESS(root_3, return_3);
COOP_PROCESS(root_crash, crash);
COOP_PROCESS(root_misuse, misuse);
COOP_PROCESS(root_abandons, wait_as_daemon_does);

static void test_status(void **state)
{
    (void)state;
    assert_int_equal(system_run(&s, &root_3, NULL), 3);
    assert_int_equal(system_run(&s, &root_crash, NULL), 128 + 9);
    assert_int_equal(system_says(&s, "coop: root_crash[0] was killed by signal 9;"), 1);
    assert_int_equal(system_run(&s, &root_misuse, NULL), 128 + 6);
    assert_int_equal(system_says(&s, "coop: root_misuse[0] misused coop: bad handle at "), 1);
    assert_int_equal(coop_run(0, NULL, NULL), COOP_EINVAL);
    assert_int_equal(coop_run(0, NULL, (const struct coop_process *)(const void *)&never), COOP_EINVAL);
}

/* Signals: each system says "ready", and is then asked to stop. */
static int root_with(const struct coop_process *other)
{
    if (coop_start(&waiter, NULL, 0, NULL) < 0 || coop_start(other, NULL, 0, NULL) < 0 ||
        coop_start(&nervous, NULL, 0, NULL) < 0)
        return 1;
    coop_log("ready");
    return wait_here(NULL);
}
static int politely(const void *argument)
{
    (void)argument;
    return root_with(&waiter);
}
static int stubbornly(const void *argument)
{
    (void)argument;
    return root_with(&stubborn);
}
COOP_PROCESS(root_polite, politely, .grace_ms = DEADLINE_MS);
COOP_PROCESS(root_stubborn, stubbornly, .grace_ms = DEADLINE_MS);

static void own_group(void)
{
    setpgid(0, 0);
    signal(SIGINT, SIG_DFL);
}

static void test_stopped_by_signals(void **state)
{
    (void)state;
    static const int signals[] = {SIGTERM, SIGINT, SIGHUP};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        for (int group = 0; group < 2; group++) {
            if (group && signals[i] == SIGTERM)
                continue;
            system_begin(&s, &root_polite, own_group);
            system_expect(&s, "ready", 1);
            kill(group ? -s.pid : s.pid, signals[i]);
            assert_int_equal(system_end(&s), 24);
            assert_int_equal(system_says(&s, "killed"), 0);
        }
}

static void test_second_signal_stops_at_once(void **state)
{
    (void)state;
    system_begin(&s, &root_stubborn, own_group);
    system_expect(&s, "ready", 1);
    kill(s.pid, SIGTERM);
    system_expect(&s, "asked", 1); /* a second signal that comes too early merges with the first */
    kill(s.pid, SIGTERM);
    int status = system_end(&s);
    assert_true(status == 24 || status == 128 + 9); /* the root may have ended before */
    assert_int_equal(system_says(&s, "coop: stubborn[0] was killed by signal 9"), 1);
}

static void block_signals(void)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    signal(SIGCHLD, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
}

static void test_inherited_signals(void **state)
{
    (void)state;
    system_begin(&s, &root_polite, block_signals);
    system_expect(&s, "ready", 1);
    kill(s.pid, SIGHUP); /* ignored, as by nohup */
    kill(s.pid, SIGTERM);
    assert_int_equal(system_end(&s), 24);
}

/* One process is asked to stop by whoever knows its pid. */
static int ask_by_pid(const void *argument)
{
    (void)argument;
    struct coop_handle handle;
    struct coop_end end;
    if (coop_start(&waiter, NULL, 0, &handle) < 0 || kill(coop_native_pid(handle), SIGTERM) < 0 ||
        coop_join(handle, DEADLINE_MS, &end) < 0)
        return 1;
    return end.cause == COOP_CANCELLED && end.code == 24 ? 0 : 2;
}
COOP_PROCESS(root_asks, ask_by_pid);

static void test_sigterm_to_one(void **state)
{
    (void)state;
    assert_int_equal(system_run(&s, &root_asks, NULL), 0);
}

/* Escalation to the whole system. */
COOP_PROCESS(hopeless, return_3, .restart = COOP_RESTART_ALWAYS, .max_restarts = 2, .window_ms = 600000,
             .backoff_ms = 1, .escalation = COOP_HALT);
static int start_hopeless(const void *argument)
{
    (void)argument;
    return coop_start(&hopeless, NULL, 0, NULL) < 0 ? 1 : root_with(&waiter);
}
COOP_PROCESS(root_halts, start_hopeless, .grace_ms = DEADLINE_MS);

static void test_halt(void **state)
{
    (void)state;
    assert_int_equal(system_run(&s, &root_halts, NULL), 70);
    assert_int_equal(system_says(&s, "coop: hopeless[0] exited with 3"), 3);
    assert_int_equal(system_says(&s, "coop: hopeless ended more than 2 times: the system stops"), 1);
}

/* The log line of a runaway, and what the watchdog needed for it. */
static __attribute__((noinline)) void spin_there(void)
{
    for (;;)
        __asm__ volatile("" ::: "memory");
}
static int spin(const void *argument)
{
    (void)argument;
    spin_there();
    return 0;
}
COOP_PROCESS(root_spins, spin, .watchdog_ms = 40);

static void test_runaway_is_found_in_time(void **state)
{
    (void)state;
    double used_ms = 1e9, least_ms = 1e9;
    for (int i = 0; i < 20 && least_ms > 40 * 1.25 + 2;
         i++) { /* a supervisor that gets no time is late: so the best of some */
        assert_int_equal(system_run(&s, &root_spins, NULL), 128 + 9);
        assert_int_equal(system_says(&s, " at spin_there+0x"), 1);
        const char *at = strstr(s.log, "root_spins[0] was a runaway: ");
        assert_non_null(at);
        assert_int_equal(
            sscanf(at, "root_spins[0] was a runaway: %lf ms of CPU time without a check-in, of 40", &used_ms), 1);
        assert_true(used_ms >= 40);
        least_ms = used_ms < least_ms ? used_ms : least_ms;
    }
    assert_true(least_ms <= 40 * 1.25 + 2);
}

/* Nothing is left after SIGKILL of the supervisor, whatever it was doing. */
static int churn(const void *argument)
{
    (void)argument;
    struct coop_handle handle;
    if (coop_start(&waiter, NULL, 0, NULL) < 0 || coop_start(&stubborn, NULL, 0, NULL) < 0)
        return 1;
    coop_log("ready");
    while (coop_start(&quick, NULL, 0, &handle) >= 0)
        continue;
    return 1;
}
COOP_PROCESS(root_churns, churn, .restart = COOP_RESTART_ALWAYS);

static void test_nothing_survives_the_supervisor(void **state)
{
    (void)state;
    for (int i = 0; i < 25; i++) {
        system_begin(&s, &root_churns, NULL);
        system_expect(&s, "ready", 1);
        usleep((useconds_t)(i * 397 % 3000)); /* not to settle: to meet it at different places */
        kill(s.pid, SIGKILL);
        uint64_t begin_ms = coop_now_ms();
        assert_int_equal(system_end(&s), -9); /* it has read the end of the log: nobody has it open any more */
        assert_true(coop_now_ms() - begin_ms < DEADLINE_MS / 2);
    }
}

/* A root that can't be started, and a start that fails later, for want of processes. */
static rlim_t most_processes;
static void limit_processes(void)
{
    struct rlimit limit = {most_processes, most_processes};
    uid_t user = (uid_t)(600000 + getpid() % 100000); /* nobody else's */
    if (setgroups(0, NULL) < 0 || setgid(user) < 0 || setuid(user) < 0) {
        fprintf(stderr, "a limit of processes needs root\n");
        _exit(SYSTEM_SKIPPED);
    }
    setrlimit(RLIMIT_NPROC, &limit);
}
static int start_two(const void *argument)
{
    (void)argument;
    struct coop_handle handle;
    int first = coop_start(&waiter, NULL, 0, &handle), second = coop_start(&waiter, NULL, 0, NULL);
    if (first < 0 || second != COOP_ENOMEM || coop_kill(handle) < 0 || coop_join(handle, DEADLINE_MS, NULL) < 0)
        return 1;
    return coop_start(&quick, NULL, 0, NULL) < 0 ? 2 : 9; /* and there is room again */
}
COOP_PROCESS(root_starts_two, start_two);

static void test_no_process_left(void **state)
{
    (void)state;
    most_processes = 1;
    assert_int_equal(system_run(&s, &root_3, limit_processes), COOP_ENOMEM & 0xff);
    assert_int_equal(system_says(&s, "coop: root_3[0] could not start: "), 1);
    most_processes = 3;
    assert_int_equal(system_run(&s, &root_starts_two, limit_processes), 9);
}

/* A restart that fails is tried again, like one whose process ended. */
COOP_SHARED(_Atomic int, flaky_runs);
static int limit_supervisor(rlim_t processes)
{
    return prlimit(getppid(), RLIMIT_NPROC, &(struct rlimit){processes, 100}, NULL);
}
static int limit_and_fail(const void *argument)
{
    (void)argument;
    if (atomic_fetch_add(&flaky_runs, 1) > 0)
        return 0;
    return limit_supervisor(1) < 0 ? 0 : 1;
}
COOP_PROCESS(flaky, limit_and_fail, .restart = COOP_RESTART_ON_FAILURE, .backoff_ms = 1, .max_backoff_ms = 5);

static int lift_limit(const void *argument)
{
    (void)argument;
    struct coop_handle handle;
    struct coop_end end;
    if (coop_start(&flaky, NULL, 0, &handle) < 0)
        return 1;
    while (coop_native_pid(handle) != 0 && coop_is_alive(handle))
        (void)coop_sleep_ms(1);
    (void)coop_sleep_ms(20);
    if (!coop_is_alive(handle) || limit_supervisor(100) < 0 || coop_join(handle, DEADLINE_MS, &end) < 0)
        return 2;
    return end.cause == COOP_EXITED && end.code == 0 && end.restarts >= 2 ? 11 : 3;
}
COOP_PROCESS(root_lifts_limit, lift_limit);

static void test_restart_fails_for_a_while(void **state)
{
    (void)state;
    most_processes = 100;
    assert_int_equal(system_run(&s, &root_lifts_limit, limit_processes), 11);
    assert_true(system_says(&s, "coop: flaky[0] could not start: ") >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status),
        cmocka_unit_test(test_stopped_by_signals),
        cmocka_unit_test(test_second_signal_stops_at_once),
        cmocka_unit_test(test_inherited_signals),
        cmocka_unit_test(test_sigterm_to_one),
        cmocka_unit_test(test_halt),
        cmocka_unit_test(test_runaway_is_found_in_time),
        cmocka_unit_test(test_nothing_survives_the_supervisor),
        cmocka_unit_test(test_no_process_left),
        cmocka_unit_test(test_restart_fails_for_a_while),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
