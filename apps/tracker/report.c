#include "report.h"

#include "decimal.h"

#include <string.h>

#define DAY_MS 86400000

/* What each piece takes at most, for any value of its type. */
_Static_assert(REPORT_BYTES >=
                   sizeof("{'class':'TPV','tag':'unknown','time':'YYYYY-MMM-DDDTHH:MM:SS.000Z','mode':MMM}\n") +
                       sizeof(",'lat':,'lon':") + 2 * DECIMAL_PRINTED_BYTES + sizeof(",'alt':,'speed':,'track':") +
                       3 * DECIMAL_PRINTED_BYTES,
               "a report always fits");

static char *put_text(char *to, const char *text)
{
    size_t length = strlen(text);

    memcpy(to, text, length);
    return to + length;
}

static char *put_decimal(char *to, const char *name, int64_t value, unsigned places)
{
    to = put_text(to, name);
    return to + decimal_print(to, value, places);
}

/* At least two digits. */
static char *put_two(char *to, uint32_t value, const char *after)
{
    if (value < 10)
        *to++ = '0';
    to += decimal_print(to, value, 0);
    return put_text(to, after);
}

/* A leap second is printed as second 60, all others as they are in a day. */
static char *put_time(char *to, const struct fix *fix)
{
    uint32_t time_ms = (uint32_t)fix->time_ms % (DAY_MS + 1000);
    uint32_t leap_ms = time_ms >= DAY_MS ? 1000 : 0;

    time_ms -= leap_ms;
    to = put_text(to, ",\"time\":\"");
    to += decimal_print(to, fix->year, 0);
    to = put_text(to, "-");
    to = put_two(to, fix->month, "-");
    to = put_two(to, fix->day, "T");
    to = put_two(to, time_ms / 3600000, ":");
    to = put_two(to, time_ms / 60000 % 60, ":");
    time_ms = time_ms % 60000 + leap_ms;
    if (time_ms < 10000)
        *to++ = '0';
    to += decimal_print(to, time_ms, 3);
    return put_text(to, "Z\"");
}

size_t report_print(const struct fix *fix, char line[REPORT_BYTES])
{
    char *to = put_text(line, "{\"class\":\"TPV\",\"tag\":\"");

    to = put_text(to, fix_tag_name((enum fix_tag)fix->tag));
    to = put_text(to, "\"");
    if (fix->fields & FIX_DATE && fix->fields & FIX_TIME)
        to = put_time(to, fix);
    to = put_decimal(to, ",\"mode\":", fix->mode, 0);
    to = put_decimal(to, ",\"lat\":", fix->latitude_nanodeg, 9);
    to = put_decimal(to, ",\"lon\":", fix->longitude_nanodeg, 9);
    if (fix->fields & FIX_ALTITUDE)
        to = put_decimal(to, ",\"alt\":", fix->altitude_mm, 3);
    if (fix->fields & FIX_SPEED)
        to = put_decimal(to, ",\"speed\":", fix->speed_mm_s, 3);
    if (fix->fields & FIX_TRACK)
        to = put_decimal(to, ",\"track\":", fix->track_millideg, 3);
    to = put_text(to, "}\n");
    *to = '\0';
    return (size_t)(to - line);
}
