/* CMocka's memory. One for all, while the library's heap is part of each process's image, which is cleared whenever one starts. */
#include <coop/shared.h>
#include <stdint.h>
#include <stdlib.h>

enum { HEAP_BYTES = 32768 };

static COOP_SHARED(uint64_t, heap[HEAP_BYTES / 8]);
static COOP_SHARED(size_t, heap_used);

void *malloc(size_t bytes)
{
    size_t units = (bytes + 7) / 8;
    if (units > HEAP_BYTES / 8 - heap_used)
        return NULL;
    heap_used += units;
    return &heap[heap_used - units];
}

void *calloc(size_t count, size_t bytes)
{
    return malloc(count * bytes); /* it is zero */
}

void *realloc(void *memory, size_t bytes)
{
    (void)memory, (void)bytes;
    return NULL;
}

void free(void *memory)
{
    (void)memory;
}
