/*
 * Two processes at once. The peer stands still after its Mth instruction, inside the guard or out of it, while the victim is stepped
 * and killed after its Nth, or the other way round. Then the dead is repaired, if need be again once the peer has left the
 * object, and the peer goes on.
 */
#include "sweep.h"

#include <string.h>

enum { MOST_INSTRUCTIONS = 2000, MOST_IN_VAIN = 30, WOKEN_MS = 20 };

static void look_for_guard(const struct coop_object *object, void *context)
{
    uint32_t owner = atomic_load_explicit(&object->control->guard, memory_order_relaxed);
    if (owner != 0)
        *(uint32_t *)context = owner & 0xff;
}

/* It stands before the guard of the one that stands still, and does the same again and again. */
static bool is_in_vain(uint32_t self, int *in_vain)
{
    uint32_t owner = 0;
    objects_visit(look_for_guard, &owner);
    *in_vain = owner != 0 && owner != self ? *in_vain + 1 : 0;
    return *in_vain > MOST_IN_VAIN;
}

/* False when the process has finished, sleeps, or gets nowhere before. */
static bool step(struct run *run, uint32_t self, long instructions)
{
    int in_vain = 0;
    for (long at = 0; at < instructions; at++) {
        if (stage->roles[self].finished != 0)
            return false;
        enum stepped stepped = stepper_step(self, run->pids[self]);
        run->failed = run->failed || stepped == GONE;
        if (stepped != STEPPED || is_in_vain(self, &in_vain))
            return false;
    }
    return true;
}

/* Nobody dies: then no repair makes good what the two must do for each other. One that sleeps stops when it is woken. */
static void let_both_go(struct run *run, bool asleep)
{
    pid_t alone[SELVES] = {0};
    alone[FIRST_PEER] = run->pids[FIRST_PEER];
    if (!asleep)
        stepper_release(run->pids[VICTIM]);
    stepper_release(run->pids[FIRST_PEER]);
    if (asleep && stage_settle(alone) && stepper_wait(run->pids[VICTIM], WOKEN_MS))
        stepper_release(run->pids[VICTIM]);
}

static void kill_victim(struct run *run)
{
    run->pc = stepper_pc(run->pids[VICTIM]);
    stage_end(&run->pids[VICTIM]);
    run->repaired = stage_repair(VICTIM, 0);
    stepper_release(run->pids[FIRST_PEER]);
}

enum outcome { JUDGED, VICTIM_IS_THROUGH, PEER_IS_THROUGH };

static enum outcome peer_first(struct run *run, long victim_at, long peer_at)
{
    run_start_traced(run, FIRST_PEER, &run->c->before[0]);
    if (!step(run, FIRST_PEER, peer_at))
        return PEER_IS_THROUGH;
    run_start_traced(run, VICTIM, &run->c->victim);
    bool more = step(run, VICTIM, victim_at);
    bool asleep = !more && stage_sleeps(VICTIM, run->pids[VICTIM]);
    run->undisturbed = !more && (asleep || stage->roles[VICTIM].finished != 0);
    if (run->undisturbed)
        let_both_go(run, asleep);
    else
        kill_victim(run);
    return more ? JUDGED : VICTIM_IS_THROUGH;
}

static enum outcome victim_first(struct run *run, long victim_at, long peer_at)
{
    run_start_traced(run, VICTIM, &run->c->victim);
    bool more = step(run, VICTIM, victim_at);
    run_start_traced(run, FIRST_PEER, &run->c->before[0]);
    if (!step(run, FIRST_PEER, peer_at))
        return PEER_IS_THROUGH;
    kill_victim(run);
    return more ? JUDGED : VICTIM_IS_THROUGH;
}

static enum outcome run_pair(struct run *run, bool peer_is_first, long victim_at, long peer_at, struct tally *tally)
{
    struct observation seen;
    run_begin(run);
    run->at = victim_at;
    run->peer_at = peer_at;
    run->undisturbed = false;
    enum outcome outcome = peer_is_first ? peer_first(run, victim_at, peer_at) : victim_first(run, victim_at, peer_at);
    if (outcome != PEER_IS_THROUGH) {
        tally->kills++;
        if (run->failed || run_judge(run, run->undisturbed ? 0 : VICTIM, &seen) == 0) {
            tally->failures++;
            run->quietly = ++run->failures >= FAILURES_TOLD;
        }
    }
    run_end(run);
    return outcome;
}

/* Who is first makes the outer loop, so that how far the second gets ends the inner one. */
static void sweep_order(struct run *run, bool peer_is_first, int stride, struct tally *tally)
{
    enum outcome inner_end = peer_is_first ? VICTIM_IS_THROUGH : PEER_IS_THROUGH;
    bool more = true;
    for (long outer = 0; more && outer < MOST_INSTRUCTIONS; outer += stride) {
        enum outcome outcome = JUDGED;
        /* Another phase in every row, so that a stride leaves out no column. */
        for (long inner = outer / stride % stride; inner < MOST_INSTRUCTIONS && outcome != inner_end; inner += stride) {
            outcome = run_pair(run, peer_is_first, peer_is_first ? inner : outer, peer_is_first ? outer : inner, tally);
            if (run->failures >= FAILURES_TOLD)
                return;
            if (outcome != JUDGED && outcome != inner_end)
                more = false;
            if (outcome == PEER_IS_THROUGH)
                break;
        }
        tally->instructions++;
    }
}

void sweep_pair(const struct sweep_case *c, int stride, struct tally *tally)
{
    static struct run run;
    run_prepare(&run, c);
    sweep_order(&run, true, stride, tally);
    sweep_order(&run, false, stride, tally);
}
