/* Bad input to every function: an error, or the end of the caller with the right reason, and nothing of it to anybody else. */
#include "real.h"

#include <coop/stream.h>
#include <string.h>

COOP_QUEUE(queue, int, 2);
COOP_QUEUE(other_queue, int, 2);
COOP_QUEUE(one_way, int, 2, .one_producer = 1, .one_consumer = 1);
COOP_SEMAPHORE(semaphore, 0);
COOP_PERMITS(permits, 1);
COOP_LOCK(lock);
COOP_LOCK(lock_of_root);
COOP_EVENT(event);

static int idle(const void *argument)
{
    (void)argument;
    while (coop_sleep_ms(1000) == 0)
        ;
    return 0;
}
COOP_PROCESS(idler, idle, .instances = 2);

/* Not handles: what a pointer can go wrong with. */
enum bad { BAD_NULL, BAD_STACK, BAD_KIND, BAD_INSIDE, BAD_WILD, BADS };

static const void *bad_handle(enum bad bad, const struct coop_object *of_another_kind)
{
    static const struct coop_object made_up[2] = {{.kind = COOP_KIND_QUEUE}, {.kind = COOP_KIND_LOCK}};
    switch (bad) {
    case BAD_STACK:
        return &made_up[0];
    case BAD_KIND:
        return of_another_kind;
    case BAD_INSIDE:
        return (const char *)of_another_kind + 4;
    case BAD_WILD:
        return (const void *)UINTPTR_MAX;
    default:
        return NULL;
    }
}

/* Each of them is called with each bad handle. */
enum call {
    PUT,
    GET,
    TAKE,
    DONE,
    GIVE_BACK,
    PASS_TO,
    PASS_FROM,
    CLOSE,
    COUNT,
    IS_EMPTY,
    IS_FULL,
    SEMAPHORE_ACQUIRE,
    SEMAPHORE_RELEASE,
    SEMAPHORE_VALUE,
    PERMITS_ACQUIRE,
    PERMITS_RELEASE,
    PERMITS_AVAILABLE,
    LOCK_ACQUIRE,
    LOCK_RELEASE,
    EVENT_SET,
    EVENT_CLEAR,
    EVENT_WAIT,
    EVENT_FLAGS,
    START,
    FIND,
    CALLS
};

static int call_queue(enum call call, const struct coop_queue *bad)
{
    int message = 1;
    struct coop_lease lease = {0};
    switch (call) {
    case PUT:
        return coop_queue_put(bad, &message, 0);
    case GET:
        return coop_queue_get(bad, &message, 0);
    case TAKE:
        return coop_queue_take(bad, &message, &lease, COOP_FOREVER);
    case DONE:
        return coop_queue_done(bad, lease);
    case GIVE_BACK:
        return coop_queue_give_back(bad, lease);
    case PASS_TO:
        return coop_queue_pass(&queue, lease, bad, &message, 0);
    case PASS_FROM:
        return coop_queue_pass(bad, lease, &queue, &message, 0);
    case CLOSE:
        return coop_queue_close(bad);
    case COUNT:
        return coop_queue_count(bad);
    case IS_EMPTY:
        return coop_queue_is_empty(bad);
    default:
        return coop_queue_is_full(bad);
    }
}

static int call_other(enum call call, const void *bad)
{
    struct coop_handle handle;
    switch (call) {
    case SEMAPHORE_ACQUIRE:
        return coop_semaphore_acquire(bad, 0);
    case SEMAPHORE_RELEASE:
        return coop_semaphore_release(bad);
    case SEMAPHORE_VALUE:
        return coop_semaphore_value(bad);
    case PERMITS_ACQUIRE:
        return coop_permits_acquire(bad, 0);
    case PERMITS_RELEASE:
        return coop_permits_release(bad);
    case PERMITS_AVAILABLE:
        return coop_permits_available(bad);
    case LOCK_ACQUIRE:
        return coop_lock_acquire(bad, COOP_FOREVER);
    case LOCK_RELEASE:
        return coop_lock_release(bad);
    case EVENT_SET:
        return coop_event_set(bad, 1);
    case EVENT_CLEAR:
        return coop_event_clear(bad, 1);
    case EVENT_WAIT:
        return coop_event_wait(bad, 1, COOP_EVENT_ANY, 0);
    case EVENT_FLAGS:
        return coop_event_flags(bad);
    case START:
        return coop_start(bad, NULL, 0, &handle);
    default:
        return coop_find(bad, 0, &handle);
    }
}

static int use_bad_handle(const void *argument)
{
    enum call call = real_number(argument) / BADS;
    enum bad bad = real_number(argument) % BADS;
    const struct coop_object *another = call < SEMAPHORE_ACQUIRE ? &lock.object : &queue.object;
    const void *handle = bad_handle(bad, another);
    (void)(call < SEMAPHORE_ACQUIRE ? call_queue(call, handle) : call_other(call, handle));
    return 99;
}
COOP_PROCESS(handle_misuser, use_bad_handle);

static void bad_handles(void **state)
{
    (void)state;
    for (uint32_t number = 0; number < CALLS * BADS; number++) {
        struct coop_end end = join(real_start(&handle_misuser, number));
        if (end.cause != COOP_MISUSED || end.reason != COOP_MISUSE_BAD_HANDLE)
            fail_msg("call %u with bad handle %u: %s (%s), code %d", (unsigned)number / BADS, (unsigned)number % BADS,
                     coop_cause_name(end.cause), coop_misuse_name(end.reason), (int)end.code);
    }
}

enum misuse {
    RELEASE_FREE_PERMIT,
    RELEASE_FREE_LOCK,
    RELEASE_FOREIGN_LOCK,
    LOCK_TWICE,
    FOREIGN_PUT,
    FOREIGN_GET,
    FOREIGN_TAKE,
    DAEMON_STARTS,
    MISUSES
};
static const uint8_t reasons[MISUSES] = {
    [RELEASE_FREE_PERMIT] = COOP_MISUSE_NOT_OWNER,  [RELEASE_FREE_LOCK] = COOP_MISUSE_NOT_OWNER,
    [RELEASE_FOREIGN_LOCK] = COOP_MISUSE_NOT_OWNER, [LOCK_TWICE] = COOP_MISUSE_DEADLOCK,
    [FOREIGN_PUT] = COOP_MISUSE_FOREIGN_END,        [FOREIGN_GET] = COOP_MISUSE_FOREIGN_END,
    [FOREIGN_TAKE] = COOP_MISUSE_FOREIGN_END,       [DAEMON_STARTS] = COOP_MISUSE_DAEMON_STARTED,
};

static int break_rule(const void *argument)
{
    int message = 1;
    struct coop_lease lease;
    switch (real_number(argument)) {
    case RELEASE_FREE_PERMIT:
        return coop_permits_release(&permits);
    case RELEASE_FREE_LOCK:
        return coop_lock_release(&lock);
    case RELEASE_FOREIGN_LOCK:
        return coop_lock_release(&lock_of_root);
    case LOCK_TWICE:
        return coop_lock_acquire(&lock, 0) == 0 ? coop_lock_acquire(&lock, 0) : 98;
    case FOREIGN_PUT:
        return coop_queue_put(&one_way, &message, COOP_FOREVER);
    case FOREIGN_GET:
        return coop_queue_get(&one_way, &message, 0);
    case FOREIGN_TAKE:
        return coop_queue_take(&one_way, &message, &lease, 0);
    default:
        return coop_start(&idler, NULL, 0, NULL);
    }
}
COOP_PROCESS(misuser, break_rule, .daemon = true);

static void broken_rules(void **state)
{
    (void)state;
    int message = 5;
    assert_int_equal(coop_lock_acquire(&lock_of_root, 0), 0);
    assert_int_equal(coop_queue_put(&one_way, &message, 0), 0);
    assert_int_equal(coop_queue_get(&one_way, &message, 0), 0);
    for (uint32_t number = 0; number < MISUSES; number++) {
        struct coop_end end = join(real_start(&misuser, number));
        if (end.cause != COOP_MISUSED || end.reason != reasons[number])
            fail_msg("misuse %u: %s (%s), code %d", (unsigned)number, coop_cause_name(end.cause),
                     coop_misuse_name(end.reason), (int)end.code);
    }
    assert_int_equal(coop_lock_release(&lock_of_root), 0);
    assert_int_equal(coop_lock_acquire(&lock, 0), COOP_EOWNERDEAD); /* of the one that locked it twice */
    assert_int_equal(coop_lock_release(&lock), 0);
}

/* Memory that is not there: found by the port, or by the machine, and what it was in the middle of is undone. */
static int use_bad_address(const void *argument)
{
    struct coop_lease lease;
    int message;
    switch (real_number(argument)) {
    case 0:
        return coop_queue_put(&queue, (const void *)(uintptr_t)8, 0);
    case 1:
        return coop_queue_get(&other_queue, (void *)(uintptr_t)8, 0);
    case 2:
        return coop_queue_take(&other_queue, (void *)(uintptr_t)8, &lease, 0);
    default:
        return coop_queue_take(&other_queue, &message, (struct coop_lease *)(uintptr_t)8, 0);
    }
}
COOP_PROCESS(address_misuser, use_bad_address);

static void bad_addresses(void **state)
{
    (void)state;
    int message = 7;
    assert_int_equal(coop_queue_put(&other_queue, &message, 0), 0);
    for (uint32_t number = 0; number < 4; number++) {
        struct coop_end end = join(real_start(&address_misuser, number));
        if (end.cause == COOP_MISUSED)
            assert_int_equal(end.reason, COOP_MISUSE_BAD_ADDRESS);
        else
            assert_int_equal(end.cause, COOP_FAULTED);
        assert_int_equal(coop_queue_count(&queue), 0);
        assert_int_equal(coop_queue_count(&other_queue), 1);
    }
    assert_int_equal(coop_queue_put(&queue, &message, 0), 0);
    assert_int_equal(coop_queue_get(&queue, &message, 0), 0);
    assert_int_equal(coop_queue_get(&other_queue, &message, 0), 0);
    assert_int_equal(message, 7);
}

static void timeouts_out_of_range(void **state)
{
    (void)state;
    static const int bad[] = {-2, -1000, INT32_MIN};
    int message = 0;
    char byte;
    struct coop_lease lease = {0};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(coop_queue_put(&queue, &message, bad[i]), COOP_EINVAL);
        assert_int_equal(coop_queue_get(&queue, &message, bad[i]), COOP_EINVAL);
        assert_int_equal(coop_queue_take(&queue, &message, &lease, bad[i]), COOP_EINVAL);
        assert_int_equal(coop_queue_pass(&queue, lease, &other_queue, &message, bad[i]), COOP_EINVAL);
        assert_int_equal(coop_semaphore_acquire(&semaphore, bad[i]), COOP_EINVAL);
        assert_int_equal(coop_permits_acquire(&permits, bad[i]), COOP_EINVAL);
        assert_int_equal(coop_lock_acquire(&lock, bad[i]), COOP_EINVAL);
        assert_int_equal(coop_event_wait(&event, 1, COOP_EVENT_ANY, bad[i]), COOP_EINVAL);
        assert_int_equal(coop_join(coop_self(), bad[i], NULL), COOP_EINVAL);
        assert_int_equal(coop_sleep_ms(bad[i]), COOP_EINVAL);
        assert_int_equal(coop_stream_read(COOP_STDIN, &byte, 1, bad[i]), COOP_EINVAL);
        assert_int_equal(coop_stream_write(COOP_STDOUT, "x", 1, bad[i]), COOP_EINVAL);
    }
    assert_int_equal(coop_sleep_ms(-1), COOP_EINVAL);
    assert_int_equal(coop_queue_count(&queue), 0);
    assert_int_equal(coop_permits_available(&permits), 1);
}

static void arguments_that_may_not_be_null(void **state)
{
    (void)state;
    int message = 0;
    struct coop_lease lease = {0};
    struct coop_handle handle;
    assert_int_equal(coop_queue_put(&queue, NULL, 0), COOP_EINVAL);
    assert_int_equal(coop_queue_get(&queue, NULL, COOP_FOREVER), COOP_EINVAL);
    assert_int_equal(coop_queue_take(&queue, NULL, &lease, 0), COOP_EINVAL);
    assert_int_equal(coop_queue_take(&queue, &message, NULL, COOP_FOREVER), COOP_EINVAL);
    assert_int_equal(coop_queue_pass(&queue, lease, &other_queue, NULL, 0), COOP_EINVAL);
    assert_int_equal(coop_queue_pass(&queue, lease, &queue, &message, 0), COOP_EINVAL);
    assert_int_equal(coop_start(&idler, NULL, 4, &handle), COOP_EINVAL);
    assert_int_equal(coop_find(&idler, 0, NULL), COOP_EINVAL);
    assert_int_equal(coop_stream_open(NULL, 0), COOP_EINVAL);
    assert_int_equal(coop_stream_read(COOP_STDIN, NULL, 1, 0), COOP_EINVAL);
    assert_int_equal(coop_stream_write(COOP_STDOUT, NULL, 1, 0), COOP_EINVAL);
}

static void arguments_out_of_range(void **state)
{
    (void)state;
    static const unsigned char big[COOP_ARGUMENT_BYTES + 1];
    struct coop_handle handle;
    char byte;
    assert_int_equal(coop_start(&idler, big, sizeof big, &handle), COOP_EINVAL);
    assert_int_equal(coop_start(&idler, big, SIZE_MAX, &handle), COOP_EINVAL);
    assert_int_equal(coop_start(&idler, big, (size_t)UINT32_MAX + 1u, &handle), sizeof(size_t) > 4 ? COOP_EINVAL : 0);
    assert_int_equal(coop_find(&idler, 2, &handle), COOP_EINVAL);
    assert_int_equal(coop_find(&idler, UINT32_MAX, &handle), COOP_EINVAL);
    assert_int_equal(coop_event_set(&event, 0x80000000u), COOP_EINVAL);
    assert_int_equal(coop_event_clear(&event, UINT32_MAX), COOP_EINVAL);
    assert_int_equal(coop_event_wait(&event, 0, COOP_EVENT_ANY, COOP_FOREVER), COOP_EINVAL);
    assert_int_equal(coop_event_wait(&event, 1, 4, COOP_FOREVER), COOP_EINVAL);
    assert_int_equal(coop_event_wait(&event, 1, -1, COOP_FOREVER), COOP_EINVAL);
    assert_int_equal(coop_stream_read(COOP_STDIN, &byte, 0, COOP_FOREVER), COOP_EINVAL);
    assert_int_equal(coop_stream_read(99, &byte, 1, 0), COOP_EINVAL);
    assert_int_equal(coop_stream_read(-1, &byte, 1, 0), COOP_EINVAL);
    assert_int_equal(coop_stream_write(99, "x", 1, 0), COOP_EINVAL);
    assert_int_equal(coop_stream_write(-1, "x", 1, 0), COOP_EINVAL);
    assert_int_equal(coop_stream_write(COOP_STDOUT, "", 0, 0), 0);
    assert_true(coop_stream_open("/nonexistent/device", 0) < 0);
}

static void leases_that_are_none(void **state)
{
    (void)state;
    static const uint32_t positions[] = {0, 1, 2, 0xffff, 0x10000, 0x80000000u, UINT32_MAX};
    int message = 0;
    for (size_t i = 0; i < sizeof positions / sizeof *positions; i++) {
        struct coop_lease lease = {.position = positions[i]};
        assert_int_equal(coop_queue_done(&queue, lease), COOP_ESTALE);
        assert_int_equal(coop_queue_give_back(&queue, lease), COOP_ESTALE);
        assert_int_equal(coop_queue_pass(&queue, lease, &other_queue, &message, 0), COOP_ESTALE);
    }
    assert_int_equal(coop_queue_count(&other_queue), 0);
}

static void is_stale(struct coop_handle handle)
{
    struct coop_end end;
    assert_int_equal(coop_join(handle, COOP_FOREVER, &end), COOP_ESTALE);
    assert_int_equal(coop_terminate(handle), COOP_ESTALE);
    assert_int_equal(coop_kill(handle), COOP_ESTALE);
    assert_false(coop_is_alive(handle));
    assert_int_equal(coop_exitcode(handle), COOP_NOT_ENDED);
    assert_int_equal(coop_native_pid(handle), 0);
    assert_true(coop_name(handle) != NULL);
}

static void stale_handles(void **state)
{
    (void)state;
    struct coop_handle first = start(&idler, NULL, 0), second = first;
    static const uint32_t slots[] = {250, 255, 256, 0x7fffffff, 0x80000000u, UINT32_MAX};
    for (size_t i = 0; i < sizeof slots / sizeof *slots; i++) {
        is_stale((struct coop_handle){.slot = slots[i], .generation = first.generation});
        assert_string_equal(coop_name((struct coop_handle){.slot = slots[i]}), "?");
    }
    second.generation++;
    is_stale(second);
    second.generation = first.generation - 1;
    is_stale(second);
    second.generation = UINT32_MAX;
    is_stale(second);
    assert_true(coop_is_alive(first));
    assert_int_equal(coop_kill(first), 0);
    assert_int_equal(join(first).cause, COOP_KILLED);
    assert_int_equal(coop_kill(first), 0); /* it has ended, but nobody has its place */
    assert_int_equal(coop_join(first, 0, NULL), 0);
    for (second = first; second.slot != first.slot || second.generation == first.generation;) {
        second = start(&idler, NULL, 0);
        assert_int_equal(coop_kill(second), 0);
        assert_int_equal(join(second).cause, COOP_KILLED);
    }
    is_stale(first);
}

static void more_than_is_declared(void **state)
{
    (void)state;
    struct coop_handle one = start(&idler, NULL, 0), two = start(&idler, NULL, 0), three;
    assert_int_equal(coop_start(&idler, NULL, 0, &three), COOP_ELIMIT);
    assert_int_equal(coop_find(&idler, 0, &three), 0);
    assert_int_equal(coop_terminate(one), 0);
    assert_int_equal(coop_terminate(two), 0);
    assert_int_equal(join(one).cause, COOP_CANCELLED);
    assert_int_equal(join(two).cause, COOP_CANCELLED);
    assert_int_equal(coop_find(&idler, 0, &three), COOP_ESTALE);
    assert_int_equal(coop_find(&idler, 1, &three), COOP_ESTALE);
    assert_int_equal(coop_join(coop_self(), 0, NULL), COOP_EINVAL);
}

/* Full, empty, held and closed: at once with 0, and not before the time with more. */
static void what_would_have_to_wait(void **state)
{
    (void)state;
    enum { WAIT_MS = 20 };
    int message = 1;
    struct coop_handle idling = start(&idler, NULL, 0);
    assert_int_equal(coop_queue_put(&queue, &message, 0), 0);
    assert_int_equal(coop_queue_put(&queue, &message, 0), 0);
    assert_int_equal(coop_permits_acquire(&permits, 0), 0);
    assert_int_equal(coop_event_clear(&event, 1), 0);
    for (int timeout_ms = 0; timeout_ms <= WAIT_MS; timeout_ms += WAIT_MS) {
        int expected = timeout_ms == 0 ? COOP_EAGAIN : COOP_ETIMEDOUT;
        uint64_t begin_ms = coop_now_ms();
        struct coop_lease lease;
        assert_int_equal(coop_queue_put(&queue, &message, timeout_ms), expected);
        assert_int_equal(coop_queue_get(&other_queue, &message, timeout_ms), expected);
        assert_int_equal(coop_queue_take(&other_queue, &message, &lease, timeout_ms), expected);
        assert_int_equal(coop_semaphore_acquire(&semaphore, timeout_ms), expected);
        assert_int_equal(coop_permits_acquire(&permits, timeout_ms), expected);
        assert_int_equal(coop_event_wait(&event, 1, COOP_EVENT_ALL, timeout_ms), expected);
        assert_int_equal(coop_join(idling, timeout_ms, NULL), expected);
        assert_true(coop_now_ms() - begin_ms + 1 >= 7 * (uint64_t)timeout_ms);
    }
    assert_int_equal(coop_kill(idling), 0);
    assert_int_equal(coop_permits_release(&permits), 0);
    assert_int_equal(coop_queue_close(&queue), 0);
    assert_int_equal(coop_queue_put(&queue, &message, COOP_FOREVER), COOP_ECLOSED);
    assert_int_equal(coop_queue_get(&queue, &message, 0), 0);
    assert_int_equal(coop_queue_get(&queue, &message, 0), 0);
    assert_int_equal(coop_queue_get(&queue, &message, COOP_FOREVER), COOP_ECLOSED);
}

static void log_records_of_any_length(void **state)
{
    (void)state;
    static char text[COOP_LOG_BYTES * 4];
    memset(text, 'x', sizeof text - 1);
    assert_int_equal(coop_log("%s", text), 0);
    assert_int_equal(coop_log("%s", ""), 0);
    assert_int_equal(coop_log("a line feed is not doubled\n"), 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(bad_handles),
    cmocka_unit_test(broken_rules),
    cmocka_unit_test(bad_addresses),
    cmocka_unit_test(timeouts_out_of_range),
    cmocka_unit_test(arguments_that_may_not_be_null),
    cmocka_unit_test(arguments_out_of_range),
    cmocka_unit_test(leases_that_are_none),
    cmocka_unit_test(stale_handles),
    cmocka_unit_test(more_than_is_declared),
    cmocka_unit_test(what_would_have_to_wait),
    cmocka_unit_test(log_records_of_any_length),
};
REAL_TESTS(tests)
