/*
 * System calls that fail: whole systems under ptrace, in which one call after the other, of the supervisor and of each process,
 * answers each error that it may have on a machine that is short of something. A system does its work nevertheless, or
 * ends and says why; it never hangs, never crashes, and leaves nobody behind.
 */
#include "life.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/reg.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORKED = 18, NOT_STARTED = 30, NOT_JOINED, PROCESSES_MOST = 64, CALLS_MOST = 1000, ERRORS_MOST = 4 };

/* The calls that may fail although they are rightly used, and how. */
static const struct {
    long number;
    int errors[ERRORS_MOST];
} can_fail[] = {
    {SYS_memfd_create, {EMFILE, ENOMEM, ENOSYS}},
    {SYS_open, {EMFILE, ENOMEM, ENOENT}},
    {SYS_openat, {EMFILE, ENOMEM, ENOENT}},
    {SYS_mmap, {ENOMEM}},
    {SYS_pwrite64, {EINTR, ENOSPC}},
    {SYS_pread64, {EINTR, EIO}},
    {SYS_write, {EINTR, EAGAIN, EPIPE, ENOSPC}},
    {SYS_writev, {EINTR, EAGAIN, EPIPE, ENOSPC}},
    {SYS_vfork, {EAGAIN, ENOMEM}},
    {SYS_execveat, {ENOMEM, EACCES, ENOENT}},
    {SYS_futex, {EINTR, EAGAIN, ENOMEM}}, /* a wait; a wake can't fail */
    {SYS_wait4, {EINTR}},
    {SYS_poll, {EINTR, ENOMEM}},
    {SYS_nanosleep, {EINTR}},
    {SYS_getrandom, {EAGAIN, ENOSYS}},
    {SYS_membarrier, {ENOSYS, ENOMEM}},
    {SYS_madvise, {ENOMEM, EAGAIN}},
    {SYS_prctl, {EPERM}},
    {SYS_prlimit64, {EPERM}},
    {SYS_sched_getaffinity, {EPERM}},
    {SYS_sched_setaffinity, {EPERM}},
    {SYS_sigaltstack, {ENOMEM}},
    {SYS_clock_gettime, {EINVAL}},
};

COOP_QUEUE(requests, int, 2);
COOP_QUEUE(answers, int, 2);
COOP_SHARED(int, runs);

static int answer(const void *argument)
{
    (void)argument;
    int message;
    runs++;
    if (runs == 1)
        abort();
    if (coop_queue_get(&requests, &message, DEADLINE_MS) < 0)
        return 1;
    message *= 2;
    return coop_queue_put(&answers, &message, DEADLINE_MS);
}
COOP_PROCESS(worker, answer, .watchdog_ms = 10000, .restart = COOP_RESTART_ON_FAILURE, .backoff_ms = 1,
             .max_restarts = 5, .window_ms = DEADLINE_MS);

static int ask(const void *argument)
{
    (void)argument;
    struct coop_handle handle;
    int message = 21, error;
    if (coop_queue_put(&requests, &message, 0) < 0)
        return 1;
    error = coop_start(&worker, NULL, 0, &handle);
    if (error < 0) {
        coop_log("the worker is not started: %s", coop_strerror(error));
        return NOT_STARTED;
    }
    error = coop_join(handle, DEADLINE_MS, NULL);
    if (error < 0) {
        coop_log("the worker is not joined: %s", coop_strerror(error));
        return NOT_JOINED;
    }
    error = coop_queue_get(&answers, &message, 0);
    if (error < 0)
        coop_log("there is no answer: %s", coop_strerror(error));
    return message == 42 ? WORKED : 1;
}
COOP_PROCESS(root, ask);

/* Which call fails: that of this number, counted from 0, of the process that was born as this one; the supervisor is 0. */
struct plan {
    int process;
    int call;
    int error;   /* which of the call's errors */
    bool always; /* and every later call of that number, of all processes */
};

static struct run {
    struct plan plan;
    int processes;
    struct {
        pid_t pid;
        int calls;
        int fails; /* the call that it is in does, with this error */
    } of[PROCESSES_MOST];
    long number; /* of the call that the plan names; -1: it was not reached, -2: it is a wake */
    int failed;  /* calls that did */
    int error;
    int status;
    int log_fd;
} run;

/* Of a call of this number, or 0. */
static int error_of(long number, int which)
{
    for (size_t i = 0; i < sizeof can_fail / sizeof *can_fail; i++)
        if (can_fail[i].number == number)
            return which < ERRORS_MOST ? can_fail[i].errors[which] : 0;
    return 0;
}

static int index_of(pid_t pid)
{
    for (int i = 0; i < run.processes; i++)
        if (run.of[i].pid == pid)
            return i;
    assert_true(run.processes < PROCESSES_MOST);
    run.of[run.processes].pid = pid;
    return run.processes++;
}

static bool is_wake(const struct __ptrace_syscall_info *call)
{
    return call->entry.nr == SYS_futex && (call->entry.args[1] & 0x7f) == FUTEX_WAKE;
}

static void at_call(int process, const struct __ptrace_syscall_info *call)
{
    long number = is_wake(call) ? -2 : (long)call->entry.nr;
    bool is_it = process == run.plan.process && run.of[process].calls == run.plan.call;
    run.of[process].calls++;
    if (is_it)
        run.number = number;
    if (!is_it && !(run.plan.always && number == run.number))
        return;
    run.of[process].fails = error_of(number, run.plan.error);
    if (run.plan.always && run.of[process].fails == EINTR)
        run.of[process].fails = 0; /* it is to be called again, and then does its work */
    run.failed += run.of[process].fails != 0;
    if (run.of[process].fails != 0)
        ptrace(PTRACE_POKEUSER, run.of[process].pid, sizeof(long) * ORIG_RAX, -1L);
}

static void at_return(int process)
{
    if (run.of[process].fails != 0)
        ptrace(PTRACE_POKEUSER, run.of[process].pid, sizeof(long) * RAX, -(long)run.of[process].fails);
    run.of[process].fails = 0;
}

static int signal_to_deliver(int process, int status)
{
    int number = WSTOPSIG(status);
    struct __ptrace_syscall_info call;
    if (number == (SIGTRAP | 0x80)) {
        ptrace(PTRACE_GET_SYSCALL_INFO, run.of[process].pid, sizeof call, &call);
        if (call.op == PTRACE_SYSCALL_INFO_ENTRY)
            at_call(process, &call);
        else
            at_return(process);
        return 0;
    }
    return status >> 16 != 0 || number == SIGSTOP || number == SIGTRAP ? 0 : number;
}

static void on_alarm(int number)
{
    (void)number;
}

static void begin_system(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        dup2(run.log_fd, STDERR_FILENO);
        close(run.log_fd);
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
        _exit(coop_run(0, NULL, &root));
    }
    assert_true(pid > 0 && index_of(pid) == 0);
    assert_int_equal(waitpid(pid, NULL, __WALL), pid);
    assert_int_equal(ptrace(PTRACE_SETOPTIONS, pid, NULL,
                            PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEFORK | PTRACE_O_TRACECLONE |
                                PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL),
                     0);
    ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
}

static const char *log_text(void)
{
    static char text[1 << 16];
    ssize_t got = pread(run.log_fd, text, sizeof text - 1, 0);
    text[got > 0 ? got : 0] = '\0';
    return text;
}

/* Runs a system until nobody of it is left. */
static void run_with(struct plan plan)
{
    run = (struct run){.plan = plan, .number = -1, .log_fd = memfd_create("log", MFD_CLOEXEC)};
    begin_system();
    alarm(DEADLINE_MS / 1000);
    for (;;) {
        int status;
        pid_t pid = waitpid(-1, &status, __WALL);
        if (pid < 0 && errno == ECHILD)
            break;
        if (pid < 0) {
            kill(run.of[0].pid, SIGKILL);
            print_error("%s", log_text());
            fail_msg("the system hangs when call %d (%ld) of process %d fails with error %d", plan.call, run.number,
                     plan.process, plan.error);
        }
        int process = index_of(pid);
        if (WIFSTOPPED(status))
            ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(intptr_t)signal_to_deliver(process, status));
        else if (process == 0)
            run.status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
    alarm(0);
}

static void expect_sense(void)
{
    bool says_why = log_text()[0] != '\0';
    if (error_of(run.number, run.plan.error) == EINTR && strstr(log_text(), "were dropped") != NULL)
        fail_msg("call %d of process %d is interrupted, and the log loses a record", run.plan.call, run.plan.process);
    const char *error = strerror(error_of(run.number, run.plan.error));
    if (run.status == WORKED || (run.status > 0 && says_why))
        return;
    print_error("%s", log_text());
    fail_msg("call %d of process %d, number %ld: %s%s, and the system ends with %d", run.plan.call, run.plan.process,
             run.number, error, run.plan.always ? " always" : "", run.status);
}

/* Returns how many systems were run. */
static int fail_each(int process, bool always)
{
    static bool done[512];
    int runs_made = 0;
    memset(done, 0, sizeof done);
    for (int call = 0; call < CALLS_MOST; call++)
        for (int error = 0; error < ERRORS_MOST; error++) {
            run_with((struct plan){process, call, error, always});
            if (run.failed != 0)
                expect_sense();
            runs_made += run.failed != 0;
            close(run.log_fd);
            if (run.number == -1)
                return runs_made;
            if (error_of(run.number, error) == 0)
                break;
        }
    fail_msg("process %d makes calls without end", process);
    return 0;
}

static void test_undisturbed(void **state)
{
    (void)state;
    run_with((struct plan){-1, 0, 0, false});
    assert_int_equal(run.status, WORKED);
    assert_int_equal(run.processes, 4);
    close(run.log_fd);
}

static void test_once(void **state)
{
    (void)state;
    static const char *const who[] = {"the supervisor", "the root", "a worker", "its successor"};
    for (int process = 0; process < 4; process++)
        print_message("%s: %d calls failed\n", who[process], fail_each(process, false));
}

static void test_always(void **state)
{
    (void)state;
    print_message("from a call of the supervisor on: %d\n", fail_each(0, true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_undisturbed),
        cmocka_unit_test(test_once),
        cmocka_unit_test(test_always),
    };
    sigaction(SIGALRM, &(struct sigaction){.sa_handler = on_alarm}, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
