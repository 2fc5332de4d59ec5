#include "semihost.h"

#include <stdint.h>

enum { SYS_GET_CMDLINE = 0x15, SYS_EXIT_EXTENDED = 0x20, APPLICATION_EXIT = 0x20026 };

bool semihost_answers;

static int semihost(uint32_t operation, void *parameters)
{
    register uint32_t r0 __asm__("r0") = operation;
    register void *r1 __asm__("r1") = parameters;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return (int)r0;
}

bool semihost_command_line(char *text, size_t bytes)
{
    struct {
        char *text;
        size_t bytes;
    } parameters = {text, bytes};
    semihost_answers = semihost(SYS_GET_CMDLINE, &parameters) == 0;
    return semihost_answers;
}

void semihost_exit(int status)
{
    uint32_t parameters[2] = {APPLICATION_EXIT, (uint32_t)status};
    while (semihost_answers)
        semihost(SYS_EXIT_EXTENDED, parameters);
}
