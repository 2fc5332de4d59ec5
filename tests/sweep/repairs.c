/*
 * The supervisor's own repair, stopped half-way and begun again. The victim of a case is killed; a process that acts as the supervisor
 * repairs, is stepped up to its Nth change of anything shared, and ends there; then repair is done once more. What everybody
 * sees must be explained by the same orders as without the interruption, if the victim left the same: clocks and the scheduler
 * make some ways to sleep longer.
 *
 * A first repair of each death tells after which instructions the arena has changed: only there another result is possible. A death
 * that leaves the same as an earlier one is not tried again.
 */
#include "sweep.h"

#include "linux.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <unistd.h>

enum { REPAIRER = OBSERVER, MOST_INSTRUCTIONS = 20000, MOST_CHANGES = 1000, MOST_DEATHS = 4000 };

static unsigned char before[1 << 20], death[1 << 20];
static uint64_t deaths[MOST_DEATHS]; /* of the case: what each different one left */
static size_t deaths_count;
static long changes[MOST_CHANGES];
static size_t changes_count;

static _Noreturn void act_as_supervisor(void)
{
    struct coop_record record = {0};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    linux_self_init(0, NULL);
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    raise(SIGSTOP);
    stage->roles[REPAIRER].begun = 1;
    (void)repair_all(VICTIM, &record, NULL);
    stage->roles[REPAIRER].finished = 1;
    for (;;)
        pause();
}

static pid_t begin_repair(void)
{
    stage->roles[REPAIRER] = (struct role){0};
    pid_t pid = fork();
    if (pid == 0)
        act_as_supervisor();
    if (pid < 0) {
        perror("sweep: fork");
        exit(1);
    }
    stepper_begin(REPAIRER, pid);
    return pid;
}

static size_t arena_bytes(void)
{
    return (size_t)(coop_arena_end - coop_arena_start);
}

/* A wake changes nothing, but what it wakes on; it comes right after the word was changed. */
static void find_changes(void)
{
    pid_t pid = begin_repair();
    changes_count = 0;
    memcpy(before, coop_arena_start, arena_bytes());
    for (long at = 1; stage->roles[REPAIRER].finished == 0 && at < MOST_INSTRUCTIONS; at++) {
        if (stepper_step(REPAIRER, pid) != STEPPED)
            break;
        if (memcmp(before, coop_arena_start, arena_bytes()) == 0)
            continue;
        memcpy(before, coop_arena_start, arena_bytes());
        if (changes_count < MOST_CHANGES)
            changes[changes_count++] = at;
    }
    stage_end(&pid);
}

/* What the one that ended was inside is the dead's again, so that nobody else gets in before the second repair. */
static void hand_back(const struct coop_object *object, void *context)
{
    uint32_t owner = atomic_load(&object->control->guard);
    bool *inside = context;
    if ((owner & 0xff) != SUPERVISOR_SLOT)
        return;
    *inside = true;
    atomic_store(&object->control->guard, (owner & ~0xffu) | VICTIM);
}

/* Every other time the survivors do what they can in between, if the first repair was between two objects. */
static void interrupt_repair(struct run *run, long instructions)
{
    bool inside = false;
    pid_t pid = begin_repair();
    for (long at = 0; at < instructions && stage->roles[REPAIRER].finished == 0; at++)
        if (stepper_step(REPAIRER, pid) != STEPPED)
            break;
    run->pc = stepper_pc(pid);
    stage_end(&pid);
    objects_visit(hand_back, &inside);
    if (!inside && instructions % 2 != 0)
        (void)stage_settle(run->pids);
}

static int judge(struct run *run, struct tally *tally, int expected)
{
    struct observation seen;
    int found = run->failed ? 0 : run_judge(run, VICTIM, &seen);
    run_end(run);
    if (found != 0 && expected != 0 && (found & expected) == 0) {
        run_explain(run, NULL, "repaired at once and in two goes it comes out differently");
        found = 0;
    }
    tally->kills++;
    if (found == 0)
        run_count_failure(run, tally);
    return found;
}

static void forget_pid(const struct coop_object *object, void *context)
{
    (void)context;
    size_t at = (size_t)((const char *)&object->control->guard - coop_arena_start);
    memset(death + at + 1, 0, sizeof object->control->guard - 1);
}

static uint64_t hash(uint64_t sum, const void *data, size_t bytes)
{
    for (const unsigned char *at = data; bytes > 0; bytes--)
        sum = (sum ^ *at++) * 0x100000001b3u;
    return sum;
}

/* What the death left, as a number; but for the pid in a guard, since every victim has its own. */
static uint64_t what_it_left(void)
{
    memcpy(death, coop_arena_start, arena_bytes());
    objects_visit(forget_pid, NULL);
    return hash(hash(0xcbf29ce484222325u, death, arena_bytes()), stage, sizeof *stage);
}

static bool is_known(uint64_t left)
{
    for (size_t i = 0; i < deaths_count; i++)
        if (deaths[i] == left)
            return true;
    if (deaths_count < MOST_DEATHS)
        deaths[deaths_count++] = left;
    return false;
}

/* All interruptions of the repair after one death, unless an earlier one left the same. False when all was tried. */
static bool sweep_death(struct run *run, long instructions, int stride, struct tally *tally)
{
    bool more = run_kill_after(run, instructions);
    uint64_t left = what_it_left();
    if (is_known(left)) {
        run_end(run);
        return more;
    }
    int expected = judge(run, tally, 0);
    (void)run_kill_after(run, instructions);
    find_changes();
    run_end(run);
    for (size_t i = (size_t)instructions % (size_t)stride; i < changes_count && run->failures < FAILURES_TOLD;
         i += (size_t)stride) {
        (void)run_kill_after(run, instructions);
        bool is_same = what_it_left() == left;
        run->peer_at = changes[i];
        interrupt_repair(run, changes[i]);
        (void)judge(run, tally, is_same ? expected : 0);
        tally->instructions++;
    }
    run->peer_at = 0;
    return more;
}

void sweep_repair(const struct sweep_case *c, const struct repair_strides *strides, struct tally *tally)
{
    static struct run run;
    bool more = true;
    run_prepare(&run, c);
    deaths_count = 0;
    for (long n = strides->first; more && run.failures < FAILURES_TOLD && n < MOST_INSTRUCTIONS; n += strides->deaths)
        more = sweep_death(&run, n, strides->changes, tally);
}
