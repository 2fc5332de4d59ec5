/*
 * How exact the watchdog is: a thousand runaways, each after a check-in at another point of the supervisor's period. Each
 * is caught before it has used more than its budget and one period, none before it has used its budget; and one that checks in just
 * in time, while others take the CPU from it, is never caught.
 */
#include "real.h"

#include "port.h"

enum {
    ROUNDS = 1000,
    PUNCTUAL_ROUNDS = 200,
    SHORT_MS = 8,
    LONG_MS = 40,
    PERIODS_IN_BUDGET = 8,
    GAP_US = 16,   /* a longer step was somebody else's in part */
    JUST_US = 1000 /* the interrupts that it is charged for, and the steps that it doesn't count */
};

/* By the runaway: the CPU time that it has used since its check-in. While the supervisor looks it doesn't run. */
COOP_SHARED(volatile uint32_t, used_us);

static uint64_t passed_us(uint64_t *last_us)
{
    uint64_t now_us = port_now_us(), us = now_us - *last_us;
    *last_us = now_us;
    return us < GAP_US ? us : 0;
}

static void burn_us(uint32_t us)
{
    uint64_t last_us = port_now_us();
    for (uint64_t burnt_us = 0; burnt_us < us;)
        burnt_us += passed_us(&last_us);
}

static _Noreturn int run_away(const void *argument)
{
    burn_us(real_number(argument));
    coop_checkin();
    used_us = 0;
    for (uint64_t last_us = port_now_us();;)
        used_us += (uint32_t)passed_us(&last_us);
}
COOP_PROCESS(short_runaway, run_away, .watchdog_ms = SHORT_MS);
COOP_PROCESS(long_runaway, run_away, .watchdog_ms = LONG_MS);

static void catches(const struct coop_process *runaway, unsigned rounds)
{
    uint32_t period_us = runaway->watchdog_ms * 1000 / PERIODS_IN_BUDGET, budget_us = runaway->watchdog_ms * 1000;
    uint32_t least_us = UINT32_MAX, most_us = 0, random = 1;
    for (unsigned i = 0; i < rounds; i++) {
        random = random * 1664525u + 1013904223u;
        struct coop_end end = join(real_start(runaway, (random >> 8) % (2 * period_us)));
        assert_int_equal(end.cause, COOP_RUNAWAY);
        uint32_t us = used_us;
        least_us = us < least_us ? us : least_us;
        most_us = us > most_us ? us : most_us;
    }
    print_message("%u runaways of %u: caught after %u to %u us; budget %u, period %u\n", rounds, rounds,
                  (unsigned)least_us, (unsigned)most_us, (unsigned)budget_us, (unsigned)period_us);
    assert_true(least_us >= budget_us - 2 * PERIODS_IN_BUDGET * GAP_US); /* what it lost when the supervisor looked */
    assert_true(most_us <= budget_us + period_us);
}

static void catches_in_time(void **state)
{
    (void)state;
    catches(&short_runaway, ROUNDS);
    catches(&long_runaway, ROUNDS / 8);
}

static int be_punctual(const void *argument)
{
    (void)argument;
    for (unsigned i = 0; i < PUNCTUAL_ROUNDS; i++) {
        coop_checkin(); /* first of all, since it is charged for its start, too */
        burn_us(SHORT_MS * 1000 - JUST_US);
    }
    return 0;
}
COOP_PROCESS(punctual, be_punctual, .watchdog_ms = SHORT_MS, .preemptible = true);

static int disturb(const void *argument)
{
    (void)argument;
    while (coop_sleep_ms(1) == 0)
        burn_us(700);
    return 0;
}
COOP_PROCESS(disturber, disturb, .priority = 1);

static void raises_no_false_alarm(void **state)
{
    (void)state;
    struct coop_handle other = start(&disturber, NULL, 0);
    struct coop_end end = join(start(&punctual, NULL, 0));
    assert_int_equal(end.cause, COOP_EXITED);
    assert_int_equal(coop_terminate(other), 0);
    (void)join(other);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(catches_in_time),
    cmocka_unit_test(raises_no_false_alarm),
};
REAL_TESTS(tests)
