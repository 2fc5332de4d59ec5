/*
 * malloc, for programs that ask for it, as CMocka does; coop itself never does. Each process has a heap of its own, a
 * thread-local variable since the C library calls this too: see thread_pointer.c. First fit, with neighbours joined.
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { HEAP_BYTES = 32768, UNIT = 8 };

/* What lies before each piece. The last has no bytes, and is never free. */
struct piece {
    uint32_t bytes; /* a multiple of UNIT */
    uint32_t is_free;
};

static _Thread_local _Alignas(UNIT) unsigned char heap[HEAP_BYTES];

static struct piece *after(struct piece *piece)
{
    return (struct piece *)(void *)((unsigned char *)(piece + 1) + piece->bytes);
}

static struct piece *first(void)
{
    struct piece *piece = (struct piece *)(void *)heap;
    if (piece->bytes == 0)
        *piece = (struct piece){.bytes = HEAP_BYTES - 2 * sizeof *piece, .is_free = true};
    return piece;
}

static void join(struct piece *piece)
{
    while (after(piece)->is_free)
        piece->bytes += (uint32_t)sizeof *piece + after(piece)->bytes;
}

void *malloc(size_t bytes)
{
    if (bytes > HEAP_BYTES)
        bytes = HEAP_BYTES; /* which fails */
    uint32_t wanted = (uint32_t)(bytes + UNIT - 1) / UNIT * UNIT;
    for (struct piece *piece = first(); piece->bytes != 0; piece = after(piece)) {
        if (!piece->is_free)
            continue;
        join(piece);
        if (piece->bytes < wanted)
            continue;
        if (piece->bytes >= wanted + sizeof *piece + UNIT) {
            uint32_t rest = piece->bytes - wanted - (uint32_t)sizeof *piece;
            piece->bytes = wanted;
            *after(piece) = (struct piece){.bytes = rest, .is_free = true};
        }
        piece->is_free = false;
        return piece + 1;
    }
    errno = ENOMEM;
    return NULL;
}

void free(void *memory)
{
    if (memory != NULL)
        ((struct piece *)memory - 1)->is_free = true;
}

void *calloc(size_t count, size_t bytes)
{
    if (bytes != 0 && count > HEAP_BYTES / bytes) {
        errno = ENOMEM;
        return NULL;
    }
    void *memory = malloc(count * bytes);
    return memory != NULL ? memset(memory, 0, count * bytes) : NULL;
}

void *realloc(void *memory, size_t bytes)
{
    void *moved = malloc(bytes);
    if (moved == NULL || memory == NULL)
        return moved;
    uint32_t held = ((struct piece *)memory - 1)->bytes;
    memcpy(moved, memory, held < bytes ? held : bytes);
    free(memory);
    return moved;
}
