/*
 * The kernel's own view of a process, and what its files ask of each other.
 *
 * Priorities of exceptions: NMI (hardware watchdog); faults; handlers at once; interrupts; SVC; PendSV. The kernel never masks
 * interrupts: one only masks its own line and leaves a note, and PendSV serves it, then switches; it also does some of the work of
 * the supervisor's thread while that sleeps (kernel_answers). So kernel state is only touched by SVC, by PendSV, which SVC alone
 * may preempt (when a handler that PendSV serves calls a coop function), by the supervisor's thread with PendSV masked, and by an
 * interrupt for a process that finds none of these under it: it needs no note. A handler that is declared `.at_once` is called by
 * an interrupt that preempts all others, and uses no kernel.
 *
 * Who waits or yields is switched from by its call: that ends with a jump to context.S, which saves the registers that are still
 * the caller's, and goes on to switch_to without coming back. PendSV switches when an interrupt or another's call asks for it.
 *
 * Interrupts leave the registers as they find them, and a fault ends its process or the board. So when SVC begins the registers
 * are still those of its caller.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include "port.h"
#include "system_call.h"
#include "v7m.h"

enum {
    PRIORITY_FAULT = 0x40,
    PRIORITY_AT_ONCE = 0x60,
    PRIORITY_INTERRUPT = 0x80,
    PRIORITY_SVC = 0xc0,
    PRIORITY_SWITCH = 0xe0
};
enum { CLOCK_TICKS_PER_US = 25, CONTROL_PROCESS = 3, CONTROL_SUPERVISOR = 2 };
/* Signals, by the numbers that Linux has for them, so that an end reads alike on both ports. */
enum {
    SIGNAL_ILLEGAL = 4,
    SIGNAL_TRAP = 5,
    SIGNAL_ABORT = 6,
    SIGNAL_BUS = 7,
    SIGNAL_ARITHMETIC = 8,
    SIGNAL_KILL = 9,
    SIGNAL_SEGMENT = 11
};
/* Who has LEVEL_DRIVER or more never is the holder: it takes the CPU from the holder, which gets it back. */
enum { LEVELS = 32, LEVEL_SUPERVISOR = 31, LEVEL_DRIVER = COOP_PRIORITY_DRIVER, LEVEL_HIGHEST = LEVEL_DRIVER - 1 };

/* What context.S saves and loads; it knows the order. */
struct context {
    uint32_t regions[8]; /* RBAR and RASR of the stack, of the image, and of two ranges of peripherals */
    uint32_t control;
    uint32_t psp;
    uint32_t r4_r11[8];
    uint32_t exc_return; /* or who restores more and then returns so */
    uint32_t stack, stack_end;
};

enum { UNPARK_DEADLINE = 1, UNPARK_RINGS = 2 };
/* The last: the supervisor. */
enum process_state { STATE_FREE, STATE_READY, STATE_PARKED, STATE_ENDED, STATE_LISTENING };

struct process {
    struct context context;
    uint32_t cpu_ticks; /* wraps */
    uint32_t cpu_ticks_seen;
    uint32_t self;                     /* slot + 1; 0: the supervisor */
    uint64_t cpu_us;                   /* up to cpu_ticks_seen */
    struct process *next;              /* in the ready list of its level, or in its object's wait list */
    struct process *later;             /* in the list of deadlines */
    uint64_t deadline;                 /* ticks; NO_DEADLINE: not in the list */
    const struct operation *operation; /* what it is parked in */
    const struct coop_object *object;
    uintptr_t a, b;
    struct coop_block *block;
    const struct coop_process *descriptor;
    uint8_t state;    /* enum process_state */
    uint8_t level;    /* its priority, or a higher one that it inherits */
    uint8_t priority; /* as it was declared */
    uint8_t signal;   /* that ended it */
    uint8_t code;     /* that it ended with */
    uint8_t unpark;   /* what else is to be done when its wait ends: UNPARK_... */
    uint16_t slice_ms;
    uint32_t policy_ticks; /* what the policy remembers of it; 0 when it begins */
};

#define NO_DEADLINE UINT64_MAX

/* The processes by slot; the supervisor's thread; what runs when nothing else can. */
extern struct process processes[], processes_end[];
extern struct process supervisor, idle;

struct scheduler {
    struct process *last[LEVELS]; /* of those who can run */
    struct process *current;      /* whose registers the core has */
    uint32_t interrupts;          /* those that PendSV is to serve, by number; the only word that interrupts change */
    uint32_t switched;            /* the clock's counter at the last switch */
    uint32_t levels;              /* those in which somebody can run */
    struct process *holder;       /* who has the CPU, even while a driver or the supervisor runs; or NULL */
};
extern struct scheduler scheduler;

/* What context.S counts on. */
_Static_assert(offsetof(struct context, psp) == 36, "CONTEXT_PSP");
_Static_assert(offsetof(struct context, exc_return) == 72, "CONTEXT_EXC_RETURN");
_Static_assert(offsetof(struct context, stack) == 76, "CONTEXT_STACK");
_Static_assert(offsetof(struct scheduler, current) == 128, "SCHEDULER_CURRENT");
_Static_assert(offsetof(struct scheduler, interrupts) == 132, "SCHEDULER_INTERRUPTS");

/* schedule.c: who runs; also schedule.h. All in the kernel. */
/* context.S. switch_to: as the last thing of all. switch_now: as the last thing of a call, by which its caller leaves the CPU. */
void switch_to(struct process *process), switch_now(struct process *caller);
/* By context.S, when the registers of the one that ran are saved. _leave: it had the CPU, and leaves it. _switch: who has to run
 * may have changed. */
void schedule_leave(struct process *current), schedule_switch(struct process *current);
void schedule_begin(struct process *process);                    /* it is new: its first level */
void schedule_set_level(struct process *process, uint8_t level); /* of one that can run */
void schedule_slice_ended(void);

/* clock.c: time in ticks of CLOCK_HZ, and the list of deadlines. All in the kernel but clock_now. */
void clock_start(void);
uint64_t clock_now(void);
void clock_add(struct process *process, uint64_t deadline);
void clock_remove(struct process *process);
static inline bool clock_has(const struct process *process)
{
    return (uint32_t)(process->deadline >> 32) != UINT32_MAX; /* no time is so late */
}
void clock_interrupt(void);
void clock_slice(uint64_t end);  /* of the time slice, or NO_DEADLINE */
uint32_t clock_slice_left(void); /* ticks, at least one */
static inline uint64_t clock_ticks(uint32_t milliseconds)
{
    return (uint64_t)milliseconds * (CLOCK_TICKS_PER_US * 1000u);
}

/* The arena's words are atomic for ports where processes write them; here only the kernel does. */
#define plain(word) ((__typeof__((void)0, *(word)) *)(word))

/* wait.c: parked processes. */
/* context.S: as the last thing of a call. The caller, whose `operation` and what that takes are noted, waits in the list,
 * unless it may not. */
void wait_park(struct process *caller, struct process **list, int timeout_ms);
void wait_complete(struct process **list, struct process *first); /* what it waits for is done, with result 0 */
void wait_wake(const struct coop_object *object, unsigned wakes);
void wait_wake_everyone(const struct coop_object *object);
void wait_expire(struct process *process);
void wait_leave(struct process *process);
void wait_set_level(struct process *process, uint8_t level);
static inline struct process **wait_list(const struct coop_object *object, unsigned direction)
{
    return (struct process **)(void *)&object->control->wait[direction];
}
static inline bool wait_may(const struct process *caller, int timeout_ms)
{
    return timeout_ms != 0 && !*plain(&caller->block->stopping);
}
/* Where the result goes, of a wait or of a call that has just ended. */
static inline uint32_t *wait_frame(const struct process *parked)
{
    return (uint32_t *)parked->context.psp;
}
/* By level, and first come first served within one. */
static inline void wait_enlist(struct process *process, struct process **list)
{
    while (*list != NULL && (*list)->level >= process->level)
        list = &(*list)->next;
    process->next = *list;
    *list = process;
}
static inline struct process *wait_first(const struct coop_object *object, unsigned direction)
{
    return *wait_list(object, direction);
}
static inline bool wait_is_any(const struct coop_object *object)
{
    return wait_first(object, DIRECTION_DATA) != NULL || wait_first(object, DIRECTION_SPACE) != NULL;
}

/* inherit.c: levels of those who hold what others wait for. In the kernel. */
void inherit_raise(const struct process *waiter);     /* it waits, or is going to */
bool inherit_holds(uint32_t self);                    /* it has a lock */
uint8_t inherit_level(const struct process *process); /* its own, or of the highest who waits for what it holds */
void inherit_lower(uint32_t self); /* somebody waits no more for what slot + 1 holds, or it lets go */

/* kernel.c: the ends of processes, and the bell. In the kernel. */
void kernel_end(struct process *process, int code, int signal);
void kernel_misuse(struct process *process, enum coop_misuse reason);
void kernel_ring(void);
bool kernel_answers(void); /* by PendSV, before the supervisor's thread gets the CPU: true when it needn't */
bool port_answer(void);    /* port.c: does for it what starts and ends need; false: it needs the thread */
enum { SLOT_WORDS = (COOP_MAX_PROCESSES + 31) / 32 };
extern uint32_t kernel_ended[SLOT_WORDS];    /* by slot: whose end is not reaped yet */
void kernel_expire(struct process *process); /* its deadline has come */

/* protect.c */
enum { GUARD_BYTES = 1024 }; /* firmware.ld: the first and the fourth of 8 in a region */
void protect_start(void);
void protect_process(struct process *process, uint32_t stack, uint32_t stack_bytes, uint32_t image);
void protect_grant(struct process *process); /* the peripherals that it declares */
struct coop_peripherals;
bool protect_may_grant(const struct coop_peripherals *peripherals); /* also NULL */
bool protect_may_read(const struct process *process, uintptr_t address, size_t bytes);
bool protect_may_write(const struct process *process, uintptr_t address, size_t bytes);

/* image.c */
void image_layout(void);
void image_begin(struct process *process); /* it is to make its image, then to run process_main() */

/* Of the thread that SVC or PendSV came from. volatile: read where it is needed, or it takes a register from the start. */
static inline uint32_t *thread_frame(void)
{
    uint32_t *frame;
    __asm__ volatile("mrs %0, psp" : "=r"(frame));
    return frame;
}

/* Ends what came before: else the compiler mixes it with what comes, for which it saves registers. */
static inline void kernel_settle(void)
{
    __asm__ volatile("" ::: "memory");
}

/* The supervisor's thread keeps PendSV out while it works on what the kernel uses. */
static inline uint32_t kernel_enter(void)
{
    uint32_t before;
    __asm__ volatile("mrs %0, basepri\n\tmsr basepri, %1" : "=&r"(before) : "r"(PRIORITY_SWITCH) : "memory");
    return before;
}

static inline void kernel_leave(uint32_t before)
{
    __asm__ volatile("msr basepri, %0" : : "r"(before) : "memory");
}

/* By the supervisor's thread: sleeps until a ring, which is true; or until the deadline, or when it is time to feed the watchdog. */
bool kernel_listen(uint64_t until);

_Noreturn void kernel_panic(const char *why, const uint32_t *frame);

#endif
