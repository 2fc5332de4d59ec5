/* The watchdog on real processes: CPU budgets, heartbeats, lifetimes. Runs inside the root process. */
#include "real.h"

#include <string.h>

COOP_SEMAPHORE(never, 0);
COOP_SHARED(_Atomic int, rounds);
COOP_SHARED(_Atomic int, polite);

/* One function that never returns, and whose size is known: where its pc must lie. */
static __attribute__((noinline)) void spin_here(void)
{
    for (;;)
        __asm__ volatile("" ::: "memory");
}
enum { SPIN_HERE_BYTES = 64 };

static int set_up(void **state)
{
    (void)state;
    atomic_store(&rounds, 0);
    atomic_store(&polite, 0);
    return 0;
}

/* Uses some CPU time, in units that no machine needs 10 ms for. */
static void work(void)
{
    for (volatile int i = 0; i < 20000; i++)
        continue;
}

static int spin(const void *argument)
{
    (void)argument;
    atomic_fetch_add(&rounds, 1);
    spin_here();
    return 0;
}
static void spin_before_or_after(void)
{
    spin_here();
}
static int nothing(const void *argument)
{
    (void)argument;
    return 0;
}
COOP_PROCESS(spinner, spin, .watchdog_ms = 30);
COOP_PROCESS(spinner_in_init, nothing, .watchdog_ms = 30, .init = spin_before_or_after);
COOP_PROCESS(spinner_in_fini, nothing, .watchdog_ms = 30, .fini = spin_before_or_after);
COOP_PROCESS(restarted_spinner, spin, .watchdog_ms = 10, .restart = COOP_RESTART_ON_FAILURE, .max_restarts = 3,
             .backoff_ms = 1);

/* A function's address in the program's file, which Linux's port tells where each process has another. */
extern uintptr_t linux_link_address(uintptr_t pc) __attribute__((weak));

static void assert_spun(const struct coop_end *end)
{
    assert_int_equal(end->cause, COOP_RUNAWAY);
    assert_int_equal(end->signal, 9);
    uintptr_t begin = (uintptr_t)spin_here & ~(uintptr_t)1;
    if (linux_link_address != NULL)
        begin = linux_link_address(begin);
    assert_in_range(end->pc, begin, begin + SPIN_HERE_BYTES);
}

static void test_runaway(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        struct coop_end end = join(start(&spinner, NULL, 0));
        assert_spun(&end);
        assert_true(end.ran_ms >= 30);
    }
}

static void test_runaway_before_and_after(void **state)
{
    (void)state;
    struct coop_end end = join(start(&spinner_in_init, NULL, 0));
    assert_spun(&end);
    end = join(start(&spinner_in_fini, NULL, 0));
    assert_spun(&end);
}

static void test_runaway_restarts(void **state)
{
    (void)state;
    struct coop_end end = join(start(&restarted_spinner, NULL, 0));
    assert_spun(&end);
    assert_int_equal(end.restarts, 3);
    assert_int_equal(atomic_load(&rounds), 4);
}

/* A block, then a spin: the watchdog sleeps meanwhile, and must wake up. */
static int block_then_spin(const void *argument)
{
    (void)argument;
    for (int i = 0; i < 3; i++)
        if (coop_semaphore_acquire(&never, 40) != COOP_ETIMEDOUT)
            return 1;
    spin_here();
    return 0;
}
COOP_PROCESS(late_spinner, block_then_spin, .watchdog_ms = 20);

static void test_runaway_after_it_was_blocked(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        struct coop_end end = join(start(&late_spinner, NULL, 0));
        assert_spun(&end);
    }
}

/* The same, next to another that keeps the watchdog busy. */
static int check_in(const void *argument)
{
    (void)argument;
    while (!coop_stopping()) {
        work();
        coop_yield();
        atomic_fetch_add(&rounds, 1);
    }
    return 0;
}
COOP_PROCESS(busy, check_in, .watchdog_ms = 1000);
COOP_PROCESS(hog, spin, .instances = 4, .preemptible = true, .time_slice_ms = 2);

static void test_runaway_beside_a_busy_one(void **state)
{
    (void)state;
    struct coop_handle other = start(&busy, NULL, 0);
    struct coop_end end = join(start(&late_spinner, NULL, 0));
    assert_spun(&end);
    assert_true(coop_is_alive(other));
    assert_int_equal(coop_kill(other), 0);
    join(other);
}

static int block(const void *argument)
{
    (void)argument;
    int error = coop_semaphore_acquire(&never, 300);
    for (int i = 0; i < 100; i++)
        (void)coop_sleep_ms(1);
    return error == COOP_ETIMEDOUT ? 0 : 1;
}
COOP_PROCESS(blocked, block, .watchdog_ms = 10);

static void test_waiting_is_no_running(void **state)
{
    (void)state;
    struct coop_end end = join(start(&blocked, NULL, 0));
    assert_int_equal(end.cause, COOP_EXITED);
    assert_int_equal(end.code, 0);
}

/*
 * Preemption and load don't count: a process that works in small pieces, on a machine with more hogs than cores. What it
 * uses in a second is many times its budget. A board runs those beside each other only when they ask for it.
 */
COOP_PROCESS(diligent, check_in, .watchdog_ms = 40, .grace_ms = DEADLINE_MS, .preemptible = true, .time_slice_ms = 2);

static void test_load_is_no_running(void **state)
{
    (void)state;
    struct coop_handle hogs[4];
    for (int i = 0; i < 4; i++)
        hogs[i] = start(&hog, NULL, 0);
    EVENTUALLY(atomic_load(&rounds) >= 4);
    struct coop_handle handle = start(&diligent, NULL, 0);
    uint64_t begin_ms = coop_now_ms();
    EVENTUALLY(atomic_load(&rounds) > 100 && coop_now_ms() - begin_ms >= 1000);
    assert_true(coop_is_alive(handle));
    assert_int_equal(coop_terminate(handle), 0);
    assert_int_equal(join(handle).cause, COOP_CANCELLED);
    for (int i = 0; i < 4; i++) {
        assert_true(coop_is_alive(hogs[i])); /* nobody watches them */
        assert_int_equal(coop_kill(hogs[i]), 0);
        join(hogs[i]);
    }
}

/* A runaway that asked for a grace is asked to stop before it is killed. */
static int stop_politely(const void *argument)
{
    (void)argument;
    while (!coop_stopping())
        work();
    atomic_store(&polite, 1);
    return 12;
}
COOP_PROCESS(polite_runaway, stop_politely, .watchdog_ms = 20, .grace_ms = DEADLINE_MS);

static void test_runaway_with_a_grace(void **state)
{
    (void)state;
    struct coop_end end = join(start(&polite_runaway, NULL, 0));
    assert_int_equal(end.cause, COOP_RUNAWAY);
    assert_int_equal(end.signal, 0);
    assert_int_equal(end.code, 12);
    assert_int_equal(atomic_load(&polite), 1);
}

static int beat_then_hang(const void *argument)
{
    (void)argument;
    for (int i = 0; i < 5; i++) {
        coop_checkin();
        (void)coop_sleep_ms(5);
    }
    return coop_semaphore_acquire(&never, COOP_FOREVER);
}
static int beat(const void *argument)
{
    (void)argument;
    while (!coop_stopping()) {
        coop_checkin();
        (void)coop_sleep_ms(5);
        atomic_fetch_add(&rounds, 1);
    }
    return 0;
}
COOP_PROCESS(hanger, beat_then_hang, .heartbeat_ms = 80);
COOP_PROCESS(beater, beat, .heartbeat_ms = 5000, .grace_ms = DEADLINE_MS);
COOP_PROCESS(mayfly, beat, .lifetime_ms = 60);

static void test_hung(void **state)
{
    (void)state;
    struct coop_end end = join(start(&hanger, NULL, 0));
    assert_int_equal(end.cause, COOP_HUNG);
    assert_true(end.ran_ms >= 80);
    assert_int_not_equal(end.pc, 0);
    struct coop_handle handle = start(&beater, NULL, 0);
    EVENTUALLY(atomic_load(&rounds) > 20);
    assert_true(coop_is_alive(handle));
    assert_int_equal(coop_terminate(handle), 0);
    assert_int_equal(join(handle).cause, COOP_CANCELLED);
}

static void test_expired(void **state)
{
    (void)state;
    struct coop_end end = join(start(&mayfly, NULL, 0));
    assert_int_equal(end.cause, COOP_EXPIRED);
    assert_true(end.ran_ms >= 60);
}

/* A process that waits for its children has ended, and needs no heartbeat of its own. */
static int leave_a_child(const void *argument)
{
    (void)argument;
    return coop_start(&beater, NULL, 0, NULL) < 0;
}
COOP_PROCESS(waiting_parent, leave_a_child, .heartbeat_ms = 1000, .watchdog_ms = 60);

static void test_waiting_for_children_is_no_hang(void **state)
{
    (void)state;
    struct coop_handle parent = start(&waiting_parent, NULL, 0), child;
    assert_int_equal(coop_join(parent, 2500, NULL), COOP_ETIMEDOUT);
    assert_true(find(&beater, &child));
    assert_int_equal(coop_terminate(child), 0);
    struct coop_end end = join(parent);
    assert_int_equal(end.cause, COOP_EXITED);
    assert_int_equal(end.code, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup(test_runaway, set_up),
    cmocka_unit_test_setup(test_runaway_before_and_after, set_up),
    cmocka_unit_test_setup(test_runaway_restarts, set_up),
    cmocka_unit_test_setup(test_runaway_after_it_was_blocked, set_up),
    cmocka_unit_test_setup(test_runaway_beside_a_busy_one, set_up),
    cmocka_unit_test_setup(test_waiting_is_no_running, set_up),
    cmocka_unit_test_setup(test_load_is_no_running, set_up),
    cmocka_unit_test_setup(test_runaway_with_a_grace, set_up),
    cmocka_unit_test_setup(test_hung, set_up),
    cmocka_unit_test_setup(test_expired, set_up),
    cmocka_unit_test_setup(test_waiting_for_children_is_no_hang, set_up),
};
REAL_TESTS(tests)
