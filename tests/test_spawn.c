/* How processes are made on Linux: what they inherit, what a system needs of its machine, and what thousands of starts leave. */
#include "proc.h"
#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
enum { CYCLES = 300, NEEDS_PROC = 1 };
#elif !defined(__x86_64__)
enum { CYCLES = 1000, NEEDS_PROC = 0 }; /* the machine may be emulated */
#else
enum { CYCLES = 10000, NEEDS_PROC = 0 };
#endif

extern char **environ;

COOP_SHARED(int, descriptors);
COOP_SHARED(char, names[2][64]);
COOP_SEMAPHORE(never, 0);

static struct system s;

static int do_nothing(const void *argument)
{
    (void)argument;
    return 0;
}
COOP_PROCESS(quick, do_nothing, .instances = 3);

static int wait_here(const void *argument)
{
    (void)argument;
    return coop_semaphore_acquire(&never, COOP_FOREVER);
}
COOP_PROCESS(waiter, wait_here);

/* 10,000 starts and joins. */
static int cycle(int times)
{
    struct coop_handle handle;
    struct coop_end end;
    for (int i = 0; i < times; i++)
        if (coop_start(&quick, &i, sizeof i, &handle) < 0 || coop_join(handle, DEADLINE_MS, &end) < 0 ||
            end.cause != COOP_EXITED || end.code != 0)
            return 1;
    return 0;
}

static int cycle_often(const void *argument)
{
    (void)argument;
    if (cycle(100) != 0)
        return 1;
    int fds = proc_descriptors(getppid()), children = proc_children(getppid());
    long rss = proc_number(getppid(), "status", "VmRSS:"), size = proc_number(getppid(), "status", "VmSize:");
    if (fds <= 0 || children != 1 || rss <= 0)
        return 2;
    if (cycle(CYCLES) != 0)
        return 3;
    if (proc_descriptors(getppid()) != fds || proc_children(getppid()) != 1)
        return 4;
    if (proc_number(getppid(), "status", "VmSize:") > size || proc_number(getppid(), "status", "VmRSS:") > rss + 64)
        return 5;
    return 10;
}
COOP_PROCESS(root_cycles, cycle_often);

static void test_thousands_of_starts(void **state)
{
    (void)state;
    assert_int_equal(system_run(&s, &root_cycles, NULL), 10);
}

/* What a process inherits. */
static int count_descriptors(const void *argument)
{
    (void)argument;
    descriptors = open_descriptors();
    return getenv("COOP_PROCESS") == NULL && getenv("COOP_TEST") != NULL ? 0 : 1;
}
COOP_PROCESS(counter, count_descriptors);

static int start_counter(const void *argument)
{
    (void)argument;
    struct coop_handle handle;
    struct coop_end end;
    if (coop_start(&counter, NULL, 0, &handle) < 0 || coop_join(handle, DEADLINE_MS, &end) < 0 || end.code != 0)
        return 1;
    return descriptors;
}
COOP_PROCESS(root_counts, start_counter);

static void test_inheritance(void **state)
{
    (void)state;
    setenv("COOP_TEST", "1", 1);
    int inherited = open_descriptors();
    for (int fd = 0; fd < 1024; fd++)
        inherited -= fcntl(fd, F_GETFD) == FD_CLOEXEC;
    assert_int_equal(system_run(&s, &root_counts, NULL), inherited);
    unsetenv("COOP_TEST");
}

/* As ps shows it. */
static int show_names(const void *argument)
{
    (void)argument;
    struct coop_handle handle;
    if (coop_start(&waiter, NULL, 0, &handle) < 0)
        return 1;
    static const char *const files[] = {"comm", "cmdline"};
    for (int i = 0; i < 2; i++) {
        if (!proc_text(coop_native_pid(handle), files[i], names[i], sizeof names[i]))
            return 2;
        names[i][strcspn(names[i], "\n")] = '\0';
        if (strcmp(names[i], "waiter") != 0)
            return 3;
    }
    return coop_kill(handle);
}
COOP_PROCESS(root_names, show_names);

static void test_names(void **state)
{
    (void)state;
    assert_int_equal(system_run(&s, &root_names, NULL), 0);
}

/* Without /proc, all works, and a runaway's function is still named. */
static __attribute__((noinline)) void spin_without_proc(void)
{
    for (;;)
        __asm__ volatile("" ::: "memory");
}
static int spin(const void *argument)
{
    (void)argument;
    spin_without_proc();
    return 0;
}
COOP_PROCESS(spinner, spin, .watchdog_ms = 20);

static int work_without_proc(const void *argument)
{
    (void)argument;
    struct coop_handle handle;
    struct coop_end end;
    if (access("/proc/self/status", F_OK) == 0)
        return 1;
    if (cycle(20) != 0 || coop_start(&spinner, NULL, 0, &handle) < 0 || coop_join(handle, DEADLINE_MS, &end) < 0)
        return 2;
    return end.cause == COOP_RUNAWAY ? 13 : 3;
}
COOP_PROCESS(root_without_proc, work_without_proc);

static void take_proc_away(void)
{
    if (NEEDS_PROC) {
        fprintf(stderr, "the sanitizers need /proc themselves\n");
        _exit(SYSTEM_SKIPPED);
    }
    if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        umount2("/proc", MNT_DETACH) < 0) {
        fprintf(stderr, "/proc can't be unmounted here: %s\n", strerror(errno));
        _exit(SYSTEM_SKIPPED);
    }
}

static void test_without_proc(void **state)
{
    (void)state;
    assert_int_equal(system_run(&s, &root_without_proc, take_proc_away), 13);
    assert_int_equal(system_says(&s, " at spin_without_proc+0x"), 1);
}

/* With any of the standard streams closed, nothing of coop's is in their place. */
static int closed;
static void close_streams(void)
{
    for (int fd = 0; fd < 3; fd++)
        if ((closed & 1 << fd) != 0)
            close(fd);
}
static int look_at_streams(const void *argument)
{
    (void)argument;
    int open = 0;
    for (int fd = 0; fd < 3; fd++)
        open |= (fcntl(fd, F_GETFD) >= 0) << fd;
    coop_log("a line for the log");
    char byte;
    int in = coop_stream_read(COOP_STDIN, &byte, 1, 0), out = coop_stream_write(COOP_STDOUT, "", 1, 0);
    if ((open & 1) == 0 && in != COOP_EINVAL)
        return 1;
    if ((open & 2) == 0 && out != COOP_EINVAL)
        return 2;
    return cycle(3) == 0 ? 20 + open : 3;
}
COOP_PROCESS(root_looks, look_at_streams);

static void test_closed_streams(void **state)
{
    (void)state;
    for (closed = 0; closed < 8; closed++)
        assert_int_equal(system_run(&s, &root_looks, close_streams), 20 + (7 & ~closed));
}

/* A program of coop's that a process of coop's starts is a system of its own. */
static char program[4096];

static int run_program(char *marker, int *status)
{
    char *argv[] = {program, "nested", NULL}, *environment[] = {marker, NULL};
    pid_t pid = fork();
    if (pid == 0) {
        execve(program, argv, environment);
        _exit(126);
    }
    if (pid < 0 || waitpid(pid, status, 0) != pid)
        return -1;
    return WIFEXITED(*status) ? WEXITSTATUS(*status) : -WTERMSIG(*status);
}

static int nest(const void *argument)
{
    (void)argument;
    int status;
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0)
        return 1;
    program[length] = '\0';
    char *argv[] = {program, "nested", NULL};
    pid_t pid = fork();
    if (pid == 0) {
        execve(program, argv, environ); /* with all that this process has in its environment */
        _exit(126);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
        return 2;
    return WEXITSTATUS(status);
}
COOP_PROCESS(root_nests, nest);

static int run_nested(const void *argument)
{
    (void)argument;
    return cycle(2) == 0 ? 21 : 1;
}
COOP_PROCESS(root_nested, run_nested);

static void test_nested(void **state)
{
    (void)state;
    assert_int_equal(system_run(&s, &root_nests, NULL), 21);
}

/* A marker in the environment that is not a supervisor's: the program runs as if it were not there. */
static void test_hostile_marker(void **state)
{
    (void)state;
    static const char *const markers[] = {
        "",         "x",          "0:0:0",  "0:0",  "3:0:1",  "99999999999999999999:0:0",
        "-1:-1:-1", "1:999999:0", ":::::0", "%s%n", "1:2:3:4"};
    int status;
    char marker[100];
    for (size_t i = 0; i < sizeof markers / sizeof *markers; i++) {
        snprintf(marker, sizeof marker, "COOP_PROCESS=%s", markers[i]);
        assert_int_equal(run_program(marker, &status), 21);
    }
    /* A memfd that looks like an arena, but is none: it must not become one, nor a system whose supervisor it is not. */
    int fd = memfd_create("hostile", MFD_ALLOW_SEALING);
    assert_int_equal(ftruncate(fd, 4096), 0);
    assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL), 0);
    snprintf(marker, sizeof marker, "COOP_PROCESS=%d:0:0", fd);
    assert_int_equal(run_program(marker, &status), 127);
    close(fd);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_thousands_of_starts),
        cmocka_unit_test(test_inheritance),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_without_proc),
        cmocka_unit_test(test_closed_streams),
        cmocka_unit_test(test_nested),
        cmocka_unit_test(test_hostile_marker),
    };
    if (argc > 1 && strcmp(argv[1], "nested") == 0)
        return coop_run(argc, argv, &root_nested);
    snprintf(program, sizeof program, "%s", argv[0]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
