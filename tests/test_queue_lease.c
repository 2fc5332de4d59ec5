/* Leases and dead letters, of processes that live. */
#include "queue_play.h"
#include "queue_ring.h"

COOP_QUEUE(one, struct item, 1);
COOP_QUEUE(three, struct item, 3);
COOP_QUEUE(letters, struct item, 2);
COOP_QUEUE(limited, struct item, 4, .max_deliveries = 2, .dead_letters = &letters);
COOP_QUEUE(dropping, struct item, 3, .max_deliveries = 1);
COOP_QUEUE(most, struct item, 1, .max_deliveries = 200);

#define assert_view(queue, text) assert_string_equal(play_view(queue), text)

static bool tend(const struct coop_queue *queue)
{
    fake_as(0);
    return queue_class.tend(&queue->object);
}

static void a_lease_stays_in_its_place(void **state)
{
    (void)state;
    play_begin(&three, 0xffff);
    assert_int_equal(play(&three, "1p1 1p2 1p3 2t"), 1);
    assert_view(&three, "1:1@2 2 3");
    assert_int_equal(coop_queue_count(&three), 3);
    assert_int_equal(play(&three, "1p4"), COOP_EAGAIN);
    assert_int_equal(play(&three, "3t 2b1"), 0);
    assert_view(&three, "1:1 2:1@3 3");
    assert_int_equal(play(&three, "4t"), 1);
    assert_int_equal(play(&three, "4t"), 3);
    assert_int_equal(play(&three, "4t"), COOP_EAGAIN);
    assert_view(&three, "1:2@4 2:1@3 3:1@4");
    play_check(&three);
}

static void done_in_any_order(void **state)
{
    (void)state;
    static const char *const orders[] = {"2d1 2d2 2d3", "2d1 2d3 2d2", "2d2 2d1 2d3",
                                         "2d2 2d3 2d1", "2d3 2d1 2d2", "2d3 2d2 2d1"};
    play_begin(&three, 0xfff0);
    for (int round = 0; round < 60; round++) {
        play(&three, "1p1 1p2 1p3 2t 2t 2t");
        assert_int_equal(play(&three, orders[round % 6]), 0);
        assert_view(&three, "");
        play_check(&three);
        if (round % 7 == 0)
            play(&three, "1p9 2g"); /* a different place in the ring */
    }
}

static void an_old_lease_holds_the_ring(void **state)
{
    (void)state;
    play_begin(&three, 0);
    play(&three, "1p1 1p2 1p3 2t 3g 3g");
    assert_view(&three, "1:1@2 - -");
    assert_int_equal(play(&three, "1p4"), COOP_EAGAIN);
    assert_int_equal(play(&three, "3g"), COOP_EAGAIN);
    play(&three, "2d1");
    assert_view(&three, "");
    assert_int_equal(play(&three, "1p4 1p5 1p6"), 0);
}

/* What was freed behind it goes with the message that is got, done or passed at the head; the next lap begins at its head. */
static void the_next_lap_begins_at_its_first(void **state)
{
    (void)state;
    static const char *const ends[] = {"2b1 3g", "2b1 3t 3d1", "2d1"};
    for (int i = 0; i < 3; i++) {
        play_begin(&three, 0xffff);
        play(&three, "1p1 1p2 1p3 2t 3t 4t 3d2 4d3");
        assert_view(&three, "1:1@2 - -");
        play(&three, ends[i]);
        assert_view(&three, "");
        play_check(&three);
        play(&three, "1p4 1p5 1p6");
        for (int number = 4; number <= 6; number++)
            assert_int_equal(play(&three, "2g"), number);
    }
}

static void stale_leases(void **state)
{
    (void)state;
    play_begin(&three, 5);
    play(&three, "1p1 1p2 2t");
    assert_int_equal(play(&three, "3d1"), COOP_ESTALE); /* another's */
    assert_int_equal(play(&three, "3b1"), COOP_ESTALE);
    assert_int_equal(play(&three, "2d1"), 0);
    assert_int_equal(play(&three, "2d1"), COOP_ESTALE);
    assert_int_equal(play(&three, "2b1"), COOP_ESTALE);
    play(&three, "2t 2b2");
    assert_int_equal(play(&three, "2d2"), COOP_ESTALE);
    assert_int_equal(play(&three, "2b2"), COOP_ESTALE);
    /* the same slot a lap later, held by the same process */
    play(&three, "2t 2d2 1p3 1p4 2t 2t");
    assert_view(&three, "3:1@2 4:1@2");
    assert_int_equal(play(&three, "2d1"), COOP_ESTALE);
    assert_int_equal(play(&three, "2b1"), COOP_ESTALE);
    assert_view(&three, "3:1@2 4:1@2");
}

/* In a ring that is full, and begins in the middle. */
static void leases_made_up(void **state)
{
    (void)state;
    play_begin(&three, 5);
    play(&three, "1p8 1p9 1g 1g 1p1 1p2 1p3 2t 3t");
    for (uint32_t lap = 0; lap < 12; lap++)
        for (uint32_t index = 0; index < 6; index++) {
            if (lap == 5 && index == 2)
                continue; /* it is 2's */
            *play_lease(60) = (struct coop_lease){.position = lap * LAP + index};
            assert_int_equal(play(&three, "2d60"), COOP_ESTALE);
            assert_int_equal(play(&three, "2b60"), COOP_ESTALE);
        }
    *play_lease(60) = (struct coop_lease){.position = UINT32_MAX};
    assert_int_equal(play(&three, "2d60"), COOP_ESTALE);
    assert_view(&three, "1:1@2 2:1@3 3");
}

static void nobody_holds_what_is_ready(void **state)
{
    (void)state;
    play_begin(&three, 0);
    play(&three, "1p1 1p2");
    fake_as(0);
    assert_int_equal(coop_queue_done(&three, (struct coop_lease){.position = 0}), COOP_ESTALE);
    assert_int_equal(coop_queue_give_back(&three, (struct coop_lease){.position = 1}), COOP_ESTALE);
    assert_view(&three, "1 2");
}

static void counts_deliveries(void **state)
{
    (void)state;
    struct item item = item_of(1);
    struct coop_lease lease;
    play_begin(&one, 0);
    play(&one, "1p1");
    fake_as(2);
    for (int i = 1; i < 260; i++) {
        assert_int_equal(coop_queue_take(&one, &item, &lease, 0), i < 200 ? i : 200);
        assert_int_equal(coop_queue_give_back(&one, lease), 0);
    }
    play(&one, "2g 1p2");
    fake_as(2);
    assert_int_equal(coop_queue_take(&one, &item, &lease, 0), 1); /* of this message */
    assert_int_equal(item.number, 2);
}

static void past_the_limit_it_is_a_dead_letter(void **state)
{
    (void)state;
    play_begin(&limited, 0xffff);
    play_begin(&letters, 0);
    play(&limited, "1p1 1p2 2t 2b1 2t");
    assert_view(&limited, "1:2@2 2");
    assert_int_equal(fake_repair(&limited.object, &queue_class, 2), 1);
    assert_view(&limited, "!1 2");
    assert_int_equal(play(&limited, "3t"), 2);
    assert_int_equal(play(&limited, "3t"), COOP_EAGAIN);
    assert_false(tend(&limited));
    assert_view(&limited, "2:1@3");
    assert_view(&letters, "1"); /* as if just put */
    assert_int_equal(play(&letters, "4t"), 1);
    assert_int_equal(play(&limited, "3b2 3t 3b2"), 0); /* given back, it dies too */
    assert_view(&limited, "!2");
    assert_false(tend(&limited));
    assert_view(&letters, "1:1@4 2");
    assert_view(&limited, "");
    play_check(&limited);
    play_check(&letters);
}

static void after_the_last_delivery_it_can_be_done(void **state)
{
    (void)state;
    play_begin(&limited, 0);
    play(&limited, "1p1 2t 2b1 2t");
    assert_int_equal(play(&limited, "2d1"), 0);
    assert_view(&limited, "");
    play_begin(&most, 0);
    play(&most, "1p1");
    for (int i = 0; i < 200; i++)
        assert_int_equal(play(&most, "2t 2b1"), 0);
    assert_view(&most, "!1");
}

static void dead_letters_wait_for_room(void **state)
{
    (void)state;
    play_begin(&limited, 0);
    play_begin(&letters, 0);
    play(&letters, "1p8 1p9");
    play(&limited, "1p1 1p2 1p3 1p4 2t 2t 2t 2b1 2b2 2b3 2t 2t 2t 2b3 2b1 1c");
    assert_view(&limited, "!1 2:2@2 !3 4 closed");
    assert_true(tend(&limited));
    assert_view(&limited, "!1 2:2@2 !3 4 closed");
    play(&letters, "1g");
    assert_true(tend(&limited));
    assert_view(&limited, "2:2@2 !3 4 closed");
    play(&limited, "2b2");
    play(&letters, "1g");
    assert_true(tend(&limited));
    assert_view(&letters, "1 2"); /* in their order */
    assert_int_equal(play(&limited, "3g"), 4);
    assert_int_equal(play(&limited, "3g"), COOP_EAGAIN); /* what is not moved yet is still there */
    play(&letters, "1g");
    assert_false(tend(&limited));
    assert_int_equal(play(&limited, "3g"), COOP_ECLOSED);
    assert_false(tend(&limited));
    play_check(&limited);
}

static void dead_letters_without_a_place_are_dropped(void **state)
{
    (void)state;
    play_begin(&limited, 0);
    play_begin(&letters, 0);
    play(&letters, "1c");
    play(&limited, "1p1 2t 2b1 2t 2b1");
    fake_seen.logs = 0;
    assert_false(tend(&limited));
    assert_view(&limited, "");
    assert_int_equal(fake_seen.logs, 1);
    play_begin(&dropping, 0);
    play(&dropping, "1p1 1p2 2t 2b1");
    assert_view(&dropping, "!1 2");
    assert_false(tend(&dropping));
    assert_view(&dropping, "2");
    assert_int_equal(fake_seen.logs, 2);
    fake_seen.wakes = 0;
    assert_false(tend(&dropping)); /* nothing to do */
    assert_int_equal(fake_seen.wakes, 0);
    assert_false(queue_class.tend(&three.object));
}

static void a_busy_queue_is_tended_later(void **state)
{
    (void)state;
    play_begin(&limited, 0);
    play_begin(&letters, 0);
    play(&limited, "1p1 2t 2b1 2t 2b1");
    letters.object.control->guard = 7;
    assert_true(tend(&limited));
    assert_view(&limited, "!1");
    letters.object.control->guard = 0;
    limited.object.control->guard = 7;
    assert_true(tend(&limited));
    limited.object.control->guard = 0;
    assert_view(&letters, "");
    assert_false(tend(&limited));
    assert_view(&letters, "1");
}

static bool sound(const struct coop_object *object)
{
    return queue_class.check(object);
}

static void declarations(void **state)
{
    (void)state;
    struct coop_object object = limited.object;
    assert_true(sound(&object) && sound(&one.object) && sound(&dropping.object) && sound(&most.object));
    object.max_deliveries = 201;
    assert_false(sound(&object));
    object.max_deliveries = 0; /* nothing would ever be dead */
    assert_false(sound(&object));
    object = limited.object;
    object.one_consumer = 1;
    assert_false(sound(&object));
    object = limited.object;
    object.item_bytes--;
    assert_false(sound(&object));
    assert_false(queue_class.check(&(struct coop_object){.max_deliveries = 1, .one_consumer = 1}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lease_stays_in_its_place),
        cmocka_unit_test(done_in_any_order),
        cmocka_unit_test(an_old_lease_holds_the_ring),
        cmocka_unit_test(the_next_lap_begins_at_its_first),
        cmocka_unit_test(stale_leases),
        cmocka_unit_test(leases_made_up),
        cmocka_unit_test(nobody_holds_what_is_ready),
        cmocka_unit_test(counts_deliveries),
        cmocka_unit_test(past_the_limit_it_is_a_dead_letter),
        cmocka_unit_test(after_the_last_delivery_it_can_be_done),
        cmocka_unit_test(dead_letters_wait_for_room),
        cmocka_unit_test(dead_letters_without_a_place_are_dropped),
        cmocka_unit_test(a_busy_queue_is_tended_later),
        cmocka_unit_test(declarations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
