/*
 * The console: standard input and output on UART 0, the log on UART 1, all through rings and interrupts.
 *
 * A UART can't tell that its input has ended. When `run` started the firmware it says so on the command line, and
 * escapes the input: DLE DLE is a DLE, DLE EOT is the end. Without it every byte is data, and the input has no end.
 *
 * It is part of the kernel, though a UART can be a process's (tests/board/uart.c is a whole driver): DESIGN.md says why.
 */
#ifndef CONSOLE_H
#define CONSOLE_H

#include "port.h"

extern const struct coop_object console;
extern const struct operation console_read, console_write; /* a: the buffer, b: its bytes; 1 and up: how many */

void console_start(bool framed);
bool console_log(const char *text, size_t bytes);                        /* whole, or not at all */
void console_flush(void);                                                /* waits until all of it is sent */
void console_panic(const char *text);                                    /* at once, past the rings */
void console_received(void), console_sent(void), console_log_sent(void); /* interrupts */

#endif
