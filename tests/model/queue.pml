/*
 * The queue's words through put, get, take, done, give back, close and repair, with a death after any store: a ring of two, one
 * producer of three messages, two consumers (runtime/queue.c, queue_ring.h, queue_repair.c). Every operation is inside the
 * guard, so that what a death leaves is all that others can see half done.
 *
 * Proved: a message is taken in the order in which it was put, also after its lease came back; a get has it once, a lease until
 * one is done; no message that was accepted is lost; a slot in use is not written; an operation that would block is right;
 * consumers are told that the queue is closed when all is done, and only then.
 *
 * run: safe KILLS=1
 * run: safe KILLS=2 GIVE_BACKS=1
 * broken: safe KILLS=1 PUT_COMMITS_FIRST       tail moves before the message is copied
 * broken: safe KILLS=1 PUT_MARKS_LATE          the slot's old mark goes after tail has moved
 * broken: safe TAKE_LEAVES_NO_OWNER            a lease does not say whose it is
 * broken: safe DONE_PASSES_ONE                 head passes only one of the slots that are free
 * broken: safe GIVE_BACK_KEEPS_NEXT            a message that came back lies before next
 * broken: safe CLOSED_BY_NEXT                  closed is told while a lease is out
 * broken: safe KILLS=1 REPAIR_KEEPS_NEXT       next stays where the dead left it
 * broken: safe KILLS=1 REPAIR_KEEPS_LEASES     the leases of the dead stay
 */
#ifndef KILLS
#define KILLS 0
#endif
#define MESSAGES   3
#define COUNT      2
#ifndef GIVE_BACKS
#define GIVE_BACKS 2
#endif
#define PRODUCER   2
#define SUPERVISOR 9
#define DONE       8 /* a mark; 0: ready; else slot + 1 of who has leased it */

byte guard, head, tail, next, seen_tail, mark[COUNT], item[COUNT];
bool closed, dead[3], reborn;

/* What only the proof knows. A position is never used twice here, so it names its message. */
bool gone[MESSAGES];
byte give_backs, kills;
bool told_closed[2];

#define at(position) (position) % COUNT
#define ready(p)     (p >= head && p < tail && mark[at(p)] == 0)
#define any_ready    (ready(0) || ready(1) || ready(2))
#define enter()      atomic { guard == 0 -> guard = _pid + 1 }
#define leave()      guard = 0


inline would_block() { assert(!any_ready && !(closed && head == tail)) }

/* Where it finds none, `found` is NONE, and `is_closed` says whether none will come. */
#define NONE 99
inline refuse()
{
#ifdef CLOSED_BY_NEXT
    is_closed = closed;
#else
    is_closed = closed && tail == head;
#endif
    if :: is_closed -> assert(gone[0] && gone[1] && gone[2]) :: else -> would_block() fi;
    found = NONE
}

inline find_ready()
{
    found = next;
    if :: found == seen_tail -> seen_tail = tail :: else fi;            /* @find_seen */
    if
    :: found == seen_tail -> d_step { refuse() }
    :: else ->
        do
        :: found == NONE || mark[at(found)] == 0 -> break
        :: else ->
            found++;
            next = found;                                               /* @find_next */
            if :: found == seen_tail -> seen_tail = tail :: else fi;
            if :: found == seen_tail -> d_step { refuse() } :: else fi
        od
    fi
}

inline copy_out()
{
    d_step {
        assert(item[at(found)] == found && ready(found));
        assert((found == 0 || !ready(0)) && (found <= 1 || !ready(1)))
    }
}

/* `found` is free now. */
inline commit_gone() { assert(!gone[found]); gone[found] = true }
inline free_slot()
{
    if
    :: head != found -> d_step { mark[at(found)] = DONE; commit_gone() } /* @free_mark */
    :: else ->
        d_step {
            h = head; n = next;
            do
            :: true ->
                if :: n == h -> n = h + 1 :: else fi;
                h++;
#ifdef DONE_PASSES_ONE
                break
#else
                if :: h == seen_tail || h == found + COUNT || mark[at(h)] != DONE -> break :: else fi
#endif
            od
        };
        next = n;                                                       /* @free_next */
        d_step { head = h; commit_gone(); h = 0; n = 0 }                /* @free_head */
    fi
}

inline get()
{
    copy_out();                                                         /* @get_copy */
    next = found + 1;                                                   /* @get_next */
    if
    :: head != found || mark[at(found + 1)] == DONE -> free_slot()
    :: else -> d_step { head = found + 1; commit_gone() }               /* @get_head */
    fi;
    found = NONE
}

inline take()
{
    copy_out();                                                         /* @take_copy */
#ifdef TAKE_LEAVES_NO_OWNER
    mark[at(found)] = 7;
#else
    mark[at(found)] = _pid + 1;                                         /* @take_mark */
#endif
    next = found + 1                                                    /* @take_next */
}

inline release_lease(p)
{
#ifndef GIVE_BACK_KEEPS_NEXT
    if
    :: p < next -> next = p                                             /* @release_next */
    :: else
    fi;
#endif
    mark[at(p)] = 0                                                     /* @release_mark */
}

active [2] proctype consumer()
{
    byte found = NONE, h, n;
    bool is_closed;
    {
        do
        :: is_closed -> break
        :: !is_closed ->
            enter();
            find_ready();
            if
            :: found != NONE -> get(); leave()
            :: found != NONE -> take(); leave();
                enter();
                if
                :: mark[at(found)] == _pid + 1 -> free_slot()
                :: mark[at(found)] == _pid + 1 && give_backs < GIVE_BACKS -> give_backs++; release_lease(found)
                :: else -> assert(false)
                fi;
                found = NONE; leave()
            :: found == NONE -> leave();
                (any_ready || (closed && head == tail))
            fi
        od;
        told_closed[_pid] = true
    } unless { dead[_pid] }
}

active proctype producer()
{
begin:
    {
        do
        :: tail < MESSAGES ->
            enter();
            if
            :: tail - head == COUNT -> leave(); tail - head < COUNT
            :: else ->
#ifdef PUT_COMMITS_FIRST
                tail++; item[at(tail - 1)] = tail - 1;
#else
                item[at(tail)] = tail;                                  /* @put_copy */
#ifndef PUT_MARKS_LATE
                if :: mark[at(tail)] != 0 -> mark[at(tail)] = 0 :: else fi; /* @put_mark */
#endif
                tail++;                                                 /* @put_tail */
#ifdef PUT_MARKS_LATE
                mark[at(tail - 1)] = 0;
#endif
#endif
                leave()
            fi
        :: else -> break
        od;
        enter();
        closed = true;                                                  /* @close */
        leave();
        false
    } unless { dead[_pid] };
    atomic { reborn -> reborn = false; dead[_pid] = false; goto begin }
}

inline repair(slot)
{
    atomic { guard == 0 || guard == slot + 1 -> guard = SUPERVISOR };
#ifndef REPAIR_KEEPS_NEXT
    next = head;                                                        /* @repair_next */
#endif
    p = head;
    do
    :: p == tail -> break
    :: else ->
#ifndef REPAIR_KEEPS_LEASES
        if :: mark[at(p)] == slot + 1 -> release_lease(p) :: else fi;
#endif
        p++
    od;
    p = head;
    do
    :: p != tail && mark[at(p)] == DONE -> assert(false) /* queue_repair.c passes them; but no death leaves any */
    :: else -> break
    od;
    seen_tail = tail;                                                   /* @repair_seen */
#ifndef REPAIR_KEEPS_NEXT
    next = p;
#endif
    head = p;                                                           /* @repair_head */
    p = 0;
    leave()
}

inline end(slot) { d_step { kills++; dead[slot] = true }; repair(slot) }

active proctype supervisor()
{
    byte p;
    do
    :: kills < KILLS && !dead[0] -> end(0)
    :: kills < KILLS && !dead[1] -> end(1)
    :: kills < KILLS && !dead[PRODUCER] -> end(PRODUCER); reborn = true
    :: kills < KILLS -> kills = KILLS
    od
}

active proctype quiet()
{
    timeout -> assert((dead[0] || told_closed[0]) && (dead[1] || told_closed[1]))
}
