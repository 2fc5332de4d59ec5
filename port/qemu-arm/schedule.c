/*
 * The scheduler: who runs.
 *
 * Whoever has the CPU is the holder. When it waits, sleeps or yields, the first of the highest level gets it; whether it also
 * has to give way, and for how long it may keep it, is the policy's to say: POLICY=priority or feedback at build picks
 * policy_priority.h or policy_feedback.h. Drivers take the CPU from any holder, and the supervisor from them: it stays the
 * holder, and goes on when they wait.
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

static __attribute__((noinline)) struct process *ask_supervisor(struct scheduler *s)
{
    return kernel_answers() ? schedule_switch(s->current, s) : (s->current = &supervisor);
}

struct process *schedule_switch(struct process *current, struct scheduler *s)
{
    uint32_t now = TIMER0->value; /* it counts down */
    uint32_t ticks = s->switched - now;
    s->switched = now;
    __asm__ volatile("" : "+r"(ticks) : : "memory"); /* as kernel_settle, and `now` has no register any more */
    current->cpu_ticks += ticks;
    kernel_settle();
    struct process *process = s->holder;
    if (s->levels >> LEVEL_DRIVER != 0)
        return (int32_t)s->levels < 0 ? ask_supervisor(s) : (s->current = schedule_first(s, s->levels));
    if (process != NULL)
        return s->current = process;
    if (s->levels == 0)
        return s->current = &idle;
    process = schedule_first(s, s->levels);
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
    if (holder != NULL && process->level < LEVEL_DRIVER) {
        if (process->level <= holder->level || !policy_gives_way(holder))
            return;
        policy_preempted(holder);
        scheduler.holder = NULL;
    }
    if (process->level >= LEVEL_DRIVER || scheduler.levels >> LEVEL_DRIVER == 0) /* else who runs asks when it waits */
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
    uint32_t ordinary = scheduler.levels & ((1u << LEVEL_DRIVER) - 1);
    if (scheduler.holder == process && ordinary >> level >> 1 != 0)
        schedule_reconsider(schedule_first(&scheduler, ordinary));
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
