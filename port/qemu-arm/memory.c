/*
 * memset and memcpy by words: the C library's go byte by byte. Every start of a process clears its variables with the one, and the
 * kernel copies messages with the other, while interrupts wait.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint32_t __attribute__((may_alias)) word;

typedef uint32_t __attribute__((may_alias, aligned(1))) any_word; /* the core reads and writes it in one instruction */

enum { WORD = sizeof(word), BLOCK = 4 * WORD };

/* Or else the compiler makes a call of the very function of it. */
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

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
    unsigned char *out = to;
    const unsigned char *in = from;
    for (; bytes >= BLOCK; bytes -= BLOCK, out += BLOCK, in += BLOCK) {
        any_word first = ((const any_word *)in)[0], second = ((const any_word *)in)[1];
        any_word third = ((const any_word *)in)[2], fourth = ((const any_word *)in)[3];
        ((any_word *)out)[0] = first;
        ((any_word *)out)[1] = second;
        ((any_word *)out)[2] = third;
        ((any_word *)out)[3] = fourth;
        IS_A_LOOP;
    }
    for (; bytes >= WORD; bytes -= WORD, out += WORD, in += WORD) {
        *(any_word *)out = *(const any_word *)in;
        IS_A_LOOP;
    }
    for (; bytes > 0; bytes--) {
        *out++ = *in++;
        IS_A_LOOP;
    }
    return to;
}
