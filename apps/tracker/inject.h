/* Misbehaviour on demand, to show what the watchdog and the supervisor do. */
#ifndef TRACKER_INJECT_H
#define TRACKER_INJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum inject_kind {
    INJECT_NOTHING,
    INJECT_SPIN,     /* computes without end: a runaway */
    INJECT_HANG,     /* waits for what never comes */
    INJECT_CRASH,    /* writes to an address that it does not have */
    INJECT_OVERFLOW, /* calls itself until its stack is used up */
    INJECT_EXIT,     /* leaves, with 1 */
    INJECT_KINDS
};

struct injection {
    uint32_t number; /* of the sentence, from 1 */
    uint8_t kind;    /* enum inject_kind */
    bool always;     /* at every delivery of the sentence, not only at its first */
};

/* The kind that is named by `name[0..length)`; INJECT_NOTHING if none is. Pure. */
uint8_t inject_kind(const char *name, size_t length);

/* Misbehaves, and does not return, if `injection` is for the sentence `number` at this delivery of it, the first being 1. */
void inject(const struct injection *injection, uint32_t number, int delivery);

#endif
