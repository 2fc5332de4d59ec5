/* From a fix to a line of JSON, in the terms of gpsd's TPV ("time, position, velocity") report.
 *
 *     {"class":"TPV","tag":"RMC","time":"2020-10-07T02:20:21.000Z","mode":2,"lat":-36.745989467,"lon":174.734547667,
 *      "speed":0.000,"track":301.900}
 *
 * (in one line). A field that the fix's sentence does not give is absent. So GGA and GLL have no time: what they give
 * is a time of day without the date, and a date from an earlier sentence would make a report depend on what the parser
 * remembers. Numbers have a fixed number of decimals: 9 for degrees of latitude and longitude, 3 for metres, m/s and
 * degrees of track.
 *
 * The functions are pure, allocate nothing, never block, and may be called from anywhere.
 *
 *     char line[REPORT_BYTES];
 *     write(1, line, report_print(&fix, line));
 */
#ifndef TRACKER_REPORT_H
#define TRACKER_REPORT_H

#include "nmea.h"

#include <stddef.h>

#define REPORT_BYTES 256 /* of the longest report of any struct fix whatever, with newline and terminating zero */

/* Writes the report of `fix`, a newline and a terminating zero to `line`.
 * Returns its length with the newline. A struct fix with impossible contents gives a wrong report but no overflow.
 */
size_t report_print(const struct fix *fix, char line[REPORT_BYTES]);

#endif
