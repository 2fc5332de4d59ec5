/*
 * Whom the root ends, suspends and misleads. What is drawn depends on the seed alone; when it meets whom, on the machine.
 *
 * A guard's word says who is inside, and a process's block that it sleeps and that it was woken: so the kills can be aimed.
 */
#include "storm.h"

#include "port.h"
#include "processes.h"

#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    SUSPENDED_MOST = 4,
    LOOK_US = 400,      /* for somebody to aim at */
    RESTART_US = 20000, /* for a successor */
    SHORT_NAP_US = 20,
    SLEEPER_TRIES = 16,
    PAUSE_MOST_US = 600,
    STOP_MOST_US = 3000,
    ABANDONED_US = 400000, /* several times what the supervisor waits */
    BURST_MOST = 5,
    GUARD_MARK = 0x80000000u
};

static uint32_t victims[SLOTS];
static size_t victims_count;
static bool is_victim[SLOTS];
static pid_t last_killed[SLOTS];
static pid_t abandoned; /* inside a guard: the supervisor's to find */
static struct suspended {
    pid_t pid;
    uint32_t slot;
    uint64_t until_us;
} suspended[SUSPENDED_MOST];

void kills_begin(const uint32_t *slots, size_t count)
{
    memcpy(victims, slots, count * sizeof *slots);
    victims_count = count;
    memset(is_victim, 0, sizeof is_victim);
    memset(last_killed, 0, sizeof last_killed);
    for (size_t i = 0; i < count; i++)
        is_victim[slots[i]] = true;
}

static pid_t pid_in(uint32_t slot)
{
    return (pid_t)atomic_load(&coop_blocks_start[slot].native_pid);
}

bool is_itself_again(uint32_t slot)
{
    pid_t pid = pid_in(slot);
    return atomic_load(&coop_blocks_start[slot].state) == COOP_RUNNING && pid != 0 && pid != last_killed[slot] &&
           pid != atomic_load(&storm.workers[slot].dying);
}

static uint32_t somebody(void)
{
    return victims[draw((uint32_t)victims_count)];
}

static void note(uint32_t slot, pid_t pid)
{
    struct worker *worker = &storm.workers[slot];
    atomic_store(&worker->killed[atomic_fetch_add(&worker->kills, 1) % KILLED_KEPT], pid);
}

/* Each life once. It is noted before, so that its successor knows. */
static bool end_life(uint32_t slot, pid_t pid, uint64_t *kind)
{
    if (pid <= 0 || pid == last_killed[slot] || pid == abandoned)
        return false;
    note(slot, pid);
    if (kill(pid, SIGKILL) < 0)
        return false;
    last_killed[slot] = pid;
    storm.tally.kills++;
    ++*kind;
    return true;
}

static void nap(uint32_t us)
{
    nanosleep(&(struct timespec){.tv_nsec = (long)us * 1000}, NULL);
}

/* One look at all objects, from a random one on: is a victim inside? */
static bool look_inside(uint32_t *slot, pid_t *pid, const struct coop_object **object)
{
    uint32_t count = (uint32_t)(coop_objects_end - coop_objects_start);
    uint32_t first = draw(count);
    for (uint32_t i = 0; i < count; i++) {
        *object = coop_objects_start + (first + i) % count;
        uint32_t guard = atomic_load(&(*object)->control->guard) & ~GUARD_MARK;
        *slot = (guard & 0xff) - 1;
        *pid = (pid_t)(guard >> 8);
        if (guard != 0 && *slot < SLOTS && is_victim[*slot] && *pid != last_killed[*slot])
            return true;
    }
    return false;
}

static bool find_inside(uint32_t *slot, pid_t *pid, const struct coop_object **object)
{
    uint64_t until_us = port_now_us() + LOOK_US;
    while (!look_inside(slot, pid, object))
        if (port_now_us() > until_us)
            return false;
    return true;
}

/* Somebody who sleeps, at the moment when that ends. */
static bool find_woken(uint32_t *slot, pid_t *pid)
{
    _Atomic uint8_t *blocked;
    int tries = SLEEPER_TRIES;
    do {
        *slot = somebody();
        *pid = pid_in(*slot);
        blocked = &coop_blocks_start[*slot].blocked;
    } while (--tries > 0 && (*pid == 0 || *pid == last_killed[*slot] || atomic_load(blocked) == COOP_RUNS));
    uint64_t until_us = port_now_us() + LOOK_US;
    while (atomic_load(blocked) != COOP_RUNS)
        if (port_now_us() > until_us)
            return false;
    return *pid == pid_in(*slot);
}

/* Ends one, and its successor as soon as that is to be seen. */
static void kill_newborn(void)
{
    uint32_t slot = somebody();
    pid_t before = pid_in(slot), pid;
    if (!end_life(slot, before, &storm.tally.in_turn))
        return;
    uint64_t until_us = port_now_us() + RESTART_US;
    while ((pid = pid_in(slot)) == before || pid == 0) {
        if (port_now_us() > until_us)
            return;
        nap(SHORT_NAP_US);
    }
    if (draw(2) == 0)
        nap(draw(300));
    (void)end_life(slot, pid, &storm.tally.newborn);
}

static void go_on(struct suspended *one)
{
    if (one->pid == abandoned)
        abandoned = 0;
    if (draw(2) == 0)
        (void)end_life(one->slot, one->pid, &storm.tally.suspended);
    kill(one->pid, SIGCONT);
    one->pid = 0;
}

static void end_stops(bool all)
{
    for (struct suspended *one = suspended; one < suspended + SUSPENDED_MOST; one++)
        if (one->pid != 0 && (all || port_now_us() >= one->until_us))
            go_on(one);
}

static void suspend(uint32_t slot, pid_t pid, uint32_t us)
{
    struct suspended *one = suspended;
    while (one < suspended + SUSPENDED_MOST && one->pid != 0)
        one++;
    if (pid <= 0 || one == suspended + SUSPENDED_MOST)
        return;
    note(slot, pid); /* should it stay for long: then the supervisor may end it */
    if (kill(pid, SIGSTOP) < 0)
        return;
    *one = (struct suspended){.pid = pid, .slot = slot, .until_us = port_now_us() + us};
    storm.tally.stops++;
}

/* Did it stop before it had left? */
static bool stays_inside(const struct coop_object *object, uint32_t slot, pid_t pid)
{
    uint64_t until_us = port_now_us() + LOOK_US;
    while ((atomic_load(&object->control->guard) & ~GUARD_MARK) == ((uint32_t)pid << 8 | (slot + 1)))
        if (port_now_us() > until_us)
            return true;
    return false;
}

static void suspend_inside(bool abandon)
{
    uint32_t slot;
    pid_t pid;
    const struct coop_object *object;
    if (!find_inside(&slot, &pid, &object) || pid == abandoned)
        return;
    suspend(slot, pid, abandon ? ABANDONED_US : draw(STOP_MOST_US));
    if (!stays_inside(object, slot, pid))
        return;
    storm.tally.stops_inside++;
    if (abandon && abandoned == 0) {
        storm.tally.abandoned++;
        abandoned = pid;
    }
}

static void suspend_supervisor(void)
{
    kill(getppid(), SIGSTOP);
    nap(draw(STOP_MOST_US));
    kill(getppid(), SIGCONT);
    storm.tally.supervisor_stops++;
}

static void order(void)
{
    uint32_t kind = ORDER_SPIN + draw(ORDERS - 1);
    atomic_store(&storm.workers[somebody()].order, kind);
    storm.tally.orders[kind]++;
}

static void kill_inside(void)
{
    uint32_t slot;
    pid_t pid;
    const struct coop_object *object;
    if (find_inside(&slot, &pid, &object))
        (void)end_life(slot, pid, &storm.tally.inside);
}

static void kill_woken(void)
{
    uint32_t slot;
    pid_t pid;
    if (find_woken(&slot, &pid))
        (void)end_life(slot, pid, &storm.tally.woken);
}

static void kill_many(void)
{
    for (uint32_t n = 1 + draw(BURST_MOST); n > 0; n--) {
        uint32_t slot = somebody();
        (void)end_life(slot, pid_in(slot), &storm.tally.in_turn);
    }
}

static void stop_somebody(void)
{
    uint32_t slot;
    pid_t pid;
    if (draw(2) == 0 && find_woken(&slot, &pid)) {
        suspend(slot, pid, draw(STOP_MOST_US));
    } else {
        slot = somebody();
        suspend(slot, pid_in(slot), draw(STOP_MOST_US));
    }
}

void kills_one(void)
{
    uint32_t what = draw(1000);
    end_stops(false);
    if (what < 300) {
        uint32_t slot = somebody();
        nap(draw(PAUSE_MOST_US));
        (void)end_life(slot, pid_in(slot), &storm.tally.in_turn);
    } else if (what < 550)
        kill_inside();
    else if (what < 780)
        kill_woken();
    else if (what < 850)
        kill_many();
    else if (what < 900)
        kill_newborn();
    else if (what < 945)
        stop_somebody();
    else if (what < 990)
        suspend_inside(false);
    else if (what < 992)
        suspend_inside(true);
    else if (what < 994)
        suspend_supervisor();
    else
        order();
}

void kills_end(void)
{
    end_stops(true);
    for (size_t i = 0; i < victims_count; i++)
        atomic_store(&storm.workers[victims[i]].order, ORDER_NONE);
}
