/*
 * The C library in a process: what calls back finds the process's own variables, and what keeps state keeps it for each
 * process. On a board neither goes without saying: port/README.md.
 */
#define _GNU_SOURCE
#include "real.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <search.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NUMBERS = 200 };
static int numbers[NUMBERS];
static int sign = 1;
static unsigned comparisons;

static int compare(const void *a, const void *b)
{
    int left = *(const int *)a, right = *(const int *)b;
    comparisons++;
    return left == right ? 0 : left < right ? -sign : sign;
}

static bool is_in_order(size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (compare(&numbers[i - 1], &numbers[i]) > 0)
            return false;
    return true;
}

/* Of all lengths, in both directions, many numbers twice. */
static void sorts_by_a_function_of_the_process(void **state)
{
    (void)state;
    for (size_t count = 0; count <= NUMBERS; count++) {
        int sum = 0;
        sign = count % 2 == 0 ? 1 : -1;
        for (size_t i = 0; i < count; i++)
            sum += numbers[i] = (int)(i * 7919 % 101);
        comparisons = 0;
        qsort(numbers, count, sizeof numbers[0], compare);
        assert_true(count < 2 || comparisons > 0);
        assert_true(comparisons <= 20 * NUMBERS); /* n log n, not its square */
        assert_true(is_in_order(count));
        for (size_t i = 0; i < count; i++)
            sum -= numbers[i];
        assert_int_equal(sum, 0);
    }
}

struct odd {
    char key;
    char rest[2];
};

static int compare_keys(const void *a, const void *b)
{
    return sign * (((const struct odd *)a)->key - ((const struct odd *)b)->key);
}

static void sorts_items_of_any_size(void **state)
{
    (void)state;
    struct odd items[] = {{'c', "C"}, {'a', "A"}, {'d', "D"}, {'b', "B"}};
    sign = 1;
    qsort(items, 4, sizeof items[0], compare_keys);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(items[i].key, 'a' + i);
        assert_int_equal(items[i].rest[0], 'A' + i);
    }
}

static void finds_by_a_function_of_the_process(void **state)
{
    (void)state;
    sign = 1;
    for (int i = 0; i < NUMBERS; i++)
        numbers[i] = 2 * i;
    for (size_t count = 0; count <= NUMBERS; count += 7)
        for (int wanted = -1; wanted <= 2 * NUMBERS; wanted++) {
            bool is_there = wanted >= 0 && wanted % 2 == 0 && wanted < 2 * (int)count;
            assert_ptr_equal(bsearch(&wanted, numbers, count, sizeof numbers[0], compare),
                             is_there ? &numbers[wanted / 2] : NULL);
        }
}

static void grows_a_tree(void **state)
{
    (void)state;
    static const int keys[] = {5, 3, 8, 1, 4};
    void *tree = NULL;
    int missing = 2;
    sign = 1;
    for (int i = 0; i < 5; i++)
        assert_ptr_equal(*(const int **)tsearch(&keys[i], &tree, compare), &keys[i]);
    assert_ptr_equal(*(const int **)tfind(&(int){8}, &tree, compare), &keys[2]);
    assert_null(tfind(&missing, &tree, compare));
    for (int i = 0; i < 5; i++)
        assert_non_null(tdelete(&keys[i], &tree, compare));
    assert_null(tree);
}

/* Text that the library allocates is the process's, whoever calls malloc. */
static void allocates(void **state)
{
    (void)state;
    char *text = NULL, *copy = strdup("some text");
    assert_string_equal(copy, "some text");
    assert_int_equal(asprintf(&text, "%s, longer: %0100d %.3f", copy, 7, 2.5), 125);
    assert_string_equal(text + 119, " 2.500");
    free(text);
    free(copy);
}

/* Of each length and alignment, and not a byte beside it. */
static void copies_and_fills(void **state)
{
    (void)state;
    enum { MOST = 70, ROOM = MOST + 16 };
    static unsigned char from[ROOM], to[ROOM];
    for (unsigned i = 0; i < ROOM; i++)
        from[i] = (unsigned char)(i + 1);
    for (unsigned bytes = 0; bytes <= MOST; bytes++)
        for (unsigned places = 0; places < 64; places++) {
            unsigned in = places % 8, out = places / 8;
            for (unsigned i = 0; i < ROOM; i++)
                to[i] = 0xee;
            assert_ptr_equal(memcpy(to + out, from + in, bytes), to + out);
            for (unsigned i = 0; i < ROOM; i++)
                assert_int_equal(to[i], i - out < bytes ? from[i - out + in] : 0xee);
            assert_ptr_equal(memset(to + out, 0x5a, bytes), to + out);
            for (unsigned i = 0; i < ROOM; i++)
                assert_int_equal(to[i], i - out < bytes ? 0x5a : 0xee);
        }
}

static void calculates(void **state)
{
    (void)state;
    volatile double half = 0.5, large = 1000;
    volatile float large_float = 1000;
    assert_true(fabs(tanh(half) - 0.46211715726) < 1e-9);
    assert_true(fabs(sin(half) * sin(half) + cos(half) * cos(half) - 1) < 1e-12);
    assert_true(isinf(exp(large)) && isinf(expf(large_float)));
    assert_true(exp(-large) < 1e-300 && expf(-large_float) < 1e-30f);
    assert_true(isnan(sqrt(-half)) && isnan(logf((float)-half)) && isnan(acos(large)));
    assert_true(isinf(log(half - half)) && pow(half, 10) == 1.0 / 1024);
}

static void reads_and_writes_text(void **state)
{
    (void)state;
    char text[80], *end;
    int day = 0, hour = 0;
    struct tm when;
    time_t second = 1000000000;
    assert_true(strtod("-12.5e1x", &end) == -125 && *end == 'x');
    assert_int_equal(strtol("0x7fz", &end, 0), 0x7f);
    errno = 0;
    assert_true(strtol("99999999999999999999", &end, 10) == LONG_MAX && errno == ERANGE);
    assert_int_equal(sscanf("9 at 17:46", "%d at %d", &day, &hour), 2);
    assert_true(day == 9 && hour == 17 && isalpha('a') && !isdigit('a') && toupper('a') == 'A');
    assert_non_null(gmtime_r(&second, &when));
    assert_true(strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &when) > 0);
    assert_string_equal(text, "2001-09-09 01:46:40");
    snprintf(text, sizeof text, "%5.2f|%-4d|%x|%s|%c", -3.14159, 42, 255u, "end", 'c');
    assert_string_equal(text, "-3.14|42  |ff|end|c");
    assert_true(strlen(strerror(ENOENT)) > 0);
}

static jmp_buf back;

static void jumps_back(void **state)
{
    (void)state;
    volatile int turns = 0;
    if (setjmp(back) < 3) {
        turns++;
        longjmp(back, turns);
    }
    assert_int_equal(turns, 3);
}

/* Each process goes on with its own text and its own numbers, however they take turns. */
static int keep_state(const void *argument)
{
    char text[] = "one two three";
    uint32_t seed = real_number(argument);
    srand(seed);
    int first = rand();
    int ok = strcmp(strtok(text, " "), "one") == 0;
    for (int i = 0; i < 3; i++)
        (void)coop_sleep_ms(1);
    ok &= strcmp(strtok(NULL, " "), "two") == 0;
    int second = rand();
    srand(seed);
    ok &= rand() == first && rand() == second;
    return ok ? 0 : 1;
}
COOP_PROCESS(keeper, keep_state, .instances = 2);

static void keeps_state_for_each_process(void **state)
{
    (void)state;
    struct coop_handle one = real_start(&keeper, 1), other = real_start(&keeper, 2);
    assert_int_equal(join(one).code, 0);
    assert_int_equal(join(other).code, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(sorts_by_a_function_of_the_process),
    cmocka_unit_test(sorts_items_of_any_size),
    cmocka_unit_test(finds_by_a_function_of_the_process),
    cmocka_unit_test(grows_a_tree),
    cmocka_unit_test(allocates),
    cmocka_unit_test(copies_and_fills),
    cmocka_unit_test(calculates),
    cmocka_unit_test(reads_and_writes_text),
    cmocka_unit_test(jumps_back),
    cmocka_unit_test(keeps_state_for_each_process),
};
REAL_TESTS(tests)
