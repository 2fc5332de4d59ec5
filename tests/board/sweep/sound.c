/* What holds in the kernel whenever its calls are over: each process is where its state says, and nowhere else. */
#include "board.h"

enum { MOST_IN_A_LIST = 16 };

static unsigned count_in_ring(const struct process *process, unsigned level)
{
    const struct process *last = scheduler.last[level], *p = last;
    unsigned found = 0, steps = 0;
    if (last == NULL)
        return 0;
    do {
        found += p == process;
        p = p->next;
    } while (p != last && ++steps < MOST_IN_A_LIST);
    return found;
}

static unsigned count_ready(const struct process *process)
{
    unsigned found = 0;
    for (unsigned level = 0; level < LEVELS; level++)
        found += count_in_ring(process, level);
    return found;
}

struct waits {
    const struct process *process;
    unsigned found;   /* its places in wait lists */
    uint8_t inherits; /* the highest level that waits for what it holds */
    bool disordered;
};

static void look_at_waiters(const struct coop_object *object, void *context)
{
    struct waits *waits = context;
    for (unsigned direction = DIRECTION_DATA; direction <= DIRECTION_SPACE; direction++) {
        unsigned steps = 0;
        for (const struct process *p = wait_first(object, direction); p != NULL; p = p->next) {
            waits->found += p == waits->process;
            uint32_t holder = p->operation->holder != NULL ? p->operation->holder(object) : 0;
            if (holder == waits->process->self && p->level > waits->inherits)
                waits->inherits = p->level;
            if (p->object != object || p->operation->waits != direction || p->state != STATE_PARKED ||
                (p->next != NULL && p->next->level > p->level) || ++steps > MOST_IN_A_LIST) {
                waits->disordered = true;
                return;
            }
        }
    }
}

uint8_t sound_level(const struct process *process)
{
    struct waits waits = {.process = process};
    objects_visit(look_at_waiters, &waits);
    return waits.inherits > process->priority ? waits.inherits : process->priority;
}

static const char *check(const struct process *process)
{
    struct waits waits = {.process = process};
    bool lives = process->state == STATE_READY || process->state == STATE_PARKED;
    objects_visit(look_at_waiters, &waits);
    if (waits.disordered)
        return "a wait list is out of order";
    if (waits.found != (process->state == STATE_PARKED ? 1 : 0))
        return "it is not in one wait list while it is parked, in none else";
    if (count_ready(process) != (process->state == STATE_READY ? 1 : 0) ||
        (process->state == STATE_READY && count_in_ring(process, process->level) != 1))
        return "it is not in its level's ring while it is ready, in none else";
    if (process->state != STATE_PARKED && process->deadline != NO_DEADLINE)
        return "it has a deadline, and doesn't wait";
    if (lives && process->level != sound_level(process))
        return "its level is not what it is entitled to";
    if (process->state != STATE_PARKED && process->unpark != 0)
        return "something is to be done at the end of a wait, and it doesn't wait";
    return NULL;
}

const char *sound_kernel(void)
{
    uint32_t before = kernel_enter();
    const char *wrong = NULL;
    for (const struct process *process = processes; process < processes_end && wrong == NULL; process++)
        wrong = check(process);
    for (unsigned level = 0; level < LEVELS && wrong == NULL; level++)
        if ((scheduler.last[level] != NULL) != ((scheduler.levels >> level & 1) != 0))
            wrong = "a level's bit doesn't fit its ring";
    if (wrong == NULL && scheduler.holder != NULL && scheduler.holder->state != STATE_READY)
        wrong = "who has the CPU can't run";
    kernel_leave(before);
    return wrong;
}
