#include "queue_play.h"

#include "fake/copy.h"
#include "queue_ring.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBERS = 1024, VIEW_BYTES = 1000 };

static struct coop_lease leases[NUMBERS + 1];

struct item item_of(uint32_t number)
{
    struct item item = {.number = number};
    for (uint32_t i = 0; i < 5; i++)
        item.check[i] = number * 2654435761u + i;
    return item;
}

bool item_is_whole(const struct item *item)
{
    struct item whole = item_of(item->number);
    return memcmp(item, &whole, sizeof whole) == 0;
}

struct coop_lease *play_lease(uint32_t number)
{
    return &leases[number != 0 ? number % NUMBERS : NUMBERS]; /* 0 has none */
}

void play_begin(const struct coop_queue *queue, uint32_t lap)
{
    struct coop_queue_state *state = state_of(&queue->object);
    memset(state, 0, sizeof *state);
    state->head = state->tail = state->next = state->seen_head = state->seen_tail = lap * LAP;
    for (uint32_t i = 0; i < queue->object.count; i++)
        *mark_at(&queue->object, i) = (uint16_t)(i * 77); /* outside head and tail they mean nothing */
    memset(leases, 0xff, sizeof leases);
    fake_while_blocked(NULL);
}

static int play_one(const struct coop_queue *queue, char operation, uint32_t number)
{
    struct item item = item_of(number);
    struct coop_lease lease;
    int result;
    switch (operation) {
    case 'p':
        return coop_queue_put(queue, &item, 0);
    case 'g':
        result = coop_queue_get(queue, &item, 0);
        break;
    case 't':
        result = coop_queue_take(queue, &item, &lease, 0);
        if (result > 0)
            *play_lease(item.number) = lease;
        break;
    case 'd':
        return coop_queue_done(queue, *play_lease(number));
    case 'b':
        return coop_queue_give_back(queue, *play_lease(number));
    case 'c':
        return coop_queue_close(queue);
    default:
        fail_msg("no operation %c", operation);
        return 0;
    }
    if (result < 0)
        return result;
    assert_true(item_is_whole(&item));
    return (int)item.number;
}

int play(const struct coop_queue *queue, const char *script)
{
    int result = 0;
    while (*script != '\0') {
        char *end;
        assert_true(script[0] >= '1' && script[0] <= '9');
        fake_as((uint32_t)(script[0] - '0'));
        char operation = script[1];
        bool has_number = script[2] >= '0' && script[2] <= '9';
        uint32_t number = has_number ? (uint32_t)strtoul(script + 2, &end, 10) : 0;
        script = has_number ? end : script + 2;
        script += *script == ' ';
        result = play_one(queue, operation, number);
    }
    return result;
}

static int view_slot(const struct coop_object *queue, uint32_t position, char *text, size_t bytes)
{
    uint32_t mark = *mark_at(queue, position), owner = mark & MARK_OWNER;
    const struct item *item = item_at(queue, position);
    int length = 0;
    if (owner == MARK_DONE)
        return snprintf(text, bytes, "-");
    assert_true(item_is_whole(item));
    length += snprintf(text, bytes, "%s%u", owner == MARK_DEAD ? "!" : "", (unsigned)item->number);
    if (owner == MARK_DEAD)
        return length;
    if (mark >= MARK_DELIVERY)
        length += snprintf(text + length, bytes - (size_t)length, ":%u", (unsigned)(mark / MARK_DELIVERY));
    if (owner != 0)
        length += snprintf(text + length, bytes - (size_t)length, "@%u", (unsigned)owner);
    return length;
}

const char *play_view(const struct coop_queue *queue)
{
    static char text[VIEW_BYTES];
    struct coop_queue_state *state = state_of(&queue->object);
    size_t length = 0;
    text[0] = '\0';
    for (uint32_t p = state->head; p != state->tail; p = after(&queue->object, p)) {
        length += (size_t)view_slot(&queue->object, p, text + length, sizeof text - length);
        length += (size_t)snprintf(text + length, sizeof text - length, " ");
    }
    if (state->closed)
        length += (size_t)snprintf(text + length, sizeof text - length, "closed ");
    if (length > 0)
        text[length - 1] = '\0';
    return text;
}

void play_check(const struct coop_queue *queue)
{
    const struct coop_object *object = &queue->object;
    struct coop_queue_state *state = state_of(object);
    uint32_t held = distance(object, state->head, state->tail);
    assert_int_equal(state->control.guard, 0);
    assert_true((state->head & INDEX) < object->count && (state->tail & INDEX) < object->count);
    assert_true(held <= object->count);
    assert_true(distance(object, state->head, state->next) <= held);
    assert_true(distance(object, state->next, state->seen_tail) <= distance(object, state->next, state->tail));
    assert_true(distance(object, state->seen_head, state->tail) <= object->count);
    assert_true(held == 0 || *mark_at(object, state->head) != MARK_DONE);
    for (uint32_t p = state->head; p != state->next; p = after(object, p))
        assert_true((*mark_at(object, p) & MARK_OWNER) != 0);
}
