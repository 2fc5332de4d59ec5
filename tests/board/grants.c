/* Which peripherals can be granted: whole regions in the memory map's part for them, and none that the kernel uses. */
#include "real.h"
#include "kernel.h"
#include <coop/board.h>

static bool may(uintptr_t base, uint32_t bytes)
{
    const struct coop_peripherals first = {.ranges = {{base, bytes}}};
    const struct coop_peripherals second = {.ranges = {{0x40006000u, 4096}, {base, bytes}}};
    assert_int_equal(protect_may_grant(&first), protect_may_grant(&second));
    return protect_may_grant(&first);
}

static void whole_regions(void **state)
{
    (void)state;
    assert_true(protect_may_grant(NULL));
    assert_true(may(0x40006000u, 4096));
    assert_true(may(0x40006000u, 32));
    assert_true(may(0x40006020u, 32));
    assert_true(may(0x40010000u, 0x8000));
    assert_false(may(0x40006000u, 0));
    assert_false(may(0x40006000u, 16));
    assert_false(may(0x40006000u, 48));
    assert_false(may(0x40006000u, 0x4000)); /* not aligned to its size */
    assert_false(may(0x40006010u, 32));
}

static void only_peripherals(void **state)
{
    (void)state;
    assert_false(may(0, 4096));
    assert_false(may(0x20000000u, 4096));
    assert_false(may(0x3fffffe0u, 32));
    assert_true(may(0x5fffffe0u, 32));
    assert_false(may(0x60000000u, 4096));
    assert_false(may(0xe000e000u, 4096));
    assert_false(may(0, 0x80000000u));
}

static void not_the_kernels(void **state)
{
    static const uintptr_t own[] = {0x40000000u, 0x40001000u, 0x40004000u, 0x40005000u, 0x40008000u};
    (void)state;
    for (unsigned i = 0; i < sizeof own / sizeof own[0]; i++) {
        assert_false(may(own[i], 4096));
        assert_false(may(own[i], 32));
        assert_false(may(own[i] + 0xfe0, 32));
    }
    assert_true(may(0x40002000u, 0x2000));
    assert_false(may(0x40004000u, 0x4000));
    assert_false(may(0x40000000u, 0x10000));
    assert_false(may(0x40000000u, 0x20000000u));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(whole_regions),
    cmocka_unit_test(only_peripherals),
    cmocka_unit_test(not_the_kernels),
};
REAL_TESTS(tests)
