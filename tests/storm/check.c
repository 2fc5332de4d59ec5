/* What must hold when all is quiet: nothing lost or doubled beyond what each operation says, everything back, nobody left. */
#include "storm.h"

#include "proc.h"
#include "processes.h"

#include <string.h>
#include <unistd.h>

static const enum flow flow_of[PRODUCERS] = {FLOW_GET,  FLOW_GET,  FLOW_LEASE, FLOW_LEASE,
                                             FLOW_PASS, FLOW_PASS, FLOW_OWNED};
static int own_descriptors, supervisors_descriptors;

struct sums {
    uint64_t lost, again;
};

static const char *wrong_with(enum flow flow, const struct fate *fate, struct sums *sums)
{
    unsigned put = atomic_load(&fate->put), delivered = atomic_load(&fate->delivered);
    unsigned finished = atomic_load(&fate->finished), dead = atomic_load(&fate->letters);
    if ((put == PUT_NOT || put == PUT_REFUSED) && delivered + finished + dead != 0)
        return "was never put, and yet delivered";
    bool surely = put == PUT_DONE;
    sums->again += flow != FLOW_GET && delivered > 1 ? delivered - 1 : 0;
    switch (flow) {
    case FLOW_GET: /* at most once */
        sums->lost += surely && delivered == 0;
        return delivered > 1 ? "was delivered twice" : NULL;
    case FLOW_LEASE: /* at least once, or a dead letter */
        if (finished + dead > 1)
            return "was finished more than once";
        return surely && delivered == 0 && dead == 0 ? "was lost" : NULL;
    default: /* exactly once */
        return finished > 1 ? "came out twice" : surely && finished == 0 ? "was lost" : NULL;
    }
}

static void check_messages(uint32_t from, struct sums *sums)
{
    for (uint32_t number = 0; number < NUMBERS; number++) {
        const struct fate *fate = &storm.fates[from][number];
        const char *wrong = wrong_with(flow_of[from], fate, sums);
        if (wrong != NULL)
            storm_fail("%s, message %u of producer %u %s: put %u, delivered %u, finished %u, letters %u",
                       flow_names[flow_of[from]], number, from, wrong, atomic_load(&fate->put),
                       atomic_load(&fate->delivered), atomic_load(&fate->finished), atomic_load(&fate->letters));
        storm.tally.messages += atomic_load(&fate->put) == PUT_DONE;
        storm.tally.letters += atomic_load(&fate->letters);
        if (flow_of[from] >= FLOW_PASS)
            storm.tally.passed += atomic_load(&fate->finished);
    }
}

static uint64_t sum(const struct coop_process *process, size_t offset)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i < process_instances(process); i++) {
        const struct worker *worker = &storm.workers[process_first_slot(process) + i];
        total += atomic_load((const _Atomic uint32_t *)(const void *)((const char *)worker + offset));
    }
    return total;
}
#define SUM(process_, member_) sum(&(process_), offsetof(struct worker, member_))

/* What was begun but not surely done is at most one operation of each life. */
static void check_tokens(void)
{
    uint64_t most = SUM(releaser, maybe) - SUM(acquirer, surely);
    uint64_t least = SUM(releaser, surely) - (SUM(acquirer, maybe) - SUM(acquirer, refused));
    int64_t value = coop_semaphore_value(&tokens);
    if (value > (int64_t)most || value < (int64_t)least)
        storm_fail("the semaphore has %lld, not %lld to %lld", (long long)value, (long long)least, (long long)most);
    while (coop_semaphore_acquire(&tokens, 0) == 0)
        value--;
    if (value != 0)
        storm_fail("the semaphore's count can't be acquired: %lld are left", (long long)value);
}

void check_counts(uint64_t deaths, uint64_t kills)
{
    static uint64_t own_before, stops_before;
    uint64_t own = atomic_load(&storm.own_ends) - own_before, stops = storm.tally.stops - stops_before;
    struct sums sums = {0};
    own_before += own;
    stops_before += stops;
    for (uint32_t from = 0; from < PRODUCERS; from++)
        check_messages(from, &sums);
    if (deaths < kills || deaths > kills + own + stops)
        storm_fail("%llu deaths of %llu kills, %llu of their own and %llu stops", (unsigned long long)deaths,
                   (unsigned long long)kills, (unsigned long long)own, (unsigned long long)stops);
    if (sums.lost > deaths)
        storm_fail("%llu messages were lost by get, and there were %llu deaths", (unsigned long long)sums.lost,
                   (unsigned long long)deaths);
    uint64_t returned = SUM(leaser, maybe) + SUM(passer, maybe) + SUM(owned_passer, maybe) + SUM(returner, maybe);
    if (sums.again > deaths + returned)
        storm_fail("%llu messages were delivered again, after %llu deaths and %llu given back",
                   (unsigned long long)sums.again, (unsigned long long)deaths, (unsigned long long)returned);
    if (SUM(waiter, surely) > SUM(ringer, maybe) * WAITERS)
        storm_fail("flags were seen more often than set");
    storm.tally.lost_with_their_taker += sums.lost;
    storm.tally.delivered_again += sums.again;
    check_tokens();
}

/* All slots can be used, and all is in order. */
static void check_queue(const struct coop_queue *queue)
{
    static struct long_message full = {.message = {.producer = PRODUCERS}};
    struct message *message = &full.message;
    uint32_t count = queue->object.count;
    if (coop_queue_count(queue) != 0)
        storm_fail("%s is not empty", queue->object.name);
    if (atomic_load(&storm.closing) != 0 || queue->object.one_producer)
        return; /* the root would own the end */
    for (message->number = 0; message->number < count; message->number++)
        if (coop_queue_put(queue, message, 0) != 0)
            storm_fail("%s takes %u messages of %u", queue->object.name, message->number, count);
    if (coop_queue_put(queue, message, 0) != COOP_EAGAIN)
        storm_fail("%s takes more than its %u messages", queue->object.name, count);
    for (uint32_t i = 0; i < count; i++)
        if (coop_queue_get(queue, message, 0) != 0 || message->number != i)
            storm_fail("%s doesn't give back what it took", queue->object.name);
}

static void check_holders(void)
{
    static const struct coop_lock *const locks[] = {&plain_lock, &recursive_lock};
    if (coop_permits_available(&rooms) != PERMITS)
        storm_fail("%d permits of %d are back", coop_permits_available(&rooms), PERMITS);
    for (uint32_t i = 0; i < 2; i++) {
        int error = coop_lock_acquire(locks[i], 0);
        if (error != 0 && error != COOP_EOWNERDEAD)
            storm_fail("%s is held: %s", locks[i]->object.name, coop_strerror(error));
        else if (error == 0 && (storm.pair[i][0] != storm.pair[i][1] || storm.inside[i] != 0))
            storm_fail("%s protects %llu and %llu", locks[i]->object.name, (unsigned long long)storm.pair[i][0],
                       (unsigned long long)storm.pair[i][1]);
        else
            (void)coop_lock_release(locks[i]);
        atomic_store(&storm.inside[i], 0);
        atomic_store(&storm.pair[i][1], storm.pair[i][0]);
    }
    memset(storm.users, 0, sizeof storm.users);
    (void)coop_event_clear(&bells, COOP_EVENT_FLAGS);
}

static int descriptors_of(const char *who, pid_t pid)
{
    int n = proc_descriptors(pid);
    if (n < 0)
        storm_fail("the descriptors of the %s can't be counted", who);
    return n;
}

/* Of the supervisor's children only the root, which looks, is left. */
static void check_children(void)
{
    int n = proc_children(getppid());
    if (n != 1)
        storm_fail("the supervisor has %d children instead of one", n);
}

void check_begin(void)
{
    own_descriptors = descriptors_of("root", getpid());
    supervisors_descriptors = descriptors_of("supervisor", getppid());
}

void check_objects(void)
{
    for (const struct part *part = parts; part < parts + parts_count; part++)
        if (part->queue != NULL)
            check_queue(part->queue);
    check_holders();
    check_children();
    for (uint32_t slot = 0; slot < process_slots(); slot++) {
        uint32_t state = atomic_load(&coop_blocks_start[slot].state);
        if (slot != coop_self().slot && state != COOP_FREE && state != COOP_ENDED)
            storm_fail("slot %u is in state %u", slot, state);
        if (atomic_load(&coop_blocks_start[slot].pass_in) != 0)
            storm_fail("slot %u has half a pass", slot);
    }
    if (descriptors_of("root", getpid()) != own_descriptors ||
        descriptors_of("supervisor", getppid()) != supervisors_descriptors)
        storm_fail("descriptors: %d of the root, %d of the supervisor; at first %d and %d",
                   descriptors_of("root", getpid()), descriptors_of("supervisor", getppid()), own_descriptors,
                   supervisors_descriptors);
}
