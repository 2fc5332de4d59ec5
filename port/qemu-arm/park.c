/* Where wait_park of context.S goes on. The caller's registers are saved, so port.mk lets this file use them all. */
#include "schedule.h"

void wait_begin(struct process *process, struct process **list, int timeout_ms);

/* With the arguments where they are. */
static __attribute__((noipa)) void leave_until(struct process *process, struct process **list, int timeout_ms)
{
    (void)list;
    process->unpark = UNPARK_DEADLINE;
    clock_add(process, clock_now() + clock_ticks((uint32_t)timeout_ms));
    schedule_leave(process);
}

void wait_begin(struct process *process, struct process **list, int timeout_ms)
{
    if (!wait_may(process, timeout_ms)) {
        wait_frame(process)[FRAME_R0] = (uint32_t)(timeout_ms == 0 ? COOP_EAGAIN : COOP_ESTOPPING);
        switch_to(process);
        return;
    }
    process->state = STATE_PARKED;
    kernel_settle();
    schedule_block_running(process);
    kernel_settle();
    wait_enlist(process, list);
    if (timeout_ms >= 0)
        leave_until(process, list, timeout_ms);
    else
        schedule_leave(process);
}
