#include "bench.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern const struct contender *const __start_contenders[];
extern const struct contender *const __stop_contenders[];

uint64_t bench_now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

void bench_unavailable(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
    fflush(stdout);
    _exit(BENCH_UNAVAILABLE);
}

void bench_fail(const char *what)
{
    fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
    _exit(1);
}

static char note[80];

void bench_note(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(note, sizeof note, format, arguments);
    va_end(arguments);
}

void bench_pin(int which)
{
    static cpu_set_t allowed;
    cpu_set_t one;
    if (CPU_COUNT(&allowed) == 0 && sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        bench_fail("sched_getaffinity");
    CPU_ZERO(&one);
    int left = which;
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (CPU_ISSET(cpu, &allowed) && left-- == 0) {
            CPU_SET(cpu, &one);
            break;
        }
    }
    if (CPU_COUNT(&one) == 0)
        bench_unavailable("needs %d CPUs", which + 1);
    if (sched_setaffinity(0, sizeof one, &one) != 0)
        bench_fail("sched_setaffinity");
}

void *bench_shared(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED)
        bench_fail("mmap");
    return memory;
}

pid_t bench_fork(void)
{
    pid_t parent = getpid();
    pid_t child = fork();
    if (child < 0)
        bench_fail("fork");
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(1);
    }
    return child;
}

void bench_reap(pid_t child)
{
    int status;
    if (waitpid(child, &status, 0) != child || status != 0)
        bench_fail("a helper process ended badly");
}

const char *bench_beside(const char *name)
{
    static char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length < 0)
        bench_fail("/proc/self/exe");
    path[length] = '\0';
    char *end = strrchr(path, '/') + 1;
    snprintf(end, sizeof path - (size_t)(end - path), "%s", name);
    return path;
}

void bench_grow(size_t gigabytes, size_t stride)
{
    const size_t page = 4096, bytes = gigabytes << 30;
    if (gigabytes == 0)
        return;
    size_t free_bytes = (size_t)sysconf(_SC_AVPHYS_PAGES) * (size_t)sysconf(_SC_PAGESIZE);
    if (bytes / stride + (bytes / stride) / 4 > free_bytes)
        bench_unavailable("needs %zu MB of free memory", (bytes / stride) >> 20);
    unsigned char *memory =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        bench_unavailable("no address space for %zu GB", gigabytes);
    madvise(memory, bytes, MADV_NOHUGEPAGE);
    for (size_t at = 0; at < bytes; at += page * stride)
        memory[at] = 1;
}

const struct contender *bench_find(const char *row, const char *name)
{
    for (const struct contender *const *entry = __start_contenders; entry < __stop_contenders; entry++) {
        if (strcmp((*entry)->row, row) == 0 && strcmp((*entry)->name, name) == 0)
            return *entry;
    }
    return NULL;
}

void bench_list(void)
{
    for (const struct contender *const *entry = __start_contenders; entry < __stop_contenders; entry++)
        printf("%s\t%s\n", (*entry)->row, (*entry)->name);
}

void bench_print(double figure)
{
    printf("%.6g\t%s\n", figure, note);
    fflush(stdout);
}
