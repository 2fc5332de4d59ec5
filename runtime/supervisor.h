/* The parts of the supervisor, and what they share. All of it runs in the first process only. */
#ifndef COOP_SUPERVISOR_H
#define COOP_SUPERVISOR_H

#include "processes.h"

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

extern struct coop_record coop_records_start[];

static inline struct coop_record *record_at_slot(uint32_t slot)
{
    return &coop_records_start[slot];
}

/* life.c: one process from its start until it has ended or has to. */

/* Starts what was asked to start; false: nothing was. */
bool life_admit(uint32_t slot, uint64_t now_us);
/* Serves what the slot needs at now_us: a request to end, a deadline, a budget. Returns when to look again (UINT64_MAX: not by time). */
uint64_t life_serve(uint32_t slot, uint64_t now_us);
/* It has a budget: somebody has to look, also when nothing happens. */
static inline bool life_is_watched(uint32_t slot)
{
    const struct coop_process *process = process_of(slot);
    return (process->watchdog_ms | process->heartbeat_ms | process->lifetime_ms) != 0;
}
/* Asks the process to stop, or kills it, for good. */
void life_stop(uint32_t slot, bool at_once, uint64_t now_us);
/* Asks it to stop, to be started again. */
void life_restart(uint32_t slot, uint64_t now_us);
/* Ends the process for being past a budget; first its place is asked for. */
void life_condemn(uint32_t slot, enum coop_cause verdict, uint64_t now_us);
/* The same, for being inside an object and not leaving it. */
void life_condemn_stuck(uint32_t slot, uint64_t now_us);
/* Tells everyone: the state is what joiners and starters wait for. */
void life_publish(uint32_t slot, enum coop_state state);
/* The slot's process is one more, or less (-1), of those that are alive, and of its parent's children. */
void life_count(uint32_t slot, int step);
/* True while any process is alive, or will be again. */
bool life_any(void);
/* The same of the slot's. */
static inline bool life_goes_on(uint32_t slot)
{
    return record_at_slot(slot)->phase != PHASE_IDLE;
}

/* ended.c: the end of a process, and what follows. */

/* Takes note of an end that the port has reaped. */
void life_reaped(const struct port_ended *ended, uint64_t now_us);
/* The same, and tells of it, if that is all: there is nothing to clear up, to log or to restart. False: it isn't. */
bool life_end_quietly(const struct port_ended *ended, uint64_t now_us);
/* Clears up after it, and when all is clear decides what follows. Returns when to come back. */
uint64_t life_clear_up(uint32_t slot, uint64_t now_us);
/* It has ended for good, or was never started. */
void life_finish(uint32_t slot, const struct coop_end *end);
/* A group starts again when all of it has ended, in the order of the slots: true until then. */
bool life_group_is_ending(uint32_t slot);

/* repair.c: what the dead leave behind. */

/*
 * Repairs every object after the end of slot + 1, and wakes all who wait on it; on one, unless NULL, the caller does, soon.
 * False when an object was busy, so that it must be called again.
 */
bool repair_all(uint32_t dead, struct coop_record *record, const struct coop_object *woken_later);
/* Wakes all who wait, on every object. */
void wake_all(void);
/* Lets every object's tend run. True when one wants that again soon. */
bool tend_all(void);

/* supervisor.c: the system as a whole. The next round looks at the slot, and begins at once. */
void attend(uint32_t slot);
bool system_is_stopping(void);
void system_stop(int status, bool reboot);

/* obituary.c: a log line for an end. `again_ms`: when it restarts, or -1. */
void obituary(uint32_t slot, const struct coop_end *end, int64_t again_ms);

/* log.c: the supervisor's side of the log. A drain writes what waits; at most a queue full at once,
 * then it rings; false when all is written. */
bool log_drain(void);
/* There is nothing to write. */
bool log_is_idle(void);
/* Writes all that was in the queue by now; false when another process is inside it, so that it must be called again. */
bool log_settle(void);
void log_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
