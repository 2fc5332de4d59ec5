/*
 * The kill sweep on a board. main() is the supervisor's thread and runs no system: it starts the processes of a run, sleeps while
 * they act, and repairs, as tests/sweep/ does on Linux, with the same scenes, model and judge. A timer that fires after
 * the Nth instruction makes the difference, by one interrupt handler: either it rings, and main() kills the victim; or it
 * acts itself, as an interrupt does, and nobody dies. The repair is shot at too, with the end of a wait.
 *
 *     stage.c       the arena; processes that each perform one action; the timer
 *     sound.c       what must hold in the kernel whenever it is quiet
 *     run.c         one kill or interrupt; all of a case
 *     sweep.c       main(): which cases, and how fine
 *     life.c        another firmware: the same for a real run, where a supervisor starts, ends and joins
 */
#ifndef BOARD_SWEEP_H
#define BOARD_SWEEP_H

#include "tests/sweep/sweep.h"

#include "kernel.h"

/* As a process: whoever handles the interrupt. No process has its slot. */
enum { INTERRUPT = 7, INTERRUPT_FLAG = 4 };

/* SINKS: the time slice of whoever runs has ended. EXPIRES: every wait that has a deadline has come to it. */
enum fires { KILLS, HANDLES, RELEASES, SETS, SINKS, EXPIRES, FIRES };

/* What stage_spawn reads for a process that is `traced`, and what the interrupt leaves. */
struct shot {
    enum fires fires;
    uint32_t instructions; /* from the process's last one before its action */
    uint32_t self;         /* whose action it is */
    struct action action;  /* of the handler */
    /* when it has been fired: */
    bool fired;
    bool idle;            /* nothing ran */
    bool victim_finished; /* its action */
    bool finished;        /* and the action that was shot at */
};
extern struct shot shot;

extern uint8_t stage_levels[SELVES];         /* of the processes that are started next */
uint32_t stage_order(uint32_t self);         /* as how manieth it finished, from 1 on; 0: not yet */
bool stage_shoot(void);                      /* until the shot has been fired; false when nobody fires one */
bool stage_repair_under_fire(uint32_t dead); /* false when it was over before the shot */
uintptr_t stage_pc(uint32_t self);

/* sound.c */
const char *sound_kernel(void);                     /* NULL, or what is wrong */
uint8_t sound_level(const struct process *process); /* what it is entitled to */

/* run.c */
enum { LEVEL = 2 }; /* the victim's */
/* Of the peers: the victim's, above it, below it, each another one. */
enum ranks { EQUALS, HIGHER, LOWER, MIXED, RANKS };
/* `action`: the handler's. */
void sweep_shots(const struct sweep_case *c, enum fires fires, const struct action *action, enum ranks peers,
                 int stride, struct tally *tally);

#endif
