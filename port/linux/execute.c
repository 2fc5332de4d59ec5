/*
 * The slow side of executing operations: a guard that is another's, waiting, waking; and the supervisor's own access.
 *
 * Every word here is shared. guard: set by compare-and-swap from 0 by who enters, cleared by a store of the same; taken
 * from the dead by the supervisor only. wait[]: only ever counts up by 2 and has bit 0 set or cleared, by anybody and by atomic
 * operations. A death after any of them leaves at worst a wake-up undone, which repair's wake of all words makes good.
 */
#include "linux.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    GUARD_SPINS = 200,
    GUARD_YIELDS = 50,
    GUARD_NAP_NS = 100000,
    GUARD_BUSY_NAPS = 50,      /* then a call with a timeout of 0 answers COOP_EBUSY */
    GUARD_COMPLAINT_NAPS = 20, /* every so many the supervisor is told */
    YIELD_US = 100,            /* a yield that lasts longer gave the core to somebody else */
    SPINS_LEAST = 64,
    SPINS_MOST = 2000,
    SPINS_AGAIN = 16, /* after so many failures a long spin is tried again, then twice as many, ... */
    SPINS_SELDOM = 256
};

static bool has_other_cores(void)
{
    cpu_set_t cores;
    return sched_getaffinity(0, sizeof cores, &cores) == 0 && CPU_COUNT(&cores) > 1;
}

static struct coop_block nobodys_block; /* main's, before the run, and the supervisor's */
struct linux_self linux_self = {.guard_id = SUPERVISOR_SLOT, .block = &nobodys_block};

static int membarrier(int command)
{
    return (int)syscall(SYS_membarrier, command, 0, 0);
}

void linux_self_init(uint32_t slot, struct coop_block *block)
{
    linux_self.guard_id = (uint32_t)getpid() << 8 | (slot != 0 ? slot : SUPERVISOR_SLOT);
    linux_self.slot = slot;
    linux_self.block = block != NULL ? block : &nobodys_block;
    if (slot == 0) {
        linux_arena.needs_fence = membarrier(MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED) < 0;
        linux_arena.has_other_cores = has_other_cores();
    } else if (!linux_arena.needs_fence) {
        membarrier(MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED);
    }
    linux_self.needs_fence = linux_arena.needs_fence;
    linux_self.spins = linux_arena.has_other_cores ? SPINS_MOST : 0; /* the cores are inherited */
}

uint32_t port_self(void)
{
    return linux_self.slot;
}

bool linux_is_stopping(void)
{
    return atomic_load(&linux_self.block->stopping) != 0;
}

struct timespec linux_deadline(unsigned timeout_ms)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += timeout_ms / 1000;
    at.tv_nsec += (long)(timeout_ms % 1000 * 1000000);
    if (at.tv_nsec >= 1000000000L) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000L;
    }
    return at;
}

/* The kernel's 64-bit times on every machine. On 32-bit ones the old call misreads the C library's. */
#ifdef SYS_futex_time64
#define FUTEX_CALL SYS_futex_time64
#else
#define FUTEX_CALL SYS_futex
#endif

long linux_futex_wait(_Atomic uint32_t *word, uint32_t value, const struct timespec *deadline)
{
    int64_t at[2];
    if (deadline != NULL) {
        at[0] = deadline->tv_sec;
        at[1] = deadline->tv_nsec;
    }
    long result =
        syscall(FUTEX_CALL, word, FUTEX_WAIT_BITSET, value, deadline != NULL ? at : NULL, NULL, FUTEX_BITSET_MATCH_ANY);
    return result < 0 ? -errno : 0;
}

void linux_futex_wake(_Atomic uint32_t *word, int count)
{
    syscall(FUTEX_CALL, word, FUTEX_WAKE, count, NULL, NULL, 0);
}

static bool has_passed(const struct timespec *deadline)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec > deadline->tv_sec || (now.tv_sec == deadline->tv_sec && now.tv_nsec >= deadline->tv_nsec);
}

static inline void pause_briefly(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
    __asm__ volatile("yield");
#endif
}

static bool enter(struct coop_control *control)
{
    return atomic_load_explicit(&control->guard, memory_order_relaxed) == 0 && linux_enter(control);
}

/* The guard is another's: waits for it, bounded. 0, COOP_EBUSY, COOP_ETIMEDOUT, COOP_ESTOPPING. */
static int enter_slowly(struct coop_control *control, int timeout_ms)
{
    if ((atomic_load_explicit(&control->guard, memory_order_relaxed) & ~GUARD_MARK) == linux_self.guard_id)
        port_misuse(COOP_MISUSE_REENTERED);
    for (int i = 0; linux_self.spins != 0 && i < GUARD_SPINS; i++) {
        if (enter(control))
            return 0;
        pause_briefly();
    }
    for (int i = 0; i < GUARD_YIELDS; i++) {
        if (enter(control))
            return 0;
        sched_yield();
    }
    struct timespec deadline = linux_deadline(timeout_ms > 0 ? (unsigned)timeout_ms : 0);
    for (unsigned naps = 0; !enter(control); naps++) {
        if (naps % GUARD_COMPLAINT_NAPS == GUARD_COMPLAINT_NAPS - 1)
            linux_complain(); /* @guard_complain */
        if (naps >= GUARD_BUSY_NAPS && timeout_ms == 0)
            return COOP_EBUSY;
        if (naps >= GUARD_BUSY_NAPS && linux_is_stopping())
            return COOP_ESTOPPING;
        if (timeout_ms > 0 && has_passed(&deadline))
            return COOP_ETIMEDOUT;
        linux_check_in();
        nanosleep(&(struct timespec){.tv_nsec = GUARD_NAP_NS}, NULL);
    }
    return 0;
}

void linux_sleep_begins(void)
{
    linux_check_in();
    atomic_store(&linux_self.block->blocked, COOP_BLOCKED);
}

bool port_dozes(uint32_t slot)
{
    uint8_t blocked = COOP_BLOCKED;
    return atomic_compare_exchange_strong(&coop_blocks_start[slot].blocked, &blocked, COOP_BLOCKED_WATCHED) ||
           blocked == COOP_BLOCKED_WATCHED;
}

void linux_sleep_ends(void)
{
    if (atomic_exchange(&linux_self.block->blocked, COOP_RUNS) == COOP_BLOCKED_WATCHED)
        port_ring();
}

static bool wake(_Atomic uint32_t *word, int count)
{
    return syscall(FUTEX_CALL, word, FUTEX_WAKE, count, NULL, NULL, 0) > 0;
}

static void wake_waiters(struct coop_control *control, unsigned direction, bool all)
{
    _Atomic uint32_t *word = &control->wait[direction];
    atomic_fetch_add(word, 2);         /* @wake_bump */
    if (wake(word, all ? INT_MAX : 1)) /* @wake_one */
        return;
    /* Nobody slept: the bit goes. Who sets it again meanwhile may sample the very value of one who set it before; the
     * count tells them apart, and the wake reaches who slept already. */
    atomic_fetch_and(word, ~1u); /* @wake_clear */
    atomic_fetch_add(word, 2);   /* @wake_bump_again */
    wake(word, INT_MAX);         /* @wake_all */
}

int linux_wake_others(const struct operation *operation, struct coop_control *control, int result)
{
    if (linux_self.needs_fence)
        atomic_thread_fence(memory_order_seq_cst);
    for (unsigned direction = 0; direction < 2; direction++)
        if ((operation->wakes & 1u << direction) != 0 && (atomic_load(&control->wait[direction]) & 1) != 0)
            wake_waiters(control, direction, (operation->wakes & WAKES_ALL) != 0); /* @wake_look */
    if (operation->rings)
        port_ring();
    return result;
}

/* Executes the operation once, and wakes whom it wakes. */
static int try_once(const struct operation *operation, const struct coop_object *object, uintptr_t a, uintptr_t b,
                    int timeout_ms)
{
    bool guarded = !linux_is_unguarded(operation, object);
    if (guarded && !linux_enter(object->control)) {
        int error = enter_slowly(object->control, timeout_ms);
        if (error < 0)
            return error;
    }
    int result = operation->try(object, linux_self.slot, a, b);
    if (guarded)
        atomic_store_explicit(&object->control->guard, 0, memory_order_release); /* @guard_leave */
    if (result >= 0 && linux_may_wake(operation, object->control))
        return linux_wake_others(operation, object->control, result);
    return result;
}

/*
 * Waits a little for what another core may be about to do. As long as that pays off; where it doesn't, briefly, and
 * long again at growing intervals. A process may be bound to a core while it runs, so then it looks how many it has.
 */
static bool spin(const struct operation *operation, const struct coop_object *object, uintptr_t a)
{
    static uint32_t failures, again = SPINS_AGAIN;
    if (operation->ready == NULL)
        return false;
    if (++failures >= again) {
        failures = 0;
        again = again < SPINS_SELDOM ? again * 2 : again;
        linux_self.spins = has_other_cores() ? SPINS_MOST : 0;
    }
    for (uint32_t i = 0; i < linux_self.spins; i++) {
        if (operation->ready(object, a)) {
            failures = 0;
            again = SPINS_AGAIN;
            linux_self.spins = SPINS_MOST;
            return true;
        }
        pause_briefly();
    }
    if (linux_self.spins == SPINS_MOST && !has_other_cores())
        linux_self.spins = 0;
    else if (linux_self.spins != 0)
        linux_self.spins = linux_self.spins / 4 > SPINS_LEAST ? linux_self.spins / 4 : SPINS_LEAST;
    return false;
}

/*
 * Lets another process of the same core run before it sleeps: two that take turns then need no futex. As long as that
 * pays off: where it doesn't, or the core goes to somebody else for long, it is tried again at growing intervals.
 */
static bool yield(const struct operation *operation, const struct coop_object *object, uintptr_t a)
{
    static uint32_t pause, longest_pause = 1;
    if (operation->ready == NULL || (pause != 0 && pause-- != 0))
        return false;
    uint64_t until_us = port_now_us() + YIELD_US;
    sched_yield();
    bool ready = operation->ready(object, a);
    if (ready && port_now_us() < until_us) {
        longest_pause = 1;
        return true;
    }
    pause = longest_pause;
    longest_pause = longest_pause < SPINS_SELDOM ? longest_pause * 2 : longest_pause;
    return ready;
}

/* Who commits may do so without the guard, though the waiter has it, and the other way round. */
static bool has_owned_end(const struct coop_object *object)
{
    return object->one_producer || object->one_consumer;
}

/*
 * Sets the word's bit, and returns the word. The owner of an end is the only one who waits there: a bit that it finds
 * set is its own, and a barrier has followed; or its dead predecessor's, and then repair's wake of all, which
 * clears the bit, is still to come.
 */
static uint32_t announce_wait(const struct operation *operation, const struct coop_object *object,
                              _Atomic uint32_t *word)
{
    uint32_t sample = atomic_load(word);
    if ((sample & 1) != 0 && has_owned_end(object) && linux_is_unguarded(operation, object))
        return sample;
    sample = atomic_fetch_or(word, 1) | 1; /* @wait_announce */
    if (has_owned_end(object) && !linux_self.needs_fence)
        membarrier(MEMBARRIER_CMD_GLOBAL_EXPEDITED); /* @wait_barrier */
    return sample;
}

/*
 * One wake may stand for more than the one who is woken takes: several slots that are freed at once, or the end of a closed
 * queue, which concerns all. Or it is woken and goes for another reason. So whoever slept passes the wake on while there is more.
 */
static void pass_wake_on(const struct operation *operation, const struct coop_object *object, uintptr_t a, int result)
{
    bool more = operation->ready != NULL ? operation->ready(object, a) : result < 0;
    if (more && !linux_is_unguarded(operation, object) &&
        (atomic_load(&object->control->wait[operation->waits]) & 1) != 0)
        wake_waiters(object->control, operation->waits, false); /* @wait_pass_on */
}

static int wait(const struct operation *operation, const struct coop_object *object, uintptr_t a, uintptr_t b,
                int timeout_ms)
{
    _Atomic uint32_t *word = &object->control->wait[operation->waits];
    struct timespec deadline = {0};
    bool expired = false, slept = false;
    if (timeout_ms > 0)
        deadline = linux_deadline((unsigned)timeout_ms);
    int result = WOULD_BLOCK;
    if (spin(operation, object, a) || yield(operation, object, a))
        result = try_once(operation, object, a, b, timeout_ms);
    while (result == WOULD_BLOCK) {
        uint32_t sample = announce_wait(operation, object, word);
        result = try_once(operation, object, a, b, timeout_ms); /* @wait_try */
        if (result != WOULD_BLOCK)
            break;
        if (linux_is_stopping()) /* @wait_stopping */
            result = COOP_ESTOPPING;
        else if (expired)
            result = COOP_ETIMEDOUT;
        if (result != WOULD_BLOCK)
            break;
        linux_sleep_begins(); /* @wait_sleep */
        expired = linux_futex_wait(word, sample, timeout_ms > 0 ? &deadline : NULL) == -ETIMEDOUT;
        linux_sleep_ends();
        slept = true;
    }
    if (slept)
        pass_wake_on(operation, object, a, result);
    return result;
}

int linux_refused(const struct operation *operation, const struct coop_object *object, uintptr_t a, uintptr_t b,
                  int timeout_ms, int result)
{
    if (result == WOULD_BLOCK)
        result = timeout_ms == 0 ? COOP_EAGAIN : wait(operation, object, a, b, timeout_ms);
    if (result <= MISUSE)
        linux_misuse((enum coop_misuse)(MISUSE - result), (uintptr_t)__builtin_return_address(0));
    return result;
}

int linux_call_slowly(const struct operation *operation, const struct coop_object *object, uintptr_t a, uintptr_t b,
                      int timeout_ms)
{
    int result = try_once(operation, object, a, b, timeout_ms);
    return result < 0 ? linux_refused(operation, object, a, b, timeout_ms, result) : result;
}

int port_enter(const struct coop_object *object, uint32_t dead)
{
    uint32_t owner = 0;
    if (atomic_compare_exchange_strong(&object->control->guard, &owner, linux_self.guard_id))
        return 0; /* @repair_enter */
    if (dead != 0 && (owner & 0xff) == dead &&
        atomic_compare_exchange_strong(&object->control->guard, &owner, linux_self.guard_id))
        return 1; /* @repair_enter_dead */
    linux_complain();
    return COOP_EBUSY;
}

void port_leave(const struct coop_object *object)
{
    atomic_store_explicit(&object->control->guard, 0, memory_order_release); /* @repair_leave */
}

void port_wake(const struct coop_object *object)
{
    /* What the caller has changed comes before the look for waiters: pairs with the barrier of announce_wait. */
    atomic_thread_fence(memory_order_seq_cst);
    for (unsigned direction = 0; direction < 2; direction++) {
        _Atomic uint32_t *word = &object->control->wait[direction];
        if (atomic_load(word) == 0)
            continue; /* @repair_look: nobody has ever waited here */
        /* Twice: before, lest half of this makes the word 0, should it be done again; after, as in wake_waiters. */
        atomic_fetch_add(word, 2);   /* @repair_bump */
        atomic_fetch_and(word, ~1u); /* @repair_clear */
        atomic_fetch_add(word, 2);   /* @repair_bump_again */
        wake(word, INT_MAX);         /* @repair_wake */
    }
}
