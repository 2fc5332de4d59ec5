#include "reset.h"

#include "console.h"
#include "mps2.h"
#include <stdio.h>
#include <string.h>

enum { MAGIC = 0x636f6f70, DEATHS = 8, PERIOD_MS = 4000 };
enum reset_cause { RESET_UNKNOWN, RESET_ASKED, RESET_WATCHDOG, RESET_PANIC };

#define AIRCR_SYSRESETREQ 0x05fa0004u

struct death {
    const char *name;
    struct coop_end end;
};

/* In RAM that nothing initialises: `magic` tells whether it means anything. */
struct kept {
    uint32_t magic;
    uint32_t cause; /* enum reset_cause: RESET_UNKNOWN while it runs */
    uint32_t pc;    /* where the watchdog caught it, or the kernel panicked */
    const char *panic;
    uint32_t count; /* of deaths, in all */
    struct death deaths[DEATHS];
};
extern struct kept noinit_start;
_Static_assert(sizeof(struct kept) <= 1024, "firmware.ld leaves so much");

void reset_note_end(const struct process *process)
{
    struct death *death = &noinit_start.deaths[noinit_start.count++ % DEATHS];
    death->name = process->descriptor->object.name;
    death->end = process->block->end;
    death->end.signal = process->signal;
    death->end.code = process->code;
}

static void log_death(const struct death *death)
{
    char text[120];
    int bytes = snprintf(text, sizeof text, "coop: before it %s ended: signal %d, code %d, pc 0x%lx, address 0x%lx\n",
                         death->name, death->end.signal, (int)death->end.code, (unsigned long)death->end.pc,
                         (unsigned long)death->end.address);
    console_log(text, (size_t)bytes);
}

static void log_cause(void)
{
    static const char *const causes[] = {
        [RESET_ASKED] = "as asked", [RESET_WATCHDOG] = "by its watchdog", [RESET_PANIC] = "by a kernel panic: "};
    char name[60], place[90] = "", text[200];
    port_symbol(noinit_start.pc, name, sizeof name);
    if (noinit_start.cause != RESET_ASKED)
        snprintf(place, sizeof place, " at 0x%lx %s", (unsigned long)noinit_start.pc, name);
    int bytes = snprintf(text, sizeof text, "coop: the board was reset %s%s%s\n", causes[noinit_start.cause],
                         noinit_start.cause == RESET_PANIC ? noinit_start.panic : "", place);
    console_log(text, (size_t)bytes);
}

void reset_report(void)
{
    if (noinit_start.magic != MAGIC) {
        memset(&noinit_start, 0, sizeof noinit_start);
    } else if (noinit_start.cause != RESET_UNKNOWN) {
        log_cause();
        for (uint32_t i = noinit_start.count > DEATHS ? noinit_start.count - DEATHS : 0; i < noinit_start.count; i++) {
            log_death(&noinit_start.deaths[i % DEATHS]);
            console_flush();
        }
    }
    noinit_start.magic = MAGIC;
    noinit_start.cause = RESET_UNKNOWN;
    noinit_start.count = 0;
}

void reset_watch(bool on)
{
    WATCHDOG->lock = WATCHDOG_UNLOCK;
    WATCHDOG->load = CLOCK_HZ / 1000u * PERIOD_MS / 2; /* it resets when the interrupt's second half has passed too */
    WATCHDOG->ctrl = on ? WATCHDOG_CTRL_INTERRUPT | WATCHDOG_CTRL_RESET : 0;
}

void reset_feed(void)
{
    WATCHDOG->clear = 1;
}

static _Noreturn void restart(enum reset_cause cause, uint32_t pc)
{
    noinit_start.cause = cause;
    noinit_start.pc = pc;
    __asm__ volatile("dsb" ::: "memory"); /* or else the stores are dead, since nothing follows */
    for (;;)
        SCB->aircr = AIRCR_SYSRESETREQ;
}

void reset_note_panic(const char *why, uint32_t pc)
{
    if (noinit_start.magic != MAGIC)
        memset(&noinit_start, 0, sizeof noinit_start);
    noinit_start.magic = MAGIC;
    noinit_start.cause = RESET_PANIC;
    noinit_start.panic = why;
    noinit_start.pc = pc;
}

void reset_by_panic(void)
{
    restart(RESET_PANIC, noinit_start.pc);
}

/* A panic that got stuck in its last words is still a panic. */
void reset_by_watchdog(const uint32_t *frame)
{
    if (noinit_start.cause == RESET_PANIC)
        reset_by_panic();
    restart(RESET_WATCHDOG, frame[FRAME_PC]);
}

void reset_board(void)
{
    restart(RESET_ASKED, 0);
}
