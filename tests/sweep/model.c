/* What actions mean when they follow one another and nobody dies: plain sequential code, which shares nothing with the runtime. */
#include "sweep.h"

#include <string.h>

void model_reset(struct model *model, const struct sweep_case *c)
{
    memset(model, 0, sizeof *model);
    model->locks[OUTER].died = c->died;
}

static struct model_message *first_ready(struct model *model)
{
    for (int i = 0; i < model->n; i++)
        if (model->queue[i].owner == 0 && !model->queue[i].done && !model->queue[i].dead)
            return &model->queue[i];
    return NULL;
}

/* An old lease holds the ring: slots are free again from the oldest on. */
static void trim(struct model *model)
{
    int done = 0;
    while (done < model->n && model->queue[done].done)
        done++;
    model->n -= done;
    memmove(model->queue, model->queue + done, (size_t)model->n * sizeof *model->queue);
}

/* Dead letters go at once: the supervisor does that before anything else happens. */
static void tend(struct model *model)
{
    for (int i = 0; i < model->n; i++)
        if (model->queue[i].dead && model->letters_n < LETTER_SLOTS) {
            model->letters[model->letters_n++] = model->queue[i].value;
            model->queue[i].dead = false;
            model->queue[i].done = true;
        }
    trim(model);
}

static void end_lease(struct model_message *message)
{
    message->owner = 0;
    message->dead = current->queue == LETTER_QUEUE && message->deliveries >= DELIVERIES;
}

static int put(struct model *model, int value)
{
    if (model->closed)
        return COOP_ECLOSED;
    if (model->n == QUEUE_SLOTS)
        return WOULD_BLOCK;
    model->queue[model->n++] = (struct model_message){.value = value};
    return 0;
}

static int get(struct model *model, uint32_t self, bool lease, int *message)
{
    struct model_message *ready = first_ready(model);
    if (ready == NULL)
        return model->closed && model->n == 0 ? COOP_ECLOSED : WOULD_BLOCK;
    *message = ready->value;
    ready->deliveries++;
    int deliveries = ready->deliveries;
    if (lease)
        ready->owner = self;
    else
        ready->done = true;
    trim(model);
    return lease ? deliveries : 0;
}

static int finish(struct model *model, uint32_t self, int value, bool done)
{
    for (int i = 0; i < model->n; i++)
        if (model->queue[i].value == value && model->queue[i].owner == self) {
            if (done)
                model->queue[i].done = true, model->queue[i].owner = 0;
            else
                end_lease(&model->queue[i]);
            trim(model);
            return 0;
        }
    return COOP_ESTALE;
}

static int put_out(struct model *model, int value)
{
    if (model->out_n == QUEUE_SLOTS)
        return WOULD_BLOCK;
    model->out[model->out_n++] = value;
    return 0;
}

static int get_out(struct model *model, int *message)
{
    if (model->out_n == 0)
        return WOULD_BLOCK;
    *message = model->out[0];
    memmove(model->out, model->out + 1, (size_t)--model->out_n * sizeof *model->out);
    return 0;
}

static int pass(struct model *model, uint32_t self, int value)
{
    struct model before = *model;
    int result = finish(model, self, value, true);
    if (result == 0)
        result = put_out(model, value + PASSED);
    if (result != 0)
        *model = before;
    return result;
}

static int acquire_permit(struct model *model, uint32_t self)
{
    int out = 0;
    for (int i = 0; i < SELVES; i++)
        out += model->permits[i];
    if (out == PERMITS)
        return WOULD_BLOCK;
    model->permits[self]++;
    return 0; /* which one, the model doesn't say */
}

static int acquire_lock(struct model_lock *lock, uint32_t self)
{
    if (lock->owner == self) {
        lock->depth++;
        return 0;
    }
    if (lock->owner != 0)
        return WOULD_BLOCK;
    int result = lock->died ? COOP_EOWNERDEAD : 0;
    *lock = (struct model_lock){.owner = self, .depth = 1};
    return result;
}

static int release_lock(struct model_lock *lock, uint32_t self)
{
    lock->owner = --lock->depth > 0 ? self : 0;
    return 0;
}

static int wait_for_flags(struct model *model, uint32_t wanted, int mode)
{
    uint32_t met = model->flags & wanted;
    if (met == 0 || ((mode & COOP_EVENT_ALL) != 0 && met != wanted))
        return WOULD_BLOCK;
    if (mode & COOP_EVENT_CLEAR)
        model->flags &= ~wanted;
    return (int)met;
}

static int apply(struct model *model, uint32_t self, const struct action *action, int *message)
{
    uint32_t value = (uint32_t)action->value;
    switch (action->verb) {
    case PUT:
        return put(model, action->value);
    case GET:
        return get(model, self, false, message);
    case TAKE:
        return get(model, self, true, message);
    case DONE:
        return finish(model, self, action->value, true);
    case GIVE_BACK:
        return finish(model, self, action->value, false);
    case CLOSE:
        return model->closed = true, 0;
    case PASS:
        return pass(model, self, action->value);
    case OUT_PUT:
        return put_out(model, action->value);
    case OUT_GET:
        return get_out(model, message);
    case SEMAPHORE_ACQUIRE:
        return model->semaphore > 0 ? (model->semaphore--, 0) : WOULD_BLOCK;
    case SEMAPHORE_RELEASE:
        return model->semaphore++, 0;
    case PERMITS_ACQUIRE:
        return acquire_permit(model, self);
    case PERMITS_RELEASE:
        return model->permits[self]--, 0;
    case LOCK_ACQUIRE:
        return acquire_lock(&model->locks[OUTER], self);
    case LOCK_RELEASE:
        return release_lock(&model->locks[OUTER], self);
    case INNER_ACQUIRE:
        return acquire_lock(&model->locks[INNER], self);
    case INNER_RELEASE:
        return release_lock(&model->locks[INNER], self);
    case EVENT_SET:
        return (int)(model->flags |= value);
    case EVENT_CLEAR:
        return (int)(model->flags &= ~value);
    case EVENT_WAIT:
        return wait_for_flags(model, value, action->mode);
    case LOG:
        return ++model->logged <= LOG_RECORDS ? 0 : COOP_EAGAIN; /* dropped, and counted */
    case NOTHING:
    case VERBS:
        break;
    }
    return 0;
}

int model_apply(struct model *model, uint32_t self, const struct action *action, int *message)
{
    *message = 0;
    int result = apply(model, self, action, message);
    tend(model);
    return result;
}

void model_repair(struct model *model, uint32_t dead)
{
    for (int i = 0; i < model->n; i++)
        if (model->queue[i].owner == dead)
            end_lease(&model->queue[i]);
    model->permits[dead] = 0;
    for (struct model_lock *lock = model->locks; lock < model->locks + LOCKS; lock++)
        if (lock->owner == dead)
            *lock = (struct model_lock){.died = true};
    tend(model);
}
