/* The rows of the bench. */
#ifndef ROWS_H
#define ROWS_H

#include "meter.h"

/*
 * The supervisor feeds the watchdog once a second. From now on it does so at instants that depend on the calls of the bench: its last
 * deadline is the end of a grace.
 */
void set_rounds(void);

struct row {
    const char *name;
    void (*run)(void);
    uint32_t operations; /* in the span, or the spans, that it measures */
    uint32_t spans;
    uint32_t loops; /* of ROUNDS, which are the bench's own: their cost is not the row's */
};

/* Several processes take part in most. Which part one has is its argument. */
enum part { PART_YIELD, PART_SEMAPHORE, PART_QUEUE, PART_NOTHING };
extern const struct coop_process partner;

/* A process that has done its part waits for leave to end, since its end, which is no part of the row, takes long. */
extern const struct coop_semaphore leave;

void row_empty(void), row_loop(void);
void row_switch(void), row_semaphore(void), row_lock(void), row_queue(void), row_queue_ping(void),
    row_semaphore_ping(void);
void row_create(void), row_command(void), row_load_image(void), row_interrupt(void);
uint32_t row_waits(bool at_once); /* for a handler that is called at once, or for one that may use the kernel */

/* Loops with the shape of Thread-Metric's tests. */
enum { METRIC_PROCESSES = 5 };
void metric_basic(void), metric_cooperative(void), metric_preemptive(void), metric_interrupt(void);
void metric_interrupt_preemption(void), metric_message(void), metric_synchronization(void), metric_memory(void);

_Noreturn void fail(const char *what);

struct message {
    uint32_t words[4];
};

#endif
