/* Whole systems, each in a process of its own, whose log the test reads. Linux only. */
#ifndef SYSTEM_H
#define SYSTEM_H

#include "life.h"
#include <sys/types.h>

enum { SYSTEM_SKIPPED = 77 }; /* what prepare() exits with when this machine does not permit it */

struct system {
    pid_t pid; /* of the supervisor */
    int log_fd;
    size_t bytes;
    char log[1 << 18]; /* what it wrote to standard error, as far as it fits */
};

/* Starts a system. `prepare`, unless NULL, runs in its first process before coop_run. */
void system_begin(struct system *system, const struct coop_process *root, void (*prepare)(void));

/* Reads the log until it contains `text` `times` times; the test fails when it ends or the deadline passes before. */
void system_expect(struct system *system, const char *text, int times);

/* Reads what comes within timeout_ms. False when nothing of the system runs any more. */
bool system_reads(struct system *system, int timeout_ms);

/*
 * Waits until nothing of the system runs: the log ends when the last process that could write to it has ended. Returns
 * the exit status of coop_run, or -N when signal N ended the supervisor.
 */
int system_end(struct system *system);

/* All of it. The log is then in `system`. Skips the test when prepare() says so. */
int system_run(struct system *system, const struct coop_process *root, void (*prepare)(void));

/* How often the log contains `text`. */
int system_says(const struct system *system, const char *text);

/* How many descriptors this process has open. */
int open_descriptors(void);

#endif
