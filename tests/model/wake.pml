/*
 * Waiting and waking on one guarded object, as a semaphore's: two wait, one of them with a deadline, two give (one gives two with
 * one wake-up, as two slots that are freed at once); one is killed, or asked to stop, at any step (port/linux/execute.c, repair.c).
 * Being suspended for good is the same as being killed: the report of it wakes as an end does.
 * What happens inside the guard is one step here: guard.pml tells why it may be.
 *
 * Proved: when nothing moves any more, nobody who lives sleeps while there is what it waits for, or though it is asked to stop.
 *
 * run: safe AGAIN=1
 * run: safe KILLS=1
 * run: safe KILLS=2 GIVERS=1
 * run: safe ASKS=1
 * broken: safe WAKE_LEFT_OUT           who commits wakes nobody
 * broken: safe WAKE_BEFORE_COMMIT      the look at the bit comes before the commit
 * broken: safe CLEAR_WAKES_NOBODY      after the bit has gone nobody is woken
 * broken: safe AGAIN=1 CLEAR_WITHOUT_BUMP      after the bit has gone the word does not change
 * broken: safe WAIT_SAMPLES_LATE       the sample is taken after the try
 * broken: safe WAIT_DOES_NOT_TRY       the waiter sleeps without another try
 * broken: safe AGAIN=1 WAIT_PASSES_NOTHING_ON  who was woken does not pass the wake on
 * broken: safe KILLS=1 REPAIR_WAKES_NOBODY   an end wakes nobody
 * broken: safe ASKS=1 AGAIN=1 ASK_WAKES_FIRST        the wake comes before the request to stop
 */
#ifndef KILLS
#define KILLS 0
#endif
#ifndef ASKS
#define ASKS 0
#endif
#ifndef AGAIN
#define AGAIN 0 /* a waiter that got what it wanted may call again */
#endif
#ifndef GIVERS
#define GIVERS 2
#endif
#define WAITERS    2
#define PROCESSES  (WAITERS + GIVERS)
#define BIT        1

byte count; /* what all wait for */
byte word;  /* the futex: bit 0, and a count in steps of 2 */
bool asleep[WAITERS], stopping[WAITERS], dead[PROCESSES];
byte kills;

inline futex_wake_one()
{
    if
    :: asleep[0] -> asleep[0] = false; woke = true
    :: asleep[1] -> asleep[1] = false; woke = true
    :: else -> woke = false
    fi
}

inline futex_wake_all() { d_step { asleep[0] = false; asleep[1] = false } }

inline wake_waiters()
{
    word = word + 2;                                                    /* @wake_bump */
    atomic { futex_wake_one() };                                        /* @wake_one */
    if
    :: woke -> woke = false
    :: d_step { !woke -> word = word & ~BIT };                          /* @wake_clear */
#ifndef CLEAR_WITHOUT_BUMP
        word = word + 2;                                                /* @wake_bump_again */
#endif
#ifndef CLEAR_WAKES_NOBODY
        futex_wake_all()                                                /* @wake_all */
#endif
    fi
}

inline try() { if :: count > 0 -> count--; got = true :: else fi }
active [WAITERS] proctype waiter()
{
    byte sample;
    bool woke, got, slept, expired;
begin:
    {
        do
        :: atomic { try(); if :: AGAIN && got -> got = false :: got -> goto end :: else -> break fi }
        od;
announce:
#ifndef WAIT_SAMPLES_LATE
        atomic { word = word | BIT; sample = word };                    /* @wait_announce */
#endif
        atomic {
#ifdef WAIT_DOES_NOT_TRY
            if :: slept -> try() :: else fi;
#else
            try();                                                      /* @wait_try */
#endif
            if :: got || expired -> goto over :: else fi
        };
#ifdef WAIT_SAMPLES_LATE
        d_step { word = word | BIT; sample = word };
#endif
        if
        :: stopping[_pid] -> goto over                                  /* @wait_stopping */
        :: d_step { !stopping[_pid] -> asleep[_pid] = (word == sample); sample = 0; slept = true } /* @wait_sleep */
        fi;
        if
        :: !asleep[_pid]
        :: d_step { asleep[_pid] && _pid == 1 -> asleep[_pid] = false; expired = true }
        fi;
        goto announce;
over:
#ifndef WAIT_PASSES_NOTHING_ON
        if
        :: slept && count > 0 && (word & BIT) -> wake_waiters()         /* @wait_pass_on */
        :: else
        fi;
#endif
        if
        :: atomic { AGAIN && got -> got = false; slept = false; expired = false; goto begin }
        :: true
        fi;
end:
        skip
    } unless { dead[_pid] }
}

inline look_and_wake()
{
    if
    :: word & BIT -> wake_waiters()                                     /* @wake_look */
    :: else
    fi
}

active [GIVERS] proctype giver()
{
    bool woke;
    {
#ifdef WAKE_BEFORE_COMMIT
        look_and_wake();
#endif
        count = count + WAITERS + 2 - _pid;                             /* @wake_commit */
#if !defined(WAKE_LEFT_OUT) && !defined(WAKE_BEFORE_COMMIT)
        look_and_wake()
#endif
    } unless { dead[_pid] }
}

/* port_wake */
inline wake_whoever_waits()
{
    if
    :: word == 0                                                        /* @repair_look */
    :: else ->
        word = word + 2;                                                /* @repair_bump */
        word = word & ~BIT;                                             /* @repair_clear */
        word = word + 2;                                                /* @repair_bump_again */
        futex_wake_all()                                                /* @repair_wake */
    fi
}

inline repair(slot)
{
    dead[slot] = true;
#ifndef REPAIR_WAKES_NOBODY
    wake_whoever_waits()
#endif
}

active proctype supervisor()
{
    bool asked;
    do
    :: kills < KILLS -> kills++;
        if
        :: repair(0)
        :: repair(1)
        :: repair(2)
#if GIVERS > 1
        :: repair(3)
#endif
        :: true
        fi
    :: ASKS && !asked -> asked = true;
#ifdef ASK_WAKES_FIRST
        wake_whoever_waits();
        stopping[0] = true
#else
        stopping[0] = true;                                             /* @stop_ask */
        wake_whoever_waits()
#endif
    od
}

#define sleeps_on(slot) (asleep[slot] && !dead[slot])

active proctype quiet()
{
    timeout ->
        assert(!(count > 0 && (sleeps_on(0) || sleeps_on(1))));
        assert(!(stopping[0] && sleeps_on(0)))
}
