/* The log line for an end: who, how, where, how long it ran, what was recovered, when it restarts. */
#include "supervisor.h"

#include <stdio.h>

enum { LINE_BYTES = 400, PLACE_BYTES = 100 };

static void describe_place(const struct coop_end *end, char *text, size_t bytes)
{
    char symbol[PLACE_BYTES - 30];
    text[0] = '\0';
    if (end->pc == 0 && (end->cause == COOP_RUNAWAY || end->cause == COOP_HUNG))
        snprintf(text, bytes, " at an unknown place");
    if (end->pc == 0)
        return;
    port_symbol(end->pc, symbol, sizeof symbol);
    if (symbol[0] != '\0')
        snprintf(text, bytes, " at %s (0x%lx)", symbol, (unsigned long)end->pc);
    else
        snprintf(text, bytes, " at 0x%lx", (unsigned long)end->pc);
}

static void describe_cause(uint32_t slot, const struct coop_end *end, char *text, size_t bytes)
{
    const struct coop_process *process = process_of(slot);
    const struct coop_record *record = record_at_slot(slot);
    switch ((enum coop_cause)end->cause) {
    case COOP_RUNAWAY:
        snprintf(text, bytes, "was a runaway: %u.%03u ms of CPU time without a check-in, of %u",
                 (unsigned)(record->used_us / 1000), (unsigned)(record->used_us % 1000),
                 (unsigned)process->watchdog_ms);
        break;
    case COOP_HUNG:
        if (record->stuck)
            snprintf(text, bytes, "hung: it was inside an object and did not leave it");
        else
            snprintf(text, bytes, "hung: no heartbeat for %u ms", (unsigned)process->heartbeat_ms);
        break;
    case COOP_EXPIRED:
        snprintf(text, bytes, "was past its lifetime of %u ms", (unsigned)process->lifetime_ms);
        break;
    case COOP_FAULTED:
        snprintf(text, bytes, "faulted (signal %d) on address 0x%lx", end->signal, (unsigned long)end->address);
        break;
    case COOP_OVERFLOWED:
        snprintf(text, bytes, "overflowed its stack");
        break;
    case COOP_MISUSED:
        snprintf(text, bytes, "misused coop: %s", coop_misuse_name(end->reason));
        break;
    case COOP_START_FAILED:
        snprintf(text, bytes, "could not start: %s", coop_strerror(end->code));
        break;
    case COOP_KILLED:
        snprintf(text, bytes, "was killed by signal %d", end->signal);
        break;
    default:
        snprintf(text, bytes, "%s with %d", coop_cause_name(end->cause), (int)end->code);
        break;
    }
}

void obituary(uint32_t slot, const struct coop_end *end, int64_t again_ms)
{
    const struct coop_process *process = process_of(slot);
    bool wanted = (end->cause == COOP_EXITED && end->code == 0) || end->cause == COOP_CANCELLED;
    if (wanted && again_ms < 0)
        return;
    char cause[PLACE_BYTES], place[PLACE_BYTES], again[40] = "";
    describe_cause(slot, end, cause, sizeof cause);
    describe_place(end, place, sizeof place);
    if (again_ms == 0)
        snprintf(again, sizeof again, "; restarts now");
    else if (again_ms > 0)
        snprintf(again, sizeof again, "; restarts in %u ms", (unsigned)again_ms);
    log_format("%s[%u] %s%s; ran %u ms; recovered %u%s", process->object.name,
               (unsigned)(slot - process_first_slot(process)), cause, place, (unsigned)end->ran_ms, end->recovered,
               again);
}
