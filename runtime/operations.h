/* Every operation, by the name that its object's file gives it. Only a port's table of operations and tests need it. */
#ifndef COOP_OPERATIONS_H
#define COOP_OPERATIONS_H

#include "port.h"

extern const struct operation queue_put, queue_get, queue_take, queue_done, queue_give_back, queue_close, queue_count;
extern const struct operation queue_pass, queue_finish;
extern const struct operation semaphore_acquire, semaphore_release, semaphore_value;
extern const struct operation permits_acquire, permits_release, permits_available;
extern const struct operation lock_acquire, lock_release;
extern const struct operation event_set, event_clear, event_wait, event_flags;
extern const struct operation process_start, process_started, process_announce, process_join, process_ask, process_look;
extern const struct operation process_children, process_sleep, process_stopping, process_checkin;

#endif
