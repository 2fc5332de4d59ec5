/* What the parts of the Linux port share. */
#ifndef LINUX_PORT_H
#define LINUX_PORT_H

#include "port.h"
#include "processes.h"
#include <sys/types.h>
#include <time.h>

/*
 * The head of the arena. Written by the supervisor before any child exists, but for the words below the line, which any
 * process may change by atomic operations; a death leaves them at worst with a ring too many.
 */
struct linux_arena {
    uint32_t magic;
    uint32_t bytes;
    uint64_t nonce;
    pid_t supervisor;
    uint32_t needs_fence;
    uint32_t has_other_cores;
    /* ---- */
    _Atomic uint32_t bell;      /* counts rings */
    _Atomic uint32_t listening; /* the supervisor sleeps on the bell */
    _Atomic uint32_t complaint; /* somebody waits for a guard for long */
};
extern struct linux_arena linux_arena;
extern char coop_arena_start[], coop_arena_end[];

enum { LINUX_ARENA_MAGIC = 0x636f6f70, SUPERVISOR_SLOT = 0xff };

/* In a guard, above the pid and the slot: see guard.c. */
#define GUARD_MARK 0x80000000u

/* The environment's marker of a child: "fd:slot:nonce", read once and removed. */
#define LINUX_MARKER "COOP_PROCESS"

/* arena.c */
int linux_arena_create(void); /* by the supervisor: 0 or an enum coop_error */
int linux_arena_fd(void);
/* By a child: 0, or an enum coop_error; COOP_EINVAL when the descriptor is no arena at all. */
int linux_arena_attach(int fd, uint64_t nonce);
/* The address that the program's file has for what is at `pc` in this process. */
uintptr_t linux_link_address(uintptr_t pc);
/* How far below its top a fault is taken for an overflow of a stack that is limited to so many bytes. */
uintptr_t linux_stack_reach(uintptr_t limit_bytes);

/* run.c */
size_t linux_arena_bytes(void);
void linux_arena_begin(void); /* writes the head of a new run, by the supervisor */
bool linux_arena_is_of(const struct linux_arena *head, uint64_t nonce);
/* fcntl, without the 300 bytes that musl's spends on locks. */
int linux_fcntl(int fd, int command, long argument);
/* The same descriptor above 2: one of the standard streams may be closed, and nothing of ours takes its place, where others
 * would write into it. */
int linux_above_standard(int fd);
void linux_executable_open(void); /* before main */
int linux_executable(void);       /* a descriptor of this program; -1 */
const char *linux_executable_path(void);

/* execute.c */
struct timespec linux_deadline(unsigned timeout_ms); /* signed, it would bring 700 bytes of division along */
long linux_futex_wait(_Atomic uint32_t *word, uint32_t value, const struct timespec *deadline);
void linux_futex_wake(_Atomic uint32_t *word, int count);
bool linux_is_stopping(void);
/* Around every sleep of a process: for the watchdog it is blocked in between. A check-in, too: who is about to sleep does not run
 * wild, however often it is woken for nothing before its call is done. */
void linux_sleep_begins(void);
void linux_sleep_ends(void);
void linux_self_init(uint32_t slot, struct coop_block *block);

/* bell.c: the supervisor's signal handler. SIGTERM asks the system to stop. */
void linux_on_signal(int signal_number);

/* spawn.c: the pid of a slot that runs, or 0; and whether somebody has suspended it. */
pid_t linux_pid(uint32_t slot);
bool linux_is_stopped(uint32_t slot);

/* guard.c: tells the supervisor that somebody waits for a guard; and, to it, when it must look again. */
void linux_complain(void);
uint64_t linux_stuck_next_us(void);

/* bell.c */
void linux_signals_init(void);
bool linux_was_suspended(void);    /* the supervisor, since the last call */
bool linux_children_changed(void); /* a SIGCHLD has come since then */

/* child.c: reads a decimal number, and steps over a colon behind it; false when there is none. sscanf would bring 15 KB along. */
bool linux_read_number(const char **at, uint64_t *number);

/* child.c: port_misuse, at a place. */
_Noreturn void linux_misuse(enum coop_misuse reason, uintptr_t pc);

/* child.c: signals of a process, and where it was when one came. */
enum { SIGNAL_PROBE = 24 /* SIGXCPU */, SIGNAL_NUDGE = 23 /* SIGURG */ };

#endif
