/* For opendir under -std=c11. */
#define _POSIX_C_SOURCE 200809L

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "capture.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef COOP_NMEA_DIR
#define COOP_NMEA_DIR "../shared/nmea"
#endif

static const char *captures_folder(void)
{
    const char *folder = getenv("COOP_NMEA_DIR");

    return folder ? folder : COOP_NMEA_DIR;
}

static struct position at(int64_t latitude_nanodeg, int64_t longitude_nanodeg)
{
    return (struct position){latitude_nanodeg, longitude_nanodeg};
}

/* Walks objects at latitudes 1, 2, ... degrees, written as digits, along a reference written likewise. */
static bool follows(const char *objects, const char *fixes)
{
    struct position positions[16];
    struct reference reference = {.at = positions, .count = strlen(fixes)};
    struct walk walk;
    bool is_right = true;

    for (size_t i = 0; i < reference.count; i++)
        positions[i] = at((fixes[i] - '0') * INT64_C(1000000000), 0);
    walk_start(&walk, &reference);
    for (const char *o = objects; *o && is_right; o++)
        is_right = walk_next(&walk, at((*o - '0') * INT64_C(1000000000) + 1000, -1000));
    is_right = is_right && walk_is_complete(&walk);
    walk_free(&walk);
    return is_right;
}

static void a_walk_may_stand_still_on_either_side(void **state)
{
    (void)state;
    assert_true(follows("123", "123"));
    assert_true(follows("111223", "123"));
    assert_true(follows("123", "112333"));
    assert_true(follows("1121", "1211"));
    assert_true(follows("1", "1"));
}

static void a_walk_may_leave_nothing_out(void **state)
{
    (void)state;
    assert_false(follows("13", "123"));
    assert_false(follows("123", "13"));
    assert_false(follows("12", "123"));
    assert_false(follows("23", "123"));
    assert_false(follows("", "1"));
    assert_false(follows("1", ""));
}

static void a_walk_keeps_the_order(void **state)
{
    (void)state;
    assert_false(follows("132", "123"));
    assert_false(follows("1213", "123"));
    assert_false(follows("1231", "123"));
}

static void a_walk_is_exact(void **state)
{
    struct position position = at(5000000000, -7000000000);
    struct reference reference = {.at = &position, .count = 1};

    (void)state;
    assert_true(reference_has(&reference, at(5000001000, -7000001000)));
    assert_false(reference_has(&reference, at(5000001001, -7000000000)));
    assert_false(reference_has(&reference, at(5000000000, -6999998999)));
}

static void positions_are_found_in_reports(void **state)
{
    static const char line[] =
        "{\"class\":\"TPV\",\"tag\":\"GLL\",\"mode\":2,\"lat\":-1.500000000,\"lon\":0.000000002}";
    struct position position;

    (void)state;
    assert_true(report_position(line, strlen(line), &position));
    assert_true(position.latitude_nanodeg == -1500000000 && position.longitude_nanodeg == 2);
    assert_false(report_position(line, strlen(line) - 1, &position));
    assert_false(report_position("{\"class\":\"TPV\",\"lat\":1.5}", 25, &position));
    assert_false(report_position("", 0, &position));
}

static void check_walk(const char *name, const struct reference *reference, const char *reports)
{
    struct walk walk;

    walk_start(&walk, reference);
    for (const char *line = reports; *line; line += strcspn(line, "\n") + 1) {
        struct position position;
        size_t length = strcspn(line, "\n");

        assert_true(report_position(line, length, &position));
        if (!walk_next(&walk, position))
            fail_msg("%s: object %zu is not where the reference goes: %.*s", name, walk.objects, (int)length, line);
    }
    if (!walk_is_complete(&walk))
        fail_msg("%s: the reference was followed up to fix %zu of %zu", name, walk.furthest, reference->count);
    walk_free(&walk);
}

/* Cuts the capture in different ways, which must make no difference. */
static void check_capture(const char *folder, const char *name)
{
    char path[512];
    struct reference reference;
    struct capture capture;
    struct capture in_pieces;
    size_t count;
    char *bytes;

    snprintf(path, sizeof(path), "%s/%s.fixes.csv", folder, name);
    assert_true(reference_read(path, &reference));
    snprintf(path, sizeof(path), "%s/%s.nmea", folder, name);
    bytes = file_read(path, &count);
    assert_non_null(bytes);
    capture_decode(&capture, bytes, count, count);
    capture_decode(&in_pieces, bytes, count, 7);
    assert_string_equal(in_pieces.reports, capture.reports);
    check_walk(name, &reference, capture.reports);
    printf("%s: %zu sentences, %zu objects, %zu reference fixes\n", name, capture.events[SPLITTER_SENTENCE],
           capture.results[NMEA_FIX], reference.count);
    free(bytes);
    capture_free(&capture);
    capture_free(&in_pieces);
    reference_free(&reference);
}

/* COOP_NMEA_REQUIRED makes their absence a failure. */
static void captures_follow_their_references(void **state)
{
    const char *folder = captures_folder();
    DIR *directory = opendir(folder);
    size_t captures = 0;

    (void)state;
    if (!directory) {
        printf("%s: there are no captures here\n", folder);
        assert_null(getenv("COOP_NMEA_REQUIRED"));
        skip();
    }
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        char *end = strstr(entry->d_name, ".nmea");

        if (!end || end[5] != '\0')
            continue;
        *end = '\0';
        check_capture(folder, entry->d_name);
        captures++;
    }
    closedir(directory);
    assert_true(captures > 0);
}

/* "Every sentence with a valid checksum and a valid fix gives one object". */
static void no_sentence_is_lost(void **state)
{
    static const char input[] = "$GLGLL,0000.0000,N,18000.0000,W,000000,A,D*45\r\n"
                                "$GPRMC,1235$PQGLL,0000.0000,N,18000.0000,W,000000,A,D*4F\r\n"
                                "\x80\x81$GLGLL,0000.0000,N,18000.0000,W,000000,A,D*45\x80\r\n"
                                "$GLGLL,0000.0000,N,18000.0000,W,000000,A,D*46\r\n"
                                "$GLGLL,0000.0000,N,18000.0000,W,000000,A,D\r\n"
                                "$GLGLL,0000.0000,N,18000.0000,W,000000,A,D*45";
    struct capture capture;

    (void)state;
    capture_decode(&capture, input, sizeof(input) - 1, 5);
    assert_int_equal(capture.results[NMEA_FIX], 4);
    assert_int_equal(capture.results[NMEA_BAD_CHECKSUM], 1);
    assert_int_equal(capture.results[NMEA_NO_CHECKSUM], 1);
    assert_int_equal(capture.events[SPLITTER_SENTENCE], 6);
    assert_int_equal(capture.events[SPLITTER_TORN], 1);
    capture_free(&capture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_walk_may_stand_still_on_either_side),
        cmocka_unit_test(a_walk_may_leave_nothing_out),
        cmocka_unit_test(a_walk_keeps_the_order),
        cmocka_unit_test(a_walk_is_exact),
        cmocka_unit_test(positions_are_found_in_reports),
        cmocka_unit_test(captures_follow_their_references),
        cmocka_unit_test(no_sentence_is_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
