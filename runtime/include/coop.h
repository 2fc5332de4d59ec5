/*
 * coop: multiprocessing for firmware.
 *
 * Processes, fixed-size message queues, semaphores, permits, locks, events and shared variables, all declared at
 * link time; a supervisor that ends and restarts only the process that runs away; and recovery of everything that a
 * killed process held. The same source runs as isolated processes on Linux and as MPU-isolated processes on Cortex-M.
 *
 *     #include <coop.h>
 *
 *     COOP_QUEUE(inbox, int, 8);
 *
 *     static int produce(const void *argument)
 *     {
 *         (void)argument;
 *         for (int i = 0; i < 3; i++)
 *             if (coop_queue_put(&inbox, &i, COOP_FOREVER) < 0)
 *                 return 1;
 *         return coop_queue_close(&inbox);
 *     }
 *     COOP_PROCESS(producer, produce);
 *
 *     static int run(const void *argument) { ... coop_start(&producer, NULL, 0, NULL) ... coop_queue_get(...) ... }
 *     COOP_PROCESS(root, run);
 *
 *     int main(int argc, char **argv) { return coop_run(argc, argv, &root); }
 *
 * Functions return 0 or more for success and an enum coop_error, which is negative, for failure. COOP_EINVAL is also answered
 * to NULL where a function doesn't allow it; what is no handle of the right kind is misuse, which ends the caller.
 * Timeouts are milliseconds; 0 never waits, COOP_FOREVER waits without end, less is COOP_EINVAL. A call with any other timeout
 * than 0 is a check-in for the watchdog. Unless a function says otherwise it may be called from any process, with a
 * timeout of 0 also from an interrupt handler of a board (coop/board.h: which), and not from a signal handler.
 */
#ifndef COOP_H
#define COOP_H

#include <coop/error.h>
#include <coop/event.h>
#include <coop/lock.h>
#include <coop/log.h>
#include <coop/permits.h>
#include <coop/process.h>
#include <coop/queue.h>
#include <coop/semaphore.h>
#include <coop/shared.h>
#include <coop/stream.h>

#endif
