/* memset by words: the C library's goes byte by byte, and every start of a process clears its variables with it. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint32_t __attribute__((may_alias)) word;

enum { WORD = sizeof(word), BLOCK = 4 * WORD };

/* Or else the compiler makes a call of memset of it. */
#define IS_A_LOOP __asm__ volatile("" : "+r"(bytes))

void *memset(void *to, int value, size_t bytes)
{
    unsigned char *at = to;
    word all = (unsigned char)value * 0x01010101u;
    for (; bytes > 0 && (uintptr_t)at % WORD != 0; bytes--) {
        *at++ = (unsigned char)value;
        IS_A_LOOP;
    }
    for (; bytes >= BLOCK; bytes -= BLOCK, at += BLOCK) {
        ((word *)at)[0] = ((word *)at)[1] = ((word *)at)[2] = ((word *)at)[3] = all;
        IS_A_LOOP;
    }
    for (; bytes >= WORD; bytes -= WORD, at += WORD) {
        *(word *)at = all;
        IS_A_LOOP;
    }
    for (; bytes > 0; bytes--) {
        *at++ = (unsigned char)value;
        IS_A_LOOP;
    }
    return to;
}
