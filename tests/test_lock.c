#include "fake_port.h"
#include "runtime/lock.c"

COOP_LOCK(plain);
COOP_LOCK(nested, .recursive = 1);

static void begin(void)
{
    *state_of(&plain.object) = (struct coop_lock_state){.depth = 7}; /* which means nothing without an owner */
    *state_of(&nested.object) = (struct coop_lock_state){.depth = 7};
    fake_while_blocked(NULL);
    fake_as(1);
}

static int acquire_as(uint32_t process, const struct coop_lock *lock)
{
    fake_as(process);
    return coop_lock_acquire(lock, 0);
}

static int release_as(uint32_t process, const struct coop_lock *lock)
{
    fake_as(process);
    return coop_lock_release(lock);
}

static void excludes(void **state)
{
    (void)state;
    begin();
    assert_int_equal(acquire_as(1, &plain), 0);
    assert_int_equal(acquire_as(2, &plain), COOP_EAGAIN);
    assert_int_equal(lock_acquire.holder(&plain.object), 1);
    assert_false(lock_acquire.ready(&plain.object, 0));
    assert_int_equal(release_as(1, &plain), 0);
    assert_int_equal(fake_seen.wakes, WAKES_DATA);
    assert_true(lock_acquire.ready(&plain.object, 0));
    assert_int_equal(lock_acquire.holder(&plain.object), 0);
    assert_int_equal(acquire_as(2, &plain), 0);
}

static void misuse(void **state)
{
    (void)state;
    begin();
    assert_int_equal(release_as(1, &plain), MISUSE - COOP_MISUSE_NOT_OWNER);
    assert_int_equal(acquire_as(0, &plain), MISUSE - COOP_MISUSE_NOT_PROCESS);
    assert_int_equal(release_as(0, &plain), MISUSE - COOP_MISUSE_NOT_OWNER);
    assert_int_equal(acquire_as(1, &plain), 0);
    assert_int_equal(acquire_as(1, &plain), MISUSE - COOP_MISUSE_DEADLOCK);
    assert_int_equal(coop_lock_acquire(&plain, COOP_FOREVER), MISUSE - COOP_MISUSE_DEADLOCK);
    assert_int_equal(release_as(2, &plain), MISUSE - COOP_MISUSE_NOT_OWNER);
    assert_int_equal(release_as(1, &plain), 0);
    assert_int_equal(release_as(1, &plain), MISUSE - COOP_MISUSE_NOT_OWNER);
    assert_int_equal(acquire_as(1, &nested), 0);
    assert_int_equal(release_as(2, &nested), MISUSE - COOP_MISUSE_NOT_OWNER);
}

static void nests(void **state)
{
    (void)state;
    begin();
    for (int i = 0; i < 3; i++)
        assert_int_equal(acquire_as(1, &nested), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(release_as(1, &nested), 0);
        assert_int_equal(acquire_as(2, &nested), COOP_EAGAIN);
    }
    assert_int_equal(release_as(1, &nested), 0);
    assert_int_equal(acquire_as(2, &nested), 0);
    assert_int_equal(release_as(2, &nested), 0); /* the depth of the last owner is forgotten */
    assert_int_equal(release_as(2, &nested), MISUSE - COOP_MISUSE_NOT_OWNER);
}

static void as_deep_as_it_goes(void **state)
{
    (void)state;
    begin();
    assert_int_equal(acquire_as(1, &nested), 0);
    for (int i = 0; i < 65535; i++)
        assert_int_equal(coop_lock_acquire(&nested, 0), 0);
    assert_int_equal(coop_lock_acquire(&nested, 0), COOP_ELIMIT);
    assert_int_equal(coop_lock_acquire(&nested, COOP_FOREVER), COOP_ELIMIT);
    for (int i = 0; i < 65535; i++)
        assert_int_equal(coop_lock_release(&nested), 0);
    assert_int_equal(acquire_as(2, &nested), COOP_EAGAIN);
    assert_int_equal(release_as(1, &nested), 0);
    assert_int_equal(acquire_as(2, &nested), 0);
}

static bool owner_releases(void)
{
    return release_as(2, &plain) == 0;
}

static bool owner_dies(void)
{
    fake_repair(&plain.object, &lock_class, 2);
    return true;
}

static void waits(void **state)
{
    (void)state;
    begin();
    assert_int_equal(acquire_as(2, &plain), 0);
    fake_as(1);
    assert_int_equal(coop_lock_acquire(&plain, 1), COOP_ETIMEDOUT);
    assert_int_equal(coop_lock_acquire(&plain, -2), COOP_EINVAL);
    fake_while_blocked(owner_releases);
    assert_int_equal(coop_lock_acquire(&plain, COOP_FOREVER), 0);
    begin();
    assert_int_equal(acquire_as(2, &plain), 0);
    fake_while_blocked(owner_dies);
    fake_as(1);
    assert_int_equal(coop_lock_acquire(&plain, COOP_FOREVER), COOP_EOWNERDEAD);
    fake_while_blocked(NULL);
}

static void the_next_is_told_of_a_death(void **state)
{
    (void)state;
    begin();
    assert_int_equal(acquire_as(1, &nested), 0);
    assert_int_equal(acquire_as(1, &nested), 0);
    assert_int_equal(fake_repair(&nested.object, &lock_class, 2), 0);
    assert_int_equal(acquire_as(2, &nested), COOP_EAGAIN);
    assert_int_equal(fake_repair(&nested.object, &lock_class, 1), 1);
    assert_int_equal(fake_repair(&nested.object, &lock_class, 1), 0);
    assert_int_equal(acquire_as(2, &nested), COOP_EOWNERDEAD);
    assert_int_equal(acquire_as(2, &nested), 0);
    assert_int_equal(release_as(2, &nested), 0);
    assert_int_equal(acquire_as(3, &nested), COOP_EAGAIN);
    assert_int_equal(release_as(2, &nested), 0);
    assert_int_equal(acquire_as(3, &nested), 0); /* once */
}

static void it_is_told_again_when_the_mender_dies(void **state)
{
    (void)state;
    begin();
    assert_int_equal(acquire_as(1, &plain), 0);
    for (uint32_t mender = 1; mender <= 5; mender++) {
        fake_repair(&plain.object, &lock_class, mender);
        assert_int_equal(acquire_as(mender + 1, &plain), COOP_EOWNERDEAD);
    }
}

/* The sweep: what the dead may leave is told, and what it can't have touched isn't. */
static bool was_dead_before;
static const struct coop_lock *swept;
static uint32_t depth_before;

static void prepare(void)
{
    begin();
    if (was_dead_before) {
        assert_int_equal(acquire_as(2, swept), 0);
        fake_repair(&swept->object, &lock_class, 2);
    }
    for (uint32_t i = 0; i < depth_before; i++)
        assert_true(acquire_as(1, swept) != COOP_EAGAIN);
}

static void acquire(void *result)
{
    *(int *)result = coop_lock_acquire(swept, 0);
}

static void release(void *result)
{
    *(int *)result = coop_lock_release(swept);
}

/* 1 when the next is told of a death. Then it must have been told once. */
static int is_told(void)
{
    int next = acquire_as(3, swept);
    assert_true(next == 0 || next == COOP_EOWNERDEAD);
    assert_int_equal(release_as(3, swept), 0);
    assert_int_equal(acquire_as(4, swept), 0);
    return next == COOP_EOWNERDEAD;
}

static int is_told_since_before(void)
{
    assert_int_equal(is_told(), 1);
    return -1;
}

static int is_not_told(void)
{
    return !is_told();
}

static void sweep(const struct coop_lock *lock, bool dead_before, uint32_t depth, void (*run)(void *),
                  int (*happened)(void))
{
    int result;
    swept = lock;
    was_dead_before = dead_before;
    depth_before = depth;
    fake_sweep(&(struct sweep){.object = &lock->object,
                               .class = &lock_class,
                               .state_bytes = sizeof(struct coop_lock_state),
                               .dying = 1,
                               .prepare = prepare,
                               .run = run,
                               .context = &result,
                               .happened = happened});
}

static void a_death_is_told_or_did_not_matter(void **state)
{
    (void)state;
    sweep(&plain, false, 0, acquire, is_told);
    sweep(&plain, true, 0, acquire, is_told_since_before); /* until it has really been told */
    sweep(&plain, false, 1, release, is_not_told);
    sweep(&plain, true, 1, release, is_not_told);
    sweep(&nested, false, 0, acquire, is_told);
    sweep(&nested, false, 1, acquire, is_told_since_before);
    sweep(&nested, false, 2, release, is_told_since_before);
    sweep(&nested, false, 1, release, is_not_told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(excludes),
        cmocka_unit_test(misuse),
        cmocka_unit_test(nests),
        cmocka_unit_test(as_deep_as_it_goes),
        cmocka_unit_test(waits),
        cmocka_unit_test(the_next_is_told_of_a_death),
        cmocka_unit_test(it_is_told_again_when_the_mender_dies),
        cmocka_unit_test(a_death_is_told_or_did_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
