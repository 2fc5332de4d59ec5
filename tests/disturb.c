/* disturb [-k NAME] [-n KILLS] [-s SEED] [-f FEED] [-t SECONDS] OUTPUT ERRORS PROGRAM [ARGUMENT...]
 *
 * Runs a program made with coop, and kills its process NAME (SIGKILL) at random moments, up to KILLS times, each life of it
 * once, until the program ends. That all kills find work under way, the program is held back: with FEED, it reads that file
 * from a pipe, a piece in each life, and the rest after the last kill; without, its output is taken piece by piece likewise.
 * Prints the number of kills. Ends with the program's status, or 99 when it did not end in time: then all is killed.
 */
#define _GNU_SOURCE
#include "proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LONGEST_LIFE_US 1500 /* from when it is seen to the kill */
#define PIPE_BYTES      4096
#define TAKEN_BYTES     1024 /* in each life */

static const char *victim = "";
static int kills_wanted;
static int limit_s = 60;
static const char *feed;
static size_t feed_bytes;
static size_t fed_bytes;
static int feed_fd = -1;
static int taken_fd = -1; /* where the program's output comes from, without a feed */
static int output_fd;
static pid_t program;
static unsigned long long random_state = 1;

static void fail(const char *what)
{
    perror(what);
    if (program > 0)
        kill(program, SIGKILL);
    exit(98);
}

/* Knuth's MMIX generator: the same moments for the same seed, as far as the machine allows. */
static unsigned draw(unsigned below)
{
    random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)(random_state >> 33) % below;
}

static double now_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void nap_us(unsigned us)
{
    nanosleep(&(struct timespec){.tv_nsec = (long)us * 1000}, NULL);
}

/* Whether the process is the program's child, of that name, and no zombie. */
static bool is_victim(pid_t pid)
{
    char text[400];
    const char *name_end;
    char state;
    int parent;

    if (!proc_text(pid, "stat", text, sizeof text))
        return false;
    name_end = strrchr(text, ')');
    if (!name_end || sscanf(name_end + 1, " %c %d", &state, &parent) != 2 || parent != program || state == 'Z')
        return false;
    return strchr(text, '(') && (size_t)(name_end - strchr(text, '(') - 1) == strlen(victim) &&
           strncmp(strchr(text, '(') + 1, victim, strlen(victim)) == 0;
}

/* The victim's pid, or 0. */
static pid_t find_victim(void)
{
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    pid_t found = 0;

    if (!proc)
        fail("/proc");
    while (!found && (entry = readdir(proc))) {
        pid_t pid = (pid_t)atoi(entry->d_name);
        if (pid > 0 && is_victim(pid))
            found = pid;
    }
    closedir(proc);
    return found;
}

static void read_feed(const char *path)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *bytes;

    if (fd < 0 || fstat(fd, &status) < 0)
        fail(path);
    feed_bytes = (size_t)status.st_size;
    bytes = malloc(feed_bytes + 1);
    if (!bytes || read(fd, bytes, feed_bytes) != (ssize_t)feed_bytes)
        fail(path);
    close(fd);
    feed = bytes;
}

/* Writes up to `bytes` bytes without waiting, and closes the pipe after the last one. */
static void feed_some(size_t bytes)
{
    if (feed_fd < 0)
        return;
    if (bytes > feed_bytes - fed_bytes)
        bytes = feed_bytes - fed_bytes;
    while (bytes > 0) {
        ssize_t put = write(feed_fd, feed + fed_bytes, bytes);

        if (put <= 0 && errno != EAGAIN && errno != EINTR)
            fed_bytes = feed_bytes; /* nobody reads it any more */
        if (put <= 0)
            break;
        fed_bytes += (size_t)put;
        bytes -= (size_t)put;
    }
    if (fed_bytes == feed_bytes) {
        close(feed_fd);
        feed_fd = -1;
    }
}

/* Takes up to `bytes` bytes of the output, as far as it is there. */
static void take_some(size_t bytes)
{
    char piece[TAKEN_BYTES];

    while (taken_fd >= 0 && bytes > 0) {
        ssize_t got = read(taken_fd, piece, bytes < sizeof piece ? bytes : sizeof piece);

        if (got <= 0)
            return;
        if (write(output_fd, piece, (size_t)got) != got)
            fail("output");
        bytes -= (size_t)got;
    }
}

static int create(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

    if (fd < 0)
        fail(path);
    return fd;
}

/* The program's standard input, output or error becomes the descriptor. */
static void redirect(int fd, int to)
{
    if (dup2(fd, to) < 0)
        _exit(98);
}

static void start(char **argv)
{
    int in[2];
    int out[2];
    int errors = create(argv[1]);

    output_fd = create(argv[0]);
    signal(SIGPIPE, SIG_IGN);
    if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
        fail("pipe");
    program = fork();
    if (program < 0)
        fail("fork");
    if (program == 0) {
        signal(SIGPIPE, SIG_DFL);
        if (feed)
            redirect(in[0], STDIN_FILENO);
        redirect(feed ? output_fd : out[1], STDOUT_FILENO);
        redirect(errors, STDERR_FILENO);
        execv(argv[2], argv + 2);
        _exit(98);
    }
    close(in[0]);
    close(out[1]);
    feed_fd = in[1];
    taken_fd = out[0];
    fcntl(feed_fd, F_SETFL, O_NONBLOCK);
    fcntl(taken_fd, F_SETFL, O_NONBLOCK);
    fcntl(taken_fd, F_SETPIPE_SZ, PIPE_BYTES);
    feed_some(0);
}

static bool has_ended(int *status)
{
    return waitpid(program, status, WNOHANG) == program;
}

static int run(void)
{
    double deadline_s = now_s() + limit_s;
    size_t piece = feed_bytes / (size_t)(kills_wanted + 1) + 1;
    pid_t last = 0;
    int kills = 0;
    int status;

    while (!has_ended(&status)) {
        pid_t pid = kills < kills_wanted ? find_victim() : 0;

        if (now_s() > deadline_s) {
            kill(program, SIGKILL);
            printf("%d kills, and then it did not end in %d s\n", kills, limit_s);
            return 99;
        }
        if (pid != 0 && pid != last) {
            feed_some(piece);
            take_some(TAKEN_BYTES);
            nap_us(draw(LONGEST_LIFE_US));
            if (kill(pid, SIGKILL) == 0)
                kills++;
            last = pid;
        } else if (kills == kills_wanted) {
            feed_some(feed_bytes);
            take_some(SIZE_MAX);
            nap_us(1000);
        }
    }
    take_some(SIZE_MAX);
    printf("%d kills\n", kills);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "+k:n:s:f:t:")) != -1) {
        switch (option) {
        case 'k':
            victim = optarg;
            break;
        case 'n':
            kills_wanted = atoi(optarg);
            break;
        case 's':
            random_state = strtoull(optarg, NULL, 10);
            break;
        case 'f':
            read_feed(optarg);
            break;
        case 't':
            limit_s = atoi(optarg);
            break;
        default:
            return 98;
        }
    }
    if (argc - optind < 3 || kills_wanted < 0) {
        fputs("usage: disturb [-k NAME] [-n KILLS] [-s SEED] [-f FEED] [-t SECONDS] OUTPUT ERRORS PROGRAM "
              "[ARGUMENT...]\n",
              stderr);
        return 98;
    }
    start(argv + optind);
    return run();
}
