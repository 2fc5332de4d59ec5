/* The geofence: a FENCE object for each fix with which the receiver enters or leaves the circle.
 *
 *     {"class":"FENCE","event":"enter","tag":"RMC","time":"2026-03-29T08:00:17.000Z","mode":2,"lat":51.478,...}
 *
 * (numbers are shortened here). It is the fix's own report under another class. Where it was and its place among the
 * fixes are one record of its journal; its death may cost that an object is printed again.
 */
#include "report.h"
#include "tracker.h"

#include <stdio.h>
#include <string.h>

#define ALERT_BYTES (REPORT_BYTES + 24)

static int alert(const struct outcome *position, enum fence_event event)
{
    static const char report_class[] = "{\"class\":\"TPV\",";
    char report[REPORT_BYTES];
    char line[ALERT_BYTES];
    int length;

    report_print(&position->fix, report);
    length = snprintf(line, sizeof line, "{\"class\":\"FENCE\",\"event\":\"%s\",%s",
                      event == FENCE_ENTER ? "enter" : "leave", report + sizeof report_class - 1);
    return print_line(line, (size_t)length);
}

static int handle(struct border *border, const struct outcome *position)
{
    struct fence fence = settings.fence;
    enum fence_event event;
    int error = 0;

    if (!is_after(position->number, border->number))
        return 0;
    fence.is_inside = border->is_inside != 0;
    event = fence_update(&fence, &position->fix);
    if (event != FENCE_NOTHING)
        error = alert(position, event);
    if (error < 0)
        return error;
    border->number = position->number;
    border->is_inside = fence.is_inside;
    border->entered += event == FENCE_ENTER;
    border->left += event == FENCE_LEAVE;
    journal_write(&border_journal, border, sizeof *border);
    return 0;
}

static int run(const void *argument)
{
    struct border border;
    struct outcome position;
    struct coop_lease lease;
    int error;

    (void)argument;
    journal_read(&border_journal, &border, sizeof border);
    for (;;) {
        error = coop_queue_take(&positions, &position, &lease, COOP_FOREVER);
        if (error < 0)
            break;
        error = handle(&border, &position);
        if (error < 0)
            break;
        finish(&positions, lease);
    }
    return error == COOP_ECLOSED || error == COOP_ESTOPPING || remarks.output_error != 0 ? 0 : 1;
}

COOP_PROCESS(geofence, run, .stack_bytes = 2048, .watchdog_ms = 1000, .restart = COOP_RESTART_ON_FAILURE,
             .max_backoff_ms = 1000);
