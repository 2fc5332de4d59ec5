/* Processes that are suspended, killed or run wild inside an object's guard, and guards that are written over. In the root process. */
#include "real.h"

#include "linux.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

COOP_QUEUE(queue, int, 4);
COOP_SEMAPHORE(never, 0);
COOP_SHARED(_Atomic int, inside);
COOP_SHARED(_Atomic int, rounds);

enum { STOP_INSIDE, STOP_OUTSIDE, KILLED_INSIDE, SPIN_INSIDE, REENTER, HAMMER, SLEEP_INSIDE, PUT };

static struct coop_control *control(void)
{
    return queue.object.control;
}

/* A message as long as can be, so that its process is inside nearly always. */
struct large {
    char bytes[65528];
};
COOP_QUEUE(large, struct large, 1);

static int hammer(void)
{
    static struct large message;
    while (!coop_stopping()) {
        int error = coop_queue_put(&large, &message, 0);
        if (error == 0)
            error = coop_queue_get(&large, &message, 0);
        atomic_fetch_add(&rounds, 1);
    }
    return 0;
}

static int act(const void *argument)
{
    uint32_t what = real_number(argument);
    if (what == HAMMER)
        return hammer();
    if (what == PUT)
        return coop_queue_put(&queue, &(int){1}, COOP_FOREVER);
    if (what != STOP_OUTSIDE)
        while (!linux_enter(control()))
            continue;
    atomic_store(&inside, 1);
    switch (what) {
    case STOP_INSIDE:
    case STOP_OUTSIDE:
        raise(SIGSTOP);
        break;
    case KILLED_INSIDE:
        raise(SIGKILL);
        break;
    case SPIN_INSIDE:
        for (;;)
            __asm__ volatile("" ::: "memory");
    case REENTER:
        return coop_queue_close(&queue);
    case SLEEP_INSIDE: /* as one that gets no time for it: it neither runs nor is suspended */
        usleep(300000);
        atomic_store(&control()->guard, 0);
        return 7;
    default:
        break;
    }
    return coop_semaphore_acquire(&never, COOP_FOREVER);
}
COOP_PROCESS(actor, act, .instances = 2);
COOP_PROCESS(polite, act, .grace_ms = 10 * DEADLINE_MS);
COOP_PROCESS(frozen, act, .heartbeat_ms = 100);
COOP_PROCESS(watched, act, .watchdog_ms = 3);

static int put(int message, int timeout_ms)
{
    return coop_queue_put(&queue, &message, timeout_ms);
}

static int set_up(void **state)
{
    (void)state;
    int message;
    atomic_store(&inside, 0);
    atomic_store(&rounds, 0);
    while (coop_queue_get(&queue, &message, 0) == 0)
        continue;
    return 0;
}

static struct coop_handle start_inside(uint32_t what)
{
    struct coop_handle handle = real_start(&actor, what);
    EVENTUALLY(atomic_load(&inside) == 1);
    return handle;
}

static void assert_hung(struct coop_handle handle)
{
    struct coop_end end = join(handle);
    assert_int_equal(end.cause, COOP_HUNG);
    assert_int_equal(end.signal, SIGKILL);
    assert_int_equal(end.recovered, 1);
}

static void test_stopped_inside(void **state)
{
    (void)state;
    struct coop_handle handle = start_inside(STOP_INSIDE);
    assert_int_equal(put(1, 0), COOP_EBUSY); /* bounded, though nobody leaves */
    assert_int_equal(put(2, COOP_FOREVER), 0);
    assert_hung(handle);
    int message;
    assert_int_equal(coop_queue_get(&queue, &message, 0), 0);
    assert_int_equal(message, 2);
}

/* Who is inside and does not run can't be asked: others would wait for its grace to pass. */
static void test_stopped_inside_with_a_grace(void **state)
{
    (void)state;
    struct coop_handle handle = real_start(&polite, STOP_INSIDE);
    EVENTUALLY(atomic_load(&inside) == 1);
    assert_int_equal(put(1, DEADLINE_MS), 0);
    assert_hung(handle);
    atomic_store(&inside, 0);
    handle = real_start(&polite, STOP_INSIDE);
    EVENTUALLY(atomic_load(&inside) == 1);
    assert_int_equal(coop_terminate(handle), 0);
    assert_int_equal(put(2, DEADLINE_MS), 0);
    assert_int_equal(join(handle).cause, COOP_KILLED);
}

static void test_stopped_inside_while_nobody_waits(void **state)
{
    (void)state;
    struct coop_handle handle = start_inside(STOP_INSIDE);
    assert_int_equal(coop_join(handle, 300, NULL), COOP_ETIMEDOUT);
    assert_int_equal(kill(coop_native_pid(handle), SIGCONT), 0);
    atomic_store(&control()->guard, 0); /* what it would do itself */
    assert_int_equal(put(1, 0), 0);
    assert_true(coop_is_alive(handle));
    assert_int_equal(coop_kill(handle), 0);
    join(handle);
}

static void test_stopped_outside(void **state)
{
    (void)state;
    struct coop_handle handle = start_inside(STOP_OUTSIDE);
    for (int i = 0; i < 4; i++)
        assert_int_equal(put(i, COOP_FOREVER), 0);
    assert_int_equal(put(4, 300), COOP_ETIMEDOUT);
    assert_true(coop_is_alive(handle));          /* it holds nobody up */
    assert_int_equal(coop_terminate(handle), 0); /* and to be suspended is no way to stay */
    assert_int_equal(join(handle).cause, COOP_KILLED);
    atomic_store(&inside, 0);
    assert_int_equal(join(real_start(&frozen, STOP_OUTSIDE)).cause, COOP_HUNG); /* unless it has a heartbeat to give */
}

static void test_killed_inside(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++) {
        struct coop_handle handle = real_start(&actor, KILLED_INSIDE);
        int error = put(i, COOP_FOREVER), message;
        assert_int_equal(error, 0);
        assert_int_equal(coop_queue_get(&queue, &message, COOP_FOREVER), 0);
        assert_int_equal(message, i);
        struct coop_end end = join(handle);
        assert_int_equal(end.cause, COOP_KILLED);
        assert_int_equal(end.recovered, 1);
    }
}

static void test_runs_wild_inside(void **state)
{
    (void)state;
    struct coop_handle handle = start_inside(SPIN_INSIDE);
    assert_int_equal(put(1, COOP_FOREVER), 0);
    assert_hung(handle);
}

static void test_gets_no_time_inside(void **state)
{
    (void)state;
    struct coop_handle handle = start_inside(SLEEP_INSIDE);
    assert_int_equal(put(1, COOP_FOREVER), 0);
    struct coop_end end = join(handle);
    assert_int_equal(end.cause, COOP_EXITED);
    assert_int_equal(end.code, 7);
}

/* Its naps take three times its budget. */
static void test_who_waits_is_no_runaway(void **state)
{
    (void)state;
    struct coop_handle handle = start_inside(SLEEP_INSIDE);
    struct coop_end end = join(real_start(&watched, PUT));
    assert_int_equal(end.cause, COOP_EXITED);
    assert_int_equal(end.code, 0);
    join(handle);
}

static void test_busy_is_not_stuck(void **state)
{
    (void)state;
    static struct large message;
    struct coop_handle handles[2] = {real_start(&actor, HAMMER), real_start(&actor, HAMMER)};
    uint64_t until_ms = coop_now_ms() + 700;
    while (coop_now_ms() < until_ms) {
        int error = coop_queue_put(&large, &message, 10);
        assert_true(error == 0 || error == COOP_ETIMEDOUT);
        error = coop_queue_get(&large, &message, 10);
        assert_true(error == 0 || error == COOP_ETIMEDOUT);
    }
    for (int i = 0; i < 2; i++) {
        assert_true(coop_is_alive(handles[i]));
        assert_int_equal(coop_kill(handles[i]), 0);
        assert_int_equal(join(handles[i]).cause, COOP_KILLED);
    }
}

static void test_reentered(void **state)
{
    (void)state;
    struct coop_end end = join(real_start(&actor, REENTER));
    assert_int_equal(end.cause, COOP_MISUSED);
    assert_int_equal(end.reason, COOP_MISUSE_REENTERED);
    assert_int_equal(put(1, COOP_FOREVER), 0);
}

/* A guard that names nobody, or a process that is not inside anything. */
static void test_written_over(void **state)
{
    (void)state;
    static const uint32_t values[] = {1, 0xff, 0xffffffff, 0x80000000, 0x12345601, 0x00000100};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        atomic_store(&control()->guard, values[i]);
        assert_int_equal(put((int)i, COOP_FOREVER), 0);
        set_up(NULL);
    }
    atomic_store(&control()->guard, 0xffffff01); /* and when only repair comes there */
    struct coop_handle handle = real_start(&actor, STOP_OUTSIDE);
    assert_int_equal(coop_kill(handle), 0);
    join(handle);
    assert_int_equal(put(1, 0), 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup(test_stopped_inside, set_up),
    cmocka_unit_test_setup(test_stopped_inside_with_a_grace, set_up),
    cmocka_unit_test_setup(test_stopped_inside_while_nobody_waits, set_up),
    cmocka_unit_test_setup(test_stopped_outside, set_up),
    cmocka_unit_test_setup(test_killed_inside, set_up),
    cmocka_unit_test_setup(test_runs_wild_inside, set_up),
    cmocka_unit_test_setup(test_gets_no_time_inside, set_up),
    cmocka_unit_test_setup(test_who_waits_is_no_runaway, set_up),
    cmocka_unit_test_setup(test_busy_is_not_stuck, set_up),
    cmocka_unit_test_setup(test_reentered, set_up),
    cmocka_unit_test_setup(test_written_over, set_up),
};
REAL_TESTS(tests)
