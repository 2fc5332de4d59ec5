/* What a queue does for processes that live. */
#include "queue_play.h"
#include "operations.h"
#include "queue_ring.h"
#include <stdio.h>
#include <string.h>

COOP_QUEUE(one, struct item, 1);
COOP_QUEUE(two, struct item, 2);
COOP_QUEUE(three, struct item, 3);
COOP_QUEUE(ten, struct item, 10);
COOP_QUEUE(owned, struct item, 3, .one_producer = 1, .one_consumer = 1);
COOP_QUEUE(bytes, char, 5);

static const struct coop_queue *const sizes[] = {&one, &two, &three, &ten};
enum { SIZES = sizeof sizes / sizeof *sizes };

#define assert_view(queue, text) assert_string_equal(play_view(queue), text)

static int put(const struct coop_queue *queue, uint32_t number)
{
    struct item item = item_of(number);
    return coop_queue_put(queue, &item, 0);
}

static void get(const struct coop_queue *queue, uint32_t number)
{
    struct item item;
    assert_int_equal(coop_queue_get(queue, &item, 0), 0);
    assert_true(item_is_whole(&item));
    assert_int_equal(item.number, number);
}

/* Fills it up from each fill and empties it to each, across the wrap of the 16-bit lap. */
static void first_in_first_out(void **state)
{
    (void)state;
    fake_as(1);
    for (int s = 0; s < SIZES; s++) {
        uint32_t count = sizes[s]->object.count, in = 0, out = 0;
        play_begin(sizes[s], 0x10000 - 10);
        for (uint32_t round = 0; round < 40 * count; round++) {
            while (in - out < count)
                assert_int_equal(put(sizes[s], in++), 0);
            assert_int_equal(put(sizes[s], in), COOP_EAGAIN);
            assert_int_equal(coop_queue_is_full(sizes[s]), 1);
            while (in - out > round % count) {
                assert_int_equal(coop_queue_count(sizes[s]), in - out);
                assert_int_equal(coop_queue_is_empty(sizes[s]), 0);
                get(sizes[s], out++);
                assert_int_equal(coop_queue_is_full(sizes[s]), 0);
            }
            play_check(sizes[s]);
        }
        while (in != out)
            get(sizes[s], out++);
        assert_int_equal(play(sizes[s], "2g"), COOP_EAGAIN);
        assert_int_equal(coop_queue_is_empty(sizes[s]), 1);
    }
}

/* A real queue gets there by itself: more laps than a position has bits for. */
static void wraps_its_laps(void **state)
{
    (void)state;
    fake_as(1);
    play_begin(&one, 0);
    play_begin(&two, 0);
    for (uint32_t i = 0; i < 70000; i++) {
        assert_int_equal(put(&one, i), 0);
        assert_int_equal(put(&one, i), COOP_EAGAIN);
        get(&one, i);
        for (uint32_t j = 0; j < 2; j++)
            assert_int_equal(put(&two, i + j), 0);
        assert_int_equal(put(&two, i), COOP_EAGAIN);
        for (uint32_t j = 0; j < 2; j++)
            get(&two, i + j);
    }
    assert_int_equal(state_of(&one.object)->tail, (70000u - 65536u) * LAP);
}

static void messages_of_any_size(void **state)
{
    (void)state;
    play_begin(&bytes, 0xffff);
    for (int round = 0; round < 20; round++) {
        char c = 'x';
        for (int i = 0; i < 5; i++)
            assert_int_equal(coop_queue_put(&bytes, &"abcde"[i], 0), 0);
        assert_int_equal(coop_queue_put(&bytes, &c, 0), COOP_EAGAIN);
        for (int i = 0; i < 5; i++) {
            assert_int_equal(coop_queue_get(&bytes, &c, 0), 0);
            assert_int_equal(c, "abcde"[i]);
        }
    }
}

static void closed(void **state)
{
    (void)state;
    play_begin(&three, 0);
    assert_int_equal(play(&three, "1p1 1p2 1c"), 0);
    assert_int_equal(play(&three, "2c"), 0);
    assert_int_equal(play(&three, "1p3"), COOP_ECLOSED);
    assert_int_equal(play(&three, "2g"), 1);
    assert_int_equal(play(&three, "3t"), 2);
    /* the lease may come back: so nobody is told yet that nothing more comes */
    assert_int_equal(play(&three, "2g"), COOP_EAGAIN);
    assert_int_equal(play(&three, "3b2"), 0);
    assert_int_equal(play(&three, "2t"), 2);
    assert_int_equal(play(&three, "3t"), COOP_EAGAIN);
    assert_int_equal(play(&three, "2d2"), 0);
    assert_int_equal(play(&three, "2g"), COOP_ECLOSED);
    assert_int_equal(play(&three, "3t"), COOP_ECLOSED);
    assert_int_equal(coop_queue_is_empty(&three), 1);
}

static int blocked_step;
static const struct coop_queue *blocked_on;
static const char *blocked_script[4];

static bool plays_on(void)
{
    const char *script = blocked_script[blocked_step];
    if (script == NULL)
        return false;
    blocked_step++;
    play(blocked_on, script);
    return true;
}

static void while_blocked(const struct coop_queue *queue, const char *first, const char *second)
{
    blocked_step = 0;
    blocked_on = queue;
    blocked_script[0] = first;
    blocked_script[1] = second;
    fake_while_blocked(plays_on);
    fake_as(1);
}

static void waits(void **state)
{
    (void)state;
    struct item item = item_of(9);
    struct coop_lease lease;
    play_begin(&two, 0);
    while_blocked(&two, "2g", "2p7");
    assert_int_equal(coop_queue_get(&two, &item, COOP_FOREVER), 0);
    assert_int_equal(item.number, 7);
    while_blocked(&two, "2p8", NULL);
    assert_int_equal(coop_queue_take(&two, &item, &lease, 100), 1);
    while_blocked(&two, NULL, NULL);
    assert_int_equal(coop_queue_take(&two, &item, &lease, 100), COOP_ETIMEDOUT);
    assert_int_equal(coop_queue_get(&two, &item, 1), COOP_ETIMEDOUT);
    play(&two, "2p9");
    while_blocked(&two, "2g", "1d8");
    *play_lease(8) = lease;
    assert_int_equal(coop_queue_put(&two, &item, COOP_FOREVER), 0); /* 9 was got, but 8 holds the ring */
    assert_view(&two, "8");
    while_blocked(&two, NULL, NULL);
    assert_int_equal(put(&two, 10), 0);
    assert_int_equal(coop_queue_put(&two, &item, 1), COOP_ETIMEDOUT);
}

static void a_close_ends_every_wait(void **state)
{
    (void)state;
    struct item item = item_of(9);
    play_begin(&one, 0);
    while_blocked(&one, "2c", NULL);
    assert_int_equal(coop_queue_get(&one, &item, COOP_FOREVER), COOP_ECLOSED);
    play_begin(&one, 0);
    play(&one, "2p1");
    while_blocked(&one, "2c", NULL);
    assert_int_equal(coop_queue_put(&one, &item, COOP_FOREVER), COOP_ECLOSED);
    assert_view(&one, "1 closed");
}

static void refuses_bad_arguments(void **state)
{
    (void)state;
    struct item item = item_of(1);
    struct coop_lease lease;
    play_begin(&one, 0);
    fake_as(1);
    assert_int_equal(coop_queue_put(&one, NULL, 0), COOP_EINVAL);
    assert_int_equal(coop_queue_get(&one, NULL, 0), COOP_EINVAL);
    assert_int_equal(coop_queue_take(&one, NULL, &lease, 0), COOP_EINVAL);
    assert_int_equal(coop_queue_take(&one, &item, NULL, 0), COOP_EINVAL);
    assert_int_equal(coop_queue_put(&one, &item, -2), COOP_EINVAL);
    assert_int_equal(coop_queue_get(&one, &item, INT32_MIN), COOP_EINVAL);
    assert_int_equal(coop_queue_take(&one, &item, &lease, -2), COOP_EINVAL);
    assert_view(&one, "");
}

/* An owned end belongs to whoever used it first, until that one's death. */
static void ends_have_owners(void **state)
{
    (void)state;
    const int foreign = MISUSE - COOP_MISUSE_FOREIGN_END;
    play_begin(&owned, 0);
    assert_int_equal(play(&owned, "1p1 1p2 2t"), 1);
    assert_int_equal(play(&owned, "3p3"), foreign);
    assert_int_equal(play(&owned, "2p3"), foreign);
    assert_int_equal(play(&owned, "1g"), foreign);
    assert_int_equal(play(&owned, "3t"), foreign);
    assert_int_equal(play(&owned, "3d1"), COOP_ESTALE);
    assert_int_equal(play(&owned, "3b1"), COOP_ESTALE);
    assert_int_equal(play(&owned, "2c"), COOP_EPERM);
    assert_view(&owned, "1:1@2 2");
    fake_repair(&owned.object, &queue_class, 1);
    assert_int_equal(play(&owned, "3p3"), 0);
    assert_int_equal(play(&owned, "1p4"), foreign);
    assert_int_equal(play(&owned, "1g"), foreign);
    fake_repair(&owned.object, &queue_class, 2);
    assert_int_equal(play(&owned, "4g"), 1);
    assert_int_equal(play(&owned, "2g"), foreign);
    assert_int_equal(play(&owned, "3c"), 0);
    assert_int_equal(play(&owned, "4g"), 2);
    assert_int_equal(play(&owned, "4g"), 3);
    assert_int_equal(play(&owned, "4g"), COOP_ECLOSED);
}

static void who_closes_first_takes_no_producer_by_surprise(void **state)
{
    (void)state;
    play_begin(&owned, 0);
    assert_int_equal(play(&owned, "2c"), 0);
    assert_int_equal(play(&owned, "1p1"), COOP_ECLOSED);
    assert_int_equal(play(&owned, "2g"), COOP_ECLOSED);
}

static void nobody_owns_nothing(void **state)
{
    (void)state;
    struct item item = item_of(1);
    struct coop_lease lease;
    fake_as(0);
    play_begin(&owned, 0);
    assert_int_equal(coop_queue_put(&owned, &item, 0), MISUSE - COOP_MISUSE_FOREIGN_END);
    assert_int_equal(coop_queue_get(&owned, &item, 0), MISUSE - COOP_MISUSE_FOREIGN_END);
    play_begin(&one, 0);
    assert_int_equal(coop_queue_put(&one, &item, 0), 0);
    assert_int_equal(coop_queue_take(&one, &item, &lease, 0), MISUSE - COOP_MISUSE_NOT_PROCESS);
    assert_view(&one, "1");
    assert_int_equal(coop_queue_get(&one, &item, 0), 0);
}

static void hints_tell_whether_it_would_block(void **state)
{
    (void)state;
    play_begin(&one, 0xffff);
    assert_true(queue_put.ready(&one.object, 0));
    assert_false(queue_get.ready(&one.object, 0));
    play(&one, "1p1");
    assert_false(queue_put.ready(&one.object, 0));
    assert_true(queue_get.ready(&one.object, 0));
    play(&one, "1t");
    assert_false(queue_get.ready(&one.object, 0));
    play(&one, "1c");
    assert_true(queue_put.ready(&one.object, 0));
    assert_true(queue_get.ready(&one.object, 0));
}

static void wakes_those_whom_it_concerns(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        unsigned wakes;
    } table[] = {{"1p1", WAKES_DATA},
                 {"1p2", WAKES_DATA},
                 {"2g", WAKES_SPACE},
                 {"2t", WAKES_NONE},
                 {"2b2", WAKES_DATA},
                 {"2t 2d2", WAKES_DATA | WAKES_SPACE},
                 {"2c", WAKES_DATA | WAKES_SPACE | WAKES_ALL}};
    play_begin(&three, 0);
    fake_seen.rings = 0;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        play(&three, table[i].script);
        assert_int_equal(fake_seen.wakes, table[i].wakes);
    }
    assert_int_equal(fake_seen.rings, 1); /* a message that was given back may be a dead letter */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_in_first_out),
        cmocka_unit_test(wraps_its_laps),
        cmocka_unit_test(messages_of_any_size),
        cmocka_unit_test(closed),
        cmocka_unit_test(waits),
        cmocka_unit_test(a_close_ends_every_wait),
        cmocka_unit_test(refuses_bad_arguments),
        cmocka_unit_test(ends_have_owners),
        cmocka_unit_test(who_closes_first_takes_no_producer_by_surprise),
        cmocka_unit_test(nobody_owns_nothing),
        cmocka_unit_test(hints_tell_whether_it_would_block),
        cmocka_unit_test(wakes_those_whom_it_concerns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
