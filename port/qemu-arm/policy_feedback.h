/*
 * Policy: multi-level feedback. Every process begins at the top level. Once it has used up its allotment of CPU time there,
 * in one go or in many, it sinks to the next one, where allotments are twice as long, but never below its `.priority`, nor below
 * who waits for a lock that it has.
 * Every BOOST_MS all rise to the top again, so that nobody starves and one that has become quick is quick again. Equals take
 * turns; whoever is higher takes the CPU at once. `.preemptible` and `.time_slice_ms` are not looked at, and drivers stay what
 * they are.
 *
 * When to use it: for a mix of short, urgent work and long computations of which nobody knows in advance which is which, or
 * that change, a command interpreter beside batch jobs for example. What waits much stays quick without being told to be;
 * what computes gets what is left. In return any process may be interrupted anywhere, so that what processes share
 * needs locks; there are more switches; and when something runs depends on history, so there is no guarantee for
 * deadlines: where those matter, use policy_priority.h.
 *
 * Source: Corbato, Daggett, Daley, "An experimental time-sharing system" (1962); the rule that allotments add up over many
 * waits, so that waiting just in time gains nothing, and the boost: Arpaci-Dusseau, "Operating Systems: Three Easy Pieces", ch. 8.
 */
#ifndef POLICY_H
#define POLICY_H

#include "kernel.h"
#include "mps2.h"
#include "processes.h"

enum { TOP = LEVEL_HIGHEST, STEP = 10, ALLOTMENT_MS = 2, BOOST_MS = 500 };

static uint64_t next_boost;

static inline uint8_t policy_first_level(const struct coop_process *declared)
{
    return declared->priority < LEVEL_DRIVER ? TOP : LEVEL_DRIVER;
}

static inline bool policy_gives_way(const struct process *holder)
{
    (void)holder;
    return true;
}

static inline uint32_t policy_allotment(const struct process *process)
{
    return (uint32_t)clock_ticks(ALLOTMENT_MS) << (TOP - process->priority + STEP - 1) / STEP;
}

/* Its CPU time up to now: while it runs, since the last switch too. The timer counts down. */
static inline uint32_t policy_cpu_ticks(const struct process *process)
{
    return process->cpu_ticks + (process == scheduler.current ? scheduler.switched - TIMER0->value : 0);
}

static inline void policy_preempted(struct process *holder)
{
    (void)holder;
}

static inline bool policy_has_slices(const struct process *process)
{
    (void)process;
    return true;
}

/* policy_ticks: its CPU time when its present allotment began. */
static inline uint64_t policy_slice(const struct process *process)
{
    uint32_t used = policy_cpu_ticks(process) - process->policy_ticks;
    uint32_t allotment = policy_allotment(process);
    return used < allotment ? allotment - used : 1;
}

/* Its own level; it keeps one that it inherits until it lets go of what it inherits for. */
static inline void policy_set_own_level(struct process *process, uint8_t level)
{
    bool inherits = process->level > process->priority && process->level > level;
    process->priority = level;
    process->policy_ticks = process->cpu_ticks;
    if (inherits || process->level == level)
        return;
    if (process->state == STATE_READY)
        schedule_set_level(process, level);
    else if (process->state == STATE_PARKED)
        wait_set_level(process, level);
    else
        process->level = level;
}

static inline void policy_boost(const struct process *except)
{
    for (uint32_t slot = 0; slot < process_slots(); slot++)
        if (&processes[slot] != except && processes[slot].priority < LEVEL_DRIVER)
            policy_set_own_level(&processes[slot], TOP);
}

static inline uint8_t policy_slice_ended(struct process *holder)
{
    uint64_t now = clock_now();
    int lower = holder->priority - STEP;
    uint8_t floor = holder->descriptor->priority < TOP ? holder->descriptor->priority : TOP;
    uint8_t own = lower > floor ? (uint8_t)lower : floor;
    if (now >= next_boost) {
        next_boost = now + clock_ticks(BOOST_MS);
        policy_boost(holder);
        own = TOP;
    }
    holder->priority = own;
    holder->policy_ticks = policy_cpu_ticks(holder);
    return inherit_level(holder); /* those who wait for what it holds may have been its equals until now */
}

#endif
