/*
 * Priority inheritance: who holds what others wait for runs at the level of the highest of them (but not as a driver), until it
 * lets go, or they go away. The level goes on along a chain of holders that wait themselves.
 */
#include "kernel.h"
#include "objects.h"
#include "operate.h"
#include "processes.h"

static uint32_t holder_of(const struct process *waiter)
{
    return waiter->operation->holder != NULL ? waiter->operation->holder(waiter->object) : 0;
}

/* By a driver no more than the highest that isn't one's. */
static uint8_t lent(const struct process *waiter)
{
    return waiter->level < LEVEL_DRIVER ? waiter->level : LEVEL_HIGHEST;
}

/* The chain ends: who waits in a circle waits for ever, but each of its levels is raised once. */
void inherit_raise(const struct process *waiter)
{
    uint8_t level = lent(waiter);
    uint32_t self = holder_of(waiter);
    while (self != 0) {
        struct process *holder = &processes[self - 1];
        if (holder->level >= level || (holder->state != STATE_READY && holder->state != STATE_PARKED))
            return;
        if (holder->state == STATE_READY) {
            schedule_set_level(holder, level);
            return;
        }
        wait_set_level(holder, level);
        waiter = holder;
        self = holder_of(waiter);
    }
}

bool inherit_holds(uint32_t self)
{
    uint32_t (*holder)(const struct coop_object *) = operations[OP_LOCK_ACQUIRE]->holder;
    for (const struct coop_object *lock = coop_locks; lock < coop_events; lock++)
        if (holder(lock) == self)
            return true;
    return false;
}

uint8_t inherit_level(const struct process *process)
{
    uint8_t level = process->priority;
    for (const struct coop_object *object = coop_objects_start; object < coop_objects_end; object++)
        for (unsigned direction = DIRECTION_DATA; direction <= DIRECTION_SPACE; direction++) {
            const struct process *waiter = wait_first(object, direction);
            if (waiter != NULL && lent(waiter) > level && holder_of(waiter) == process->self)
                level = lent(waiter);
        }
    return level;
}

void inherit_lower(uint32_t self)
{
    while (self != 0) {
        struct process *process = &processes[self - 1];
        if (process->level == process->priority)
            return;
        uint8_t level = inherit_level(process);
        if (level == process->level)
            return;
        if (process->state == STATE_PARKED) {
            wait_set_level(process, level);
            self = holder_of(process);
            continue;
        }
        if (process->state == STATE_READY)
            schedule_set_level(process, level);
        else
            process->level = level;
        return;
    }
}
