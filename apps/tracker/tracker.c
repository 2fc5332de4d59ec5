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
 *             what is out cannot be taken back, and a report that is missing would be worse. When it dies in the middle of
 *             a line, the first of the two is broken off, and ends there: a board's console takes a line in pieces, and
 *             so does a file on Linux, at the edge of a page.
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
COOP_LOCK(output); /* of standard output */

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
    int written = 1;

    if (error < 0 && error != COOP_EOWNERDEAD)
        return error;
    if (error == COOP_EOWNERDEAD) /* it may have left the beginning of a line: ours is not to be its end */
        written = coop_stream_write(COOP_STDOUT, "\n", 1, COOP_FOREVER);
    if (written == 1)
        written = coop_stream_write(COOP_STDOUT, line, length, COOP_FOREVER);
    while (coop_lock_release(&output) == COOP_EBUSY)
        coop_yield();
    if (written >= 0)
        return (size_t)written == length ? 0 : COOP_ESTOPPING;
    if (written != COOP_ESTOPPING)
        remarks.output_error = written;
    return written;
}

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
