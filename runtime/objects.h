/*
 * The object table: what the supervisor knows of each kind of object. `repair` is idempotent: it gives back what the
 * dead process (slot + 1) held and returns how many things that were; it is called between port_enter and port_leave.
 * `mend`, called there too, makes good what a process wrote over, as far as others can't be at it now.
 * `tend`, or NULL, does the supervisor's own part in the object's work, and returns true when it should be called again soon.
 */
#ifndef COOP_OBJECTS_H
#define COOP_OBJECTS_H

#include "port.h"

struct object_class {
    unsigned (*repair)(const struct coop_object *object, uint32_t dead);
    bool (*tend)(const struct coop_object *object);
    bool (*mend)(const struct coop_object *object);  /* may the supervisor use it now? NULL: always */
    bool (*check)(const struct coop_object *object); /* before the run: is the declaration sound? NULL: always */
};

/* By enum coop_kind. */
extern const struct object_class *const object_classes[COOP_KINDS];
extern const struct object_class queue_class, semaphore_class, permits_class, lock_class, event_class, process_class;

/* Calls visit for every object, processes included. */
void objects_visit(void (*visit)(const struct coop_object *object, void *context), void *context);

#endif
