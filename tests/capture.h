/* What the tracker should print for a receiver's capture, and whether a series of positions follows gpsd's reference.
 *
 * gpsd merges the sentences of one epoch into one fix, carries fields over from epoch to epoch, and may report a fix twice;
 * the tracker prints one object for each sentence. So the counts differ, and neither "the same list" nor "a list without
 * repeats" would do. What both must agree on is the path: the two lists are walked side by side from their first entries to
 * their last ones, each step going on to the next object, the next reference fix, or both, and at each step the two
 * positions must lie within 1e-6 degrees of each other. If such a walk exists, the reference positions appear in order,
 * each one, and no position is printed that is not in the reference at that place. (Dynamic time warping with a bound.)
 *
 * For programs of the build machine: files and the heap are used. Errors are told on standard error.
 */
#ifndef TESTS_CAPTURE_H
#define TESTS_CAPTURE_H

#include "nmea.h"
#include "splitter.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAPTURE_TOLERANCE_NANODEG 1000

struct position {
    int64_t latitude_nanodeg;
    int64_t longitude_nanodeg;
};

/* gpsd's positions, from NAME.fixes.csv. */
struct reference {
    struct position *at;
    size_t count;
};

/* A walk, and where in the reference it may be after the objects so far: there may be several ways. */
struct walk {
    const struct reference *reference;
    bool *may_be_at;
    size_t objects;
    size_t furthest;
};

/* What is in a capture, and the lines that the tracker should print for it. */
struct capture {
    char *reports; /* lines, each with its newline; ends with a zero */
    size_t events[SPLITTER_EVENTS];
    size_t results[NMEA_RESULTS];
};

/* Reads a file (`-`: standard input) whole. Returns its bytes and a zero, to be freed, or a null pointer. */
char *file_read(const char *path, size_t *count);

/* Returns false if it cannot be read or is no such file. */
bool reference_read(const char *path, struct reference *reference);
void reference_free(struct reference *reference);

/* `reference` must stay as it is while the walk is used. */
void walk_start(struct walk *walk, const struct reference *reference);
/* Goes to the next object. Returns false if there is no way to it: the walk has failed. */
bool walk_next(struct walk *walk, struct position position);
/* Whether the walk may be over: the reference's last fix is reached. */
bool walk_is_complete(const struct walk *walk);
/* Whether the reference has the position anywhere. */
bool reference_has(const struct reference *reference, struct position position);
void walk_free(struct walk *walk);

/* Decodes a capture with the application's own splitter, nmea and report; `chunk` bytes at a time. */
void capture_decode(struct capture *capture, const char *bytes, size_t count, size_t chunk);
void capture_free(struct capture *capture);

/* Finds "lat" and "lon" in a line that the tracker printed. Returns false if it is not a TPV object with both. */
bool report_position(const char *line, size_t length, struct position *position);

#endif
