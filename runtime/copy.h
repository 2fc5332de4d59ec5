/*
 * Copies of messages, inlined: most are a few words, for which a call of memcpy costs more than the copy. Few branches: the
 * last step of a copy overlaps the one before, so that no odd bytes are left.
 */
#ifndef COOP_COPY_H
#define COOP_COPY_H

#include <stddef.h>

#define COPY_ALWAYS static inline __attribute__((always_inline)) void

COPY_ALWAYS copy_both_ends(unsigned char *restrict out, const unsigned char *restrict in, size_t bytes, size_t step)
{
    __builtin_memcpy(out, in, step);
    __builtin_memcpy(out + bytes - step, in + bytes - step, step);
}

COPY_ALWAYS copy_item(void *restrict to, const void *restrict from, size_t bytes)
{
    unsigned char *out = to;
    const unsigned char *in = from;
    if (bytes > 32) {
        for (; bytes > 64; bytes -= 32, out += 32, in += 32) {
            __builtin_memcpy(out, in, 32);
            __asm__ volatile("" : "+r"(bytes)); /* else the compiler makes a call of memcpy of the loop */
        }
        copy_both_ends(out, in, bytes, 32);
    } else if (bytes >= 16) {
        copy_both_ends(out, in, bytes, 16);
    } else if (bytes >= 8) {
        copy_both_ends(out, in, bytes, 8);
    } else if (bytes >= 4) {
        copy_both_ends(out, in, bytes, 4);
    } else {
        for (; bytes > 0; bytes--) {
            *out++ = *in++;
            __asm__ volatile("" : "+r"(bytes));
        }
    }
}

#endif
