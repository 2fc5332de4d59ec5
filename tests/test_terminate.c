/* How processes are ended by others: killed, or asked to stop wherever they wait. Runs inside the root process. */
#include "real.h"

struct action {
    int what;
    int value;
    struct coop_handle handle;
};

enum {
    WAIT,
    WAIT_POLITELY,
    IGNORE_STOP,
    JOIN_OTHER,
    PUT_FULL,
    GET_EMPTY,
    TAKE_EMPTY,
    LOCK,
    SEMAPHORE,
    PERMITS,
    EVENT,
    SLEEP,
    SLEEP_TWICE
};

COOP_SHARED(_Atomic int, started);

COOP_SEMAPHORE(never, 0);
COOP_QUEUE(full, int, 1);
COOP_QUEUE(empty, int, 1);
COOP_LOCK(held);
COOP_PERMITS(taken, 1);
COOP_EVENT(unset);

/* The kinds of waiting, each ended by the request to stop: the answer is the error that it gave, made positive. */
static int wait_in(int what)
{
    int message = 1;
    struct coop_lease lease;
    switch (what) {
    case PUT_FULL:
        return -coop_queue_put(&full, &message, COOP_FOREVER);
    case GET_EMPTY:
        return -coop_queue_get(&empty, &message, COOP_FOREVER);
    case TAKE_EMPTY:
        return -coop_queue_take(&empty, &message, &lease, COOP_FOREVER);
    case LOCK:
        return -coop_lock_acquire(&held, COOP_FOREVER);
    case SEMAPHORE:
        return -coop_semaphore_acquire(&never, COOP_FOREVER);
    case PERMITS:
        return -coop_permits_acquire(&taken, COOP_FOREVER);
    case EVENT:
        return -coop_event_wait(&unset, 1, COOP_EVENT_ANY, COOP_FOREVER);
    case SLEEP:
        return -coop_sleep_ms(INT32_MAX);
    case SLEEP_TWICE: /* a later call is refused as well, but what needs no wait is done */
        (void)coop_sleep_ms(INT32_MAX);
        if (coop_event_set(&unset, 2) < 0 || coop_event_wait(&unset, 2, COOP_EVENT_ALL, COOP_FOREVER) != 2)
            return 100;
        return -coop_sleep_ms(INT32_MAX);
    default:
        return 101;
    }
}

static int act(const void *argument)
{
    const struct action *action = argument;
    struct coop_end end;
    atomic_fetch_add(&started, 1);
    switch (action->what) {
    case WAIT:
        return coop_semaphore_acquire(&never, COOP_FOREVER);
    case WAIT_POLITELY:
        while (!coop_stopping())
            coop_yield();
        return action->value;
    case IGNORE_STOP:
        for (;;)
            coop_yield(); /* on a cooperative board nobody else would run */
    case JOIN_OTHER:
        return coop_join(action->handle, COOP_FOREVER, &end) < 0 ? 99 : end.code;
    default:
        return wait_in(action->what);
    }
}
COOP_PROCESS(actor, act, .instances = 2);
COOP_PROCESS(patient, act, .grace_ms = DEADLINE_MS);
COOP_PROCESS(hasty, act, .grace_ms = 200);

static struct coop_handle begin(int what, int value)
{
    struct action action = {.what = what, .value = value};
    return start(&actor, &action, sizeof action);
}

static void test_kill(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        struct coop_handle handle = begin(i % 2 ? WAIT : IGNORE_STOP, 0);
        assert_true(coop_is_alive(handle));
        assert_int_not_equal(coop_native_pid(handle), 0);
        assert_int_equal(coop_kill(handle), 0);
        struct coop_end end = join(handle);
        assert_false(coop_is_alive(handle));
        assert_int_equal(end.cause, COOP_KILLED);
        assert_int_equal(end.signal, 9);
        assert_int_equal(coop_exitcode(handle), -9);
        assert_int_equal(coop_native_pid(handle), 0);
        assert_int_equal(coop_kill(handle), 0);
    }
}

static void test_terminate_polls(void **state)
{
    (void)state;
    struct action polite = {.what = WAIT_POLITELY, .value = 33};
    struct coop_handle handle = start(&patient, &polite, sizeof polite);
    assert_int_equal(coop_terminate(handle), 0);
    struct coop_end end = join(handle);
    assert_int_equal(end.cause, COOP_CANCELLED);
    assert_int_equal(end.code, 33);
    assert_int_equal(end.restarts, 0);
}

static void test_terminate_ends_every_wait(void **state)
{
    (void)state;
    int message = 1;
    assert_int_equal(coop_queue_put(&full, &message, 0), 0);
    assert_int_equal(coop_lock_acquire(&held, 0), 0);
    assert_int_equal(coop_permits_acquire(&taken, 0), 0);
    for (int what = PUT_FULL; what <= SLEEP_TWICE; what++) {
        struct action action = {.what = what};
        /* It may not have come to its wait when it is asked: that must not matter. */
        for (int attempt = 0; attempt < 6; attempt++) {
            atomic_store(&started, 0);
            struct coop_handle handle = start(&patient, &action, sizeof action);
            if (attempt % 3 > 0)
                EVENTUALLY(atomic_load(&started) > 0);
            if (attempt % 3 > 1)
                (void)coop_sleep_ms(1);
            assert_int_equal(coop_terminate(handle), 0);
            struct coop_end end = join(handle);
            assert_int_equal(end.cause, COOP_CANCELLED);
            assert_int_equal(end.code, -COOP_ESTOPPING);
        }
    }
    assert_int_equal(coop_queue_get(&full, &message, 0), 0);
    assert_int_equal(coop_lock_release(&held), 0);
    assert_int_equal(coop_permits_release(&taken), 0);
    assert_int_equal(coop_event_clear(&unset, 2), 0);
}

static void test_terminate_ends_a_join_and_a_start(void **state)
{
    (void)state;
    struct coop_handle target = begin(WAIT, 1);
    struct action join_other = {.what = JOIN_OTHER, .handle = target};
    struct coop_handle joiner = start(&patient, &join_other, sizeof join_other);
    assert_int_equal(coop_terminate(joiner), 0);
    struct coop_end end = join(joiner);
    assert_int_equal(end.cause, COOP_CANCELLED);
    assert_int_equal(end.code, 99);
    assert_true(coop_is_alive(target));
    assert_int_equal(coop_kill(target), 0);
    join(target);
}

static void test_grace_passes(void **state)
{
    (void)state;
    struct action ignore = {.what = IGNORE_STOP};
    struct coop_handle handle = start(&hasty, &ignore, sizeof ignore);
    uint64_t begin_ms = coop_now_ms();
    assert_int_equal(coop_terminate(handle), 0);
    struct coop_end end = join(handle);
    assert_true(coop_now_ms() - begin_ms >= 200);
    assert_int_equal(end.cause, COOP_KILLED);
    assert_int_equal(end.signal, 9);
    handle = begin(IGNORE_STOP, 0); /* and with the grace that nobody declared */
    assert_int_equal(coop_terminate(handle), 0);
    assert_int_equal(join(handle).cause, COOP_KILLED);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_kill),
    cmocka_unit_test(test_terminate_polls),
    cmocka_unit_test(test_terminate_ends_every_wait),
    cmocka_unit_test(test_terminate_ends_a_join_and_a_start),
    cmocka_unit_test(test_grace_passes),
};
REAL_TESTS(tests)
