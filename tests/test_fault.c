/* Faults of processes on Linux: what killed them, and where. Runs inside the root process. */
#include "machine.h"
#include "real.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SEGV_NULL, SEGV_CALL, BUS, ILL, FPE, OVERFLOW, OVERFLOW_AT_ONCE, ABORT, EXIT_CODE, WAIT, FORK, FORKS };

/* What __builtin_trap ends with. */
#if defined(__aarch64__)
enum { TRAP_SIGNAL = SIGTRAP };
#else
enum { TRAP_SIGNAL = SIGILL };
#endif

COOP_SEMAPHORE(never, 0);
COOP_SHARED(uintptr_t, bus_address);
COOP_SHARED(_Atomic int, orphan);

#define UNTOUCHED __attribute__((noinline, optimize("O1"), no_sanitize("all")))

static UNTOUCHED void touch(volatile int *at)
{
    *at = 1;
}

static UNTOUCHED int recurse(int depth)
{
    volatile char frame[4096];
    frame[0] = (char)depth;
    return depth < 0 ? 0 : recurse(depth + 1) + frame[0];
}

static UNTOUCHED void leap(void)
{
    volatile char frame[512 * 1024];
    frame[0] = 1;
    touch((volatile int *)(void *)frame);
}

static UNTOUCHED int divide(volatile int by)
{
    return 1000 / by;
}

static UNTOUCHED void trap(void)
{
    __builtin_trap();
}

static void fault_on_bus(void)
{
    int fd = memfd_create("short", MFD_CLOEXEC);
    volatile int *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    bus_address = (uintptr_t)at;
    touch(at);
}

/* A child that outlives its parent, and ends when the supervisor has adopted it. */
static int fork_an_orphan(void)
{
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        alarm(DEADLINE_MS / 1000);
        while (getppid() == parent)
            usleep(1000);
        _exit(0);
    }
    atomic_store(&orphan, (int)pid);
    return pid < 0;
}

/* What a process forks is none of coop's: to touch an object there ends the forked one only. */
static int fork_a_stranger(void)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        (void)coop_semaphore_release(&never);
        _exit(0);
    }
    waitpid(pid, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV ? 0 : 1;
}

static int misbehave(const void *argument)
{
    switch (real_number(argument)) {
    case SEGV_NULL:
        touch((int *)64);
        break;
    case SEGV_CALL:
        ((void (*)(void))(uintptr_t)64)();
        break;
    case BUS:
        fault_on_bus();
        break;
    case ILL:
        trap();
        break;
    case FPE:
        return divide(0);
    case OVERFLOW:
        return recurse(0);
    case OVERFLOW_AT_ONCE:
        leap();
        break;
    case ABORT:
        abort();
    case FORK:
        return fork_an_orphan();
    case FORKS:
        return fork_a_stranger();
    case WAIT:
        return coop_semaphore_acquire(&never, COOP_FOREVER);
    default:
        return 19;
    }
    return 0;
}
COOP_PROCESS(faulty, misbehave);
COOP_PROCESS(small, misbehave, .stack_bytes = 4096);

static struct coop_end end_of(const struct coop_process *process, uint32_t what)
{
    return join(real_start(process, what));
}

static void assert_faulted(struct coop_end end, int signal_number, uintptr_t address)
{
    assert_int_equal(end.cause, COOP_FAULTED);
    assert_int_equal(end.signal, signal_number);
    assert_int_equal(end.address, address);
}

static void test_memory_faults(void **state)
{
    (void)state;
    struct coop_end end = end_of(&faulty, SEGV_NULL);
    assert_faulted(end, SIGSEGV, 64);
    assert_in_range(end.pc, machine_code((uintptr_t)touch), machine_code((uintptr_t)touch) + 64);
    end = end_of(&faulty, SEGV_CALL);
    assert_faulted(end, SIGSEGV, 64);
    assert_int_equal(end.pc, 64);
    end = end_of(&faulty, BUS);
    assert_faulted(end, SIGBUS, bus_address);
    assert_in_range(end.pc, machine_code((uintptr_t)touch), machine_code((uintptr_t)touch) + 64);
}

static void test_other_faults(void **state)
{
    (void)state;
    struct coop_end end = end_of(&faulty, ILL);
    assert_int_equal(end.cause, COOP_FAULTED);
    assert_int_equal(end.signal, TRAP_SIGNAL);
    assert_in_range(end.pc, machine_code((uintptr_t)trap), machine_code((uintptr_t)trap) + 64);
#if defined(__x86_64__) /* ARM divides by 0 without a fault */
    end = end_of(&faulty, FPE);
    assert_int_equal(end.cause, COOP_FAULTED);
    assert_int_equal(end.signal, SIGFPE);
    assert_in_range(end.pc, machine_code((uintptr_t)divide), machine_code((uintptr_t)divide) + 64);
#endif
}

static void test_overflows(void **state)
{
    (void)state;
    for (uint32_t what = OVERFLOW; what <= OVERFLOW_AT_ONCE; what++) {
        struct coop_end end = end_of(&small, what);
        assert_int_equal(end.cause, COOP_OVERFLOWED);
        assert_int_equal(end.signal, SIGSEGV);
        assert_int_not_equal(end.pc, 0);
    }
    assert_int_equal(end_of(&faulty, OVERFLOW).cause, COOP_OVERFLOWED);
    assert_int_equal(end_of(&faulty, OVERFLOW_AT_ONCE).cause, COOP_EXITED); /* it has room for that */
}

static void test_other_ends(void **state)
{
    (void)state;
    struct coop_end end = end_of(&faulty, ABORT);
    assert_int_equal(end.cause, COOP_KILLED);
    assert_int_equal(end.signal, SIGABRT);
    end = end_of(&faulty, EXIT_CODE);
    assert_int_equal(end.cause, COOP_EXITED);
    assert_int_equal(end.code, 19);
}

static void test_killed_from_outside(void **state)
{
    (void)state;
    static const int signals[] = {SIGKILL, SIGSEGV, SIGFPE, SIGQUIT, SIGUSR1};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct coop_handle handle = real_start(&faulty, WAIT);
        assert_int_equal(kill(coop_native_pid(handle), signals[i]), 0);
        struct coop_end end = join(handle);
        assert_int_equal(end.cause, COOP_KILLED); /* and no fault, with the sender's pid for an address */
        assert_int_equal(end.signal, signals[i]);
        assert_int_equal(end.address, 0);
    }
}

static void test_orphans_are_reaped(void **state)
{
    (void)state;
    assert_int_equal(end_of(&faulty, FORK).code, 0);
    assert_int_not_equal(atomic_load(&orphan), 0);
    EVENTUALLY(kill(atomic_load(&orphan), 0) < 0); /* a zombie would still be there */
}

static void test_forks_are_strangers(void **state)
{
    (void)state;
    assert_int_equal(end_of(&faulty, FORKS).code, 0);
    assert_int_equal(coop_semaphore_value(&never), 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_memory_faults),       cmocka_unit_test(test_other_faults),
    cmocka_unit_test(test_overflows),           cmocka_unit_test(test_other_ends),
    cmocka_unit_test(test_killed_from_outside), cmocka_unit_test(test_orphans_are_reaped),
    cmocka_unit_test(test_forks_are_strangers),
};
REAL_TESTS(tests)
