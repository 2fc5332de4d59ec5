#include "queue_model.h"

#include "port.h"
#include <stdio.h>

static bool is_ready(const struct model_message *message)
{
    return message->owner == 0 && !message->done && !message->dead;
}

static void forget_done(struct model *model)
{
    while (model->count > 0 && model->messages[0].done) {
        model->count--;
        for (uint32_t i = 0; i < model->count; i++)
            model->messages[i] = model->messages[i + 1];
    }
}

static int claim(bool owned, uint32_t *end, uint32_t self)
{
    if (owned && *end != 0 && *end != self)
        return MISUSE - COOP_MISUSE_FOREIGN_END;
    if (owned)
        *end = self;
    return 0;
}

static int put(struct model *model, uint32_t self, uint32_t number)
{
    if (model->closed)
        return COOP_ECLOSED;
    int error = claim(model->queue->object.one_producer, &model->producer, self);
    if (error < 0)
        return error;
    if (model->count == model->queue->object.count)
        return COOP_EAGAIN;
    model->messages[model->count++] = (struct model_message){.number = number};
    return 0;
}

static int get(struct model *model, uint32_t self, bool takes)
{
    int error = claim(model->queue->object.one_consumer, &model->consumer, self);
    if (error < 0)
        return error;
    for (uint32_t i = 0; i < model->count; i++) {
        struct model_message *message = &model->messages[i];
        int number = (int)message->number;
        if (!is_ready(message))
            continue;
        message->owner = takes ? self : 0;
        message->deliveries += message->deliveries < 200 && takes;
        message->done = !takes;
        forget_done(model);
        return number;
    }
    return model->closed && model->count == 0 ? COOP_ECLOSED : COOP_EAGAIN;
}

static void let_go(const struct model *model, struct model_message *message)
{
    uint32_t most = model->queue->object.max_deliveries;
    message->owner = 0;
    message->dead = most != 0 && message->deliveries >= most;
}

static int end_lease(struct model *model, uint32_t self, uint32_t number, bool done)
{
    for (uint32_t i = 0; i < model->count; i++) {
        struct model_message *message = &model->messages[i];
        if (message->number != number || message->owner != self)
            continue;
        let_go(model, message);
        message->done = done;
        message->dead &= !done;
        forget_done(model);
        return 0;
    }
    return COOP_ESTALE;
}

int model_play(struct model *model, uint32_t self, char operation, uint32_t number)
{
    switch (operation) {
    case 'p':
        return put(model, self, number);
    case 'g':
        return get(model, self, false);
    case 't':
        return get(model, self, true);
    case 'd':
        return end_lease(model, self, number, true);
    case 'b':
        return end_lease(model, self, number, false);
    default:
        if (claim(model->queue->object.one_producer, &model->producer, self) < 0)
            return COOP_EPERM;
        model->closed = true;
        return 0;
    }
}

void model_repair(struct model *model, uint32_t dead)
{
    for (uint32_t i = 0; i < model->count; i++)
        if (model->messages[i].owner == dead)
            let_go(model, &model->messages[i]);
    model->producer = model->producer == dead ? 0 : model->producer;
    model->consumer = model->consumer == dead ? 0 : model->consumer;
}

bool model_tend(struct model *model, struct model *target)
{
    bool waits = false;
    for (uint32_t i = 0; i < model->count && !waits; i++) {
        struct model_message *message = &model->messages[i];
        if (!message->dead)
            continue;
        waits = target != NULL && put(target, 0, message->number) == COOP_EAGAIN;
        message->dead = waits;
        message->done = !waits;
    }
    forget_done(model);
    return waits;
}

const char *model_view(const struct model *model)
{
    static char text[1000];
    size_t length = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < model->count; i++) {
        const struct model_message *message = &model->messages[i];
        char deliveries[16] = "", owner[16] = "";
        if (message->deliveries != 0 && !message->dead)
            snprintf(deliveries, sizeof deliveries, ":%u", (unsigned)message->deliveries);
        if (message->owner != 0)
            snprintf(owner, sizeof owner, "@%u", (unsigned)message->owner);
        if (message->done)
            length += (size_t)snprintf(text + length, sizeof text - length, "- ");
        else
            length += (size_t)snprintf(text + length, sizeof text - length, "%s%u%s%s ", message->dead ? "!" : "",
                                       (unsigned)message->number, deliveries, owner);
    }
    if (model->closed)
        length += (size_t)snprintf(text + length, sizeof text - length, "closed ");
    if (length > 0)
        text[length - 1] = '\0';
    return text;
}
