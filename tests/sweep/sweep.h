/*
 * The kill sweep: one operation of one process is single-stepped, and the process is killed after its Nth
 * instruction, for every N. Then all is quiet but for those who were waiting; the dead is repaired; and what everybody saw
 * must fit one order of whole operations, with the victim's in it or left out.
 *
 *     stage.c       the arena, and processes that each perform one action in it
 *     stepper.c     ptrace: one instruction at a time
 *     world.c       the objects, actions on them, and what can be seen of them
 *     model.c       what the actions mean when nobody dies and they follow one another
 *     order.c       looks for an order of the actions that explains what was seen
 *     cases.c       who does what while the victim dies; pair_cases.c: and while both are stepped
 *     judge.c       who takes part in a run, and the verdict on it
 *     run.c         one kill; all kills of a case
 *     pairs.c       two processes stepped at once
 *     repairs.c     the repair is stepped, interrupted and done again
 *
 * On a board it is a timer's interrupt that kills, and stage.c and run.c are those of tests/board/sweep/.
 */
#ifndef SWEEP_H
#define SWEEP_H

#include "port.h"
#include "processes.h"
#include "supervisor.h"

#include <coop/event.h>
#include <coop/lock.h>
#include <coop/permits.h>
#include <coop/queue.h>
#include <coop/semaphore.h>
#include <sys/types.h>

/* Processes are named by slot + 1, as operations see them. The observer's slot has no process: the sweep borrows it. */
enum { VICTIM = 1, FIRST_PEER = 2, OBSERVER = 8, SELVES = 9 };
enum {
    PEERS = 4,
    SETUPS = 8,
    LATERS = 3,
    VALUES = 64,
    QUEUE_SLOTS = 3,
    LETTER_SLOTS = 4,
    PERMITS = 2,
    DELIVERIES = 2,
    MOST = 16,
    LOG_RECORDS = 16,
    PASSED = 20
};

enum verb {
    NOTHING,
    PUT,
    GET,
    TAKE,
    DONE,
    GIVE_BACK,
    CLOSE,
    PASS,    /* to the queue sweep_out, as the message's value + PASSED */
    OUT_PUT, /* to it, and from it */
    OUT_GET,
    SEMAPHORE_ACQUIRE,
    SEMAPHORE_RELEASE,
    PERMITS_ACQUIRE,
    PERMITS_RELEASE,
    LOCK_ACQUIRE,
    LOCK_RELEASE,
    INNER_ACQUIRE, /* of another lock */
    INNER_RELEASE,
    EVENT_SET,
    EVENT_CLEAR,
    EVENT_WAIT,
    LOG,
    VERBS
};

/* `value`: the message of a put, done and give_back, or flags. */
struct action {
    enum verb verb;
    int value;
    int timeout_ms;
    int mode;
};

/* An action of a process that lives on, when all is repaired and quiet. It doesn't wait. */
struct later {
    uint32_t self;
    struct action action;
};

enum which_queue { SHARED_QUEUE, OWNED_QUEUE, LETTER_QUEUE, QUEUES };
enum which_lock { OUTER, INNER, LOCKS };

/*
 * The setup is done in turn, each as `self`. Then the peers of `before` act, until each has finished or sleeps. Then the
 * victim is stepped. When it sleeps, it may be killed there; else the peers of `then` act, one after the other, and it goes on. On a
 * board they act also when it has finished, and it is killed meanwhile.
 */
struct sweep_case {
    const char *name;
    enum which_queue queue;
    bool recursive; /* the outer lock */
    bool died;      /* its last owner died */
    int rounds;     /* messages that went through the queue before */
    int logs;       /* records in the log */
    uint32_t spins; /* how long the victim spins before it sleeps */
    int held;       /* the guard is another's for so many of the victim's instructions; 0: it is free */
    struct {
        uint32_t self;
        struct action action;
    } setup[SETUPS];
    struct action victim;
    struct action before[PEERS];
    struct action then[PEERS];
    struct later later[LATERS];
};

/* What a process did, in memory that it shares with the sweep alone. */
struct role {
    volatile uint32_t begun;
    volatile uint32_t finished;
    volatile int result;
    volatile int message; /* the value that it got, -1 for a torn one */
};

struct stage {
    struct role roles[SELVES];
    struct coop_lease leases[VALUES]; /* by the message's value */
};
extern struct stage *stage;
extern const struct sweep_case *current;

/* stage.c */
void stage_open(unsigned part); /* each part of a sweep has a core */
void stage_restore_first(void); /* the arena as it was when the stage was opened */
void stage_save(void);          /* the arena and the stage, as runs begin */
void stage_restore(void);       /* nobody may be alive */
void stage_keep(void);          /* the arena, for stage_take_back */
void stage_take_back(void);
void stage_borrow(uint32_t self);
pid_t stage_spawn(uint32_t self, const struct action *action, bool traced);
bool stage_sleeps(uint32_t self, pid_t pid); /* in an operation, where only a wake-up or its timeout gets it out */
bool stage_settle(const pid_t pids[SELVES]); /* until everybody has finished or sleeps; false when that lasts */
bool stage_repair(uint32_t dead, int patience_ms); /* and again while it is busy, so long */
void stage_end(pid_t *pid);
uint64_t stage_now_us(void);

/* stepper.c */
enum stepped { STEPPED, ASLEEP, GONE };
void stepper_begin(uint32_t self, pid_t pid); /* up to its operation */
enum stepped stepper_step(uint32_t self, pid_t pid);
bool stepper_wait(pid_t pid, int patience_ms); /* for the end of a step during which it slept */
void stepper_release(pid_t pid);
uintptr_t stepper_pc(pid_t pid); /* of one that has stopped */

/* world.c */
void world_reset(const struct sweep_case *c); /* the objects' state before the case's setup */
int perform(const struct action *action, struct role *role);
extern const char *const verb_names[VERBS];

struct seen {
    int value;
    int deliveries;
};
struct sight {
    int messages[MOST];
    int n;
    int end; /* the result that ended it */
};
/* Everything that can be seen when all is quiet. */
struct observation {
    int count, semaphore, permits, flags;
    int lock_owner[LOCKS], lock_died[LOCKS];
    bool sound;           /* the queue's own invariants hold */
    struct sight ready;   /* drained at once, while those who live still hold what they took */
    struct sight rest;    /* drained when everybody is dead and repaired */
    struct sight letters; /* then the dead letters */
    struct sight out;     /* and what was passed on */
    int logged;           /* log records, and how many were dropped */
    int log_dropped;
    int permits_in_the_end;
    int lock_in_the_end[LOCKS]; /* what the next acquirer is told */
    bool repair_is_idempotent;
    bool capacity_is_whole;
};
void world_look(struct observation *seen);
void world_drain(struct sight *sight);
void world_drain_letters(struct sight *sight);
void world_drain_out(struct sight *sight);
bool world_capacity_is_whole(void);
void world_count_log(struct observation *seen);
int world_next_owner(enum which_lock which);

/* What repair may not change when it is done again. */
struct digest {
    uint32_t words[64];
};
void world_digest(struct digest *digest);

/* model.c */
struct model_message {
    int value;
    uint32_t owner; /* 0: ready */
    int deliveries;
    bool done, dead;
};
struct model {
    struct model_message queue[MOST];
    int n;
    int letters[MOST], letters_n;
    int out[MOST], out_n;
    bool closed;
    int semaphore;
    int permits[SELVES];
    struct model_lock {
        uint32_t owner;
        int depth;
        bool died;
    } locks[LOCKS];
    uint32_t flags;
    int logged;
};
void model_reset(struct model *model, const struct sweep_case *c);
/* What the action answers, or WOULD_BLOCK. Of a permit the model knows no number. */
int model_apply(struct model *model, uint32_t self, const struct action *action, int *message);
void model_repair(struct model *model, uint32_t dead);

/* order.c: what one run was, and the question whether it can be explained. */
enum ending { FINISHED, BLOCKED, KILLED };
struct event {
    uint32_t self;
    struct action action;
    enum ending ending;
    int result, message;
    bool first; /* it was over before the victim began */
    int later;  /* 1 and up: when all was quiet, in this order */
};
struct history {
    struct model start;
    struct event events[2 * PEERS + 1 + LATERS]; /* the victim's is the first */
    int n;
    bool undisturbed; /* nobody died */
    const struct observation *seen;
};
enum { LEFT_OUT = 1, HAPPENED = 2 };
/* The set of explanations; 0 when there is none. */
int order_explain(const struct history *history);

/* judge.c */
enum { FAILURES_TOLD = 2 }; /* of a case; then it ends */
struct tally {
    long instructions, kills, failures;
};
struct run {
    const struct sweep_case *c;
    struct model start; /* as every run of the case begins */
    /* of this run */
    pid_t pids[SELVES];
    struct action actions[SELVES];
    bool first[SELVES]; /* it had finished before the victim began */
    uint32_t next_peer;
    struct role later[LATERS];
    long at;          /* instructions of the victim */
    long slept_at;    /* the first time; 0: never */
    long peer_at;     /* and of the peer, in a pair */
    uintptr_t pc;     /* where it died */
    bool undisturbed; /* nobody dies in it */
    bool repaired;    /* and is not to be again before all is quiet */
    bool failed;
    /* of all runs of the case */
    int failures;
    bool quietly;
    long committed_slept_at;
};
void run_prepare(struct run *run, const struct sweep_case *c);
void run_begin(struct run *run);
/* One after the other: each comes to its end, or sleeps, before the next begins. Returns who would be the next. */
uint32_t run_start_peers(struct run *run, const struct action actions[PEERS], uint32_t self, bool first);
bool run_undisturbed(struct run *run); /* the control: false when that has no explanation */
int run_judge(struct run *run, uint32_t dead,
              struct observation *seen); /* after the death: enum LEFT_OUT, HAPPENED; 0 */
void run_end(struct run *run);
void run_explain(const struct run *run, const struct observation *seen, const char *what);
void run_check_commit(struct run *run, int found, bool *committed);
void run_count_failure(struct run *run, struct tally *tally);

/* run.c */
/* Everything up to the death. False when the victim had finished before, or sleeps for good. */
bool run_kill_after(struct run *run, long instructions);
void run_start_traced(struct run *run, uint32_t self, const struct action *action);
void sweep_case(const struct sweep_case *c, int stride, struct tally *tally);

/* pairs.c: the peer of `before` is stepped too, and stands still while the victim is killed. */
void sweep_pair(const struct sweep_case *c, int stride, struct tally *tally);

/* repairs.c: the repair is interrupted too. */
struct repair_strides {
    int first, deaths; /* the first of the victim's instructions after which it dies, and so many on */
    int changes;       /* from one interruption to the next */
};
void sweep_repair(const struct sweep_case *c, const struct repair_strides *strides, struct tally *tally);

/* cases.c */
extern const struct sweep_case sweep_cases[];
extern const size_t sweep_cases_count;

/* pair_cases.c */
extern const struct sweep_case sweep_pairs[];
extern const size_t sweep_pairs_count;

#endif
