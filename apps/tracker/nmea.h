/* From one NMEA 0183 sentence to a position fix.
 *
 * Understands RMC, GGA and GLL of any talker (GP, GN, GL, GA, GB, BD, QZ, PQ, ...). Rules:
 *   - a fix depends on its own sentence only: there is no state that a parser's death could lose;
 *   - only a sentence with a right checksum and a valid position gives a fix. One that contradicts its format is
 *     dropped as a whole: an 8-bit checksum lets through every 256th damaged sentence;
 *   - there is no floating point: a fix is the same bits on every machine.
 *
 * The input is not trusted: any bytes of any length may be given. All functions are pure, allocate nothing, never
 * block, and may be called from anywhere.
 *
 *     struct fix fix;
 *     if (nmea_parse(text, strlen(text), &fix) == NMEA_FIX && fix.fields & FIX_ALTITUDE)
 *         climb_to(fix.altitude_mm);
 */
#ifndef TRACKER_NMEA_H
#define TRACKER_NMEA_H

#include <stddef.h>
#include <stdint.h>

enum nmea_result {
    NMEA_FIX = 0,      /* a position */
    NMEA_OTHER,        /* another kind of sentence, not looked into */
    NMEA_NO_FIX,       /* the receiver itself says that it has no valid position */
    NMEA_NO_CHECKSUM,  /* no `*`: broken off */
    NMEA_BAD_CHECKSUM, /* damaged */
    NMEA_MALFORMED,    /* the checksum is right, but it is no sentence of its kind */
    NMEA_OUT_OF_RANGE, /* a number that cannot be: latitude 91, 25 o'clock */
    NMEA_RESULTS
};

enum fix_tag { FIX_RMC, FIX_GGA, FIX_GLL, FIX_TAGS };

/* The bits of struct fix's `fields`. */
enum fix_field { FIX_TIME = 1, FIX_DATE = 2, FIX_ALTITUDE = 4, FIX_SPEED = 8, FIX_TRACK = 16 };

/* Latitude, longitude, tag and mode are always there; the others if `fields` has their bit, and are 0 otherwise. */
struct fix {
    int64_t latitude_nanodeg;  /* north is positive */
    int64_t longitude_nanodeg; /* east is positive */
    int32_t altitude_mm;       /* above mean sea level */
    int32_t speed_mm_s;        /* over ground */
    int32_t track_millideg;    /* over ground, from true north, 0 to 360000 */
    int32_t time_ms;           /* UTC since midnight; 86400000 and above: a leap second */
    uint16_t year;             /* 1980 to 2079 */
    uint8_t month;             /* 1 to 12 */
    uint8_t day;               /* 1 to 31 */
    uint8_t fields;            /* enum fix_field, or-ed */
    uint8_t tag;               /* enum fix_tag: the sentence's kind */
    uint8_t mode;              /* 2, or 3 if the sentence gives an altitude */
    uint8_t unused;            /* 0: a fix may be compared as bytes */
};

_Static_assert(sizeof(struct fix) == 40, "struct fix has no padding, so that a fix may be compared as bytes");

/* Reads the sentence `text[0..length)`, from its `$` to its checksum, without line end.
 * Returns NMEA_FIX and fills `*fix`, or says why there is none; `*fix` is then undefined.
 */
enum nmea_result nmea_parse(const char *text, size_t length, struct fix *fix);

/* A name for a summary: "bad checksum". */
const char *nmea_result_name(enum nmea_result result);

/* "RMC", "GGA", "GLL". */
const char *fix_tag_name(enum fix_tag tag);

#endif
