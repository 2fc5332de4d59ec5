/*
 * The watchdog's judgement, as pure functions of times and counts: whether a process is past one of its budgets, and
 * when to look again. It samples: a budget of CPU time is found overdrawn within budget x 1.25.
 */
#ifndef COOP_WATCHDOG_H
#define COOP_WATCHDOG_H

#include <coop/process.h>
#include <stdbool.h>

/* What was seen of a process at one instant. */
struct watch_sample {
    uint64_t now_us;
    uint64_t cpu_us; /* of its present image */
    bool checked_in; /* since the last sample */
    bool beat;       /* a heartbeat since then */
    bool blocked;
};

/* Begins to watch a process that starts now. */
void watchdog_begin(struct coop_record *record, uint64_t now_us);

/* Takes note of the sample. Returns COOP_ALIVE, or the budget that is overdrawn: COOP_RUNAWAY, COOP_HUNG, COOP_EXPIRED. */
enum coop_cause watchdog_judge(struct coop_record *record, const struct coop_process *process,
                               const struct watch_sample *sample);

/* When to look at the process again, in microseconds of the sample's clock; UINT64_MAX: not before something happens. */
uint64_t watchdog_next_us(const struct coop_record *record, const struct coop_process *process,
                          const struct watch_sample *sample);

/* The supervisor itself did not run for `gap_us` (Ctrl-Z, a debugger): nobody's heart is blamed for that. */
void watchdog_forgive(struct coop_record *record, uint64_t gap_us);

#endif
