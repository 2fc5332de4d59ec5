/*
 * A process from its first instruction: a constructor sees the marker in the environment, attaches to the arena, and goes on to
 * the process's entry. So main() runs in the first process only.
 */
#include "linux.h"

#include "machine.h"
#include "operations.h"
#include <coop/log.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { SIGNAL_STACK_BYTES = 16384 };
enum { LEAST_STACK_BYTES = 256 * 1024, DEFAULT_STACK_BYTES = 8 * 1024 * 1024 };

static _Alignas(16) char signal_stack[SIGNAL_STACK_BYTES];
static _Alignas(16) unsigned char argument[COOP_ARGUMENT_BYTES];
static uintptr_t stack_top;
static uintptr_t stack_bytes;

const void *port_argument(void)
{
    return argument;
}

void port_yield(void)
{
    linux_sleep_begins();
    sched_yield();
    linux_sleep_ends();
}

void port_exit(int code)
{
    exit(code);
}

void port_misuse(enum coop_misuse reason)
{
    linux_misuse(reason, (uintptr_t)__builtin_return_address(0));
}

void linux_misuse(enum coop_misuse reason, uintptr_t pc)
{
    struct coop_end *report = &linux_self.block->end;
    report->pc = linux_link_address(pc);
    report->reason = (uint8_t)reason;
    report->cause = COOP_MISUSED;
    if (linux_self.slot == 0)
        coop_log("misuse outside a process: %s", coop_misuse_name((int)reason));
    signal(SIGABRT, SIG_DFL);
    abort();
}

/* What kills, with its place and address, as far as the process itself can tell. */
static void on_fault(int signal_number, siginfo_t *info, void *context)
{
    struct coop_end *report = &linux_self.block->end;
    if (info->si_code <= 0) { /* it was sent: there is no address, and it doesn't come again by itself */
        signal(signal_number, SIG_DFL);
        raise(signal_number);
        return;
    }
    uintptr_t address = (uintptr_t)info->si_addr;
    bool in_stack = address < stack_top && stack_top - address < linux_stack_reach(stack_bytes);
    report->pc = linux_link_address(machine_pc(context));
    report->address = address;
    report->signal = (uint8_t)signal_number;
    report->cause = signal_number == SIGSEGV && in_stack ? COOP_OVERFLOWED : COOP_FAULTED;
    signal(signal_number, SIG_DFL); /* on return it faults again, and dies of it */
}

static void on_probe(int signal_number, siginfo_t *info, void *context)
{
    (void)signal_number, (void)info;
    linux_self.block->end.pc = linux_link_address(machine_pc(context));
    port_ring();
}

static void on_terminate(int signal_number)
{
    (void)signal_number;
    uint8_t none = COOP_REQUEST_NONE;
    atomic_compare_exchange_strong(&linux_self.block->request, &none, COOP_REQUEST_TERMINATE);
    port_ring();
}

static void on_nothing(int signal_number)
{
    (void)signal_number;
}

static void handle_signals(void)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
    sigset_t nudge;
    stack_t stack = {.ss_sp = signal_stack, .ss_size = sizeof signal_stack};
    sigaltstack(&stack, NULL);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        sigaction(faults[i], &(struct sigaction){.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK}, NULL);
    sigaction(SIGNAL_PROBE,
              &(struct sigaction){.sa_sigaction = on_probe, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART}, NULL);
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = on_terminate, .sa_flags = SA_RESTART}, NULL);
    /* The terminal sends these to the whole group; the supervisor heeds them for all. */
    sigaction(SIGINT, &(struct sigaction){.sa_handler = on_nothing, .sa_flags = SA_RESTART}, NULL);
    sigaction(SIGHUP, &(struct sigaction){.sa_handler = on_nothing, .sa_flags = SA_RESTART}, NULL);
    /* A nudge only ends a wait for a stream, which unblocks it. */
    sigaction(SIGNAL_NUDGE, &(struct sigaction){.sa_handler = on_nothing}, NULL);
    sigemptyset(&nudge);
    sigaddset(&nudge, SIGNAL_NUDGE);
    sigprocmask(SIG_SETMASK, &nudge, NULL);
}

static void limit_stack(uint32_t declared_bytes)
{
    struct rlimit limit;
    if (prlimit(0, RLIMIT_STACK, NULL, &limit) < 0)
        return;
    /* Without a limit nothing tells an overflow from any other bad address. */
    if (declared_bytes != 0 || limit.rlim_cur == RLIM_INFINITY) {
        rlim_t wanted = declared_bytes == 0                  ? DEFAULT_STACK_BYTES
                        : declared_bytes > LEAST_STACK_BYTES ? declared_bytes
                                                             : LEAST_STACK_BYTES;
        limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
        prlimit(0, RLIMIT_STACK, &limit, NULL); /* setrlimit is for all threads: 2 KB of C library */
    }
    stack_bytes = limit.rlim_cur < UINTPTR_MAX / 4 ? (uintptr_t)limit.rlim_cur : UINTPTR_MAX / 4;
}

/* Returns when the descriptor is no arena: then the marker is not the supervisor's, and this no process of coop's. */
static void attach(int fd, uint32_t slot, uint64_t nonce)
{
    int error = linux_arena_attach(fd, nonce);
    if (error == COOP_EINVAL)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (error < 0 || getppid() != linux_arena.supervisor || slot >= process_slots())
        _exit(127); /* the supervisor died meanwhile, or it is another's arena */
    const struct coop_process *process = process_of(slot);
    struct coop_block *block = &coop_blocks_start[slot];
    stack_top = (uintptr_t)__builtin_frame_address(0);
    prctl(PR_SET_NAME, process->object.name);
    linux_self_init(slot + 1, block);
    limit_stack(process->stack_bytes);
    memcpy(argument, block->argument, sizeof argument);
    handle_signals();
    (void)port_call(&process_announce, unchecked(process), 0, 0, COOP_FOREVER);
    process_main(slot);
}

bool linux_read_number(const char **at, uint64_t *number)
{
    const char *begin = *at;
    for (*number = 0; **at >= '0' && **at <= '9'; ++*at)
        *number = *number * 10 + (uint64_t)(**at - '0');
    bool any = *at != begin;
    *at += **at == ':';
    return any;
}

static void become_process(const char *marker)
{
    uint64_t fd, slot, nonce;
    bool is_whole =
        linux_read_number(&marker, &fd) && linux_read_number(&marker, &slot) && linux_read_number(&marker, &nonce);
    unsetenv(LINUX_MARKER);
    if (is_whole)
        attach((int)fd, (uint32_t)slot, nonce);
}

static __attribute__((constructor)) void begin(void)
{
    const char *marker = getenv(LINUX_MARKER);
    if (marker != NULL)
        become_process(marker);
    linux_executable_open();
}
