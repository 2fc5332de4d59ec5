/*
 * Without an MMU all processes are in one address space, and another's memory has an address that can be written down. Who
 * touches it ends, and nothing has changed. So too for the kernel's memory and the devices'.
 */
#include "real.h"

enum { KERNEL = 0x21008000, MEMORY_END = 0x22000000, UART = 0x40004000, FLASH = 0, BEFORE = 5, AFTER = 6 };
enum { READ, WRITE, CALL, WAYS };

struct target {
    uintptr_t address;
    int way;
};

COOP_SHARED(int, shared);
static int own = BEFORE;

static int touch(const void *argument)
{
    const struct target *target = argument;
    volatile int *at = (volatile int *)target->address;
    if (target->way == READ)
        return *at;
    if (target->way == CALL)
        ((void (*)(void))(target->address | 1))();
    *at = AFTER;
    return 0;
}
COOP_PROCESS(toucher, touch);

static struct coop_end end_of(uintptr_t address, int way)
{
    struct target target = {address, way};
    return join(start(&toucher, &target, sizeof target));
}

static void others_memory_is_theirs(void **state)
{
    (void)state;
    int on_stack = BEFORE;
    const uintptr_t targets[] = {(uintptr_t)&own, (uintptr_t)&on_stack, (uintptr_t)touch & ~(uintptr_t)1};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
        for (int way = READ; way < WAYS; way++)
            assert_int_equal(end_of(targets[i], way).signal, 11);
    assert_int_equal(SEEN(own), BEFORE);
    assert_int_equal(SEEN(on_stack), BEFORE);
}

static void the_machine_is_the_kernels(void **state)
{
    (void)state;
    static const uintptr_t targets[] = {KERNEL, MEMORY_END - 4, UART, FLASH};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
        for (int way = READ; way < WAYS; way++)
            assert_int_equal(end_of(targets[i], way).signal, 11);
}

static void shared_memory_is_shared(void **state)
{
    (void)state;
    struct coop_end end = end_of((uintptr_t)&shared, WRITE);
    assert_int_equal(end.cause, COOP_EXITED);
    assert_int_equal(SEEN(shared), AFTER);
    end = end_of((uintptr_t)&shared, READ);
    assert_int_equal(end.code, AFTER);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(others_memory_is_theirs),
    cmocka_unit_test(the_machine_is_the_kernels),
    cmocka_unit_test(shared_memory_is_shared),
};
REAL_TESTS(tests)
