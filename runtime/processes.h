/* The blocks of all instances, as one array by slot, and the process that a slot belongs to. */
#ifndef COOP_PROCESSES_H
#define COOP_PROCESSES_H

#include "objects.h"

extern struct coop_block coop_blocks_start[], coop_blocks_end[];

static inline uint32_t process_slots(void)
{
    return (uint32_t)(coop_blocks_end - coop_blocks_start);
}

static inline uint32_t process_instances(const struct coop_process *process)
{
    return process->instances != 0 ? process->instances : 1;
}

static inline uint32_t process_first_slot(const struct coop_process *process)
{
    return (uint32_t)((struct coop_block *)process->object.items - coop_blocks_start);
}

/* The process that the slot is an instance of; NULL for a number that is no slot. */
const struct coop_process *process_of(uint32_t slot);

#endif
