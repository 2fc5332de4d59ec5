/*
 * The scheduler: who runs. Each level has a ring of the processes that can run, known by its last one, so that
 * `last->next` is the first; a process that runs stays in its ring, the first of it.
 *
 * Whoever has the CPU is the holder. When it waits, sleeps or yields, the first of the highest level gets it; whether it also
 * has to give way, and for how long it may keep it, is the policy's to say: POLICY=priority or feedback at build picks
 * policy_priority.h or policy_feedback.h. The supervisor takes the CPU from anybody, and gives it back to the same process.
 */
#include "kernel.h"
#include "mps2.h"
#include POLICY_FILE

struct scheduler scheduler;

static struct process *choose(void)
{
    struct scheduler *s = &scheduler;
    struct process *process = s->holder;
    if ((int32_t)s->levels < 0) /* LEVEL_SUPERVISOR */
        return &supervisor;
    if (process != NULL)
        return process;
    if (s->levels == 0)
        return &idle;
    process = s->last[31 - __builtin_clz(s->levels)]->next;
    s->holder = process;
    if (policy_has_slices(process))
        clock_slice(clock_now() + policy_slice(process));
    return process;
}

struct process *schedule_switch(void)
{
    struct scheduler *s = &scheduler;
    uint32_t now = TIMER0->value; /* it counts down */
    s->current->cpu_ticks += s->switched - now;
    s->switched = now;
    return s->current = choose();
}

/* Has context.S ask for the choice, once nothing else is to be done. */
static void choose_soon(void)
{
    SCB->icsr = ICSR_PENDSVSET;
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

/* Perhaps the holder gives way to a higher level. */
static void reconsider(const struct process *process)
{
    struct process *holder = scheduler.holder;
    if (holder != NULL && process != &supervisor) {
        if (process->level <= holder->level || !policy_gives_way(holder))
            return;
        policy_preempted(holder);
        scheduler.holder = NULL;
    }
    if (process == &supervisor || (int32_t)scheduler.levels >= 0) /* else it has the CPU, and asks when it waits */
        choose_soon();
}

void schedule_begin(struct process *process)
{
    process->priority = process->level = policy_first_level(process->descriptor);
    process->policy_ticks = 0;
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
    choose_soon();
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
    choose_soon();
}

/* The holder goes behind its equals, or starts over when it has none. */
void schedule_slice_ended(void)
{
    struct process *holder = scheduler.holder;
    if (holder == NULL || !policy_has_slices(holder)) /* that of another, which waits now */
        return;
    uint8_t level = policy_slice_ended(holder);
    if (level != holder->level) {
        delist(holder);
        holder->level = level;
        enlist(holder, true);
    }
    schedule_yield(holder);
}
