/* Linux wakes one waiter at a time; nobody may sleep while it could go on. */
#include "real.h"
#include "processes.h"

enum { ROUNDS = 20, WAITERS = 3, LOST_MS = 10000 };

COOP_QUEUE(ending, int, 2);
COOP_QUEUE(held, int, 2);
COOP_QUEUE(onward, int, 4);

/*
 * Each tells what its call returned, and stays: the end of a process wakes all who wait, so that what was lost would not
 * show.
 */
COOP_QUEUE(told, int, WAITERS);
COOP_EVENT(leave);

static int tell_and_stay(int result)
{
    if (coop_queue_put(&told, &result, 0) < 0)
        return 1;
    return coop_event_wait(&leave, 1, COOP_EVENT_ANY, COOP_FOREVER) == 1 ? 0 : 2;
}

static int consume(const void *argument)
{
    int message;
    (void)argument;
    return tell_and_stay(coop_queue_get(&ending, &message, COOP_FOREVER));
}
COOP_PROCESS(consumer, consume, .instances = WAITERS);

static int produce(const void *argument)
{
    int message = (int)real_number(argument);
    return tell_and_stay(coop_queue_put(&held, &message, COOP_FOREVER));
}
COOP_PROCESS(producer, produce, .instances = WAITERS);

static int pass(const void *argument)
{
    int message;
    struct coop_lease lease;
    (void)argument;
    if (coop_queue_take(&onward, &message, &lease, 0) < 0)
        return 3;
    return tell_and_stay(coop_queue_pass(&onward, lease, &held, &message, COOP_FOREVER));
}
COOP_PROCESS(passer, pass, .instances = WAITERS);

static void wait_until_blocked(const struct coop_handle *waiters, int count)
{
    for (int i = 0; i < count; i++)
        EVENTUALLY(coop_blocks_start[waiters[i].slot].blocked != COOP_RUNS);
}

static void start_waiters(const struct coop_process *process, struct coop_handle *waiters, int count)
{
    assert_int_equal(coop_event_clear(&leave, 1), 0);
    for (int i = 0; i < count; i++)
        waiters[i] = real_start(process, (uint32_t)i);
    wait_until_blocked(waiters, count);
}

static void all_were_told(struct coop_handle *waiters, int count, int expected)
{
    int result;
    for (int i = 0; i < count; i++) {
        assert_int_equal(coop_queue_get(&told, &result, LOST_MS), 0);
        assert_int_equal(result, expected);
    }
    assert_int_equal(coop_event_set(&leave, 1), 1);
    for (int i = 0; i < count; i++)
        assert_int_equal(join(waiters[i]).code, 0);
}

static void the_end_of_a_queue_is_told_to_all(void **state)
{
    (void)state;
    struct coop_handle waiters[WAITERS];
    struct coop_lease lease;
    int message = 1;
    assert_int_equal(coop_queue_put(&ending, &message, 0), 0);
    assert_int_equal(coop_queue_take(&ending, &message, &lease, 0), 1);
    assert_int_equal(coop_queue_close(&ending), 0);
    start_waiters(&consumer, waiters, WAITERS);
    assert_int_equal(coop_queue_done(&ending, lease), 0);
    all_were_told(waiters, WAITERS, COOP_ECLOSED);
}

/* Two leases end, but only the second frees: two slots at once. */
static void free_two(const struct coop_process *process, bool feeds)
{
    struct coop_handle waiters[2];
    struct coop_lease first, second;
    int message = 1;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(coop_queue_put(&held, &message, 0), 0);
        assert_true(!feeds || coop_queue_put(&onward, &message, 0) == 0);
    }
    assert_int_equal(coop_queue_take(&held, &message, &first, 0), 1);
    assert_int_equal(coop_queue_take(&held, &message, &second, 0), 1);
    start_waiters(process, waiters, 2);
    assert_int_equal(coop_queue_done(&held, second), 0);
    wait_until_blocked(waiters, 2); /* again: it has woken one for nothing */
    assert_int_equal(coop_queue_done(&held, first), 0);
    all_were_told(waiters, 2, 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(coop_queue_get(&held, &message, 0), 0);
}

static void several_slots_wake_several_producers(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++)
        free_two(&producer, false);
}

static void several_slots_wake_several_passers(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++)
        free_two(&passer, true);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_end_of_a_queue_is_told_to_all),
    cmocka_unit_test(several_slots_wake_several_producers),
    cmocka_unit_test(several_slots_wake_several_passers),
};
REAL_TESTS(tests)
