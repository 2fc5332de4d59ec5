/* What the tracker's processes share. tracker.c tells how they work together.
 *
 * Sentences are numbered from 1 in the order of the input. The numbers wrap, so they are compared by is_after.
 */
#ifndef TRACKER_TRACKER_H
#define TRACKER_TRACKER_H

#include "journal.h"
#include "nmea.h"
#include "options.h"
#include "splitter.h"

#include <coop.h>
#include <stdbool.h>
#include <stdint.h>

#define PATIENCE_MS 250 /* of a process that must show that it is alive */

struct sentence {
    uint32_t number;
    uint16_t length; /* of text, without the zero */
    char text[SENTENCE_BYTES];
};

/* What became of a sentence. */
struct outcome {
    struct fix fix;  /* zeros if there is none */
    uint32_t number; /* the sentence's */
    uint32_t result; /* enum nmea_result */
};

/* The reader's journal. */
struct intake {
    uint32_t number;   /* of the last sentence that was sent on */
    uint32_t torn;     /* lines that broke off */
    uint32_t overlong; /* lines that no sentence can be */
};

/* The reporter's journal. */
struct account {
    uint32_t number; /* of the last sentence whose outcome is counted */
    uint32_t results[NMEA_RESULTS];
};

/* The geofence's journal. */
struct border {
    uint32_t number; /* of the last sentence whose position was looked at */
    uint32_t entered;
    uint32_t left;
    uint32_t is_inside;
};

_Static_assert(sizeof(struct intake) <= JOURNAL_BYTES && sizeof(struct account) <= JOURNAL_BYTES &&
                   sizeof(struct border) <= JOURNAL_BYTES,
               "each record fits into a journal");

/* What the processes tell each other besides. Each word is set by one process, and stays. */
struct remarks {
    _Atomic int32_t input_error;  /* reader: enum coop_error if the input failed */
    _Atomic int32_t output_error; /* reporter, geofence: the same of the output */
    _Atomic uint32_t is_live;     /* reader: the input is no file, for it let us wait */
};

extern struct settings settings;
extern struct remarks remarks;
extern struct journal intake_journal;
extern struct journal account_journal;
extern struct journal border_journal;

extern const struct coop_queue sentences;
extern const struct coop_queue dead_letters;
extern const struct coop_queue outcomes;
extern const struct coop_queue positions;
extern const struct coop_event room;
#define ROOM 1u

extern const struct coop_process root;
extern const struct coop_process reader;
extern const struct coop_process parser;
extern const struct coop_process reporter;
extern const struct coop_process geofence;

#define SENTENCES_MAX    16
#define OUTCOMES_MAX     16
#define POSITIONS_MAX    8
#define DEAD_LETTERS_MAX 4

/* Whether the sentence `number` comes after `other`, within half of all numbers. */
static inline bool is_after(uint32_t number, uint32_t other)
{
    return (int32_t)(number - other) > 0;
}

/* Finishes the lease. Insists: a process that was stopped or preempted inside the queue makes it busy for a while. */
void finish(const struct coop_queue *queue, struct coop_lease lease);

/* Closes the queue. Insists likewise. */
void close_queue(const struct coop_queue *queue);

/* Prints a line, whole, on standard output: several processes do. Waits until it is out. Returns 0; COOP_ESTOPPING;
 * COOP_ECLOSED or COOP_EIO, which it also notes in `remarks`.
 */
int print_line(const char *line, size_t length);

#endif
