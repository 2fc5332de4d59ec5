/* Each operation of a queue, dying at each of its steps: it happened or it did not, and nothing else changed. */
#include "queue_play.h"
#include "queue_ring.h"
#include <stdio.h>
#include <string.h>

COOP_QUEUE(shared, struct item, 3);
COOP_QUEUE(owned, struct item, 3, .one_producer = 1, .one_consumer = 1);
COOP_QUEUE(single, struct item, 1);
COOP_QUEUE(letters, struct item, 2);
COOP_QUEUE(limited, struct item, 3, .max_deliveries = 2, .dead_letters = &letters);

/* What is played before, what then dies, and the view if it did not happen, or did. */
struct death {
    const char *before;
    const char *dies;
    const char *without;
    const char *with;
};

static const struct coop_queue *queue;
static const struct death *death;
static uint32_t lap;

static void prepare(void)
{
    play_begin(queue, lap);
    play(queue, death->before);
}

static void run(void *context)
{
    (void)context;
    play(queue, death->dies);
}

/* The queue must be good for all that a queue does, by processes that have not used it yet. */
static void use_it(void)
{
    char script[80], before[80];
    struct coop_queue_state *words = state_of(&queue->object);
    unsigned producer = words->producer != 0 ? words->producer : 8,
             consumer = words->consumer != 0 ? words->consumer : 9;
    snprintf(before, sizeof before, "%s", play_view(queue));
    snprintf(script, sizeof script, "%ug", consumer);
    while (play(queue, script) >= 0)
        ;
    if (strpbrk(play_view(queue), "@!c") != NULL)
        return; /* somebody alive holds a part of it, or it is closed */
    assert_string_equal(play_view(queue), "");
    snprintf(script, sizeof script, "%up61 %up62 %up63 %ug", producer, producer, producer, consumer);
    if (play(queue, script) != 61)
        fail_msg("%s: from \"%s\" it was emptied, and then got no 61, but has \"%s\"", queue->object.name, before,
                 play_view(queue));
    play_check(queue);
}

static int happened(void)
{
    const char *view = play_view(queue);
    bool with = strcmp(view, death->with) == 0, without = strcmp(view, death->without) == 0;
    if (!with && !without)
        fail_msg("%s: \"%s\", then %s dies: \"%s\"", queue->object.name, death->before, death->dies, view);
    play_check(queue);
    use_it();
    return with && without ? -1 : with;
}

static void sweep_all(const struct coop_queue *of, const struct death *deaths, size_t count)
{
    static const uint32_t laps[] = {0, 1, 0xfffe, 0xffff};
    queue = of;
    for (size_t i = 0; i < count; i++)
        for (size_t l = 0; l < 4; l++) {
            death = &deaths[i];
            lap = laps[l];
            fake_sweep(&(struct sweep){.object = &queue->object,
                                       .class = &queue_class,
                                       .state_bytes = (size_t)((char *)item_at(&queue->object, queue->object.count) -
                                                               (char *)queue->object.control),
                                       .dying = (uint32_t)(death->dies[0] - '0'),
                                       .prepare = prepare,
                                       .run = run,
                                       .happened = happened});
        }
}
#define SWEEP(queue_, ...)                                                                                             \
    sweep_all(&queue_, (const struct death[]){__VA_ARGS__},                                                            \
              sizeof((const struct death[]){__VA_ARGS__}) / sizeof(struct death))

static void put_dies(void **state)
{
    (void)state;
    SWEEP(shared, {"", "1p1", "", "1"}, {"1p1 2p2", "3p3", "1 2", "1 2 3"}, {"1p1 1p2 2g 1p3", "1p4", "2 3", "2 3 4"},
          {"1p1 2t 1p2", "1p3", "1:1@2 2", "1:1@2 2 3"}, {"1p1 2t 1p2", "2p3", "1:1 2", "1:1 2 3"});
    SWEEP(single, {"", "1p1", "", "1"}, {"1p1 1g", "1p2", "", "2"});
    SWEEP(owned, {"", "1p1", "", "1"}, {"1p1 1p2 2t", "1p3", "1:1@2 2", "1:1@2 2 3"});
}

static void get_dies(void **state)
{
    (void)state;
    SWEEP(shared, {"1p1", "1g", "1", ""}, {"1p1 1p2", "2g", "1 2", "2"},
          {"1p1 1p2 1p3 3t", "2g", "1:1@3 2 3", "1:1@3 - 3"}, {"1p1 1p2 1p3 3t 4t 4d2 3b1", "2g", "1:1 - 3", "3"},
          {"1p1 1p2 1p3 3t 4t 5t 5d3 4d2 3b1", "2g", "1:1 - -", ""}, {"1p1 1p2 2t", "2g", "1:1 2", "1:1 -"},
          {"1p1 1c", "2g", "1 closed", "closed"});
    SWEEP(single, {"1p1", "1g", "1", ""});
    SWEEP(owned, {"1p1", "2g", "1", ""}, {"1p1 1p2 1p3 2t", "2g", "1:1 2 3", "1:1 - 3"});
}

static void take_dies(void **state)
{
    (void)state;
    SWEEP(shared, {"1p1", "1t", "1", "1:1"}, {"1p1 1p2", "2t", "1 2", "1:1 2"},
          {"1p1 1p2 3t", "2t", "1:1@3 2", "1:1@3 2:1"}, {"1p1 1p2 2t", "2t", "1:1 2", "1:1 2:1"},
          {"1p1 2t 2b1", "3t", "1:1", "1:2"});
    SWEEP(single, {"1p1", "1t", "1", "1:1"});
    SWEEP(owned, {"1p1 1p2", "2t", "1 2", "1:1 2"});
    SWEEP(limited, {"1p1", "2t", "1", "1:1"}, {"1p1 2t 2b1", "3t", "1:1", "!1"},
          {"1p1 1p2 2t 2b1 3t", "3t", "!1 2", "!1 2:1"});
}

static void done_dies(void **state)
{
    (void)state;
    SWEEP(shared, {"1p1 2t", "2d1", "1:1", ""}, {"1p1 1p2 2t", "2d1", "1:1 2", "2"},
          {"1p1 1p2 1p3 3t 2t", "2d2", "1:1@3 2:1 3", "1:1@3 - 3"}, {"1p1 1p2 1p3 2t 3t 3d2", "2d1", "1:1 - 3", "3"},
          {"1p1 1p2 1p3 2t 3t 3d2 4t 4d3", "2d1", "1:1 - -", ""}, {"1p1 1p2 1p3 2t 2t", "2d2", "1:1 2:1 3", "1:1 - 3"},
          {"1p1 1p2 2t 3t 1c", "3d2", "1:1@2 2:1 closed", "1:1@2 - closed"});
    SWEEP(single, {"1p1 2t", "2d1", "1:1", ""});
    SWEEP(owned, {"1p1 1p2 2t", "2d1", "1:1 2", "2"}, {"1p1 1p2 1p3 2t 2t 2d2", "2d1", "1:1 - 3", "3"});
    SWEEP(limited, {"1p1 2t 2b1 2t", "2d1", "!1", ""});
}

static void give_back_dies(void **state)
{
    (void)state;
    SWEEP(shared, {"1p1 1p2 2t", "2b1", "1:1 2", "1:1 2"}, {"1p1 1p2 1p3 2t 3t 3d2", "2b1", "1:1 - 3", "1:1 - 3"},
          {"1p1 1p2 1p3 3t 2t 4t", "2b2", "1:1@3 2:1 3:1@4", "1:1@3 2:1 3:1@4"});
    SWEEP(owned, {"1p1 1p2 2t 2t", "2b1", "1:1 2:1", "1:1 2:1"});
    SWEEP(limited, {"1p1 2t 2b1 2t", "2b1", "!1", "!1"});
}

static void close_dies(void **state)
{
    (void)state;
    SWEEP(shared, {"1p1", "1c", "1", "1 closed"}, {"1p1 1c", "2c", "1 closed", "1 closed"});
    SWEEP(owned, {"1p1 2t", "1c", "1:1@2", "1:1@2 closed"}, {"", "1c", "", "closed"});
}

/* While one end's owner lives and uses its words, repair of the other leaves them alone. */
static void repair_keeps_off_an_owners_words(void **state)
{
    (void)state;
    struct coop_queue_state *words = state_of(&owned.object);
    play_begin(&owned, 0);
    play(&owned, "1p1 1p2 2t");
    uint32_t seen_tail = words->seen_tail, next = words->next, seen_head = words->seen_head;
    fake_repair(&owned.object, &queue_class, 1);
    assert_int_equal(words->producer, 0);
    assert_int_equal(words->consumer, 2);
    assert_int_equal(words->seen_tail, seen_tail);
    assert_int_equal(words->next, next);
    assert_string_equal(play_view(&owned), "1:1@2 2");
    play(&owned, "3p3");
    seen_head = words->seen_head;
    fake_repair(&owned.object, &queue_class, 2);
    assert_int_equal(words->producer, 3);
    assert_int_equal(words->seen_head, seen_head);
    assert_int_equal(words->consumer, 0);
    assert_string_equal(play_view(&owned), "1:1 2 3");
    fake_repair(&owned.object, &queue_class, 4); /* had nothing to do with it */
    assert_int_equal(words->producer, 3);
}

static void counts_what_it_recovers(void **state)
{
    (void)state;
    play_begin(&shared, 0);
    play(&shared, "1p1 1p2 1p3 2t 3t 2t");
    assert_int_equal(fake_repair(&shared.object, &queue_class, 2), 2);
    assert_string_equal(play_view(&shared), "1:1 2:1@3 3:1");
    assert_int_equal(fake_repair(&shared.object, &queue_class, 3), 1);
    assert_int_equal(play(&shared, "4g"), 1);
    assert_int_equal(play(&shared, "4g"), 2);
    assert_int_equal(play(&shared, "4g"), 3);
}

static void a_dead_letter_leaves_what_is_behind_it(void **state)
{
    (void)state;
    play_begin(&letters, 0);
    play_begin(&limited, 0);
    play(&limited, "1p1");
    for (int deaths = 0; deaths < 2; deaths++) {
        assert_int_equal(play(&limited, "2t"), 1);
        fake_repair(&limited.object, &queue_class, 2);
    }
    assert_false(queue_class.tend(&limited.object));
    play_check(&limited);
    assert_int_equal(play(&limited, "3g"), COOP_EAGAIN);
    assert_int_equal(play(&limited, "1p2 3g"), 2);
    assert_int_equal(play(&letters, "3g"), 1);
}

/* Somebody wrote over the arena: messages may be lost, but repair ends, and stays inside the object. */
static void overwritten(const struct coop_queue *of, const char *script, uint32_t head, uint32_t tail)
{
    struct coop_queue_state *words = state_of(&of->object);
    play_begin(of, 0);
    play(of, script);
    words->head = head;
    words->tail = tail;
    queue_class.tend(&of->object);
    fake_repair(&of->object, &queue_class, 2);
    queue_class.tend(&of->object);
}

static void survives_what_was_overwritten(void **state)
{
    (void)state;
    static const uint32_t bad[] = {0,       1,       3,          4,          0xffff,     0x10000,
                                   0x10003, 0x20000, 0x7fffffff, 0x80000000, 0xffff0002, UINT32_MAX};
    enum { BAD = sizeof bad / sizeof *bad };
    for (size_t i = 0; i < (size_t)BAD * BAD; i++) {
        overwritten(&shared, "1p1 1p2 2t", bad[i % BAD], bad[i / BAD]);
        use_it();
        play_check(&shared);
        overwritten(&limited, "1p1 1p2 2t", bad[i % BAD], bad[i / BAD]);
        overwritten(&owned, "1p1 1p2 2t", bad[i % BAD], bad[i / BAD]);
        overwritten(&owned, "2p1 2p2 1t", bad[i % BAD], bad[i / BAD]);
        overwritten(&single, "1p1 2t", bad[i % BAD], bad[i / BAD]);
    }
}

static int use_shared(void **state)
{
    (void)state;
    queue = &shared;
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(put_dies),
        cmocka_unit_test(get_dies),
        cmocka_unit_test(take_dies),
        cmocka_unit_test(done_dies),
        cmocka_unit_test(give_back_dies),
        cmocka_unit_test(close_dies),
        cmocka_unit_test(repair_keeps_off_an_owners_words),
        cmocka_unit_test(counts_what_it_recovers),
        cmocka_unit_test(a_dead_letter_leaves_what_is_behind_it),
        cmocka_unit_test_setup(survives_what_was_overwritten, use_shared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
