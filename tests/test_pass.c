/* A stage that takes from one queue and passes to the next: both or neither, whenever it dies. */
#include "queue_play.h"
#include "pass.h"
#include "processes.h"
#include "queue_ring.h"
#include <stdio.h>
#include <string.h>

COOP_QUEUE(in, struct item, 3);
COOP_QUEUE(out, struct item, 2);
COOP_QUEUE(in_owned, struct item, 3, .one_consumer = 1);
COOP_QUEUE(out_owned, struct item, 2, .one_producer = 1);
COOP_QUEUE(in_limited, struct item, 3, .max_deliveries = 1);
COOP_QUEUE(single, struct item, 1);

static int nothing(const void *argument)
{
    (void)argument;
    return 0;
}
COOP_PROCESS(stage, nothing, .instances = 9); /* for their blocks */

static int pass_as(uint32_t self, const struct coop_queue *from, uint32_t lease, const struct coop_queue *to,
                   uint32_t number)
{
    struct item item = item_of(number);
    fake_as(self);
    return coop_queue_pass(from, *play_lease(lease), to, &item, 0);
}

static void begin(const struct coop_queue *from, const char *before, const struct coop_queue *to, const char *to_before)
{
    memset(coop_blocks_start, 0, (size_t)((char *)coop_blocks_end - (char *)coop_blocks_start));
    play_begin(to, 0xffff);
    play_begin(from, 0xffff);
    play(to, to_before);
    play(from, before);
}

#define assert_views(from, in_text, to, out_text)                                                                      \
    do {                                                                                                               \
        assert_string_equal(play_view(from), in_text);                                                                 \
        assert_string_equal(play_view(to), out_text);                                                                  \
    } while (0)

static void passes(void **state)
{
    (void)state;
    begin(&in, "1p1 1p2 2t", &out, "");
    assert_int_equal(pass_as(2, &in, 1, &out, 61), 0);
    assert_views(&in, "2", &out, "61");
    assert_int_equal(fake_seen.wakes, WAKES_DATA | WAKES_SPACE); /* of the lease's end */
    assert_int_equal(pass_as(2, &in, 1, &out, 62), COOP_ESTALE);
    play(&in, "3t");
    assert_int_equal(pass_as(2, &in, 2, &out, 62), COOP_ESTALE);
    assert_int_equal(pass_as(3, &in, 2, &in, 62), COOP_EINVAL);
    assert_int_equal(pass_as(0, &in, 2, &out, 62), COOP_ESTALE);
    assert_views(&in, "2:1@3", &out, "61");
}

static void keeps_the_lease_when_it_cant_put(void **state)
{
    (void)state;
    begin(&in, "1p1 2t", &out, "1p8 1p9");
    assert_int_equal(pass_as(2, &in, 1, &out, 61), COOP_EAGAIN);
    play(&out, "1c");
    assert_int_equal(pass_as(2, &in, 1, &out, 61), COOP_ECLOSED);
    assert_views(&in, "1:1@2", &out, "8 9 closed");
    assert_int_equal(coop_blocks_start[1].pass_in, 0);
    begin(&in, "1p1 2t", &out_owned, "1p8");
    assert_int_equal(pass_as(2, &in, 1, &out_owned, 61), MISUSE - COOP_MISUSE_FOREIGN_END);
    assert_int_equal(coop_blocks_start[1].pass_in, 0);
    assert_int_equal(play(&in, "2d1"), 0);
}

static void not_queues(void **state)
{
    (void)state;
    struct item item = item_of(1);
    struct coop_lease lease = {0};
    begin(&in, "1p1 2t", &out, "");
    assert_int_equal(coop_queue_pass(NULL, lease, &out, &item, 0), MISUSE - COOP_MISUSE_BAD_HANDLE);
    assert_int_equal(coop_queue_pass(&in, lease, NULL, &item, 0), MISUSE - COOP_MISUSE_BAD_HANDLE);
    assert_int_equal(coop_queue_pass(&in, lease, &out, NULL, 0), COOP_EINVAL);
    assert_int_equal(coop_queue_pass(&in, lease, &out, &item, -2), COOP_EINVAL);
}

/* As supervisor and repair.c do it: the pass before the leases. */
struct repair {
    const struct coop_queue *from, *to;
    uint32_t dead;
};

static void repair_all(void *context)
{
    const struct repair *repair = context;
    fake_as(0);
    assert_true(pass_repair(repair->dead));
    fake_repair(&repair->from->object, &queue_class, repair->dead);
    fake_repair(&repair->to->object, &queue_class, repair->dead);
}

struct death {
    const struct coop_queue *from, *to;
    const char *before, *to_before;
    const char *without, *with; /* the views of both if it did not happen, or did */
};

static void run(void *context)
{
    const struct death *death = context;
    if (pass_as(2, death->from, 1, death->to, 61) != 0)
        fail_msg("%s: no pass", death->before);
}

/* Whether it happened, when the stage dies at its step, and the supervisor at each `again`th of its repair. */
static bool die(struct death *death, unsigned step, unsigned again, bool *died)
{
    char views[200];
    struct repair repair = {.from = death->from, .to = death->to, .dead = 2};
    begin(death->from, death->before, death->to, death->to_before);
    *died = fake_dies_at(step, run, death);
    for (unsigned s = again; fake_dies_at(s, repair_all, &repair); s += again)
        ;
    repair_all(&repair);
    snprintf(views, sizeof views, "%s", play_view(death->from));
    snprintf(views + strlen(views), sizeof views - strlen(views), "|%s", play_view(death->to));
    play_check(death->from);
    play_check(death->to);
    assert_int_equal(coop_blocks_start[1].pass_in, 0);
    if (strcmp(views, death->with) != 0 && strcmp(views, death->without) != 0)
        fail_msg("step %u: \"%s\"", step, views);
    return strcmp(views, death->with) == 0;
}

static void both_or_neither(void **state)
{
    (void)state;
    struct death deaths[] = {
        {&in, &out, "1p1 2t", "", "1:1|", "|61"},
        {&in, &out, "1p1 1p2 1p3 2t 3t 3d2", "1p9", "1:1 - 3|9", "3|9 61"},
        {&in, &out, "1p1 1p2 1p3 2t 3t 2t", "", "1:1 2:1@3 3:1|", "2:1@3 3:1|61"}, /* its other lease comes back */
        {&in, &out, "1p3 1p1 3t 2t", "", "3:1@3 1:1|", "3:1@3 -|61"},
        {&in, &out, "1p1 2t 1c", "", "1:1 closed|", "closed|61"},
        {&in_owned, &out, "1p1 2t", "", "1:1|", "|61"},
        {&in, &out_owned, "1p1 2t", "", "1:1|", "|61"},
        {&in_owned, &out_owned, "1p1 1p2 2t", "2p9", "1:1 2|9", "2|9 61"},
        {&in_limited, &out, "1p1 2t", "", "!1|", "|61"},
        {&in, &single, "1p1 2t", "", "1:1|", "|61"},
        {&single, &out, "1p1 2t", "", "1:1|", "|61"},
    };
    for (size_t i = 0; i < sizeof deaths / sizeof *deaths; i++) {
        bool happened = false, died = true;
        for (unsigned step = 1; died; step++) {
            bool before = happened;
            happened = die(&deaths[i], step, 0, &died);
            assert_true(step > 1 || !happened);
            assert_true(happened || !before);
            for (unsigned again = 1; again < 40; again++)
                assert_int_equal(die(&deaths[i], step, again, &died), happened);
        }
        assert_true(happened);
    }
}

/* Between its put and its end others go on, and only then does repair come. */
static void others_go_on_before_the_repair(void **state)
{
    (void)state;
    struct death death = {&in, &out, "1p1 1p2 2t", "", "", ""};
    for (unsigned step = 1, died = true; died; step++) {
        begin(&in, death.before, &out, "");
        died = fake_dies_at(step, run, &death);
        bool is_out = strcmp(play_view(&out), "61") == 0;
        for (int i = 0; i < 5; i++) {
            play(&out, "4g 5p70");
            play(&in, "4t 4d2 5p2");
        }
        fake_as(0);
        assert_true(pass_repair(2));
        fake_repair(&in.object, &queue_class, 2);
        fake_repair(&out.object, &queue_class, 2);
        for (int first = play(&in, "3g"); first >= 0; first = play(&in, "3g"))
            assert_true(first == 2 || !is_out);
        play_check(&in);
        play_check(&out);
    }
}

/* The queue that the lease is of is busy: the repair comes again, and gives no lease back before. */
static void waits_for_a_busy_queue(void **state)
{
    (void)state;
    struct death death = {&in, &out, "1p1 2t", "", "", ""};
    unsigned step = 1;
    do {
        begin(&in, death.before, &out, "");
        assert_true(fake_dies_at(step++, run, &death));
    } while (strcmp(play_view(&out), "61") != 0);
    in.object.control->guard = 7;
    fake_as(0);
    assert_false(pass_repair(2));
    assert_false(pass_repair(2));
    in.object.control->guard = 0;
    repair_all(&(struct repair){.from = &in, .to = &out, .dead = 2});
    assert_views(&in, "", &out, "61");
}

/* What a process wrote into its block leads repair to no other object. */
static void an_intent_that_was_made_up(void **state)
{
    (void)state;
    static const uint16_t indices[] = {0, 1, 2, 5, 6, 7, 8, 100, 0x7fff, UINT16_MAX};
    for (size_t i = 0; i < 100; i++) {
        begin(&in, "1p1 1p2 3t", &out, "1p9");
        struct coop_block *block = &coop_blocks_start[1];
        block->pass_in = indices[i % 10];
        block->pass_out = indices[i / 10];
        block->pass_lease = indices[i % 7] | state_of(&in.object)->head;
        block->pass_position = 12345;
        repair_all(&(struct repair){.from = &in, .to = &out, .dead = 2});
        assert_views(&in, "1:1@3 2", &out, "9");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passes),
        cmocka_unit_test(keeps_the_lease_when_it_cant_put),
        cmocka_unit_test(not_queues),
        cmocka_unit_test(both_or_neither),
        cmocka_unit_test(others_go_on_before_the_repair),
        cmocka_unit_test(waits_for_a_busy_queue),
        cmocka_unit_test(an_intent_that_was_made_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
