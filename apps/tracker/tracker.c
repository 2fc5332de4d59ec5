/* A GPS tracker: from the bytes of a receiver to JSON reports, through processes that may die at any moment.
 *
 *     input -> reader -> [sentences] -> parser -> [outcomes] -> reporter -> output
 *                             |                                     |
 *                      [dead_letters] -> root                  [positions] -> geofence -> output
 *
 * There is one parser, sentences have numbers, and a sentence that is given back takes its old place: so outcomes come in
 * the order of the input, and whoever reads a queue knows a repeat by its number. What the death of each costs:
 *
 *   parser    nothing. Its sentence is delivered again, unless its outcome was put, which is the same step. The sentence
 *             that kills it three times becomes a dead letter, which the summary names.
 *   reader    of a file, nothing: it reads the file again and passes over what it had sent on. Of anything else, the
 *             sentences that it had read and not sent on: a buffer of 256 bytes at most.
 *   reporter  nothing, but when it dies between a line and the note of it in its journal, that line is printed again:
 *             what is out cannot be taken back, and a report that is missing would be worse.
 *   geofence  the same.
 *   root      the system: it ends, without a summary.
 *
 * At the end each sentence is in the summary once: as a fix, as another kind, as rejected, as a dead letter, or, when the
 * tracker was stopped or a reader died, as unfinished.
 */
#include "tracker.h"

#include <stdio.h>

COOP_SHARED(struct settings, settings);
COOP_SHARED(struct remarks, remarks);
COOP_SHARED(struct journal, intake_journal);
COOP_SHARED(struct journal, account_journal);
COOP_SHARED(struct journal, border_journal);

COOP_QUEUE(dead_letters, struct sentence, DEAD_LETTERS_MAX);
COOP_QUEUE(sentences, struct sentence, SENTENCES_MAX, .max_deliveries = 3, .dead_letters = &dead_letters);
COOP_QUEUE(outcomes, struct outcome, OUTCOMES_MAX);
COOP_QUEUE(positions, struct outcome, POSITIONS_MAX);
COOP_EVENT(room);
COOP_LOCK(output);

void finish(const struct coop_queue *queue, struct coop_lease lease)
{
    while (coop_queue_done(queue, lease) == COOP_EBUSY)
        coop_yield();
}

void close_queue(const struct coop_queue *queue)
{
    while (coop_queue_close(queue) == COOP_EBUSY)
        coop_yield();
}

int print_line(const char *line, size_t length)
{
    int error = coop_lock_acquire(&output, COOP_FOREVER);
    int written;

    if (error < 0 && error != COOP_EOWNERDEAD) /* the lock guards no state: nothing is to be mended */
        return error;
    written = coop_stream_write(COOP_STDOUT, line, length, COOP_FOREVER);
    while (coop_lock_release(&output) == COOP_EBUSY)
        coop_yield();
    if (written >= 0)
        return (size_t)written == length ? 0 : COOP_ESTOPPING;
    if (written != COOP_ESTOPPING)
        remarks.output_error = written;
    return written;
}

#define NAMED_MAX 8

/* The stages of the pipeline, the last one first: the order in which they start. */
enum stage { GEOFENCE, REPORTER, PARSER, READER, STAGES };

struct root {
    struct coop_handle handles[STAGES];
    uint32_t restarts[STAGES];
    bool is_started[STAGES];
    bool is_stopping;
    uint32_t letter_count;
    struct sentence letters[NAMED_MAX]; /* the first ones */
};

static const struct coop_process *const stages[] = {
    [GEOFENCE] = &geofence, [REPORTER] = &reporter, [PARSER] = &parser, [READER] = &reader};

_Static_assert(sizeof stages / sizeof *stages == STAGES, "each stage has a process");

static int start(struct root *root)
{
    for (unsigned i = settings.has_fence ? GEOFENCE : REPORTER; i < STAGES; i++) {
        int error = coop_start(stages[i], NULL, 0, &root->handles[i]);

        if (error < 0 && error != COOP_ESTOPPING)
            coop_log("%s could not be started: %s", stages[i]->object.name, coop_strerror(error));
        if (error < 0)
            return error;
        root->is_started[i] = true;
    }
    return 0;
}

static bool goes_on(const struct root *root, enum stage stage)
{
    return root->is_started[stage] && coop_is_alive(root->handles[stage]);
}

/* Takes a dead letter. Errors as coop_queue_get. */
static int take_letter(struct root *root, int timeout_ms)
{
    struct sentence letter;
    int error = coop_queue_get(&dead_letters, &letter, timeout_ms);

    if (error < 0)
        return error;
    coop_log("gave up sentence %u: %s", (unsigned)letter.number, letter.text);
    if (root->letter_count < NAMED_MAX)
        root->letters[root->letter_count] = letter;
    root->letter_count++;
    return 0;
}

/* Until the parser is through with all sentences, or ended otherwise, or nobody takes its outcomes any more. */
static void attend(struct root *root)
{
    int error = 0;

    while (error != COOP_ECLOSED && error != COOP_ESTOPPING && goes_on(root, PARSER) && goes_on(root, REPORTER)) {
        error = take_letter(root, PATIENCE_MS);
        if (settings.has_fence && !goes_on(root, GEOFENCE))
            close_queue(&positions);
    }
}

/* Waits for the end of a stage. When we are asked to stop, no call waits any more, and the others end within their grace. */
static void await(struct root *root, enum stage stage)
{
    struct coop_end end = {.cause = COOP_ALIVE};

    while (root->is_started[stage] && coop_join(root->handles[stage], COOP_FOREVER, &end) == COOP_ESTOPPING) {
        if (!root->is_stopping)
            for (unsigned i = 0; i < STAGES; i++)
                if (root->is_started[i])
                    (void)coop_terminate(root->handles[i]);
        root->is_stopping = true;
        coop_yield();
    }
    root->restarts[stage] = end.restarts;
}

/* Ends each stage when nothing more comes to it. One that does not wait for its queue is told to stop. */
static void wind_up(struct root *root)
{
    if (!goes_on(root, REPORTER) && root->is_started[PARSER])
        (void)coop_terminate(root->handles[PARSER]);
    await(root, PARSER);
    if (root->is_started[READER])
        (void)coop_terminate(root->handles[READER]);
    await(root, READER);
    close_queue(&outcomes);
    await(root, REPORTER);
    close_queue(&positions);
    await(root, GEOFENCE);
    while (take_letter(root, 0) >= 0)
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

static void tell_restarts(const struct root *root)
{
    coop_log("restarts: parser %u, reader %u, reporter %u, geofence %u", (unsigned)root->restarts[PARSER],
             (unsigned)root->restarts[READER], (unsigned)root->restarts[REPORTER], (unsigned)root->restarts[GEOFENCE]);
}

static void tell_letters(const struct root *root)
{
    uint32_t named = root->letter_count < NAMED_MAX ? root->letter_count : NAMED_MAX;

    for (uint32_t i = 0; i < named; i++)
        coop_log("dead letter: sentence %u: %s", (unsigned)root->letters[i].number, root->letters[i].text);
    if (root->letter_count > named)
        coop_log("and %u more", (unsigned)(root->letter_count - named));
}

/* All of it fits into the log's queue at once. */
static void summarize(const struct root *root)
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
             (unsigned)rejected, (unsigned)root->letter_count, (unsigned)(without - root->letter_count));
    tell_rejected(&account);
    coop_log("no sentences: %u torn lines, %u overlong", (unsigned)intake.torn, (unsigned)intake.overlong);
    if (settings.has_fence)
        coop_log("fence: entered %u times, left %u times", (unsigned)border.entered, (unsigned)border.left);
    tell_restarts(root);
    tell_letters(root);
}

static int run(const void *argument)
{
    struct root root = {0};
    int error = start(&root);

    (void)argument;
    if (error >= 0)
        attend(&root);
    wind_up(&root);
    summarize(&root);
    if (remarks.output_error != 0)
        coop_log("standard output: %s", remarks.output_error == COOP_ECLOSED ? "nobody reads it any more"
                                                                             : coop_strerror(remarks.output_error));
    return (error < 0 && error != COOP_ESTOPPING) || remarks.input_error != 0 || remarks.output_error != 0;
}

/* Its grace is more than all others' together: it waits for their ends before it sums up. */
COOP_PROCESS(root, run, .stack_bytes = 4096, .grace_ms = 2000);

int main(int argc, char **argv)
{
    struct options_problem problem;
    int status;

    switch (options_parse(argc, argv, &settings, &problem)) {
    case OPTIONS_HELP:
        fputs(options_help, stdout);
        return 0;
    case OPTIONS_BAD:
        fprintf(stderr, "tracker: %s: %s; see tracker --help\n", problem.argument, problem.what);
        return 2;
    default:
        break;
    }
    status = coop_run(argc, argv, &root);
    if (status < 0)
        fprintf(stderr, "tracker: %s\n", coop_strerror(status));
    return status < 0 ? 1 : status;
}
