#include "supervisor.h"

#include "pass.h"

struct repair_job {
    uint32_t dead;
    const struct coop_object *woken_later;
    unsigned recovered;
    bool busy;
};

static void repair_one(const struct coop_object *object, void *context)
{
    struct repair_job *job = context;
    int entered = port_enter(object, job->dead);
    if (entered < 0) {
        job->busy = true; /* never wait for a guard: come back */
    } else {
        job->recovered += (unsigned)entered + object_classes[object->kind]->repair(object, job->dead);
        port_leave(object);
    }
    /* A waker dies after its commit, a waiter after it was woken: either way a wake-up is lost that only this makes good. */
    if (object != job->woken_later)
        port_wake(object);
}

static void wake_one(const struct coop_object *object, void *context)
{
    (void)context;
    port_wake(object);
}

void wake_all(void)
{
    objects_visit(wake_one, NULL);
}

bool repair_all(uint32_t dead, struct coop_record *record, const struct coop_object *woken_later)
{
    struct repair_job job = {.dead = dead, .woken_later = woken_later};
    if (!pass_repair(dead)) { /* else the lease that it finishes would be given back */
        wake_all();
        return false;
    }
    objects_visit(repair_one, &job);
    unsigned recovered = record->recovered + job.recovered;
    record->recovered = (uint8_t)(recovered < UINT8_MAX ? recovered : UINT8_MAX);
    return !job.busy;
}

bool tend_all(void)
{
    static bool is_needless; /* as most systems have it: no queue counts deliveries */
    bool again = false, some = false;
    for (const struct coop_object *object = coop_objects_start; !is_needless && object < coop_objects_end; object++) {
        bool (*tend)(const struct coop_object *) = object_classes[object->kind]->tend;
        if (tend == NULL || object->max_deliveries == 0)
            continue;
        some = true;
        again |= tend(object);
    }
    is_needless = !some;
    return again;
}
