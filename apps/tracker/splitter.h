/* From a receiver's bytes to its sentences.
 *
 * A receiver sends lines that start with `$` (or `!`), among binary messages, noise and lines that broke off. The
 * splitter finds the lines; whether one says anything sensible is for nmea.h. Rules:
 *   - a sentence goes from its `$` or `!` to the CR or LF, which is not part of it;
 *   - a `$` or `!` always starts a new sentence, and a byte that is no printable ASCII always ends one: what was
 *     collected until then is torn, unless it ends in its checksum (`*` and two digits), when only its line end was
 *     lost;
 *   - a sentence may be longer than the standard's 82 characters, as those of real receivers are, but not than 127.
 *
 * The whole state is a struct of the caller's. All functions are pure but for it, allocate nothing, never block, and
 * may be called from anywhere.
 *
 *     struct splitter splitter = {0};
 *     for (size_t at = 0, used; at < count; at += used)
 *         if (splitter_next(&splitter, bytes + at, count - at, &used) == SPLITTER_SENTENCE)
 *             puts(splitter.text);
 */
#ifndef TRACKER_SPLITTER_H
#define TRACKER_SPLITTER_H

#include <stddef.h>
#include <stdint.h>

#define SENTENCE_BYTES 128 /* of the longest sentence, with its terminating zero */

enum splitter_event {
    SPLITTER_MORE,     /* nothing: all bytes were used */
    SPLITTER_SENTENCE, /* a sentence is in text */
    SPLITTER_TORN,     /* a sentence broke off and was dropped */
    SPLITTER_OVERLONG, /* a sentence exceeded SENTENCE_BYTES - 1 characters and was dropped */
    SPLITTER_EVENTS
};

/* Starts as all zeros. The caller may read `text` and `length` after SPLITTER_SENTENCE, until its next call. */
struct splitter {
    char text[SENTENCE_BYTES]; /* ends with a zero */
    uint16_t length;           /* of text, without the zero */
    uint16_t state;            /* enum splitter_state, private */
};

/* Takes bytes from `bytes[0..count)` until something happens, sets `*used` to how many were taken, and returns what
 * happened. Call it again with the rest. It makes progress: with count > 0, two calls in a row never both take nothing.
 */
enum splitter_event splitter_next(struct splitter *splitter, const void *bytes, size_t count, size_t *used);

/* The input is at its end: what has been collected will not be continued.
 * Returns SPLITTER_SENTENCE if it may be a whole sentence whose line end is missing (its checksum is there),
 * SPLITTER_TORN if it is not, SPLITTER_MORE if there was none. The splitter may be used again.
 */
enum splitter_event splitter_end(struct splitter *splitter);

#endif
