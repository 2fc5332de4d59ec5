/*
 * The scheduler: who runs.
 *
 * Whoever has the CPU is the holder. When it waits, sleeps or yields, the first of the highest level gets it; whether it also
 * has to give way, and for how long it may keep it, is the policy's to say: POLICY=priority or feedback at build picks
 * policy_priority.h or policy_feedback.h. The supervisor takes the CPU from anybody, and gives it back to the same process.
 */
#include "schedule.h"

#include "mps2.h"
#include POLICY_FILE

struct scheduler scheduler;

static __attribute__((noinline)) struct process *begin_slice(struct process *process)
{
    clock_slice(clock_now() + policy_slice(process));
    return process;
}

struct process *schedule_switch(struct process *current, struct scheduler *s)
{
    uint32_t now = TIMER0->value; /* it counts down */
    uint32_t ticks = s->switched - now;
    s->switched = now;
    kernel_settle();
    current->cpu_ticks += ticks;
    kernel_settle();
    struct process *process = s->holder;
    if ((int32_t)s->levels < 0) /* LEVEL_SUPERVISOR */
        return s->current = &supervisor;
    if (process != NULL)
        return s->current = process;
    if (s->levels == 0)
        return s->current = &idle;
    process = s->last[31 - __builtin_clz(s->levels)]->next;
    s->holder = s->current = process;
    return policy_has_slices(process) ? begin_slice(process) : process;
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

void schedule_delist(struct process *process)
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

void schedule_reconsider(const struct process *process)
{
    struct process *holder = scheduler.holder;
    if (holder != NULL && process != &supervisor) {
        if (process->level <= holder->level || !policy_gives_way(holder))
            return;
        policy_preempted(holder);
        scheduler.holder = NULL;
    }
    if (process == &supervisor || (int32_t)scheduler.levels >= 0) /* else it has the CPU, and asks when it waits */
        schedule_soon();
}

void schedule_begin(struct process *process)
{
    process->priority = process->level = policy_first_level(process->descriptor);
    process->policy_ticks = 0;
}

void schedule_set_level(struct process *process, uint8_t level)
{
    schedule_delist(process);
    process->level = level;
    enlist(process, process == scheduler.holder);
    schedule_reconsider(process);
    struct process *holder = scheduler.holder;
    if (holder == process && scheduler.levels >> level >> 1 != 0)
        schedule_reconsider(scheduler.last[31 - __builtin_clz(scheduler.levels & ~(1u << LEVEL_SUPERVISOR))]);
}

/* The holder goes behind its equals, or starts over when it has none. */
void schedule_slice_ended(void)
{
    struct process *holder = scheduler.holder;
    if (holder == NULL || !policy_has_slices(holder)) /* that of another, which waits now */
        return;
    uint8_t level = policy_slice_ended(holder);
    if (level != holder->level) {
        schedule_delist(holder);
        holder->level = level;
        enlist(holder, true);
    }
    schedule_turn(holder);
    schedule_soon();
}
