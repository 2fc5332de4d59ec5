/*
 * One process from its start to its end. Always in this order: kill, reap, repair every object, end the children of one that
 * ended abnormally, and only then restart, or tell of the end. What decides is the supervisor's private record; of the
 * block it reads requests and what the process says of itself.
 */
#include "supervisor.h"

#include "restart.h"
#include "watchdog.h"

/* A probe waits until its process runs, however long a loaded machine lets it wait, but not while it runs on without an answer. */
enum { PROBE_US = 2000000, PROBE_CPU_US = 20000, PROBE_LOOK_US = 10000 };
enum { GRACE_MS = 100, RETRY_US = 5000, EXIT_STATUS_HALTED = 70 };

static uint32_t load(_Atomic uint32_t *word)
{
    return atomic_load_explicit(word, memory_order_acquire);
}

static void store(_Atomic uint32_t *word, uint32_t value)
{
    atomic_store_explicit(word, value, memory_order_release);
}

static uint32_t to_us32(uint64_t us)
{
    return us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
}

static uint32_t to_ms(uint64_t us)
{
    return us / 1000 < UINT32_MAX ? (uint32_t)(us / 1000) : UINT32_MAX;
}

/* Tells everyone: the state is what joiners and starters wait for. */
static void publish(uint32_t slot, enum coop_state state)
{
    store(&block_at_slot(slot)->state, state);
    port_wake(&process_of(slot)->object);
}

static void finish(uint32_t slot, const struct coop_end *end)
{
    struct coop_block *block = block_at_slot(slot);
    record_at_slot(slot)->phase = PHASE_IDLE;
    record_at_slot(slot)->end = *end;
    store(&block->native_pid, 0);
    block->end = *end;
    publish(slot, COOP_ENDED);
    port_wake(&coop_processes_start->object); /* parents that wait for all their children do so there */
    port_ring();                              /* its parent may wait for it in this very round */
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
    block->report = (struct coop_end){.cause = COOP_ALIVE};
    store(&block->stopping, 0);
    store(&block->checkins, 0);
    store(&block->heartbeats, 0);
    store(&block->blocked, 0);
    store(&block->state, COOP_STARTING);
    int error = port_start(slot);
    if (error == 0)
        return;
    record->end = (struct coop_end){.cause = COOP_START_FAILED, .code = error, .restarts = record->restarts};
    record->phase = PHASE_REAPED; /* there is nothing to repair */
    port_ring();
}

static void first_begin(uint32_t slot, uint64_t now_us)
{
    struct coop_block *block = block_at_slot(slot);
    struct coop_record *record = record_at_slot(slot);
    record->generation = load(&block->generation);
    uint32_t parent = load(&block->parent);
    record->parent = (uint8_t)(parent <= process_slots() ? parent : 0);
    record->restarts = 0;
    record->recent = 0;
    record->unwanted = false;
    record->launched = false;
    if (system_is_stopping())
        finish(slot, &(struct coop_end){.cause = COOP_START_FAILED, .code = COOP_ESTOPPING});
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
    store(&block_at_slot(slot)->stopping, 1);
    wake_all(); /* whatever it waits for, its call returns */
    port_nudge(slot);
}

static void end_running(uint32_t slot, enum coop_cause verdict, bool at_once, uint64_t now_us)
{
    struct coop_record *record = record_at_slot(slot);
    uint32_t grace_ms = process_of(slot)->grace_ms;
    bool runs = record->phase == PHASE_RUNNING || record->phase == PHASE_PROBED;
    port_ring(); /* what follows by time counts from this round on */
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
        finish(slot, &(struct coop_end){.cause = COOP_CANCELLED, .restarts = record->restarts});
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
    block_at_slot(slot)->report.pc = 0;
    record->deadline_us = port_probe(slot) ? now_us + PROBE_US : now_us;
    port_ring(); /* its deadline counts from this round on */
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
    bool is_known = *(volatile uintptr_t *)&block_at_slot(slot)->report.pc != 0;
    if (!is_known && now_us < record->deadline_us && port_cpu_us(slot) < record->cpu_us + PROBE_CPU_US)
        return now_us + PROBE_LOOK_US; /* or when the port rings */
    if (grace_ms == 0)
        kill_now(slot);
    else
        stop_politely(slot, grace_ms, now_us);
    return grace_ms == 0 ? UINT64_MAX : record->deadline_us;
}

/*
 * True while it is blocked and will ring when it goes on, so that nobody needs to look before. One that has checked in since the
 * last look is watched for a period more: so a busy one doesn't ring for each of its waits.
 */
static bool dozes(struct coop_block *block, bool checked_in)
{
    uint32_t blocked = COOP_BLOCKED;
    return !checked_in && (atomic_compare_exchange_strong(&block->blocked, &blocked, COOP_BLOCKED_WATCHED) ||
                           blocked == COOP_BLOCKED_WATCHED);
}

static uint64_t serve_running(uint32_t slot, uint64_t now_us)
{
    const struct coop_process *process = process_of(slot);
    struct coop_block *block = block_at_slot(slot);
    struct coop_record *record = record_at_slot(slot);
    if (process->watchdog_ms == 0 && process->heartbeat_ms == 0 && process->lifetime_ms == 0)
        return UINT64_MAX;
    bool checked_in = atomic_exchange(&block->checkins, 0) != 0 || load(&block->state) == COOP_STARTING;
    struct watch_sample sample = {.now_us = now_us,
                                  .cpu_us = process->watchdog_ms != 0 ? port_cpu_us(slot) : 0,
                                  .checkins = record->checkins_seen + checked_in,
                                  .heartbeats = load(&block->heartbeats),
                                  .blocked = process->watchdog_ms != 0 && dozes(block, checked_in)};
    enum coop_cause verdict = watchdog_judge(record, process, &sample);
    if (verdict == COOP_RUNAWAY && load(&block->checkins) != 0)
        verdict =
            COOP_ALIVE; /* the supervisor was preempted before it read the clock, and meanwhile it has checked in */
    if (verdict == COOP_ALIVE)
        return watchdog_next_us(record, process, &sample);
    record->used_us = to_us32(sample.cpu_us - record->cpu_us);
    life_condemn(slot, verdict, now_us);
    return now_us;
}

/*
 * True while a process that the slot's process started is alive, and asks them to stop. After a normal end only daemons are
 * left: it has waited for the others.
 */
static bool end_children(uint32_t slot, uint64_t now_us)
{
    bool some = false;
    for (uint32_t child = 0; child < process_slots(); child++) {
        struct coop_record *record = record_at_slot(child);
        if (record->phase == PHASE_IDLE || record->parent != slot + 1)
            continue;
        some = true;
        if (!record->unwanted)
            life_stop(child, false, now_us);
    }
    return some;
}

static enum restart_verdict escalate(uint32_t slot, uint64_t now_us)
{
    const struct coop_process *process = process_of(slot);
    log_format("%s ended more than %u times: %s", process->object.name, process->max_restarts,
               process->escalation == COOP_GIVE_UP         ? "it stays ended"
               : process->escalation == COOP_RESTART_GROUP ? "its group restarts"
                                                           : "the system stops");
    if (process->escalation == COOP_GIVE_UP)
        return RESTART_NOT;
    if (process->escalation != COOP_RESTART_GROUP) {
        system_stop(EXIT_STATUS_HALTED, process->escalation == COOP_REBOOT);
        return RESTART_NOT;
    }
    for (uint32_t other = 0; other < process_slots(); other++)
        if (other != slot && process_of(other)->group == process->group)
            life_restart(other, now_us);
    record_at_slot(slot)->recent = 0;
    return RESTART_LATER;
}

static void decide(uint32_t slot, struct coop_end *end, uint64_t now_us)
{
    const struct coop_process *process = process_of(slot);
    struct coop_record *record = record_at_slot(slot);
    uint64_t delay_us = 0;
    enum restart_verdict verdict = RESTART_NOT;
    if (!system_is_stopping() && !record->unwanted)
        verdict = record->again ? RESTART_LATER : restart_decide(record, process, end, now_us, &delay_us);
    if (end->cause == COOP_START_FAILED && !record->launched)
        verdict = RESTART_NOT; /* its starter is told */
    obituary(slot, end, verdict == RESTART_LATER ? (int64_t)(delay_us / 1000) : -1);
    if (verdict == RESTART_ESCALATES)
        verdict = escalate(slot, now_us);
    if (verdict != RESTART_LATER) {
        finish(slot, end);
        return;
    }
    record->phase = PHASE_BACKOFF;
    record->deadline_us = now_us + delay_us;
    store(&block_at_slot(slot)->native_pid, 0);
    publish(slot, COOP_RESTARTING);
}

/* Clears up after an end, and when all is clear decides what follows. Returns when to come back. */
static uint64_t serve_reaped(uint32_t slot, uint64_t now_us)
{
    struct coop_record *record = record_at_slot(slot);
    struct coop_end end = record->end;
    if (record->repair_pending)
        record->repair_pending = !repair_all(slot + 1, record);
    bool children = end_children(slot, now_us);
    if (record->repair_pending)
        return now_us + RETRY_US;
    if (children)
        return UINT64_MAX; /* the end of the last one comes with a ring */
    end.recovered = record->recovered;
    decide(slot, &end, now_us);
    return record->phase == PHASE_BACKOFF ? record->deadline_us : now_us;
}

/* What a process says of its own end is taken for what it can only know itself, where it fits what the port says. */
static void believe(const struct coop_end *report, struct coop_end *end)
{
    bool says_fault = report->cause == COOP_FAULTED || report->cause == COOP_OVERFLOWED;
    end->cause = end->signal != 0 ? COOP_KILLED : COOP_EXITED;
    if (end->signal == 0 || !(report->cause == COOP_MISUSED || (says_fault && report->signal == end->signal)))
        return;
    end->cause = report->cause;
    end->pc = report->pc;
    if (says_fault)
        end->address = report->address;
    else
        end->reason = report->reason;
}

/* Puts together how it ended: what the supervisor knows before what the process says of itself. */
static struct coop_end describe(uint32_t slot, const struct port_ended *ended, uint64_t now_us)
{
    struct coop_record *record = record_at_slot(slot);
    struct coop_end report = block_at_slot(slot)->report;
    struct coop_end end = {.signal = (uint8_t)ended->signal,
                           .code = ended->code,
                           .ran_ms = to_ms(now_us - record->started_us),
                           .restarts = record->restarts};
    bool was_asked = record->verdict == COOP_CANCELLED || record->verdict == COOP_KILLED;
    if (record->verdict == COOP_CANCELLED && ended->signal == 0) {
        end.cause = COOP_CANCELLED;
    } else if (record->verdict != COOP_ALIVE && !was_asked) {
        end.cause = record->verdict;
        end.pc = report.pc;
    } else if (record->verdict == COOP_ALIVE && load(&block_at_slot(slot)->state) == COOP_STARTING) {
        bool is_error = report.cause == COOP_START_FAILED && report.code < 0 && report.code >= COOP_EUNSUPPORTED;
        end.cause = COOP_START_FAILED;
        end.code = is_error ? report.code : COOP_EIO;
    } else {
        believe(&report, &end);
    }
    return end;
}

void life_reaped(const struct port_ended *ended, uint64_t now_us)
{
    struct coop_record *record = record_at_slot(ended->slot);
    if (record->phase == PHASE_IDLE || record->phase == PHASE_BACKOFF || record->phase == PHASE_REAPED)
        return;
    record->launched |= load(&block_at_slot(ended->slot)->state) != COOP_STARTING;
    record->end = describe(ended->slot, ended, now_us);
    record->phase = PHASE_REAPED;
    record->repair_pending = true;
}

static void serve_request(uint32_t slot, uint64_t now_us)
{
    struct coop_record *record = record_at_slot(slot);
    uint32_t request = load(&block_at_slot(slot)->request);
    if (request == COOP_REQUEST_KILL && record->phase <= PHASE_STOPPING)
        life_stop(slot, true, now_us);
    else if (request != COOP_REQUEST_NONE && !record->unwanted)
        life_stop(slot, false, now_us);
}

void life_admit(uint32_t slot, uint64_t now_us)
{
    if (record_at_slot(slot)->phase == PHASE_IDLE && load(&block_at_slot(slot)->state) == COOP_REQUESTED)
        first_begin(slot, now_us);
}

/* A group starts again when all of it has ended, in the order of the slots. */
static bool group_is_ending(uint32_t slot)
{
    for (uint32_t other = 0; other < process_slots(); other++) {
        const struct coop_record *record = record_at_slot(other);
        if (record->again && record->phase != PHASE_IDLE && record->phase != PHASE_BACKOFF &&
            process_of(other)->group == process_of(slot)->group)
            return true;
    }
    return false;
}

static uint64_t serve_backoff(uint32_t slot, uint64_t now_us)
{
    struct coop_record *record = record_at_slot(slot);
    if (now_us < record->deadline_us)
        return record->deadline_us;
    if (group_is_ending(slot))
        return UINT64_MAX; /* the last end comes with a ring */
    begin(slot, now_us);
    return now_us;
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
        return serve_reaped(slot, now_us);
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
