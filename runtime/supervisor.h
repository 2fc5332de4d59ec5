/* The parts of the supervisor, and what they share. All of it runs in the first process only. */
#ifndef COOP_SUPERVISOR_H
#define COOP_SUPERVISOR_H

#include "processes.h"
#include <stdatomic.h>

/* Where an instance is in its life, as the supervisor alone decides; what others see of it is its block's state. */
enum phase {
    PHASE_IDLE,     /* free or ended */
    PHASE_RUNNING,  /* started: its image comes up, or is up */
    PHASE_PROBED,   /* past a budget: its pc is asked for, until the deadline */
    PHASE_STOPPING, /* asked to stop; killed at the deadline */
    PHASE_KILLED,   /* its end will be reaped */
    PHASE_REAPED,   /* ended; objects or children are still to be cleared up */
    PHASE_BACKOFF   /* restarts at the deadline */
};

static inline struct coop_block *block_at_slot(uint32_t slot)
{
    return &coop_blocks_start[slot];
}

static inline struct coop_record *record_at_slot(uint32_t slot)
{
    const struct coop_process *process = process_of(slot);
    return &process->records[slot - process_first_slot(process)];
}

/* life.c: one process from its start to its end. */

/* Starts what was asked to start: before deaths are served, so that the children of a dead starter are known. */
void life_admit(uint32_t slot, uint64_t now_us);
/* Serves what the slot needs at now_us: a request to end, a deadline, a budget. Returns when to look again (UINT64_MAX: not by time). */
uint64_t life_serve(uint32_t slot, uint64_t now_us);
/* Takes note of an end that the port has reaped. */
void life_reaped(const struct port_ended *ended, uint64_t now_us);
/* Asks the process to stop, or kills it, for good. */
void life_stop(uint32_t slot, bool at_once, uint64_t now_us);
/* Asks it to stop, to be started again. */
void life_restart(uint32_t slot, uint64_t now_us);
/* Ends the process for being past a budget; first its place is asked for. */
void life_condemn(uint32_t slot, enum coop_cause verdict, uint64_t now_us);
/* The same, for being inside an object and not leaving it. */
void life_condemn_stuck(uint32_t slot, uint64_t now_us);
/* True while a process in the slot is alive, or will be again. */
static inline bool life_goes_on(uint32_t slot)
{
    return record_at_slot(slot)->phase != PHASE_IDLE;
}

/* repair.c: what the dead leave behind. */

/* Repairs every object after the end of slot + 1; false when one was busy, so that it must be called again. */
bool repair_all(uint32_t dead, struct coop_record *record);
/* Wakes all who wait, on every object. */
void wake_all(void);
/* Lets every object's tend run. True when one wants that again soon. */
bool tend_all(void);

/* supervisor.c: the system as a whole. */
bool system_is_stopping(void);
void system_stop(int status, bool reboot);

/* obituary.c: a log line for an end. `again_ms`: when it restarts, or -1. */
void obituary(uint32_t slot, const struct coop_end *end, int64_t again_ms);

/* log.c: the supervisor's side of the log. A drain writes what waits; at most a queue full at once,
 * then it rings; false when all is written. */
bool log_drain(void);
void log_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
