/* Semihosting: what the debugger or emulator does for the firmware. Only the kernel may use it. */
#ifndef SEMIHOST_H
#define SEMIHOST_H

#include <stdbool.h>
#include <stddef.h>

/* The command line, NUL-terminated; false when there is none. */
bool semihost_command_line(char *text, size_t bytes);
_Noreturn void semihost_exit(int status);

#endif
