/*
 * watchdog [-n RUNAWAYS]    how much CPU time runaways get to use before they are ended, at several budgets, alone and on a loaded machine
 * watchdog -t SECONDS       false alarms: processes that keep their budgets, with more of them runnable than there are cores
 *
 * What is measured is the process's own: the CPU clock that it read just before its last check-in, and the last that it
 * could read before its end. Ends with 0 when each runaway was ended as one and not before its budget, or no process was that kept it.
 */
#include <coop.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    SLOTS = 128,
    HOGS_MOST = 32,
    AT_ONCE = 4,
    SAMPLES_MOST = 10000,
    ROWS_MOST = 16,
    LATER_US = 2000,
    LAST_LOOK_US = 250
};
enum { PIECE_US = 200, POLL_MS = 100 };

/* A worker's own words. */
struct sight {
    volatile uint64_t began_us; /* its CPU clock at its last check-in */
    volatile uint64_t last_us;  /* and now */
    volatile uint64_t longest_cpu_us, longest_wall_us;
};
COOP_SHARED(struct sight, sights[SLOTS]);
COOP_SHARED(long, wanted_runaways);
COOP_SHARED(int, wanted_seconds);
COOP_SEMAPHORE(signs, 0);

static uint64_t now_us(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static uint64_t used_us(void)
{
    return now_us(CLOCK_PROCESS_CPUTIME_ID);
}

static void use(uint64_t us)
{
    uint64_t until_us = used_us() + us;
    while (used_us() < until_us)
        continue;
}

static int hog(const void *argument)
{
    (void)argument;
    for (;;)
        __asm__ volatile("" ::: "memory");
    return 0;
}
COOP_PROCESS(hog_process, hog, .instances = HOGS_MOST);

/* Some pieces of honest work first, so that it runs wild at any moment between two of the supervisor's looks. */
static int run_away(const void *argument)
{
    const uint32_t *draw = argument;
    struct sight *sight = &sights[coop_self().slot];
    for (uint32_t i = *draw % 5; i > 0; i--) {
        use(*draw / 5 % (2 * PIECE_US));
        coop_yield();
    }
    use(*draw / 7 % (2 * PIECE_US));
    sight->began_us = used_us();
    coop_checkin();
    for (;;)
        sight->last_us = used_us();
    return 0;
}

/* Uses half of its budget at most, checks in one way or another, and looks how long that took. */
static int keep_to(uint64_t budget_us)
{
    struct sight *sight = &sights[coop_self().slot];
    uint32_t random = coop_self().slot + 1;
    uint64_t cpu_us = used_us(), wall_us = now_us(CLOCK_MONOTONIC);
    while (!coop_stopping()) {
        random = random * 1664525 + 1013904223;
        use((random >> 8) % (budget_us / 2));
        switch (random >> 30) {
        case 0:
            (void)coop_semaphore_release(&signs);
            coop_checkin();
            break;
        case 1:
            if (coop_semaphore_acquire(&signs, 1) == COOP_ESTOPPING)
                return 0;
            coop_checkin();
            break;
        default:
            coop_yield();
            coop_checkin();
        }
        uint64_t cpu_now_us = used_us(), wall_now_us = now_us(CLOCK_MONOTONIC);
        if (cpu_now_us - cpu_us > sight->longest_cpu_us)
            sight->longest_cpu_us = cpu_now_us - cpu_us;
        if (wall_now_us - wall_us > sight->longest_wall_us)
            sight->longest_wall_us = wall_now_us - wall_us;
        cpu_us = cpu_now_us;
        wall_us = wall_now_us;
    }
    return 0;
}

/* A row for each budget: who runs away from it, and who keeps it; a heartbeat as short, in pieces that are shorter still. */
#define ROW(ms_)                                                                                                       \
    static int keep_##ms_(const void *argument)                                                                        \
    {                                                                                                                  \
        (void)argument;                                                                                                \
        return keep_to((ms_)*1000);                                                                                    \
    }                                                                                                                  \
    static int beat_##ms_(const void *argument)                                                                        \
    {                                                                                                                  \
        (void)argument;                                                                                                \
        return keep_to(2 * PIECE_US);                                                                                  \
    }                                                                                                                  \
    COOP_PROCESS(runaway_##ms_, run_away, .watchdog_ms = (ms_), .instances = AT_ONCE);                                 \
    COOP_PROCESS(keeper_##ms_, keep_##ms_, .watchdog_ms = (ms_), .instances = 2, .grace_ms = 60000);                   \
    COOP_PROCESS(beater_##ms_, beat_##ms_, .heartbeat_ms = (ms_), .grace_ms = 60000)

ROW(2);
ROW(5);
ROW(10);
ROW(20);
ROW(50);
ROW(100);
ROW(200);
ROW(500);
ROW(1000);

static const struct row {
    uint32_t ms;
    bool is_timed;
    const struct coop_process *runaway, *keeper, *beater;
} rows[] = {{2, true, &runaway_2, &keeper_2, &beater_2},
            {5, false, &runaway_5, &keeper_5, &beater_5},
            {10, true, &runaway_10, &keeper_10, &beater_10},
            {20, false, &runaway_20, &keeper_20, &beater_20},
            {50, true, &runaway_50, &keeper_50, &beater_50},
            {100, true, &runaway_100, &keeper_100, &beater_100},
            {200, true, &runaway_200, &keeper_200, &beater_200},
            {500, false, &runaway_500, &keeper_500, &beater_500},
            {1000, false, &runaway_1000, &keeper_1000, &beater_1000}};
enum { ROWS = sizeof rows / sizeof *rows, TIMED_ROWS = 5 };

static bool all_well = true;

static struct coop_handle start(const struct coop_process *process, uint32_t draw)
{
    struct coop_handle handle = {.slot = UINT32_MAX};
    if (coop_start(process, &draw, sizeof draw, &handle) != 0) {
        printf("%s can't be started\n", process->object.name);
        exit(1);
    }
    return handle;
}

static void set_hogs(struct coop_handle *hogs, size_t count, bool on)
{
    for (size_t i = 0; i < count; i++)
        if (on)
            hogs[i] = start(&hog_process, 0);
        else if (coop_kill(hogs[i]) != 0 || coop_join(hogs[i], COOP_FOREVER, NULL) != 0)
            all_well = false;
}

static int by_size(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

/* Its last look at its clock is a little before its end, by what interrupts took then. */
static uint64_t take_sample(struct coop_handle handle, uint32_t ms)
{
    struct coop_end end;
    const struct sight *sight = &sights[handle.slot];
    int error = coop_join(handle, COOP_FOREVER, &end);
    uint64_t us = sight->last_us - sight->began_us;
    if (error != 0 || end.cause != COOP_RUNAWAY || us + LAST_LOOK_US < ms * 1000ULL) {
        printf("a runaway of %u ms ended as %s after %llu us\n", ms, coop_cause_name(end.cause),
               (unsigned long long)us);
        all_well = false;
    }
    return us;
}

static void measure(const struct row *row, const char *load, size_t count)
{
    static uint64_t samples[SAMPLES_MOST];
    uint64_t limit_us = row->ms * 1250ULL + LATER_US;
    size_t within = 0;
    for (size_t n = 0; n < count; n += AT_ONCE) {
        struct coop_handle handles[AT_ONCE];
        size_t some = count - n < AT_ONCE ? count - n : AT_ONCE;
        for (size_t i = 0; i < some; i++)
            handles[i] = start(row->runaway, (uint32_t)(n + i) * 2654435761u);
        for (size_t i = 0; i < some; i++)
            samples[n + i] = take_sample(handles[i], row->ms);
    }
    qsort(samples, count, sizeof *samples, by_size);
    while (within < count && samples[within] <= limit_us)
        within++;
    printf("%6u  %-8s %6zu %9.3f %9.3f %9.3f %9.3f %9.3f %8zu\n", row->ms, load, count, (double)samples[0] / 1e3,
           (double)samples[count / 2] / 1e3, (double)samples[count * 99 / 100] / 1e3, (double)samples[count - 1] / 1e3,
           (double)limit_us / 1e3, within);
    fflush(stdout);
}

static void measure_all(void)
{
    struct coop_handle hogs[HOGS_MOST];
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t hogs_count = cores < HOGS_MOST / 2 ? 2 * (size_t)cores : HOGS_MOST;
    size_t count = (size_t)wanted_runaways / (2 * TIMED_ROWS);
    count = count < SAMPLES_MOST ? count : SAMPLES_MOST;
    printf("CPU time that a runaway used from its last check-in to its end, in ms; %d at once, %zu hogs beside them\n"
           "budget  beside  number       min    median       99%%       max     limit   within\n",
           AT_ONCE, hogs_count);
    for (int loaded = 0; loaded < 2; loaded++) {
        set_hogs(hogs, loaded ? hogs_count : 0, true);
        for (size_t i = 0; i < ROWS; i++)
            if (rows[i].is_timed)
                measure(&rows[i], loaded ? "hogs" : "nobody", count);
        set_hogs(hogs, loaded ? hogs_count : 0, false);
    }
}

/* Those who keep their budgets and those who give heartbeats; one who is ended is started again. */
struct kept {
    const struct coop_process *process;
    struct coop_handle handle;
    uint32_t alarms;
};

/* Of all rows, by what they were ended as. */
static uint32_t causes[COOP_CAUSES];

static void look_after(struct kept *kept, size_t count)
{
    struct coop_end end;
    for (size_t i = 0; i < count; i++)
        if (coop_join(kept[i].handle, 0, &end) == 0) {
            kept[i].alarms++;
            causes[end.cause]++;
            if (end.cause != COOP_HUNG)
                printf("%s: %s after %u ms, at %#lx\n", kept[i].process->object.name, coop_cause_name(end.cause),
                       end.ran_ms, (unsigned long)end.pc);
            kept[i].handle = start(kept[i].process, 0);
        }
}

static void tell_kept(const char *what, const struct kept *kept, size_t each)
{
    printf("%s  longest CPU time, longest time between check-ins, ms; alarms\n", what);
    for (size_t i = 0; i < ROWS; i++) {
        uint64_t cpu_us = 0, wall_us = 0, alarms = 0;
        for (size_t k = 0; k < each; k++) {
            const struct kept *one = &kept[i * each + k];
            const struct sight *sight = &sights[one->handle.slot];
            cpu_us = sight->longest_cpu_us > cpu_us ? sight->longest_cpu_us : cpu_us;
            wall_us = sight->longest_wall_us > wall_us ? sight->longest_wall_us : wall_us;
            alarms += one->alarms;
        }
        printf("%8u %17.3f %34.3f %9llu\n", rows[i].ms, (double)cpu_us / 1e3, (double)wall_us / 1e3,
               (unsigned long long)alarms);
    }
}

static void tell_all(uint64_t seconds)
{
    printf("in all: %llu s; %d budgets of CPU time and %d of time were watched; ended as", (unsigned long long)seconds,
           2 * ROWS, ROWS);
    uint32_t sum = 0;
    for (int cause = 0; cause < COOP_CAUSES; cause++) {
        sum += causes[cause];
        if (causes[cause] != 0)
            printf(" %s: %u", coop_cause_name(cause), causes[cause]);
    }
    printf("%s\n", sum == 0 ? " anything: none" : "");
    all_well = all_well && sum == causes[COOP_HUNG];
}

static void watch_for_false_alarms(void)
{
    struct coop_handle hogs[HOGS_MOST];
    struct kept keepers[2 * ROWS], beaters[ROWS];
    size_t cores = (size_t)sysconf(_SC_NPROCESSORS_ONLN);
    cores = cores < HOGS_MOST ? cores : HOGS_MOST;
    set_hogs(hogs, cores, true);
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t k = 0; k < 2; k++)
            keepers[2 * i + k] = (struct kept){.process = rows[i].keeper, .handle = start(rows[i].keeper, 0)};
        beaters[i] = (struct kept){.process = rows[i].beater, .handle = start(rows[i].beater, 0)};
    }
    printf("%d s, %zu processes that want all of a core, on %zu cores\n", wanted_seconds, cores + 3 * ROWS, cores);
    uint64_t began_ms = coop_now_ms();
    while (coop_now_ms() - began_ms < (uint64_t)wanted_seconds * 1000) {
        look_after(keepers, 2 * ROWS);
        look_after(beaters, ROWS);
        (void)coop_sleep_ms(POLL_MS);
    }
    tell_all((coop_now_ms() - began_ms) / 1000);
    tell_kept("watchdog_ms ", keepers, 2);
    tell_kept("heartbeat_ms", beaters, 1);
    for (size_t i = 0; i < 2 * ROWS; i++)
        all_well = all_well && keepers[i].alarms == 0;
    set_hogs(hogs, cores, false);
    for (size_t i = 0; i < 3 * ROWS; i++)
        (void)coop_kill(i < ROWS ? beaters[i].handle : keepers[i - ROWS].handle);
}

static int run(const void *argument)
{
    (void)argument;
    if (wanted_seconds != 0)
        watch_for_false_alarms();
    else
        measure_all();
    fflush(stdout);
    return all_well ? 0 : 1;
}
COOP_PROCESS(watchdog_root, run);

int main(int argc, char **argv)
{
    wanted_runaways = 1000;
    for (int option; (option = getopt(argc, argv, "n:t:")) != -1;)
        if (option == 'n')
            wanted_runaways = atol(optarg);
        else if (option == 't')
            wanted_seconds = atoi(optarg);
        else
            return 2;
    if (wanted_runaways < 2 * TIMED_ROWS || freopen("/dev/null", "w", stderr) == NULL)
        return 2;
    return coop_run(argc, argv, &watchdog_root);
}
