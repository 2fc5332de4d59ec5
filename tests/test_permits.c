#include "fake_port.h"
#include "runtime/permits.c"

COOP_PERMITS(permits, 3);
COOP_PERMITS(single, 1);
COOP_PERMITS(most, 65535);

static void begin(const struct coop_permits *of)
{
    for (uint32_t i = 0; i < of->object.count; i++)
        owners_of(&of->object)[i] = 0;
    state_of(&of->object)->hint = 0;
    state_of(&of->object)->control.guard = 0;
    fake_while_blocked(NULL);
    fake_as(1);
}

static int acquire_as(uint32_t process, const struct coop_permits *of)
{
    fake_as(process);
    return coop_permits_acquire(of, 0);
}

static int release_as(uint32_t process, const struct coop_permits *of)
{
    fake_as(process);
    return coop_permits_release(of);
}

static int held_by(uint32_t process)
{
    int held = 0;
    for (uint32_t i = 0; i < permits.object.count; i++)
        held += owners_of(&permits.object)[i] == process;
    return held;
}

static void gives_each_permit_once(void **state)
{
    (void)state;
    bool seen[3] = {false};
    begin(&permits);
    for (uint32_t process = 1; process <= 3; process++) {
        int permit = acquire_as(process, &permits);
        assert_in_range(permit, 0, 2);
        assert_false(seen[permit]);
        seen[permit] = true;
        assert_int_equal(coop_permits_available(&permits), 3 - (int)process);
    }
    assert_int_equal(acquire_as(4, &permits), COOP_EAGAIN);
    assert_int_equal(release_as(2, &permits), 0);
    assert_int_equal(fake_seen.wakes, WAKES_DATA);
    assert_int_equal(acquire_as(4, &permits), 1); /* the one that is free */
    assert_int_equal(held_by(4), 1);
}

static void one_process_may_hold_several(void **state)
{
    (void)state;
    begin(&permits);
    assert_true(acquire_as(1, &permits) >= 0 && acquire_as(2, &permits) >= 0 && acquire_as(1, &permits) >= 0);
    assert_int_equal(held_by(1), 2);
    assert_int_equal(release_as(1, &permits), 0);
    assert_int_equal(held_by(1), 1);
    assert_int_equal(held_by(2), 1);
    assert_int_equal(release_as(1, &permits), 0);
    assert_int_equal(held_by(1), 0);
    assert_int_equal(coop_permits_available(&permits), 2);
}

static void a_foreign_release_is_misuse(void **state)
{
    (void)state;
    begin(&permits);
    assert_true(acquire_as(1, &permits) >= 0);
    assert_int_equal(release_as(2, &permits), MISUSE - COOP_MISUSE_NOT_OWNER);
    assert_int_equal(release_as(0, &permits), MISUSE - COOP_MISUSE_NOT_OWNER);
    assert_int_equal(acquire_as(0, &permits), MISUSE - COOP_MISUSE_NOT_PROCESS);
    assert_int_equal(release_as(1, &permits), 0);
    assert_int_equal(release_as(1, &permits), MISUSE - COOP_MISUSE_NOT_OWNER);
    assert_int_equal(coop_permits_available(&permits), 3);
}

static bool another_releases(void)
{
    return release_as(2, &single) == 0;
}

static void waits(void **state)
{
    (void)state;
    begin(&single);
    assert_int_equal(acquire_as(2, &single), 0);
    fake_while_blocked(another_releases);
    fake_as(1);
    assert_int_equal(coop_permits_acquire(&single, COOP_FOREVER), 0);
    fake_while_blocked(NULL);
    fake_as(2);
    assert_int_equal(coop_permits_acquire(&single, 1), COOP_ETIMEDOUT);
    assert_int_equal(coop_permits_acquire(&single, -2), COOP_EINVAL);
}

static void as_many_as_there_can_be(void **state)
{
    (void)state;
    begin(&most);
    for (uint32_t i = 0; i < 65535; i++)
        assert_in_range(acquire_as(1 + i % 250, &most), 0, 65534);
    assert_int_equal(coop_permits_available(&most), 0);
    assert_int_equal(acquire_as(1, &most), COOP_EAGAIN);
    assert_int_equal(fake_repair(&most.object, &permits_class, 250), 65535 / 250);
    assert_int_equal(coop_permits_available(&most), 65535 / 250);
    assert_true(acquire_as(3, &most) >= 0);
}

static void a_hint_that_was_overwritten_does_no_harm(void **state)
{
    (void)state;
    begin(&permits);
    state_of(&permits.object)->hint = UINT32_MAX;
    assert_int_equal(acquire_as(1, &permits), 0);
    state_of(&permits.object)->hint = 3;
    assert_int_equal(release_as(1, &permits), 0);
}

static void those_of_the_dead_come_back(void **state)
{
    (void)state;
    begin(&permits);
    assert_true(acquire_as(1, &permits) >= 0 && acquire_as(2, &permits) >= 0 && acquire_as(1, &permits) >= 0);
    assert_int_equal(fake_repair(&permits.object, &permits_class, 1), 2);
    assert_int_equal(coop_permits_available(&permits), 2);
    assert_int_equal(held_by(2), 1);
    assert_int_equal(fake_repair(&permits.object, &permits_class, 1), 0);
    assert_true(acquire_as(3, &permits) >= 0 && acquire_as(3, &permits) >= 0);
    assert_int_equal(acquire_as(3, &permits), COOP_EAGAIN);
}

/* Process 1 dies in whatever it does: the others keep theirs, and all the rest is free. */
static void two_are_out(void)
{
    begin(&permits);
    assert_true(acquire_as(1, &permits) >= 0 && acquire_as(2, &permits) >= 0);
}

static void acquire(void *result)
{
    *(int *)result = coop_permits_acquire(&permits, 0);
}

static void release(void *result)
{
    *(int *)result = coop_permits_release(&permits);
}

static int is_whole(void)
{
    assert_int_equal(coop_permits_available(&permits), 2);
    assert_int_equal(held_by(2), 1);
    assert_int_equal(held_by(1), 0);
    return -1; /* what the dead did with its own doesn't show */
}

static void a_death_loses_none(void **state)
{
    (void)state;
    int result;
    struct sweep sweep = {.object = &permits.object,
                          .class = &permits_class,
                          .state_bytes = sizeof(struct coop_permits_state) + 3,
                          .dying = 1,
                          .prepare = two_are_out,
                          .context = &result,
                          .happened = is_whole};
    sweep.run = acquire;
    fake_sweep(&sweep);
    sweep.run = release;
    fake_sweep(&sweep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_each_permit_once),      cmocka_unit_test(one_process_may_hold_several),
        cmocka_unit_test(a_foreign_release_is_misuse), cmocka_unit_test(waits),
        cmocka_unit_test(as_many_as_there_can_be),     cmocka_unit_test(a_hint_that_was_overwritten_does_no_harm),
        cmocka_unit_test(those_of_the_dead_come_back), cmocka_unit_test(a_death_loses_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
