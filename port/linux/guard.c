/*
 * Who is inside an object and does not leave it. Those who wait for a guard complain; then the supervisor marks every guard that
 * is held with a bit that leaving clears, since it stores 0. So a mark that stays says that its holder has not left
 * since, however often the same process enters: no busy one is taken for a stuck one.
 */
#include "linux.h"

enum {
    LOOK_US = 10000,
    STOPPED_US = 100000, /* so long somebody who is suspended may hold others up */
    RAN_US = 100000,     /* no operation needs so much CPU time: it runs wild inside */
    LOST_US = 5000000 /* neither suspended nor running: a frozen group, a debugger, a machine that gives it no time */
};

/* By slot: a process is inside one object at a time. */
static struct suspicion {
    const struct coop_object *object;
    uint64_t since_us;
    uint64_t cpu_us;
} suspicions[COOP_MAX_PROCESSES];

static struct {
    uint32_t stuck; /* slot + 1, or 0 */
    uint64_t now_us;
    uint64_t next_us;
} search;

static bool has_overstayed(uint32_t slot, const struct suspicion *suspicion)
{
    uint64_t wall_us = search.now_us - suspicion->since_us;
    if (wall_us > LOST_US || (linux_is_stopped(slot) && wall_us > STOPPED_US))
        return true;
    return port_cpu_us(slot) > suspicion->cpu_us + RAN_US;
}

static void look_at(const struct coop_object *object, void *context)
{
    (void)context;
    uint32_t guard = atomic_load(&object->control->guard);
    uint32_t slot = (guard & 0xff) - 1;
    if (guard == 0)
        return;
    pid_t pid = (pid_t)((guard & ~GUARD_MARK) >> 8);
    if (pid == 0 || slot >= process_slots() || linux_pid(slot) != pid) {
        /* @look_free: it names nobody who lives. It was written over, or repair waits for another's guard first (pass.pml). */
        atomic_compare_exchange_strong(&object->control->guard, &guard, 0);
        return;
    }
    struct suspicion *suspicion = &suspicions[slot];
    if ((guard & GUARD_MARK) != 0 && suspicion->object == object) {
        if (has_overstayed(slot, suspicion))
            search.stuck = slot + 1; /* @look_condemn */
    } else if (atomic_compare_exchange_strong(&object->control->guard, &guard, guard | GUARD_MARK)) {
        *suspicion = (struct suspicion){object, search.now_us, port_cpu_us(slot)}; /* @look_mark */
    }
}

void linux_complain(void)
{
    if (atomic_exchange(&linux_arena.complaint, 1) == 0)
        port_ring();
}

uint32_t port_stuck(void)
{
    search.now_us = port_now_us();
    if (search.now_us < search.next_us || atomic_exchange(&linux_arena.complaint, 0) == 0)
        return 0; /* @look_begin: who still waits complains again */
    search.next_us = search.now_us + LOOK_US;
    search.stuck = 0;
    objects_visit(look_at, NULL);
    return search.stuck;
}

uint64_t linux_stuck_next_us(void)
{
    return atomic_load(&linux_arena.complaint) != 0 ? search.next_us : UINT64_MAX;
}
