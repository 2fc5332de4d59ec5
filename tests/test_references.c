/* However a program refers to what is shared, it is the same memory in every process; and to what is not, its own. */
#include "real.h"

enum { COUNT = 8 };

struct pair {
    int first;
    int second;
};

COOP_SHARED(int, numbers[COUNT]);
COOP_SHARED(struct pair, pair);
COOP_SHARED(uintptr_t, address);
static int own_numbers[COUNT];

/* Addresses that the linker writes, of both. */
static int *const first = numbers, *const end = numbers + COUNT;
static int *const some[] = {&numbers[1], &pair.second, &own_numbers[2]};
static int *changing = &numbers[3];

static int write_all(const void *argument)
{
    (void)argument;
    address = (uintptr_t)numbers;
    numbers[0] = 10;
    *some[0] = 11;
    first[2] = 12;
    *changing = 13;
    end[-1] = 17;
    pair.first = 20;
    *some[1] = 21;
    *some[2] = own_numbers[3] = 30;
    changing = &own_numbers[4];
    *changing = 30;
    return own_numbers[2] - 30;
}
COOP_PROCESS(writer, write_all);

static void shared_is_the_same(void **state)
{
    (void)state;
    struct coop_end ended = join(start(&writer, NULL, 0));
    assert_int_equal(ended.cause, COOP_EXITED);
    assert_int_equal(ended.code, 0);
    assert_int_equal(SEEN(address), (uintptr_t)numbers);
    assert_int_equal(SEEN(numbers[0]), 10);
    assert_int_equal(SEEN(numbers[1]), 11);
    assert_int_equal(SEEN(*some[0]), 11);
    assert_int_equal(SEEN(numbers[2]), 12);
    assert_int_equal(SEEN(*changing), 13);
    assert_int_equal(SEEN(numbers[COUNT - 1]), 17);
    assert_int_equal(SEEN(end[-1]), 17);
    assert_int_equal(SEEN(pair.first), 20);
    assert_int_equal(SEEN(*some[1]), 21);
}

static void own_is_not(void **state)
{
    (void)state;
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(SEEN(own_numbers[i]), 0);
    assert_ptr_equal(changing, &numbers[3]);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(shared_is_the_same),
    cmocka_unit_test(own_is_not),
};
REAL_TESTS(tests)
