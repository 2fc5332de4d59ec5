/* The blocks of all instances, as one array by slot, and the process that a slot belongs to. */
#ifndef COOP_PROCESSES_H
#define COOP_PROCESSES_H

#include "objects.h"
#include <stdatomic.h>

/* By slot, all in the order of the link: the state, and the process that it is an instance of. */
extern struct coop_block coop_blocks_start[], coop_blocks_end[];
extern const struct coop_process *const coop_owners_start[], *const coop_owners_end[];

static inline uint32_t process_slots(void)
{
    return (uint32_t)(coop_owners_end - coop_owners_start);
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
static inline const struct coop_process *process_of(uint32_t slot)
{
    return slot < process_slots() ? coop_owners_start[slot] : NULL;
}

/* The words of a block, whatever their size. */
#define load_word(word)         atomic_load_explicit(word, memory_order_acquire)
#define store_word(word, value) atomic_store_explicit(word, value, memory_order_release)

#endif
