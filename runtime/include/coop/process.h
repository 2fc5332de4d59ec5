/*
 * Processes: isolated from each other but for what they declare shared, supervised, and restarted from pristine statics.
 *
 *     static int parse(const void *argument) { ... return 0; }
 *     COOP_PROCESS(parser, parse, .watchdog_ms = 200, .restart = COOP_RESTART_ALWAYS);
 *
 *     struct coop_handle handle;
 *     if (coop_start(&parser, NULL, 0, &handle) < 0) ...
 *     coop_join(handle, COOP_FOREVER, NULL);
 *
 * The first process runs main() and, in coop_run, becomes the supervisor. It starts the root process, owns all
 * processes, repairs what the dead leave behind, restarts, runs the watchdog, and returns the root's exit code.
 * Any process may start, join, terminate and kill any other.
 *
 * A process ends by returning from its entry, by coop_exit, by being terminated or killed, by a fault, or by its
 * watchdog. One that ends normally first waits for the processes that it started, but for daemons, and then runs
 * `.fini`. The daemons that a process started end with it, and after an abnormal end all that it started do.
 *
 * A watched process has to check in: by coop_checkin, by coop_yield, or by any call with a timeout other than 0.
 * To wait inside a call, however often it is woken before it is done, is no work that it has to answer for.
 */
#ifndef COOP_PROCESS_H
#define COOP_PROCESS_H

#include <coop/object.h>
#include <stdbool.h>

/* The largest argument of a process, in bytes. */
#ifndef COOP_ARGUMENT_BYTES
#define COOP_ARGUMENT_BYTES 32
#endif

/* The most instances that all processes of one binary have together. */
#define COOP_MAX_PROCESSES 250

/*
 * The priority of drivers. On a board such a process takes the CPU at once from every ordinary one, also from one that isn't
 * .preemptible, and that one goes on as soon as no driver can run. Only other drivers and the supervisor keep a driver
 * waiting: the supervisor while it starts a process, or tells of a death (coop/board.h). Three rules: its work is short, for it
 * stops everything else (give it a .watchdog_ms); what it shares with others in COOP_SHARED variables may be in the middle of a
 * change, however cooperative they are; and it shouldn't wait for a lock, for who holds it inherits an ordinary priority.
 * On Linux, where the kernel schedules, it means no more than any other priority: nothing.
 */
#define COOP_PRIORITY_DRIVER 30

enum coop_restart { COOP_RESTART_NEVER, COOP_RESTART_ON_FAILURE, COOP_RESTART_ALWAYS };

/* What the supervisor does when a process ends more than .max_restarts times within .window_ms. */
enum coop_escalation {
    COOP_GIVE_UP,       /* leave that process ended */
    COOP_RESTART_GROUP, /* restart every running process of its .group, in the order of their declaration */
    COOP_HALT,          /* stop the whole system: coop_run returns 70 (EX_SOFTWARE) */
    COOP_REBOOT         /* the same, and reboot where this is the machine's init or a board */
};

enum coop_cause {
    COOP_ALIVE,        /* it has not ended */
    COOP_EXITED,       /* by itself, with `code` */
    COOP_CANCELLED,    /* it was asked to stop and did, with `code` */
    COOP_KILLED,       /* by `signal`: coop_kill, a grace that passed, or somebody outside */
    COOP_RUNAWAY,      /* past .watchdog_ms, at `pc` */
    COOP_HUNG,         /* past .heartbeat_ms, or inside an object and not leaving it, at `pc` */
    COOP_EXPIRED,      /* past .lifetime_ms */
    COOP_FAULTED,      /* a memory fault, an undefined instruction, a division by zero: at `pc`, on `address` */
    COOP_OVERFLOWED,   /* its stack */
    COOP_MISUSED,      /* it broke a rule of coop: `reason` */
    COOP_START_FAILED, /* it could not be started: `code` is an enum coop_error */
    COOP_CAUSES
};

enum coop_misuse {
    COOP_MISUSE_NONE,
    COOP_MISUSE_BAD_HANDLE,     /* not a handle, or one of another kind of object */
    COOP_MISUSE_NOT_OWNER,      /* released or finished what it does not hold */
    COOP_MISUSE_DEADLOCK,       /* acquired a lock, not recursive, that it holds */
    COOP_MISUSE_FOREIGN_END,    /* used the end of a queue that another process owns */
    COOP_MISUSE_REENTERED,      /* called coop from a signal handler or second thread while inside an object */
    COOP_MISUSE_BAD_ADDRESS,    /* passed memory that is not its own */
    COOP_MISUSE_BAD_OPERATION,  /* called an operation that doesn't exist */
    COOP_MISUSE_NOT_PROCESS,    /* called from outside a process what only a process may call */
    COOP_MISUSE_DAEMON_STARTED, /* a daemon started a process */
    COOP_MISUSES
};

/* How a process ended. */
struct coop_end {
    uint8_t cause;     /* enum coop_cause */
    uint8_t reason;    /* enum coop_misuse, when misused */
    uint8_t signal;    /* its number, when one ended it */
    uint8_t recovered; /* how many things it held were recovered, at most 255 */
    int32_t code;
    uintptr_t pc;      /* where it was caught, as the program's file has it, or 0 when that is not known */
    uintptr_t address; /* what it touched, when it faulted */
    uint32_t ran_ms;
    uint32_t restarts; /* how often it was restarted before */
};

/* Names one start of one process. It stays valid, and means the same process, while the supervisor restarts it. */
struct coop_handle {
    uint32_t slot;
    uint32_t generation;
};

/*
 * One instance in the arena. Written by: a starter, inside the process's guard, while it is free or ended; the process itself;
 * any process (request); the supervisor.
 */
struct coop_block {
    _Atomic uint32_t checkins;   /* process: not 0 after an operation with a timeout, or a sleep; supervisor: taken */
    _Atomic uint8_t beat;        /* process: not 0 after coop_checkin; supervisor: taken */
    _Atomic uint8_t blocked;     /* process or port: enum coop_blocked */
    _Atomic uint8_t stopping;    /* supervisor */
    _Atomic uint8_t children;    /* supervisor: those whose end it waits for before its own */
    _Atomic uint8_t state;       /* enum coop_state; the commit of whoever changes it */
    _Atomic uint8_t request;     /* any: enum coop_request, only ever raised */
    _Atomic uint8_t parent;      /* starter: its slot + 1, or 0 */
    _Atomic uint32_t generation; /* starter */
    _Atomic uint32_t native_pid; /* supervisor */
    _Atomic uint16_t pass_in;    /* process: the intent of coop_queue_pass; the queue's index + 1, or 0 */
    uint16_t pass_out;
    uint32_t pass_lease;
    uint32_t pass_position;
    struct coop_end end; /* process: what it says of its own end, untrusted; supervisor: how it ended */
    _Alignas(8) unsigned char argument[COOP_ARGUMENT_BYTES]; /* starter */
};

enum coop_state { COOP_FREE, COOP_REQUESTED, COOP_STARTING, COOP_RUNNING, COOP_RESTARTING, COOP_ENDED };
enum coop_request { COOP_REQUEST_NONE, COOP_REQUEST_TERMINATE, COOP_REQUEST_KILL };
/* COOP_BLOCKED_WATCHED: the supervisor has looked, and whoever ends the wait rings its bell. */
enum coop_blocked { COOP_RUNS, COOP_BLOCKED, COOP_BLOCKED_WATCHED };

/* The supervisor's own record of one instance. Nobody else can reach it. */
struct coop_record {
    uint64_t started_us;
    uint64_t look_us;     /* when it has to be looked at again, whatever happens */
    uint64_t deadline_us; /* of the phase, or 0 */
    uint64_t window_us;   /* start of the window in which restarts are counted */
    uint32_t used_us;     /* CPU time without a check-in, when it was found a runaway */
    uint16_t restarts;    /* in all */
    uint16_t recent;      /* in the window */
    uint8_t phase;        /* enum phase of supervisor.h */
    uint8_t verdict;      /* enum coop_cause for which it is being ended, or COOP_ALIVE */
    uint8_t recovered;
    uint8_t parent;          /* slot + 1 */
    uint8_t children;        /* alive that name it as their parent */
    uint8_t awaited;         /* of these, but for daemons */
    bool repair_pending : 1; /* some object could not be repaired yet */
    bool unwanted : 1;       /* asked to stop for good */
    bool again : 1;          /* asked to stop, and to start again */
    bool launched : 1;       /* an image of it was in place once: what fails now is a restart */
    bool stuck : 1;          /* its verdict is for not leaving an object */
    union {
        struct {              /* until it has ended */
            uint64_t beat_us; /* last heartbeat seen */
            uint64_t cpu_us;  /* CPU clock at the last check-in seen */
        };
        struct coop_end end;
    };
};

struct coop_process {
    struct coop_object object; /* its state is a struct coop_control; items: the blocks */
    int (*entry)(const void *argument);
    void (*init)(void);      /* runs before entry, in the process */
    void (*fini)(void);      /* runs after a normal end */
    uint32_t instances;      /* how many may be alive at once; 1 unless told */
    uint32_t stack_bytes;    /* board: exact; Linux: at least 256 KiB is given. 0: the port's default */
    uint32_t watchdog_ms;    /* CPU time without a check-in before it is a runaway; 0: unwatched */
    uint32_t heartbeat_ms;   /* wall time between calls of coop_checkin, waiting for a CPU included; 0: unwatched */
    uint32_t lifetime_ms;    /* wall time of one run; 0: without end */
    uint32_t grace_ms;       /* then it is killed; 0: 100 ms, for the watchdog none. Inside an object none */
    uint32_t max_restarts;   /* within window_ms; 0: without end */
    uint32_t window_ms;      /* 0: 10,000 */
    uint32_t backoff_ms;     /* the second restart in a window waits this long, each later one twice as long; 0: 10 */
    uint32_t max_backoff_ms; /* 0: 5,000 */
    uint8_t restart;         /* enum coop_restart */
    uint8_t escalation;      /* enum coop_escalation */
    uint8_t group;
    uint8_t priority; /* board: 0 (lowest, as unless told) to 29, or COOP_PRIORITY_DRIVER */
    bool daemon;
    bool preemptible;        /* board: higher priorities may interrupt it */
    uint16_t time_slice_ms;  /* board: it shares the CPU with its equals; 0: it keeps it until it waits */
    const void *peripherals; /* board: see coop/board.h; NULL: none */
} __attribute__((aligned(sizeof(void *) * 8)));

/*
 * Defines a process that runs `int entry(const void *argument)`; each option is `.field = value` of struct coop_process,
 * above. Instances, stack and all are reserved at link time. The number of instances is known to the compiler only as
 * an expression, which can't size an array: so the assembler reserves the memory.
 */
#define COOP_PROCESS(name_, entry_, ...)                                                                               \
    extern struct coop_block name_##_blocks[] __attribute__((visibility("hidden")));                                   \
    static COOP_FOLDED void name_##_reserve(void)                                                                      \
    {                                                                                                                  \
        enum { ONE = 1 };                                                                                              \
        __asm__ volatile(COOP_RESERVE(#name_ "_blocks", "coop_shm.blocks,\"aw\",%%progbits", 0)                        \
                             COOP_RESERVE(#name_ "_records", "coop_records,\"aw\",%%nobits", 1)                        \
                                 COOP_RESERVE(#name_ "_images", "coop_image_markers,\"\",%%progbits", 2)               \
                                     COOP_REPEAT(#name_, "coop_owners,\"" COOP_OF_ADDRESSES "\",%%progbits", 2)        \
                         :                                                                                             \
                         : "i"(sizeof(struct coop_block) * COOP_INSTANCES(__VA_ARGS__)),                               \
                           "i"(sizeof(struct coop_record) * COOP_INSTANCES(__VA_ARGS__)),                              \
                           "i"(ONE * COOP_INSTANCES(__VA_ARGS__)));                                                    \
    }                                                                                                                  \
    static struct coop_control name_##_state COOP_SECTION("coop_shm");                                                 \
    const struct coop_process name_ COOP_SECTION("coop_processes") = {                                                 \
        .object = {.name = #name_, .control = &name_##_state, .items = name_##_blocks, .kind = COOP_KIND_PROCESS},     \
        .entry = (entry_),                                                                                             \
        __VA_ARGS__}

/* gcc knows such an expression's value only when it optimises, clang always. */
#ifdef __clang__
#define COOP_FOLDED __attribute__((used, noinline))
#else
#define COOP_FOLDED __attribute__((used, noinline, optimize("O1")))
#endif
#define COOP_INSTANCES(...)                                                                                            \
    (((const struct coop_process){__VA_ARGS__}).instances + !((const struct coop_process){__VA_ARGS__}).instances)
#define COOP_RESERVE(symbol_, section_, operand_)                                                                      \
    ".pushsection " section_ "\n.type " symbol_ ", %%object\n" symbol_ ": .zero %c" #operand_ "\n.size " symbol_       \
    ", %c" #operand_ "\n.popsection\n"

/* A table of addresses is writable where they are relocated, as the compiler's own are; else it would make all code writable. */
#ifdef __PIC__
#define COOP_OF_ADDRESSES "aw"
#else
#define COOP_OF_ADDRESSES "a"
#endif
#define COOP_REPEAT(symbol_, section_, operand_)                                                                       \
    ".pushsection " section_ "\n.rept %c" #operand_ "\n.dc.a " symbol_ "\n.endr\n.popsection\n"

/*
 * Runs the system: makes this process the supervisor, starts `root` and returns when it has ended and everything that was
 * left has been stopped. The arguments are the application's: coop looks at none.
 * Returns the root's exit code (128 + N when signal N or a fault ended it, 70 when the escalation was to halt), or an enum coop_error when
 * the system could not begin: COOP_ENOMEM, COOP_ELIMIT (too many instances), COOP_EUNSUPPORTED, COOP_EINVAL (a declaration contradicts
 * itself; what is wrong is logged). Call it once, from main.
 */
int coop_run(int argc, char **argv, const struct coop_process *root);

/*
 * Starts an instance of `process` with a copy of the `bytes` bytes at `argument` (both may be 0; at most
 * COOP_ARGUMENT_BYTES). Waits until the new process is in place, or can't be: so it blocks, but not on what the new one
 * does. `handle`, unless NULL, then names it. Not from an interrupt handler.
 * Returns 0; COOP_ELIMIT (all instances are alive), COOP_EINVAL, COOP_ENOMEM, COOP_EIO (the image can't be executed),
 * COOP_ESTOPPING. A daemon may start none: misuse.
 */
int coop_start(const struct coop_process *process, const void *argument, size_t bytes, struct coop_handle *handle);

/*
 * Waits up to timeout_ms for the end of the process, its last restart included, and copies how it ended to `end`, unless
 * NULL. Any process may join any other but itself, again and again, until that instance is started anew.
 * Returns 0; COOP_EAGAIN, COOP_EBUSY (timeout 0), COOP_ETIMEDOUT, COOP_ESTOPPING, COOP_ESTALE, COOP_EINVAL (itself).
 */
int coop_join(struct coop_handle handle, int timeout_ms, struct coop_end *end);

/*
 * Asks the process to stop: coop_stopping() becomes true there, its blocked and later blocking calls return
 * COOP_ESTOPPING, and past its .grace_ms it is killed. It is not restarted. Doesn't block: join it to wait for its end.
 * Returns 0, also when it has ended; COOP_ESTALE; COOP_ESTOPPING when the caller is asked to stop itself and another process,
 * suspended, is in the way.
 */
int coop_terminate(struct coop_handle handle);

/* Kills the process at once. It is not restarted. Doesn't block. Returns and errors as coop_terminate. */
int coop_kill(struct coop_handle handle);

/* True until the process has ended for the last time: while it starts, runs, and waits for its restart. Doesn't block. */
bool coop_is_alive(struct coop_handle handle);

/* What coop_exitcode answers while the process has not ended. */
#define COOP_NOT_ENDED INT32_MIN

/*
 * Returns the process's exit code: 0 and up as it returned it, -N when signal N ended it, a fault or the watchdog included;
 * COOP_NOT_ENDED; also COOP_NOT_ENDED for a stale handle. Doesn't block.
 */
int coop_exitcode(struct coop_handle handle);

/* The calling process's handle; outside a process its slot is UINT32_MAX. Doesn't block. */
struct coop_handle coop_self(void);

/* The handle of the process that started this one; for the root, and outside a process, its slot is UINT32_MAX. Doesn't block. */
struct coop_handle coop_parent(void);

/* The declared name of the process, or "?" for a bad handle; it lives as long as the program. From anywhere; doesn't block. */
const char *coop_name(struct coop_handle handle);

/* The process's pid on Linux; on a board its slot + 1; 0 when it doesn't run. Doesn't block. */
int coop_native_pid(struct coop_handle handle);

/*
 * Finds a running instance of `process` by number (0 to .instances - 1). Doesn't block. Returns 0; COOP_ESTALE when it is not
 * alive; COOP_EINVAL (no such number).
 */
int coop_find(const struct coop_process *process, uint32_t instance, struct coop_handle *handle);

/*
 * Ends the calling process normally with the low 8 bits of `code`, as a return from its entry does. Doesn't return, and blocks
 * as long as a process that it started, and that is no daemon, is alive. Outside a process it is misuse.
 */
_Noreturn void coop_exit(int code);

/* True once this process is asked to stop. A loop that doesn't block should look. Doesn't block. */
bool coop_stopping(void);

/* Gives the CPU to others that are ready, and is a check-in. Returns as soon as it is this process's turn again. */
void coop_yield(void);

/* Waits. Returns 0 after `milliseconds`; COOP_ESTOPPING when asked to stop before; COOP_EINVAL (negative, COOP_FOREVER too). */
int coop_sleep_ms(int milliseconds);

/* Tells the watchdog that this process makes progress: for .watchdog_ms and .heartbeat_ms. Doesn't block. */
void coop_checkin(void);

/* Milliseconds since an arbitrary instant, the same for all processes of a run; never goes back. From anywhere; doesn't block. */
uint64_t coop_now_ms(void);

/* A few words for an enum coop_cause or coop_misuse; never NULL. From anywhere; don't block. */
const char *coop_cause_name(int cause);
const char *coop_misuse_name(int misuse);

#endif
