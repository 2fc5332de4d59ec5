/* Time: timer 0 runs freely, its wraps counted; timer 1 rings at the earliest deadline, and only then. */
#include "kernel.h"
#include "mps2.h"

static volatile uint32_t wraps;
static struct process *earliest;
static uint64_t slice_end = NO_DEADLINE;

void clock_start(void)
{
    TIMER0->reload = UINT32_MAX;
    TIMER0->value = UINT32_MAX;
    TIMER0->ctrl = TIMER_CTRL_ENABLE | TIMER_CTRL_INTERRUPT;
    NVIC->enable[0] = 1u << IRQ_TIMER0 | 1u << IRQ_TIMER1;
}

uint64_t clock_now(void)
{
    for (;;) {
        uint32_t high = wraps;
        uint32_t low = ~TIMER0->value;
        bool wrapped = (TIMER0->status & 1) != 0; /* and its interrupt is not taken yet */
        if (high == wraps)
            return (uint64_t)(high + (wrapped && low < UINT32_MAX / 2)) << 32 | low;
    }
}

void clock_wrapped(void)
{
    TIMER0->status = 1;
    wraps++;
}

/* A deadline further off than the timer reaches is looked at again when it rings. */
static void arm(void)
{
    uint64_t deadline = earliest != NULL && earliest->deadline < slice_end ? earliest->deadline : slice_end;
    TIMER1->ctrl = 0;
    if (deadline == NO_DEADLINE)
        return;
    uint64_t now = clock_now();
    uint64_t left = deadline > now ? deadline - now : 1;
    TIMER1->value = left > UINT32_MAX ? UINT32_MAX : (uint32_t)left;
    TIMER1->ctrl = TIMER_CTRL_ENABLE | TIMER_CTRL_INTERRUPT;
}

void clock_slice(uint64_t end)
{
    slice_end = end;
    arm();
}

uint32_t clock_slice_left(void)
{
    uint64_t now = clock_now();
    return slice_end > now && slice_end != NO_DEADLINE ? (uint32_t)(slice_end - now) : 1;
}

void clock_add(struct process *process, uint64_t deadline)
{
    struct process **place = &earliest;
    while (*place != NULL && (*place)->deadline <= deadline)
        place = &(*place)->later;
    process->deadline = deadline;
    process->later = *place;
    *place = process;
    if (place == &earliest)
        arm();
}

void clock_remove(struct process *process)
{
    if (process->deadline == NO_DEADLINE)
        return;
    struct process **place = &earliest;
    while (*place != process)
        place = &(*place)->later;
    *place = process->later;
    process->deadline = NO_DEADLINE;
    if (place == &earliest)
        arm();
}

void clock_interrupt(void)
{
    TIMER1->status = 1;
    uint64_t now = clock_now();
    while (earliest != NULL && earliest->deadline <= now) {
        struct process *process = earliest;
        earliest = process->later;
        process->deadline = NO_DEADLINE;
        kernel_expire(process);
    }
    if (slice_end <= now) {
        slice_end = NO_DEADLINE;
        schedule_slice_ended();
    }
    arm();
}
