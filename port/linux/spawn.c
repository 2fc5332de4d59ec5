/*
 * Processes, as the supervisor has them: vfork and exec of this very program. The child is told by its environment which slot
 * it is (child.c), and finds the arena by an inherited descriptor, the only one that crosses the exec.
 */
#include "linux.h"

#include "init.h"
#include "watchdog_device.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ENVIRONMENT_MOST = 1024, KILL_TAKES_MOST_US = 5000000 };

static pid_t pids[COOP_MAX_PROCESSES];
static bool stopped[COOP_MAX_PROCESSES];
static char marker[80];
static char *environment[ENVIRONMENT_MOST + 2];
static char *emulator;
static pid_t dying; /* the one that was killed first of those that still have to end */
static uint64_t dying_since_us;

pid_t linux_pid(uint32_t slot)
{
    return pids[slot];
}

bool linux_is_stopped(uint32_t slot)
{
    return stopped[slot];
}

int port_open(int argc, char **argv)
{
    (void)argc, (void)argv;
    size_t variables = 0;
    while (environ != NULL && environ[variables] != NULL)
        variables++;
    if (variables > ENVIRONMENT_MOST)
        return COOP_ELIMIT;
    environment[0] = marker;
    for (size_t i = 0; i < variables; i++)
        environment[i + 1] = environ[i];
    emulator = getenv("COOP_EMULATOR");
    linux_self_init(0, NULL);
    int error = linux_arena_create();
    if (error < 0)
        return error;
    linux_signals_init();
    init_listen();
    watchdog_device_open();
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* orphans of processes come here to be reaped */
    return 0;
}

/*
 * In the child of vfork, which runs on the supervisor's memory: nothing but system calls. Under qemu-user the first one
 * doesn't exist, and the second needs an emulator that the kernel knows of, or that the tests name.
 */
static void become(char **argv)
{
    char *path = (char *)(uintptr_t)linux_executable_path();
    linux_fcntl(linux_arena_fd(), F_SETFD, 0);
    syscall(SYS_execveat, linux_executable(), "", argv, environment, AT_EMPTY_PATH);
    if (errno != ENOSYS || path == NULL)
        return;
    execve(path, argv, environment);
    if (errno == ENOEXEC && emulator != NULL)
        execve(emulator, (char *[]){emulator, "-0", argv[0], path, NULL}, environment);
}

static int error_of(int number)
{
    return number == ENOMEM || number == EAGAIN ? COOP_ENOMEM : COOP_EIO;
}

int port_start(uint32_t slot)
{
    const struct coop_process *process = process_of(slot);
    struct coop_end *report = &coop_blocks_start[slot].end;
    char *argv[] = {(char *)(uintptr_t)process->object.name, NULL};
    sigset_t all, before;
    snprintf(marker, sizeof marker, LINUX_MARKER "=%d:%u:%llu", linux_arena_fd(), (unsigned)slot,
             (unsigned long long)linux_arena.nonce);
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    pid_t pid = vfork();
    if (pid == 0) {
        /* Here, since the new image may tell of itself before the parent goes on. */
        atomic_store(&coop_blocks_start[slot].native_pid, (uint32_t)getpid());
        become(argv);
        report->code = error_of(errno);
        report->cause = COOP_START_FAILED;
        _exit(127);
    }
    int error = pid < 0 ? error_of(errno) : 0;
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (error < 0)
        return error;
    pids[slot] = pid;
    stopped[slot] = false;
    return 1;
}

void port_kill(uint32_t slot)
{
    if (pids[slot] <= 0)
        return;
    kill(pids[slot], SIGKILL);
    if (dying == 0) {
        dying = pids[slot];
        dying_since_us = port_now_us();
    }
}

bool port_probe(uint32_t slot)
{
    return pids[slot] > 0 && !stopped[slot] && kill(pids[slot], SIGNAL_PROBE) == 0;
}

void port_nudge(uint32_t slot)
{
    if (pids[slot] > 0)
        kill(pids[slot], SIGNAL_NUDGE);
}

uint64_t port_cpu_us(uint32_t slot)
{
    struct timespec used;
    clockid_t clock;
    if (pids[slot] <= 0 || clock_getcpuclockid(pids[slot], &clock) != 0 || clock_gettime(clock, &used) < 0)
        return 0;
    return (uint64_t)used.tv_sec * 1000000 + (uint64_t)used.tv_nsec / 1000;
}

static bool slot_of(pid_t pid, uint32_t *slot)
{
    for (*slot = 0; *slot < process_slots(); ++*slot)
        if (pids[*slot] == pid)
            return true;
    return false;
}

bool port_reap(struct port_ended *ended)
{
    if (linux_was_suspended()) {
        *ended = (struct port_ended){.slot = UINT32_MAX, .stopped = true};
        return true;
    }
    static bool more; /* before waitpid: what changes after it comes with another signal */
    more |= linux_children_changed();
    while (more) {
        int status;
        pid_t pid = waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED);
        more = pid > 0 || (pid < 0 && errno == EINTR);
        if (pid <= 0)
            continue;
        if (pid == dying && !WIFSTOPPED(status) && !WIFCONTINUED(status))
            dying = 0;
        uint32_t slot;
        if (!slot_of(pid, &slot))
            continue; /* an orphan that was adopted */
        stopped[slot] = WIFSTOPPED(status);
        if (WIFCONTINUED(status))
            continue;
        *ended = (struct port_ended){.slot = slot,
                                     .stopped = WIFSTOPPED(status),
                                     .signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0,
                                     .code = WIFEXITED(status) ? WEXITSTATUS(status) : 0};
        if (!ended->stopped)
            pids[slot] = 0;
        return true;
    }
    return false;
}

/* Where a kill has no effect the kernel or a driver hangs, and only a reset helps: so the hardware isn't fed. */
void port_feed(void)
{
    uint64_t now_us = port_now_us();
    if (dying == 0 || now_us - dying_since_us < KILL_TAKES_MOST_US)
        watchdog_device_feed(now_us);
}

void port_close(int status, bool reboot)
{
    if (!init_is())
        watchdog_device_close();
    init_end(status, reboot);
}
