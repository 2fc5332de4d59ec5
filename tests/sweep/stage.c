/* The arena, shared with forked processes, and those processes: each performs one action and then stays, alive and idle. */
#include "sweep.h"

#include "linux.h"
#include "proc.h"
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SETTLE_MS = 3000, SURE_PASSES = 3 };

struct stage *stage;
static struct stage saved_stage;
static unsigned char *saved_arena, *first_arena, *kept_arena;
static struct coop_block *supervisors_block;

static int never_started(const void *argument)
{
    (void)argument;
    return 0;
}
COOP_PROCESS(sweep_worker, never_started, .instances = OBSERVER);

static size_t arena_bytes(void)
{
    return (size_t)(coop_arena_end - coop_arena_start);
}

/* All of it runs on one core: a step is then two switches on it, not two wake-ups of another. */
static void stay_on_one_core(unsigned part)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(part % (unsigned)sysconf(_SC_NPROCESSORS_ONLN), &one);
    sched_setaffinity(0, sizeof one, &one);
}

void stage_open(unsigned part)
{
    stage = mmap(NULL, sizeof *stage, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    saved_arena = malloc(arena_bytes());
    first_arena = malloc(arena_bytes());
    kept_arena = malloc(arena_bytes());
    linux_self_init(0, NULL);
    supervisors_block = linux_self.block;
    if (stage == MAP_FAILED || saved_arena == NULL || first_arena == NULL || kept_arena == NULL ||
        linux_arena_create() < 0)
        exit(1);
    madvise(coop_arena_start, arena_bytes(), MADV_DOFORK); /* the runtime's own processes never fork */
    stay_on_one_core(part);
    memcpy(first_arena, coop_arena_start, arena_bytes());
}

void stage_restore_first(void)
{
    memcpy(coop_arena_start, first_arena, arena_bytes());
    memset(stage, 0, sizeof *stage);
}

void stage_save(void)
{
    memcpy(saved_arena, coop_arena_start, arena_bytes());
    saved_stage = *stage;
}

void stage_restore(void)
{
    memcpy(coop_arena_start, saved_arena, arena_bytes());
    *stage = saved_stage;
}

void stage_keep(void)
{
    memcpy(kept_arena, coop_arena_start, arena_bytes());
}

void stage_take_back(void)
{
    memcpy(coop_arena_start, kept_arena, arena_bytes());
}

uint64_t stage_now_us(void)
{
    return port_now_us();
}

/* The sweep acts as a process that has none, or as the supervisor again. */
void stage_borrow(uint32_t self)
{
    linux_self.slot = self;
    linux_self.spins = 0;
    linux_self.block = self != 0 ? &coop_blocks_start[self - 1] : supervisors_block;
}

static _Noreturn void act(uint32_t self, const struct action *action, bool traced)
{
    struct role *role = &stage->roles[self];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    linux_self_init(self, &coop_blocks_start[self - 1]);
    linux_self.spins = traced ? current->spins : 0;
    if (traced) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
    }
    role->begun = 1;
    role->result = perform(action, role);
    role->finished = 1;
    for (;;)
        pause();
}

pid_t stage_spawn(uint32_t self, const struct action *action, bool traced)
{
    stage->roles[self] = (struct role){0};
    pid_t pid = fork();
    if (pid == 0)
        act(self, action, traced);
    if (pid < 0) {
        perror("sweep: fork");
        exit(1);
    }
    return pid;
}

/* The port says so just before the system call, the kernel when it has come to it. */
bool stage_sleeps(uint32_t self, pid_t pid)
{
    return atomic_load(&coop_blocks_start[self - 1].blocked) != 0 && proc_state(pid) == 'S';
}

static bool is_settled(uint32_t self, pid_t pid)
{
    return pid == 0 || stage->roles[self].finished != 0 || stage_sleeps(self, pid);
}

/* Who still runs may wake one that sleeps, so it takes several looks in a row. */
bool stage_settle(const pid_t pids[SELVES])
{
    uint64_t until_us = stage_now_us() + SETTLE_MS * 1000;
    for (int sure = 0; sure < SURE_PASSES;) {
        bool all = true;
        for (uint32_t self = 1; self < SELVES; self++)
            all = all && is_settled(self, pids[self]);
        sure = all ? sure + 1 : 0;
        if (!all && stage_now_us() > until_us)
            return false;
        sched_yield();
    }
    return true;
}

bool stage_repair(uint32_t dead, int patience_ms)
{
    struct coop_record record = {0};
    uint64_t until_us = stage_now_us() + (uint64_t)patience_ms * 1000;
    stage_borrow(0);
    while (!repair_all(dead, &record, NULL)) {
        if (stage_now_us() > until_us)
            return false;
        sched_yield();
    }
    (void)tend_all();
    return true;
}

void stage_end(pid_t *pid)
{
    if (*pid == 0)
        return;
    kill(*pid, SIGKILL);
    waitpid(*pid, NULL, __WALL);
    *pid = 0;
}
