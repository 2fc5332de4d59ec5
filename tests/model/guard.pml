/*
 * The guard of one object: deaths and stops of its owners at every step, the supervisor's repair, and its look at who stays
 * inside (port/linux/execute.c, guard.c).
 *
 * Proved: at most one is inside; after a death inside nobody enters before repair; who is ended for being stuck has not
 * left since it was marked; everyone who lives gets in and out, whoever died or stopped inside, and whatever a wild
 * store left in a free guard.
 *
 * run: safe
 * run: safe KILLS=2 ROUNDS=1
 * run: live ROUNDS=1
 * broken: safe ENTERS_BY_STORE        a look and a store instead of the compare-and-swap
 * broken: safe REPAIR_ENTERS_ANYWAY   repair does not heed that another is inside
 * broken: live REPAIR_KEEPS_GUARD     repair does not free the guard
 * broken: safe LOOK_BEFORE_REPAIR     the look, which frees a guard that names no living process, comes before repair
 * broken: safe LOOK_SETS_NO_MARK      twice the same name in the guard is taken for the same stay
 * broken: live LOOK_FREES_NOBODY      a guard that names no living process is left alone
 * broken: live LOOK_CONDEMNS_NOBODY   who is stopped inside is left alone
 */

#define WORKERS 2
#ifndef ROUNDS
#define ROUNDS 2
#endif
#ifndef KILLS
#define KILLS   1
#endif
#define STOPS   1

/* The word: slot + 1, pid, mark. */
#define SUPERVISOR 3
#define WILD       60
#define MARK       64
#define word(slot) (slot + 1 + 4 * own_pid[slot])
#define slot_of(w) ((w) % 4 - 1)
#define pid_of(w)  ((w) % MARK / 4)

byte guard;
byte own_pid[WORKERS] = 1, pids[WORKERS] = 1; /* a process's own; the supervisor's: 0 once it is reaped */
bool dead[WORKERS], reborn[WORKERS], stopped[WORKERS], complaint;
byte kills, stops;

/* What only the proof knows. inside: whose turn it is; a dead one's until repair. */
byte inside;
bool torn, was_out[WORKERS], done[WORKERS];

inline now_inside(who) { assert(inside == 0 && !torn); inside = who }
inline now_outside(who) { if :: inside == who -> inside = 0 :: else fi }

active [WORKERS] proctype worker()
{
    byte round;
begin:
    {
        round = 0;
        do
        :: round == ROUNDS -> break
        :: else ->
            do
#ifdef ENTERS_BY_STORE
            :: guard == 0 -> d_step { guard = word(_pid); now_inside(_pid + 1) }; break
#else
            :: d_step { guard == 0 -> guard = word(_pid); now_inside(_pid + 1) }; break /* @guard_enter */
#endif
            :: guard != 0 && !complaint -> complaint = true                             /* @guard_complain */
            od;
            torn = true;
            if
            :: stops < STOPS -> d_step { stops++; stopped[_pid] = true }; !stopped[_pid]
            :: true
            fi;
            torn = false;
            d_step { guard = 0; now_outside(_pid + 1); was_out[_pid] = true; round++ }     /* @guard_leave */
        od;
        done[_pid] = true;
        false
    } unless { dead[_pid] };
    d_step {
        reborn[_pid] -> reborn[_pid] = false; done[_pid] = false; was_out[_pid] = true;
        own_pid[_pid] = own_pid[_pid] + 1; pids[_pid] = own_pid[_pid]; dead[_pid] = false
    };
    goto begin
}

inline clear_up(slot)
{
    torn = false;
#ifndef REPAIR_KEEPS_GUARD
    d_step { guard = 0; now_outside(SUPERVISOR); stopped[slot] = false; reborn[slot] = true } /* @repair_leave */
#else
    d_step { stopped[slot] = false; reborn[slot] = true }
#endif
}

inline repair(slot)
{
    if
    :: d_step { guard == 0 -> guard = SUPERVISOR; now_inside(SUPERVISOR) };                /* @repair_enter */
       clear_up(slot)
    :: d_step { guard != 0 && slot_of(guard) == slot -> guard = SUPERVISOR;                /* @repair_enter_dead */
                assert(inside == 0 || inside == slot + 1); inside = SUPERVISOR };
       clear_up(slot)
#ifdef REPAIR_ENTERS_ANYWAY
    :: guard != 0 && slot_of(guard) != slot -> d_step { guard = SUPERVISOR; now_inside(SUPERVISOR) }; clear_up(slot)
#else
    :: guard != 0 && slot_of(guard) != slot -> complaint = true
#endif
    fi
}

/* Whoever is suspended must be ended; another may be, after long. */
inline condemn(slot)
{
    if
    :: stopped[slot] -> assert(stayed); dead[slot] = true
    :: !stopped[slot] && kills < KILLS -> assert(stayed); kills++; dead[slot] = true
    :: !stopped[slot]
    fi
}

inline look()
{
    complaint = false;                                                                     /* @look_begin */
    d_step { w = guard; if :: w != 0 && w != WILD -> stayed = !was_out[slot_of(w)] :: else fi };
    if
    :: w == 0
    :: w != 0 && (w == WILD || pid_of(w) != pids[slot_of(w)]) ->
#ifndef LOOK_FREES_NOBODY
        d_step { if :: guard == w -> guard = 0; inside = 0                                 /* @look_free */
                    :: else fi }
#endif
        skip
    :: else ->
        slot = slot_of(w);
        if
#ifdef LOOK_SETS_NO_MARK
        :: suspect[slot] -> suspect[slot] = false; condemn(slot)
        :: else -> d_step { suspect[slot] = true; was_out[slot] = false }
#else
#ifndef LOOK_CONDEMNS_NOBODY
        :: w >= MARK -> condemn(slot)                                     /* @look_condemn */
#endif
        :: else ->
            d_step { if :: guard == w && w < MARK -> guard = w + MARK; was_out[slot] = false /* @look_mark */
                        :: else fi }
#endif
        fi
    fi;
    d_step { w = 0; slot = 0; stayed = false }
}

#define unreaped(slot)   (dead[slot] && pids[slot] != 0)
#define unrepaired(slot) (pids[slot] == 0 && !reborn[slot])

active proctype supervisor()
{
    byte w, slot;
    bool suspect[WORKERS], stayed;
    do
    :: unreaped(0) || unreaped(1) || unrepaired(0) || unrepaired(1) || complaint ->
        d_step { if :: unreaped(0) -> pids[0] = 0 :: else fi; if :: unreaped(1) -> pids[1] = 0 :: else fi };
#ifdef LOOK_BEFORE_REPAIR
        if :: complaint -> look() :: else fi;
#endif
        if :: unrepaired(0) -> repair(0) :: else fi;
        if :: unrepaired(1) -> repair(1) :: else fi;
        if :: complaint -> look() :: else fi
    od
}

active proctype fate()
{
    bool wild;
    do
    :: kills < KILLS && !dead[0] -> d_step { kills++; dead[0] = true }
    :: kills < KILLS && !dead[1] -> d_step { kills++; dead[1] = true }
    :: stopped[0] && !dead[0] -> stopped[0] = false /* goes on */
    :: stopped[1] && !dead[1] -> stopped[1] = false
    :: d_step { !wild && guard == 0 -> wild = true; guard = WILD }
    :: break
    od
}

active proctype quiet()
{
    timeout -> assert((done[0] || stopped[0]) && (done[1] || stopped[1]))
}
