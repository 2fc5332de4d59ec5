/* Workers that hold something, or wait for a sign: a semaphore's count, a permit, a lock, an event's flags. */
#include "storm.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

enum { MOST_TOKENS = 20, DEEPEST = 4 };

COOP_SEMAPHORE(tokens, 0);
COOP_PERMITS(rooms, PERMITS);
COOP_LOCK(plain_lock);
COOP_LOCK(recursive_lock, .recursive = 1);
COOP_EVENT(bells);

/* Nobody owns a count: what is known of it is between what was surely done and what was begun. */
static int release_tokens(const void *argument)
{
    (void)argument;
    worker_begin();
    while (atomic_load(&storm.draining) == 0) {
        if (coop_semaphore_value(&tokens) > MOST_TOKENS) {
            if (coop_sleep_ms(1) < 0)
                return 0;
        } else {
            atomic_fetch_add(&me->maybe, 1);
            int error = INSIST(coop_semaphore_release(&tokens));
            atomic_fetch_add(&me->surely, 1);
            if (error != 0)
                storm_fail("release answers %d", error);
        }
        pause_a_little();
        worker_progress();
    }
    return 0;
}

static int acquire_tokens(const void *argument)
{
    (void)argument;
    worker_begin();
    while (!coop_stopping()) {
        atomic_fetch_add(&me->maybe, 1);
        int error = coop_semaphore_acquire(&tokens, some_timeout());
        atomic_fetch_add(error == 0 ? &me->surely : &me->refused, 1);
        if (error != 0 && must_leave(error, "acquire"))
            return 0;
        pause_a_little();
        worker_progress();
    }
    return 0;
}

/* Who had it before us is dead and reaped, or has left. */
static void move_in(_Atomic pid_t *place, const char *what)
{
    pid_t before = atomic_exchange(place, getpid());
    if (before != 0 && (kill(before, 0) == 0 || errno != ESRCH))
        storm_fail("slot %u: %s is another's too, of process %d", coop_self().slot, what, before);
}

static void move_out(_Atomic pid_t *place)
{
    pid_t self = getpid();
    if (!atomic_compare_exchange_strong(place, &self, 0))
        storm_fail("slot %u: what it has was given to process %d", coop_self().slot, self);
}

static int lodge(const void *argument)
{
    (void)argument;
    worker_begin();
    while (!coop_stopping()) {
        int permit = coop_permits_acquire(&rooms, some_timeout());
        if (permit < 0 && must_leave(permit, "acquire"))
            return 0;
        if (permit < 0)
            continue;
        if (permit >= PERMITS) {
            storm_fail("permit %d of %d", permit, PERMITS);
            permit = 0;
        }
        move_in(&storm.users[permit], "the permit");
        int second = draw(4) == 0 ? coop_permits_acquire(&rooms, 0) : COOP_EAGAIN;
        if (second >= 0)
            move_in(&storm.users[second], "the second permit");
        pause_a_little();
        worker_progress();
        move_out(&storm.users[permit]);
        if (second >= 0)
            move_out(&storm.users[second]);
        for (int held = 1 + (second >= 0); held > 0; held--)
            if (INSIST(coop_permits_release(&rooms)) != 0)
                storm_fail("release of a permit fails");
        pause_a_little();
    }
    return 0;
}

/* What the lock protects is whole, unless the owner died; while it is inside it is not. Returns what it was. */
static uint64_t begin_inside(unsigned which, bool owner_died)
{
    pid_t before = atomic_load(&storm.inside[which]);
    uint64_t left = atomic_load(&storm.pair[which][0]), right = atomic_load(&storm.pair[which][1]);
    if (owner_died)
        atomic_fetch_add(&storm.told_of_death[which], 1);
    else if (before != 0 || left != right)
        storm_fail("slot %u: lock %u: process %d is inside, %llu and %llu", coop_self().slot, which, before,
                   (unsigned long long)left, (unsigned long long)right);
    move_in(&storm.inside[which], "the lock");
    atomic_store(&storm.pair[which][1], left);
    atomic_store(&storm.pair[which][0], left + 1);
    pause_a_little();
    worker_progress();
    return left;
}

static void end_inside(unsigned which, uint64_t left)
{
    atomic_store(&storm.pair[which][1], left + 1);
    move_out(&storm.inside[which]);
}

static int keep_locking(const struct coop_lock *lock, unsigned which, uint32_t deepest)
{
    worker_begin();
    while (!coop_stopping()) {
        int error = coop_lock_acquire(lock, some_timeout());
        if (error != 0 && error != COOP_EOWNERDEAD && must_leave(error, "acquire"))
            return 0;
        if (error != 0 && error != COOP_EOWNERDEAD)
            continue;
        uint32_t more = draw(deepest);
        for (uint32_t i = 0; i < more; i++)
            if (coop_lock_acquire(lock, COOP_FOREVER) != 0)
                storm_fail("the lock is not recursive");
        end_inside(which, begin_inside(which, error == COOP_EOWNERDEAD));
        for (uint32_t i = 0; i <= more; i++)
            if (INSIST(coop_lock_release(lock)) != 0)
                storm_fail("release of a lock fails");
        pause_a_little();
    }
    return 0;
}

static int lock_plainly(const void *argument)
{
    (void)argument;
    return keep_locking(&plain_lock, 0, 1);
}

static int lock_recursively(const void *argument)
{
    (void)argument;
    return keep_locking(&recursive_lock, 1, DEEPEST);
}

static const struct coop_lock *const locks[] = {&plain_lock, &recursive_lock};

static bool is_mine(int error)
{
    return error == 0 || error == COOP_EOWNERDEAD;
}

/* The second lock, with the first one held: not for ever, since the other of these has them the other way round. */
static int lock_both(unsigned first)
{
    int outer = coop_lock_acquire(locks[first], some_timeout());
    if (!is_mine(outer))
        return outer;
    uint64_t left = begin_inside(first, outer == COOP_EOWNERDEAD);
    int inner = coop_lock_acquire(locks[1 - first], (int)draw(4));
    if (is_mine(inner))
        end_inside(1 - first, begin_inside(1 - first, inner == COOP_EOWNERDEAD));
    end_inside(first, left);
    unsigned last = is_mine(inner) ? draw(2) : first; /* in either order */
    if (is_mine(inner) && INSIST(coop_lock_release(locks[1 - last])) != 0)
        storm_fail("release of one of two locks fails");
    if (INSIST(coop_lock_release(locks[last])) != 0)
        storm_fail("release of the last lock fails");
    return is_mine(inner) ? 0 : inner;
}

static int lock_nested(const void *argument)
{
    const uint32_t *which = argument;
    worker_begin();
    while (!coop_stopping()) {
        int error = lock_both(*which & 1);
        if (error != 0 && must_leave(error, "acquire"))
            return 0;
        pause_a_little();
        worker_progress();
    }
    return 0;
}

static int ring_bells(const void *argument)
{
    (void)argument;
    worker_begin();
    while (atomic_load(&storm.draining) == 0) {
        atomic_fetch_add(&me->maybe, 1);
        if (INSIST(coop_event_set(&bells, 1 + draw((1 << WAITERS) - 1))) < 0)
            storm_fail("set fails");
        if (draw(32) == 0 && INSIST(coop_event_clear(&bells, 1 + draw((1 << WAITERS) - 1))) < 0)
            storm_fail("clear fails");
        pause_a_little();
        worker_progress();
    }
    return 0;
}

/* Each has a flag of its own, and now and then waits for those of all. */
static int wait_for_bell(const void *argument)
{
    const uint32_t *which = argument;
    worker_begin();
    while (!coop_stopping()) {
        bool all = draw(8) == 0;
        int wanted = all ? (1 << WAITERS) - 1 : 1 << *which;
        int mode = all ? COOP_EVENT_ALL : COOP_EVENT_ANY | COOP_EVENT_CLEAR;
        int got = coop_event_wait(&bells, (uint32_t)wanted, mode, some_timeout());
        if (got < 0 && must_leave(got, "wait"))
            return 0;
        if (got >= 0 && got != wanted)
            storm_fail("slot %u waits for flags %d and gets %d", coop_self().slot, wanted, got);
        if (got >= 0 && !all)
            atomic_fetch_add(&me->surely, 1);
        pause_a_little();
        worker_progress();
    }
    return 0;
}

COOP_PROCESS(releaser, release_tokens, WORKER);
COOP_PROCESS(acquirer, acquire_tokens, .instances = 2, WORKER);
COOP_PROCESS(lodger, lodge, .instances = 3, WORKER);
COOP_PROCESS(locker, lock_plainly, .instances = 3, WORKER);
COOP_PROCESS(nested_locker, lock_nested, .instances = 2, WORKER);
COOP_PROCESS(recursive_locker, lock_recursively, .instances = 2, WORKER);
COOP_PROCESS(ringer, ring_bells, WORKER);
COOP_PROCESS(waiter, wait_for_bell, .instances = WAITERS, WORKER);
