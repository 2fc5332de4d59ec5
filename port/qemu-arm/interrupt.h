/*
 * Interrupts, those that processes asked for by COOP_INTERRUPT among them. In the kernel.
 *
 * One that is noted has masked its line, and is served by PendSV; its line is opened again by its driver when it has one,
 * else when its handler has returned.
 */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include "kernel.h"

/* What interrupt_entry goes on with, by number. In context.S. */
extern void (*interrupt_entries[])(void);
void interrupt_noted(void), interrupt_to_process(void), interrupt_at_once(void);

/* By PendSV: serves those that are noted. True when it may not be current any more who has to run. */
bool interrupt_serve(void);

/* By the interrupt itself: calls the application's handler; or tells its process, and masks its line. */
void interrupt_call(unsigned number);
void interrupt_deliver(unsigned number);

/* Looks at all declarations; false, and logged, when one can't be. Opens the lines of handlers. */
bool interrupt_start(void);

/* For coop_interrupt_enable: 0, or MISUSE minus its reason. */
int interrupt_enable(const struct process *caller, uintptr_t interrupt);

/* Masks what the process has: it has ended. */
void interrupt_mask(const struct process *process);

#endif
