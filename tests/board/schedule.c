/* Who runs when, under the default policy, beyond policy_priority.c: order of arrival, shares, inheritance given back. */
#include "real.h"

#include <string.h>

enum { LOW = 2, MIDDLE = 3, HIGH = 4, ROOT = 10, SLICE_MS = 5 };

COOP_LOCK(lock);
COOP_SEMAPHORE(go, 0);
COOP_SEMAPHORE(go_high, 0);
COOP_SEMAPHORE(go_middle, 0);
COOP_SHARED(char, order[100]);
COOP_SHARED(volatile unsigned, laps[3]);

static void note(const char *word)
{
    strcat(order, word);
    strcat(order, " ");
}

static void burn_ms(int ms)
{
    uint64_t until_ms = coop_now_ms() + (uint64_t)ms;
    while (coop_now_ms() < until_ms)
        continue;
}

static int set_up(void **state)
{
    (void)state;
    memset(order, 0, sizeof order);
    memset((void *)laps, 0, sizeof laps);
    return 0;
}

/* They note their names when they are let go, in the order of their priorities, and in the order of their arrival among equals. */
static int name_yourself(const void *argument)
{
    if (coop_semaphore_acquire(&go, COOP_FOREVER) < 0)
        return 1;
    note(argument);
    return 0;
}
COOP_PROCESS(lower, name_yourself, .instances = 2, .priority = LOW);
COOP_PROCESS(middle, name_yourself, .priority = MIDDLE);
COOP_PROCESS(higher, name_yourself, .instances = 2, .priority = HIGH);

static void priorities_then_arrival(void **state)
{
    (void)state;
    static const struct coop_process *const all[] = {&lower, &higher, &middle, &higher, &lower};
    static const char names[][3] = {"l1", "h1", "m", "h2", "l2"};
    struct coop_handle handles[5];
    for (int i = 0; i < 5; i++)
        handles[i] = start(all[i], names[i], sizeof names[i]);
    (void)coop_sleep_ms(5); /* all wait now, since each is ready, and the root is not */
    for (int i = 0; i < 5; i++)
        assert_int_equal(coop_semaphore_release(&go), 0);
    assert_string_equal(order, ""); /* the root goes on until it waits */
    for (int i = 0; i < 5; i++)
        assert_int_equal(join(handles[i]).code, 0);
    assert_string_equal(order, "h1 h2 m l1 l2 ");
}

/* Equals, beside each other for 20 slices: no one gets more than a slice more than another. */
static int count_slices(const void *argument)
{
    unsigned number = real_number(argument);
    uint64_t until_ms = coop_now_ms() + 3 * 20 * SLICE_MS;
    uint64_t seen_ms = coop_now_ms();
    laps[number] = 1;
    while (seen_ms < until_ms) {
        uint64_t now_ms = coop_now_ms();
        if (now_ms - seen_ms >= SLICE_MS) /* others had the CPU */
            laps[number]++;
        seen_ms = now_ms;
    }
    return 0;
}
COOP_PROCESS(slicer, count_slices, .instances = 3, .priority = LOW, .time_slice_ms = SLICE_MS);
COOP_PROCESS(poked_slicer, count_slices, .instances = 3, .priority = LOW, .time_slice_ms = SLICE_MS,
             .preemptible = true);

static int poke(const void *argument)
{
    (void)argument;
    while (coop_sleep_ms(1) == 0)
        continue;
    return 0;
}
COOP_PROCESS(poker, poke, .priority = HIGH);

static void share(const struct coop_process *process)
{
    struct coop_handle handles[3];
    for (uint32_t i = 0; i < 3; i++)
        handles[i] = real_start(process, i);
    for (int i = 0; i < 3; i++)
        assert_int_equal(join(handles[i]).code, 0);
    for (int i = 0; i < 3; i++)
        assert_in_range(laps[i], 18, 22);
}

static void slices_are_shared(void **state)
{
    (void)state;
    share(&slicer);
}

/* Who is preempted more often than its slice is long has the rest of it afterwards, and not a whole one. */
static void slices_are_shared_under_preemption(void **state)
{
    (void)state;
    struct coop_handle handle = start(&poker, NULL, 0);
    share(&poked_slicer);
    assert_int_equal(coop_kill(handle), 0);
    join(handle);
}

/* A low one holds the lock that a high one waits for, and runs at its level; who gives up takes back what it lent. */
static int hold(const void *argument)
{
    (void)argument;
    if (coop_lock_acquire(&lock, COOP_FOREVER) < 0)
        return 1;
    (void)coop_semaphore_release(&go_high);
    (void)coop_semaphore_release(&go_middle);
    note("low-goes-on");
    burn_ms(10);
    note("low-ends");
    return coop_lock_release(&lock);
}
static int give_up(const void *argument)
{
    (void)argument;
    if (coop_semaphore_acquire(&go_high, COOP_FOREVER) < 0 || coop_lock_acquire(&lock, 3) != COOP_ETIMEDOUT)
        return 1;
    note("high-gives-up");
    return 0;
}
static int interfere(const void *argument)
{
    (void)argument;
    if (coop_semaphore_acquire(&go_middle, COOP_FOREVER) < 0)
        return 1;
    note("middle");
    return 0;
}
COOP_PROCESS(low, hold, .priority = LOW, .preemptible = true);
COOP_PROCESS(between, interfere, .priority = MIDDLE, .preemptible = true);
COOP_PROCESS(high, give_up, .priority = HIGH, .preemptible = true);

static void a_timeout_ends_inheritance(void **state)
{
    (void)state;
    struct coop_handle handles[] = {start(&high, NULL, 0), start(&between, NULL, 0), {0}};
    (void)coop_sleep_ms(1); /* both wait now */
    handles[2] = start(&low, NULL, 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(join(handles[i]).code, 0);
    assert_string_equal(order, "low-goes-on high-gives-up middle low-ends ");
}

/* A driver, even one that yields, takes the CPU from nobody for good: who had it goes on, though a higher one waits for it. */
static int drive(const void *argument)
{
    (void)argument;
    if (coop_semaphore_acquire(&go, COOP_FOREVER) < 0)
        return 1;
    note("driver");
    coop_yield();
    note("yielded");
    return 0;
}
COOP_PROCESS(driver, drive, .priority = COOP_PRIORITY_DRIVER);
COOP_PROCESS(above, interfere, .priority = ROOT + 1);

static void a_driver_gives_the_cpu_back(void **state)
{
    (void)state;
    struct coop_handle handles[] = {start(&driver, NULL, 0), start(&above, NULL, 0)};
    (void)coop_sleep_ms(1); /* both wait now */
    assert_int_equal(coop_semaphore_release(&go_middle), 0);
    assert_int_equal(coop_semaphore_release(&go), 0);
    note("root");
    for (int i = 0; i < 2; i++)
        assert_int_equal(join(handles[i]).code, 0);
    assert_string_equal(order, "driver yielded root middle ");
}

/* Who holds what a driver waits for is lent no more than an ordinary priority: it interrupts nobody. */
static int hold_asleep(const void *argument)
{
    (void)argument;
    if (coop_lock_acquire(&lock, COOP_FOREVER) < 0 || coop_sleep_ms(3) < 0)
        return 1;
    note("low");
    return coop_lock_release(&lock);
}
static int want_lock(const void *argument)
{
    (void)argument;
    if (coop_semaphore_acquire(&go, COOP_FOREVER) < 0 || coop_lock_acquire(&lock, COOP_FOREVER) < 0)
        return 1;
    note("driver");
    return coop_lock_release(&lock);
}
COOP_PROCESS(low_asleep, hold_asleep, .priority = LOW);
COOP_PROCESS(locking_driver, want_lock, .priority = COOP_PRIORITY_DRIVER);

static void a_driver_lends_less_than_it_has(void **state)
{
    (void)state;
    struct coop_handle handles[] = {start(&locking_driver, NULL, 0), start(&low_asleep, NULL, 0), {0}};
    (void)coop_sleep_ms(1);
    handles[2] = start(&above, NULL, 0);
    assert_int_equal(coop_semaphore_release(&go), 0);
    burn_ms(10);
    note("root");
    assert_int_equal(coop_semaphore_release(&go_middle), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(join(handles[i]).code, 0);
    assert_string_equal(order, "root low driver middle ");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup(priorities_then_arrival, set_up),
    cmocka_unit_test_setup(slices_are_shared, set_up),
    cmocka_unit_test_setup(slices_are_shared_under_preemption, set_up),
    cmocka_unit_test_setup(a_timeout_ends_inheritance, set_up),
    cmocka_unit_test_setup(a_driver_gives_the_cpu_back, set_up),
    cmocka_unit_test_setup(a_driver_lends_less_than_it_has, set_up),
};

static int run_in_root(const void *argument)
{
    (void)argument;
    return verdict(cmocka_run_group_tests(tests, NULL, NULL));
}
COOP_PROCESS(root, run_in_root, .stack_bytes = REAL_STACK_BYTES, .priority = ROOT);

int main(int argc, char **argv)
{
    return coop_run(argc, argv, &root);
}
