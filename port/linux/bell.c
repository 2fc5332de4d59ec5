/* The bell, time, and the signals of the supervisor. */
#include "linux.h"

#include "watchdog_device.h"
#include <signal.h>

static _Atomic int stop_asked;
static _Atomic int continued;
static _Atomic int children_changed;
static uint32_t heard;

uint64_t port_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void port_ring(void)
{
    /* Pairs with port_listen: either the ringer sees that the supervisor listens, or that one sees the ring. */
    atomic_fetch_add(&linux_arena.bell, 1); /* @ring */
    if (atomic_load(&linux_arena.listening) != 0)
        linux_futex_wake(&linux_arena.bell, 1); /* @ring_wake */
}

void port_listen(uint64_t until_us)
{
    uint64_t stuck_us = linux_stuck_next_us(), feed_us = watchdog_device_next_us();
    until_us = stuck_us < until_us ? stuck_us : until_us;
    until_us = feed_us < until_us ? feed_us : until_us;
    struct timespec deadline = {.tv_sec = (time_t)(until_us / 1000000), .tv_nsec = (long)(until_us % 1000000 * 1000)};
    atomic_store(&linux_arena.listening, 1); /* @listen_begin */
    uint32_t rings = atomic_load(&linux_arena.bell);
    if (rings == heard) /* @listen_sleep */
        (void)linux_futex_wait(&linux_arena.bell, rings, until_us != UINT64_MAX ? &deadline : NULL);
    atomic_store(&linux_arena.listening, 0);
    heard = atomic_load(&linux_arena.bell); /* @listen_heard */
}

bool linux_children_changed(void)
{
    /* @reap_look, in one step: a signal between a look and a store would be lost. */
    return atomic_exchange(&children_changed, 0) != 0;
}

uint32_t port_rung(uint32_t word)
{
    (void)word;
    return UINT32_MAX;
}

bool linux_was_suspended(void)
{
    return atomic_exchange(&continued, 0) != 0;
}

int port_stop_asked(void)
{
    return stop_asked;
}

/* A handler that only counts: it interrupts the wait, or changes the word before that begins. */
void linux_on_signal(int signal_number)
{
    if (signal_number == SIGCONT)
        continued = 1;
    else if (signal_number == SIGCHLD)
        children_changed = 1;
    else if (signal_number != SIGALRM && stop_asked < 2)
        atomic_fetch_add(&stop_asked, 1); /* in one step: another signal may come in the middle of this */
    atomic_fetch_add(&linux_arena.bell, 1);
}

void linux_signals_init(void)
{
    static const int heeded[] = {SIGCHLD, SIGALRM, SIGCONT, SIGTERM, SIGINT, SIGHUP};
    struct sigaction before, action = {.sa_handler = linux_on_signal};
    sigset_t set;
    stop_asked = 0;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof heeded / sizeof *heeded; i++) {
        bool may_be_ignored = heeded[i] == SIGINT || heeded[i] == SIGHUP; /* as by nohup, or in the background */
        if (!may_be_ignored || sigaction(heeded[i], NULL, &before) < 0 || before.sa_handler != SIG_IGN)
            sigaction(heeded[i], &action, NULL);
        sigaddset(&set, heeded[i]);
    }
    sigprocmask(SIG_UNBLOCK, &set, NULL); /* whoever started this program may have blocked them */
    signal(SIGPIPE, SIG_IGN);
}
