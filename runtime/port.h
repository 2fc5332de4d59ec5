/*
 * The port contract: all that the portable runtime asks of a system. A port is one folder that defines every function here,
 * and a header "port_call.h" with port_call. port/README.md tells how to make one.
 *
 * The idea: an object is a struct, a handful of *try* operations that never block, and a repair. A port executes
 * operations: it gives a try exclusive access to its object, waits when it would block, and wakes those who wait.
 */
#ifndef COOP_PORT_H
#define COOP_PORT_H

#include <coop/error.h>
#include <coop/object.h>
#include "tables.h"
#include <coop/process.h>
#include <stdbool.h>

/* The directions in which a process can wait on an object; as a set, for what an operation wakes. */
enum { DIRECTION_DATA = 0, DIRECTION_SPACE = 1, DIRECTION_NONE = 2 };
enum { WAKES_NONE = 0, WAKES_DATA = 1 << DIRECTION_DATA, WAKES_SPACE = 1 << DIRECTION_SPACE, WAKES_ALL = 4 };

/* What a try answers when it can't be done now, but may later. No operation returns it. */
#define WOULD_BLOCK (-1000)

/* What a port may make of the 0 of a start: the supervisor has done its part already. */
enum { START_DONE = 1 };

/* A try answers this minus an enum coop_misuse when its caller broke a rule: the port then ends the caller by port_misuse. */
#define MISUSE (-2000)

/* What an argument of an operation points to. A board checks it against the caller's memory; NULL is COOP_EINVAL. */
enum access { ACCESS_VALUE, ACCESS_IN, ACCESS_OUT, ACCESS_OUT_OR_NULL };
enum { BYTES_OF_ITEM = 0 }; /* as a size: the object's item_bytes */

/* Every operation's number: a board's system call. tests count on their order nowhere. */
enum operation_number {
    OP_NONE,
    OP_QUEUE_PUT,
    OP_QUEUE_GET,
    OP_QUEUE_TAKE,
    OP_QUEUE_DONE,
    OP_QUEUE_GIVE_BACK,
    OP_QUEUE_CLOSE,
    OP_QUEUE_PASS,
    OP_QUEUE_FINISH,
    OP_QUEUE_COUNT,
    OP_SEMAPHORE_ACQUIRE,
    OP_SEMAPHORE_RELEASE,
    OP_SEMAPHORE_VALUE,
    OP_PERMITS_ACQUIRE,
    OP_PERMITS_RELEASE,
    OP_PERMITS_AVAILABLE,
    OP_LOCK_ACQUIRE,
    OP_LOCK_RELEASE,
    OP_EVENT_SET,
    OP_EVENT_CLEAR,
    OP_EVENT_WAIT,
    OP_EVENT_FLAGS,
    OP_PROCESS_START,
    OP_PROCESS_STARTED,
    OP_PROCESS_ANNOUNCE,
    OP_PROCESS_JOIN,
    OP_PROCESS_ASK,
    OP_PROCESS_LOOK,
    OP_PROCESS_CHILDREN,
    OP_PROCESS_SLEEP,
    OP_PROCESS_STOPPING,
    OP_PROCESS_CHECKIN,
    OPERATIONS
};

/*
 * One operation of one kind of object. `try` is called with exclusive access to the object (unless `unguarded` says that
 * it needs none), never blocks, and commits with one store. `self` is the caller's slot + 1, or 0 for the supervisor.
 */
struct operation {
    int (*try)(const struct coop_object *object, uint32_t self, uintptr_t a, uintptr_t b);
    bool (*unguarded)(const struct coop_object *object); /* NULL: always guarded */
    bool (*ready)(const struct coop_object *object,
                  uintptr_t a); /* a hint without the guard, or NULL: would it block? */
    uint32_t (*holder)(
        const struct coop_object *object); /* whom a waiter waits for (slot + 1), or NULL: for priority inheritance */
    uint8_t number;                        /* enum operation_number */
    uint8_t kind;                          /* enum coop_kind */
    uint8_t
        waits; /* the direction in which it waits; DIRECTION_NONE: it never would block, and is called with a timeout of 0 */
    uint8_t wakes; /* what a success (0 and up) wakes: one waiter of each direction, or all */
    uint8_t rings; /* a success rings the supervisor's bell */
    uint8_t access_a;
    uint8_t access_b;
    uint16_t bytes_a;
    uint16_t bytes_b;
};

/* `unguarded` for those that only look, or change one word by one atomic access. */
static inline bool needs_no_guard(const struct coop_object *object)
{
    (void)object;
    return true;
}

/* By number; OPERATIONS entries. */
extern const struct operation *const operations[];

/* Ends the calling process for breaking a rule: its block's end says which, and where. */
_Noreturn void port_misuse(enum coop_misuse reason);

/*
 * int port_call(const struct operation *operation, const struct coop_object *object, uintptr_t a, uintptr_t b, int timeout_ms)
 *
 * In the calling process: executes the operation, and waits up to timeout_ms while it would block. A timeout other than
 * 0 counts a check-in. It returns what the try returned, or COOP_EAGAIN, COOP_ETIMEDOUT, COOP_ESTOPPING (asked to stop,
 * and it would have to wait), COOP_EBUSY; COOP_EINVAL for a timeout less than COOP_FOREVER or a NULL that may not be.
 * Before a timeout is reported the operation is tried one last time. A bad handle is misuse.
 */
#include "port_call.h"

/* Time: microseconds since an arbitrary instant, the same for every process; never goes back. From anywhere. */
uint64_t port_now_us(void);

/* In a process. port_self: its slot + 1; 0 in the supervisor and before the run. port_argument: its own copy of the argument.
 * port_yield: lets others of its priority run, and is a check-in. */
uint32_t port_self(void);
const void *port_argument(void);
void port_yield(void);
_Noreturn void port_exit(int code);

/*
 * A run, by the supervisor. port_open: makes the arena, after which processes can be started; returns 0 or an enum
 * coop_error. port_close: nothing runs any more; the last thing before coop_run returns.
 */
int port_open(int argc, char **argv);
void port_close(int status, bool reboot);

/*
 * Processes, by the supervisor. port_start: gives the slot a pristine image, in which process_main() runs. 0: the image is
 * in place; 1: it will be, and then calls OP_PROCESS_ANNOUNCE before process_main(); or an enum coop_error. port_kill: ends it at its next
 * instruction; its end is then reaped. port_reap: the next end that is not yet told, false when there is none; also tells,
 * with `stopped`, of a process that somebody has suspended, and with a slot past all of them that the supervisor itself was.
 * port_cpu_us: CPU time that its present image has used.
 * port_nudge: the process looks whether it is asked to stop, if it waits for a stream.
 * port_probe: has the process's pc stored in its block's end, now, or when it next runs, and then rings;
 * false when that won't be.
 */
struct port_ended {
    uint32_t slot;
    bool stopped;
    bool clean; /* no object names it, or is half changed by it: there is nothing to repair, and nobody to admit */
    int code;   /* exit code, when signal is 0 */
    int signal;
};
int port_start(uint32_t slot);
void port_kill(uint32_t slot);
bool port_reap(struct port_ended *ended);
uint64_t port_cpu_us(uint32_t slot);
bool port_probe(uint32_t slot);
void port_nudge(uint32_t slot);

/*
 * Objects, by the supervisor, for repair. port_enter: takes exclusive access, from `dead` (slot + 1, or 0) if that one is
 * inside; 1 when it was, 0 when the object was free, COOP_EBUSY when another process is inside. port_leave ends it.
 * port_wake: all who wait on the object, in both directions, try again, whatever its words say. port_stuck: slot + 1 of a
 * process that is inside an object and doesn't leave it though others wait for that, or 0.
 */
int port_enter(const struct coop_object *object, uint32_t dead);
void port_leave(const struct coop_object *object);
void port_wake(const struct coop_object *object);
uint32_t port_stuck(void);

/*
 * The bell. port_ring: from anywhere, never blocks. port_listen: the supervisor sleeps until a ring since it last
 * listened, or the instant (UINT64_MAX: never).
 * port_dozes: true while the process is blocked; then who ends its wait rings for it, and the supervisor doesn't sample it
 * before.
 * port_rung: for whom; the bits of the 32 slots from 32 * word on, which it takes. More bits only cost looks in vain: so where a
 * process can die between its commit and its mark, or write over marks, all are set.
 * "port_call.h" also has what a try calls inside the object: port_mark(slot), the ring that follows is for this slot; and
 * port_owns(self), an object will name this process as an owner, so that its end is not a clean one. (Of locks the port
 * can ask OP_LOCK_ACQUIRE's holder.) Where all slots are looked at, and no end is clean, they do nothing.
 */
void port_ring(void);
void port_listen(uint64_t until_us);
uint32_t port_rung(uint32_t word);
bool port_dozes(uint32_t slot);

/*
 * Where the port knows that the supervisor sleeps it may, instead of waking it, have it do what a start or an end mostly needs.
 * supervisor_admit: true when the process is in place. supervisor_bury: true when the end is told. Else it takes a round.
 */
bool supervisor_admit(uint32_t slot, uint64_t now_us);
bool supervisor_bury(const struct port_ended *ended, uint64_t now_us);

/* A signal or button asked the system to stop: 0 no, 1 politely, 2 at once. */
int port_stop_asked(void);

/* Output, by the supervisor. port_log: writes a whole record, or nothing and false when it would have to wait. port_symbol: the name and
 * offset of a code address, as "name+0x12", or "" when it is not known. */
bool port_log(const char *text, size_t bytes);
void port_symbol(uintptr_t pc, char *text, size_t bytes);

/* Streams, in a process: coop/stream.h tells what they do, timeouts as port_call. */
int port_stream_open(const char *path, unsigned baud);
int port_stream_read(int stream, void *buffer, size_t bytes, int timeout_ms);
int port_stream_write(int stream, const void *buffer, size_t bytes, int timeout_ms);

/* The hardware watchdog, by the supervisor, once in each of its rounds. */
void port_feed(void);

/* What the port calls in the new image of a process, once, on the process's own stack. */
_Noreturn void process_main(uint32_t slot);

#endif
