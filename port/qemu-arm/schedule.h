/*
 * The ready lists, for what is done in every call that waits or wakes. Each level has a ring of the processes that can run,
 * known by its last one, so that `last->next` is the first; a process that runs stays in its ring, the first of it.
 */
#ifndef SCHEDULE_H
#define SCHEDULE_H

#include "kernel.h"

/* schedule.c: one more can run, in its ring already. Perhaps the holder gives way to it. */
void schedule_reconsider(const struct process *process);

/* Of the highest of these levels. */
static inline struct process *schedule_first(const struct scheduler *s, uint32_t levels)
{
    return s->last[31 - __builtin_clz(levels)]->next;
}

/* Is the one that runs the one that has to? */
static inline bool schedule_is_settled(void)
{
    if (scheduler.levels >> LEVEL_DRIVER != 0)
        return scheduler.current == schedule_first(&scheduler, scheduler.levels);
    if (scheduler.holder == NULL)
        return scheduler.levels == 0 && scheduler.current == &idle;
    return scheduler.current == scheduler.holder;
}

/* Takes a process out of its ring. */
void schedule_delist(struct process *process);

/* Has context.S ask for the choice, once nothing else is to be done. */
static inline void schedule_soon(void)
{
    SCB->icsr = ICSR_PENDSVSET;
}

/* It can run: last of its level. */
static inline void schedule_ready(struct process *process)
{
    struct process **place = &scheduler.last[process->level];
    struct process *last = *place;
    process->state = STATE_READY;
    if (last == NULL) {
        scheduler.levels |= 1u << process->level;
        last = process;
    }
    process->next = last->next;
    last->next = process;
    *place = process;
    const struct process *holder = scheduler.holder;
    if (holder == NULL || process->level > holder->level)
        schedule_reconsider(process);
}

/* The one that runs can't, for now: it is the first of its ring. A switch has to follow. */
static inline void schedule_block_running(struct process *process)
{
    struct process **place = &scheduler.last[process->level];
    struct process *last = *place;
    if (last != process) {
        last->next = process->next;
    } else {
        scheduler.levels &= ~(1u << process->level);
        *place = NULL;
    }
    if (process == scheduler.holder)
        scheduler.holder = NULL;
}

/* The one that runs goes behind its equals. A switch has to follow. */
static inline void schedule_turn(struct process *process)
{
    scheduler.last[process->level] = process; /* it is the first, so its follower becomes it */
    if (process->level < LEVEL_DRIVER)
        scheduler.holder = NULL;
}

/* It can't, for now or for ever. */
static inline void schedule_block(struct process *process)
{
    schedule_delist(process);
    if (process == scheduler.holder)
        scheduler.holder = NULL;
    schedule_soon();
}

#endif
