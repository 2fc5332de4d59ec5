#include "fake_port.h"
#include "runtime/semaphore.c"

COOP_SEMAPHORE(semaphore, 3);

static void set(uint32_t count)
{
    *count_of(&semaphore.object) = count;
    fake_as(1);
    fake_while_blocked(NULL);
}

static void begins_with_its_initial_count(void **state)
{
    (void)state;
    assert_int_equal(coop_semaphore_value(&semaphore), 3);
}

static void counts(void **state)
{
    (void)state;
    set(0);
    assert_int_equal(coop_semaphore_acquire(&semaphore, 0), COOP_EAGAIN);
    assert_int_equal(coop_semaphore_release(&semaphore), 0);
    assert_int_equal(fake_seen.wakes, WAKES_DATA);
    assert_int_equal(coop_semaphore_release(&semaphore), 0);
    assert_int_equal(coop_semaphore_value(&semaphore), 2);
    fake_as(2); /* who acquires need not have released */
    assert_int_equal(coop_semaphore_acquire(&semaphore, 0), 0);
    assert_int_equal(coop_semaphore_acquire(&semaphore, 0), 0);
    assert_int_equal(coop_semaphore_acquire(&semaphore, 0), COOP_EAGAIN);
    assert_int_equal(coop_semaphore_value(&semaphore), 0);
}

static void a_refused_release_changes_nothing(void **state)
{
    (void)state;
    set(INT32_MAX - 1);
    assert_int_equal(coop_semaphore_release(&semaphore), 0);
    assert_int_equal(coop_semaphore_value(&semaphore), INT32_MAX);
    assert_int_equal(coop_semaphore_release(&semaphore), COOP_ELIMIT);
    assert_int_equal(coop_semaphore_value(&semaphore), INT32_MAX);
    assert_int_equal(coop_semaphore_acquire(&semaphore, 0), 0);
    assert_int_equal(coop_semaphore_value(&semaphore), INT32_MAX - 1);
}

static void the_supervisor_may_use_it(void **state)
{
    (void)state;
    set(0);
    fake_as(0);
    assert_int_equal(coop_semaphore_release(&semaphore), 0);
    assert_int_equal(coop_semaphore_acquire(&semaphore, 0), 0);
}

static bool another_releases(void)
{
    fake_as(2);
    assert_int_equal(coop_semaphore_release(&semaphore), 0);
    return true;
}

static bool nobody_releases(void)
{
    return false;
}

static void waits(void **state)
{
    (void)state;
    set(0);
    fake_while_blocked(another_releases);
    assert_int_equal(coop_semaphore_acquire(&semaphore, COOP_FOREVER), 0);
    fake_while_blocked(nobody_releases);
    assert_int_equal(coop_semaphore_acquire(&semaphore, 10), COOP_ETIMEDOUT);
    assert_int_equal(coop_semaphore_acquire(&semaphore, -2), COOP_EINVAL);
    assert_int_equal(coop_semaphore_value(&semaphore), 0);
}

static void a_hint_tells_whether_it_would_block(void **state)
{
    (void)state;
    set(0);
    assert_false(semaphore_acquire.ready(&semaphore.object, 0));
    set(1);
    assert_true(semaphore_acquire.ready(&semaphore.object, 0));
}

static void holds_two(void)
{
    set(2);
}

static void acquire(void *result)
{
    *(int *)result = coop_semaphore_acquire(&semaphore, 0);
}

static void release(void *result)
{
    *(int *)result = coop_semaphore_release(&semaphore);
}

static int has_acquired(void)
{
    int value = coop_semaphore_value(&semaphore);
    assert_true(value == 1 || value == 2);
    return value == 1;
}

static int has_released(void)
{
    int value = coop_semaphore_value(&semaphore);
    assert_true(value == 2 || value == 3);
    return value == 3;
}

static void a_death_leaves_it_before_or_after(void **state)
{
    (void)state;
    int result;
    struct sweep sweep = {.object = &semaphore.object,
                          .class = &semaphore_class,
                          .state_bytes = sizeof(struct coop_semaphore_state),
                          .dying = 1,
                          .prepare = holds_two,
                          .context = &result};
    sweep.run = acquire;
    sweep.happened = has_acquired;
    fake_sweep(&sweep);
    sweep.run = release;
    sweep.happened = has_released;
    fake_sweep(&sweep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins_with_its_initial_count),
        cmocka_unit_test(counts),
        cmocka_unit_test(a_refused_release_changes_nothing),
        cmocka_unit_test(the_supervisor_may_use_it),
        cmocka_unit_test(waits),
        cmocka_unit_test(a_hint_tells_whether_it_would_block),
        cmocka_unit_test(a_death_leaves_it_before_or_after),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
