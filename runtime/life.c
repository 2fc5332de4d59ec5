/*
 * One process from its start until it has ended or has to. What decides is the supervisor's private record; of the block it reads
 * requests and what the process says of itself.
 */
#include "supervisor.h"

#include "watchdog.h"

/* A probe waits until its process runs, however long a loaded machine lets it wait, but not while it runs on without an answer. */
enum { PROBE_US = 2000000, PROBE_CPU_US = 100000, PROBE_LOOK_US = 10000 };
enum { GRACE_MS = 100 };

static uint32_t alive;

static uint32_t to_us32(uint64_t us)
{
    return us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
}

void life_publish(uint32_t slot, enum coop_state state)
{
    store_word(&block_at_slot(slot)->state, state);
    port_wake(&process_of(slot)->object);
}

void life_count(uint32_t slot, int step)
{
    uint32_t parent = record_at_slot(slot)->parent;
    alive += (uint32_t)step;
    if (parent == 0)
        return;
    struct coop_record *record = record_at_slot(parent - 1);
    record->children = (uint8_t)(record->children + step);
    if (!process_of(slot)->daemon) {
        record->awaited = (uint8_t)(record->awaited + step);
        store_word(&block_at_slot(parent - 1)->children, record->awaited);
        if (record->awaited == 0)
            port_wake(&coop_processes_start->object); /* where it waits for them */
    }
    if (record->children == 0 && record->phase == PHASE_REAPED)
        attend(parent - 1);
}

bool life_any(void)
{
    return alive != 0;
}

static void begin(uint32_t slot, uint64_t now_us)
{
    struct coop_block *block = block_at_slot(slot);
    struct coop_record *record = record_at_slot(slot);
    record->phase = PHASE_RUNNING;
    record->verdict = COOP_ALIVE;
    record->recovered = 0;
    record->again = false;
    record->stuck = false;
    watchdog_begin(record, now_us);
    block->end = (struct coop_end){.cause = COOP_ALIVE};
    store_word(&block->stopping, 0);
    store_word(&block->checkins, 0);
    store_word(&block->beat, 0);
    store_word(&block->blocked, 0);
    store_word(&block->state, COOP_STARTING); /* @start_begin */
    int error = port_start(slot);
    if (error == 0)
        life_publish(slot, COOP_RUNNING); /* @publish */
    if (error >= 0)
        return;
    record->end = (struct coop_end){.cause = COOP_START_FAILED, .code = error, .restarts = record->restarts};
    record->phase = PHASE_REAPED;
    record->repair_pending = false; /* there is nothing to repair */
    attend(slot);
}

/* Who is not alive, as it isn't itself yet, is no starter: the word was overwritten. So nobody waits in a circle for children to end. */
static bool is_alive(uint32_t parent)
{
    return parent != 0 && parent <= process_slots() && record_at_slot(parent - 1)->phase != PHASE_IDLE;
}

static void first_begin(uint32_t slot, uint64_t now_us)
{
    struct coop_block *block = block_at_slot(slot);
    struct coop_record *record = record_at_slot(slot);
    uint32_t parent = load_word(&block->parent);
    record->parent = (uint8_t)(is_alive(parent) ? parent : 0);
    record->restarts = 0;
    record->recent = 0;
    record->unwanted = false;
    record->launched = false;
    life_count(slot, 1);
    if (system_is_stopping())
        life_finish(slot, &(struct coop_end){.cause = COOP_START_FAILED, .code = COOP_ESTOPPING});
    else
        begin(slot, now_us);
}

static void kill_now(uint32_t slot)
{
    record_at_slot(slot)->phase = PHASE_KILLED;
    port_kill(slot);
}

static void stop_politely(uint32_t slot, uint32_t grace_ms, uint64_t now_us)
{
    struct coop_record *record = record_at_slot(slot);
    record->phase = PHASE_STOPPING;
    record->deadline_us = now_us + (uint64_t)grace_ms * 1000;
    store_word(&block_at_slot(slot)->stopping, 1); /* @stop_ask */
    wake_all();                                    /* whatever it waits for, its call returns */
    port_nudge(slot);
}

static void end_running(uint32_t slot, enum coop_cause verdict, bool at_once, uint64_t now_us)
{
    struct coop_record *record = record_at_slot(slot);
    uint32_t grace_ms = process_of(slot)->grace_ms;
    bool runs = record->phase == PHASE_RUNNING || record->phase == PHASE_PROBED;
    attend(slot); /* what follows by time counts from this round on */
    if (runs && record->verdict == COOP_ALIVE)
        record->verdict = (uint8_t)verdict;
    if (at_once && (runs || record->phase == PHASE_STOPPING))
        kill_now(slot);
    else if (runs)
        stop_politely(slot, grace_ms != 0 ? grace_ms : GRACE_MS, now_us);
}

void life_stop(uint32_t slot, bool at_once, uint64_t now_us)
{
    struct coop_record *record = record_at_slot(slot);
    record->unwanted = true;
    if (record->phase == PHASE_BACKOFF)
        life_finish(slot, &(struct coop_end){.cause = COOP_CANCELLED, .restarts = record->restarts});
    else
        end_running(slot, at_once ? COOP_KILLED : COOP_CANCELLED, at_once, now_us);
}

void life_restart(uint32_t slot, uint64_t now_us)
{
    struct coop_record *record = record_at_slot(slot);
    if (record->phase == PHASE_IDLE || record->unwanted)
        return;
    record->again = true;
    end_running(slot, COOP_CANCELLED, false, now_us);
}

void life_condemn(uint32_t slot, enum coop_cause verdict, uint64_t now_us)
{
    struct coop_record *record = record_at_slot(slot);
    if (record->phase != PHASE_RUNNING)
        return;
    record->verdict = (uint8_t)verdict;
    record->phase = PHASE_PROBED;
    record->cpu_us = port_cpu_us(slot);
    block_at_slot(slot)->end.pc = 0;
    record->deadline_us = port_probe(slot) ? now_us + PROBE_US : now_us;
    attend(slot); /* its deadline counts from this round on */
}

void life_condemn_stuck(uint32_t slot, uint64_t now_us)
{
    record_at_slot(slot)->stuck = true;
    if (record_at_slot(slot)->phase == PHASE_STOPPING)
        kill_now(slot);
    else
        life_condemn(slot, COOP_HUNG, now_us);
}

static uint64_t serve_probed(uint32_t slot, uint64_t now_us)
{
    struct coop_record *record = record_at_slot(slot);
    uint32_t grace_ms = record->stuck ? 0 : process_of(slot)->grace_ms; /* others wait, and it can't heed a request */
    bool is_known = *(volatile uintptr_t *)&block_at_slot(slot)->end.pc != 0;
    if (!is_known && now_us < record->deadline_us && port_cpu_us(slot) < record->cpu_us + PROBE_CPU_US)
        return now_us + PROBE_LOOK_US; /* or when the port rings for it */
    if (grace_ms == 0)
        kill_now(slot);
    else
        stop_politely(slot, grace_ms, now_us);
    return grace_ms == 0 ? UINT64_MAX : record->deadline_us;
}

/* One that has checked in since the last look is watched for a period more: so a busy one doesn't ring for each of its waits. */
static bool dozes(uint32_t slot, bool checked_in)
{
    return !checked_in && port_dozes(slot);
}

static uint64_t serve_running(uint32_t slot, uint64_t now_us)
{
    const struct coop_process *process = process_of(slot);
    struct coop_block *block = block_at_slot(slot);
    struct coop_record *record = record_at_slot(slot);
    if (!life_is_watched(slot))
        return UINT64_MAX;
    bool checked_in = atomic_exchange(&block->checkins, 0) != 0 || load_word(&block->state) == COOP_STARTING;
    struct watch_sample sample = {.now_us = now_us,
                                  .cpu_us = process->watchdog_ms != 0 ? port_cpu_us(slot) : 0,
                                  .checked_in = checked_in,
                                  .beat = process->heartbeat_ms != 0 && atomic_exchange(&block->beat, 0) != 0,
                                  .blocked = process->watchdog_ms != 0 && dozes(slot, checked_in)};
    enum coop_cause verdict = watchdog_judge(record, process, &sample);
    if (verdict == COOP_RUNAWAY && load_word(&block->checkins) != 0)
        verdict =
            COOP_ALIVE; /* the supervisor was preempted before it read the clock, and meanwhile it has checked in */
    if (verdict == COOP_ALIVE)
        return watchdog_next_us(record, process, &sample);
    record->used_us = to_us32(sample.cpu_us - record->cpu_us);
    life_condemn(slot, verdict, now_us);
    return UINT64_MAX;
}

static void serve_request(uint32_t slot, uint64_t now_us)
{
    struct coop_record *record = record_at_slot(slot);
    uint32_t request = load_word(&block_at_slot(slot)->request);
    if (request == COOP_REQUEST_KILL && record->phase <= PHASE_STOPPING)
        life_stop(slot, true, now_us);
    else if (request != COOP_REQUEST_NONE && !record->unwanted)
        life_stop(slot, false, now_us);
}

bool life_admit(uint32_t slot, uint64_t now_us)
{
    /* @admit */
    if (record_at_slot(slot)->phase != PHASE_IDLE || load_word(&block_at_slot(slot)->state) != COOP_REQUESTED)
        return false;
    first_begin(slot, now_us);
    return true;
}

static uint64_t serve_backoff(uint32_t slot, uint64_t now_us)
{
    struct coop_record *record = record_at_slot(slot);
    if (now_us < record->deadline_us)
        return record->deadline_us;
    if (life_group_is_ending(slot))
        return UINT64_MAX; /* until the last one has ended */
    begin(slot, now_us);
    attend(slot);
    return UINT64_MAX;
}

uint64_t life_serve(uint32_t slot, uint64_t now_us)
{
    struct coop_record *record = record_at_slot(slot);
    if (record->phase != PHASE_IDLE)
        serve_request(slot, now_us);
    switch ((enum phase)record->phase) {
    case PHASE_RUNNING:
        return serve_running(slot, now_us);
    case PHASE_PROBED:
        return serve_probed(slot, now_us);
    case PHASE_REAPED:
        return life_clear_up(slot, now_us);
    case PHASE_STOPPING:
        if (now_us < record->deadline_us)
            return record->deadline_us;
        kill_now(slot);
        return UINT64_MAX;
    case PHASE_BACKOFF:
        return serve_backoff(slot, now_us);
    case PHASE_IDLE:
    case PHASE_KILLED:
        break;
    }
    return UINT64_MAX;
}
