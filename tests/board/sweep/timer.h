/*
 * One shot after so many instructions, by a timer that whoever starts it is granted. It counts them only under `-icount shift=6`,
 * where an instruction takes 64 ns and a tick 40.
 */
#ifndef SWEEP_TIMER_H
#define SWEEP_TIMER_H

#include <coop/board.h>

enum { IRQ_DUAL_TIMER = 10, INSTRUCTION_NS = 64, TICK_NS = 40 };
enum { TIMER_ON = 1 << 7, TIMER_INTERRUPTS = 1 << 5, TIMER_32_BITS = 1 << 1, TIMER_ONCE = 1 << 0 };

struct dual_timer {
    volatile uint32_t load, value, control, clear;
};
#define DUAL_TIMER ((struct dual_timer *)0x40002000u)

extern const struct coop_peripherals timer; /* timer.c */

static inline __attribute__((always_inline)) void timer_start(uint32_t instructions)
{
    DUAL_TIMER->load = 1 + (uint32_t)((uint64_t)instructions * INSTRUCTION_NS / TICK_NS);
    DUAL_TIMER->control = TIMER_ON | TIMER_INTERRUPTS | TIMER_32_BITS | TIMER_ONCE;
}

static inline void timer_stop(void)
{
    DUAL_TIMER->control = 0;
    DUAL_TIMER->clear = 1;
}

#endif
