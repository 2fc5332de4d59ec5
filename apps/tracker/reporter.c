/* The reporter: prints each fix once, in the order of the input, and keeps the account.
 *
 * What it has done and its place are one record of its journal, written at once. Its death gives the outcome back that it
 * held: the number says whether that is in the account. When it dies between the line and the record, the line is printed
 * again. A number that is passed over had no outcome and will have none: its sentence was given up.
 */
#include "report.h"
#include "tracker.h"

/* Prints the fix, and passes it on to the geofence. */
static int report(const struct outcome *outcome)
{
    char line[REPORT_BYTES];
    int error = print_line(line, report_print(&outcome->fix, line));

    if (error < 0 || !settings.has_fence)
        return error;
    error = coop_queue_put(&positions, outcome, COOP_FOREVER);
    return error == COOP_ECLOSED ? 0 : error; /* it was terminated: we go on without it */
}

static int handle(struct account *account, const struct outcome *outcome)
{
    int error = 0;

    if (!is_after(outcome->number, account->number))
        return 0;
    if (outcome->result == NMEA_FIX)
        error = report(outcome);
    if (error < 0)
        return error;
    account->number = outcome->number;
    account->results[outcome->result < NMEA_RESULTS ? outcome->result : NMEA_MALFORMED]++;
    journal_write(&account_journal, account, sizeof *account);
    return 0;
}

/* Not after each outcome: the two would take turns, one outcome at a time. */
static void tell_room(void)
{
    if (coop_queue_count(&outcomes) > OUTCOMES_MAX / 2)
        return;
    while (coop_event_set(&room, ROOM) == COOP_EBUSY)
        coop_yield();
}

static int run(const void *argument)
{
    struct account account;
    struct outcome outcome;
    struct coop_lease lease;
    int error;

    (void)argument;
    journal_read(&account_journal, &account, sizeof account);
    for (;;) {
        error = coop_queue_take(&outcomes, &outcome, &lease, COOP_FOREVER);
        if (error < 0)
            break;
        error = handle(&account, &outcome);
        if (error < 0)
            break;
        finish(&outcomes, lease);
        tell_room();
    }
    return error == COOP_ECLOSED || error == COOP_ESTOPPING || remarks.output_error != 0 ? 0 : 1;
}

COOP_PROCESS(reporter, run, .stack_bytes = 2048, .watchdog_ms = 1000, .restart = COOP_RESTART_ON_FAILURE,
             .max_backoff_ms = 1000);
