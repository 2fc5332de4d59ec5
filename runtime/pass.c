/*
 * pass: finishes a lease of one queue and puts its result to another, in one step that no death can split.
 *
 * The two queues have two commits, so an intent makes them one. Inside the guard of `out` the process writes into its own
 * block which lease it is about to finish, and which position its message will have; then it puts. From that instant on,
 * tail differing from the position is the proof that the put happened. Then the lease is done, and the intent cleared.
 * What a death leaves: no intent, nothing happened; an intent whose position tail has not passed, nothing happened, and
 * the lease goes back as any other; an intent whose position tail has passed, the message is out, and repair finishes the lease.
 * (A tail that came back to the position would need 65536 laps during one pass.)
 */
#include "pass.h"

#include "operations.h"
#include "processes.h"
#include "queue_ring.h"

struct pass_call {
    const struct coop_object *in;
    uint32_t position;
};

static void set_intent(struct coop_block *block, uint32_t in)
{
    atomic_store_explicit(&block->pass_in, (uint16_t)in, memory_order_release);
}

static int try_pass(const struct coop_object *out, uint32_t self, uintptr_t message, uintptr_t b)
{
    const struct pass_call *call = (const struct pass_call *)b;
    if (!object_is(call->in, COOP_KIND_QUEUE))
        return MISUSE - COOP_MISUSE_BAD_HANDLE;
    if (call->in == out)
        return COOP_EINVAL;
    if (!holds(call->in, self, call->position))
        return COOP_ESTALE;
    struct coop_block *block = &coop_blocks_start[self - 1];
    block->pass_lease = call->position; /* @pass_lease */
    block->pass_out = (uint16_t)(out - coop_objects_start);
    block->pass_position = atomic_load_explicit(&state_of(out)->tail, memory_order_relaxed); /* @pass_position */
    set_intent(block, (uint32_t)(call->in - coop_objects_start) + 1);                        /* @pass_intent */
    int result = queue_put.try(out, self, message, 0);
    if (result < 0)
        set_intent(block, 0);
    return result;
}

/* The second half: the lease, then the intent. When the intent is gone, both are done. */
static int try_finish(const struct coop_object *in, uint32_t self, uintptr_t position, uintptr_t b)
{
    (void)b;
    if (holds(in, self, (uint32_t)position))
        free_slot(in, (uint32_t)position);       /* @finish_lease */
    set_intent(&coop_blocks_start[self - 1], 0); /* @finish_intent */
    return 0;
}

static const struct coop_object *queue_by_index(uint32_t index)
{
    const struct coop_object *object = coop_objects_start + index;
    bool exists = index < (uint32_t)(coop_objects_end - coop_objects_start);
    return exists && object->kind == COOP_KIND_QUEUE ? object : NULL;
}

bool pass_repair(uint32_t dead)
{
    struct coop_block *block = &coop_blocks_start[dead - 1];
    uint32_t intent = atomic_load_explicit(&block->pass_in, memory_order_acquire);
    const struct coop_object *in = intent != 0 ? queue_by_index(intent - 1) : NULL;
    const struct coop_object *out = intent != 0 ? queue_by_index(block->pass_out) : NULL;
    if (in != NULL && out != NULL &&
        /* @repair_pass_look */
        atomic_load_explicit(&state_of(out)->tail, memory_order_acquire) != block->pass_position) {
        if (port_enter(in, dead) < 0)
            return false;
        if (holds(in, dead, block->pass_lease))
            free_slot(in, block->pass_lease); /* @repair_pass_lease */
        port_leave(in);
        port_wake(in);
    }
    set_intent(block, 0); /* @repair_pass_intent */
    return true;
}

const struct operation queue_pass = {.try = try_pass,
                                     .unguarded = put_is_owned,
                                     .ready = put_is_ready,
                                     .number = OP_QUEUE_PASS,
                                     .kind = COOP_KIND_QUEUE,
                                     .waits = DIRECTION_SPACE,
                                     .wakes = WAKES_DATA,
                                     .access_a = ACCESS_IN,
                                     .bytes_a = BYTES_OF_ITEM,
                                     .access_b = ACCESS_IN,
                                     .bytes_b = sizeof(struct pass_call)};
const struct operation queue_finish = {.try = try_finish,
                                       .unguarded = get_is_owned,
                                       .number = OP_QUEUE_FINISH,
                                       .kind = COOP_KIND_QUEUE,
                                       .wakes = WAKES_SPACE | WAKES_DATA};

int coop_queue_pass(const struct coop_queue *in, struct coop_lease lease, const struct coop_queue *out,
                    const void *message, int timeout_ms)
{
    struct pass_call call = {.in = unchecked(in), .position = lease.position};
    int result = port_call(&queue_pass, unchecked(out), (uintptr_t)message, (uintptr_t)&call, timeout_ms);
    if (result < 0)
        return result;
    /* The message is out: nothing may stop the rest. Who keeps the guard busy is ended by the supervisor. */
    do
        result = port_call(&queue_finish, unchecked(in), lease.position, 0, 0);
    while (result == COOP_EBUSY);
    return result;
}
