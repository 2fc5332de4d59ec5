#include "capture.h"

#include "decimal.h"
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *need(void *memory)
{
    if (!memory) {
        fputs("out of memory\n", stderr);
        exit(2);
    }
    return memory;
}

static char *stream_read(FILE *stream, size_t *count)
{
    size_t room = 1 << 16;
    char *bytes = need(malloc(room));
    size_t got;

    *count = 0;
    while ((got = fread(bytes + *count, 1, room - *count - 1, stream)) > 0) {
        *count += got;
        if (*count == room - 1)
            bytes = need(realloc(bytes, room *= 2));
    }
    bytes[*count] = '\0';
    return bytes;
}

char *file_read(const char *path, size_t *count)
{
    bool is_standard = strcmp(path, "-") == 0;
    FILE *stream = is_standard ? stdin : fopen(path, "rb");
    char *bytes;

    if (!stream) {
        perror(path);
        return NULL;
    }
    bytes = stream_read(stream, count);
    if (!is_standard)
        fclose(stream);
    return bytes;
}

/* A line of "time,latitude,longitude,...". */
static bool read_fix(const char *line, struct position *position)
{
    const char *latitude = line + strcspn(line, ",\n");
    const char *longitude;
    size_t length;

    if (*latitude++ != ',')
        return false;
    length = strcspn(latitude, ",\n");
    longitude = latitude + length;
    if (*longitude++ != ',')
        return false;
    return decimal_parse(latitude, length, 9, &position->latitude_nanodeg) &&
           decimal_parse(longitude, strcspn(longitude, ",\r\n"), 9, &position->longitude_nanodeg);
}

bool reference_read(const char *path, struct reference *reference)
{
    size_t count;
    size_t lines = 0;
    char *bytes = file_read(path, &count);
    bool is_right = true;

    *reference = (struct reference){0};
    if (!bytes)
        return false;
    for (size_t at = 0; at < count; at++)
        lines += bytes[at] == '\n';
    reference->at = need(calloc(lines + 1, sizeof(reference->at[0])));
    /* The first line names the columns. */
    for (const char *end = strchr(bytes, '\n'); is_right && end && end[1] != '\0'; end = strchr(end + 1, '\n'))
        is_right = read_fix(end + 1, &reference->at[reference->count++]);
    free(bytes);
    if (is_right && reference->count > 0)
        return true;
    fprintf(stderr, "%s: is no reference: see line %zu\n", path, reference->count + 1);
    reference_free(reference);
    return false;
}

void reference_free(struct reference *reference)
{
    free(reference->at);
    *reference = (struct reference){0};
}

static bool is_near(int64_t a, int64_t b)
{
    return a - b <= CAPTURE_TOLERANCE_NANODEG && b - a <= CAPTURE_TOLERANCE_NANODEG;
}

static bool is_same(struct position a, struct position b)
{
    return is_near(a.latitude_nanodeg, b.latitude_nanodeg) && is_near(a.longitude_nanodeg, b.longitude_nanodeg);
}

bool reference_has(const struct reference *reference, struct position position)
{
    for (size_t i = 0; i < reference->count; i++)
        if (is_same(reference->at[i], position))
            return true;
    return false;
}

void walk_start(struct walk *walk, const struct reference *reference)
{
    *walk = (struct walk){.reference = reference};
    walk->may_be_at = need(calloc(reference->count + 1, sizeof(walk->may_be_at[0])));
}

bool walk_next(struct walk *walk, struct position position)
{
    bool can_go_on = false;
    bool before_left = walk->objects == 0; /* whether the entry before this one was reachable by the object before */
    bool before_now = false;               /* whether it is by this object */

    for (size_t i = 0; i < walk->reference->count; i++) {
        bool here_left = walk->may_be_at[i];
        bool here_now = (before_left || before_now || here_left) && is_same(walk->reference->at[i], position);

        walk->may_be_at[i] = here_now;
        if (here_now && walk->furthest <= i)
            walk->furthest = i + 1;
        can_go_on |= here_now;
        before_left = here_left;
        before_now = here_now;
    }
    walk->objects++;
    return can_go_on;
}

bool walk_is_complete(const struct walk *walk)
{
    return walk->reference->count > 0 && walk->may_be_at[walk->reference->count - 1];
}

void walk_free(struct walk *walk)
{
    free(walk->may_be_at);
    *walk = (struct walk){0};
}

static void decode_sentence(struct capture *capture, const struct splitter *splitter, size_t *length, size_t *room)
{
    struct fix fix;
    enum nmea_result result = nmea_parse(splitter->text, splitter->length, &fix);

    capture->results[result]++;
    if (result != NMEA_FIX)
        return;
    if (*room - *length < REPORT_BYTES)
        capture->reports = need(realloc(capture->reports, *room *= 2));
    *length += report_print(&fix, capture->reports + *length);
}

void capture_decode(struct capture *capture, const char *bytes, size_t count, size_t chunk)
{
    struct splitter splitter = {0};
    enum splitter_event event;
    size_t length = 0;
    size_t room = 1 << 16;
    size_t used;

    *capture = (struct capture){.reports = need(calloc(1, room))};
    for (size_t at = 0; at < count; at += used) {
        event = splitter_next(&splitter, bytes + at, count - at < chunk ? count - at : chunk, &used);
        capture->events[event]++;
        if (event == SPLITTER_SENTENCE)
            decode_sentence(capture, &splitter, &length, &room);
    }
    event = splitter_end(&splitter);
    capture->events[event]++;
    if (event == SPLITTER_SENTENCE)
        decode_sentence(capture, &splitter, &length, &room);
}

void capture_free(struct capture *capture)
{
    free(capture->reports);
    *capture = (struct capture){0};
}

static bool find_number(const char *line, const char *end, const char *name, int64_t *nanodeg)
{
    const char *number = strstr(line, name);

    if (!number || number >= end)
        return false;
    number += strlen(name);
    return decimal_parse(number, strcspn(number, ",}\n"), 9, nanodeg);
}

bool report_position(const char *line, size_t length, struct position *position)
{
    static const char start[] = "{\"class\":\"TPV\",";

    if (length < sizeof(start) || strncmp(line, start, sizeof(start) - 1) != 0 || line[length - 1] != '}')
        return false;
    return find_number(line, line + length, "\"lat\":", &position->latitude_nanodeg) &&
           find_number(line, line + length, "\"lon\":", &position->longitude_nanodeg);
}
