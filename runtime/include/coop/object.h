/*
 * What all objects have in common. Applications meet it only through the other headers.
 *
 * An object is two things: a constant descriptor, which is its handle and lies in a linker table, and its state, which
 * lies in the arena (memory that all processes of a run share; on a board, memory of the kernel). What never changes is
 * read from the descriptor, so a process that scribbles over the arena can't change an object's geometry.
 */
#ifndef COOP_OBJECT_H
#define COOP_OBJECT_H

#include <stddef.h>
#include <stdint.h>

/* Words written by different processes are kept this far apart. */
#ifndef COOP_LINE_BYTES
#if UINTPTR_MAX > 0xffffffffu
#define COOP_LINE_BYTES 64
#else
#define COOP_LINE_BYTES 4
#endif
#endif

#define COOP_USED          __attribute__((used))
#define COOP_SECTION(name) __attribute__((section(name), used))
#define COOP_RESULT        __attribute__((warn_unused_result))

enum coop_kind {
    COOP_KIND_NONE,
    COOP_KIND_QUEUE,
    COOP_KIND_SEMAPHORE,
    COOP_KIND_PERMITS,
    COOP_KIND_LOCK,
    COOP_KIND_EVENT,
    COOP_KIND_PROCESS,
    COOP_KINDS
};

/*
 * The head of every state. The port owns both: `guard` names the process that is inside the object (Linux);
 * `wait` is, for each direction in which a process can wait, a futex word (Linux) or a list of parked processes (board).
 */
struct coop_control {
    _Atomic uint32_t guard;
    _Atomic uint32_t wait[2];
};

struct coop_queue;

/* The descriptor. All are of one size, and aligned to it, so that a port can check a handle by its address. */
struct coop_object {
    const char *name;
    struct coop_control *control;
    void *items;                           /* a queue's slots */
    const struct coop_queue *dead_letters; /* a queue's, or NULL */
    uint32_t item_bytes;                   /* a queue's message */
    uint32_t count;                        /* slots, permits, initial count */
    uint16_t max_deliveries;               /* of a leased message; 0: without end */
    uint8_t kind;                          /* enum coop_kind */
    uint8_t one_producer;
    uint8_t one_consumer;
    uint8_t recursive; /* a lock's */
} __attribute__((aligned(sizeof(void *) * 8)));

_Static_assert(sizeof(struct coop_object) == sizeof(void *) * 8, "the table's stride is the object's size");

#endif
