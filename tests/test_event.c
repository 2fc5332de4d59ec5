#include "fake_port.h"
#include "runtime/event.c"

COOP_EVENT(event);

static void set_to(uint32_t flags)
{
    *flags_of(&event.object) = flags;
    fake_as(1);
    fake_while_blocked(NULL);
}

static int wait_for(uint32_t flags, int mode)
{
    return coop_event_wait(&event, flags, mode, 0);
}

static void sets_and_clears(void **state)
{
    (void)state;
    set_to(0);
    assert_int_equal(coop_event_set(&event, 5), 5);
    assert_int_equal(fake_seen.wakes, WAKES_DATA | WAKES_ALL);
    assert_int_equal(coop_event_set(&event, 2), 7);
    assert_int_equal(coop_event_set(&event, 0), 7);
    assert_int_equal(coop_event_clear(&event, 4 | 8), 3);
    assert_int_equal(fake_seen.wakes, WAKES_NONE);
    assert_int_equal(coop_event_flags(&event), 3);
    assert_int_equal(coop_event_set(&event, COOP_EVENT_FLAGS), INT32_MAX);
    assert_int_equal(coop_event_clear(&event, COOP_EVENT_FLAGS), 0);
}

static void waits_for_any(void **state)
{
    (void)state;
    set_to(6);
    assert_int_equal(wait_for(3, COOP_EVENT_ANY), 2);
    assert_int_equal(wait_for(7, COOP_EVENT_ANY), 6);
    assert_int_equal(wait_for(8 | 1, COOP_EVENT_ANY), COOP_EAGAIN);
    assert_int_equal(coop_event_flags(&event), 6);
}

static void waits_for_all(void **state)
{
    (void)state;
    set_to(6);
    assert_int_equal(wait_for(6, COOP_EVENT_ALL), 6);
    assert_int_equal(wait_for(4, COOP_EVENT_ALL), 4);
    assert_int_equal(wait_for(7, COOP_EVENT_ALL), COOP_EAGAIN);
    assert_int_equal(coop_event_flags(&event), 6);
}

static void clears_what_it_waited_for(void **state)
{
    (void)state;
    set_to(14);
    assert_int_equal(wait_for(3, COOP_EVENT_ANY | COOP_EVENT_CLEAR), 2);
    assert_int_equal(coop_event_flags(&event), 12);
    assert_int_equal(wait_for(7, COOP_EVENT_ALL | COOP_EVENT_CLEAR), COOP_EAGAIN);
    assert_int_equal(coop_event_flags(&event), 12);
    assert_int_equal(wait_for(12, COOP_EVENT_ALL | COOP_EVENT_CLEAR), 12);
    assert_int_equal(coop_event_flags(&event), 0);
}

static void refuses_what_is_out_of_range(void **state)
{
    (void)state;
    set_to(1);
    assert_int_equal(coop_event_set(&event, 0x80000000u), COOP_EINVAL);
    assert_int_equal(coop_event_set(&event, UINT32_MAX), COOP_EINVAL);
    assert_int_equal(coop_event_clear(&event, 0x80000001u), COOP_EINVAL);
    assert_int_equal(wait_for(0, COOP_EVENT_ANY), COOP_EINVAL);
    assert_int_equal(wait_for(0x80000001u, COOP_EVENT_ANY), COOP_EINVAL);
    assert_int_equal(wait_for(1, 4), COOP_EINVAL);
    assert_int_equal(wait_for(1, -1), COOP_EINVAL);
    assert_int_equal(wait_for(1, INT32_MIN), COOP_EINVAL);
    assert_int_equal(coop_event_wait(&event, 1, COOP_EVENT_ANY, -2), COOP_EINVAL);
    assert_int_equal(coop_event_flags(&event), 1);
}

static bool another_sets_one_by_one(void)
{
    fake_as(2);
    int flags = coop_event_flags(&event);
    return flags < 4 && coop_event_set(&event, flags == 0 ? 1 : (uint32_t)flags * 2) > 0;
}

static void waits_until_set(void **state)
{
    (void)state;
    set_to(0);
    fake_while_blocked(another_sets_one_by_one);
    assert_int_equal(coop_event_wait(&event, 7, COOP_EVENT_ALL, COOP_FOREVER), 7);
    assert_int_equal(coop_event_wait(&event, 8, COOP_EVENT_ANY, 5), COOP_ETIMEDOUT);
}

static void holds_three(void)
{
    set_to(3);
}

static void set_four(void *result)
{
    *(int *)result = coop_event_set(&event, 4);
}

static void take_two(void *result)
{
    *(int *)result = wait_for(2, COOP_EVENT_ALL | COOP_EVENT_CLEAR);
}

static int four_is_set(void)
{
    int flags = coop_event_flags(&event);
    assert_true(flags == 3 || flags == 7);
    return flags == 7;
}

static int two_is_taken(void)
{
    int flags = coop_event_flags(&event);
    assert_true(flags == 3 || flags == 1);
    return flags == 1;
}

static void a_death_leaves_it_before_or_after(void **state)
{
    (void)state;
    int result;
    struct sweep sweep = {.object = &event.object,
                          .class = &event_class,
                          .state_bytes = sizeof(struct coop_event_state),
                          .dying = 1,
                          .prepare = holds_three,
                          .context = &result};
    sweep.run = set_four;
    sweep.happened = four_is_set;
    fake_sweep(&sweep);
    sweep.run = take_two;
    sweep.happened = two_is_taken;
    fake_sweep(&sweep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_and_clears),
        cmocka_unit_test(waits_for_any),
        cmocka_unit_test(waits_for_all),
        cmocka_unit_test(clears_what_it_waited_for),
        cmocka_unit_test(refuses_what_is_out_of_range),
        cmocka_unit_test(waits_until_set),
        cmocka_unit_test(a_death_leaves_it_before_or_after),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
