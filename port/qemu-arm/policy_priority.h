/*
 * Policy: cooperative priorities. A process keeps the CPU until it waits, sleeps or yields; then the first of the highest
 * level that can run gets it. One that is declared `.preemptible` loses it at once to a higher level, and one with a
 * `.time_slice_ms` shares it with its equals.
 *
 * When to use it: this is the default, and right when the processes' worth is known. What runs when follows from the
 * declarations alone, switches are few, and between two waits a process that isn't preemptible is alone, so that it needs
 * no lock for what it shares with its like. In return every process must wait now and then: .watchdog_ms finds those that don't.
 */
#ifndef POLICY_H
#define POLICY_H

#include "kernel.h"

/* The level at which a process begins. */
static inline uint8_t policy_first_level(const struct coop_process *declared)
{
    return declared->priority < LEVEL_DRIVER ? declared->priority : LEVEL_DRIVER;
}

/* True when the one that has the CPU loses it to a higher level. */
static inline bool policy_gives_way(const struct process *holder)
{
    return holder->descriptor->preemptible;
}

static inline bool policy_has_slices(const struct process *process)
{
    return process->slice_ms != 0;
}

/* A higher level takes the CPU from it. policy_ticks: what is left of its slice, or else who is preempted often enough would
 * never make room for its equals. */
static inline void policy_preempted(struct process *holder)
{
    if (policy_has_slices(holder))
        holder->policy_ticks = clock_slice_left();
}

/* For how many ticks it may have the CPU from now on. */
static inline uint64_t policy_slice(struct process *process)
{
    uint64_t ticks = process->policy_ticks != 0 ? process->policy_ticks : clock_ticks(process->slice_ms);
    process->policy_ticks = 0;
    return ticks;
}

/* It has had them: the level at which it goes on, behind its equals. */
static inline uint8_t policy_slice_ended(struct process *holder)
{
    return holder->level;
}

#endif
