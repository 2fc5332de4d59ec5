#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "restart.h"

static const struct coop_end crashed = {.cause = COOP_FAULTED, .signal = 11};
static uint64_t delay_us;

static enum restart_verdict decide(struct coop_record *record, const struct coop_process *process,
                                   const struct coop_end *end, uint64_t now_us)
{
    delay_us = UINT64_MAX;
    return restart_decide(record, process, end, now_us, &delay_us);
}

static void by_cause_and_code(void **state)
{
    (void)state;
    static const struct {
        struct coop_end end;
        bool on_failure, always;
    } table[] = {
        {{.cause = COOP_EXITED, .code = 0}, false, true},
        {{.cause = COOP_EXITED, .code = 1}, true, true},
        {{.cause = COOP_EXITED, .code = 255}, true, true},
        {{.cause = COOP_KILLED, .signal = 9}, true, true},
        {{.cause = COOP_RUNAWAY}, true, true},
        {{.cause = COOP_HUNG}, true, true},
        {{.cause = COOP_EXPIRED}, true, true},
        {{.cause = COOP_FAULTED}, true, true},
        {{.cause = COOP_OVERFLOWED}, true, true},
        {{.cause = COOP_MISUSED}, true, true},
        {{.cause = COOP_CANCELLED}, false, false},
        {{.cause = COOP_CANCELLED, .code = 1}, false, false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct coop_record record = {0};
        const struct coop_process never = {0}, failure = {.restart = COOP_RESTART_ON_FAILURE},
                                  always = {.restart = COOP_RESTART_ALWAYS};
        assert_int_equal(decide(&record, &never, &table[i].end, 5), RESTART_NOT);
        assert_int_equal(record.restarts, 0);
        assert_int_equal(decide(&record, &failure, &table[i].end, 5),
                         table[i].on_failure ? RESTART_LATER : RESTART_NOT);
        record = (struct coop_record){0};
        assert_int_equal(decide(&record, &always, &table[i].end, 5), table[i].always ? RESTART_LATER : RESTART_NOT);
        assert_int_equal(record.restarts, table[i].always);
    }
}

static void backs_off(void **state)
{
    (void)state;
    static const uint64_t delays_ms[] = {0, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5000, 5000, 5000};
    const struct coop_process process = {.restart = COOP_RESTART_ALWAYS, .window_ms = UINT32_MAX};
    struct coop_record record = {0};
    for (size_t i = 0; i < sizeof delays_ms / sizeof *delays_ms; i++) {
        assert_int_equal(decide(&record, &process, &crashed, 1000 + i), RESTART_LATER);
        assert_true(delay_us == delays_ms[i] * 1000);
        assert_int_equal(record.restarts, i + 1);
    }
}

static void backs_off_as_declared(void **state)
{
    (void)state;
    const struct coop_process process = {.restart = COOP_RESTART_ALWAYS, .backoff_ms = 300, .max_backoff_ms = 1000};
    const struct coop_process short_most = {.restart = COOP_RESTART_ALWAYS, .backoff_ms = 300, .max_backoff_ms = 50};
    const struct coop_process huge = {
        .restart = COOP_RESTART_ALWAYS, .backoff_ms = UINT32_MAX, .max_backoff_ms = UINT32_MAX};
    static const uint64_t delays_ms[] = {0, 300, 600, 1000, 1000};
    struct coop_record record = {0}, other = {0}, third = {0};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(decide(&record, &process, &crashed, 7), RESTART_LATER);
        assert_true(delay_us == delays_ms[i] * 1000);
        assert_int_equal(decide(&other, &short_most, &crashed, 7), RESTART_LATER);
        assert_true(delay_us == (i == 0 ? 0 : 50000));
        assert_int_equal(decide(&third, &huge, &crashed, 7), RESTART_LATER);
        assert_true(delay_us == (i == 0 ? 0 : (uint64_t)UINT32_MAX * 1000));
    }
}

/* "When a process ends more than .max_restarts times within .window_ms". */
static void escalates_past_the_limit(void **state)
{
    (void)state;
    const struct coop_process process = {.restart = COOP_RESTART_ALWAYS, .max_restarts = 3, .window_ms = 1000};
    struct coop_record record = {0};
    for (int i = 0; i < 3; i++)
        assert_int_equal(decide(&record, &process, &crashed, 100000), RESTART_LATER);
    assert_int_equal(decide(&record, &process, &crashed, 1100000), RESTART_ESCALATES); /* the window's last instant */
    assert_int_equal(record.restarts, 3);
}

static void a_new_window_forgets(void **state)
{
    (void)state;
    const struct coop_process process = {.restart = COOP_RESTART_ALWAYS, .max_restarts = 2, .window_ms = 1000};
    struct coop_record record = {0};
    uint64_t now_us = 0; /* an instant like any other */
    for (int window = 0; window < 5; window++, now_us += 1000001) {
        assert_int_equal(decide(&record, &process, &crashed, now_us), RESTART_LATER);
        assert_true(delay_us == 0);
        assert_int_equal(decide(&record, &process, &crashed, now_us + 1000000), RESTART_LATER);
        assert_true(delay_us == 10000);
    }
    assert_int_equal(record.restarts, 10);
}

static void the_window_is_ten_seconds_unless_told(void **state)
{
    (void)state;
    const struct coop_process process = {.restart = COOP_RESTART_ALWAYS, .max_restarts = 1};
    struct coop_record record = {0};
    assert_int_equal(decide(&record, &process, &crashed, 5), RESTART_LATER);
    assert_int_equal(decide(&record, &process, &crashed, 5 + 10000000), RESTART_ESCALATES);
    assert_int_equal(decide(&record, &process, &crashed, 6 + 10000000), RESTART_LATER);
}

static void counts_without_end(void **state)
{
    (void)state;
    const struct coop_process process = {.restart = COOP_RESTART_ALWAYS, .window_ms = UINT32_MAX};
    struct coop_record record = {0};
    for (int i = 0; i < 70000; i++)
        assert_int_equal(decide(&record, &process, &crashed, 5), RESTART_LATER);
    assert_true(delay_us == 5000000);
    assert_int_equal(record.recent, UINT16_MAX);
    assert_int_equal(record.restarts, UINT16_MAX);
}

/* A limit past what is counted is a limit all the same. */
static void a_limit_past_the_counter(void **state)
{
    (void)state;
    const struct coop_process process = {
        .restart = COOP_RESTART_ALWAYS, .max_restarts = 100000, .window_ms = UINT32_MAX};
    struct coop_record record = {0};
    int restarts = 0;
    while (restarts < 200000 && decide(&record, &process, &crashed, 5) == RESTART_LATER)
        restarts++;
    assert_in_range(restarts, UINT16_MAX, 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_cause_and_code),     cmocka_unit_test(backs_off),
        cmocka_unit_test(backs_off_as_declared), cmocka_unit_test(escalates_past_the_limit),
        cmocka_unit_test(a_new_window_forgets),  cmocka_unit_test(the_window_is_ten_seconds_unless_told),
        cmocka_unit_test(counts_without_end),    cmocka_unit_test(a_limit_past_the_counter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
