/*
 * Tests of the library on a real port: the same on Linux and on a board. main() runs the system, and the tests run in its root
 * process; what must die does so in processes that the tests start.
 *
 *     static void starts(void **state) { ... }
 *     static const struct CMUnitTest tests[] = {cmocka_unit_test(starts)};
 *     REAL_TESTS(tests)
 */
#ifndef REAL_H
#define REAL_H

#include "life.h"

enum { REAL_STACK_BYTES = 8192, REAL_PRIORITY = 1 };

#define REAL_TESTS(tests_)                                                                                             \
    static int real_run_tests(const void *argument)                                                                    \
    {                                                                                                                  \
        (void)argument;                                                                                                \
        return verdict(cmocka_run_group_tests(tests_, NULL, NULL));                                                    \
    }                                                                                                                  \
    COOP_PROCESS(real_tests, real_run_tests, .stack_bytes = REAL_STACK_BYTES, .priority = REAL_PRIORITY);              \
    int main(int argc, char **argv)                                                                                    \
    {                                                                                                                  \
        return coop_run(argc, argv, &real_tests);                                                                      \
    }

/* Starts the process with a number for its argument. */
static inline struct coop_handle real_start(const struct coop_process *process, uint32_t number)
{
    return start(process, &number, sizeof number);
}

static inline uint32_t real_number(const void *argument)
{
    return *(const uint32_t *)argument;
}

#endif
