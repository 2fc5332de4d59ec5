/* The board's default policy: cooperative priorities, preemption and time slices where they are asked for, and inheritance. */
#include "real.h"
#include <string.h>

enum { LAPS = 10000 };

COOP_SHARED(char, order[200]);
COOP_SHARED(uint32_t, laps[2]);
COOP_LOCK(first);
COOP_LOCK(second);
COOP_SEMAPHORE(go_high, 0);
COOP_SEMAPHORE(go_middle, 0);
COOP_SEMAPHORE(go_chain, 0);

static void mark(const char *what)
{
    strcat(order, what);
    strcat(order, " ");
}

static int wait_for(const struct coop_semaphore *semaphore)
{
    return coop_semaphore_acquire(semaphore, DEADLINE_MS);
}

/* Lets higher ones run, which get the CPU only when it gives way. */
static int go(void)
{
    coop_semaphore_release(&go_middle);
    mark("low");
    coop_semaphore_release(&go_high);
    mark("low");
    coop_yield(); /* to its equals, of which there are none */
    mark("low");
    return coop_sleep_ms(1);
}

static int go_on(const void *argument)
{
    (void)argument;
    return go();
}
COOP_PROCESS(cooperative, go_on, .priority = 1);
COOP_PROCESS(preemptible, go_on, .priority = 1, .preemptible = true);

static int middle(const void *argument)
{
    (void)argument;
    if (wait_for(&go_middle) < 0)
        return 1;
    mark("middle");
    return 0;
}
COOP_PROCESS(middling, middle, .priority = 5, .preemptible = true);

static int high(const void *argument)
{
    (void)argument;
    if (wait_for(&go_high) < 0)
        return 1;
    mark("high");
    return 0;
}
COOP_PROCESS(highest, high, .priority = 10, .preemptible = true);

static void runs(const struct coop_process *low, const char *expected)
{
    order[0] = '\0';
    struct coop_handle handles[] = {real_start(&highest, 0), real_start(&middling, 0), real_start(low, 0)};
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(join(handles[i]).code, 0);
    assert_string_equal(order, expected);
}

/* coop_yield gives way to a higher one too, and to one at a time, since these don't wait before they end. */
static void is_cooperative(void **state)
{
    (void)state;
    runs(&cooperative, "low low high middle low ");
}

static void preempts_where_asked(void **state)
{
    (void)state;
    runs(&preemptible, "middle low high low low ");
}

/* Neither waits for anything, and each needs the other's progress. */
static int slice(const void *argument)
{
    uint32_t self = real_number(argument);
    uint64_t end_ms = coop_now_ms() + DEADLINE_MS;
    while ((laps[self] < LAPS || SEEN(laps[1 - self]) < LAPS) && coop_now_ms() < end_ms)
        laps[self]++;
    return SEEN(laps[1 - self]) < LAPS;
}
COOP_PROCESS(sliced, slice, .instances = 2, .time_slice_ms = 2);

static void slices_where_asked(void **state)
{
    (void)state;
    laps[0] = laps[1] = 0;
    struct coop_handle handles[] = {real_start(&sliced, 0), real_start(&sliced, 1)};
    assert_int_equal(join(handles[0]).code, 0);
    assert_int_equal(join(handles[1]).code, 0);
}

static int wait_turn(const void *argument)
{
    char name[2] = {(char)('a' + real_number(argument)), '\0'};
    for (unsigned i = 0; i < 3; i++) {
        mark(name);
        coop_yield();
    }
    return 0;
}
COOP_PROCESS(equal, wait_turn, .instances = 3);

static void serves_equals_in_turn(void **state)
{
    struct coop_handle handles[3];
    (void)state;
    order[0] = '\0';
    for (uint32_t i = 0; i < 3; i++)
        handles[i] = real_start(&equal, i);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(join(handles[i]).code, 0);
    assert_string_equal(order, "a b c a b c a b c "); /* root keeps the CPU until it waits for them */
}

/* low holds `first`, which high waits for: middle doesn't get in between. Then the same through a chain of locks. */
static int hold(const void *argument)
{
    (void)argument;
    if (coop_lock_acquire(&first, 0) < 0)
        return 1;
    coop_semaphore_release(&go_high);
    coop_semaphore_release(&go_middle);
    mark("held");
    coop_lock_release(&first);
    mark("free");
    if (coop_sleep_ms(1) < 0 || coop_lock_acquire(&first, 0) < 0)
        return 1;
    coop_semaphore_release(&go_chain);
    coop_semaphore_release(&go_high);
    coop_semaphore_release(&go_middle);
    mark("chained");
    coop_lock_release(&first);
    mark("free");
    return 0;
}
COOP_PROCESS(holder, hold, .priority = 1, .preemptible = true);

static int link_up(const void *argument)
{
    (void)argument;
    if (wait_for(&go_chain) < 0 || coop_lock_acquire(&second, 0) < 0 || coop_lock_acquire(&first, DEADLINE_MS) < 0)
        return 1;
    mark("linked");
    coop_lock_release(&first);
    coop_lock_release(&second);
    return 0;
}
COOP_PROCESS(linker, link_up, .priority = 3, .preemptible = true);

static int intrude(const void *argument)
{
    (void)argument;
    for (unsigned i = 0; i < 2; i++) {
        if (wait_for(&go_middle) < 0)
            return 1;
        mark("middle");
    }
    return 0;
}
COOP_PROCESS(intruder, intrude, .priority = 5, .preemptible = true);

static int want(const void *argument)
{
    (void)argument;
    if (wait_for(&go_high) < 0 || coop_lock_acquire(&first, DEADLINE_MS) < 0)
        return 1;
    mark("high");
    coop_lock_release(&first);
    if (wait_for(&go_high) < 0 || coop_lock_acquire(&second, DEADLINE_MS) < 0)
        return 1;
    mark("high");
    coop_lock_release(&second);
    return 0;
}
COOP_PROCESS(wanter, want, .priority = 10, .preemptible = true);

static void inherits(void **state)
{
    (void)state;
    order[0] = '\0';
    struct coop_handle handles[] = {real_start(&wanter, 0), real_start(&intruder, 0), real_start(&linker, 0),
                                    real_start(&holder, 0)};
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(join(handles[i]).code, 0);
    assert_string_equal(order, "held high middle free chained linked high middle free ");
}

static int run(const void *argument)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_cooperative),     cmocka_unit_test(preempts_where_asked),
        cmocka_unit_test(slices_where_asked), cmocka_unit_test(serves_equals_in_turn),
        cmocka_unit_test(inherits),
    };
    (void)argument;
    return verdict(cmocka_run_group_tests(tests, NULL, NULL));
}
COOP_PROCESS(root, run, .priority = 20, .stack_bytes = REAL_STACK_BYTES);

int main(int argc, char **argv)
{
    return coop_run(argc, argv, &root);
}
