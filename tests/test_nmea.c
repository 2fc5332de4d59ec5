#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "nmea.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Adds `$` and the checksum. */
static enum nmea_result parse(const char *body, struct fix *fix)
{
    char text[256];
    unsigned sum = 0;

    for (const char *c = body; *c; c++)
        sum ^= (unsigned char)*c;
    return nmea_parse(text, (size_t)sprintf(text, "$%s*%02X", body, sum), fix);
}

static void gives(const char *body, enum nmea_result expected)
{
    struct fix fix;

    assert_string_equal(nmea_result_name(parse(body, &fix)), nmea_result_name(expected));
}

static void gives_raw(const char *text, enum nmea_result expected)
{
    struct fix fix;

    assert_string_equal(nmea_result_name(nmea_parse(text, strlen(text), &fix)), nmea_result_name(expected));
}

static void gives_fix(const char *text, const struct fix *expected)
{
    struct fix fix;

    memset(&fix, 0xa5, sizeof(fix));
    assert_int_equal(nmea_parse(text, strlen(text), &fix), NMEA_FIX);
    assert_memory_equal(&fix, expected, sizeof(fix));
}

static void reads_rmc(void **state)
{
    (void)state;
    gives_fix("$GPRMC,123519.25,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*43",
              &(struct fix){.latitude_nanodeg = 48117300000,
                            .longitude_nanodeg = 11516666667,
                            .speed_mm_s = 11524,
                            .track_millideg = 84400,
                            .time_ms = 45319250,
                            .year = 1994,
                            .month = 3,
                            .day = 23,
                            .fields = FIX_TIME | FIX_DATE | FIX_SPEED | FIX_TRACK,
                            .tag = FIX_RMC,
                            .mode = 2});
}

static void reads_gga(void **state)
{
    (void)state;
    gives_fix("$GNGGA,235960.5,3352.12345678,S,15112.87654321,E,4,12,0.7,-12.345,M,20,M,,*51",
              &(struct fix){.latitude_nanodeg = -33868724280,
                            .longitude_nanodeg = 151214609054,
                            .altitude_mm = -12345,
                            .time_ms = 86400500,
                            .fields = FIX_TIME | FIX_ALTITUDE,
                            .tag = FIX_GGA,
                            .mode = 3});
}

static void reads_gll(void **state)
{
    const struct fix expected = {.longitude_nanodeg = -180000000000, .fields = FIX_TIME, .tag = FIX_GLL, .mode = 2};

    (void)state;
    gives_fix("$GLGLL,0000.0000,N,18000.0000,W,000000,A,D*45", &expected);
    gives_fix("$PQGLL,0000.0000,N,18000.0000,W,000000,A,D*4f", &expected);
}

static void missing_fields_are_absent(void **state)
{
    struct fix fix;

    (void)state;
    assert_int_equal(parse("GPRMC,,A,4807.038,N,01131.000,E,,,,,", &fix), NMEA_FIX);
    assert_int_equal(fix.fields, 0);
    assert_int_equal(fix.mode, 2);
    assert_int_equal(parse("GPRMC,120000,A,4807.038,N,01131.000,E,0.0,,000000,,", &fix), NMEA_FIX);
    assert_int_equal(fix.fields, FIX_TIME | FIX_SPEED);
    assert_int_equal(parse("GPGGA,,4807.038,N,01131.000,E,1,,,,M,,M,,", &fix), NMEA_FIX);
    assert_int_equal(fix.fields, 0);
    assert_int_equal(fix.mode, 2);
}

static void kinds_are_told_apart(void **state)
{
    (void)state;
    gives("GPGSV,3,1,12", NMEA_OTHER);
    gives("GPVTG,,T,,M,,N,,K", NMEA_OTHER);
    gives("PGRMC,A,100.1,100,,,,,,A,3,1,1,4,30", NMEA_OTHER);
    gives("RMC,123519,A,4807.038,N,01131.000,E,,,,,", NMEA_OTHER);
    gives("GPRMCX,123519,A,4807.038,N,01131.000,E,,,,,", NMEA_OTHER);
    gives("", NMEA_OTHER);
    gives_raw("!AIVDM,1*4A", NMEA_OTHER);
    gives_raw("!GLGLL,0000.0000,N,18000.0000,W,000000,A,D*45", NMEA_OTHER);
}

static void a_receiver_without_fix_gives_none(void **state)
{
    (void)state;
    gives("GPRMC,123519,V,4807.038,N,01131.000,E,,,,,", NMEA_NO_FIX);
    gives("GPRMC,123519,,4807.038,N,01131.000,E,,,,,", NMEA_NO_FIX);
    gives("GPRMC,123519,A,4807.038,N,01131.000,E,,,230394,,,N", NMEA_NO_FIX);
    gives("GPRMC,123519,A,,,,,,,230394,,,A", NMEA_NO_FIX);
    gives("GPGGA,123519,4807.038,N,01131.000,E,0,08,0.9,545.4,M,46.9,M,,", NMEA_NO_FIX);
    gives("GPGGA,123519,4807.038,N,01131.000,E,,08,0.9,545.4,M,46.9,M,,", NMEA_NO_FIX);
    gives("GPGLL,4807.038,N,01131.000,E,123519,V", NMEA_NO_FIX);
    gives("GPGLL,4807.038,N,01131.000,E,123519,A,N", NMEA_NO_FIX);
    gives("GPGLL,,,,,123519,A", NMEA_NO_FIX);
}

static void damage_is_noticed(void **state)
{
    (void)state;
    gives_raw("$GLGLL,0000.0000,N,18000.0000,W,000000,A,D*44", NMEA_BAD_CHECKSUM);
    gives_raw("$GLGLL,0000.0001,N,18000.0000,W,000000,A,D*45", NMEA_BAD_CHECKSUM);
    gives_raw("$GLGLL,0000.0000,N,18000.0000,W,000000,A,D", NMEA_NO_CHECKSUM);
    gives_raw("$", NMEA_NO_CHECKSUM);
    gives_raw("$GLGLL,0000.0000,N,18000.0000,W,000000,A,D*4", NMEA_MALFORMED);
    gives_raw("$GLGLL,0000.0000,N,18000.0000,W,000000,A,D*", NMEA_MALFORMED);
    gives_raw("$GLGLL,0000.0000,N,18000.0000,W,000000,A,D*4G", NMEA_MALFORMED);
    gives_raw("$GLGLL,0000.0000,N,18000.0000,W,000000,A,D*450", NMEA_MALFORMED);
    gives_raw("GLGLL,0000.0000,N,18000.0000,W,000000,A,D*45", NMEA_MALFORMED);
    gives_raw("", NMEA_MALFORMED);
}

static void nonsense_with_a_right_checksum_is_noticed(void **state)
{
    (void)state;
    gives("GPRMC", NMEA_MALFORMED);
    gives("GPGGA,,,,,,1", NMEA_MALFORMED);
    gives("GPGLL,4807.038,N,01131.000,E", NMEA_MALFORMED);
    gives("GPGLL,48o7.038,N,01131.000,E,123519,A", NMEA_MALFORMED);
    gives("GPGLL,-4807.038,N,01131.000,E,123519,A", NMEA_MALFORMED);
    gives("GPGLL,4807.038,E,01131.000,E,123519,A", NMEA_MALFORMED);
    gives("GPGLL,4807.038,N,01131.000,N,123519,A", NMEA_MALFORMED);
    gives("GPGLL,4807.038,N,01131.000,,123519,A", NMEA_MALFORMED);
    gives("GPGLL,4807.038,N,,E,123519,A", NMEA_MALFORMED);
    gives("GPGLL,4807.038,N,01131.000,E,1235,A", NMEA_MALFORMED);
    gives("GPGLL,4807.038,N,01131.000,E,12:35:19,A", NMEA_MALFORMED);
    gives("GPGLL,4807.038,N,99999999999999999999.0,E,123519,A", NMEA_MALFORMED);
    gives("GPRMC,123519,A,4807.038,N,01131.000,E,fast,,230394,,", NMEA_MALFORMED);
    gives("GPRMC,123519,A,4807.038,N,01131.000,E,,,23394,,", NMEA_MALFORMED);
    gives("GPGGA,123519,4807.038,N,01131.000,E,12,08,0.9,545.4,M,46.9,M,,", NMEA_MALFORMED);
    gives("GPGGA,123519,4807.038,N,01131.000,E,A,08,0.9,545.4,M,46.9,M,,", NMEA_MALFORMED);
    gives("GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,F,46.9,M,,", NMEA_MALFORMED);
}

static void impossible_numbers_are_noticed(void **state)
{
    (void)state;
    gives("GPGLL,9000.000,N,01131.000,E,123519,A", NMEA_FIX);
    gives("GPGLL,9000.001,N,01131.000,E,123519,A", NMEA_OUT_OF_RANGE);
    gives("GPGLL,4860.000,N,01131.000,E,123519,A", NMEA_OUT_OF_RANGE);
    gives("GPGLL,4807.038,S,18000.0001,W,123519,A", NMEA_OUT_OF_RANGE);
    gives("GPGLL,4807.038,S,999999999.0,W,123519,A", NMEA_OUT_OF_RANGE);
    gives("GPGLL,4807.038,N,01131.000,E,240000,A", NMEA_OUT_OF_RANGE);
    gives("GPGLL,4807.038,N,01131.000,E,126000,A", NMEA_OUT_OF_RANGE);
    gives("GPGLL,4807.038,N,01131.000,E,123561,A", NMEA_OUT_OF_RANGE);
    gives("GPRMC,123519,A,4807.038,N,01131.000,E,-1,,230394,,", NMEA_OUT_OF_RANGE);
    gives("GPRMC,123519,A,4807.038,N,01131.000,E,,360.001,230394,,", NMEA_OUT_OF_RANGE);
    gives("GPRMC,123519,A,4807.038,N,01131.000,E,,,290224,,", NMEA_FIX);
    gives("GPRMC,123519,A,4807.038,N,01131.000,E,,,290223,,", NMEA_OUT_OF_RANGE);
    gives("GPRMC,123519,A,4807.038,N,01131.000,E,,,011300,,", NMEA_OUT_OF_RANGE);
    gives("GPRMC,123519,A,4807.038,N,01131.000,E,,,001200,,", NMEA_OUT_OF_RANGE);
    gives("GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,99999999,M,46.9,M,,", NMEA_OUT_OF_RANGE);
}

static void every_result_and_tag_has_a_name(void **state)
{
    (void)state;
    for (unsigned i = 0; i < NMEA_RESULTS; i++)
        assert_string_not_equal(nmea_result_name((enum nmea_result)i), "unknown");
    assert_string_equal(nmea_result_name(NMEA_RESULTS), "unknown");
    assert_string_equal(fix_tag_name(FIX_GLL), "GLL");
    assert_string_equal(fix_tag_name(FIX_TAGS), "unknown");
}

static uint32_t next_random(uint32_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 17;
    *random ^= *random << 5;
    return *random;
}

static bool is_possible(const struct fix *fix)
{
    bool has_date = fix->fields & FIX_DATE;

    return llabs(fix->latitude_nanodeg) <= 90000000000 && llabs(fix->longitude_nanodeg) <= 180000000000 &&
           fix->tag < FIX_TAGS && fix->mode == (fix->fields & FIX_ALTITUDE ? 3 : 2) && fix->speed_mm_s >= 0 &&
           fix->track_millideg >= 0 && fix->track_millideg <= 360000 && fix->time_ms >= 0 && fix->time_ms < 86401000 &&
           (has_date ? fix->month >= 1 && fix->month <= 12 && fix->day >= 1 && fix->day <= 31 : fix->year == 0);
}

/* Changes, removes or adds a few characters before the checksum, then makes that right. Returns the length. */
static size_t mutate(char *text, size_t length, size_t room, uint32_t *random)
{
    static const char alphabet[] = "0123456789.,,,-+ANSEWVM*$G\xff";
    unsigned sum = 0;

    for (uint32_t n = next_random(random) % 4; n > 0 && length > 1; n--) {
        size_t at = 1 + next_random(random) % (length - 1);
        char c = alphabet[next_random(random) % sizeof(alphabet)];

        switch (next_random(random) % 3) {
        case 0:
            text[at] = c;
            break;
        case 1:
            memmove(text + at, text + at + 1, --length - at);
            break;
        default:
            if (length == room - 3)
                break;
            memmove(text + at + 1, text + at, length++ - at);
            text[at] = c;
        }
    }
    for (size_t i = 1; i < length; i++)
        sum ^= (unsigned char)text[i];
    text[length++] = '*';
    text[length++] = "0123456789ABCDEF"[sum >> 4];
    text[length++] = "0123456789ABCDEF"[sum & 15];
    return length;
}

static void survives_mutated_sentences(void **state)
{
    static const char *const seeds[] = {
        "$GPRMC,123519.25,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W,A",
        "$GNGGA,235960.5,3352.12345678,S,15112.87654321,E,4,12,0.7,-12.345,M,20,M,,",
        "$GLGLL,0000.0000,N,18000.0000,W,000000,A,D",
    };
    size_t counts[NMEA_RESULTS] = {0};
    uint32_t random = 7;

    (void)state;
    for (int round = 0; round < 300000; round++) {
        const char *seed = seeds[next_random(&random) % 3];
        char text[128];
        size_t length = strlen(seed);
        char *exact;
        struct fix fix;
        enum nmea_result result;

        memcpy(text, seed, length);
        length = mutate(text, length, sizeof(text), &random);
        exact = malloc(length); /* for the address sanitizer */
        memcpy(exact, text, length);
        result = nmea_parse(exact, length, &fix);
        counts[result]++;
        assert_true(result != NMEA_FIX || is_possible(&fix));
        free(exact);
    }
    assert_true(counts[NMEA_FIX] > 10000 && counts[NMEA_MALFORMED] > 10000 && counts[NMEA_OUT_OF_RANGE] > 1000);
}

static void survives_random_bytes(void **state)
{
    uint32_t random = 11;

    (void)state;
    for (int round = 0; round < 100000; round++) {
        size_t length = next_random(&random) % 40;
        char *bytes = malloc(length + 1); /* malloc(0) may give none */
        struct fix fix;

        for (size_t i = 0; i < length; i++)
            bytes[i] = (char)(next_random(&random) >> 8);
        if (length > 0 && round % 2)
            bytes[0] = '$';
        assert_int_not_equal(nmea_parse(bytes, length, &fix), NMEA_FIX);
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_rmc),
        cmocka_unit_test(reads_gga),
        cmocka_unit_test(reads_gll),
        cmocka_unit_test(missing_fields_are_absent),
        cmocka_unit_test(kinds_are_told_apart),
        cmocka_unit_test(a_receiver_without_fix_gives_none),
        cmocka_unit_test(damage_is_noticed),
        cmocka_unit_test(nonsense_with_a_right_checksum_is_noticed),
        cmocka_unit_test(impossible_numbers_are_noticed),
        cmocka_unit_test(every_result_and_tag_has_a_name),
        cmocka_unit_test(survives_mutated_sentences),
        cmocka_unit_test(survives_random_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
