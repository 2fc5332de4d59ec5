/* Workers that start, join, terminate and kill others; one that logs, and one that copies a stream. */
#include "storm.h"

#include <string.h>
#include <unistd.h>

enum kind { CHILD_ENDS, CHILD_WAITS, CHILD_IS_KILLED, CHILD_SPINS, CHILD_KINDS };
enum { EXIT_CODE = 17, SELDOM = 64 };

static int be_child(const void *argument)
{
    const uint32_t *kind = argument;
    if (*kind == CHILD_ENDS)
        return EXIT_CODE;
    return coop_sleep_ms(INT32_MAX) == COOP_ESTOPPING ? 0 : 1;
}

static int spin(const void *argument)
{
    (void)argument;
    for (;;)
        __asm__ volatile("" ::: "memory");
    return 0;
}

/* Each parent has children of its own: one that has ended can be joined until its instance is started anew. */
COOP_PROCESS(child_0, be_child, .grace_ms = STALL_MS);
COOP_PROCESS(child_1, be_child, .grace_ms = STALL_MS);
COOP_PROCESS(wild_child_0, spin, .watchdog_ms = 10);
COOP_PROCESS(wild_child_1, spin, .watchdog_ms = 10);

static const struct family {
    const struct coop_process *child, *wild_child;
} families[PARENTS] = {{&child_0, &wild_child_0}, {&child_1, &wild_child_1}};

static void check_end(enum kind kind, const struct coop_end *end)
{
    static const uint8_t causes[] = {COOP_EXITED, COOP_CANCELLED, COOP_KILLED, COOP_RUNAWAY};
    int code = kind == CHILD_ENDS ? EXIT_CODE : 0;
    int signal = kind == CHILD_IS_KILLED || kind == CHILD_SPINS ? 9 : 0;
    if (end->cause != causes[kind] || end->code != code || end->signal != signal)
        storm_fail("slot %u: a child of kind %d ended as %s, code %d, signal %d", coop_self().slot, kind,
                   coop_cause_name(end->cause), (int)end->code, end->signal);
}

/* False when it should leave. */
static bool raise_one(const struct family *family)
{
    uint32_t kind = draw(SELDOM) == 0 ? CHILD_SPINS : draw(CHILD_SPINS);
    struct coop_end end;
    int error = coop_start(kind == CHILD_SPINS ? family->wild_child : family->child, &kind, sizeof kind, &me->child);
    if (error != 0)
        return error != COOP_ESTOPPING && !must_leave(error, "start");
    atomic_store(&me->child_is_known, 1);
    if (kind == CHILD_WAITS)
        error = coop_terminate(me->child);
    else if (kind == CHILD_IS_KILLED)
        error = coop_kill(me->child);
    if (error == 0)
        error = coop_join(me->child, COOP_FOREVER, &end);
    if (error == COOP_ESTOPPING)
        return false;
    if (error == 0)
        check_end((enum kind)kind, &end);
    else
        storm_fail("slot %u: its child can't be ended or joined: %d", coop_self().slot, error);
    atomic_store(&me->child_is_known, 0);
    return true;
}

/* What a life before this one has started ended before this one began. */
static int be_parent(const void *argument)
{
    const uint32_t *which = argument;
    worker_begin();
    if (atomic_load(&me->child_is_known) != 0 && coop_is_alive(me->child))
        storm_fail("slot %u was restarted while a child of its last life lived", coop_self().slot);
    atomic_store(&me->child_is_known, 0);
    while (!coop_stopping() && raise_one(&families[*which])) {
        worker_progress();
        pause_a_little();
    }
    return 0;
}

uint32_t log_check(uint32_t number)
{
    return (number ^ 0x9e37u) * 2654435761u;
}

static int keep_logging(const void *argument)
{
    (void)argument;
    worker_begin();
    while (atomic_load(&storm.draining) == 0) {
        uint32_t number = (uint32_t)atomic_fetch_add(&storm.log_maybe, 1);
        int error = coop_log("storm %u %08x", number, log_check(number));
        if (error == 0)
            atomic_fetch_add(&storm.log_surely, 1);
        else if (error == COOP_EAGAIN || error == COOP_EBUSY)
            atomic_fetch_add(&storm.log_refused, 1);
        else
            storm_fail("the log answers %d", error);
        worker_progress();
        if (coop_sleep_ms(1) < 0)
            return 0;
    }
    return 0;
}

/* Records of one size, which a pipe takes and gives whole. */
static int copy_stream(const void *argument)
{
    char record[RECORD_BYTES];
    (void)argument;
    worker_begin();
    while (!coop_stopping()) {
        int got = coop_stream_read(COOP_STDIN, record, sizeof record, some_timeout());
        if (got < 0 && must_leave(got, "read"))
            return 0;
        if (got < 0)
            continue;
        if (got != RECORD_BYTES)
            storm_fail("%d bytes are read of a record", got);
        int put = coop_stream_write(COOP_STDOUT, record, sizeof record, COOP_FOREVER);
        if (put < 0 && must_leave(put, "write"))
            return 0;
        if (put >= 0 && put != RECORD_BYTES)
            storm_fail("%d bytes are written of a record", put);
        worker_progress();
    }
    return 0;
}

COOP_PROCESS(parent, be_parent, .instances = PARENTS, WORKER);
COOP_PROCESS(logger, keep_logging, WORKER);
COOP_PROCESS(echo, copy_stream, WORKER);
