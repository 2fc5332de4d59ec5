/* Stack overflows on a board: of whatever kind, the process ends as overflowed, at a place that is or was on its stack. */
#include "real.h"

enum kind { RECURSES, RECURSES_WIDELY, INTERRUPTED };

/* Small frames: the store that crosses the end is a push. */
static __attribute__((noinline)) int recurse(volatile int *depth)
{
    ++*depth;
    return *depth == INT32_MAX ? 0 : recurse(depth) + *depth;
}

/* Frames larger than what an exception pushes: the core can't save its registers. */
static __attribute__((noinline)) int recurse_widely(const volatile char *in)
{
    volatile char buffer[200];
    buffer[0] = *in;
    return buffer[0] == 0 ? 0 : recurse_widely(buffer) + buffer[0];
}

/* No access of its own is at fault: it is the core, for an interrupt, that has no room. */
static __attribute__((noinline)) int wait_low(void)
{
    char *end = (char *)((uintptr_t)__builtin_frame_address(0) & ~(uintptr_t)1023);
    __asm__ volatile("mov sp, %0\n1: b 1b" : : "r"(end + 8));
    return 0;
}

static int overflow(const void *argument)
{
    volatile int depth = 0;
    char first = 1;
    switch ((enum kind)real_number(argument)) {
    case RECURSES:
        return recurse(&depth);
    case RECURSES_WIDELY:
        return recurse_widely(&first);
    case INTERRUPTED:
        return wait_low() + 1;
    }
    return 0;
}
COOP_PROCESS(overflower, overflow, .stack_bytes = 1024, .watchdog_ms = 100);

static bool is_within(uintptr_t pc, uintptr_t function, uintptr_t bytes)
{
    return pc >= (function & ~(uintptr_t)1) && pc < (function & ~(uintptr_t)1) + bytes;
}

static struct coop_end overflows(enum kind kind)
{
    struct coop_end end = join(real_start(&overflower, kind));
    assert_int_equal(end.cause, COOP_OVERFLOWED);
    return end;
}

static void names_the_recursion(void **state)
{
    (void)state;
    assert_true(is_within(overflows(RECURSES).pc, (uintptr_t)recurse, 64));
}

static void names_it_without_a_frame(void **state)
{
    (void)state;
    assert_true(is_within(overflows(RECURSES_WIDELY).pc, (uintptr_t)recurse_widely, 64));
}

static void knows_a_caller(void **state)
{
    (void)state;
    assert_int_not_equal(overflows(INTERRUPTED).pc, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(names_the_recursion),
    cmocka_unit_test(names_it_without_a_frame),
    cmocka_unit_test(knows_a_caller),
};
REAL_TESTS(tests)
