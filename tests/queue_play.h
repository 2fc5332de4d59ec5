/*
 * Queues in tests: scripts of operations, and a view of what is in a queue, both as text.
 *
 * A script is words of {process, operation, number}: "1p7" process 1 puts message 7, "2g" gets, "2t" takes (the lease is
 * remembered by the message's number), "2d7" is done with 7, "2b7" gives 7 back, "1c" closes. Processes are 1 to 9.
 */
#ifndef QUEUE_PLAY_H
#define QUEUE_PLAY_H

#include "fake_port.h"

/* Long enough to be torn. */
struct item {
    uint32_t number;
    uint32_t check[5];
};
struct item item_of(uint32_t number);
bool item_is_whole(const struct item *item);

/* The queue as it was linked, but empty at this lap. */
void play_begin(const struct coop_queue *queue, uint32_t lap);

/* Plays the script: what the last operation returned; of a get or take that succeeded the message's number. */
int play(const struct coop_queue *queue, const char *script);
struct coop_lease *play_lease(uint32_t number);

/*
 * From the oldest message on: "7" is ready, "7:2" was delivered twice, "7:2@3" the second time to process 3, which holds it,
 * "-" was freed behind a lease, "!7" is a dead letter; "closed" at the end. In a static buffer.
 */
const char *play_view(const struct coop_queue *queue);

/* Fails the test unless the queue's words agree with each other, and nobody is inside. */
void play_check(const struct coop_queue *queue);

#endif
