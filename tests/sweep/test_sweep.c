/*
 * Runs the sweep: a test for each case. By its environment: SWEEP_STRIDE and SWEEP_PAIR_STRIDE, the instructions from one
 * kill to the next (1: every one); SWEEP_REPAIR_STRIDE, the same for the kills after which the repair is interrupted at each of its
 * changes; SWEEP_ONLY, how a case's name begins; SWEEP_PART, "0/2" for the first half of the cases;
 * SWEEP_UNTIL_FAILURE, to end with the first case that fails.
 */
#include "sweep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_CASES = 512, LOG_STRIDE = 16, FEW_DEATHS = 2000, FIRST_DEATH = 45, FEW_CHANGES = 23 };

static struct {
    int stride, pair_stride;
    struct repair_strides repair;
    unsigned part, parts;
    struct tally all;
} options;

static int number(const char *name, int otherwise)
{
    const char *text = getenv(name);
    int value = text != NULL ? atoi(text) : 0;
    return value > 0 ? value : otherwise;
}

static void tell(const char *name, const struct tally *tally, uint64_t began_us)
{
    print_message("%-46s %6ld instructions %7ld kills %3ld failures %6.1f s\n", name, tally->instructions, tally->kills,
                  tally->failures, (double)(stage_now_us() - began_us) / 1e6);
    options.all.instructions += tally->instructions;
    options.all.kills += tally->kills;
    options.all.failures += tally->failures;
    if (tally->failures != 0 && getenv("SWEEP_UNTIL_FAILURE") != NULL)
        exit(1);
}

/* A log call is long, and most of it is printing: where a stride is asked for, it takes a longer one. */
static void test_case(void **state)
{
    const struct sweep_case *c = *state;
    struct tally tally = {0};
    uint64_t began_us = stage_now_us();
    sweep_case(c, options.stride > 1 && c->victim.verb == LOG ? options.stride * LOG_STRIDE : options.stride, &tally);
    tell(c->name, &tally, began_us);
    assert_int_equal(tally.failures, 0);
}

static void test_pair(void **state)
{
    struct tally tally = {0};
    uint64_t began_us = stage_now_us();
    const struct sweep_case *c = *state;
    sweep_pair(c, options.pair_stride, &tally);
    tell(c->name, &tally, began_us);
    assert_int_equal(tally.failures, 0);
}

static void test_repair(void **state)
{
    struct tally tally = {0};
    uint64_t began_us = stage_now_us();
    const struct sweep_case *c = *state;
    sweep_repair(c, &options.repair, &tally);
    tell(c->name, &tally, began_us);
    assert_int_equal(tally.failures, 0);
}

static bool is_wanted(const char *name, size_t i)
{
    const char *only = getenv("SWEEP_ONLY");
    if (i % options.parts != options.part)
        return false;
    return only == NULL || strncmp(name, only, strlen(only)) == 0;
}

static size_t choose(struct CMUnitTest *tests, const struct sweep_case *cases, size_t n, CMUnitTestFunction function)
{
    size_t chosen = 0;
    for (size_t i = 0; i < n; i++)
        if (is_wanted(cases[i].name, i))
            tests[chosen++] = (struct CMUnitTest){
                .name = cases[i].name, .test_func = function, .initial_state = (void *)(uintptr_t)&cases[i]};
    return chosen;
}

int main(void)
{
    static struct CMUnitTest tests[MOST_CASES];
    options.stride = number("SWEEP_STRIDE", 17);
    options.pair_stride = number("SWEEP_PAIR_STRIDE", 37);
    int deaths = number("SWEEP_REPAIR_STRIDE", 0);
    options.repair = deaths > 0 ? (struct repair_strides){0, deaths, 1}
                                : (struct repair_strides){FIRST_DEATH, FEW_DEATHS, FEW_CHANGES};
    setvbuf(stdout, NULL, _IOLBF, 0);
    const char *part = getenv("SWEEP_PART");
    if (part == NULL || sscanf(part, "%u/%u", &options.part, &options.parts) != 2 || options.parts == 0)
        options.parts = 1;
    stage_open(options.part);
    size_t n = choose(tests, sweep_cases, sweep_cases_count, test_case);
    n += choose(tests + n, sweep_cases, sweep_cases_count, test_repair);
    n += choose(tests + n, sweep_pairs, sweep_pairs_count, test_pair);
    int failed = _cmocka_run_group_tests("sweep", tests, n, NULL, NULL);
    print_message("swept: %ld instructions, %ld kills, %ld failures\n", options.all.instructions, options.all.kills,
                  options.all.failures);
    return failed;
}
