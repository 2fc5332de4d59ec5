/*
 * Starting a process and joining it, and the bell on which the supervisor sleeps: two processes start and join the one instance of
 * a third, which ends when it likes; the starters may die at any step (runtime/process.c, life.c, port/linux/bell.c).
 *
 * Proved: when nothing moves any more, every start that was asked for was done, no living starter waits, nobody's child outlives a dead
 * parent, and the supervisor has nothing to do; a join never tells of the end of another start; a child is its starter's.
 *
 * run: safe
 * broken: safe START_COMMITS_FIRST      the request is there before it says whose it is
 * broken: safe START_KEEPS_GENERATION   a new start has the handle of the one before
 * broken: safe DEATHS_BEFORE_STARTS     the end of a starter is served before what it asked for is known
 * broken: safe RING_LEFT_OUT            a request rings no bell
 * broken: safe RING_LOOKS_FIRST         whether the supervisor listens is looked at before the bell is counted up
 * broken: safe HEARD_LATE               what rang while it served counts as heard
 * broken: safe REAP_LOOKS_TWICE         the flag of SIGCHLD is read, and then cleared
 */
#ifndef KILLS
#define KILLS 2
#endif
#define CHILD 2
#define NOBODY 9
mtype = { FREE, REQUESTED, STARTING, RUNNING, ENDED };

/* The block of the instance. */
byte generation = 1, parent = NOBODY, end_of;
mtype state = FREE;

byte guard;
byte bell, heard;
bool listening, asleep, children_changed;
bool dead[3], reaped[3], done[2], runs; /* runs: the child's image */
byte kills, its_parent = NOBODY;
bool returned[2];

/* What the kernel does when a process ends; the handler runs between any two steps of the supervisor. */
inline sigchld() { children_changed = true; bell++; asleep = false }

active [2] proctype starter()
{
    byte handle;
    {
        atomic { guard == 0 -> guard = _pid + 1 };
        if
        :: state == FREE || state == ENDED ->
#ifndef START_KEEPS_GENERATION
            generation++;                                               /* @start_generation */
#endif
            state = FREE;                                               /* @start_free */
            handle = generation;
#ifdef START_COMMITS_FIRST
            state = REQUESTED;
            parent = _pid;
#else
            parent = _pid;                                              /* @start_parent */
            state = REQUESTED;                                          /* @start_commit */
#endif
            guard = 0;
#ifndef RING_LEFT_OUT
#ifdef RING_LOOKS_FIRST
            if :: listening -> bell++; asleep = false :: else -> bell++ fi;
#else
            bell++;                                                     /* @ring */
            if :: listening -> asleep = false :: else fi;               /* @ring_wake */
#endif
#endif
            generation != handle || (state != REQUESTED && state != STARTING); /* started */
            if                                                          /* join */
            :: generation != handle
            :: d_step { generation == handle && state == ENDED -> assert(end_of == _pid) }
            fi
        :: else -> guard = 0
        fi;
        returned[_pid] = true
    } unless { dead[_pid] }
}

inline repair(slot)
{
    if
    :: reaped[slot] ->
        d_step { if :: guard == slot + 1 -> guard = 0 :: else fi };
        if
        :: !idle && its_parent == slot && runs -> d_step { runs = false; dead[CHILD] = true; sigchld() } /* killed */
        :: else
        fi;
        d_step { reaped[slot] = false; done[slot] = true }
    :: else
    fi
}

inline serve_deaths()
{
    repair(0);
    repair(1);
    if
    :: !idle && reaped[CHILD] ->
        end_of = its_parent;
        d_step { reaped[CHILD] = false; dead[CHILD] = false; idle = true; its_parent = NOBODY };
        state = ENDED                                                   /* @publish_end */
    :: else
    fi
}

active proctype supervisor()
{
    byte rings, s;
    bool idle = true, changed;
    do
    ::
        listening = true;                                               /* @listen_begin */
        rings = bell;
        d_step { asleep = (rings == heard && bell == rings) };          /* @listen_sleep */
        !asleep;
        listening = false;
#ifndef HEARD_LATE
        heard = bell;                                                   /* @listen_heard */
#endif
#ifdef REAP_LOOKS_TWICE
        changed = children_changed;
        children_changed = false;
#else
        d_step { changed = children_changed; children_changed = false }; /* @reap_look */
#endif
        d_step { if :: changed -> reaped[0] = dead[0] && !done[0]; reaped[1] = dead[1] && !done[1]; reaped[CHILD] = dead[CHILD] :: else fi };
#ifdef DEATHS_BEFORE_STARTS
        serve_deaths();
#endif
        if
        :: idle && state == REQUESTED ->                                /* @admit */
            d_step { idle = false; its_parent = parent };
            state = STARTING;                                           /* @start_begin */
            assert(its_parent == parent);
            d_step { dead[CHILD] = false; reaped[CHILD] = false; runs = true };
            state = RUNNING                                             /* @publish */
        :: else
        fi;
#ifndef DEATHS_BEFORE_STARTS
        serve_deaths();
#endif
#ifdef HEARD_LATE
        heard = bell;
#endif
        rings = 0
    od
}

active proctype fate()
{
    bool stays;
    do
    :: kills < KILLS && !dead[0] -> d_step { kills++; dead[0] = true; sigchld() }
    :: kills < KILLS && !dead[1] -> d_step { kills++; dead[1] = true; sigchld() }
    :: kills < KILLS -> kills = KILLS
    :: d_step { runs && !stays -> runs = false; dead[CHILD] = true; sigchld() } /* it exits */
    :: runs && !stays -> stays = true
    od
}

active proctype quiet()
{
    timeout ->
        assert(state != REQUESTED && state != STARTING && asleep);
        assert(!(runs && dead[its_parent]));
        assert(runs || ((dead[0] || returned[0]) && (dead[1] || returned[1])))
}
