/*
 * Queues as the board's calls of their own do them: against a model, step by step; with those who wait; and after the death of
 * one who has a lease.
 */
#include "real.h"

#include <string.h>

enum { SLOTS = 3, STEPS = 3000, MANY = 20 };

struct words {
    uint32_t words[4];
};
struct bytes {
    char bytes[5];
};
COOP_QUEUE(words, struct words, SLOTS);
COOP_QUEUE(odd, struct bytes, SLOTS);
COOP_QUEUE(leased, struct words, SLOTS);
COOP_QUEUE(work, struct words, SLOTS);
COOP_SHARED(unsigned, received[2 * MANY]); /* how often each was */

static uint32_t seed;

static uint32_t draw(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 16) % below;
}

/* What the queue should hold: numbers, from `first` to before `next`. */
struct model {
    uint32_t first, next;
};

static void fill(void *message, size_t bytes, uint32_t number)
{
    memset(message, (int)(number & 0xff), bytes);
    memcpy(message, &number, sizeof number);
}

static void step_put(const struct coop_queue *queue, struct model *model, size_t bytes)
{
    struct words message;
    fill(&message, bytes, model->next);
    bool is_full = model->next - model->first == SLOTS;
    assert_int_equal(coop_queue_put(queue, &message, is_full || draw(2) ? 0 : COOP_FOREVER), is_full ? COOP_EAGAIN : 0);
    model->next += !is_full;
}

static void step_get(const struct coop_queue *queue, struct model *model, size_t bytes)
{
    struct words message, expected;
    bool is_empty = model->next == model->first;
    assert_int_equal(coop_queue_get(queue, &message, 0), is_empty ? COOP_EAGAIN : 0);
    if (is_empty)
        return;
    fill(&expected, bytes, model->first++);
    assert_memory_equal(&message, &expected, bytes);
}

/* A lease that is given back or finished at once: from the first one on the marks count. */
static void step_take(const struct coop_queue *queue, struct model *model, size_t bytes)
{
    struct words message, expected;
    struct coop_lease lease;
    bool is_empty = model->next == model->first;
    int result = coop_queue_take(queue, &message, &lease, 0);
    if (is_empty) {
        assert_int_equal(result, COOP_EAGAIN);
        return;
    }
    assert_true(result >= 1);
    fill(&expected, bytes, model->first);
    assert_memory_equal(&message, &expected, bytes);
    bool is_done = draw(2);
    assert_int_equal(is_done ? coop_queue_done(queue, lease) : coop_queue_give_back(queue, lease), 0);
    model->first += is_done;
}

static void agrees(const struct coop_queue *queue, size_t bytes, bool with_leases)
{
    struct model model = {0, 0};
    seed = 1;
    for (unsigned i = 0; i < STEPS; i++) {
        uint32_t what = draw(with_leases && i > STEPS / 2 ? 3 : 2);
        if (what == 0)
            step_put(queue, &model, bytes);
        else if (what == 1)
            step_get(queue, &model, bytes);
        else
            step_take(queue, &model, bytes);
        assert_int_equal(coop_queue_count(queue), model.next - model.first);
    }
    while (model.next != model.first)
        step_get(queue, &model, bytes);
}

static void agree_with_a_model(void **state)
{
    (void)state;
    agrees(&words, sizeof(struct words), false);
    agrees(&odd, sizeof(struct bytes), false);
    agrees(&leased, sizeof(struct words), true);
}

/* Whoever gets them, they come in the order in which they were put. */
static int receive(const void *argument)
{
    uint32_t least = 0;
    struct words message;
    for (uint32_t i = 0; i < real_number(argument); i++) {
        if (coop_queue_get(&work, &message, COOP_FOREVER) < 0 || message.words[3] < least)
            return 1;
        least = message.words[3] + 1;
        received[message.words[3]]++;
    }
    return 0;
}
COOP_PROCESS(receiver, receive, .instances = 2, .priority = 3);

static int send(const void *argument)
{
    for (uint32_t i = 0; i < MANY; i++) {
        struct words message = {{0, 0, 0, real_number(argument) + i}};
        if (coop_queue_put(&work, &message, COOP_FOREVER) < 0)
            return 1;
    }
    return 0;
}
COOP_PROCESS(sender, send, .priority = 2);

static void each_came_once(void)
{
    for (uint32_t i = 0; i < 2 * MANY; i++)
        assert_int_equal(SEEN(received[i]), 1);
    memset(received, 0, sizeof received);
    assert_int_equal(coop_queue_count(&work), 0);
}

/* Two wait for what is put one by one; then more are put than there is room for, before anybody gets. */
static void waiters_are_served_in_order(void **state)
{
    (void)state;
    struct coop_handle handles[] = {real_start(&receiver, MANY), real_start(&receiver, MANY)};
    struct coop_handle first = real_start(&sender, 0);
    assert_int_equal(join(first).code, 0);
    struct coop_handle second = real_start(&sender, MANY);
    for (int i = 0; i < 2; i++)
        assert_int_equal(join(handles[i]).code, 0);
    assert_int_equal(join(second).code, 0);
    each_came_once();
}

static void those_without_room_wait_in_order(void **state)
{
    (void)state;
    struct coop_handle first = real_start(&sender, 0);
    EVENTUALLY(coop_queue_count(&work) == SLOTS);
    struct coop_handle getter = real_start(&receiver, MANY);
    assert_int_equal(join(first).code, 0);
    struct coop_handle second = real_start(&sender, MANY);
    assert_int_equal(join(getter).code, 0);
    assert_int_equal(join(real_start(&receiver, MANY)).code, 0);
    assert_int_equal(join(second).code, 0);
    each_came_once();
}

static int take_and_die(const void *argument)
{
    (void)argument;
    struct words message;
    struct coop_lease lease;
    if (coop_queue_take(&words, &message, &lease, COOP_FOREVER) < 0)
        return 1;
    __builtin_trap();
}
COOP_PROCESS(taker, take_and_die);

/* Repair finds the positions sound that these calls have left, and the message in its place. */
static void a_lease_comes_back(void **state)
{
    (void)state;
    struct words message;
    for (uint32_t i = 0; i < 2 * SLOTS + 1; i++) {
        struct words sent = {{i}};
        assert_int_equal(coop_queue_put(&words, &sent, 0), 0);
        assert_int_equal(coop_queue_put(&words, &sent, 0), 0);
        assert_int_equal(coop_queue_get(&words, &message, 0), 0);
        struct coop_end end = join(real_start(&taker, 0));
        assert_int_equal(end.cause, COOP_FAULTED);
        assert_int_equal(coop_queue_count(&words), 1);
        assert_int_equal(coop_queue_get(&words, &message, 0), 0);
        assert_int_equal(message.words[0], i);
        assert_int_equal(coop_queue_get(&words, &message, 0), COOP_EAGAIN);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(agree_with_a_model),
    cmocka_unit_test(waiters_are_served_in_order),
    cmocka_unit_test(those_without_room_wait_in_order),
    cmocka_unit_test(a_lease_comes_back),
};
REAL_TESTS(tests)
