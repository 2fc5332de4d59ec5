/*
 * storm [-k KILLS] [-t SECONDS] [-s SEED] [-r KILLS_OF_A_ROUND]
 *
 * Runs the storm (storm.h) as a system in a process of its own, for so many kills or seconds, and watches from outside: it reads the
 * log and looks at each line, feeds a stream and takes it back, maps the arena, and when the root says that something is
 * wrong, or no longer says anything, or it is interrupted, it prints the state of everything. Ends with 0 when all was well.
 *
 * What is drawn follows from the seed; what meets what depends on the machine's timing, and is never twice the same.
 */
#include "storm.h"

#include "linux.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ATTACH_MS = 60000, SILENCE_MS = 3 * STALL_MS, FEED_MS = 2, LOG_MOST = 1 << 16, RECORDS_AT_ONCE = 8 };

static struct {
    pid_t supervisor;
    int log, in, out;
    bool attached;
    uint64_t began_us;
    /* the log */
    char text[LOG_MOST];
    size_t bytes;
    uint64_t lines, log_next, dropped, hung, runaways, faults, misuses, killed, children;
    /* the stream */
    uint32_t fed, came_next;
    uint64_t came, missing;
    bool failed;
} seen;

static volatile sig_atomic_t interrupted;

static void complain(const char *what, const char *detail)
{
    printf("storm: %s%s\n", what, detail);
    seen.failed = true;
}

static void begin_system(char **argv)
{
    int log[2], in[2], out[2];
    if (pipe2(log, O_CLOEXEC) < 0 || pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
        exit(1);
    fflush(NULL);
    seen.supervisor = fork();
    if (seen.supervisor == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        dup2(log[1], STDERR_FILENO);
        _exit(coop_run(1, argv, &storm_root));
    }
    if (seen.supervisor < 0)
        exit(1);
    close(log[1]), close(in[0]), close(out[1]);
    seen.log = log[0], seen.in = in[1], seen.out = out[0];
    fcntl(seen.log, F_SETFL, O_NONBLOCK);
    fcntl(seen.in, F_SETFL, O_NONBLOCK);
    fcntl(seen.out, F_SETFL, O_NONBLOCK);
}

/* Maps the system's arena over this process's own, once it is there. */
static void attach(void)
{
    char path[64], name[64];
    for (int fd = 0; fd < 64 && !seen.attached; fd++) {
        snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)seen.supervisor, fd);
        ssize_t bytes = readlink(path, name, sizeof name - 1);
        name[bytes > 0 ? bytes : 0] = '\0';
        int arena = strncmp(name, "/memfd:coop", 11) == 0 ? open(path, O_RDWR | O_CLOEXEC) : -1;
        if (arena < 0)
            continue;
        size_t size = (size_t)(coop_arena_end - coop_arena_start);
        seen.attached =
            lseek(arena, 0, SEEK_END) == (off_t)size &&
            mmap(coop_arena_start, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, arena, 0) != MAP_FAILED;
        close(arena);
    }
}

/* A record of the logger: whole, and behind those before. */
static bool is_record(const char *line)
{
    unsigned number, check;
    char end;
    if (sscanf(line, "logger: storm %u %x%c", &number, &check, &end) != 2 || check != log_check(number) ||
        number < seen.log_next)
        return false;
    seen.log_next = number + 1;
    seen.lines++;
    return true;
}

/* What the supervisor says of an end, or of records that it dropped. Anything else is no end that the storm has made. */
static bool is_expected(const char *line)
{
    static const struct {
        const char *text;
        uint64_t *counter;
    } ends[] = {{" could not start: the device or file failed; ", &seen.killed}, /* killed meanwhile */
                {" exited with 17; ", &seen.children},
                {" was killed by signal 9; ", &seen.killed},
                {" hung: it was inside an object", &seen.hung},
                {" was a runaway: ", &seen.runaways},
                {" faulted (signal 11) ", &seen.faults},
                {" misused coop: bad handle", &seen.misuses}};
    unsigned dropped;
    char end;
    if (strncmp(line, "coop: ", 6) != 0)
        return is_record(line);
    if (sscanf(line, "coop: %u log records were droppe%c", &dropped, &end) == 2) {
        seen.dropped += dropped;
        return true;
    }
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (strstr(line, ends[i].text) != NULL) {
            ++*ends[i].counter;
            return true;
        }
    return false;
}

static void read_log(void)
{
    ssize_t got;
    while ((got = read(seen.log, seen.text + seen.bytes, sizeof seen.text - 1 - seen.bytes)) > 0) {
        char *line = seen.text, *end;
        seen.bytes += (size_t)got;
        seen.text[seen.bytes] = '\0';
        for (; (end = strchr(line, '\n')) != NULL; line = end + 1) {
            *end = '\0';
            if (!is_expected(line))
                complain("an unexpected line of the log: ", line);
        }
        seen.bytes -= (size_t)(line - seen.text);
        memmove(seen.text, line, seen.bytes);
    }
}

/* The record's number in all of its places. */
static void feed_stream(void)
{
    for (int n = 0; n < RECORDS_AT_ONCE; n++) {
        uint32_t record[RECORD_BYTES / sizeof(uint32_t)];
        for (size_t i = 0; i < sizeof record / sizeof *record; i++)
            record[i] = seen.fed;
        if (write(seen.in, record, sizeof record) != (ssize_t)sizeof record)
            return;
        seen.fed++;
    }
}

static void take_stream(void)
{
    uint32_t record[RECORD_BYTES / sizeof(uint32_t)];
    while (read(seen.out, record, sizeof record) == (ssize_t)sizeof record) {
        for (size_t i = 1; i < sizeof record / sizeof *record; i++)
            if (record[i] != record[0])
                complain("a torn record of the stream", "");
        if (record[0] < seen.came_next)
            complain("a record of the stream came twice", "");
        seen.missing += record[0] - seen.came_next;
        seen.came_next = record[0] + 1;
        seen.came++;
    }
}

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

/* False when the root has failed, or is silent for too long. */
static bool goes_on(uint64_t *pulse, uint64_t *since_us)
{
    uint64_t now_us = port_now_us();
    if (!seen.attached) {
        attach();
        return now_us - seen.began_us < ATTACH_MS * 1000ULL;
    }
    if (atomic_load(&storm.failed) == 2 || interrupted)
        return false;
    if (*pulse != atomic_load(&storm.pulse)) {
        *pulse = atomic_load(&storm.pulse);
        *since_us = now_us;
    }
    return now_us - *since_us < SILENCE_MS * 1000ULL;
}

static int watch(void)
{
    uint64_t pulse = 0, since_us = port_now_us();
    int status;
    for (;;) {
        struct pollfd log = {.fd = seen.log, .events = POLLIN};
        (void)poll(&log, 1, FEED_MS);
        bool ended = waitpid(seen.supervisor, &status, WNOHANG) == seen.supervisor;
        read_log();
        take_stream();
        feed_stream();
        if (ended)
            return status;
        if (!goes_on(&pulse, &since_us))
            break;
        if ((log.revents & POLLHUP) != 0)
            usleep(FEED_MS * 1000);
    }
    complain("", storm.failed != 0 ? storm.failure : interrupted ? "interrupted" : "the root is silent");
    dump(stdout);
    kill(seen.supervisor, SIGKILL);
    waitpid(seen.supervisor, &status, 0);
    return status;
}

static void check_end(int status)
{
    char text[100];
    uint64_t surely = atomic_load(&storm.log_surely), refused = atomic_load(&storm.log_refused);
    snprintf(text, sizeof text, "the system ended with status 0x%x", (unsigned)status);
    if (status != 0)
        complain(text, "");
    usleep(1000);
    if (status == 0 && (waitpid(-1, NULL, 0) > 0 || errno != ECHILD))
        complain("a process outlived the supervisor", "");
    if (seen.bytes != 0)
        complain("the log ends with half a line: ", seen.text);
    uint64_t lost = seen.dropped > refused ? seen.dropped - refused : 0;
    snprintf(text, sizeof text, "%llu of %llu log records", (unsigned long long)seen.lines, (unsigned long long)surely);
    if (seen.lines + lost < surely || seen.lines > atomic_load(&storm.log_maybe))
        complain(text, " came out");
    snprintf(text, sizeof text, "%llu records of the stream are missing, with %llu ends",
             (unsigned long long)seen.missing, (unsigned long long)atomic_load(&storm.stream_ends));
    if (seen.missing > atomic_load(&storm.stream_ends))
        complain(text, "");
}

static void report(void)
{
    const struct tally *t = &storm.tally;
    double seconds = (double)(port_now_us() - seen.began_us) / 1e6;
    typedef unsigned long long ull;
    printf(
        "%llu kills in %.1f s, %.0f a second: %llu at random moments, %llu inside a guard, %llu just woken, %llu just "
        "started, %llu suspended\n",
        (ull)t->kills, seconds, (double)t->kills / seconds, (ull)t->in_turn, (ull)t->inside, (ull)t->woken,
        (ull)t->newborn, (ull)t->suspended);
    printf(
        "%llu suspensions, %llu of them inside a guard, %llu of these left to the supervisor; the supervisor suspended "
        "%llu times\n",
        (ull)t->stops, (ull)t->stops_inside, (ull)t->abandoned, (ull)t->supervisor_stops);
    printf(
        "%llu deaths: %llu runaways, %llu faults, %llu misuses, %llu hung inside an object, by the log; %llu rounds\n",
        (ull)t->deaths, (ull)seen.runaways, (ull)seen.faults, (ull)seen.misuses, (ull)seen.hung, (ull)t->rounds);
    printf("%llu messages: %llu delivered again, %llu gone with the process that had got them, %llu dead letters, %llu "
           "passed exactly once\n",
           (ull)t->messages, (ull)t->delivered_again, (ull)t->lost_with_their_taker, (ull)t->letters, (ull)t->passed);
    printf("%llu log records whole and in order, %llu dropped; %llu records through a stream, %llu lost with their "
           "process\n",
           (ull)seen.lines, (ull)seen.dropped, (ull)seen.came, (ull)seen.missing);
    printf("operations:");
    for (int flow = 0; flow < FLOWS; flow++)
        printf("%s %s %llu", flow != 0 ? "," : "", flow_names[flow], (ull)t->operations[flow]);
    printf("\nchecked after each round: each message, the semaphore's count, permits, locks, all slots of all queues, "
           "deaths against kills, children and descriptors\n%s\n",
           seen.failed ? "FAILED" : "nothing lost, nothing doubled, nobody hangs, nothing leaks");
}

int main(int argc, char **argv)
{
    storm.seed = (uint64_t)time(NULL);
    storm.kills_wanted = UINT64_MAX;
    storm.round_kills = 400;
    uint64_t seconds = 0;
    for (int option; (option = getopt(argc, argv, "k:t:s:r:")) != -1;) {
        uint64_t number = strtoull(optarg != NULL ? optarg : "", NULL, 10);
        if (option == 'k')
            storm.kills_wanted = number;
        else if (option == 't')
            seconds = number;
        else if (option == 's')
            storm.seed = number;
        else if (option == 'r' && number > 0)
            storm.round_kills = (uint32_t)number;
        else
            return 2;
    }
    if (seconds != 0)
        storm.until_ms = coop_now_ms() + seconds * 1000;
    printf("storm: seed %llu\n", (unsigned long long)storm.seed);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGTERM, on_interrupt);
    signal(SIGINT, on_interrupt);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    seen.began_us = port_now_us();
    begin_system(argv);
    check_end(watch());
    report();
    return seen.failed ? 1 : 0;
}
