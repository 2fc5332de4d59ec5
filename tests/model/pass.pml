/*
 * pass: finishing a lease of one queue and putting to another in one step (runtime/pass.c, and repair's order in repair.c).
 * Two processes pass two messages, from one queue to the other, or in opposite directions; each may die at any step, and is
 * started anew.
 *
 * Proved: each message is put exactly once, whoever dies where; nothing stays leased; repair ends, also when two dead
 * hold each other's guards (the look at guards that name nobody, guard.c, frees them).
 *
 * run: safe
 * run: live
 * run: safe OPPOSITE=1
 * run: live OPPOSITE=1
 * broken: safe INTENT_AFTER_PUT        the intent is written when the message is out
 * broken: safe INTENT_CLEARED_FIRST    the intent goes before the lease is finished
 * broken: safe INTENT_OUTSIDE_GUARD    the position is read before the guard is entered
 * broken: safe REPAIR_TRUSTS_INTENT    an intent is taken for a put that happened
 * broken: safe REPAIR_KEEPS_INTENT     repair leaves an old intent, which the next incarnation's death completes
 * broken: safe REPAIRS_OBJECTS_FIRST   leases are given back before the intent is looked at
 * broken: live OPPOSITE=1 LOOK_FREES_NOBODY   a guard that names nobody who lives is left alone
 */
#ifndef OPPOSITE
#define OPPOSITE 0
#endif
#ifndef KILLS
#define KILLS 2
#endif
#define SUPERVISOR 3
#define GONE       9
#define NONE       9

/* The queue that process, or message, i comes from. */
#define from(i) (OPPOSITE * (i))
#define to(i)   (1 - from(i))

byte guard[2], tail[2], mark[2]; /* by queue; by queue; by message: 0 ready, slot + 1, GONE */
bool intent[2];                  /* by process, as the next two */
byte lease[2], position[2];
bool dead[2], reaped[2], reborn[2], complaint;
byte kills;
byte put[2];                     /* what only the proof knows: how often each message was put */

#define enter(queue) atomic { guard[queue] == 0 -> guard[queue] = _pid + 1 }
#define leave(queue) guard[queue] = 0

active [2] proctype passer()
{
    byte m;
begin:
    {
        do
        :: atomic {
               from(0) == from(_pid) && mark[0] == 0 && guard[from(_pid)] == 0 -> m = 0; mark[0] = _pid + 1
           }; goto pass
        :: atomic {
               from(1) == from(_pid) && mark[1] == 0 && guard[from(_pid)] == 0 -> m = 1; mark[1] = _pid + 1
           }; goto pass
        :: dead[_pid]
        od;
pass:
#ifdef INTENT_OUTSIDE_GUARD
        position[_pid] = tail[to(_pid)];
#endif
        enter(to(_pid));
#ifndef INTENT_AFTER_PUT
        lease[_pid] = m;                                                /* @pass_lease */
#ifndef INTENT_OUTSIDE_GUARD
        position[_pid] = tail[to(_pid)];                                /* @pass_position */
#endif
        intent[_pid] = true;                                            /* @pass_intent */
#endif
        d_step { tail[to(_pid)] = tail[to(_pid)] + 1; put[m]++; assert(put[m] == 1) }; /* @put_tail */
#ifdef INTENT_AFTER_PUT
        d_step { lease[_pid] = m; position[_pid] = tail[to(_pid)] - 1 };
        intent[_pid] = true;
#endif
        leave(to(_pid));
        enter(from(_pid));
#ifdef INTENT_CLEARED_FIRST
        intent[_pid] = false;
        mark[m] = GONE;
#else
        mark[m] = GONE;                                                 /* @finish_lease */
        intent[_pid] = false;                                           /* @finish_intent */
#endif
        leave(from(_pid));
        goto begin
    } unless { dead[_pid] };
    atomic { reborn[_pid] -> reborn[_pid] = false; reaped[_pid] = false; dead[_pid] = false; m = 0; goto begin }
}

/* port_enter, by the supervisor; `entered` says whether. */
inline repair_enter(queue, slot)
{
    d_step {
        entered = guard[queue] == 0 || guard[queue] == slot + 1;
        if :: entered -> guard[queue] = SUPERVISOR :: else -> complaint = true fi
    }
}

/* `entered` is false when it must be called again. */
inline repair_pass(slot)
{
    entered = true;
    if
#ifdef REPAIR_TRUSTS_INTENT
    :: intent[slot] ->
#else
    :: intent[slot] && tail[to(slot)] != position[slot] ->              /* @repair_pass_look */
#endif
        repair_enter(from(slot), slot);
        if
        :: entered ->
            if :: mark[lease[slot]] == slot + 1 -> mark[lease[slot]] = GONE :: else fi; /* @repair_pass_lease */
            leave(from(slot))
        :: else
        fi
    :: else
    fi;
#ifndef REPAIR_KEEPS_INTENT
    if :: entered -> intent[slot] = false :: else fi                    /* @repair_pass_intent */
#endif
}

inline repair_queue(queue, slot)
{
    repair_enter(queue, slot);
    if
    :: entered ->
        if :: mark[0] == slot + 1 && from(0) == queue -> mark[0] = 0 :: else fi;
        if :: mark[1] == slot + 1 && from(1) == queue -> mark[1] = 0 :: else fi;
        leave(queue)
    :: else -> all = false
    fi
}

inline repair(slot)
{
    all = true;
#ifdef REPAIRS_OBJECTS_FIRST
    repair_queue(0, slot);
    repair_queue(1, slot);
    repair_pass(slot);
    all = all && entered;
#else
    repair_pass(slot);
    if
    :: entered -> repair_queue(0, slot); repair_queue(1, slot)
    :: else -> all = false
    fi;
#endif
    if :: all -> reborn[slot] = true :: else fi;
    entered = false; all = false
}

#define names_dead(queue) (guard[queue] != 0 && guard[queue] != SUPERVISOR && reaped[guard[queue] - 1])
#define unrepaired(slot)  (reaped[slot] && !reborn[slot])

active proctype supervisor()
{
    bool entered, all;
    do
    :: (dead[0] && !reaped[0]) || (dead[1] && !reaped[1]) || unrepaired(0) || unrepaired(1) ->
        d_step { reaped[0] = dead[0]; reaped[1] = dead[1] };
        if :: unrepaired(0) -> repair(0) :: else fi;
        if :: unrepaired(1) -> repair(1) :: else fi;
#ifndef LOOK_FREES_NOBODY
        if :: complaint && names_dead(0) -> guard[0] = 0 :: else fi;
        if :: complaint && names_dead(1) -> guard[1] = 0 :: else fi;
#endif
        complaint = false
    od
}

active proctype fate()
{
    do
    :: kills < KILLS && !dead[0] -> d_step { kills++; dead[0] = true }
    :: kills < KILLS && !dead[1] -> d_step { kills++; dead[1] = true }
    :: break
    od
}

active proctype quiet()
{
    timeout -> assert(put[0] == 1 && put[1] == 1 && mark[0] == GONE && mark[1] == GONE)
}
