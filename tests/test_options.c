#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "options.h"

#include <string.h>

static struct settings settings;
static struct options_problem problem;

static enum options_answer parse(const char *first, const char *second, const char *third)
{
    char *argv[] = {(char *)(uintptr_t) "tracker", (char *)(uintptr_t)first, (char *)(uintptr_t)second,
                    (char *)(uintptr_t)third, NULL};
    int argc = 1;

    while (argv[argc])
        argc++;
    memset(&settings, 0xa5, sizeof settings);
    memset(&problem, 0, sizeof problem);
    return options_parse(argc, argv, &settings, &problem);
}

static void refuses(const char *first, const char *second, const char *third, const char *argument)
{
    assert_int_equal(parse(first, second, third), OPTIONS_BAD);
    assert_string_equal(problem.argument, argument);
    assert_true(strlen(problem.what) > 0);
}

static void nothing_is_standard_input(void **state)
{
    (void)state;
    assert_int_equal(parse(NULL, NULL, NULL), OPTIONS_RUN);
    assert_string_equal(settings.input, "");
    assert_int_equal(settings.baud, 0);
    assert_false(settings.has_fence);
    assert_int_equal(settings.injection.kind, INJECT_NOTHING);
    assert_int_equal(options_parse(0, NULL, &settings, &problem), OPTIONS_RUN);
    assert_int_equal(parse("-", NULL, NULL), OPTIONS_RUN);
    assert_string_equal(settings.input, "");
}

static void takes_one_input(void **state)
{
    char name[OPTIONS_INPUT_BYTES + 1] = {0};

    (void)state;
    assert_int_equal(parse("/dev/ttyUSB0", NULL, NULL), OPTIONS_RUN);
    assert_string_equal(settings.input, "/dev/ttyUSB0");
    assert_int_equal(parse("--", "--help", NULL), OPTIONS_RUN);
    assert_string_equal(settings.input, "--help");
    refuses("a", "b", NULL, "b");
    refuses("-", "b", NULL, "b");
    refuses("", NULL, NULL, "");
    memset(name, 'x', OPTIONS_INPUT_BYTES - 1);
    assert_int_equal(parse(name, NULL, NULL), OPTIONS_RUN);
    assert_string_equal(settings.input, name);
    name[OPTIONS_INPUT_BYTES - 1] = 'x';
    refuses(name, NULL, NULL, name);
}

static void takes_a_speed(void **state)
{
    (void)state;
    assert_int_equal(parse("--baud", "9600", "tty"), OPTIONS_RUN);
    assert_int_equal(settings.baud, 9600);
    assert_int_equal(parse("tty", "--baud=115200", NULL), OPTIONS_RUN);
    assert_int_equal(settings.baud, 115200);
    refuses("--baud", "9600", NULL, "--baud");
    refuses("--baud", NULL, NULL, "--baud");
    refuses("--baud=", "tty", NULL, "");
    refuses("--baud", "0", "tty", "0");
    refuses("--baud", "-9600", "tty", "-9600");
    refuses("--baud", "9600x", "tty", "9600x");
    refuses("--baud", "99999999999999999999", "tty", "99999999999999999999");
}

static void takes_a_fence(void **state)
{
    (void)state;
    assert_int_equal(parse("--fence", "51.5,-0.12,250", NULL), OPTIONS_RUN);
    assert_true(settings.has_fence);
    assert_int_equal(settings.fence.radius_mm, 250000);
    refuses("--fence", "51.5,-0.12", NULL, "51.5,-0.12");
}

static void takes_an_injection(void **state)
{
    static const char *const names[] = {"spin@7", "hang@7", "crash@7", "overflow@7", "exit@7"};

    (void)state;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(parse("--inject", names[i], NULL), OPTIONS_RUN);
        assert_int_equal(settings.injection.kind, INJECT_SPIN + i);
        assert_int_equal(settings.injection.number, 7);
        assert_false(settings.injection.always);
    }
    assert_int_equal(parse("--inject", "exit@4294967295!", NULL), OPTIONS_RUN);
    assert_true(settings.injection.number == UINT32_MAX && settings.injection.always);
    static const char *const bad[] = {"",        "spin",     "@7",      "spin@", "spin@!",          "spin@0",
                                      "spins@7", "spin@7!!", "spin@7x", "spi@7", "spin@4294967296", "spin@-1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refuses("--inject", bad[i], NULL, bad[i]);
}

static void helps(void **state)
{
    (void)state;
    assert_int_equal(parse("--help", NULL, NULL), OPTIONS_HELP);
    assert_int_equal(parse("x", "-h", NULL), OPTIONS_HELP);
    assert_non_null(strstr(options_help, "--inject"));
}

static void refuses_unknown_options(void **state)
{
    (void)state;
    refuses("--bau", "9600", NULL, "--bau");
    refuses("--bauds", "9600", NULL, "--bauds");
    refuses("-x", NULL, NULL, "-x");
    refuses("---", NULL, NULL, "---");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_standard_input),
        cmocka_unit_test(takes_one_input),
        cmocka_unit_test(takes_a_speed),
        cmocka_unit_test(takes_a_fence),
        cmocka_unit_test(takes_an_injection),
        cmocka_unit_test(helps),
        cmocka_unit_test(refuses_unknown_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
