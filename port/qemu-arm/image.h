/* What every image begins with. The kernel writes it, the process's own side of the port reads it. */
#ifndef IMAGE_H
#define IMAGE_H

#include <stdint.h>

enum { STACK_DEFAULT_BYTES = 2048, STACK_LEAST_BYTES = 256 };

struct image_header {
    uint32_t self; /* slot + 1 */
    const void *argument;
};

/* Gives the first image its initial data; returns what r9 must be there. */
uint32_t image_template(void);

/* Where the C library's state of a process lies (self: slot + 1), less what the linker adds. In the kernel. */
uint32_t image_thread_pointer(uint32_t self);

#endif
