#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "fence.h"

#include <stdlib.h>

static void accepts(const char *text, int64_t latitude, int64_t longitude, int64_t radius_mm)
{
    struct fence fence = {.is_inside = true};

    assert_true(fence_parse(text, &fence));
    assert_true(fence.latitude_nanodeg == latitude && fence.longitude_nanodeg == longitude);
    assert_true(fence.radius_mm == radius_mm);
    assert_false(fence.is_inside);
}

static void refuses(const char *text)
{
    struct fence fence = {.radius_mm = 42};

    assert_false(fence_parse(text, &fence));
    assert_true(fence.radius_mm == 42);
}

static void reads_its_option(void **state)
{
    (void)state;
    accepts("51.478,-0.001,250", 51478000000, -1000000, 250000);
    accepts("-90,180,0.001", -90000000000, 180000000000, 1);
    accepts("90,-180,1000000", 90000000000, -180000000000, 1000000000);
}

static void refuses_a_bad_option(void **state)
{
    (void)state;
    refuses("");
    refuses(",,");
    refuses("51.478,-0.001");
    refuses("51.478,-0.001,");
    refuses("51.478,-0.001,250,");
    refuses("51.478,-0.001,250,1");
    refuses("51.478,,250");
    refuses("51.478,-0.001,250m");
    refuses("51.478 ,-0.001,250");
    refuses("51.478;-0.001;250");
    refuses("90.000000001,0,250");
    refuses("0,-180.000000001,250");
    refuses("0,0,0");
    refuses("0,0,-5");
    refuses("0,0,1000000.001");
    refuses("0,0,99999999999999999999");
}

/* Geodesics by Vincenty's formulae on WGS84. */
static void distances_are_as_documented(void **state)
{
    static const struct {
        int64_t fence_latitude, fence_longitude, latitude, longitude, mm;
    } cases[] = {
        {0, 0, 0, 1000000, 111319},
        {0, 0, 1000000, 0, 110574},
        {51478000000, -1000000, 51478000000, 1000000, 138948},
        {51477800000, 0, 51486800000, 0, 1001317},
        {47376900000, 8541700000, 47377900000, 8543000000, 148320},
        {-36745989467, 174734547667, -36750000000, 174740000000, 659673},
        {0, 179999900000, 0, -179999900000, 22264},
        {0, -179999900000, 0, 179999900000, 22264},
        {69649200000, 18955300000, 69700000000, 19100000000, 7975404},
        {-33868800000, 151209300000, -33200000000, 150600000000, 93303277},
        {35000000000, 139000000000, 35600000000, 139700000000, 92112472},
        {64135500000, -21895400000, 64000000000, -22500000000, 33153357},
        {10000000000, 20000000000, 10000000000, 20000000000, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fence fence = {.latitude_nanodeg = cases[i].fence_latitude,
                              .longitude_nanodeg = cases[i].fence_longitude};
        struct fix fix = {.latitude_nanodeg = cases[i].latitude, .longitude_nanodeg = cases[i].longitude};

        assert_true(llabs(fence_distance_mm(&fence, &fix) - cases[i].mm) <= cases[i].mm / 10000 + 10);
    }
}

static void far_away_is_far_away(void **state)
{
    static const int64_t latitudes[] = {-90000000000, -45000000000, 0, 45000000000, 90000000000};
    static const int64_t longitudes[] = {-180000000000, -90000000000, 0, 90000000000, 180000000000};
    struct fence fence = {.latitude_nanodeg = 20000000000, .longitude_nanodeg = 30000000000, .radius_mm = 1000000000};

    (void)state;
    for (int i = 0; i < 25; i++) {
        struct fix fix = {.latitude_nanodeg = latitudes[i / 5], .longitude_nanodeg = longitudes[i % 5]};

        assert_true(fence_distance_mm(&fence, &fix) > fence.radius_mm);
        assert_true(fence_distance_mm(&fence, &fix) < INT64_C(25000000000));
        assert_int_equal(fence_update(&fence, &fix), FENCE_NOTHING);
    }
}

/* 8994 nanodegrees of latitude are about 1 m there. */
static enum fence_event move(struct fence *fence, int metres)
{
    struct fix fix = {.latitude_nanodeg = fence->latitude_nanodeg + metres * INT64_C(8994),
                      .longitude_nanodeg = fence->longitude_nanodeg};

    return fence_update(fence, &fix);
}

static void crossings_are_told_once(void **state)
{
    struct fence fence;

    (void)state;
    assert_true(fence_parse("47,11,100", &fence));
    assert_int_equal(move(&fence, 150), FENCE_NOTHING);
    assert_int_equal(move(&fence, 105), FENCE_NOTHING);
    assert_int_equal(move(&fence, 95), FENCE_ENTER);
    assert_int_equal(move(&fence, 0), FENCE_NOTHING);
    assert_int_equal(move(&fence, -105), FENCE_NOTHING);
    assert_int_equal(move(&fence, 108), FENCE_NOTHING);
    assert_int_equal(move(&fence, 115), FENCE_LEAVE);
    assert_int_equal(move(&fence, 105), FENCE_NOTHING);
    assert_int_equal(move(&fence, -95), FENCE_ENTER);
}

static void a_first_fix_inside_enters(void **state)
{
    struct fence fence;

    (void)state;
    assert_true(fence_parse("47,11,100", &fence));
    assert_int_equal(move(&fence, 0), FENCE_ENTER);
}

/* A parser that went wild may hand on anything. */
static void ignores_impossible_fixes(void **state)
{
    struct fence fence;

    (void)state;
    assert_true(fence_parse("47,11,100", &fence));
    assert_int_equal(move(&fence, 0), FENCE_ENTER);
    assert_int_equal(fence_update(&fence, &(struct fix){.latitude_nanodeg = INT64_MIN}), FENCE_NOTHING);
    assert_int_equal(fence_update(&fence, &(struct fix){.longitude_nanodeg = INT64_MAX}), FENCE_NOTHING);
    assert_true(fence.is_inside);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_its_option),
        cmocka_unit_test(refuses_a_bad_option),
        cmocka_unit_test(distances_are_as_documented),
        cmocka_unit_test(far_away_is_far_away),
        cmocka_unit_test(crossings_are_told_once),
        cmocka_unit_test(a_first_fix_inside_enters),
        cmocka_unit_test(ignores_impossible_fixes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
