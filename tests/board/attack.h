/*
 * An attacker and a witness. Each attempt ends the attacker, for the right cause, and nothing else notices: the witness, of a
 * higher priority, goes on beating, with its memory and its lock as they were.
 *
 *     static void write_flash(void) { ... }
 *     static const struct CMUnitTest attacks[] = {ENDS(write_flash, COOP_FAULTED, 0, SIGNAL_SEGMENT, true)};
 *     ATTACKS(attacks)
 */
#ifndef ATTACK_H
#define ATTACK_H

#include "real.h"

#include "kernel.h"

COOP_QUEUE(queue, int, 4);
COOP_SEMAPHORE(semaphore, 0);
COOP_LOCK(witness_lock);
COOP_SHARED(volatile int *, witness_memory);
COOP_SHARED(volatile int, beats);
COOP_SHARED(uint32_t, witness_self);
COOP_SHARED(volatile uintptr_t, expected); /* what the attacker is about to touch */

enum { PRECIOUS = 42, BEATS = 5, ATTACKER_STACK_BYTES = 1024 };

static volatile int precious = PRECIOUS;

static int bear_witness(const void *argument)
{
    (void)argument;
    witness_memory = &precious;
    witness_self = coop_self().slot + 1;
    if (coop_lock_acquire(&witness_lock, COOP_FOREVER) != 0)
        return 1;
    while (precious == PRECIOUS) {
        (void)coop_sleep_ms(1);
        beats++;
    }
    return 2;
}
COOP_PROCESS(witness, bear_witness, .priority = 2, .daemon = true);

static int attack(const void *argument)
{
    (*(void (*const *)(void))argument)();
    return 0;
}
COOP_PROCESS(attacker, attack, .watchdog_ms = 50, .stack_bytes = ATTACKER_STACK_BYTES, .preemptible = true);

static struct coop_handle witnessed;

static int begin(void **state)
{
    (void)state;
    witnessed = start(&witness, NULL, 0);
    EVENTUALLY(beats > 0);
    return 0;
}

static void assert_undisturbed(void)
{
    int before = beats, value = 7, got = 0;
    EVENTUALLY(beats >= before + BEATS);
    assert_true(coop_is_alive(witnessed));
    while (coop_queue_get(&queue, &got, 0) == 0)
        continue; /* an attacker may put what is its own */
    assert_int_equal(coop_queue_put(&queue, &value, 0), 0);
    assert_int_equal(coop_queue_get(&queue, &got, 0), 0);
    assert_int_equal(got, value);
    assert_int_equal(coop_semaphore_value(&semaphore), 0);
    assert_int_equal(coop_lock_acquire(&witness_lock, 0), COOP_EAGAIN);
}

struct expectation {
    void (*attempt)(void);
    uint8_t cause, reason, signal;
    bool tells_address;
};

static void ends_attacker(void **state)
{
    const struct expectation *expectation = *state;
    struct coop_end end = join(start(&attacker, &expectation->attempt, sizeof expectation->attempt));
    assert_int_equal(end.cause, expectation->cause);
    assert_int_equal(end.reason, expectation->reason);
    assert_int_equal(end.signal, expectation->signal);
    if (expectation->tells_address)
        assert_int_equal(end.address, expected);
    assert_undisturbed();
}

#define ENDS(attempt_, ...)                                                                                            \
    {                                                                                                                  \
#attempt_, ends_attacker, NULL, NULL, &(struct expectation)                                                    \
        {                                                                                                              \
            attempt_, __VA_ARGS__                                                                                      \
        }                                                                                                              \
    }
#define ATTACKS(attacks_)                                                                                              \
    static int run_attacks(const void *argument)                                                                       \
    {                                                                                                                  \
        (void)argument;                                                                                                \
        return verdict(cmocka_run_group_tests(attacks_, begin, NULL));                                                 \
    }                                                                                                                  \
    COOP_PROCESS(root, run_attacks, .stack_bytes = REAL_STACK_BYTES, .priority = REAL_PRIORITY);                       \
    int main(int argc, char **argv)                                                                                    \
    {                                                                                                                  \
        return coop_run(argc, argv, &root);                                                                            \
    }

#endif
