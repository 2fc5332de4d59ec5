/*
 * What the board's bench measures with. Under `-icount shift=8` an instruction takes 256 ns and a tick of the kernel's clock 40:
 * wherever between two ticks a span begins, its ticks tell its instructions, each of them. Exceptions are counted in a run of
 * their own, by vectors that count.
 *
 *     meter_begin();
 *     for (unsigned i = 0; i < ROUNDS; i++)
 *         operation();
 *     meter_end();
 */
#ifndef METER_H
#define METER_H

#include <coop.h>

enum { ROUNDS = 1000 };

/* What the processes and the privileged half share. `exceptions` is the first: see meter_vectors.S. */
struct meter {
    volatile uint32_t exceptions;
    uint32_t command; /* enum meter_command */
    uint32_t argument;
    uint32_t begun_ticks, begun_exceptions;
    uint32_t instructions, exceptions_spent; /* of the spans since meter_reset */
    uint32_t least_latency, most_latency;    /* ticks */
    uint32_t samples;
};
extern struct meter meter;

enum meter_command { METER_PLAIN, METER_COUNT, METER_NOTHING, METER_LOAD_IMAGE, METER_SAMPLE, METER_STOP_SAMPLING };

/* By main, before the run: makes the privileged half, an interrupt that a process can ask for. */
void meter_install(void);

/* In a process: has the privileged half do something. */
void meter_command(enum meter_command command, uint32_t argument);

/* Raises an interrupt, as a device would: one whose handler releases `meter_signal`, or one that is a driver's. */
enum { METER_SIGNAL_INTERRUPT = 31, METER_DEVICE_INTERRUPT = 29, METER_DEVICE = 0x40006000 };
void meter_interrupt(uint32_t number);
extern const struct coop_semaphore meter_signal;

void meter_reset(void);
void meter_begin(void);
void meter_end(void);

/* Of the interrupts since METER_SAMPLE, in instructions more than the shortest. */
uint32_t meter_longest_wait(void);

#endif
