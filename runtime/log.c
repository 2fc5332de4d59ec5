/*
 * The log: a queue of records that any process puts to and the supervisor drains. So a record is whole or not there, and
 * outlives its writer. Records that find the queue full are counted by a semaphore, which any process can release.
 */
#include <coop/log.h>
#include <coop/queue.h>
#include <coop/semaphore.h>

#include "operations.h"
#include "supervisor.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { RECORDS = 16, MOST_COUNTED = 1000, LINE_BYTES = 400 };

struct log_record {
    uint32_t slot;
    char text[COOP_LOG_BYTES + 4];
};

COOP_QUEUE(coop_log_records, struct log_record, RECORDS);
COOP_SEMAPHORE(coop_log_dropped, 0);

static uint32_t dropped; /* the supervisor's own */

static void write_line(const char *who, const char *text)
{
    char line[LINE_BYTES];
    int length = snprintf(line, sizeof line - 1, "%s: %s", who, text);
    size_t bytes = (size_t)length < sizeof line - 1 ? (size_t)length : sizeof line - 2;
    while (bytes > 0 && line[bytes - 1] == '\n')
        bytes--;
    line[bytes++] = '\n';
    if (!port_log(line, bytes))
        dropped++;
}

/* As a process's operation, but it never waits for the guard. */
static int take(const struct operation *operation, const struct coop_object *object, uintptr_t a)
{
    if (port_enter(object, 0) < 0)
        return COOP_EBUSY;
    bool (*mend)(const struct coop_object *) = object_classes[object->kind]->mend;
    int result = COOP_EBUSY;
    if (mend == NULL || mend(object))
        result = operation->try(object, 0, a, 0);
    port_leave(object);
    return result;
}

static void tell_dropped(void)
{
    char line[64];
    for (int i = 0; i < MOST_COUNTED && take(&semaphore_acquire, &coop_log_dropped.object, 0) >= 0; i++)
        dropped++;
    if (dropped == 0)
        return;
    int length = snprintf(line, sizeof line, "coop: %u log records were dropped\n", (unsigned)dropped);
    if (port_log(line, (size_t)length))
        dropped = 0;
}

void log_format(const char *format, ...)
{
    char text[LINE_BYTES - 20];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    tell_dropped();
    write_line("coop", text);
}

/* A look from outside, which is all that most rounds need. */
bool log_is_idle(void)
{
    return !queue_get.ready(&coop_log_records.object, 0) && !semaphore_acquire.ready(&coop_log_dropped.object, 0) &&
           dropped == 0;
}

/* 0, or why there is no more to write. */
static int drain(void)
{
    struct log_record record;
    tell_dropped();
    for (int i = 0; i < RECORDS; i++) { /* writers that never pause must not keep it from its other work */
        int error = take(&queue_get, &coop_log_records.object, (uintptr_t)&record);
        if (error < 0)
            return error;
        const struct coop_process *process = process_of(record.slot);
        record.text[COOP_LOG_BYTES] = '\0';
        write_line(process != NULL ? process->object.name : "?", record.text);
    }
    return 0;
}

bool log_drain(void)
{
    bool more = !log_is_idle() && drain() == 0;
    if (more)
        port_ring();
    return more;
}

bool log_settle(void)
{
    return log_is_idle() || drain() != COOP_EBUSY;
}

int coop_log(const char *format, ...)
{
    struct log_record record = {.slot = port_self() - 1};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(record.text, COOP_LOG_BYTES + 1, format, arguments);
    va_end(arguments);
    if (record.slot == UINT32_MAX) { /* the supervisor, or main before the run */
        write_line("coop", record.text);
        return 0;
    }
    int error = coop_queue_put(&coop_log_records, &record, 0);
    if (error < 0)
        (void)coop_semaphore_release(&coop_log_dropped);
    port_ring();
    return error;
}
