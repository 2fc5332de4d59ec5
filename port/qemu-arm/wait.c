/*
 * Processes that wait. Each is parked on its object, in the direction that its operation waits on: by level, and first
 * come first served within one. Whoever changes the object completes the operation for it.
 */
#include "schedule.h"

static void delist(struct process *process)
{
    struct process **place = wait_list(process->object, process->operation->waits);
    while (*place != process)
        place = &(*place)->next;
    *place = process->next;
}

void wait_set_level(struct process *process, uint8_t level)
{
    delist(process);
    process->level = level;
    wait_enlist(process, wait_list(process->object, process->operation->waits));
}

/* It waits no more, and is in no list. */
static __attribute__((noinline)) void unpark(struct process *process)
{
    unsigned also = process->unpark;
    process->unpark = 0;
    process->state = STATE_FREE;
    if (also & UNPARK_DEADLINE)
        clock_remove(process);
    if (also & UNPARK_RINGS) {
        port_mark(process->self - 1);
        kernel_ring();
    }
}

void wait_leave(struct process *process)
{
    delist(process);
    unpark(process);
    if (process->operation->holder != NULL)
        inherit_lower(process->operation->holder(process->object));
}

static inline void resume(struct process *process, int result)
{
    wait_frame(process)[FRAME_R0] = (uint32_t)result;
    schedule_ready(process);
}

static __attribute__((noinline)) void end_wait(struct process *process)
{
    unpark(process);
    schedule_ready(process);
}

void wait_complete(struct process **list, struct process *first)
{
    *list = first->next;
    kernel_settle();
    wait_frame(first)[FRAME_R0] = 0;
    kernel_settle();
    if (first->unpark != 0)
        end_wait(first);
    else
        schedule_ready_inline(first);
}

/* The wait ends with a failure, unless it goes on. */
static __attribute__((noinline)) bool give_up(struct process *process, int result)
{
    if (result == WOULD_BLOCK) {
        if (!*plain(&process->block->stopping))
            return false;
        result = COOP_ESTOPPING;
    }
    wait_leave(process);
    if (result == COOP_EOWNERDEAD) /* perhaps at its deadline, before repair woke those who wait at higher levels */
        process->level = inherit_level(process);
    if (result <= MISUSE)
        kernel_misuse(process, (enum coop_misuse)(MISUSE - result));
    else
        resume(process, result);
    return true;
}

static inline int try_again(struct process *process)
{
    return process->operation->try(process->object, process->self, process->a, process->b);
}

/*
 * Those who wait in one direction, the first ones, or with `all` every one, as far as they can go on. Returns what they
 * wake in turn. A failure may reorder the list (inherit.c), so the look begins anew after one; each ends one wait.
 */
static unsigned wake_direction(const struct coop_object *object, unsigned direction, bool all)
{
    unsigned woken = WAKES_NONE;
    struct process **place = wait_list(object, direction);
    struct process *process;
    while ((process = *place) != NULL) {
        int result = try_again(process);
        if (result >= 0) {
            const struct operation *operation = process->operation;
            *place = process->next;
            woken |= operation->wakes;
            unpark(process);
            resume(process, result);
            if (operation->rings)
                kernel_ring();
        } else if (give_up(process, result)) {
            place = wait_list(object, direction);
        } else if (all) {
            place = &process->next;
        } else {
            break; /* and so would those behind it */
        }
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
    const struct operation *operation = process->operation;
    int result = try_again(process);
    if (result < 0) {
        if (!give_up(process, result))
            (void)give_up(process, COOP_ETIMEDOUT);
        return;
    }
    wait_leave(process);
    resume(process, result);
    if (operation->wakes != WAKES_NONE)
        wait_wake(object, operation->wakes);
    if (operation->rings)
        kernel_ring();
}
