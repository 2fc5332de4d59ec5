/* A record that its writer's death cannot tear: it is kept twice, and one store says which copy counts.
 *
 * For a process that is restarted and must find its place again. A journal has one writer at a time; whoever else wants
 * the record reads it when the writer has ended. It lies in shared memory and starts as zeros, which are its first record.
 *
 *     COOP_SHARED(struct journal, progress);
 *
 *     struct place place;
 *     journal_read(&progress, &place, sizeof place);
 *     place.number++;
 *     journal_write(&progress, &place, sizeof place);
 */
#ifndef TRACKER_JOURNAL_H
#define TRACKER_JOURNAL_H

#include <stddef.h>
#include <stdint.h>

#define JOURNAL_BYTES 32 /* of the largest record */

struct journal {
    _Atomic uint32_t current; /* the copy that counts: 0 or 1 */
    unsigned char copies[2][JOURNAL_BYTES];
};

/* Copies the first `bytes` bytes of the record, at most JOURNAL_BYTES, to `record`. Doesn't block. */
void journal_read(const struct journal *journal, void *record, size_t bytes);

/* Replaces them, in one step: a death before it leaves the old record, after it the new one. Doesn't block. */
void journal_write(struct journal *journal, const void *record, size_t bytes);

#endif
