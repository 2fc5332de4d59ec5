#include "meter.h"

#include "image.h"
#include "interrupt.h"
#include "kernel.h"
#include "mps2.h"
#include <coop/board.h>

enum { INSTRUCTION_NS = 256, TICK_NS = 40, IRQ_DUAL_TIMER = 10, IRQ_COMMAND = 30 };
enum { SAMPLE_TICKS = 6547 }; /* odd, so that the samples drift through what is sampled */
enum { DUAL_ENABLE = 1 << 7, DUAL_PERIODIC = 1 << 6, DUAL_INTERRUPT = 1 << 5, DUAL_32_BITS = 1 << 1 };

#define CCR_USERSETMPEND (1u << 1)
#define STIR             (*(volatile uint32_t *)0xe000ef00u)

struct dual_timer {
    volatile uint32_t load, value, control, clear;
};
#define DUAL_TIMER ((struct dual_timer *)0x40002000u)

COOP_SHARED(struct meter, meter);
COOP_SEMAPHORE(meter_signal, 0);

extern void (*interrupt_handlers[])(void);
extern const uint32_t meter_vectors[];

static void do_command(void)
{
    switch ((enum meter_command)meter.command) {
    case METER_PLAIN:
        SCB->vtor = 0;
        break;
    case METER_COUNT:
        SCB->vtor = (uint32_t)meter_vectors;
        break;
    case METER_LOAD_IMAGE:
        image_fill(processes[meter.argument].context.regions[2] & ~31u);
        break;
    case METER_SAMPLE:
        interrupt_entries[IRQ_DUAL_TIMER] = meter.argument ? interrupt_at_once : interrupt_noted;
        NVIC->priority[IRQ_DUAL_TIMER] = meter.argument ? PRIORITY_AT_ONCE : PRIORITY_INTERRUPT;
        meter.least_latency = UINT32_MAX;
        meter.most_latency = meter.samples = 0;
        DUAL_TIMER->load = SAMPLE_TICKS;
        DUAL_TIMER->control = DUAL_ENABLE | DUAL_PERIODIC | DUAL_INTERRUPT | DUAL_32_BITS;
        break;
    case METER_STOP_SAMPLING:
        DUAL_TIMER->control = 0;
        break;
    case METER_NOTHING:
        break;
    }
}

static void sample(void)
{
    uint32_t latency = SAMPLE_TICKS - DUAL_TIMER->value;
    DUAL_TIMER->clear = 1;
    meter.samples++;
    if (latency < meter.least_latency)
        meter.least_latency = latency;
    if (latency > meter.most_latency)
        meter.most_latency = latency;
}

COOP_INTERRUPT_HANDLER(sampler, IRQ_DUAL_TIMER, sample, .at_once = true);

static void signal(void)
{
    coop_semaphore_release(&meter_signal);
}

void meter_install(void)
{
    interrupt_handlers[IRQ_COMMAND] = do_command;
    interrupt_handlers[METER_SIGNAL_INTERRUPT] = signal;
    NVIC->enable[0] = 1u << IRQ_COMMAND | 1u << METER_SIGNAL_INTERRUPT;
    SCB->ccr |= CCR_USERSETMPEND;
}

void meter_command(enum meter_command command, uint32_t argument)
{
    meter.command = command;
    meter.argument = argument;
    STIR = IRQ_COMMAND;
}

void meter_interrupt(uint32_t number)
{
    STIR = number;
}

/* The call costs the same each time: half of it after it has looked, half before. So it is part of the cost of a span. */
static inline uint32_t now(void)
{
    return (uint32_t)system_call(CALL_NOW, 0, 0, 0, 0);
}

static uint32_t instructions(uint32_t ticks)
{
    return (uint32_t)(((uint64_t)ticks * TICK_NS + INSTRUCTION_NS / 2) / INSTRUCTION_NS);
}

void meter_reset(void)
{
    meter.instructions = meter.exceptions_spent = 0;
}

void meter_begin(void)
{
    meter.begun_exceptions = meter.exceptions;
    meter.begun_ticks = now();
}

void meter_end(void)
{
    meter.instructions += instructions(now() - meter.begun_ticks);
    meter.exceptions_spent += meter.exceptions - meter.begun_exceptions;
}

uint32_t meter_longest_wait(void)
{
    return instructions(meter.most_latency - meter.least_latency);
}
