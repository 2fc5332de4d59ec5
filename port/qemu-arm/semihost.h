/* Semihosting: what the debugger or emulator does for the firmware. Only the kernel may use it. */
#ifndef SEMIHOST_H
#define SEMIHOST_H

#include <stdbool.h>
#include <stddef.h>

/* The command line, NUL-terminated; false when there is none, because nobody answers. */
bool semihost_command_line(char *text, size_t bytes);
extern bool semihost_answers;   /* from then on */
void semihost_exit(int status); /* returns when nobody answers */

#endif
