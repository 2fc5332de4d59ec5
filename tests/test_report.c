#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "report.h"

#include <string.h>

static void gives(const struct fix *fix, const char *expected)
{
    char line[REPORT_BYTES];

    memset(line, 'x', sizeof(line));
    assert_int_equal(report_print(fix, line), strlen(expected));
    assert_string_equal(line, expected);
}

static const struct fix whole = {.latitude_nanodeg = -36745989467,
                                 .longitude_nanodeg = 174734547667,
                                 .altitude_mm = 56100,
                                 .speed_mm_s = 7,
                                 .track_millideg = 301900,
                                 .time_ms = 8421000,
                                 .year = 2020,
                                 .month = 10,
                                 .day = 7,
                                 .fields = FIX_TIME | FIX_DATE | FIX_ALTITUDE | FIX_SPEED | FIX_TRACK,
                                 .tag = FIX_RMC,
                                 .mode = 3};

static void prints_all_fields(void **state)
{
    (void)state;
    gives(&whole, "{\"class\":\"TPV\",\"tag\":\"RMC\",\"time\":\"2020-10-07T02:20:21.000Z\",\"mode\":3,"
                  "\"lat\":-36.745989467,\"lon\":174.734547667,\"alt\":56.100,\"speed\":0.007,\"track\":301.900}\n");
}

static void leaves_out_what_is_not_there(void **state)
{
    struct fix fix = whole;

    (void)state;
    fix.fields = FIX_TIME | FIX_ALTITUDE;
    fix.tag = FIX_GGA;
    gives(&fix, "{\"class\":\"TPV\",\"tag\":\"GGA\",\"mode\":3,\"lat\":-36.745989467,\"lon\":174.734547667,"
                "\"alt\":56.100}\n");
    fix.fields = FIX_DATE | FIX_SPEED;
    fix.tag = FIX_GLL;
    fix.mode = 2;
    gives(&fix, "{\"class\":\"TPV\",\"tag\":\"GLL\",\"mode\":2,\"lat\":-36.745989467,\"lon\":174.734547667,"
                "\"speed\":0.007}\n");
    gives(&(struct fix){.mode = 2},
          "{\"class\":\"TPV\",\"tag\":\"RMC\",\"mode\":2,\"lat\":0.000000000,\"lon\":0.000000000}\n");
}

static void prints_times(void **state)
{
    struct fix fix = {.year = 2016, .month = 12, .day = 31, .fields = FIX_TIME | FIX_DATE, .mode = 2};

    (void)state;
    fix.time_ms = 86399997;
    gives(&fix, "{\"class\":\"TPV\",\"tag\":\"RMC\",\"time\":\"2016-12-31T23:59:59.997Z\",\"mode\":2,"
                "\"lat\":0.000000000,\"lon\":0.000000000}\n");
    fix.time_ms = 86400500;
    gives(&fix, "{\"class\":\"TPV\",\"tag\":\"RMC\",\"time\":\"2016-12-31T23:59:60.500Z\",\"mode\":2,"
                "\"lat\":0.000000000,\"lon\":0.000000000}\n");
    fix.time_ms = 60010;
    gives(&fix, "{\"class\":\"TPV\",\"tag\":\"RMC\",\"time\":\"2016-12-31T00:01:00.010Z\",\"mode\":2,"
                "\"lat\":0.000000000,\"lon\":0.000000000}\n");
}

/* A parser that went wild may hand on anything. */
static void survives_impossible_fixes(void **state)
{
    static const int patterns[] = {0x00, 0x7f, 0x80, 0xff, 0xa5};
    struct fix fix;
    char line[REPORT_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        memset(&fix, patterns[i], sizeof(fix));
        fix.fields = 0xff;
        assert_true(report_print(&fix, line) < REPORT_BYTES);
        fix.latitude_nanodeg = INT64_MIN;
        fix.longitude_nanodeg = INT64_MIN;
        fix.altitude_mm = INT32_MIN;
        fix.time_ms = INT32_MIN;
        assert_true(report_print(&fix, line) < REPORT_BYTES);
        assert_int_equal(line[strlen(line) - 1], '\n');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_all_fields),
        cmocka_unit_test(leaves_out_what_is_not_there),
        cmocka_unit_test(prints_times),
        cmocka_unit_test(survives_impossible_fixes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
