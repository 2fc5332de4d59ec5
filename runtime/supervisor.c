/*
 * The supervisor: one loop that sleeps on the bell. A death, a request, a signal and a deadline ring it. It never waits
 * for a process, a guard or a reader of its log, and trusts of the arena only what it can't know otherwise.
 */
#include "supervisor.h"

#include "operations.h"
#include "watchdog.h"
#include <string.h>

enum { TEND_US = 10000, LATE_US = 100000 };
enum { WORD_BITS = 32, WORDS = (COOP_MAX_PROCESSES + WORD_BITS - 1) / WORD_BITS };

static struct {
    bool stopping;
    bool at_once;
    bool status_is_set;
    bool reboot;
    int status;
    uint32_t root;
    uint64_t now_us;      /* of this round */
    uint64_t listened_us; /* when it last began to listen */
    uint64_t look_us;     /* the earliest look_us of all records, or before */
    uint64_t tend_us;
    bool is_awaited;         /* some bit is set in: */
    uint32_t awaited[WORDS]; /* by slot, who is to be looked at in the next round */
} run;

void attend(uint32_t slot)
{
    run.awaited[slot / WORD_BITS] |= 1u << slot % WORD_BITS;
    run.is_awaited = true;
}

static void attend_all(void)
{
    for (uint32_t slot = 0; slot < process_slots(); slot++)
        attend(slot);
}

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
    attend_all();
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
    run.now_us = port_now_us();
    run.look_us = UINT64_MAX;
    attend(run.root);
    struct coop_block *block = block_at_slot(run.root);
    atomic_store_explicit(&block->generation, 1, memory_order_relaxed);
    atomic_store_explicit(&block->state, COOP_REQUESTED, memory_order_relaxed);
    return 0;
}

/* The supervisor did not run for so long, so nobody is blamed for having been silent. */
static void forgive_all(uint64_t gap_us)
{
    for (uint32_t slot = 0; slot < process_slots(); slot++)
        if (record_at_slot(slot)->phase == PHASE_RUNNING)
            watchdog_forgive(record_at_slot(slot), gap_us);
}

static void reap(void)
{
    struct port_ended ended;
    while (port_reap(&ended)) {
        if (ended.slot >= process_slots())
            forgive_all(run.now_us - run.listened_us);
        else if (ended.stopped)
            wake_all(); /* it may have been woken for something that another could do */
        else
            life_reaped(&ended, run.now_us);
    }
}

static void heed_signals(void)
{
    int asked = port_stop_asked();
    bool stopping = run.stopping || asked >= 1 || !life_goes_on(run.root);
    bool at_once = run.at_once || asked >= 2;
    if (stopping != run.stopping || at_once != run.at_once)
        attend_all();
    run.stopping = stopping;
    run.at_once = at_once;
}

static void serve_slot(uint32_t slot)
{
    struct coop_record *record = record_at_slot(slot);
    bool at_once = run.at_once && record->phase < PHASE_KILLED;
    if (run.stopping && record->phase != PHASE_IDLE && (at_once || !record->unwanted))
        life_stop(slot, run.at_once, run.now_us);
    record->look_us = life_serve(slot, run.now_us);
    if (record->look_us < run.look_us)
        run.look_us = record->look_us;
}

static void admit_slot(uint32_t slot)
{
    (void)life_admit(slot, run.now_us);
}

bool supervisor_admit(uint32_t slot, uint64_t now_us)
{
    return life_admit(slot, now_us) && load_word(&block_at_slot(slot)->state) == COOP_RUNNING && !life_is_watched(slot);
}

bool supervisor_bury(const struct port_ended *ended, uint64_t now_us)
{
    return ended->slot != run.root && life_end_quietly(ended, now_us);
}

static void attend_due(void)
{
    run.look_us = UINT64_MAX;
    for (uint32_t slot = 0; slot < process_slots(); slot++) {
        uint64_t look_us = record_at_slot(slot)->look_us;
        if (look_us <= run.now_us)
            attend(slot);
        else if (look_us < run.look_us)
            run.look_us = look_us;
    }
}

static void for_each(uint32_t word, uint32_t bits, void (*visit)(uint32_t slot))
{
    for (; bits != 0; bits &= bits - 1) {
        uint32_t slot = word * WORD_BITS + (uint32_t)__builtin_ctz(bits);
        if (slot < process_slots())
            visit(slot);
    }
}

/* Looks at those who rang, who ended, and whose time has come. Starts come before deaths: so the children of a dead starter are known. */
static void serve(void)
{
    uint32_t bits[WORDS], words = (process_slots() + WORD_BITS - 1) / WORD_BITS;
    if (run.now_us >= run.look_us)
        attend_due();
    run.is_awaited = false;
    for (uint32_t word = 0; word < words; word++) {
        bits[word] = port_rung(word) | run.awaited[word];
        run.awaited[word] = 0;
        for_each(word, bits[word], admit_slot);
    }
    for (uint32_t word = 0; word < words; word++)
        for_each(word, bits[word], serve_slot);
    uint32_t stuck = port_stuck();
    if (stuck != 0)
        life_condemn_stuck(stuck - 1, run.now_us);
    run.tend_us = tend_all() ? run.now_us + TEND_US : UINT64_MAX;
}

/* Sleeps, unless something is left to do. */
static void listen(void)
{
    uint64_t until_us = run.look_us < run.tend_us ? run.look_us : run.tend_us;
    run.listened_us = run.now_us;
    if (!run.is_awaited)
        port_listen(until_us);
    run.now_us = port_now_us();
    if (until_us != UINT64_MAX && run.now_us > until_us + LATE_US)
        forgive_all(run.now_us - until_us);
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
    serve();
    while (life_any()) {
        (void)log_drain();
        port_feed();
        listen();
        reap();
        heed_signals();
        serve();
    }
    while (log_drain())
        ;
    port_close(status_of_root(), run.reboot);
    return status_of_root();
}
