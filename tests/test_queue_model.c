/* Random operations of several processes that die at random steps, and whose repair comes late, beside the plain model. */
#include "queue_play.h"
#include "queue_model.h"
#include "queue_ring.h"
#include <stdio.h>
#include <string.h>

enum { STEPS = 100000, EPISODE_STEPS = 500, PROCESSES = 4, SEED = 20260101 };

COOP_QUEUE(one, struct item, 1);
COOP_QUEUE(two, struct item, 2);
COOP_QUEUE(three, struct item, 3);
COOP_QUEUE(ten, struct item, 10);
COOP_QUEUE(from_one, struct item, 3, .one_producer = 1);
COOP_QUEUE(to_one, struct item, 3, .one_consumer = 1);
COOP_QUEUE(owned, struct item, 4, .one_producer = 1, .one_consumer = 1);
COOP_QUEUE(letters, struct item, 2);
COOP_QUEUE(limited, struct item, 4, .max_deliveries = 2, .dead_letters = &letters);
COOP_QUEUE(limited_from_one, struct item, 3, .one_producer = 1, .max_deliveries = 1, .dead_letters = &letters);

static uint32_t random_state;
static unsigned step;
static struct model models[2]; /* the queue, and that for its dead letters */
static uint32_t queues;
static uint32_t last_number;
static bool is_dead[PROCESSES + 1];

static uint32_t below(uint32_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % limit;
}

#define expect(condition_, ...)                                                                                        \
    do                                                                                                                 \
        if (!(condition_)) {                                                                                           \
            print_error("seed %u, %s, step %u: ", SEED, models[0].queue->object.name, step);                           \
            fail_msg(__VA_ARGS__);                                                                                     \
        }                                                                                                              \
    while (0)

struct call {
    struct model *model;
    uint32_t self;
    char operation;
    uint32_t number;
    int result;
};

static void run(void *context)
{
    struct call *call = context;
    char word[20];
    snprintf(word, sizeof word, "%u%c%u", (unsigned)call->self, call->operation, (unsigned)call->number);
    call->result = play(call->model->queue, word);
}

static struct coop_queue_state *words_of(const struct model *model)
{
    return state_of(&model->queue->object);
}

static void agree(const struct model *model)
{
    struct coop_queue_state *words = words_of(model);
    expect(strcmp(play_view(model->queue), model_view(model)) == 0, "\"%s\" should be \"%s\"", play_view(model->queue),
           model_view(model));
    expect(words->producer == model->producer && words->consumer == model->consumer, "the ends are %u's and %u's",
           words->producer, words->consumer);
    if (memchr(is_dead, true, sizeof is_dead) == NULL)
        play_check(model->queue);
}

/* The guard is a dead process's until it is repaired. */
static bool is_busy(const struct call *call)
{
    const struct coop_object *object = &call->model->queue->object;
    bool consumes = strchr("gtdb", call->operation) != NULL;
    bool unguarded = consumes ? object->one_consumer : call->operation == 'p' && object->one_producer;
    return object->control->guard != 0 && !unguarded;
}

/* It either happened or it did not, and the model follows. */
static void follow_the_dead(const struct call *call, bool busy)
{
    struct model *model = call->model, after = *model;
    is_dead[call->self] = true;
    if (!busy)
        model_play(&after, call->self, call->operation, call->number);
    if (strcmp(play_view(model->queue), model_view(&after)) == 0)
        *model = after;
    /* a claim alone may have happened */
    expect(words_of(model)->producer == after.producer || words_of(model)->producer == 0, "a claim by %u", call->self);
    expect(words_of(model)->consumer == after.consumer || words_of(model)->consumer == 0, "a claim by %u", call->self);
    model->producer = words_of(model)->producer;
    model->consumer = words_of(model)->consumer;
}

static void make(struct call *call, unsigned death)
{
    bool busy = is_busy(call);
    if (fake_dies_at(death, run, call)) {
        follow_the_dead(call, busy);
        return;
    }
    int expected = busy ? COOP_EBUSY : model_play(call->model, call->self, call->operation, call->number);
    expect(call->result == expected, "%u%c%u returned %d, not %d", call->self, call->operation, call->number,
           call->result, expected);
}

static void repair_one(void *context)
{
    const uint32_t *dead = context;
    for (uint32_t q = 0; q < queues; q++) {
        uint32_t guard = words_of(&models[q])->control.guard;
        if (guard == 0 || guard == *dead || guard > PROCESSES)
            fake_repair(&models[q].queue->object, &queue_class, *dead);
    }
}

/* False when another who is dead was inside: then it comes again, as repair_all does. */
static bool repair(uint32_t dead)
{
    bool all = true;
    while (fake_dies_at(below(60), repair_one, &dead))
        ;
    for (uint32_t q = 0; q < queues; q++)
        if (words_of(&models[q])->control.guard == 0)
            model_repair(&models[q], dead);
        else
            all = false;
    return all;
}

static void tend(void)
{
    if (queues < 2 || words_of(&models[0])->control.guard != 0 || words_of(&models[1])->control.guard != 0)
        return;
    fake_as(0);
    bool waits = model_tend(&models[0], &models[1]);
    expect(queue_class.tend(&models[0].queue->object) == waits, "tend");
}

/* A lease, perhaps another's or a stale one; but not of the other queue, which nobody could tell. */
static uint32_t some_lease(const struct model *model)
{
    uint32_t i = model->count != 0 ? below(model->count) : 0;
    if (model->count != 0 && model->messages[i].deliveries != 0)
        return model->messages[i].number;
    return queues == 1 ? last_number - below(20) : 0;
}

static void one_step(void)
{
    static const char choice[] = "pppppggttttdddddb";
    uint32_t self = 1 + below(PROCESSES), kind = below(60);
    struct call call = {.model = &models[below(8) == 0 ? queues - 1 : 0], .self = self};
    if (is_dead[self]) {
        if (below(3) == 0)
            is_dead[self] = !repair(self);
    } else if (kind == 0) {
        is_dead[self] = true;
    } else if (kind < 5) {
        tend();
    } else {
        call.operation = kind == 5 && below(8) == 0 ? 'c' : choice[below(sizeof choice - 1)];
        call.number = call.operation == 'p' ? ++last_number : some_lease(call.model);
        make(&call, below(5) == 0 ? 1 + below(14) : 0);
    }
    for (uint32_t q = 0; q < queues; q++)
        agree(&models[q]);
}

static void begin(const struct coop_queue *queue)
{
    const struct coop_queue *all[] = {queue, queue->object.dead_letters};
    queues = all[1] != NULL ? 2 : 1;
    memset(is_dead, 0, sizeof is_dead);
    for (uint32_t q = 0; q < queues; q++) {
        models[q] = (struct model){.queue = all[q]};
        play_begin(all[q], below(2) ? 0xffff - below(20) : below(3));
    }
}

static void run_randomly(const struct coop_queue *queue)
{
    random_state = SEED;
    last_number = 100;
    for (step = 0; step < STEPS; step++) {
        if (step % EPISODE_STEPS == 0)
            begin(queue);
        one_step();
    }
}

#define TEST(queue_)                                                                                                   \
    static void queue_##_agrees(void **state)                                                                          \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        run_randomly(&queue_);                                                                                         \
    }
TEST(one)
TEST(two)
TEST(three)
TEST(ten)
TEST(from_one)
TEST(to_one)
TEST(owned)
TEST(limited)
TEST(limited_from_one)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_agrees),   cmocka_unit_test(two_agrees),      cmocka_unit_test(three_agrees),
        cmocka_unit_test(ten_agrees),   cmocka_unit_test(from_one_agrees), cmocka_unit_test(to_one_agrees),
        cmocka_unit_test(owned_agrees), cmocka_unit_test(limited_agrees),  cmocka_unit_test(limited_from_one_agrees),
    };
    print_message("seed %u\n", (unsigned)SEED);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
