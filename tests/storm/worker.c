/* What all workers do: tell that they live, draw, obey, and say when something is wrong. */
#include "storm.h"

#include "processes.h"

#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

COOP_SHARED(struct storm, storm);
struct worker *me;
static uint64_t random_state;

void random_seed(uint64_t seed)
{
    random_state = seed * 0x9e3779b97f4a7c15u | 1;
    (void)draw(2);
}

/* xorshift64*, by Marsaglia and Vigna. */
uint32_t draw(uint32_t below)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (uint32_t)((random_state * 0x2545f4914f6cdd1du) >> 33) % below;
}

void storm_fail(const char *format, ...)
{
    va_list arguments;
    if (atomic_exchange(&storm.failed, 1) != 0)
        return;
    va_start(arguments, format);
    vsnprintf(storm.failure, sizeof storm.failure, format, arguments);
    va_end(arguments);
    atomic_store(&storm.failed, 2);
}

bool was_killed(const struct worker *worker, pid_t pid)
{
    for (int i = 0; i < KILLED_KEPT; i++)
        if (atomic_load(&worker->killed[i]) == pid)
            return true;
    return false;
}

/* The life before this one must have ended for a reason that the storm knows. */
void worker_begin(void)
{
    struct coop_handle self = coop_self();
    me = &storm.workers[self.slot];
    pid_t before = atomic_load(&me->pid);
    if (before != 0 && atomic_load(&me->dying) != before && !was_killed(me, before))
        storm_fail("%s in slot %u: process %d ended, and nobody had killed it", coop_name(self), self.slot, before);
    atomic_store(&me->pid, getpid());
    random_seed(storm.seed + (storm.tally.rounds << 32) +
                ((uint64_t)atomic_fetch_add(&me->lives, 1) << 8 | self.slot) * 0x10001);
}

static uint32_t raise_fault(void)
{
    static volatile uint32_t *volatile nowhere = (uint32_t *)64;
    return *nowhere;
}

void worker_end_badly(enum order how)
{
    atomic_store(&me->order, ORDER_NONE);
    atomic_store(&me->dying, getpid());
    atomic_fetch_add(&storm.own_ends, 1);
    if (how == ORDER_SPIN) {
        while (atomic_load(&coop_blocks_start[coop_self().slot].stopping) == 0)
            continue;
        coop_exit(1);
    }
    if (how == ORDER_FAULT)
        (void)raise_fault();
    (void)coop_lock_release((const struct coop_lock *)(const void *)&storm); /* no handle */
}

void worker_progress(void)
{
    atomic_fetch_add_explicit(&me->done, 1, memory_order_relaxed);
    enum order order = atomic_load_explicit(&me->order, memory_order_relaxed);
    if (order != ORDER_NONE)
        worker_end_badly(order);
    while (atomic_load_explicit(&storm.failed, memory_order_relaxed) != 0)
        pause(); /* as things are, for the dump */
}

int some_timeout(void)
{
    uint32_t kind = draw(8);
    return kind == 0 ? 0 : kind == 1 ? 1 + (int)draw(3) : COOP_FOREVER;
}

void pause_a_little(void)
{
    uint32_t kind = draw(256);
    if (kind == 0)
        (void)coop_sleep_ms(1);
    else if (kind < 8)
        coop_yield();
    else if (kind < 128)
        for (uint32_t i = draw(20000); i > 0; i--)
            __asm__ volatile("");
}

bool must_leave(int error, const char *what)
{
    if (error == COOP_ESTOPPING || error == COOP_ECLOSED)
        return true;
    if (error != COOP_EAGAIN && error != COOP_ETIMEDOUT && error != COOP_EBUSY)
        storm_fail("%s in slot %u: %s answers %d (%s)", coop_name(coop_self()), coop_self().slot, what, error,
                   coop_strerror(error));
    worker_progress();
    return false;
}
