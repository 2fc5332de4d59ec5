/* One kill or interrupt, and all of a case. */
#include "board.h"

#include <stdio.h>
#include <string.h>

enum { MOST_INSTRUCTIONS = 4000, MOST_IN_REPAIR = 20000, PER_MS = 15625, WITNESS = 6 };

/*
 * A case has its parts: first the victim's action is shot at from its first instruction until it is done, or waits with nobody
 * else to run; then, when it waits for time, around that instant; and then each of the actions of `then`.
 */
struct part {
    int armed;  /* 0: the victim; 1 and up: of `then` */
    long begin; /* the first instruction */
};

static void start_armed(struct run *run, uint32_t self, const struct action *action)
{
    run->actions[self] = *action;
    run->pids[self] = stage_spawn(self, action, true);
}

/* Who waits for what the interrupt gives, above all others. */
static void start_witness(struct run *run)
{
    struct action action = {.verb = SEMAPHORE_ACQUIRE, .timeout_ms = COOP_FOREVER};
    struct action alone[PEERS] = {0};
    if (shot.fires == SETS)
        action = (struct action){.verb = EVENT_WAIT, .value = INTERRUPT_FLAG, .timeout_ms = COOP_FOREVER};
    alone[0] = action;
    (void)run_start_peers(run, alone, WITNESS, true);
}

/* Everything up to the shot. False when there was none: nobody came to fire it. */
static bool shoot(struct run *run, const struct part *part, long instructions)
{
    struct action earlier[PEERS] = {0};
    pid_t alone[SELVES] = {0};
    run_begin(run);
    run->at = instructions;
    run->undisturbed = shot.fires != KILLS;
    shot.instructions = (uint32_t)instructions;
    uint32_t next = run_start_peers(run, run->c->before, FIRST_PEER, true);
    if (shot.fires == RELEASES || shot.fires == SETS)
        start_witness(run);
    if (part->armed == 0) {
        start_armed(run, VICTIM, &run->c->victim);
    } else {
        run->actions[VICTIM] = run->c->victim;
        alone[VICTIM] = run->pids[VICTIM] = stage_spawn(VICTIM, &run->c->victim, false);
        (void)stage_settle(alone);
        memcpy(earlier, run->c->then, (size_t)(part->armed - 1) * sizeof *earlier);
        next = run_start_peers(run, earlier, next, false);
        start_armed(run, next, &run->c->then[part->armed - 1]);
    }
    bool fired = stage_shoot();
    run->pc = stage_pc(VICTIM);
    return fired;
}

/* First come, first served, among those of one level that wait for the same; and nobody is left out. */
static const char *check_turns(const struct run *run)
{
    for (uint32_t self = FIRST_PEER; self + 1 < WITNESS; self++) {
        const struct action *mine = &run->actions[self], *next = &run->actions[self + 1];
        if (mine->verb != NOTHING && mine->verb == next->verb && mine->verb != EVENT_WAIT &&
            mine->timeout_ms == COOP_FOREVER && next->timeout_ms == COOP_FOREVER && !run->first[self] &&
            !run->first[self + 1] && stage_levels[self] == stage_levels[self + 1] && stage_order(self) == 0 &&
            stage_order(self + 1) != 0)
            return "who came later was served first";
    }
    return NULL;
}

/* The witness is above the victim, which may be preempted: it ran before the victim went on. */
static const char *check_priority(const struct run *run)
{
    uint32_t witness = stage_order(WITNESS), victim = stage_order(VICTIM);
    if (run->actions[WITNESS].verb == NOTHING || shot.victim_finished)
        return NULL;
    if (witness == 0)
        return "the interrupt is lost: who waited for it still does";
    return victim != 0 && victim < witness ? "the victim ran on, though a higher level could" : NULL;
}

static bool fail(struct run *run, const char *what)
{
    if (what != NULL) {
        run_explain(run, NULL, what);
        run->failed = true;
    }
    return what != NULL;
}

/* enum LEFT_OUT, HAPPENED; 0. */
static int judge(struct run *run)
{
    struct observation seen;
    int found;
    if (fail(run, sound_kernel()))
        return 0;
    if (shot.fires == KILLS) {
        stage_end(&run->pids[VICTIM]);
        if (fail(run, sound_kernel()))
            return 0;
        found = run_judge(run, VICTIM, &seen);
    } else {
        run->actions[INTERRUPT] = shot.action;
        run->pids[VICTIM] = VICTIM;
        if (!stage_settle(run->pids) || fail(run, sound_kernel()) || fail(run, check_priority(run)))
            return 0;
        found = run_judge(run, 0, &seen);
    }
    if (found != 0 && (fail(run, check_turns(run)) || fail(run, sound_kernel())))
        return 0;
    return found;
}

/* True when what comes later has been shot at already. */
static bool is_over(const struct part *part, long instructions)
{
    bool waits_for_time = part->begin > 0;
    return shot.finished || (shot.idle && !waits_for_time) || instructions - part->begin > MOST_INSTRUCTIONS;
}

static void sweep_part(struct run *run, const struct part *part, int stride, struct tally *tally)
{
    bool committed = false;
    for (long n = part->begin; run->failures < FAILURES_TOLD; n += stride) {
        int found = shoot(run, part, n) ? judge(run) : 0;
        if (!shot.fired)
            (void)fail(run, "the timer never fires");
        run_end(run);
        if (found != 0 && shot.fires == KILLS)
            run_check_commit(run, found, &committed);
        if (found == 0 || run->failed)
            run_count_failure(run, tally);
        tally->kills++;
        tally->instructions++;
        if (is_over(part, n))
            return;
    }
}

/* It is not the victim that is shot at, but the repair after its end. */
static void sweep_repair_of(struct run *run, int stride, struct tally *tally)
{
    struct observation seen;
    bool more = true;
    for (long n = 0; more && n < MOST_IN_REPAIR && run->failures < FAILURES_TOLD; n += stride) {
        pid_t alone[SELVES] = {0};
        run_begin(run);
        run->at = n;
        shot.instructions = (uint32_t)n;
        (void)run_start_peers(run, run->c->before, FIRST_PEER, true);
        run->actions[VICTIM] = run->c->victim;
        alone[VICTIM] = run->pids[VICTIM] = stage_spawn(VICTIM, &run->c->victim, false);
        (void)stage_settle(alone);
        stage_end(&run->pids[VICTIM]);
        more = stage_repair_under_fire(VICTIM);
        run->repaired = true;
        if (fail(run, sound_kernel()) || run_judge(run, VICTIM, &seen) == 0)
            run_count_failure(run, tally);
        run_end(run);
        tally->kills++;
    }
}

static int count_then(const struct sweep_case *c)
{
    int n = 0;
    while (n < PEERS && c->then[n].verb != NOTHING)
        n++;
    return n;
}

static void set_levels(enum ranks peers)
{
    static const uint8_t levels[RANKS] = {[EQUALS] = LEVEL, [HIGHER] = LEVEL + 1, [LOWER] = LEVEL - 1};
    static const uint8_t mixed[PEERS] = {LEVEL + 1, LEVEL + 3, LEVEL - 1, LEVEL + 2};
    memset(stage_levels, levels[peers], sizeof stage_levels);
    if (peers == MIXED)
        memcpy(stage_levels + FIRST_PEER, mixed, sizeof mixed);
    stage_levels[VICTIM] = LEVEL;
    stage_levels[WITNESS] = LEVEL + 2;
}

void sweep_shots(const struct sweep_case *c, enum fires fires, const struct action *action, enum ranks peers,
                 int stride, struct tally *tally)
{
    struct run run;
    shot.fires = fires;
    shot.action = *action;
    set_levels(peers);
    run_prepare(&run, c);
    shot.fired = false;
    if (!run_undisturbed(&run))
        run_count_failure(&run, tally);
    if (fires == EXPIRES) {
        sweep_repair_of(&run, stride, tally);
        return;
    }
    sweep_part(&run, &(struct part){.armed = 0}, stride, tally);
    if (c->victim.timeout_ms > 0)
        sweep_part(&run, &(struct part){.begin = c->victim.timeout_ms * PER_MS}, stride, tally);
    for (int i = 1; i <= count_then(c); i++)
        sweep_part(&run, &(struct part){.armed = i}, stride, tally);
}
