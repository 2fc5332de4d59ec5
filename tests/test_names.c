#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <coop.h>
#include <string.h>

/* From first to last each has a name of its own, and what lies outside has the other one. */
static void each_is_named(const char *(*name)(int), int first, int last, const char *outside)
{
    for (int i = first; i <= last; i++) {
        assert_true(name(i) != NULL && name(i)[0] != '\0');
        assert_string_not_equal(name(i), outside);
        for (int j = first; j < i; j++)
            assert_string_not_equal(name(i), name(j));
    }
    assert_string_equal(name(last + 1), outside);
    assert_string_equal(name(INT32_MAX), outside);
}

static void errors(void **state)
{
    (void)state;
    each_is_named(coop_strerror, COOP_EUNSUPPORTED, COOP_EAGAIN, "no error");
    assert_string_equal(coop_strerror(0), "no error");
    assert_string_equal(coop_strerror(COOP_EUNSUPPORTED - 1), "not an error of coop");
    assert_string_equal(coop_strerror(INT32_MIN), "not an error of coop");
}

static void causes(void **state)
{
    (void)state;
    each_is_named(coop_cause_name, 0, COOP_CAUSES - 1, "?");
    assert_string_equal(coop_cause_name(-1), "?");
    assert_string_equal(coop_cause_name(INT32_MIN), "?");
}

static void misuses(void **state)
{
    (void)state;
    each_is_named(coop_misuse_name, 0, COOP_MISUSES - 1, "?");
    assert_string_equal(coop_misuse_name(-1), "?");
    assert_string_equal(coop_misuse_name(INT32_MIN), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors),
        cmocka_unit_test(causes),
        cmocka_unit_test(misuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
