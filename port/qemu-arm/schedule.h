/*
 * The ready lists, for what is done in every call that waits or wakes. Each level has a ring of the processes that can run,
 * known by its last one, so that `last->next` is the first; a process that runs stays in its ring, the first of it.
 */
#ifndef SCHEDULE_H
#define SCHEDULE_H

#include "kernel.h"

/* schedule.c: somebody of this level can run who is higher than the holder, or there is none. Perhaps it gives way. */
void schedule_reconsider(unsigned level);

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

/* Has context.S ask for the choice, once nothing else is to be done. */
static inline void schedule_soon(void)
{
    SCB->icsr = ICSR_PENDSVSET;
}

/* It can run: last of its level. _inline: where it is done most. */
void schedule_ready(struct process *process);
static inline void schedule_ready_inline(struct process *process)
{
    unsigned level = process->level;
    struct process **place = &scheduler.last[level];
    struct process *last = *place;
    process->state = STATE_READY;
    if (last == NULL) {
        scheduler.levels |= 1u << level;
        last = process;
    }
    process->next = last->next;
    last->next = process;
    *place = process;
    kernel_settle();
    const struct process *holder = scheduler.holder;
    if (holder == NULL || level > holder->level)
        schedule_reconsider(level);
}

/* The one that runs can't, for now: it is the first of its ring. schedule_leave has to follow, which by a driver's bit, left
 * for it to clear, sees that there may be a holder. */
static inline void schedule_block_running(struct process *process)
{
    unsigned level = process->level;
    struct process **place = &scheduler.last[level];
    struct process *last = *place;
    if (last != process) {
        last->next = process->next;
        return;
    }
    *place = NULL;
    if (level < LEVEL_DRIVER)
        scheduler.levels &= ~(1u << level);
}

/* The supervisor's thread can't. */
static inline void schedule_block_supervisor(void)
{
    scheduler.last[LEVEL_SUPERVISOR] = NULL;
    scheduler.levels &= ~(1u << LEVEL_SUPERVISOR);
}

/* The one that runs goes behind its equals. schedule_leave has to follow. */
static inline void schedule_turn(struct process *process)
{
    scheduler.last[process->level] = process; /* it is the first, so its follower becomes it */
}

/* It can't, for now or for ever. */
void schedule_block(struct process *process);

#endif
