/*
 * Resets, and what survives them. The hardware watchdog is started with the run and fed by the supervisor only: when that or
 * the kernel is stuck it interrupts as nothing else can, and when even that doesn't help it resets the board. Why,
 * and how the last processes ended, lies in memory that a reset leaves alone, and is logged by the next run.
 */
#ifndef RESET_H
#define RESET_H

#include "kernel.h"

void reset_note_end(const struct process *process); /* a process has ended */
void reset_report(void);                            /* logs what the last reset left, once */
void reset_watch(bool on);
void reset_feed(void);
void reset_note_panic(const char *why, uint32_t pc);     /* before anything else can go wrong */
_Noreturn void reset_by_panic(void);                     /* the one that was noted */
_Noreturn void reset_by_watchdog(const uint32_t *frame); /* its interrupt */
_Noreturn void reset_board(void);                        /* as asked */

enum { RESET_FEED_MS = 1000 }; /* at least so often */

#endif
