/* The root: rounds, each of which starts all workers, kills among them, lets the rest of the work be done, and checks. */
#include "storm.h"

#include "processes.h"

#include <string.h>
#include <unistd.h>

const char *const flow_names[FLOWS] = {"get",  "lease",          "pass",  "owned ends",     "semaphore", "permits",
                                       "lock", "recursive lock", "event", "start and join", "log",       "stream"};

/* Upstream first: in this order they end. */
const struct part parts[] = {
    {.process = &producer, .instances = PRODUCERS, .flow = FLOW_GET, .ends_by_itself = true},
    {.process = &getter, .instances = 2, .flow = FLOW_GET, .queue = &gets},
    {.process = &leaser, .instances = 3, .flow = FLOW_LEASE, .queue = &leases},
    {.process = &collector_of_letters, .instances = 1, .flow = FLOW_LEASE, .is_spared = true, .queue = &letters},
    {.process = &passer, .instances = 2, .flow = FLOW_PASS, .queue = &passes},
    {.process = &collector, .instances = 1, .flow = FLOW_PASS, .is_spared = true, .queue = &passed},
    {.process = &returner, .instances = 1, .flow = FLOW_PASS, .ends_by_itself = true},
    {.process = &owned_passer, .instances = 1, .flow = FLOW_OWNED, .queue = &owned},
    {.process = &owned_collector, .instances = 1, .flow = FLOW_OWNED, .is_spared = true, .queue = &owned_on},
    {.process = &releaser, .instances = 1, .flow = FLOW_SEMAPHORE, .ends_by_itself = true},
    {.process = &acquirer, .instances = 2, .flow = FLOW_SEMAPHORE},
    {.process = &lodger, .instances = 3, .flow = FLOW_PERMITS},
    {.process = &locker, .instances = 3, .flow = FLOW_LOCK},
    {.process = &recursive_locker, .instances = 2, .flow = FLOW_RECURSIVE},
    {.process = &nested_locker, .instances = 2, .flow = FLOW_LOCK},
    {.process = &ringer, .instances = 1, .flow = FLOW_EVENT, .ends_by_itself = true},
    {.process = &waiter, .instances = WAITERS, .flow = FLOW_EVENT},
    {.process = &parent, .instances = PARENTS, .flow = FLOW_LIVES},
    {.process = &logger, .instances = 1, .flow = FLOW_LOG, .ends_by_itself = true},
    {.process = &echo, .instances = 1, .flow = FLOW_STREAM},
};
const size_t parts_count = sizeof parts / sizeof *parts;

static struct coop_handle handles[SLOTS];
static size_t handles_count;
static uint64_t deaths;

static void say(const char *doing)
{
    snprintf(storm.doing, sizeof storm.doing, "%s", doing);
    atomic_fetch_add(&storm.pulse, 1);
}

/* Until what is waited for comes, or it has failed. */
static bool still_waits(uint64_t since_ms, const char *what)
{
    atomic_fetch_add(&storm.pulse, 1);
    if (coop_now_ms() - since_ms > STALL_MS)
        storm_fail("%s: not within %d ms", what, STALL_MS);
    while (atomic_load(&storm.failed) != 0)
        pause(); /* as things are, for the dump */
    return coop_sleep_ms(1) == 0;
}

#define AWAIT(condition_, what_)                                                                                       \
    do                                                                                                                 \
        for (uint64_t since_ms_ = coop_now_ms(); !(condition_) && still_waits(since_ms_, what_);)                      \
            continue;                                                                                                  \
    while (0)

static void reset(void)
{
    memset(storm.workers, 0, sizeof storm.workers);
    memset(storm.fates, 0, sizeof storm.fates);
    for (int i = 0; i < PRODUCERS; i++)
        atomic_store(&storm.next[i], 0);
    atomic_store(&storm.draining, 0);
    deaths = 0;
}

static void start_all(void)
{
    uint32_t victims[SLOTS];
    size_t victims_count = 0;
    handles_count = 0;
    for (const struct part *part = parts; part < parts + parts_count; part++)
        for (uint32_t i = 0; i < part->instances; i++) {
            struct coop_handle *handle = &handles[handles_count++];
            int error = coop_start(part->process, &i, sizeof i, handle);
            if (error != 0)
                storm_fail("%s can't be started: %s", part->process->object.name, coop_strerror(error));
            if (!part->is_spared)
                victims[victims_count++] = handle->slot;
        }
    kills_begin(victims, victims_count);
}

static void kill_some(uint64_t wanted)
{
    uint64_t until = storm.tally.kills + wanted;
    uint64_t last = storm.tally.kills, since_ms = coop_now_ms();
    while (storm.tally.kills < until) {
        kills_one();
        if (last != storm.tally.kills) {
            last = storm.tally.kills;
            since_ms = coop_now_ms();
        } else if (coop_now_ms() - since_ms > STALL_MS) {
            storm_fail("nobody could be killed for %d ms", STALL_MS);
        }
        atomic_fetch_add(&storm.pulse, 1);
        while (atomic_load(&storm.failed) != 0)
            pause();
    }
    kills_end();
}

/* Everybody who is not about to have nothing to do gets something done, without any more deaths. */
static bool has_work(const struct part *part)
{
    if (part->flow > FLOW_OWNED || part->ends_by_itself)
        return true;
    if (part->process == &collector_of_letters)
        return false;
    uint32_t first = part->flow == FLOW_OWNED ? PRODUCERS - 1 : 2 * part->flow;
    return atomic_load(&storm.next[first]) < NUMBERS / 2;
}

static void await_progress(void)
{
    uint32_t before[SLOTS];
    char what[80];
    size_t n = 0;
    for (uint32_t slot = 0; slot < SLOTS; slot++)
        before[slot] = atomic_load(&storm.workers[slot].done);
    for (const struct part *part = parts; part < parts + parts_count; part++)
        for (uint32_t i = 0; i < part->instances; i++, n++) {
            uint32_t slot = handles[n].slot;
            snprintf(what, sizeof what, "%s in slot %u goes on", part->process->object.name, slot);
            AWAIT(is_itself_again(slot), what);
            AWAIT(!has_work(part) || atomic_load(&storm.workers[slot].done) != before[slot], what);
        }
}

static void await_empty_queues(void)
{
    for (const struct part *part = parts; part < parts + parts_count; part++)
        if (part->queue != NULL) {
            char what[80];
            snprintf(what, sizeof what, "%s gets empty", part->queue->object.name);
            AWAIT(coop_queue_count(part->queue) == 0, what);
        }
}

static void end_one(struct coop_handle handle, const struct part *part)
{
    struct coop_end end;
    if (coop_join(handle, STALL_MS, &end) != 0) {
        storm_fail("%s in slot %u does not end", coop_name(handle), handle.slot);
        return;
    }
    if ((end.cause != COOP_EXITED && end.cause != COOP_CANCELLED) || end.code != 0 || end.signal != 0)
        storm_fail("%s in slot %u ended as %s, code %d, signal %d", coop_name(handle), handle.slot,
                   coop_cause_name(end.cause), (int)end.code, end.signal);
    deaths += end.restarts;
    storm.tally.operations[part->flow] += atomic_load(&storm.workers[handle.slot].done);
    if (part->flow == FLOW_STREAM)
        atomic_fetch_add(&storm.stream_ends, end.restarts + 1);
}

static void end_part(const struct part *part, const struct coop_handle *first)
{
    int error = 0;
    if (part->queue != NULL && atomic_load(&storm.closing) != 0)
        error = INSIST(coop_queue_close(part->queue));
    else
        for (uint32_t i = 0; i < part->instances && !part->ends_by_itself && error == 0; i++)
            error = coop_terminate(first[i]);
    if (error != 0)
        storm_fail("%s can't be ended: %s", part->process->object.name, coop_strerror(error));
    for (uint32_t i = 0; i < part->instances; i++)
        end_one(first[i], part);
}

static void end_all(bool those_who_end_by_themselves)
{
    size_t n = 0;
    for (const struct part *part = parts; part < parts + parts_count; n += part->instances, part++)
        if (part->ends_by_itself == those_who_end_by_themselves)
            end_part(part, &handles[n]);
}

static void do_round(uint64_t kills)
{
    uint64_t before = storm.tally.kills;
    say("starts all");
    reset();
    start_all();
    say("kills");
    kill_some(kills);
    say("waits for progress");
    await_progress();
    say("waits for the last work");
    atomic_store(&storm.draining, 1);
    end_all(true);
    await_empty_queues();
    for (size_t i = 0; i < handles_count; i++)
        AWAIT(!coop_is_alive(handles[i]) || is_itself_again(handles[i].slot), "a worker comes back");
    say("ends all");
    end_all(false);
    say("checks");
    check_counts(deaths, storm.tally.kills - before);
    check_objects();
    storm.tally.deaths += deaths;
    storm.tally.rounds++;
}

static int run(const void *argument)
{
    (void)argument;
    random_seed(storm.seed);
    check_begin();
    for (bool last = false; !last && atomic_load(&storm.failed) == 0;) {
        uint64_t left = storm.kills_wanted - storm.tally.kills;
        bool late = storm.until_ms != 0 && coop_now_ms() >= storm.until_ms;
        last = late || left <= storm.round_kills;
        atomic_store(&storm.closing, last);
        do_round(late || left > storm.round_kills ? storm.round_kills : left);
    }
    while (atomic_load(&storm.failed) != 0)
        pause();
    return 0;
}
COOP_PROCESS(storm_root, run);
