/* Copies of messages, inlined: most are a few words, for which a call of memcpy costs more than the copy. */
#ifndef COOP_COPY_H
#define COOP_COPY_H

#include <stddef.h>

static inline void copy_item(void *restrict to, const void *restrict from, size_t bytes)
{
    unsigned char *out = to;
    const unsigned char *in = from;
    for (; bytes >= 16; bytes -= 16, out += 16, in += 16) {
        __builtin_memcpy(out, in, 16);
        __asm__ volatile("" : "+r"(in)); /* else the compiler makes a call of memcpy of the loop */
    }
    if (bytes >= 8) {
        __builtin_memcpy(out, in, 8);
        bytes -= 8, out += 8, in += 8;
    }
    for (; bytes > 0; bytes--) {
        *out++ = *in++;
        __asm__ volatile("" : "+r"(in));
    }
}

#endif
