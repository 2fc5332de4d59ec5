/* Linux: one kill, and all kills of a case. */
#include "sweep.h"

#include "linux.h"
#include <unistd.h>

enum { WAKE_MS = 3000, MOST_INSTRUCTIONS = 20000, HELD_SELF = 7 /* whose guard it is that the victim meets */ };

static void hold_one(const struct coop_object *object, void *context)
{
    atomic_store(&object->control->guard, *(const uint32_t *)context);
}

/* The guard of every object is that of a process which is alive, but not running; or it is free again. */
static void hold_guards(bool held)
{
    uint32_t owner = held ? (uint32_t)getppid() << 8 | HELD_SELF : 0;
    objects_visit(hold_one, &owner);
}

void run_start_traced(struct run *run, uint32_t self, const struct action *action)
{
    run->actions[self] = *action;
    run->pids[self] = stage_spawn(self, action, true);
    stepper_begin(self, run->pids[self]);
}

static bool may_wake(const struct run *run, bool woken)
{
    return !woken || run->c->victim.timeout_ms > 0;
}

/*
 * Steps the victim until it has made `instructions` of them; falling asleep counts as one. False when it has finished before, or
 * sleeps and nobody will wake it: then all its instructions have been tried.
 */
static bool step_to(struct run *run, long instructions)
{
    pid_t pid = run->pids[VICTIM];
    bool woken = false;
    run->slept_at = 0;
    for (run->at = 0; run->at < instructions; run->at++) {
        if (run->c->held != 0 && run->at == run->c->held)
            hold_guards(false);
        if (stage->roles[VICTIM].finished != 0)
            return false;
        enum stepped stepped = stepper_step(VICTIM, pid);
        if (stepped == GONE) {
            run_explain(run, NULL, "the victim ends by itself");
            run->failed = true;
            return false;
        }
        if (stepped == STEPPED)
            continue;
        run->slept_at = run->slept_at == 0 ? run->at : run->slept_at;
        if (++run->at == instructions)
            return true;
        if (!may_wake(run, woken))
            return false;
        run_start_peers(run, run->c->then, run->next_peer, false);
        woken = true;
        if (!stepper_wait(pid, run->c->then[0].verb != NOTHING || run->c->victim.timeout_ms > 0 ? WAKE_MS : 0))
            return false;
    }
    return true;
}

/* Everything up to the death. */
bool run_kill_after(struct run *run, long instructions)
{
    run_begin(run);
    run->next_peer = run_start_peers(run, run->c->before, FIRST_PEER, true);
    run_start_traced(run, VICTIM, &run->c->victim);
    if (run->c->held != 0)
        hold_guards(true);
    bool more = step_to(run, instructions);
    run->pc = stepper_pc(run->pids[VICTIM]);
    stage_end(&run->pids[VICTIM]);
    if (run->c->held != 0 && run->at <= run->c->held) {
        if (stage_repair(VICTIM, 0)) {
            run_explain(run, NULL, "repair went into an object that another is in");
            run->failed = true;
        }
        hold_guards(false);
    }
    return more;
}

void sweep_case(const struct sweep_case *c, int stride, struct tally *tally)
{
    static struct run run;
    struct observation seen;
    bool committed = false, more = true;
    run_prepare(&run, c);
    if (!run_undisturbed(&run))
        run_count_failure(&run, tally);
    for (long n = 0; more && run.failures < FAILURES_TOLD && n < MOST_INSTRUCTIONS; n += stride) {
        more = run_kill_after(&run, n);
        int found = run.failed ? 0 : run_judge(&run, VICTIM, &seen);
        run_end(&run);
        if (found != 0)
            run_check_commit(&run, found, &committed);
        if (found == 0 || run.failed)
            run_count_failure(&run, tally);
        tally->kills++;
    }
    tally->instructions += run.at;
}
