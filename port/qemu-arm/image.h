/* What every image begins with: for the process's own side of the port, which also writes it. */
#ifndef IMAGE_H
#define IMAGE_H

#include <stdint.h>

enum { STACK_DEFAULT_BYTES = 2048, STACK_LEAST_BYTES = 256 };

struct image_header {
    uint32_t self; /* slot + 1 */
    const void *argument;
};

/* Gives an image its variables, with their initial values. */
void image_fill(uint32_t image);

/* Does so with the first one; returns what r9 must be there. */
uint32_t image_template(void);

/* Where the C library's state of a process lies (self: slot + 1), less what the linker adds. In the kernel. */
uint32_t image_thread_pointer(uint32_t self);

#endif
