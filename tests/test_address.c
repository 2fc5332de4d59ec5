/* Memory that is not there: found by the port, or by the machine, and what its caller was in the middle of is undone. */
#include "real.h"

COOP_QUEUE(queue, int, 2);
COOP_QUEUE(other_queue, int, 2);

static int use_bad_address(const void *argument)
{
    struct coop_lease lease;
    int message;
    switch (real_number(argument)) {
    case 0:
        return coop_queue_put(&queue, (const void *)(uintptr_t)8, 0);
    case 1:
        return coop_queue_get(&other_queue, (void *)(uintptr_t)8, 0);
    case 2:
        return coop_queue_take(&other_queue, (void *)(uintptr_t)8, &lease, 0);
    default:
        return coop_queue_take(&other_queue, &message, (struct coop_lease *)(uintptr_t)8, 0);
    }
}
COOP_PROCESS(address_misuser, use_bad_address);

static void bad_addresses(void **state)
{
    (void)state;
    int message = 7;
    assert_int_equal(coop_queue_put(&other_queue, &message, 0), 0);
    for (uint32_t number = 0; number < 4; number++) {
        struct coop_end end = join(real_start(&address_misuser, number));
        if (end.cause == COOP_MISUSED)
            assert_int_equal(end.reason, COOP_MISUSE_BAD_ADDRESS);
        else
            assert_int_equal(end.cause, COOP_FAULTED);
        assert_int_equal(coop_queue_count(&queue), 0);
        assert_int_equal(coop_queue_count(&other_queue), 1);
    }
    assert_int_equal(coop_queue_put(&queue, &message, 0), 0);
    assert_int_equal(coop_queue_get(&queue, &message, 0), 0);
    assert_int_equal(coop_queue_get(&other_queue, &message, 0), 0);
    assert_int_equal(message, 7);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(bad_addresses),
};
REAL_TESTS(tests)
