#include "objects.h"

const struct object_class *const object_classes[COOP_KINDS] = {
    [COOP_KIND_QUEUE] = &queue_class, [COOP_KIND_SEMAPHORE] = &semaphore_class, [COOP_KIND_PERMITS] = &permits_class,
    [COOP_KIND_LOCK] = &lock_class,   [COOP_KIND_EVENT] = &event_class,         [COOP_KIND_PROCESS] = &process_class,
};

void objects_visit(void (*visit)(const struct coop_object *object, void *context), void *context)
{
    for (const struct coop_object *object = coop_objects_start; object < coop_objects_end; object++)
        visit(object, context);
    for (const struct coop_process *process = coop_processes_start; process < coop_processes_end; process++)
        visit(&process->object, context);
}
