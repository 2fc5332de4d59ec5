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

static __attribute__((noinline)) void begin_slice(struct process *process)
{
    clock_slice(clock_now() + policy_slice(process));
    switch_to(process);
}

static inline void account(struct process *process, struct scheduler *s)
{
    uint32_t ticks = process->cpu_ticks + s->switched;
    __asm__("" : "+r"(ticks));    /* in this order it takes a register less, which would have to be saved */
    uint32_t now = TIMER0->value; /* it counts down */
    process->cpu_ticks = ticks - now;
    s->switched = now;
    kernel_settle();
}

static __attribute__((noinline)) void go_on_with(struct process *process, struct process *current)
{
    account(current, &scheduler);
    switch_to(scheduler.current = process);
}

/* Above the rules: first of all, and not as the holder. */
static __attribute__((noinline)) void switch_above(struct process *current)
{
    if ((int32_t)scheduler.levels >= 0) /* LEVEL_SUPERVISOR */
        go_on_with(schedule_first(&scheduler, scheduler.levels), current);
    else if (kernel_answers())
        schedule_switch(current);
    else
        go_on_with(&supervisor, current);
}

void schedule_switch(struct process *current)
{
    if (scheduler.levels >> LEVEL_DRIVER != 0)
        switch_above(current);
    else if (scheduler.holder != NULL)
        go_on_with(scheduler.holder, current);
    else if (scheduler.levels == 0)
        go_on_with(&idle, current);
    else
        schedule_leave(current);
}

/* A driver leaves the CPU to the holder, or one is ready, or nobody is. */
static __attribute__((noinline)) void leave_seldom(struct process *current)
{
    if (current->level < LEVEL_DRIVER)
        scheduler.holder = NULL;
    else if (scheduler.last[current->level] == NULL)
        scheduler.levels &= ~(1u << current->level);
    schedule_switch(current);
}

void schedule_leave(struct process *current)
{
    struct scheduler *s = &scheduler;
    account(current, s);
    uint32_t levels = s->levels;
    if (levels == 0 || levels >> LEVEL_DRIVER != 0) {
        leave_seldom(current);
        return;
    }
    struct process *process = schedule_first(s, levels);
    s->holder = s->current = process;
    if (policy_has_slices(process))
        begin_slice(process);
    else
        switch_to(process);
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

void schedule_ready(struct process *process)
{
    schedule_ready_inline(process);
}

void schedule_block(struct process *process)
{
    delist(process);
    if (process == scheduler.holder)
        scheduler.holder = NULL;
    schedule_soon();
}

static inline void choose_anew(void)
{
    scheduler.holder = NULL;
    if (scheduler.levels >> LEVEL_DRIVER == 0) /* else who runs asks when it waits */
        schedule_soon();
}

static __attribute__((noinline)) void preempt_slice(struct process *holder)
{
    policy_preempted(holder);
    choose_anew();
}

void schedule_reconsider(unsigned level)
{
    struct process *holder = scheduler.holder;
    if (level >= LEVEL_DRIVER)
        schedule_soon();
    else if (holder == NULL || (policy_gives_way(holder) && !policy_has_slices(holder)))
        choose_anew();
    else if (policy_gives_way(holder))
        preempt_slice(holder);
}

void schedule_begin(struct process *process)
{
    process->priority = process->level = policy_first_level(process->descriptor);
    process->policy_ticks = 0;
}

void schedule_set_level(struct process *process, uint8_t level)
{
    delist(process);
    process->level = level;
    struct process *holder = scheduler.holder;
    enlist(process, process == holder);
    uint32_t ordinary = scheduler.levels & ((1u << LEVEL_DRIVER) - 1);
    if (holder == NULL || ordinary >> holder->level >> 1 != 0)
        schedule_reconsider(level);
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
    schedule_turn(holder);
    scheduler.holder = NULL;
    schedule_soon();
}
