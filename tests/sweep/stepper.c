/* One instruction at a time. What the victim's own words in the stage say tells where its operation begins and ends. */
#include "sweep.h"

#include "proc.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>

enum { POLLS_BEFORE_LOOKING = 20, MOST_STEPS_TO_BEGIN = 100000, BEGIN_MS = 10000 };

static bool has_stopped(pid_t pid, bool *gone)
{
    int status;
    pid_t told = waitpid(pid, &status, WNOHANG | __WALL);
    *gone = told < 0 || (told == pid && !WIFSTOPPED(status));
    return told == pid && WIFSTOPPED(status);
}

bool stepper_wait(pid_t pid, int patience_ms)
{
    uint64_t until_us = stage_now_us() + (uint64_t)patience_ms * 1000;
    bool gone = false;
    while (!has_stopped(pid, &gone)) {
        if (gone || stage_now_us() > until_us)
            return false;
        sched_yield();
    }
    return true;
}

enum stepped stepper_step(uint32_t self, pid_t pid)
{
    if (ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) < 0)
        return GONE;
    for (int polls = 0;; polls++) {
        bool gone = false;
        if (has_stopped(pid, &gone))
            return STEPPED;
        if (gone)
            return GONE;
        if (polls >= POLLS_BEFORE_LOOKING && stage_sleeps(self, pid))
            return ASLEEP;
        sched_yield();
    }
}

/* The process stops itself first; from there it is stepped to the store that says that its operation begins. */
void stepper_begin(uint32_t self, pid_t pid)
{
    if (!stepper_wait(pid, BEGIN_MS)) {
        fprintf(stderr, "sweep: a process does not stop\n");
        exit(1);
    }
    ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_EXITKILL);
    for (int i = 0; stage->roles[self].begun == 0; i++)
        if (i > MOST_STEPS_TO_BEGIN || stepper_step(self, pid) != STEPPED) {
            fprintf(stderr, "sweep: a process does not begin\n");
            exit(1);
        }
}

void stepper_release(pid_t pid)
{
    ptrace(PTRACE_DETACH, pid, NULL, NULL);
}

uintptr_t stepper_pc(pid_t pid)
{
    char text[256];
    const char *last = proc_text(pid, "syscall", text, sizeof text) ? strrchr(text, ' ') : NULL;
    return last != NULL ? strtoul(last, NULL, 16) : 0;
}
