/*
 * Is there an order of whole actions that explains what everybody saw? Each process did one action, so the search is over
 * the orders of a handful of events; the victim's may be left out, and its repair comes after it.
 */
#include "sweep.h"

#include <string.h>

struct search {
    const struct history *history;
    int found;
};

static bool sees(const struct sight *sight, struct model *model)
{
    int n = 0, message, result;
    while ((result = model_apply(model, OBSERVER, &(struct action){.verb = TAKE}, &message)) >= 0 && n < MOST) {
        if (n >= sight->n || sight->messages[n] != message * VALUES + result)
            return false;
        n++;
        (void)model_apply(model, OBSERVER, &(struct action){.verb = DONE, .value = message}, &message);
    }
    return n == sight->n && sight->end == (result == WOULD_BLOCK ? COOP_EAGAIN : result);
}

static bool are(const struct sight *sight, const int *values, int n)
{
    return sight->n == n && memcmp(sight->messages, values, (size_t)n * sizeof *values) == 0;
}

static bool locks_are(const struct model *model, const struct observation *seen)
{
    for (int i = 0; i < LOCKS; i++)
        if (seen->lock_owner[i] != (int)model->locks[i].owner ||
            (model->locks[i].owner == 0 && seen->lock_died[i] != model->locks[i].died))
            return false;
    return true;
}

static bool is_consistent_at_rest(const struct model *model, const struct observation *seen)
{
    int permits = PERMITS;
    for (int i = 0; i < SELVES; i++)
        permits -= model->permits[i];
    return seen->count == model->n && seen->semaphore == model->semaphore && seen->permits == permits &&
           seen->flags == (int)model->flags && locks_are(model, seen) &&
           seen->logged + seen->log_dropped == model->logged;
}

static bool is_consistent_in_the_end(const struct history *history, struct model *model)
{
    const struct observation *seen = history->seen;
    for (uint32_t self = 1; self < OBSERVER; self++)
        model_repair(model, self);
    struct model drained = *model;
    if (!sees(&seen->rest, &drained) || !are(&seen->letters, drained.letters, drained.letters_n) ||
        !are(&seen->out, drained.out, drained.out_n))
        return false;
    for (int i = 0; i < LOCKS; i++)
        if (seen->lock_in_the_end[i] != (model->locks[i].died ? COOP_EOWNERDEAD : 0))
            return false;
    return seen->permits_in_the_end == PERMITS;
}

static bool is_explained(const struct history *history, const struct model *model)
{
    for (int i = 0; i < history->n; i++)
        if (history->events[i].ending == BLOCKED) {
            struct model copy = *model;
            int message;
            if (model_apply(&copy, history->events[i].self, &history->events[i].action, &message) != WOULD_BLOCK)
                return false; /* it could go on, and nobody tells it */
        }
    struct model drained = *model, in_the_end = *model;
    return is_consistent_at_rest(model, history->seen) && sees(&history->seen->ready, &drained) &&
           is_consistent_in_the_end(history, &in_the_end);
}

/* Did the event say what the model says now? */
static bool agrees(const struct event *event, int result, int message)
{
    int timeout_ms = event->action.timeout_ms;
    if (event->result == COOP_EBUSY && timeout_ms == 0)
        return false; /* it didn't happen */
    if (result == WOULD_BLOCK)
        return (event->result == COOP_EAGAIN && timeout_ms == 0) || (event->result == COOP_ETIMEDOUT && timeout_ms > 0);
    if (event->action.verb == PERMITS_ACQUIRE && result == 0)
        return event->result >= 0 && event->result < PERMITS;
    return event->result == result && (event->action.verb == PUT || result < 0 || event->message == message);
}

/* What is refused has happened as little as what was never begun. But a log record that is refused is counted. */
static bool has_effect(const struct event *event)
{
    return event->ending == KILLED || event->result >= 0 || event->result == COOP_EOWNERDEAD ||
           event->action.verb == LOG;
}

static void search(struct search *s, const struct model *model, unsigned left, bool repaired, int found);

static void try_event(struct search *s, const struct model *model, unsigned left, bool repaired, int found, int i)
{
    const struct event *event = &s->history->events[i];
    struct model next = *model;
    int message;
    int result = model_apply(&next, event->self, &event->action, &message);
    if (event->ending == KILLED ? result != WOULD_BLOCK : agrees(event, result, message))
        search(s, &next, left & ~(1u << i), repaired, i == 0 && has_effect(event) ? HAPPENED : found);
    /* It was refused because the guard was another's, or it was killed before it did anything. */
    if (event->ending == KILLED || (event->result == COOP_EBUSY && event->action.timeout_ms == 0))
        search(s, model, left & ~(1u << i), repaired, i == 0 ? LEFT_OUT : found);
}

/* What was over before the victim began, what was done meanwhile, and what was done when all was quiet. */
static int rank(const struct event *event)
{
    return event->first ? -1 : event->later;
}

static bool may_be_next(const struct history *history, unsigned left, int i)
{
    for (int j = 0; j < history->n; j++)
        if ((left & 1u << j) && rank(&history->events[j]) < rank(&history->events[i]))
            return false;
    return (left & 1u << i) != 0;
}

static void search(struct search *s, const struct model *model, unsigned left, bool repaired, int found)
{
    if (left == 0 && repaired) {
        if ((s->found & found) == 0 && is_explained(s->history, model))
            s->found |= found;
        return;
    }
    if (!repaired && (left & 1u) == 0) {
        struct model next = *model;
        model_repair(&next, VICTIM);
        search(s, &next, left, true, found);
    }
    for (int i = 0; i < s->history->n; i++)
        if (may_be_next(s->history, left, i) && (repaired || s->history->events[i].later == 0))
            try_event(s, model, left, repaired, found, i);
}

int order_explain(const struct history *history)
{
    struct search s = {.history = history};
    unsigned left = 0;
    for (int i = 0; i < history->n; i++)
        if (history->events[i].ending != BLOCKED)
            left |= 1u << i;
    search(&s, &history->start, left, history->undisturbed, LEFT_OUT);
    return s.found;
}
