/*
 * A static variable or array that all processes share. Everything else that a process has is its own.
 *
 *     COOP_SHARED(struct settings, settings);
 *     COOP_SHARED(uint32_t, samples[64]);
 *
 * It begins as zeros; what main() writes before coop_run() is what the processes find. coop doesn't protect it: guard it
 * with a COOP_LOCK, use atomics, or let only one process write it. It keeps no pointers: an address of one process
 * means nothing to another.
 */
#ifndef COOP_SHARED_H
#define COOP_SHARED_H

#include <coop/object.h>

#define COOP_SHARED(type_, name_) type_ name_ COOP_SECTION("coop_shared")

#endif
