#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void system_begin(struct system *system, const struct coop_process *root, void (*prepare)(void))
{
    int ends[2];
    *system = (struct system){0};
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_true(fcntl(ends[1], F_SETPIPE_SZ, sizeof system->log) > 0); /* or what this reads late would be dropped */
    fflush(NULL);
    system->pid = fork();
    if (system->pid == 0) {
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        if (prepare != NULL)
            prepare();
        _exit(coop_run(0, NULL, root));
    }
    assert_true(system->pid > 0);
    close(ends[1]);
    system->log_fd = ends[0];
}

bool system_reads(struct system *system, int timeout_ms)
{
    static char waste[4096];
    struct pollfd in = {.fd = system->log_fd, .events = POLLIN};
    size_t room = sizeof system->log - 1 - system->bytes;
    if (poll(&in, 1, timeout_ms) <= 0)
        return true;
    ssize_t got = read(system->log_fd, room > 0 ? system->log + system->bytes : waste, room > 0 ? room : sizeof waste);
    if (got > 0 && room > 0)
        system->bytes += (size_t)got;
    return got != 0;
}

/* False at the end; the test fails at the deadline. */
static bool read_some(struct system *system, uint64_t until_ms)
{
    uint64_t now_ms = coop_now_ms();
    if (now_ms >= until_ms) {
        kill(system->pid, SIGKILL);
        print_error("%s", system->log);
        fail_msg("the system went on past the deadline");
    }
    return system_reads(system, (int)(until_ms - now_ms));
}

int system_says(const struct system *system, const char *text)
{
    int times = 0;
    for (const char *at = system->log; (at = strstr(at, text)) != NULL; at += strlen(text))
        times++;
    return times;
}

void system_expect(struct system *system, const char *text, int times)
{
    uint64_t until_ms = coop_now_ms() + DEADLINE_MS;
    while (system_says(system, text) < times)
        if (!read_some(system, until_ms)) {
            print_error("%s", system->log);
            fail_msg("the system ended before it said \"%s\" %d times", text, times);
        }
}

int system_end(struct system *system)
{
    int status = 0;
    uint64_t until_ms = coop_now_ms() + DEADLINE_MS;
    while (read_some(system, until_ms))
        continue;
    close(system->log_fd);
    while (waitpid(system->pid, &status, 0) < 0)
        assert_int_equal(errno, EINTR);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int system_run(struct system *system, const struct coop_process *root, void (*prepare)(void))
{
    system_begin(system, root, prepare);
    int status = system_end(system);
    if (prepare != NULL && status == SYSTEM_SKIPPED) {
        print_message("SKIPPED: %s", system->log);
        skip();
    }
    return status;
}

int open_descriptors(void)
{
    int count = 0;
    for (int fd = 0; fd < 1024; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}
