/* The objects that are swept, what can be done with them, and what can be seen of them from outside. */
#include "sweep.h"

#include <coop/log.h>
#include <stdio.h>
#include <string.h>

/* A message that shows when it is torn. */
struct message {
    int value;
    int copies[5];
};

COOP_QUEUE(sweep_letters, struct message, LETTER_SLOTS);
COOP_QUEUE(sweep_shared, struct message, QUEUE_SLOTS);
COOP_QUEUE(sweep_owned, struct message, QUEUE_SLOTS, .one_producer = 1, .one_consumer = 1);
COOP_QUEUE(sweep_leased, struct message, QUEUE_SLOTS, .max_deliveries = DELIVERIES, .dead_letters = &sweep_letters);
COOP_QUEUE(sweep_out, struct message, QUEUE_SLOTS);
COOP_SEMAPHORE(sweep_semaphore, 0);
COOP_PERMITS(sweep_permits, PERMITS);
COOP_LOCK(sweep_lock);
COOP_LOCK(sweep_recursive_lock, .recursive = 1);
COOP_LOCK(sweep_inner_lock);
COOP_EVENT(sweep_event);
extern const struct coop_queue coop_log_records;
extern const struct coop_semaphore coop_log_dropped;

enum { LOG_RECORD_BYTES = 256, INDEX = 0xffff, LAP = 0x10000 };
static const char log_text[] = "a record of the sweep, 42 of it";

const struct sweep_case *current;

const char *const verb_names[VERBS] = {
    [NOTHING] = "nothing",
    [PUT] = "put",
    [GET] = "get",
    [TAKE] = "take",
    [DONE] = "done",
    [GIVE_BACK] = "give back",
    [CLOSE] = "close",
    [PASS] = "pass",
    [OUT_PUT] = "put out",
    [OUT_GET] = "get out",
    [SEMAPHORE_ACQUIRE] = "semaphore acquire",
    [SEMAPHORE_RELEASE] = "semaphore release",
    [PERMITS_ACQUIRE] = "permits acquire",
    [PERMITS_RELEASE] = "permits release",
    [LOCK_ACQUIRE] = "lock acquire",
    [LOCK_RELEASE] = "lock release",
    [INNER_ACQUIRE] = "inner lock acquire",
    [INNER_RELEASE] = "inner lock release",
    [EVENT_SET] = "event set",
    [EVENT_CLEAR] = "event clear",
    [EVENT_WAIT] = "event wait",
    [LOG] = "log",
};

static const struct coop_queue *queue(void)
{
    static const struct coop_queue *const queues[QUEUES] = {
        [SHARED_QUEUE] = &sweep_shared, [OWNED_QUEUE] = &sweep_owned, [LETTER_QUEUE] = &sweep_leased};
    return queues[current->queue];
}

static const struct coop_lock *lock(enum which_lock which)
{
    return which == INNER ? &sweep_inner_lock : current->recursive ? &sweep_recursive_lock : &sweep_lock;
}

static int value_of(const struct message *message)
{
    for (size_t i = 0; i < sizeof message->copies / sizeof *message->copies; i++)
        if (message->copies[i] != message->value)
            return -1;
    return message->value;
}

static struct message message_of(int value)
{
    return (struct message){value, {value, value, value, value, value}};
}

static int put(const struct coop_queue *q, int value, int timeout_ms)
{
    struct message message = message_of(value);
    return coop_queue_put(q, &message, timeout_ms);
}

static int pass(int value, int timeout_ms)
{
    struct message message = message_of(value + PASSED);
    return coop_queue_pass(queue(), stage->leases[value], &sweep_out, &message, timeout_ms);
}

static int get(const struct coop_queue *q, int timeout_ms, struct role *role)
{
    struct message message = {0};
    int result = coop_queue_get(q, &message, timeout_ms);
    role->message = result >= 0 ? value_of(&message) : 0;
    return result;
}

static int take(int timeout_ms, struct role *role)
{
    struct message message = {0};
    struct coop_lease lease = {0};
    int result = coop_queue_take(queue(), &message, &lease, timeout_ms);
    role->message = result >= 0 ? value_of(&message) : 0;
    if (result >= 0 && role->message > 0 && role->message < VALUES)
        stage->leases[role->message] = lease;
    return result;
}

int perform(const struct action *action, struct role *role)
{
    switch (action->verb) {
    case PUT:
        return put(queue(), action->value, action->timeout_ms);
    case GET:
        return get(queue(), action->timeout_ms, role);
    case TAKE:
        return take(action->timeout_ms, role);
    case DONE:
        return coop_queue_done(queue(), stage->leases[action->value]);
    case GIVE_BACK:
        return coop_queue_give_back(queue(), stage->leases[action->value]);
    case CLOSE:
        return coop_queue_close(queue());
    case PASS:
        return pass(action->value, action->timeout_ms);
    case OUT_PUT:
        return put(&sweep_out, action->value, action->timeout_ms);
    case OUT_GET:
        return get(&sweep_out, action->timeout_ms, role);
    case SEMAPHORE_ACQUIRE:
        return coop_semaphore_acquire(&sweep_semaphore, action->timeout_ms);
    case SEMAPHORE_RELEASE:
        return coop_semaphore_release(&sweep_semaphore);
    case PERMITS_ACQUIRE:
        return coop_permits_acquire(&sweep_permits, action->timeout_ms);
    case PERMITS_RELEASE:
        return coop_permits_release(&sweep_permits);
    case LOCK_ACQUIRE:
        return coop_lock_acquire(lock(OUTER), action->timeout_ms);
    case LOCK_RELEASE:
        return coop_lock_release(lock(OUTER));
    case INNER_ACQUIRE:
        return coop_lock_acquire(lock(INNER), action->timeout_ms);
    case INNER_RELEASE:
        return coop_lock_release(lock(INNER));
    case EVENT_SET:
        return coop_event_set(&sweep_event, (uint32_t)action->value);
    case EVENT_CLEAR:
        return coop_event_clear(&sweep_event, (uint32_t)action->value);
    case EVENT_WAIT:
        return coop_event_wait(&sweep_event, (uint32_t)action->value, action->mode, action->timeout_ms);
    case LOG:
        return coop_log("%s%d of it", "a record of the sweep, ", 42);
    case NOTHING:
    case VERBS:
        break;
    }
    return 0;
}

/* By leases, so that slots are used again with the marks of old ones. */
static int go_round(void)
{
    struct role role;
    int error = put(queue(), 1, 0);
    if (error >= 0)
        error = take(0, &role);
    return error >= 0 ? coop_queue_done(queue(), stage->leases[1]) : error;
}

void world_reset(const struct sweep_case *c)
{
    current = c;
    stage_borrow(OBSERVER);
    for (int i = 0; i < c->rounds; i++)
        if (go_round() < 0)
            fprintf(stderr, "sweep: %s: a round fails\n", c->name);
    if (c->died && coop_lock_acquire(lock(OUTER), 0) != 0)
        fprintf(stderr, "sweep: %s: the lock is taken\n", c->name);
    (void)stage_repair(OBSERVER, 0); /* gives the ends back */
}

static struct coop_queue_state *state_of(const struct coop_queue *q)
{
    return (struct coop_queue_state *)q->object.control;
}

static uint32_t mark_of(const struct coop_queue *q, uint32_t position)
{
    return ((_Atomic uint16_t *)(state_of(q) + 1))[position & INDEX];
}

static uint32_t after(const struct coop_queue *q, uint32_t position)
{
    return (position & INDEX) + 1 < q->object.count ? position + 1 : (position & ~(uint32_t)INDEX) + LAP;
}

/* "No ready message lies before next", and tail is at most a lap ahead of head. */
static bool is_sound(const struct coop_queue *q)
{
    struct coop_queue_state *state = state_of(q);
    uint32_t position = state->head, steps = 0;
    bool passed_next = false;
    if ((state->head & INDEX) >= q->object.count || (state->tail & INDEX) >= q->object.count)
        return false;
    for (; position != state->tail; position = after(q, position)) {
        passed_next = passed_next || position == state->next;
        if (++steps > q->object.count || (!passed_next && (mark_of(q, position) & 0xff) == 0))
            return false;
    }
    return true;
}

static const struct coop_lock_state *lock_state(int which)
{
    return (const struct coop_lock_state *)lock((enum which_lock)which)->object.control;
}

void world_look(struct observation *seen)
{
    stage_borrow(OBSERVER);
    seen->count = coop_queue_count(queue());
    seen->semaphore = coop_semaphore_value(&sweep_semaphore);
    seen->permits = coop_permits_available(&sweep_permits);
    seen->flags = coop_event_flags(&sweep_event);
    for (int i = 0; i < LOCKS; i++) {
        seen->lock_owner[i] = (int)lock_state(i)->owner;
        seen->lock_died[i] = lock_state(i)->owner_died != 0;
    }
    seen->sound = is_sound(queue()) && is_sound(&sweep_letters) && is_sound(&sweep_out);
}

/* By leases, which tell how often a message was delivered before. As the owner of the end, where it has one. */
void world_drain(struct sight *sight)
{
    uint32_t owner = state_of(queue())->consumer;
    stage_borrow(owner != 0 ? owner : OBSERVER);
    sight->n = 0;
    struct coop_lease lease;
    struct message message;
    while ((sight->end = coop_queue_take(queue(), &message, &lease, 0)) >= 0 && sight->n < MOST) {
        sight->messages[sight->n++] = value_of(&message) * VALUES + sight->end;
        if (coop_queue_done(queue(), lease) < 0)
            sight->n = MOST;
    }
}

static void drain(const struct coop_queue *q, struct sight *sight)
{
    struct message message;
    stage_borrow(OBSERVER);
    sight->n = 0;
    while ((sight->end = coop_queue_get(q, &message, 0)) >= 0 && sight->n < MOST)
        sight->messages[sight->n++] = value_of(&message);
}

void world_drain_letters(struct sight *sight)
{
    drain(&sweep_letters, sight);
}

void world_drain_out(struct sight *sight)
{
    drain(&sweep_out, sight);
}

/* As many messages as it has slots, not one more, and all come out in order. */
bool world_capacity_is_whole(void)
{
    struct role role;
    stage_borrow(OBSERVER);
    if (state_of(queue())->closed != 0)
        return put(queue(), 1, 0) == COOP_ECLOSED;
    for (int i = 0; i < QUEUE_SLOTS; i++)
        if (put(queue(), i + 1, 0) != 0)
            return false;
    if (put(queue(), QUEUE_SLOTS + 1, 0) != COOP_EAGAIN)
        return false;
    for (int i = 0; i < QUEUE_SLOTS; i++)
        if (get(queue(), 0, &role) != 0 || role.message != i + 1)
            return false;
    return get(queue(), 0, &role) == COOP_EAGAIN;
}

void world_count_log(struct observation *seen)
{
    unsigned char record[LOG_RECORD_BYTES];
    stage_borrow(OBSERVER);
    seen->log_dropped = coop_semaphore_value(&coop_log_dropped);
    seen->logged = 0;
    while (coop_queue_get(&coop_log_records, record, 0) >= 0)
        seen->logged += memcmp(record + sizeof(uint32_t), log_text, sizeof log_text) == 0 ? 1 : 1000; /* torn */
}

int world_next_owner(enum which_lock which)
{
    stage_borrow(OBSERVER);
    return coop_lock_acquire(lock(which), 0);
}

static void digest_queue(struct digest *digest, size_t *n, const struct coop_queue *q)
{
    struct coop_queue_state *state = state_of(q);
    digest->words[(*n)++] = state->head;
    digest->words[(*n)++] = state->tail;
    digest->words[(*n)++] = state->closed;
    digest->words[(*n)++] = state->producer;
    digest->words[(*n)++] = state->consumer;
    digest->words[(*n)++] = state->control.guard;
    for (uint32_t position = state->head, i = 0; position != state->tail && i < MOST;
         position = after(q, position), i++)
        digest->words[(*n)++] = mark_of(q, position);
}

void world_digest(struct digest *digest)
{
    size_t n = 0;
    memset(digest, 0, sizeof *digest);
    digest_queue(digest, &n, queue());
    digest_queue(digest, &n, &sweep_letters);
    digest_queue(digest, &n, &sweep_out);
    digest->words[n++] = (uint32_t)coop_semaphore_value(&sweep_semaphore);
    digest->words[n++] = (uint32_t)coop_event_flags(&sweep_event);
    for (int i = 0; i < LOCKS; i++) {
        digest->words[n++] = lock_state(i)->owner;
        digest->words[n++] = lock_state(i)->owner_died;
    }
    for (uint32_t i = 0; i < PERMITS; i++)
        digest->words[n++] = ((_Atomic uint8_t *)sweep_permits.object.items)[i];
}
