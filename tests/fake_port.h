/*
 * A port without an operating system: processes are numbers, and the test says which one calls. An operation is executed at
 * once, as on Linux in the object's guard. A rule that was broken is a result (MISUSE - reason), not the end.
 *
 *     #include "fake_port.h"
 *     #include "runtime/semaphore.c"
 *
 * The object's source is included, so that its atomic accesses are steps (fake/stdatomic.h), each of which can be its
 * caller's last.
 */
#ifndef FAKE_PORT_H
#define FAKE_PORT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "objects.h"

/* What the last calls did to others; the test may clear it. */
struct fake_seen {
    unsigned wakes; /* of the last success: enum WAKES_... */
    unsigned rings;
    unsigned logs;
};
extern struct fake_seen fake_seen;

/* Who calls from now on: a slot + 1, or 0 for the supervisor. */
void fake_as(uint32_t self);

/* While a call would block, `script` runs, as whichever process it chooses, and the call tries again, until it returns false. */
void fake_while_blocked(bool (*script)(void));

/* Runs run(context), which dies at its step-th step (1 and up). False when it ended before; 0 lets it live. */
bool fake_dies_at(unsigned step, void (*run)(void *context), void *context);

/* Repairs the object after a death as the supervisor does. Returns how many things were recovered. */
unsigned fake_repair(const struct coop_object *object, const struct object_class *class, uint32_t dead);

/*
 * The sweep: process `dying` dies at each step of `run` in turn, and the supervisor at each step of each repair, which is
 * then repeated. Each time it begins with `prepare` and ends with `happened`, which checks the object, and answers
 * whether the operation happened (1 or 0, or -1 when that shows nowhere): it must not at first, it must at last, and in
 * between it changes once. Repair repeated must change nothing in the state_bytes bytes of the object's state.
 */
struct sweep {
    const struct coop_object *object;
    const struct object_class *class;
    size_t state_bytes;
    uint32_t dying;
    void (*prepare)(void);
    void (*run)(void *context);
    void *context;
    int (*happened)(void);
};
void fake_sweep(const struct sweep *sweep);

#endif
