#include "journal.h"

#include <stdatomic.h>
#include <string.h>

void journal_read(const struct journal *journal, void *record, size_t bytes)
{
    /* Pairs with the release below: the reader may be the writer's next life. */
    uint32_t current = atomic_load_explicit(&journal->current, memory_order_acquire) & 1;

    memcpy(record, journal->copies[current], bytes);
}

void journal_write(struct journal *journal, const void *record, size_t bytes)
{
    uint32_t other = ~atomic_load_explicit(&journal->current, memory_order_relaxed) & 1;

    memcpy(journal->copies[other], record, bytes);
    atomic_store_explicit(&journal->current, other, memory_order_release); /* the commit */
}
