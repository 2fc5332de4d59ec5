/* Interrupts that processes asked for by COOP_INTERRUPT. In the kernel. */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include "kernel.h"

/* Looks at all declarations; false, and logged, when one can't be. Opens the lines of handlers. */
bool interrupt_start(void);

/* For coop_interrupt_enable: 0, or MISUSE minus its reason. */
int interrupt_enable(const struct process *caller, uintptr_t interrupt);

/* Masks what the process has: it has ended. */
void interrupt_mask(const struct process *process);

#endif
