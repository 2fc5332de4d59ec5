/* kill -9 at a random moment of a process that loops on an object, then at once a look, while the supervisor repairs. */
#include <coop.h>

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

enum { TRIALS = 100, MARKER = 255, PATIENCE_MS = 200 };

struct record {
    unsigned char bytes[BENCH_KILLED_BYTES];
};

COOP_QUEUE(killed_queue, struct record, 8, .max_deliveries = 2);
COOP_LOCK(killed_lock);
COOP_SHARED(struct record, killed_record);
COOP_SHARED(atomic_int, victim_pid);

static void announce(void)
{
    bench_pin(1);
    atomic_store(&victim_pid, (int)getpid());
}

static unsigned char after(unsigned char stamp)
{
    return (unsigned char)((stamp + 1) % 250);
}

static int is_whole(const struct record *record)
{
    return memcmp(record->bytes, record->bytes + 1, sizeof record->bytes - 1) == 0;
}

static int loop_on_queue(const void *argument)
{
    (void)argument;
    struct record record;
    int error = 0;
    announce();
    for (unsigned char stamp = 0; error >= 0; stamp = after(stamp)) {
        memset(record.bytes, stamp, sizeof record.bytes);
        error = coop_queue_put(&killed_queue, &record, COOP_FOREVER);
        if (error >= 0)
            error = coop_queue_get(&killed_queue, &record, COOP_FOREVER);
    }
    return 1;
}
COOP_PROCESS(victim_of_queue, loop_on_queue);

static int loop_on_leases(const void *argument)
{
    (void)argument;
    struct record record;
    struct coop_lease lease;
    int error = 0;
    announce();
    for (unsigned char stamp = 0; error >= 0; stamp = after(stamp)) {
        memset(record.bytes, stamp, sizeof record.bytes);
        error = coop_queue_put(&killed_queue, &record, COOP_FOREVER);
        if (error >= 0)
            error = coop_queue_take(&killed_queue, &record, &lease, COOP_FOREVER);
        if (error >= 0)
            error = coop_queue_done(&killed_queue, lease);
    }
    return 1;
}
COOP_PROCESS(victim_of_leases, loop_on_leases);

static int loop_on_lock(const void *argument)
{
    (void)argument;
    struct record next;
    announce();
    for (unsigned char stamp = 0;; stamp = after(stamp)) {
        memset(next.bytes, stamp, sizeof next.bytes);
        int error = coop_lock_acquire(&killed_lock, COOP_FOREVER);
        if (error < 0 && error != COOP_EOWNERDEAD)
            return 1;
        killed_record = next;
        coop_lock_release(&killed_lock);
    }
}
COOP_PROCESS(victim_of_lock, loop_on_lock);

static int queue_is_well(void)
{
    struct record record;
    memset(record.bytes, MARKER, sizeof record.bytes);
    if (coop_queue_put(&killed_queue, &record, PATIENCE_MS) < 0)
        return 0;
    do {
        if (coop_queue_get(&killed_queue, &record, PATIENCE_MS) < 0 || !is_whole(&record))
            return 0;
    } while (record.bytes[0] != MARKER);
    return 1;
}

/* After the repair, since a lease comes back only with it: the marker must come last and once. */
static int lease_is_well(void)
{
    return queue_is_well() && coop_queue_count(&killed_queue) == 0;
}

static int lock_is_well(void)
{
    int error = coop_lock_acquire(&killed_lock, PATIENCE_MS);
    if (error < 0 && error != COOP_EOWNERDEAD)
        return 0;
    int well = error == COOP_EOWNERDEAD || is_whole(&killed_record);
    memset(&killed_record, 0, sizeof killed_record);
    coop_lock_release(&killed_lock);
    return well;
}

static struct coop_handle kill_one(const struct coop_process *victim)
{
    struct coop_handle handle;
    atomic_store(&victim_pid, 0);
    if (coop_start(victim, NULL, 0, &handle) < 0)
        bench_fail("coop_start");
    while (atomic_load(&victim_pid) == 0)
        sched_yield();
    uint64_t end = bench_now_ns() + 20000 + (uint64_t)random() % 400000;
    while (bench_now_ns() < end)
        ;
    kill(atomic_load(&victim_pid), SIGKILL);
    return handle;
}

static double percentage(const struct coop_process *victim, int (*is_well)(void), int join_first)
{
    int bad = 0;
    srandom((unsigned)bench_now_ns());
    bench_pin(1); /* ends the round here, rather than in the victim, when there is none */
    bench_pin(0);
    for (int trial = 0; trial < TRIALS; trial++) {
        struct coop_handle handle = kill_one(victim);
        if (join_first && coop_join(handle, COOP_FOREVER, NULL) < 0)
            bench_fail("coop_join");
        bad += !is_well();
        if (coop_join(handle, COOP_FOREVER, NULL) < 0)
            bench_fail("coop_join");
    }
    return 100.0 * bad / TRIALS;
}

static double killed_at_queue(void)
{
    return percentage(&victim_of_queue, queue_is_well, 0);
}

static double killed_at_leases(void)
{
    return percentage(&victim_of_leases, lease_is_well, 1);
}

static double killed_at_lock(void)
{
    return percentage(&victim_of_lock, lock_is_well, 0);
}

CONTENDER("killed", "coop queue", killed_at_queue);
CONTENDER("killed", "coop queue, leases", killed_at_leases);
CONTENDER("killed", "coop lock, which tells", killed_at_lock);
