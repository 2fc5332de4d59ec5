#include "nmea.h"

#include "decimal.h"

#include <stdbool.h>
#include <string.h>

#define FIELDS_MAX     16 /* RMC's 13th is the last that is looked at */
#define ADDRESS_LENGTH 5
#define NANO           INT64_C(1000000000)

struct field {
    const char *text;
    size_t length;
};

struct fields {
    struct field at[FIELDS_MAX];
    size_t count;
};

static const char *const tag_names[] = {[FIX_RMC] = "RMC", [FIX_GGA] = "GGA", [FIX_GLL] = "GLL"};
static const char *const result_names[] = {
    [NMEA_FIX] = "fix",
    [NMEA_OTHER] = "other sentence",
    [NMEA_NO_FIX] = "no valid position",
    [NMEA_NO_CHECKSUM] = "no checksum",
    [NMEA_BAD_CHECKSUM] = "bad checksum",
    [NMEA_MALFORMED] = "malformed",
    [NMEA_OUT_OF_RANGE] = "out of range",
};

_Static_assert(sizeof(tag_names) / sizeof(tag_names[0]) == FIX_TAGS, "each tag has a name");
_Static_assert(sizeof(result_names) / sizeof(result_names[0]) == NMEA_RESULTS, "each result has a name");

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

/* Sets `*body_length` to the length of what stands before the `*`, with the `$`. */
static enum nmea_result check_frame(const char *text, size_t length, size_t *body_length)
{
    unsigned sum = 0;
    size_t at;

    if (length == 0 || (text[0] != '$' && text[0] != '!'))
        return NMEA_MALFORMED;
    for (at = 1; at < length && text[at] != '*'; at++)
        sum ^= (unsigned char)text[at];
    if (at == length)
        return NMEA_NO_CHECKSUM;
    if (length - at != 3 || hex_digit(text[at + 1]) < 0 || hex_digit(text[at + 2]) < 0)
        return NMEA_MALFORMED;
    if (sum != (unsigned)(hex_digit(text[at + 1]) * 16 + hex_digit(text[at + 2])))
        return NMEA_BAD_CHECKSUM;
    *body_length = at;
    return NMEA_FIX;
}

/* P starts proprietary addresses, and Garmin's PGRMC is no RMC of a talker PG; but Quectel's talker for QZSS is PQ. */
static bool is_position(const struct field *address, enum fix_tag *tag)
{
    if (address->length != ADDRESS_LENGTH || (address->text[0] == 'P' && address->text[1] != 'Q'))
        return false;
    for (unsigned i = 0; i < FIX_TAGS; i++) {
        if (memcmp(address->text + ADDRESS_LENGTH - 3, tag_names[i], 3) == 0) {
            *tag = (enum fix_tag)i;
            return true;
        }
    }
    return false;
}

static void split(const char *text, size_t length, struct fields *fields)
{
    size_t start = 0;

    memset(fields, 0, sizeof(*fields));
    for (size_t at = 0; at <= length && fields->count < FIELDS_MAX; at++) {
        if (at < length && text[at] != ',')
            continue;
        fields->at[fields->count++] = (struct field){text + start, at - start};
        start = at + 1;
    }
}

static bool is_empty(const struct field *field)
{
    return field->length == 0;
}

static bool is_letter(const struct field *field, char letter)
{
    return field->length == 1 && field->text[0] == letter;
}

/* `digits` digits from `text` on; -1 if one of them is none. */
static int number(const char *text, int digits)
{
    int sum = 0;

    for (int i = 0; i < digits; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        sum = sum * 10 + (text[i] - '0');
    }
    return sum;
}

/* [d]ddmm.mmmm and its hemisphere. */
static enum nmea_result read_angle(const struct field *field, const char *hemispheres, int64_t limit_deg,
                                   int64_t *nanodeg)
{
    int64_t value;
    int64_t minutes_nano;
    int64_t angle;

    if (is_empty(&field[0]) && is_empty(&field[1]))
        return NMEA_NO_FIX;
    if (is_empty(&field[0]) || field[0].text[0] == '-' || field[0].text[0] == '+')
        return NMEA_MALFORMED;
    if (!is_letter(&field[1], hemispheres[0]) && !is_letter(&field[1], hemispheres[1]))
        return NMEA_MALFORMED;
    if (!decimal_parse(field[0].text, field[0].length, 9, &value))
        return NMEA_MALFORMED;
    minutes_nano = value % (100 * NANO);
    angle = value / (100 * NANO) * NANO + (minutes_nano + 30) / 60;
    if (minutes_nano >= 60 * NANO || angle > limit_deg * NANO)
        return NMEA_OUT_OF_RANGE;
    *nanodeg = is_letter(&field[1], hemispheres[1]) ? -angle : angle;
    return NMEA_FIX;
}

/* Four fields: latitude, N or S, longitude, E or W. */
static enum nmea_result read_position(const struct field *field, struct fix *fix)
{
    enum nmea_result result = read_angle(&field[0], "NS", 90, &fix->latitude_nanodeg);

    if (result != NMEA_FIX)
        return result;
    return read_angle(&field[2], "EW", 180, &fix->longitude_nanodeg);
}

/* hhmmss[.sss] */
static enum nmea_result read_time(const struct field *field, struct fix *fix)
{
    int64_t seconds_ms;
    int hour;
    int minute;

    if (is_empty(field))
        return NMEA_FIX;
    if (field->length < 6 || number(field->text, 6) < 0)
        return NMEA_MALFORMED;
    hour = number(field->text, 2);
    minute = number(field->text + 2, 2);
    if (!decimal_parse(field->text + 4, field->length - 4, 3, &seconds_ms))
        return NMEA_MALFORMED;
    if (hour > 23 || minute > 59 || seconds_ms >= 61000)
        return NMEA_OUT_OF_RANGE;
    fix->time_ms = (hour * 60 + minute) * 60000 + (int32_t)seconds_ms;
    fix->fields |= FIX_TIME;
    return NMEA_FIX;
}

static int days_of(int month, int year)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && year % 4 == 0 ? 29 : days[month - 1]; /* 1980 to 2079 has no exception */
}

/* ddmmyy; receivers that do not know it yet send 000000. */
static enum nmea_result read_date(const struct field *field, struct fix *fix)
{
    int day;
    int month;
    int year;

    if (is_empty(field))
        return NMEA_FIX;
    if (field->length != 6 || number(field->text, 6) < 0)
        return NMEA_MALFORMED;
    day = number(field->text, 2);
    month = number(field->text + 2, 2);
    year = number(field->text + 4, 2);
    if (day == 0 && month == 0)
        return NMEA_FIX;
    year += year < 80 ? 2000 : 1900;
    if (month < 1 || month > 12 || day < 1 || day > days_of(month, year))
        return NMEA_OUT_OF_RANGE;
    fix->year = (uint16_t)year;
    fix->month = (uint8_t)month;
    fix->day = (uint8_t)day;
    fix->fields |= FIX_DATE;
    return NMEA_FIX;
}

/* A number with three decimals between `least` and `most`, in thousandths. */
static enum nmea_result read_milli(const struct field *field, int32_t least, int32_t most, int32_t *value)
{
    int64_t milli;

    if (!decimal_parse(field->text, field->length, 3, &milli))
        return NMEA_MALFORMED;
    if (milli < least || milli > most)
        return NMEA_OUT_OF_RANGE;
    *value = (int32_t)milli;
    return NMEA_FIX;
}

static enum nmea_result read_speed(const struct field *field, struct fix *fix)
{
    int32_t milliknots;
    enum nmea_result result;

    if (is_empty(field))
        return NMEA_FIX;
    result = read_milli(field, 0, 1000000000, &milliknots);
    if (result != NMEA_FIX)
        return result;
    fix->speed_mm_s = (int32_t)(((int64_t)milliknots * 1852 + 1800) / 3600); /* a knot is 1852 m/h */
    fix->fields |= FIX_SPEED;
    return NMEA_FIX;
}

static enum nmea_result read_track(const struct field *field, struct fix *fix)
{
    if (is_empty(field))
        return NMEA_FIX;
    fix->fields |= FIX_TRACK;
    return read_milli(field, 0, 360000, &fix->track_millideg);
}

/* Two fields: altitude, and M for metres. */
static enum nmea_result read_altitude(const struct field *field, struct fix *fix)
{
    if (is_empty(&field[0]))
        return NMEA_FIX;
    if (!is_letter(&field[1], 'M'))
        return NMEA_MALFORMED;
    fix->fields |= FIX_ALTITUDE;
    fix->mode = 3;
    return read_milli(&field[0], -1000000000, 1000000000, &fix->altitude_mm);
}

/* $--RMC,time,status,lat,N,lon,E,knots,track,date,variation,E[,mode[,navigational status]] */
static enum nmea_result parse_rmc(const struct fields *fields, struct fix *fix)
{
    const struct field *at = fields->at;
    enum nmea_result result;

    if (fields->count < 10)
        return NMEA_MALFORMED;
    if ((!is_letter(&at[2], 'A') && !is_letter(&at[2], 'D')) || is_letter(&at[12], 'N'))
        return NMEA_NO_FIX;
    result = read_position(&at[3], fix);
    if (result == NMEA_FIX)
        result = read_time(&at[1], fix);
    if (result == NMEA_FIX)
        result = read_speed(&at[7], fix);
    if (result == NMEA_FIX)
        result = read_track(&at[8], fix);
    if (result == NMEA_FIX)
        result = read_date(&at[9], fix);
    return result;
}

/* $--GGA,time,lat,N,lon,E,quality,satellites,hdop,altitude,M,separation,M,age,station; 0 is the quality of no fix */
static enum nmea_result parse_gga(const struct fields *fields, struct fix *fix)
{
    const struct field *at = fields->at;
    enum nmea_result result;

    if (fields->count < 11)
        return NMEA_MALFORMED;
    if (is_empty(&at[6]) || is_letter(&at[6], '0'))
        return NMEA_NO_FIX;
    if (at[6].length != 1 || number(at[6].text, 1) < 0)
        return NMEA_MALFORMED;
    result = read_position(&at[2], fix);
    if (result == NMEA_FIX)
        result = read_time(&at[1], fix);
    if (result == NMEA_FIX)
        result = read_altitude(&at[9], fix);
    return result;
}

/* $--GLL,lat,N,lon,E,time,status[,mode] */
static enum nmea_result parse_gll(const struct fields *fields, struct fix *fix)
{
    const struct field *at = fields->at;
    enum nmea_result result;

    if (fields->count < 7)
        return NMEA_MALFORMED;
    if (!is_letter(&at[6], 'A') || is_letter(&at[7], 'N'))
        return NMEA_NO_FIX;
    result = read_position(&at[1], fix);
    if (result == NMEA_FIX)
        result = read_time(&at[5], fix);
    return result;
}

enum nmea_result nmea_parse(const char *text, size_t length, struct fix *fix)
{
    static enum nmea_result (*const parsers[])(const struct fields *, struct fix *) = {
        [FIX_RMC] = parse_rmc, [FIX_GGA] = parse_gga, [FIX_GLL] = parse_gll};
    struct fields fields;
    size_t body_length;
    enum fix_tag tag;
    enum nmea_result result = check_frame(text, length, &body_length);

    _Static_assert(sizeof(parsers) / sizeof(parsers[0]) == FIX_TAGS, "each tag has a parser");
    if (result != NMEA_FIX)
        return result;
    split(text + 1, body_length - 1, &fields);
    if (text[0] != '$' || !is_position(&fields.at[0], &tag))
        return NMEA_OTHER;
    memset(fix, 0, sizeof(*fix));
    fix->tag = (uint8_t)tag;
    fix->mode = 2;
    return parsers[tag](&fields, fix);
}

const char *nmea_result_name(enum nmea_result result)
{
    return (unsigned)result < NMEA_RESULTS ? result_names[result] : "unknown";
}

const char *fix_tag_name(enum fix_tag tag)
{
    return (unsigned)tag < FIX_TAGS ? tag_names[tag] : "unknown";
}
