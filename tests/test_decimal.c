#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "decimal.h"

#include <string.h>

static void reads(const char *text, unsigned places, int64_t expected)
{
    int64_t value = 0;

    assert_true(decimal_parse(text, strlen(text), places, &value));
    assert_true(value == expected);
}

static void refuses(const char *text)
{
    int64_t value = 42;

    assert_false(decimal_parse(text, strlen(text), 3, &value));
    assert_true(value == 42);
}

static void reads_numbers(void **state)
{
    (void)state;
    reads("0", 0, 0);
    reads("12.5", 3, 12500);
    reads("-3.25", 3, -3250);
    reads("+3.25", 3, 3250);
    reads(".5", 1, 5);
    reads("5.", 2, 500);
    reads("-0.001", 3, -1);
    reads("00000000.000", 3, 0);
    reads("999999999.999999999", 9, INT64_C(999999999999999999));
    reads("-999999999.9999999999", 9, INT64_C(-999999999999999999));
}

static void cuts_off_what_it_has_no_place_for(void **state)
{
    (void)state;
    reads("1.9999", 3, 1999);
    reads("-1.9999", 3, -1999);
    reads("1.99", 0, 1);
    reads("0.1234567890123456789012345678901234567890", 9, 123456789);
}

static void refuses_what_is_no_number(void **state)
{
    (void)state;
    refuses("");
    refuses("-");
    refuses("+");
    refuses(".");
    refuses("-.");
    refuses("1.2.3");
    refuses("--1");
    refuses("1-");
    refuses("1e5");
    refuses(" 1");
    refuses("1 ");
    refuses("0x10");
    refuses("nan");
    refuses("\xb2");
    refuses("1234567890");
    refuses("0000000001");
}

static void reads_no_further_than_its_length(void **state)
{
    int64_t value = 0;

    (void)state;
    assert_true(decimal_parse("12345", 2, 0, &value));
    assert_true(value == 12);
    assert_false(decimal_parse("12345", 0, 0, &value));
}

static void prints(int64_t value, unsigned places, const char *expected)
{
    char text[DECIMAL_PRINTED_BYTES];
    size_t length = decimal_print(text, value, places);

    assert_int_equal(length, strlen(expected));
    assert_memory_equal(text, expected, length);
}

static void prints_numbers(void **state)
{
    (void)state;
    prints(0, 0, "0");
    prints(0, 9, "0.000000000");
    prints(-1, 9, "-0.000000001");
    prints(12500, 3, "12.500");
    prints(-36745989467, 9, "-36.745989467");
    prints(7, 0, "7");
    prints(-70, 1, "-7.0");
    prints(INT64_MAX, 0, "9223372036854775807");
    prints(INT64_MIN, 9, "-9223372036.854775808");
    prints(INT64_MIN, 3, "-9223372036854775.808");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_numbers),
        cmocka_unit_test(cuts_off_what_it_has_no_place_for),
        cmocka_unit_test(refuses_what_is_no_number),
        cmocka_unit_test(reads_no_further_than_its_length),
        cmocka_unit_test(prints_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
