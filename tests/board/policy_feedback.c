/* The board's multi-level feedback policy: see port/qemu-arm/policy_feedback.h. */
#include "real.h"

enum { ROUNDS = 50, SHORT_MS = 100, LAPS = 10000, TOP = COOP_PRIORITY_DRIVER - 1 };

COOP_SHARED(uint32_t, laps[2]);
COOP_SHARED(bool, done);

static void count_until(volatile uint32_t *lap, uint64_t end_ms)
{
    while (coop_now_ms() < end_ms)
        ++*lap;
}

/* Computes until somebody else has finished: for ever, unless it loses the CPU. */
static int compute(const void *argument)
{
    (void)argument;
    uint64_t end_ms = coop_now_ms() + DEADLINE_MS;
    while (!SEEN(done) && coop_now_ms() < end_ms)
        continue;
    return SEEN(done) ? 0 : 1;
}
COOP_PROCESS(computer, compute);

static int be_quick(const void *argument)
{
    (void)argument;
    for (unsigned i = 0; i < ROUNDS; i++)
        if (coop_sleep_ms(1) < 0)
            return 1;
    done = true;
    return 0;
}
COOP_PROCESS(quick, be_quick);

static void interrupts_computations(void **state)
{
    (void)state;
    done = false;
    struct coop_handle handles[] = {real_start(&computer, 0), real_start(&quick, 0)};
    assert_int_equal(join(handles[1]).code, 0);
    assert_int_equal(join(handles[0]).code, 0);
}

static int race(const void *argument)
{
    uint32_t number = real_number(argument);
    count_until(&laps[number & 1], coop_now_ms() + (number >> 1));
    return 0;
}
COOP_PROCESS(racer, race, .instances = 2);

/* Neither waits for anything, and each needs the other's progress. */
static int share(const void *argument)
{
    uint32_t self = real_number(argument);
    uint64_t end_ms = coop_now_ms() + DEADLINE_MS;
    while ((laps[self] < LAPS || SEEN(laps[1 - self]) < LAPS) && coop_now_ms() < end_ms)
        laps[self]++;
    return SEEN(laps[1 - self]) < LAPS;
}
COOP_PROCESS(sharer, share, .instances = 2);

static void shares_among_equals(void **state)
{
    (void)state;
    laps[0] = laps[1] = 0;
    struct coop_handle handles[] = {real_start(&sharer, 0), real_start(&sharer, 1)};
    assert_int_equal(join(handles[0]).code, 0);
    assert_int_equal(join(handles[1]).code, 0);
}

static int race_until_done(const void *argument)
{
    uint64_t end_ms = coop_now_ms() + DEADLINE_MS;
    while (!SEEN(done) && coop_now_ms() < end_ms)
        laps[real_number(argument)]++;
    return 0;
}
COOP_PROCESS(sinker, race_until_done);
COOP_PROCESS(swimmer, race_until_done, .priority = TOP);

/* One that may not sink keeps the CPU from one that has; but a boost lets that one run now and then. */
static void sinks_and_is_boosted(void **state)
{
    (void)state;
    done = false;
    laps[0] = laps[1] = 0;
    struct coop_handle handles[] = {real_start(&sinker, 0), real_start(&swimmer, 1)};
    EVENTUALLY(SEEN(laps[1]) > 20 * SEEN(laps[0]));
    uint32_t seen = SEEN(laps[0]);
    EVENTUALLY(SEEN(laps[0]) > seen);
    assert_true(SEEN(laps[1]) > 4 * SEEN(laps[0]));
    done = true;
    assert_int_equal(join(handles[0]).code, 0);
    assert_int_equal(join(handles[1]).code, 0);
}

/* Yielding, or waiting, just in time gains nothing: the allotment adds up, so that it sinks beside one that doesn't. */
static int yield_often(const void *argument)
{
    uint64_t end_ms = coop_now_ms() + real_number(argument);
    while (coop_now_ms() < end_ms) {
        laps[0]++;
        coop_yield();
    }
    return 0;
}
COOP_PROCESS(yielder, yield_often);

static void charges_those_who_yield(void **state)
{
    (void)state;
    laps[0] = laps[1] = 0;
    struct coop_handle handles[] = {real_start(&yielder, 2 * SHORT_MS), real_start(&racer, 2 * 2 * SHORT_MS + 1)};
    assert_int_equal(join(handles[0]).code, 0);
    assert_int_equal(join(handles[1]).code, 0);
    assert_true(laps[1] > laps[0]);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(interrupts_computations),
    cmocka_unit_test(shares_among_equals),
    cmocka_unit_test(sinks_and_is_boosted),
    cmocka_unit_test(charges_those_who_yield),
};
REAL_TESTS(tests)
