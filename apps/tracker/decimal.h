/* Decimal fractions as scaled integers.
 *
 * The tracker uses no floating point: its results are then the same bits on Linux and on a Cortex-M. "12.5" read with
 * three decimals is 12500. All functions are pure, allocate nothing, never block, and may be called from anywhere.
 *
 *     int64_t altitude_mm;
 *     if (decimal_parse("-3.25", 5, 3, &altitude_mm))    // altitude_mm is -3250
 */
#ifndef TRACKER_DECIMAL_H
#define TRACKER_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DECIMAL_PLACES        9  /* the most decimals that may be asked for */
#define DECIMAL_WHOLE_DIGITS  9  /* the most digits before the point that are accepted */
#define DECIMAL_PRINTED_BYTES 22 /* what decimal_print writes at most */

/* Reads all `length` characters of `text`: an optional sign, up to 9 digits, and optionally a point and any number of
 * digits, of which the first `places` (at most 9) count and the others are cut off. Returns true and sets `*value` to
 * the number times 10^places; false, with `*value` untouched, for anything else.
 */
bool decimal_parse(const char *text, size_t length, unsigned places, int64_t *value);

/* Writes `value` / 10^places (at most 9) with exactly `places` decimals to `text`, without a terminating zero.
 * Returns the number of characters written, at most DECIMAL_PRINTED_BYTES.
 */
size_t decimal_print(char *text, int64_t value, unsigned places);

#endif
