/*
 * The supervisor: one loop that sleeps on the bell. A death, a request, a signal and a deadline ring it. It never waits
 * for a process, a guard or a reader of its log, and trusts of the arena only what it can't know otherwise.
 */
#include "supervisor.h"

#include "operations.h"
#include "watchdog.h"
#include <string.h>

enum { TEND_US = 10000, LATE_US = 100000 };

static struct {
    bool stopping;
    bool at_once;
    bool status_is_set;
    bool reboot;
    int status;
    uint32_t root;
    uint64_t listened_us; /* when it last began to listen */
} run;

bool system_is_stopping(void)
{
    return run.stopping;
}

void system_stop(int status, bool reboot)
{
    run.stopping = true;
    run.status_is_set = true;
    run.status = status;
    run.reboot = reboot;
    port_ring();
}

static void check(const struct coop_object *object, void *context)
{
    bool *sound = context;
    bool (*is_sound)(const struct coop_object *) = object_classes[object->kind]->check;
    if (is_sound != NULL && !is_sound(object)) {
        log_format("%s: its declaration contradicts itself", object->name);
        *sound = false;
    }
}

static int begin(int argc, char **argv, const struct coop_process *root)
{
    bool sound = true;
    if (root == NULL || !object_is(&root->object, COOP_KIND_PROCESS))
        return COOP_EINVAL;
    objects_visit(check, &sound);
    if (!sound)
        return COOP_EINVAL;
    if (process_slots() > COOP_MAX_PROCESSES)
        return COOP_ELIMIT;
    int error = port_open(argc, argv);
    if (error < 0)
        return error;
    memset(&run, 0, sizeof run);
    run.root = process_first_slot(root);
    struct coop_block *block = block_at_slot(run.root);
    atomic_store_explicit(&block->generation, 1, memory_order_relaxed);
    atomic_store_explicit(&block->state, COOP_REQUESTED, memory_order_relaxed);
    return 0;
}

/* The supervisor did not run for so long, so nobody is blamed for having been silent. */
static void forgive_all(uint64_t gap_us)
{
    for (uint32_t slot = 0; slot < process_slots(); slot++)
        watchdog_forgive(record_at_slot(slot), gap_us);
}

static void reap(void)
{
    struct port_ended ended;
    while (port_reap(&ended)) {
        if (ended.slot >= process_slots())
            forgive_all(port_now_us() - run.listened_us);
        else if (ended.stopped)
            wake_all(); /* it may have been woken for something that another could do */
        else
            life_reaped(&ended, port_now_us());
    }
}

static void heed_signals(void)
{
    int asked = port_stop_asked();
    if (asked >= 1)
        run.stopping = true;
    if (asked >= 2)
        run.at_once = true;
    if (!life_goes_on(run.root))
        run.stopping = true;
}

/* One look at everything. Returns when to look again. */
static uint64_t serve(void)
{
    uint64_t now_us = port_now_us(), until_us = UINT64_MAX;
    for (uint32_t slot = 0; slot < process_slots(); slot++)
        life_admit(slot, now_us);
    for (uint32_t slot = 0; slot < process_slots(); slot++) {
        struct coop_record *record = record_at_slot(slot);
        bool at_once = run.at_once && record->phase < PHASE_KILLED;
        if (run.stopping && record->phase != PHASE_IDLE && (at_once || !record->unwanted))
            life_stop(slot, run.at_once, now_us);
        uint64_t next_us = life_serve(slot, now_us);
        until_us = next_us < until_us ? next_us : until_us;
    }
    uint32_t stuck = port_stuck();
    if (stuck != 0)
        life_condemn_stuck(stuck - 1, now_us);
    if (tend_all() && now_us + TEND_US < until_us)
        until_us = now_us + TEND_US;
    return until_us;
}

static void listen(uint64_t until_us)
{
    run.listened_us = port_now_us();
    port_listen(until_us);
    uint64_t now_us = port_now_us();
    if (until_us != UINT64_MAX && now_us > until_us + LATE_US)
        forgive_all(now_us - until_us);
}

static bool anything_goes_on(void)
{
    for (uint32_t slot = 0; slot < process_slots(); slot++)
        if (life_goes_on(slot))
            return true;
    return false;
}

static int status_of_root(void)
{
    const struct coop_end *end = &record_at_slot(run.root)->end;
    if (run.status_is_set)
        return run.status;
    if (end->cause == COOP_START_FAILED)
        return end->code;
    return end->signal != 0 ? 128 + end->signal : end->code;
}

int coop_run(int argc, char **argv, const struct coop_process *root)
{
    int error = begin(argc, argv, root);
    if (error < 0) {
        log_format("the system can't begin: %s", coop_strerror(error));
        return error;
    }
    uint64_t until_us = serve();
    while (anything_goes_on()) {
        (void)log_drain();
        port_feed();
        listen(until_us);
        reap();
        heed_signals();
        until_us = serve();
    }
    while (log_drain())
        ;
    port_close(status_of_root(), run.reboot);
    return status_of_root();
}
