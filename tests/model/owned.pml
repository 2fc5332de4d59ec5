/*
 * Ends with one owner and no guard: a producer and a consumer, a ring of one, and memory that shows a store later than the
 * storing CPU's next loads (a store buffer each, as x86 has). Each waits by the bit of its word and a membarrier; the side that
 * commits has no fence. A killed owner has a successor as soon as repair has returned the end (runtime/queue.c,
 * queue_repair.c, port/linux/execute.c).
 *
 * Proved: messages come in order, each unspoilt; nobody sleeps for ever, whoever is killed where.
 *
 * run: safe KILLS=1
 * run: safe KILLS=2
 * broken: safe WAIT_WITHOUT_BARRIER        the waiter does not make the other CPU show its stores
 * broken: safe WAIT_BARRIER_FIRST          the barrier comes before the bit
 * broken: safe WAIT_DOES_NOT_TRY           the waiter sleeps without another try
 * broken: safe GET_FREES_FIRST             the slot is free before the message is copied out
 * broken: safe KILLS=1 REPAIR_KEEPS_BIT    the bit of a dead waiter, who may have had no barrier, stays
 * broken: safe KILLS=1 REPAIR_KEEPS_END    the end of the dead stays claimed
 * broken: safe KILLS=1 REPAIR_TAKES_BOTH   repair writes the other end's position, too
 */
#ifndef KILLS
#define KILLS 0
#endif
#define MESSAGES 3
#define PRODUCER 0
#define CONSUMER 1
#define BIT      1

/* By end: tail and head, the store that the others don't see yet, and the word on which it waits: space and data. */
byte position[2], buffered[2], word[2];
bool pending[2], claimed[2], asleep[2], dead[2], reborn[2];
byte item, kills;

inline drain(end)
{
    if :: pending[end] -> position[end] = buffered[end]; pending[end] = false; buffered[end] = 0 :: else fi
}

#define other        (1 - _pid)
#define would_block  (_pid == PRODUCER -> mine - position[CONSUMER] == 1 : position[PRODUCER] == mine)

inline commit()
{
    d_step { !pending[_pid] -> pending[_pid] = true; buffered[_pid] = mine + 1 } /* @put_tail, @get_head */
}

/* An atomic operation shows what its CPU has stored before. */
inline wake_other()
{
    d_step { drain(_pid); word[other] = word[other] + 2 };
    d_step { woke = asleep[other]; asleep[other] = false };
    if
    :: woke -> woke = false
    :: else ->
        word[other] = word[other] & ~BIT;
        word[other] = word[other] + 2;
        asleep[other] = false
    fi
}

active [2] proctype owner()
{
    byte mine, sample;
    bool woke;
begin:
    {
        atomic { !claimed[_pid] -> claimed[_pid] = true };              /* @claim */
        mine = position[_pid];
        do
        :: mine == MESSAGES -> break
        :: mine < MESSAGES && would_block ->
#ifdef WAIT_BARRIER_FIRST
            atomic { drain(0); drain(1) };
#endif
            sample = word[_pid];
            if
            :: sample & BIT                                             /* its own, from before */
            :: else ->
                d_step { drain(_pid); word[_pid] = word[_pid] | BIT; sample = word[_pid] };
#if !defined(WAIT_WITHOUT_BARRIER) && !defined(WAIT_BARRIER_FIRST)
                d_step { drain(0); drain(1) }                             /* @wait_barrier */
#endif
            fi;
            if
#ifdef WAIT_DOES_NOT_TRY
            :: true ->
#else
            :: !would_block
            :: would_block ->
#endif
                d_step { asleep[_pid] = (word[_pid] == sample); sample = 0 };
                !asleep[_pid]
            fi;
            sample = 0
        :: mine < MESSAGES && !would_block ->
#ifdef GET_FREES_FIRST
            if
            :: _pid == PRODUCER -> item = mine; commit()
            :: else -> commit(); assert(item == mine)
            fi;
#else
            if
            :: _pid == PRODUCER -> item = mine
            :: else -> assert(item == mine)
            fi;
            commit();
#endif
            if :: word[other] & BIT -> wake_other() :: else fi;
            mine++
        od;
        atomic { drain(_pid) };
        false
    } unless { dead[_pid] };
    atomic { reborn[_pid] -> reborn[_pid] = false; dead[_pid] = false; mine = 0; sample = 0; woke = false; goto begin }
}

active proctype memory()
{
    do
    :: d_step { pending[0] -> drain(0) }
    :: d_step { pending[1] -> drain(1) }
    od
}

inline wake(end)
{
    if
    :: word[end] == 0
    :: else ->
#ifndef REPAIR_KEEPS_BIT
        word[end] = word[end] & ~BIT;
#endif
        word[end] = word[end] + 2;
        asleep[end] = false
    fi
}

/* What the dead stored is seen by who reaps it. */
inline repair(end)
{
#ifdef REPAIR_TAKES_BOTH
    was = position[1 - end];
#endif
    d_step { kills++; dead[end] = true; asleep[end] = false };
    d_step { drain(end) };
#ifdef REPAIR_TAKES_BOTH
    position[1 - end] = was;
    was = 0;
#endif
#ifdef REPAIR_KEEPS_END
    reborn[end] = true;
#else
    d_step { claimed[end] = false; reborn[end] = true };                /* @repair_end */
#endif
    wake(0);
    wake(1)
}

active proctype supervisor()
{
    byte was;
    do
    :: kills < KILLS && !dead[0] -> repair(0)
    :: kills < KILLS && !dead[1] -> repair(1)
    :: kills < KILLS -> kills = KILLS
    od
}

active proctype quiet()
{
    timeout -> assert(position[0] == MESSAGES && position[1] == MESSAGES)
}
