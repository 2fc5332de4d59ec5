/* From kill -9 of a supervised worker to its successor's first act. Each supervisor is given a service directory, in
 * which `run` is the worker; the worker tells its pid through the fifo `notices`. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

extern char **environ;

/* The packaged supervisors start a service at most once a second: a worker must have lived longer not to measure that. */
enum { PACED_US = 1100000 };

/* The bare loop: what any supervisor does at the least. */
static void supervise(void)
{
    char *arguments[] = {"run", NULL};
    for (;;) {
        pid_t worker = vfork();
        if (worker == 0) {
            execve("./run", arguments, environ);
            _exit(127);
        }
        waitpid(worker, NULL, 0);
    }
}

static pid_t next_pid(int notices)
{
    pid_t pid;
    if (read(notices, &pid, sizeof pid) != (ssize_t)sizeof pid)
        bench_fail("no worker reports");
    return pid;
}

/* Milliseconds; the mean of a few kills. */
static double time_kills(int notices, int kills, useconds_t life_us, pid_t *worker)
{
    uint64_t total = 0;
    *worker = next_pid(notices);
    for (int i = 0; i < kills; i++) {
        usleep(life_us);
        uint64_t start = bench_now_ns();
        kill(*worker, SIGKILL);
        *worker = next_pid(notices);
        total += bench_now_ns() - start;
    }
    return (double)total / 1e6 / kills;
}

static void make_service(char *directory)
{
    if (mkdtemp(directory) == NULL || chdir(directory) != 0 || mkfifo("notices", 0600) != 0)
        bench_fail("service directory");
    if (symlink(bench_beside("bench_child"), "run") != 0)
        bench_fail("symlink");
}

static void remove_service(const char *directory)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", directory);
    if (chdir("/") != 0 || system(command) != 0)
        bench_fail("rm");
}

static int is_installed(const char *program)
{
    char command[128];
    snprintf(command, sizeof command, "command -v %s >/dev/null", program);
    return system(command) == 0;
}

/* The worker lives for `life_us` before each kill. `program` is NULL for the bare loop. */
static double successor(const char *program, int kills, useconds_t life_us)
{
    if (program != NULL && !is_installed(program))
        bench_unavailable("not installed");
    char directory[] = "/tmp/coop-bench-XXXXXX";
    make_service(directory);
    int notices = open("notices", O_RDWR | O_CLOEXEC);
    pid_t supervisor = bench_fork();
    if (supervisor == 0) {
        if (program == NULL)
            supervise();
        execlp(program, program, directory, (char *)NULL);
        _exit(127);
    }
    pid_t worker;
    double figure = time_kills(notices, kills, life_us, &worker);
    kill(supervisor, SIGKILL);
    waitpid(supervisor, NULL, 0);
    kill(worker, SIGKILL);
    remove_service(directory);
    return figure;
}

static double bare_loop(void)
{
    return successor(NULL, 30, 3000);
}

static double daemontools(void)
{
    return successor("supervise", 1, PACED_US);
}

static double runit(void)
{
    return successor("runsv", 1, PACED_US);
}

static double s6(void)
{
    return successor("s6-supervise", 1, PACED_US);
}

CONTENDER("successor", "bare loop", bare_loop);
CONTENDER("successor", "daemontools", daemontools);
CONTENDER("successor", "runit", runit);
CONTENDER("successor", "s6", s6);
