/*
 * The end of a process: what it is told as, what is cleared up after it, and what follows. Always in this order: reap, repair the
 * objects, end the children, and only then restart, or tell of the end.
 */
#include "supervisor.h"

#include "restart.h"

enum { RETRY_US = 5000, EXIT_STATUS_HALTED = 70 };

static uint32_t to_ms(uint64_t us)
{
    if (us <= UINT32_MAX)
        return (uint32_t)us / 1000; /* a long division costs a small core more than all the rest of an end */
    return us / 1000 < UINT32_MAX ? (uint32_t)(us / 1000) : UINT32_MAX;
}

void life_finish(uint32_t slot, const struct coop_end *end)
{
    struct coop_block *block = block_at_slot(slot);
    record_at_slot(slot)->phase = PHASE_IDLE;
    record_at_slot(slot)->end = *end;
    store_word(&block->native_pid, 0);
    block->end = *end;
    life_publish(slot, COOP_ENDED); /* @publish_end */
    life_count(slot, -1);
}

/* Asks the processes that the slot's process started to stop. After a normal end only daemons are left: it has waited for the others. */
static void end_children(uint32_t slot, uint64_t now_us)
{
    for (uint32_t child = 0; child < process_slots(); child++) {
        const struct coop_record *record = record_at_slot(child);
        if (record->phase != PHASE_IDLE && record->parent == slot + 1 && !record->unwanted)
            life_stop(child, false, now_us);
    }
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

bool life_group_is_ending(uint32_t slot)
{
    for (uint32_t other = 0; other < process_slots(); other++) {
        const struct coop_record *record = record_at_slot(other);
        if (record->again && record->phase != PHASE_IDLE && record->phase != PHASE_BACKOFF &&
            process_of(other)->group == process_of(slot)->group)
            return true;
    }
    return false;
}

/* What has to wait for the end of a whole group looks again. */
static void attend_group(uint32_t slot)
{
    for (uint32_t other = 0; other < process_slots(); other++)
        if (record_at_slot(other)->phase == PHASE_BACKOFF && process_of(other)->group == process_of(slot)->group)
            attend(other);
}

static void decide(uint32_t slot, const struct coop_end *end, uint64_t now_us)
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
    if (verdict == RESTART_LATER) {
        record->phase = PHASE_BACKOFF;
        record->deadline_us = now_us + delay_us;
        store_word(&block_at_slot(slot)->native_pid, 0);
        life_publish(slot, COOP_RESTARTING);
        attend(slot);
    } else {
        life_finish(slot, end);
    }
    if (record->again)
        attend_group(slot);
}

/* Returns when to come back; 0: all is clear, and who waits on the process itself is woken when that is told. */
static uint64_t clear(uint32_t slot, uint64_t now_us)
{
    struct coop_record *record = record_at_slot(slot);
    if (record->repair_pending)
        record->repair_pending = !repair_all(slot + 1, record, &process_of(slot)->object);
    if (record->children != 0)
        end_children(slot, now_us);
    if (record->repair_pending)
        return now_us + RETRY_US;
    if (record->children != 0)
        return UINT64_MAX;                       /* until the last one has ended */
    return log_settle() ? 0 : now_us + RETRY_US; /* its last words come before what is told of its end */
}

uint64_t life_clear_up(uint32_t slot, uint64_t now_us)
{
    struct coop_record *record = record_at_slot(slot);
    uint64_t back_us = clear(slot, now_us);
    if (back_us != 0) {
        port_wake(&process_of(slot)->object);
        return back_us;
    }
    struct coop_end end = record->end;
    end.recovered = record->recovered;
    decide(slot, &end, now_us);
    return UINT64_MAX;
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
static void describe(uint32_t slot, const struct port_ended *ended, uint64_t now_us)
{
    struct coop_record *record = record_at_slot(slot);
    struct coop_end report = block_at_slot(slot)->end;
    struct coop_end *end = &record->end;
    *end = (struct coop_end){.signal = (uint8_t)ended->signal,
                             .code = ended->code,
                             .ran_ms = to_ms(now_us - record->started_us),
                             .restarts = record->restarts};
    bool was_asked = record->verdict == COOP_CANCELLED || record->verdict == COOP_KILLED;
    if (record->verdict == COOP_CANCELLED && ended->signal == 0) {
        end->cause = COOP_CANCELLED;
    } else if (record->verdict != COOP_ALIVE && !was_asked) {
        end->cause = record->verdict;
        end->pc = report.pc;
    } else if (record->verdict == COOP_ALIVE && load_word(&block_at_slot(slot)->state) == COOP_STARTING) {
        bool is_error = report.cause == COOP_START_FAILED && report.code < 0 && report.code >= COOP_EUNSUPPORTED;
        end->cause = COOP_START_FAILED;
        end->code = is_error ? report.code : COOP_EIO;
    } else {
        believe(&report, end);
    }
}

bool life_end_quietly(const struct port_ended *ended, uint64_t now_us)
{
    const struct coop_record *record = record_at_slot(ended->slot);
    bool was_asked = record->phase != PHASE_RUNNING || record->verdict != COOP_ALIVE;
    bool is_awaited = record->parent != 0 && record_at_slot(record->parent - 1)->phase == PHASE_REAPED;
    if (!ended->clean || ended->signal != 0 || ended->code != 0 || was_asked || is_awaited || record->children != 0 ||
        process_of(ended->slot)->restart == COOP_RESTART_ALWAYS || !log_is_idle())
        return false;
    life_finish(ended->slot, &(struct coop_end){.cause = COOP_EXITED,
                                                .ran_ms = to_ms(now_us - record->started_us),
                                                .restarts = record->restarts});
    return true;
}

void life_reaped(const struct port_ended *ended, uint64_t now_us)
{
    struct coop_record *record = record_at_slot(ended->slot);
    if (record->phase == PHASE_IDLE || record->phase == PHASE_BACKOFF || record->phase == PHASE_REAPED)
        return;
    if (load_word(&block_at_slot(ended->slot)->state) != COOP_STARTING)
        record->launched = true;
    describe(ended->slot, ended, now_us);
    record->phase = PHASE_REAPED;
    record->repair_pending = !ended->clean;
    attend(ended->slot);
}
