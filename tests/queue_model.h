/* What a queue should do, in the plainest way: a list of messages. For tests that compare. */
#ifndef QUEUE_MODEL_H
#define QUEUE_MODEL_H

#include <coop/queue.h>
#include <stdbool.h>

enum { MODEL_MOST = 16 };

struct model_message {
    uint32_t number;
    uint32_t deliveries;
    uint32_t owner;
    bool done; /* but an older one is out */
    bool dead;
};

struct model {
    const struct coop_queue *queue; /* its declaration */
    struct model_message messages[MODEL_MOST];
    uint32_t count;
    uint32_t producer, consumer;
    bool closed;
};

/* Does what play() does with one word: returns what it should return. */
int model_play(struct model *model, uint32_t self, char operation, uint32_t number);
void model_repair(struct model *model, uint32_t dead);
/* Moves dead letters; true when some wait for room. `target` may be NULL. */
bool model_tend(struct model *model, struct model *target);
/* As play_view. */
const char *model_view(const struct model *model);

#endif
