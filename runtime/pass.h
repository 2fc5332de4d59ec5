/* The supervisor's part of coop_queue_pass. */
#ifndef COOP_PASS_H
#define COOP_PASS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Completes or forgets the pass that the dead process (slot + 1) was in: before its leases are given back. Idempotent.
 * False when another process is inside the queue, so that it must be called again first.
 */
bool pass_repair(uint32_t dead);

#endif
