/* Producers, consumers and stages. Each message is written down where something happens to it: struct fate. */
#include "storm.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { FILL = 0x5a };

COOP_QUEUE(gets, struct long_message, 8);
COOP_QUEUE(letters, struct message, 4);
COOP_QUEUE(leases, struct message, 8, .max_deliveries = DELIVERIES, .dead_letters = &letters);
COOP_QUEUE(passes, struct long_message, 6);
COOP_QUEUE(passed, struct long_message, 5);
COOP_QUEUE(owned, struct message, 16, .one_producer = 1, .one_consumer = 1);
COOP_QUEUE(owned_on, struct message, 16, .one_producer = 1, .one_consumer = 1);

/* By producer. */
static const struct coop_queue *const destinations[PRODUCERS] = {&gets,   &gets,   &leases, &leases,
                                                                 &passes, &passes, &owned};

static uint32_t check_of(const struct message *message)
{
    return (message->producer << 24) ^ (message->number * 2654435761u) ^ message->poison ^ 0xc0de;
}

/* What a process gets, and puts; a short message is its beginning. */
static struct long_message full;
static struct message *const message = &full.message;

static bool is_long(const struct coop_queue *queue)
{
    return queue->object.item_bytes == sizeof full;
}

static void compose(uint32_t from, uint32_t number)
{
    *message = (struct message){.producer = from, .number = number};
    if (destinations[from] == &leases && draw(4096) == 0)
        message->poison = ORDER_FAULT + draw(2);
    message->check = check_of(message);
    memset(message->fill, FILL, sizeof message->fill);
    if (is_long(destinations[from]))
        memset(full.rest, (unsigned char)message->check, sizeof full.rest);
}

static bool rest_is_whole(void)
{
    return full.rest[0] == (unsigned char)message->check && memcmp(full.rest, full.rest + 1, sizeof full.rest - 1) == 0;
}

/* What is wrong with a message stops the storm. Returns where its fate is written down. */
static struct fate *receive(const struct coop_queue *from)
{
    unsigned char bad = 0;
    for (size_t i = 0; i < sizeof message->fill; i++)
        bad |= message->fill[i] ^ FILL;
    if (message->producer >= PRODUCERS || message->number >= NUMBERS || message->check != check_of(message) ||
        bad != 0 || (is_long(from) && !rest_is_whole())) {
        storm_fail("slot %u: a torn message: producer %u, number %u", coop_self().slot, message->producer,
                   message->number);
        return &storm.fates[0][0];
    }
    return &storm.fates[message->producer][message->number];
}

/* Whoever gets new messages gets those of each producer in their order; `again`: or the last one once more. */
static void check_order(bool again)
{
    uint32_t last = atomic_load(&me->last[message->producer]);
    if (message->number + again < last)
        storm_fail("slot %u: producer %u's message %u comes after %u", coop_self().slot, message->producer,
                   message->number, last - 1);
    atomic_store(&me->last[message->producer], message->number + 1);
}

static void count(_Atomic uint8_t *counter)
{
    if (atomic_load(counter) < UINT8_MAX)
        atomic_fetch_add(counter, 1);
}

/* False when it should leave. */
static bool put_one(uint32_t from)
{
    uint32_t number = atomic_load(&storm.next[from]);
    if (number == NUMBERS)
        return coop_sleep_ms(1) == 0; /* until the round ends */
    struct fate *fate = &storm.fates[from][number];
    compose(from, number);
    atomic_store(&fate->put, PUT_BEGUN);
    atomic_store(&storm.next[from], number + 1);
    int error = coop_queue_put(destinations[from], message, some_timeout());
    atomic_store(&fate->put, error == 0 ? PUT_DONE : PUT_REFUSED);
    return error == 0 || !must_leave(error, "put");
}

static int produce(const void *argument)
{
    const uint32_t *from = argument;
    worker_begin();
    while (atomic_load(&storm.draining) == 0 && put_one(*from)) {
        worker_progress();
        pause_a_little();
    }
    return 0;
}

static int get(const void *argument)
{
    (void)argument;
    worker_begin();
    for (;;) {
        int error = coop_queue_get(&gets, message, some_timeout());
        if (error == 0) {
            count(&receive(&gets)->delivered);
            check_order(false);
            worker_progress();
            pause_a_little();
        } else if (must_leave(error, "get")) {
            return 0;
        }
    }
}

static void finish(struct coop_lease taken, struct fate *fate)
{
    int error = INSIST(coop_queue_done(&leases, taken));
    count(&fate->finished);
    if (error != 0)
        storm_fail("slot %u: done answers %d for a lease that it holds", coop_self().slot, error);
    if (draw(16) == 0 && (error = INSIST(coop_queue_done(&leases, taken))) != COOP_ESTALE)
        storm_fail("slot %u: done twice answers %d", coop_self().slot, error);
}

static void give_back(const struct coop_queue *queue, struct coop_lease taken)
{
    atomic_fetch_add(&me->maybe, 1);
    int error = INSIST(coop_queue_give_back(queue, taken));
    if (error != 0)
        storm_fail("slot %u: give back answers %d", coop_self().slot, error);
}

static void work_on(struct coop_lease taken, int deliveries)
{
    struct fate *fate = receive(&leases);
    count(&fate->delivered);
    if (deliveries > DELIVERIES || atomic_load(&fate->delivered) > deliveries)
        storm_fail("slot %u: delivery %d of a message that was delivered %u times", coop_self().slot, deliveries,
                   atomic_load(&fate->delivered));
    if (deliveries == 1)
        check_order(false);
    pause_a_little();
    if (message->poison != ORDER_NONE)
        worker_end_badly((enum order)message->poison);
    if (draw(64) != 0)
        finish(taken, fate);
    else
        give_back(&leases, taken);
}

static int lease(const void *argument)
{
    struct coop_lease taken;
    (void)argument;
    worker_begin();
    for (;;) {
        int result = coop_queue_take(&leases, message, &taken, some_timeout());
        if (result > 0) {
            work_on(taken, result);
            worker_progress();
        } else if (must_leave(result, "take")) {
            return 0;
        }
    }
}

/* Nobody kills it: so it sees each dead letter once. */
static int collect_letters(const void *argument)
{
    (void)argument;
    worker_begin();
    for (;;) {
        int error = coop_queue_get(&letters, message, COOP_FOREVER);
        if (error == 0) {
            count(&receive(&letters)->letters);
            worker_progress();
        } else if (must_leave(error, "get")) {
            return 0;
        }
    }
}

/* A stage: exactly once, whatever happens to it. */
static int pass_on(const struct coop_queue *from, const struct coop_queue *to, bool in_order)
{
    struct coop_lease taken;
    worker_begin();
    for (;;) {
        int result = coop_queue_take(from, message, &taken, some_timeout());
        if (result < 0 && must_leave(result, "take"))
            return 0;
        if (result < 0)
            continue;
        count(&receive(from)->delivered);
        if (in_order || (result == 1 && message->came_back == 0))
            check_order(result > 1);
        pause_a_little();
        if (draw(64) == 0) {
            give_back(from, taken);
            continue;
        }
        while ((result = coop_queue_pass(from, taken, to, message, some_timeout())) != 0)
            if (must_leave(result, "pass"))
                return 0;
        worker_progress();
    }
}

static int pass(const void *argument)
{
    (void)argument;
    return pass_on(&passes, &passed, false);
}

static int pass_owned(const void *argument)
{
    (void)argument;
    return pass_on(&owned, &owned_on, false);
}

/*
 * The other way round, against those who pass: each waits for the slot that the other's lease holds, so it gives up soon.
 */
static void pass_back(struct coop_lease taken)
{
    message->came_back = 1;
    atomic_fetch_add(&me->maybe, 1);
    int error = coop_queue_pass(&passed, taken, &passes, message, 1 + (int)draw(3));
    if (error != 0 && !must_leave(error, "pass"))
        give_back(&passed, taken);
}

static int keep_returning(const void *argument)
{
    struct coop_lease taken;
    (void)argument;
    worker_begin();
    while (atomic_load(&storm.draining) == 0) {
        int result = coop_queue_take(&passed, message, &taken, 1 + (int)draw(3));
        if (result < 0 && must_leave(result, "take"))
            return 0;
        if (result < 0)
            continue;
        (void)receive(&passed);
        pause_a_little();
        if (draw(4) == 0)
            give_back(&passed, taken);
        else
            pass_back(taken);
        worker_progress();
        if (coop_sleep_ms(1) < 0)
            return 0;
    }
    return 0;
}

static int collect_from(const struct coop_queue *queue, bool in_order)
{
    worker_begin();
    for (;;) {
        int error = coop_queue_get(queue, message, some_timeout());
        if (error == 0) {
            count(&receive(queue)->finished);
            if (in_order)
                check_order(false);
            worker_progress();
        } else if (must_leave(error, "get")) {
            return 0;
        }
    }
}

static int collect(const void *argument)
{
    (void)argument;
    return collect_from(&passed, false);
}

static int collect_owned(const void *argument)
{
    (void)argument;
    return collect_from(&owned_on, true);
}

COOP_PROCESS(producer, produce, .instances = PRODUCERS, WORKER);
COOP_PROCESS(getter, get, .instances = 2, WORKER);
COOP_PROCESS(leaser, lease, .instances = 3, WORKER);
COOP_PROCESS(collector_of_letters, collect_letters, WORKER);
COOP_PROCESS(passer, pass, .instances = 2, WORKER);
COOP_PROCESS(collector, collect, WORKER);
COOP_PROCESS(returner, keep_returning, WORKER);
COOP_PROCESS(owned_passer, pass_owned, WORKER);
COOP_PROCESS(owned_collector, collect_owned, WORKER);
