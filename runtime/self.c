/*
 * The life of a process as it leads it itself: it comes up, waits for its children, sleeps, checks in, sees that it is asked to stop,
 * and ends. Operations on whichever process is the first in the table, since they concern the caller, or all.
 */
#include "processes.h"

#include "operations.h"

static int try_announce(const struct coop_object *object, uint32_t self, uintptr_t a, uintptr_t b)
{
    (void)object, (void)a, (void)b;
    struct coop_block *block = &coop_blocks_start[self - 1];
    if (load_word(&block->state) == COOP_STARTING)
        store_word(&block->state, COOP_RUNNING);
    return 0;
}

/* Would block while a process that the caller started, and that is no daemon, is alive. */
static int try_children(const struct coop_object *object, uint32_t self, uintptr_t a, uintptr_t b)
{
    (void)object, (void)a, (void)b;
    return load_word(&coop_blocks_start[self - 1].children) != 0 ? WOULD_BLOCK : 0;
}

static int try_sleep(const struct coop_object *object, uint32_t self, uintptr_t a, uintptr_t b)
{
    (void)object, (void)self, (void)a, (void)b;
    return WOULD_BLOCK;
}

static int try_stopping(const struct coop_object *object, uint32_t self, uintptr_t a, uintptr_t b)
{
    (void)object, (void)a, (void)b;
    return self != 0 && load_word(&coop_blocks_start[self - 1].stopping) != 0;
}

/* A heartbeat; the check-in is counted by the call itself, whose timeout is not 0. */
static int try_checkin(const struct coop_object *object, uint32_t self, uintptr_t a, uintptr_t b)
{
    (void)object, (void)a, (void)b;
    if (self == 0)
        return 0;
    store_word(&coop_blocks_start[self - 1].beat, 1);
    return 0;
}

const struct operation process_announce = {
    .try = try_announce, .number = OP_PROCESS_ANNOUNCE, .kind = COOP_KIND_PROCESS, .wakes = WAKES_DATA | WAKES_ALL};
const struct operation process_children = {
    .try = try_children, .number = OP_PROCESS_CHILDREN, .kind = COOP_KIND_PROCESS, .waits = DIRECTION_DATA};
const struct operation process_sleep = {.try = try_sleep,
                                        .unguarded = needs_no_guard,
                                        .number = OP_PROCESS_SLEEP,
                                        .kind = COOP_KIND_PROCESS,
                                        .waits = DIRECTION_SPACE};
const struct operation process_stopping = {
    .try = try_stopping, .unguarded = needs_no_guard, .number = OP_PROCESS_STOPPING, .kind = COOP_KIND_PROCESS};
const struct operation process_checkin = {
    .try = try_checkin, .unguarded = needs_no_guard, .number = OP_PROCESS_CHECKIN, .kind = COOP_KIND_PROCESS};

static const struct coop_object *any(void)
{
    return &coop_processes_start->object;
}

void coop_exit(int code)
{
    uint32_t self = port_self();
    if (self == 0)
        port_misuse(COOP_MISUSE_NOT_PROCESS);
    const struct coop_process *process = process_of(self - 1);
    /* It waits with a beating heart: nothing here can hang but its children, which have watchdogs of their own. */
    int beat_ms = process->heartbeat_ms != 0 ? (int)(process->heartbeat_ms / 4 + 1) : COOP_FOREVER;
    while (port_call(&process_children, any(), 0, 0, beat_ms) == COOP_ETIMEDOUT)
        coop_checkin();
    if (process->fini != NULL)
        process->fini();
    port_exit(code & 0xff);
}

void process_main(uint32_t slot)
{
    const struct coop_process *process = process_of(slot);
    if (process->init != NULL)
        process->init();
    coop_exit(process->entry(port_argument()));
}

bool coop_stopping(void)
{
    return port_call(&process_stopping, any(), 0, 0, 0) == 1;
}

void coop_yield(void)
{
    port_yield();
}

int coop_sleep_ms(int milliseconds)
{
    if (milliseconds < 0)
        return COOP_EINVAL;
    if (milliseconds == 0)
        return 0;
    int error = port_call(&process_sleep, any(), 0, 0, milliseconds);
    return error == COOP_ETIMEDOUT ? 0 : error;
}

void coop_checkin(void)
{
    (void)port_call(&process_checkin, any(), 0, 0, COOP_FOREVER);
}

uint64_t coop_now_ms(void)
{
    return port_now_us() / 1000;
}
