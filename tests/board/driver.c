/* Processes of COOP_PRIORITY_DRIVER, under any policy: they are served beside one that doesn't let go of the CPU. */
#include "real.h"

enum { TICKS = 20 };

COOP_SEMAPHORE(go, 0);
COOP_SHARED(uint32_t, ticks);

static int answer(const void *argument)
{
    (void)argument;
    while (coop_semaphore_acquire(&go, COOP_FOREVER) == 0)
        ticks++;
    return 0;
}
COOP_PROCESS(answerer, answer, .priority = COOP_PRIORITY_DRIVER);

static void answers_within_the_call(void **state)
{
    (void)state;
    ticks = 0;
    struct coop_handle handle = start(&answerer, NULL, 0);
    (void)coop_sleep_ms(1); /* it waits now */
    for (uint32_t i = 1; i <= TICKS; i++) {
        assert_int_equal(coop_semaphore_release(&go), 0);
        assert_int_equal(SEEN(ticks), i);
    }
    assert_int_equal(coop_kill(handle), 0);
    join(handle);
}

static int tick(const void *argument)
{
    (void)argument;
    while (coop_sleep_ms(1) == 0)
        ticks++;
    return 0;
}
COOP_PROCESS(ticker, tick, .priority = COOP_PRIORITY_DRIVER);

/* The time is asked for, nothing is waited for. */
static int spin(const void *argument)
{
    (void)argument;
    uint64_t end_ms = coop_now_ms() + DEADLINE_MS;
    while (SEEN(ticks) < TICKS && coop_now_ms() < end_ms)
        continue;
    return SEEN(ticks) < TICKS;
}
COOP_PROCESS(spinner, spin, .priority = COOP_PRIORITY_DRIVER - 1);

static void wakes_beside_who_spins(void **state)
{
    (void)state;
    ticks = 0;
    struct coop_handle handles[] = {start(&ticker, NULL, 0), start(&spinner, NULL, 0)};
    assert_int_equal(join(handles[1]).code, 0);
    assert_int_equal(coop_kill(handles[0]), 0);
    join(handles[0]);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(answers_within_the_call),
    cmocka_unit_test(wakes_beside_who_spins),
};
REAL_TESTS(tests)
