/* The parser: from a sentence to its outcome. The untrusted part: it reads what a stranger sent, and may die of it.
 *
 * It keeps nothing from one sentence to the next. It holds a sentence as a lease, which its death gives back, and passes the
 * outcome on in the same step with which it finishes the lease. A sentence is only taken when there is room for its outcome.
 * So a lease is held for microseconds, and not while nobody reads the output: else an innocent sentence could be held by
 * three parsers that are killed for other reasons, and be given up.
 */
#include "tracker.h"

#include <string.h>

/* There is room, so it only waits where a process was stopped inside a queue. */
static int pass_on(struct coop_lease lease, const struct outcome *outcome)
{
    int error;

    do {
        coop_checkin();
        error = coop_queue_pass(&sentences, lease, &outcomes, outcome, PATIENCE_MS);
    } while (error == COOP_ETIMEDOUT);
    return error;
}

static int parse_one(void)
{
    struct sentence sentence;
    struct outcome outcome;
    struct coop_lease lease;
    int delivery = coop_queue_take(&sentences, &sentence, &lease, PATIENCE_MS);

    if (delivery < 0)
        return delivery;
    inject(&settings.injection, sentence.number, delivery);
    outcome.number = sentence.number;
    outcome.result = (uint32_t)nmea_parse(sentence.text, sentence.length, &outcome.fix);
    if (outcome.result != NMEA_FIX)
        memset(&outcome.fix, 0, sizeof outcome.fix);
    return pass_on(lease, &outcome);
}

static int wait_for_room(void)
{
    return coop_event_wait(&room, ROOM, COOP_EVENT_ANY | COOP_EVENT_CLEAR, PATIENCE_MS);
}

/* Waits are short, and between them it shows that it lives: one that waits for input is not one that hangs. */
static int run(const void *argument)
{
    int error;

    (void)argument;
    do {
        coop_checkin();
        error = coop_queue_is_full(&outcomes) == 1 ? wait_for_room() : parse_one();
    } while (error >= 0 || error == COOP_ETIMEDOUT || error == COOP_EBUSY);
    if (error == COOP_ECLOSED)
        close_queue(&dead_letters); /* no sentence is left that could become one; the root waits there */
    return error == COOP_ECLOSED || error == COOP_ESTOPPING ? 0 : 1;
}

/* The heartbeat is so much longer that a spin is found as what it is on a busy machine, too. */
COOP_PROCESS(parser, run, .stack_bytes = 2048, .watchdog_ms = 100, .heartbeat_ms = 2000,
             .restart = COOP_RESTART_ON_FAILURE, .backoff_ms = 1, .max_backoff_ms = 50);
