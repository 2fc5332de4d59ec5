/* What every bench program is made of.
 *
 * A program holds contenders. `PROGRAM list` names them, `PROGRAM run ROW NAME` runs one round of one and prints one
 * number in the unit of its row (rows.c). The driver interleaves the rounds of all programs, so that a drift of the
 * machine meets them all alike.
 *
 *     static double round_of_mine(void) { ...; return nanoseconds_per_operation; }
 *     CONTENDER("put_get", "mine", round_of_mine);
 */
#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct contender {
    const char *row;
    const char *name;
    double (*round)(void);
};

#define BENCH_PASTE_(a, b) a##b
#define BENCH_PASTE(a, b)  BENCH_PASTE_(a, b)

/* Pointers, not structs: the linker may pad between structs. */
#define CONTENDER(row_, name_, round_) CONTENDER_(BENCH_PASTE(contender_, __COUNTER__), row_, name_, round_)
#define CONTENDER_(id, row_, name_, round_)                                                                            \
    static const struct contender id = {row_, name_, round_};                                                          \
    __attribute__((section("contenders"), used)) static const struct contender *const BENCH_PASTE(id, _entry) = &id

enum {
    BENCH_UNAVAILABLE = 77, /* exit status: this machine cannot run the contender; the reason is printed */
    BENCH_ROUND_NS = 60 * 1000 * 1000,
    BENCH_MESSAGE_BYTES = 64,
    BENCH_KILLED_BYTES = 1024,
};

/* What a program's main is made of. bench_find: NULL when there is none. */
void bench_list(void);
const struct contender *bench_find(const char *row, const char *name);
void bench_print(double figure);

uint64_t bench_now_ns(void);

/* Ends the round: prints the reason, which the driver shows in place of a figure. */
__attribute__((noreturn, format(printf, 1, 2))) void bench_unavailable(const char *format, ...);

/* Ends the round as failed. */
__attribute__((noreturn)) void bench_fail(const char *what);

/* A remark that the driver prints beside the figure, for instance that a limit forced a smaller depth. */
__attribute__((format(printf, 1, 2))) void bench_note(const char *format, ...);

/* Binds the caller to the first (0) or second (1) CPU that it might use before its first call. */
void bench_pin(int which);

/* Zeroed memory that children made by fork share. */
void *bench_shared(size_t bytes);

/* fork whose child dies with its parent; fails the round instead of returning -1. */
pid_t bench_fork(void);

/* Reaps a child, which must have exited with 0. */
void bench_reap(pid_t child);

/* Gives the caller `gigabytes` more of small pages, one in `stride` of them touched: fork copies an entry for each. */
void bench_grow(size_t gigabytes, size_t stride);

/* Path of a file that lies beside the running program. */
const char *bench_beside(const char *name);

/* Percentage of trials after which `check`, run in a fresh process, fails or is not done within 25 ms, when the process
 * in `work` was killed at a random moment. `work` never returns; `check` returns whether what it found was whole. */
struct bench_victim {
    void *(*create)(void);
    void (*work)(void *object);
    int (*check)(void *object);
    void (*destroy)(void *object);
};
double bench_killed_percentage(const struct bench_victim *victim, int trials);

#ifdef __cplusplus
}
#endif
#endif
