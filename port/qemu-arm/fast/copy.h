/*
 * Found instead of runtime's by the calls in fast/: small, since it is inlined into them. Most messages are a few words, and
 * the commonest four.
 */
#ifndef COOP_COPY_H
#define COOP_COPY_H

#include <stdint.h>
#include <string.h>

struct four_words {
    uint32_t words[4];
} __attribute__((may_alias));

static inline __attribute__((always_inline)) void copy_item(void *restrict to, const void *restrict from, size_t bytes)
{
    if (__builtin_expect((bytes | ((uintptr_t)to | (uintptr_t)from) << 30) == sizeof(struct four_words), 1))
        *(struct four_words *)to = *(const struct four_words *)from;
    else
        memcpy(to, from, bytes);
}

#endif
