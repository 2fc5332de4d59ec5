/* Bad input to every function: an error, at once. What ends the caller is in test_misuse.c. */
#include "real.h"

#include <coop/stream.h>
#include <string.h>

COOP_QUEUE(queue, int, 2);
COOP_QUEUE(other_queue, int, 2);
COOP_SEMAPHORE(semaphore, 0);
COOP_PERMITS(permits, 1);
COOP_LOCK(lock);
COOP_EVENT(event);

static int idle(const void *argument)
{
    (void)argument;
    while (coop_sleep_ms(1000) == 0)
        ;
    return 0;
}
COOP_PROCESS(idler, idle, .instances = 2);

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
    if (sizeof(size_t) > sizeof(uint32_t))
        assert_int_equal(coop_start(&idler, big, (size_t)UINT32_MAX + 1u, &handle), COOP_EINVAL);
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
    cmocka_unit_test(timeouts_out_of_range),   cmocka_unit_test(arguments_that_may_not_be_null),
    cmocka_unit_test(arguments_out_of_range),  cmocka_unit_test(leases_that_are_none),
    cmocka_unit_test(stale_handles),           cmocka_unit_test(more_than_is_declared),
    cmocka_unit_test(what_would_have_to_wait), cmocka_unit_test(log_records_of_any_length),
};
REAL_TESTS(tests)
