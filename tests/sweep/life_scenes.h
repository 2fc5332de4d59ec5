/*
 * The sweep of what only a supervisor can answer: start, join, terminate, kill and exit, and a put, by processes of a real run.
 * The root has a victim killed after its Nth instruction, and looks what becomes of the others. How is the port's:
 * test_sweep_life.c, tests/board/sweep/life.c.
 */
#ifndef LIFE_SCENES_H
#define LIFE_SCENES_H

#include "../life.h"

enum scene {
    START,
    START_ARGUMENT,
    START_NONE_LEFT,
    JOIN,
    JOIN_ENDED,
    TERMINATE,
    TERMINATE_BLOCKED,
    KILL,
    EXIT,
    PUT_TO,
    SCENES
};

extern const char *const scene_names[SCENES];

struct life {
    struct coop_handle other;   /* whom the victim joins, terminates or kills */
    struct coop_handle partner; /* the joiner or the getter */
};
extern struct life life; /* shared */

void scene_set(enum scene scene);                                  /* everybody is there before the victim begins */
int scene_act(enum scene scene);                                   /* by the victim */
void scene_check(enum scene scene, const struct coop_end *victim); /* when it has ended, as told */

/* The port's. */
bool life_sleeps(struct coop_handle handle);
bool life_was_asked(struct coop_handle handle); /* to end */
bool life_is_over(void);                        /* nobody is left but the root */

#endif
