/* What every run of a case begins with, who takes part, and whether what they saw can be explained. The same on every port. */
#include "sweep.h"

#include <stdio.h>
#include <string.h>

enum { REPAIR_MS = 2000 };

/* The state in which every run of the case begins: in the arena and in the model. */
static void prepare(const struct sweep_case *c, struct model *model)
{
    int message;
    world_reset(c);
    model_reset(model, c);
    for (int i = 0; i < SETUPS && c->setup[i].self != 0; i++) {
        struct role *role = &stage->roles[c->setup[i].self];
        stage_borrow(c->setup[i].self);
        int result = perform(&c->setup[i].action, role);
        int expected = model_apply(model, c->setup[i].self, &c->setup[i].action, &message);
        if ((result < 0) != (expected < 0))
            fprintf(stderr, "sweep: %s: setup %d answers %d, the model %d\n", c->name, i, result, expected);
    }
    for (int i = 0; i < c->logs; i++) {
        stage_borrow(OBSERVER);
        (void)perform(&(struct action){.verb = LOG}, NULL);
        (void)model_apply(model, OBSERVER, &(struct action){.verb = LOG}, &message);
    }
    stage_borrow(0);
    (void)tend_all();
    memset(stage->roles, 0, sizeof stage->roles);
}

static void start_peer(struct run *run, uint32_t self, const struct action *action)
{
    run->actions[self] = *action;
    run->pids[self] = stage_spawn(self, action, false);
}

uint32_t run_start_peers(struct run *run, const struct action actions[PEERS], uint32_t self, bool first)
{
    for (int i = 0; i < PEERS && actions[i].verb != NOTHING; i++, self++) {
        pid_t alone[SELVES] = {0};
        start_peer(run, self, &actions[i]);
        alone[self] = run->pids[self];
        if (!stage_settle(alone))
            fprintf(stderr, "sweep: %s: a peer does not settle\n", run->c->name);
        run->first[self] = first && stage->roles[self].finished != 0;
    }
    return self;
}

void run_prepare(struct run *run, const struct sweep_case *c)
{
    memset(run, 0, sizeof *run);
    run->c = c;
    current = c;
    stage_restore_first();
    prepare(c, &run->start);
    stage_save();
}

void run_begin(struct run *run)
{
    stage_restore();
    memset(run->pids, 0, sizeof run->pids);
    memset(run->actions, 0, sizeof run->actions);
    memset(run->first, 0, sizeof run->first);
    run->repaired = false;
    run->failed = false;
}

void run_end(struct run *run)
{
    for (uint32_t self = 1; self < SELVES; self++)
        stage_end(&run->pids[self]);
}

/* The case's later actions, by processes that the sweep stands for. */
static void act_later(struct run *run)
{
    for (int i = 0; i < LATERS && run->c->later[i].self != 0; i++) {
        stage_borrow(run->c->later[i].self);
        run->later[i].result = perform(&run->c->later[i].action, &run->later[i]);
    }
}

static void record_later(const struct run *run, struct history *history)
{
    for (int i = 0; i < LATERS && run->c->later[i].self != 0; i++)
        history->events[history->n++] = (struct event){.self = run->c->later[i].self,
                                                       .action = run->c->later[i].action,
                                                       .ending = FINISHED,
                                                       .result = run->later[i].result,
                                                       .message = run->later[i].message,
                                                       .later = i + 1};
}

static void record_history(const struct run *run, uint32_t dead, const struct observation *seen,
                           struct history *history)
{
    memset(history, 0, sizeof *history);
    history->undisturbed = dead == 0;
    history->start = run->start;
    history->seen = seen;
    for (uint32_t self = VICTIM; self < OBSERVER; self++) {
        const struct role *role = &stage->roles[self];
        if (run->actions[self].verb == NOTHING)
            continue;
        history->events[history->n++] = (struct event){.self = self,
                                                       .action = run->actions[self],
                                                       .ending = role->finished   ? FINISHED
                                                                 : self == VICTIM ? KILLED
                                                                                  : BLOCKED,
                                                       .result = role->result,
                                                       .message = role->message,
                                                       .first = run->first[self]};
    }
    record_later(run, history);
}

/* Everything dead and repaired: what is left? Then the object must be as good as new. */
static void look_in_the_end(struct observation *seen)
{
    for (uint32_t self = VICTIM; self < OBSERVER; self++)
        (void)stage_repair(self, 0);
    seen->permits_in_the_end = 0;
    for (int i = 0; i < LOCKS; i++)
        seen->lock_in_the_end[i] = world_next_owner((enum which_lock)i);
    struct observation later = {0};
    world_drain(&seen->rest);
    world_drain_letters(&seen->letters);
    world_drain_out(&seen->out);
    seen->capacity_is_whole = world_capacity_is_whole();
    world_look(&later);
    seen->permits_in_the_end = later.permits;
    world_count_log(seen);
}

/* With everybody stopped for good, on two copies of what they left: drained at once, and repaired once more. */
static void look(struct run *run, uint32_t dead, struct observation *seen)
{
    struct digest before, after;
    world_look(seen);
    run_end(run);
    stage_keep();
    world_drain(&seen->ready);
    stage_take_back();
    world_digest(&before);
    seen->repair_is_idempotent = dead == 0 || stage_repair(dead, 0);
    world_digest(&after);
    seen->repair_is_idempotent =
        seen->repair_is_idempotent && (dead == 0 || memcmp(&before, &after, sizeof before) == 0);
    look_in_the_end(seen);
}

/* Until all survivors have done what they can. */
static bool is_quiet(struct run *run)
{
    if (!stage_settle(run->pids))
        return false;
    stage_borrow(0);
    (void)tend_all();
    return stage_settle(run->pids);
}

int run_judge(struct run *run, uint32_t dead, struct observation *seen)
{
    struct history history;
    memset(seen, 0, sizeof *seen);
    if (dead != 0 && !run->repaired && !stage_repair(dead, REPAIR_MS))
        return run_explain(run, NULL, "repair finds the object busy for good"), 0;
    if (!is_quiet(run))
        return run_explain(run, NULL, "a survivor neither finishes nor sleeps"), 0;
    act_later(run);
    if (!is_quiet(run))
        return run_explain(run, NULL, "a survivor neither finishes nor sleeps, later"), 0;
    look(run, dead, seen);
    record_history(run, dead, seen, &history);
    if (!seen->sound || !seen->repair_is_idempotent || !seen->capacity_is_whole)
        return run_explain(run, seen,
                           !seen->sound                  ? "the queue's invariants are broken"
                           : !seen->repair_is_idempotent ? "a second repair changes something"
                                                         : "its capacity is not whole"),
               0;
    int found = order_explain(&history);
    if (found == 0)
        run_explain(run, seen, "no order of whole actions explains it");
    return found;
}

static void print_sight(const char *what, const struct sight *sight)
{
    fprintf(stderr, "    %s:", what);
    for (int i = 0; i < sight->n && i < MOST; i++)
        fprintf(stderr, " %d*%d", sight->messages[i] / VALUES, sight->messages[i] % VALUES);
    fprintf(stderr, ", then %d\n", sight->end);
}

void run_explain(const struct run *run, const struct observation *seen, const char *what)
{
    char place[80] = "";
    if (run->quietly)
        return;
    port_symbol(run->pc, place, sizeof place);
    fprintf(stderr, "  %s: %s after %ld instructions (its peer, or repair, after %ld), at %s: %s\n", run->c->name,
            run->undisturbed ? "undisturbed" : "killed", run->at, run->peer_at, place, what);
    for (uint32_t self = VICTIM; self < OBSERVER; self++) {
        const struct role *role = &stage->roles[self];
        if (run->actions[self].verb != NOTHING)
            fprintf(stderr, "    %u: %s %d: %s %d, message %d\n", (unsigned)self, verb_names[run->actions[self].verb],
                    run->actions[self].value, role->finished ? "answers" : "unfinished", role->result, role->message);
    }
    if (seen == NULL)
        return;
    fprintf(stderr, "    count %d, semaphore %d, permits %d, then %d, flags %d, logged %d, dropped %d\n", seen->count,
            seen->semaphore, seen->permits, seen->permits_in_the_end, seen->flags, seen->logged, seen->log_dropped);
    for (int i = 0; i < LOCKS; i++)
        fprintf(stderr, "    lock %d: owner %d%s, then %d\n", i, seen->lock_owner[i], seen->lock_died[i] ? " died" : "",
                seen->lock_in_the_end[i]);
    print_sight("ready", &seen->ready);
    print_sight("in the end", &seen->rest);
}

void run_count_failure(struct run *run, struct tally *tally)
{
    tally->failures++;
    run->quietly = ++run->failures >= FAILURES_TOLD;
}

/*
 * The commit is one point: what is left out after more instructions can't have happened after fewer. If it went the
 * same way: clocks and the scheduler make some ways to sleep longer.
 */
void run_check_commit(struct run *run, int found, bool *committed)
{
    if (*committed && found == LEFT_OUT && run->slept_at == run->committed_slept_at) {
        run_explain(run, NULL, "it is undone, though with fewer instructions it had happened");
        run->failed = true;
    }
    if (!*committed && found == HAPPENED) {
        *committed = true;
        run->committed_slept_at = run->slept_at;
    }
}

/* Nobody dies, so no repair makes good what the operation itself must do. */
bool run_undisturbed(struct run *run)
{
    struct observation seen;
    pid_t alone[SELVES] = {0};
    run_begin(run);
    run->undisturbed = true;
    run->next_peer = run_start_peers(run, run->c->before, FIRST_PEER, true);
    start_peer(run, VICTIM, &run->c->victim);
    alone[VICTIM] = run->pids[VICTIM];
    bool settled = stage_settle(alone);
    if (stage->roles[VICTIM].finished == 0)
        run_start_peers(run, run->c->then, run->next_peer, false);
    int found = settled ? run_judge(run, 0, &seen) : 0;
    run_end(run);
    run->undisturbed = false;
    return found != 0;
}
