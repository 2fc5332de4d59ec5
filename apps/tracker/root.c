/* The root: starts the stages of the pipeline, keeps the dead letters, and ends each stage when nothing more comes to it.
 *
 * It keeps its account on its stack, and is not restarted: if it dies, the system ends.
 */
#include "tracker.h"

#include <stdio.h>

#define NAMED_MAX 8

/* The stages of the pipeline, the last one first: the order in which they start. */
enum stage { GEOFENCE, REPORTER, PARSER, READER, STAGES };

struct pipeline {
    struct coop_handle handles[STAGES];
    uint32_t restarts[STAGES];
    bool is_started[STAGES];
    bool is_stopping;
    uint32_t letter_count;
    struct sentence letters[NAMED_MAX]; /* the first ones */
};

static const struct coop_process *const stages[STAGES] = {
    [GEOFENCE] = &geofence, [REPORTER] = &reporter, [PARSER] = &parser, [READER] = &reader};

static int start(struct pipeline *pipeline)
{
    for (unsigned i = settings.has_fence ? GEOFENCE : REPORTER; i < STAGES; i++) {
        int error = coop_start(stages[i], NULL, 0, &pipeline->handles[i]);

        if (error < 0 && error != COOP_ESTOPPING)
            coop_log("%s could not be started: %s", stages[i]->object.name, coop_strerror(error));
        if (error < 0)
            return error;
        pipeline->is_started[i] = true;
    }
    return 0;
}

static bool goes_on(const struct pipeline *pipeline, enum stage stage)
{
    return pipeline->is_started[stage] && coop_is_alive(pipeline->handles[stage]);
}

/* Takes a dead letter. Errors as coop_queue_get. */
static int take_letter(struct pipeline *pipeline, int timeout_ms)
{
    struct sentence letter;
    int error = coop_queue_get(&dead_letters, &letter, timeout_ms);

    if (error < 0)
        return error;
    coop_log("gave up sentence %u: %s", (unsigned)letter.number, letter.text);
    if (pipeline->letter_count < NAMED_MAX)
        pipeline->letters[pipeline->letter_count] = letter;
    pipeline->letter_count++;
    return 0;
}

/* Until the parser is through with all sentences, or ended otherwise, or nobody takes its outcomes any more. */
static void attend(struct pipeline *pipeline)
{
    int error = 0;

    while (error != COOP_ECLOSED && error != COOP_ESTOPPING && goes_on(pipeline, PARSER) &&
           goes_on(pipeline, REPORTER)) {
        error = take_letter(pipeline, PATIENCE_MS);
        if (settings.has_fence && !goes_on(pipeline, GEOFENCE))
            close_queue(&positions);
    }
}

/* Waits for the end of a stage. When we are asked to stop, no call waits any more, and the others end within their grace. */
static void await(struct pipeline *pipeline, enum stage stage)
{
    struct coop_end end = {.cause = COOP_ALIVE};

    while (pipeline->is_started[stage] && coop_join(pipeline->handles[stage], COOP_FOREVER, &end) == COOP_ESTOPPING) {
        if (!pipeline->is_stopping)
            for (unsigned i = 0; i < STAGES; i++)
                if (pipeline->is_started[i])
                    (void)coop_terminate(pipeline->handles[i]);
        pipeline->is_stopping = true;
        coop_yield();
    }
    pipeline->restarts[stage] = end.restarts;
}

/* Ends each stage when nothing more comes to it. One that does not wait for its queue is told to stop. */
static void wind_up(struct pipeline *pipeline)
{
    if (!goes_on(pipeline, REPORTER) && pipeline->is_started[PARSER])
        (void)coop_terminate(pipeline->handles[PARSER]);
    await(pipeline, PARSER);
    if (pipeline->is_started[READER])
        (void)coop_terminate(pipeline->handles[READER]);
    await(pipeline, READER);
    close_queue(&outcomes);
    await(pipeline, REPORTER);
    close_queue(&positions);
    await(pipeline, GEOFENCE);
    while (take_letter(pipeline, 0) >= 0)
        continue;
}

static void tell_rejected(const struct account *account)
{
    char text[COOP_LOG_BYTES] = "";
    size_t length = 0;

    for (unsigned i = NMEA_NO_FIX; i < NMEA_RESULTS; i++)
        if (account->results[i] != 0 && length < sizeof text)
            length += (size_t)snprintf(text + length, sizeof text - length, "%s%u %s", length == 0 ? "" : ", ",
                                       (unsigned)account->results[i], nmea_result_name((enum nmea_result)i));
    if (length > 0)
        coop_log("rejected: %s", text);
}

static void tell_restarts(const struct pipeline *pipeline)
{
    coop_log("restarts: parser %u, reader %u, reporter %u, geofence %u", (unsigned)pipeline->restarts[PARSER],
             (unsigned)pipeline->restarts[READER], (unsigned)pipeline->restarts[REPORTER],
             (unsigned)pipeline->restarts[GEOFENCE]);
}

static void tell_letters(const struct pipeline *pipeline)
{
    uint32_t named = pipeline->letter_count < NAMED_MAX ? pipeline->letter_count : NAMED_MAX;

    for (uint32_t i = 0; i < named; i++)
        coop_log("dead letter: sentence %u: %s", (unsigned)pipeline->letters[i].number, pipeline->letters[i].text);
    if (pipeline->letter_count > named)
        coop_log("and %u more", (unsigned)(pipeline->letter_count - named));
}

/* All of it fits into the log's queue at once. */
static void summarize(const struct pipeline *pipeline)
{
    struct intake intake;
    struct account account;
    struct border border;
    uint32_t rejected = 0;
    uint32_t without;

    journal_read(&intake_journal, &intake, sizeof intake);
    journal_read(&account_journal, &account, sizeof account);
    journal_read(&border_journal, &border, sizeof border);
    for (unsigned i = NMEA_NO_FIX; i < NMEA_RESULTS; i++)
        rejected += account.results[i];
    without = intake.number - account.results[NMEA_FIX] - account.results[NMEA_OTHER] - rejected;
    coop_log("%u sentences: %u fixes, %u of other kinds, %u rejected, %u dead letters, %u unfinished",
             (unsigned)intake.number, (unsigned)account.results[NMEA_FIX], (unsigned)account.results[NMEA_OTHER],
             (unsigned)rejected, (unsigned)pipeline->letter_count, (unsigned)(without - pipeline->letter_count));
    tell_rejected(&account);
    coop_log("no sentences: %u torn lines, %u overlong", (unsigned)intake.torn, (unsigned)intake.overlong);
    if (settings.has_fence)
        coop_log("fence: entered %u times, left %u times", (unsigned)border.entered, (unsigned)border.left);
    tell_restarts(pipeline);
    tell_letters(pipeline);
}

static int run(const void *argument)
{
    struct pipeline pipeline = {0};
    int error = start(&pipeline);

    (void)argument;
    if (error >= 0)
        attend(&pipeline);
    wind_up(&pipeline);
    summarize(&pipeline);
    if (remarks.output_error != 0)
        coop_log("standard output: %s", remarks.output_error == COOP_ECLOSED ? "nobody reads it any more"
                                                                             : coop_strerror(remarks.output_error));
    return (error < 0 && error != COOP_ESTOPPING) || remarks.input_error != 0 || remarks.output_error != 0;
}

/* Its grace is more than all others' together: it waits for their ends before it sums up. */
COOP_PROCESS(root, run, .stack_bytes = 4096, .grace_ms = 2000);
