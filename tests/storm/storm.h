/*
 * The storm: workers that use every object, on all cores, while the root kills, suspends and misleads them at random. Now and then
 * all is quiet, and then everything that was accepted must have been delivered as its operation says, everything that was held
 * must be back, and nobody may have ended for a reason that the storm did not make.
 *
 *     storm.c       the first process: starts the system, reads its log, watches that it goes on, tells what came of it
 *     root.c        the root: rounds of workers, kills, quiet
 *     kills.c       what it does to whom
 *     queues.c      workers: producers, consumers, stages of queues
 *     holders.c     workers: semaphore, permits, locks, events
 *     lives.c       workers: start, join, terminate, kill; log; streams
 *     worker.c      what all workers do
 *     check.c       what must hold when all is quiet
 *     dump.c        the state of everything, for one who looks for a hang
 */
#ifndef STORM_H
#define STORM_H

#include <coop.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/types.h>

#ifdef __SANITIZE_ADDRESS__
enum { BUDGET_MS = 500 }; /* its checks take most of the CPU time */
#else
enum { BUDGET_MS = 50 };
#endif

enum {
    PRODUCERS = 7,
    NUMBERS = 1 << 16, /* messages of a producer in a round */
    SLOTS = 64,
    KILLED_KEPT = 64,
    PERMITS = 2,
    WAITERS = 2,
    PARENTS = 2,
    DELIVERIES = 3,
    RECORD_BYTES = 64, /* of a stream */
    STALL_MS = 60000   /* who makes no progress for so long hangs */
};

/* What a worker's progress is counted as. */
enum flow {
    FLOW_GET,
    FLOW_LEASE,
    FLOW_PASS,
    FLOW_OWNED,
    FLOW_SEMAPHORE,
    FLOW_PERMITS,
    FLOW_LOCK,
    FLOW_RECURSIVE,
    FLOW_EVENT,
    FLOW_LIVES,
    FLOW_LOG,
    FLOW_STREAM,
    FLOWS
};
extern const char *const flow_names[FLOWS];

/* What became of one message. Each byte is written where it happens, so that a death leaves it behind by one step at most. */
enum put { PUT_NOT, PUT_BEGUN, PUT_DONE, PUT_REFUSED };
struct fate {
    _Atomic uint8_t put;       /* its producer: enum put; begun: nobody knows */
    _Atomic uint8_t delivered; /* consumers: how often they had it */
    _Atomic uint8_t finished;  /* and finished it for good */
    _Atomic uint8_t letters;   /* it came out of the dead letters */
};

enum order { ORDER_NONE, ORDER_SPIN, ORDER_FAULT, ORDER_MISUSE, ORDERS };

/* A worker's own words, by its slot; they outlive it. */
struct worker {
    _Atomic pid_t pid;   /* its last life */
    _Atomic pid_t dying; /* a life that ends by its own doing */
    _Atomic uint32_t lives;
    _Atomic uint32_t order;         /* root: enum order */
    _Atomic uint32_t done;          /* operations, in this round */
    _Atomic uint32_t maybe, surely; /* what it has begun, and done: of that which is counted */
    _Atomic uint32_t refused;
    _Atomic uint32_t last[PRODUCERS]; /* the newest message that it had of each producer, + 1 */
    struct coop_handle child;
    _Atomic uint32_t child_is_known;
    _Atomic pid_t killed[KILLED_KEPT]; /* root: its last lives that it ended */
    _Atomic uint32_t kills;
};

struct tally {
    uint64_t kills;        /* SIGKILL by the root, each of another life */
    uint64_t in_turn;      /* of these: at a random moment */
    uint64_t inside;       /* aimed at one inside a guard */
    uint64_t woken;        /* aimed at one who was just woken */
    uint64_t newborn;      /* aimed at one who is being started */
    uint64_t suspended;    /* while it was suspended */
    uint64_t stops;        /* SIGSTOP, each with a SIGCONT or SIGKILL after it */
    uint64_t stops_inside; /* that left a guard held */
    uint64_t abandoned;    /* left suspended inside a guard for the supervisor to find */
    uint64_t supervisor_stops;
    uint64_t orders[ORDERS]; /* by enum order */
    uint64_t deaths;         /* of workers, as the supervisor counted them */
    uint64_t rounds;
    uint64_t messages, delivered_again, lost_with_their_taker, letters, passed;
    uint64_t operations[FLOWS];
};

/* What all share. */
struct storm {
    uint64_t seed;
    uint64_t kills_wanted;
    uint64_t until_ms; /* 0: by kills alone */
    uint32_t round_kills;
    _Atomic uint32_t draining; /* no new work */
    _Atomic uint32_t closing;  /* the last round: queues are closed */
    _Atomic uint32_t failed;   /* 1: somebody writes why; 2: it is written */
    _Atomic uint64_t pulse;    /* root: it goes on */
    char failure[256];
    char doing[64]; /* root */
    struct tally tally;
    struct worker workers[SLOTS];
    _Atomic uint32_t next[PRODUCERS];
    _Atomic pid_t users[PERMITS]; /* by permit: who has it */
    _Atomic pid_t inside[2];      /* by lock: who has it */
    _Atomic uint64_t pair[2][2];  /* what it protects: two equal numbers */
    _Atomic uint32_t told_of_death[2];
    _Atomic uint64_t log_maybe, log_surely, log_refused; /* over all rounds */
    _Atomic uint64_t own_ends;                           /* as ordered, or by a poisoned message */
    _Atomic uint64_t stream_ends;                        /* each may cost a record */
    struct fate fates[PRODUCERS][NUMBERS];
};
extern struct storm storm;

struct message {
    uint32_t producer;
    uint32_t number;
    uint32_t poison; /* enum order: what it does to its consumer */
    uint32_t check;
    uint32_t came_back; /* out of its producer's order */
    unsigned char fill[40];
};

/* Some messages are long, so that an operation's guard is held for microseconds, and death can come inside. */
enum { REST_BYTES = 48 * 1024 };
struct long_message {
    struct message message;
    unsigned char rest[REST_BYTES];
};

extern const struct coop_queue gets, leases, letters, passes, passed, owned, owned_on;
extern const struct coop_semaphore tokens;
extern const struct coop_permits rooms;
extern const struct coop_lock plain_lock, recursive_lock;
extern const struct coop_event bells;

/* The workers, as the root starts them. */
struct part {
    const struct coop_process *process;
    uint32_t instances;
    enum flow flow;
    bool is_spared;                 /* not killed */
    bool ends_by_itself;            /* when no new work is wanted; the others are asked to stop, */
    const struct coop_queue *queue; /* or in the last round this is closed */
};
extern const struct part parts[];
extern const size_t parts_count;
extern const struct coop_process producer, getter, leaser, collector_of_letters, passer, collector, owned_passer,
    owned_collector, releaser, acquirer, lodger, locker, recursive_locker, nested_locker, ringer, waiter, parent,
    logger, echo, returner;

/* Restarted at once, again and again. Past its budget it is asked to stop first, as when all is done. */
#define WORKER                                                                                                         \
    .restart = COOP_RESTART_ON_FAILURE, .window_ms = 1, .backoff_ms = 1, .max_backoff_ms = 1,                          \
    .watchdog_ms = BUDGET_MS, .grace_ms = STALL_MS

/* worker.c */
extern struct worker *me;
void worker_begin(void);
void worker_progress(void); /* and does what it is ordered to */
void worker_end_badly(enum order how);
uint32_t draw(uint32_t below);
int some_timeout(void);
void pause_a_little(void);
bool was_killed(const struct worker *worker, pid_t pid);
/* True when the process should leave; false for what is to be tried again. Anything else is a failure. */
bool must_leave(int error, const char *what);
void storm_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
void random_seed(uint64_t seed);

/* An operation with a timeout of 0 may find a suspended process inside. */
#define INSIST(call_)                                                                                                  \
    __extension__({                                                                                                    \
        int insisted_;                                                                                                 \
        do                                                                                                             \
            insisted_ = (call_);                                                                                       \
        while (insisted_ == COOP_EBUSY);                                                                               \
        insisted_;                                                                                                     \
    })

/* lives.c */
uint32_t log_check(uint32_t number); /* what stands behind a record's number */

/* kills.c */
void kills_begin(const uint32_t *slots, size_t count);
void kills_one(void);                /* ends, suspends or misleads somebody */
void kills_end(void);                /* whoever is suspended goes on */
bool is_itself_again(uint32_t slot); /* it lives, and nothing is about to end it */

/* check.c */
void check_begin(void); /* what will be compared with */
void check_counts(uint64_t deaths, uint64_t kills);
void check_objects(void);

/* dump.c */
void dump(FILE *out);

/* storm.c: the options' words as the root needs them lie in `storm`. */
extern const struct coop_process storm_root;

#endif
