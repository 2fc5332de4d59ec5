#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "watchdog.h"

static struct coop_record record;
static struct watch_sample sample;

static void begin(uint64_t now_us)
{
    record = (struct coop_record){0};
    sample = (struct watch_sample){.now_us = now_us};
    watchdog_begin(&record, now_us);
}

static enum coop_cause judge_at(const struct coop_process *process, uint64_t now_us, uint64_t cpu_us)
{
    sample.now_us = now_us;
    sample.cpu_us = cpu_us;
    return watchdog_judge(&record, process, &sample);
}

/*
 * Samples when the watchdog asks for it, a process that checks in every period_us until last_us, and then spins, on a share
 * of the CPU of 1 / share. Returns the CPU time from its last check-in until it is found, in us.
 */
static uint64_t find_spinner(const struct coop_process *process, uint64_t last_us, uint64_t period_us, unsigned share)
{
    uint64_t begin_us = 1000000, limit_us = begin_us + last_us + (uint64_t)process->watchdog_ms * 3000 * share;
    uint64_t checkins = 0;
    begin(begin_us);
    for (uint64_t now_us = begin_us; now_us < limit_us;) {
        uint64_t elapsed_us = now_us - begin_us;
        uint64_t worked_us = elapsed_us < last_us ? elapsed_us : last_us;
        sample.checked_in = worked_us / period_us != checkins;
        checkins = worked_us / period_us;
        if (judge_at(process, now_us, elapsed_us / share) == COOP_RUNAWAY)
            return (elapsed_us - last_us / period_us * period_us) / share;
        uint64_t next_us = watchdog_next_us(&record, process, &sample);
        assert_true(next_us > now_us);
        now_us = next_us;
    }
    return UINT64_MAX;
}

static void finds_a_runaway_in_time(void **state)
{
    (void)state;
    static const uint32_t budgets_ms[] = {1, 2, 3, 5, 7, 8, 9, 10, 15, 16, 17, 50, 200, 1000};
    for (size_t b = 0; b < sizeof budgets_ms / sizeof *budgets_ms; b++) {
        const struct coop_process process = {.watchdog_ms = budgets_ms[b]};
        uint64_t budget_us = (uint64_t)budgets_ms[b] * 1000;
        for (unsigned share = 1; share <= 3; share++)
            for (uint64_t last_us = 1; last_us < budget_us * 3; last_us += 1 + budget_us / 97) {
                uint64_t found_us = find_spinner(&process, last_us, budget_us / 2, share);
                assert_in_range(found_us, budget_us, budget_us + budget_us / 4 + 2000);
            }
    }
}

static void leaves_those_who_check_in(void **state)
{
    (void)state;
    const struct coop_process process = {.watchdog_ms = 10};
    begin(5);
    for (uint64_t t = 0; t < 1000000; t += 1000) {
        sample.checked_in = t % 9000 == 0;
        assert_int_equal(judge_at(&process, t, t), COOP_ALIVE);
    }
}

static void waiting_uses_no_budget(void **state)
{
    (void)state;
    const struct coop_process process = {.watchdog_ms = 10};
    begin(0);
    sample.blocked = true;
    assert_int_equal(judge_at(&process, 5000000, 9999), COOP_ALIVE);
    assert_true(watchdog_next_us(&record, &process, &sample) == UINT64_MAX);
    assert_int_equal(judge_at(&process, 50000000, 500000), COOP_ALIVE);
    sample.blocked = false;
    assert_int_equal(judge_at(&process, 60000000, 509999), COOP_ALIVE);
    assert_int_equal(judge_at(&process, 60000001, 510000), COOP_RUNAWAY);
}

static void preempted_ones_are_no_runaways(void **state)
{
    (void)state;
    const struct coop_process process = {.watchdog_ms = 10};
    begin(0);
    assert_int_equal(judge_at(&process, UINT64_C(3600000000), 9999), COOP_ALIVE);
}

static void finds_what_hangs(void **state)
{
    (void)state;
    const struct coop_process process = {.heartbeat_ms = 100};
    begin(1000);
    sample.beat = true;
    assert_int_equal(judge_at(&process, 50000, 0), COOP_ALIVE);
    sample.beat = false;
    sample.blocked = true; /* waiting counts */
    assert_true(watchdog_next_us(&record, &process, &sample) == 150001);
    assert_int_equal(judge_at(&process, 150000, 0), COOP_ALIVE);
    assert_int_equal(judge_at(&process, 150001, 0), COOP_HUNG);
    sample.beat = true;
    assert_int_equal(judge_at(&process, 150002, 0), COOP_ALIVE);
    sample.beat = false;
    sample.checked_in = true; /* no heartbeat */
    assert_int_equal(judge_at(&process, 250003, 0), COOP_HUNG);
}

static void forgives_its_own_gaps(void **state)
{
    (void)state;
    const struct coop_process process = {.heartbeat_ms = 100, .lifetime_ms = 5000};
    begin(0);
    watchdog_forgive(&record, 3000000);
    assert_int_equal(judge_at(&process, 2000000, 0), COOP_ALIVE); /* earlier than its last beat */
    assert_int_equal(judge_at(&process, 3100000, 0), COOP_ALIVE);
    assert_true(watchdog_next_us(&record, &process, &sample) == 3100001);
    assert_int_equal(judge_at(&process, 3100001, 0), COOP_HUNG);
    watchdog_forgive(&record, 9000000);
    assert_int_equal(judge_at(&process, 5000001, 0), COOP_EXPIRED); /* a lifetime is wall time */
}

static void ends_a_lifetime(void **state)
{
    (void)state;
    const struct coop_process process = {.lifetime_ms = UINT32_MAX};
    const uint64_t lifetime_us = (uint64_t)UINT32_MAX * 1000;
    begin(77);
    assert_true(watchdog_next_us(&record, &process, &sample) == 77 + lifetime_us + 1);
    assert_int_equal(judge_at(&process, 77 + lifetime_us, 0), COOP_ALIVE);
    assert_int_equal(judge_at(&process, 78 + lifetime_us, 0), COOP_EXPIRED);
}

static void looks_when_the_first_budget_may_end(void **state)
{
    (void)state;
    const struct coop_process all = {.watchdog_ms = 80, .heartbeat_ms = 30, .lifetime_ms = 15};
    const struct coop_process none = {0};
    begin(1000);
    assert_true(watchdog_next_us(&record, &all, &sample) == 11000); /* an eighth of 80 ms */
    sample.now_us = 10000;
    assert_true(watchdog_next_us(&record, &all, &sample) == 16001);
    assert_true(watchdog_next_us(&record, &none, &sample) == UINT64_MAX);
    assert_int_equal(judge_at(&none, UINT64_MAX, UINT64_MAX), COOP_ALIVE);
}

static void looks_just_after_the_end_of_a_budget(void **state)
{
    (void)state;
    const struct coop_process process = {.watchdog_ms = 80};
    begin(0);
    sample = (struct watch_sample){.now_us = 60000, .cpu_us = 60000};
    assert_true(watchdog_next_us(&record, &process, &sample) == 70000);
    sample = (struct watch_sample){.now_us = 70000, .cpu_us = 69800};
    assert_in_range(watchdog_next_us(&record, &process, &sample), 80201, 81000);
    sample = (struct watch_sample){.now_us = 90000, .cpu_us = 79999}; /* it gets little CPU */
    assert_in_range(watchdog_next_us(&record, &process, &sample), 91000, 92000);
}

static void a_new_image_begins_anew(void **state)
{
    (void)state;
    const struct coop_process process = {.watchdog_ms = 10, .heartbeat_ms = 10, .lifetime_ms = 10};
    begin(0);
    sample.checked_in = sample.beat = true;
    assert_int_equal(judge_at(&process, 5000, 5000), COOP_ALIVE);
    watchdog_begin(&record, 100000);
    sample.checked_in = sample.beat = false;
    assert_int_equal(judge_at(&process, 110000, 9999), COOP_ALIVE);
    assert_int_equal(judge_at(&process, 110000, 10000), COOP_RUNAWAY);
    assert_int_equal(judge_at(&process, 110001, 0), COOP_HUNG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_a_runaway_in_time),
        cmocka_unit_test(leaves_those_who_check_in),
        cmocka_unit_test(waiting_uses_no_budget),
        cmocka_unit_test(preempted_ones_are_no_runaways),
        cmocka_unit_test(finds_what_hangs),
        cmocka_unit_test(forgives_its_own_gaps),
        cmocka_unit_test(ends_a_lifetime),
        cmocka_unit_test(looks_when_the_first_budget_may_end),
        cmocka_unit_test(looks_just_after_the_end_of_a_budget),
        cmocka_unit_test(a_new_image_begins_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
