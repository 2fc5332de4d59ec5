/*
 * Processes that wait. Each is parked on its object, in the direction that its operation waits on: by level, and first
 * come first served within one. Whoever changes the object completes the operation for it.
 */
#include "kernel.h"

/* The arena's words are atomic for ports where processes write them; here only the kernel does. */
static inline struct process **list_of(const struct coop_object *object, unsigned direction)
{
    return (struct process **)(void *)&object->control->wait[direction];
}

static inline uint32_t *plain(_Atomic uint32_t *word)
{
    return (uint32_t *)word;
}

struct process *wait_first(const struct coop_object *object, unsigned direction)
{
    return *list_of(object, direction);
}

static void enlist(struct process *process)
{
    struct process **place = list_of(process->object, process->operation->waits);
    while (*place != NULL && (*place)->level >= process->level)
        place = &(*place)->next;
    process->next = *place;
    *place = process;
}

static void delist(struct process *process)
{
    struct process **place = list_of(process->object, process->operation->waits);
    while (*place != process)
        place = &(*place)->next;
    *place = process->next;
}

void wait_set_level(struct process *process, uint8_t level)
{
    delist(process);
    process->level = level;
    enlist(process);
}

void wait_park(struct process *process, const struct operation *operation, const struct coop_object *object,
               uintptr_t a, uintptr_t b, uint64_t deadline)
{
    schedule_block(process);
    process->state = STATE_PARKED;
    process->operation = operation;
    process->object = object;
    process->a = a;
    process->b = b;
    *plain(&process->block->blocked) = COOP_BLOCKED;
    enlist(process);
    if (operation->holder != NULL)
        inherit_raise(process);
    if (deadline != NO_DEADLINE)
        clock_add(process, deadline);
}

void wait_leave(struct process *process)
{
    delist(process);
    process->state = STATE_FREE; /* in no list */
    if (process->deadline != NO_DEADLINE)
        clock_remove(process);
    bool is_watched = *plain(&process->block->blocked) == COOP_BLOCKED_WATCHED;
    *plain(&process->block->blocked) = COOP_RUNS;
    if (is_watched)
        kernel_ring();
    if (process->operation->holder != NULL)
        inherit_lower(process->operation->holder(process->object));
}

static void complete(struct process *process, int result)
{
    wait_leave(process);
    if (result <= MISUSE) {
        kernel_misuse(process, (enum coop_misuse)(MISUSE - result));
        return;
    }
    ((uint32_t *)process->context.psp)[FRAME_R0] = (uint32_t)result;
    schedule_ready(process);
}

/* One more try for a parked process. Returns what its success wakes, or -1 when it waits on. */
static int retry(struct process *process)
{
    const struct operation *operation = process->operation;
    int result = operation->try(process->object, process->self, process->a, process->b);
    if (result == WOULD_BLOCK) {
        if (!*plain(&process->block->stopping))
            return -1;
        result = COOP_ESTOPPING;
    }
    if (result >= 0 && operation->rings)
        kernel_ring();
    complete(process, result);
    return result >= 0 ? operation->wakes : WAKES_NONE;
}

/* Those who wait in one direction, the first ones, or with `all` every one, as far as they can go on. */
static unsigned wake_direction(const struct coop_object *object, unsigned direction, bool all)
{
    unsigned woken = WAKES_NONE;
    struct process *process = *list_of(object, direction);
    while (process != NULL) {
        struct process *follower = process->next;
        int wakes = retry(process);
        if (wakes >= 0)
            woken |= (unsigned)wakes;
        else if (!all)
            break; /* so would those behind it */
        process = follower;
    }
    return woken;
}

/* Goes on while completed operations wake others: a put that was parked wakes a get, for example. */
void wait_wake(const struct coop_object *object, unsigned wakes)
{
    do {
        bool all = (wakes & WAKES_ALL) != 0;
        if (wakes & WAKES_DATA)
            wakes = (wakes & ~(unsigned)WAKES_DATA) | wake_direction(object, DIRECTION_DATA, all);
        else
            wakes = (wakes & ~(unsigned)WAKES_SPACE) | wake_direction(object, DIRECTION_SPACE, all);
    } while (wakes & (WAKES_DATA | WAKES_SPACE));
}

void wait_wake_everyone(const struct coop_object *object)
{
    wait_wake(object, WAKES_DATA | WAKES_SPACE | WAKES_ALL);
}

void wait_expire(struct process *process)
{
    const struct coop_object *object = process->object;
    int woken = retry(process);
    if (woken < 0)
        complete(process, COOP_ETIMEDOUT);
    else if (woken != WAKES_NONE)
        wait_wake(object, (unsigned)woken);
}
