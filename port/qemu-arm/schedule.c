/*
 * The scheduler's policy: who runs. Each level has a ring of the processes that can run, known by its last one, so that
 * `last->next` is the first; a process that runs stays in its ring, the first of it.
 *
 * Cooperative: the process that has the CPU keeps it until it waits, sleeps or yields; then the first of the highest
 * level that is ready gets it. A process that is declared preemptible loses it at once to a higher level. The supervisor
 * takes it from anybody, and gives it back to the same process.
 */
#include "kernel.h"

struct scheduler scheduler;

/* A whole one, or what a preemption left of one: or else who is preempted often enough would never make room. */
static void begin_slice(struct process *process)
{
    uint64_t ticks = process->slice_left != 0 ? process->slice_left : clock_ticks(process->slice_ms);
    process->slice_left = 0;
    clock_slice(clock_now() + ticks);
}

static void choose(void)
{
    struct scheduler *s = &scheduler;
    if ((int32_t)s->levels < 0) { /* LEVEL_SUPERVISOR */
        s->next = &supervisor;
        return;
    }
    struct process *next = s->holder;
    if (next == NULL) {
        if (s->levels == 0) {
            s->next = &idle;
            return;
        }
        next = s->last[31 - __builtin_clz(s->levels)]->next;
        s->holder = next;
        if (next->slice_ms != 0)
            begin_slice(next);
    }
    s->next = next;
}

/* Puts it last in its ring, or with `first` first. */
static void enlist(struct process *process, bool first)
{
    struct process **last = &scheduler.last[process->level];
    if (*last == NULL) {
        scheduler.levels |= 1u << process->level;
        process->next = process;
    } else {
        process->next = (*last)->next;
        (*last)->next = process;
        if (first)
            return;
    }
    *last = process;
}

static void delist(struct process *process)
{
    struct process **last = &scheduler.last[process->level];
    struct process *before = *last;
    while (before->next != process) /* the running process is the first, so right behind the last */
        before = before->next;
    if (before == process) {
        scheduler.levels &= ~(1u << process->level);
        *last = NULL;
        return;
    }
    before->next = process->next;
    if (*last == process)
        *last = before;
}

/* A preemptible holder gives way to a higher level. */
static void reconsider(const struct process *process)
{
    struct process *holder = scheduler.holder;
    if (holder != NULL && process != &supervisor) {
        if (process->level <= holder->level || !holder->descriptor->preemptible)
            return;
        if (holder->slice_ms != 0)
            holder->slice_left = clock_slice_left();
        scheduler.holder = NULL;
    }
    choose();
}

void schedule_ready(struct process *process)
{
    enlist(process, false);
    process->state = STATE_READY;
    reconsider(process);
}

void schedule_block(struct process *process)
{
    struct scheduler *s = &scheduler;
    struct process *last = s->last[process->level];
    if (last->next != process) { /* it doesn't run: it is somewhere in its ring */
        delist(process);
    } else if (last != process) {
        last->next = process->next;
    } else {
        s->levels &= ~(1u << process->level);
        s->last[process->level] = NULL;
    }
    if (process == s->holder)
        s->holder = NULL;
    choose();
}

void schedule_set_level(struct process *process, uint8_t level)
{
    delist(process);
    process->level = level;
    enlist(process, process == scheduler.holder);
    reconsider(process);
    struct process *holder = scheduler.holder;
    if (holder == process && scheduler.levels >> level >> 1 != 0)
        reconsider(scheduler.last[31 - __builtin_clz(scheduler.levels & ~(1u << LEVEL_SUPERVISOR))]);
}

void schedule_yield(struct process *process)
{
    struct scheduler *s = &scheduler;
    s->last[process->level] = process; /* it is the first, so its follower becomes it */
    s->holder = NULL;
    choose();
}

/* The holder goes behind its equals, or starts over when it has none. */
void schedule_slice_ended(void)
{
    struct process *holder = scheduler.holder;
    if (holder != NULL && holder->slice_ms != 0)
        schedule_yield(holder);
}
