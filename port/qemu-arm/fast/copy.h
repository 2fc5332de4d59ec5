/*
 * Found instead of runtime's by the calls in fast/: small, since it is inlined into them. Most messages are a few words, and
 * the commonest four.
 */
#ifndef COOP_COPY_H
#define COOP_COPY_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct four_words {
    uint32_t words[4];
} __attribute__((may_alias));

static inline bool is_four_words(size_t bytes, const void *message)
{
    return bytes == sizeof(struct four_words) && ((uintptr_t)message & 3) == 0;
}

static inline __attribute__((always_inline)) void copy_item(void *restrict to, const void *restrict from, size_t bytes)
{
    if (__builtin_expect(is_four_words(bytes, (const void *)((uintptr_t)to | (uintptr_t)from)), 1))
        *(struct four_words *)to = *(const struct four_words *)from;
    else
        memcpy(to, from, bytes);
}

#endif
