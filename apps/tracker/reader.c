/* The reader: from the input's bytes to numbered sentences.
 *
 * Its next life after a death goes on behind the last number in its journal. A file is read from its start again, where
 * each sentence has the number that it had before; those that were sent on are passed over. An input that cannot be read
 * again is read on: then what the dead one had read and not sent on is lost, a buffer at most.
 */
#include "tracker.h"

#include <string.h>

#define READ_BYTES 256

struct reading {
    struct splitter splitter;
    struct sentence sentence;
    struct intake intake; /* what was found in this life, or since the start of a live input */
    struct intake known;  /* what the last life had sent on */
    int stream;
};

static void note(const struct reading *reading)
{
    if (!is_after(reading->known.number, reading->intake.number))
        journal_write(&intake_journal, &reading->intake, sizeof reading->intake);
}

/* Sends on the sentence that the splitter holds.
 *
 * A death between the put and the note sends a file's sentence a second time, which the reporter notices by its number.
 * But a live input goes on with another sentence, which must not get that number: so its number is noted first.
 */
static int forward(struct reading *reading)
{
    bool is_live = remarks.is_live != 0;
    int error;

    reading->intake.number++;
    if (!is_after(reading->intake.number, reading->known.number))
        return 0;
    if (is_live)
        note(reading);
    reading->sentence.number = reading->intake.number;
    reading->sentence.length = reading->splitter.length;
    memcpy(reading->sentence.text, reading->splitter.text, sizeof reading->sentence.text);
    error = coop_queue_put(&sentences, &reading->sentence, COOP_FOREVER);
    if (error >= 0 && !is_live)
        note(reading);
    return error;
}

static int handle(struct reading *reading, enum splitter_event event)
{
    switch (event) {
    case SPLITTER_SENTENCE:
        return forward(reading);
    case SPLITTER_TORN:
        reading->intake.torn++;
        note(reading);
        return 0;
    case SPLITTER_OVERLONG:
        reading->intake.overlong++;
        note(reading);
        return 0;
    default:
        return 0;
    }
}

/* A file never lets one wait; that is how it is told from a device or a pipe. */
static int read_some(int stream, char *bytes, size_t count)
{
    int error = coop_stream_read(stream, bytes, count, 0);

    coop_checkin();
    if (error != COOP_EAGAIN)
        return error;
    remarks.is_live = 1;
    return coop_stream_read(stream, bytes, count, COOP_FOREVER);
}

/* Returns why it ended: COOP_ECLOSED at the end of the input. */
static int read_all(struct reading *reading)
{
    char bytes[READ_BYTES];
    size_t used;
    int error = 0;

    while (error >= 0) {
        int count = read_some(reading->stream, bytes, sizeof bytes);

        error = count;
        for (size_t at = 0; error >= 0 && at < (size_t)count; at += used)
            error = handle(reading, splitter_next(&reading->splitter, bytes + at, (size_t)count - at, &used));
    }
    if (error == COOP_ECLOSED) {
        int last = handle(reading, splitter_end(&reading->splitter));

        error = last < 0 ? last : error;
    }
    return error;
}

static int open_input(void)
{
    if (settings.input[0] == '\0') {
        remarks.is_live = 1;
        return COOP_STDIN;
    }
    if (settings.baud != 0)
        remarks.is_live = 1;
    return coop_stream_open(settings.input, settings.baud);
}

static void complain(int error)
{
    const char *what = coop_strerror(error);

    if (error == COOP_EINVAL)
        what = settings.baud != 0 ? "no device with that speed" : "not a file or device";
    remarks.input_error = error;
    coop_log("%s: %s", what, settings.input[0] != '\0' ? settings.input : "standard input");
}

static int run(const void *argument)
{
    struct reading reading = {.stream = open_input()};
    int error = reading.stream;

    (void)argument;
    journal_read(&intake_journal, &reading.known, sizeof reading.known);
    if (remarks.is_live)
        reading.intake = reading.known;
    if (error >= 0)
        error = read_all(&reading);
    if (error != COOP_ECLOSED && error != COOP_ESTOPPING)
        complain(error);
    close_queue(&sentences);
    return 0;
}

COOP_PROCESS(reader, run, .stack_bytes = 2048, .watchdog_ms = 1000, .restart = COOP_RESTART_ON_FAILURE,
             .max_backoff_ms = 1000);
