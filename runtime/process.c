/*
 * The life of a process as others see it: start, join, terminate and the rest, as operations on the process's object. The
 * commit of a start is the store of COOP_REQUESTED: before it a dead starter has left a free block, after it the supervisor
 * starts the process whether its starter lives or not. All else that changes a block's state is the supervisor's.
 */
#include "processes.h"

#include "operations.h"
#include <stdatomic.h>
#include <string.h>

/* What start takes and gives: one piece of the caller's memory, so that a board has one thing to check. */
struct start_call {
    struct coop_handle handle;
    uint32_t bytes;
    unsigned char argument[COOP_ARGUMENT_BYTES];
};

struct join_call {
    struct coop_handle handle;
    struct coop_end end;
};

/* What can be asked of a process without waiting. */
struct look_call {
    struct coop_handle handle;
    uint32_t any; /* whichever generation is there, which handle then gets */
    struct coop_handle parent;
    uint32_t state;
    uint32_t native_pid;
    struct coop_end end;
};

static struct coop_block *block_at(const struct coop_object *object, uint32_t instance)
{
    return (struct coop_block *)object->items + instance;
}

/* The block of a handle, or NULL when it is stale: another start has its slot, or none ever had. */
static struct coop_block *block_of(const struct coop_object *object, struct coop_handle handle)
{
    const struct coop_process *process = (const struct coop_process *)object;
    uint32_t instance = handle.slot - process_first_slot(process);
    if (instance >= process_instances(process))
        return NULL;
    struct coop_block *block = block_at(object, instance);
    return load_word(&block->generation) == handle.generation && load_word(&block->state) != COOP_FREE ? block : NULL;
}

/* Of the free and ended instances the one that was started least often, so that how one ended can be asked for long. */
static struct coop_block *choose_instance(const struct coop_object *object)
{
    struct coop_block *chosen = NULL;
    for (uint32_t i = 0; i < process_instances((const struct coop_process *)object); i++) {
        struct coop_block *block = block_at(object, i);
        uint32_t state = load_word(&block->state);
        if ((state == COOP_FREE || state == COOP_ENDED) &&
            (chosen == NULL || (int32_t)(load_word(&block->generation) - load_word(&chosen->generation)) < 0))
            chosen = block;
    }
    return chosen;
}

static int try_start(const struct coop_object *object, uint32_t self, uintptr_t a, uintptr_t b)
{
    (void)b;
    struct start_call *call = (struct start_call *)a;
    const struct coop_process *starter = self != 0 ? process_of(self - 1) : NULL;
    if (starter != NULL && starter->daemon)
        return MISUSE - COOP_MISUSE_DAEMON_STARTED;
    if (call->bytes > COOP_ARGUMENT_BYTES)
        return COOP_EINVAL;
    struct coop_block *block = choose_instance(object);
    if (block == NULL)
        return COOP_ELIMIT;
    store_word(&block->generation, load_word(&block->generation) + 1); /* @start_generation */
    store_word(&block->state, COOP_FREE);                              /* @start_free */
    memcpy(block->argument, call->argument, sizeof block->argument);
    store_word(&block->parent, (uint8_t)self); /* @start_parent */
    store_word(&block->request, COOP_REQUEST_NONE);
    call->handle.slot = (uint32_t)(block - coop_blocks_start);
    call->handle.generation = load_word(&block->generation);
    store_word(&block->state, COOP_REQUESTED); /* @start_commit */
    port_mark(call->handle.slot);
    return 0;
}

static int try_started(const struct coop_object *object, uint32_t self, uintptr_t slot, uintptr_t generation)
{
    (void)self;
    struct coop_handle handle = {.slot = (uint32_t)slot, .generation = (uint32_t)generation};
    struct coop_block *block = block_of(object, handle);
    if (block == NULL)
        return 0; /* so it has started, ended, and made room for another */
    uint32_t state = load_word(&block->state);
    if (state == COOP_REQUESTED || state == COOP_STARTING)
        return WOULD_BLOCK;
    return state == COOP_ENDED && block->end.cause == COOP_START_FAILED ? block->end.code : 0;
}

static int try_join(const struct coop_object *object, uint32_t self, uintptr_t a, uintptr_t b)
{
    (void)b;
    struct join_call *call = (struct join_call *)a;
    struct coop_block *block = block_of(object, call->handle);
    if (block == NULL)
        return COOP_ESTALE;
    if (call->handle.slot + 1 == self)
        return COOP_EINVAL;
    if (load_word(&block->state) != COOP_ENDED)
        return WOULD_BLOCK;
    call->end = block->end;
    return 0;
}

static int try_ask(const struct coop_object *object, uint32_t self, uintptr_t a, uintptr_t request)
{
    (void)self;
    struct coop_block *block = block_of(object, *(struct coop_handle *)a);
    if (block == NULL)
        return COOP_ESTALE;
    if (load_word(&block->request) < request)
        store_word(&block->request, (uint8_t)request);
    port_mark((uint32_t)(block - coop_blocks_start));
    return 0;
}

static int try_look(const struct coop_object *object, uint32_t self, uintptr_t a, uintptr_t b)
{
    (void)b;
    struct look_call *call = (struct look_call *)a;
    (void)self;
    uint32_t instance = call->handle.slot - process_first_slot((const struct coop_process *)object);
    if (instance >= process_instances((const struct coop_process *)object))
        return COOP_ESTALE;
    struct coop_block *block = block_at(object, instance);
    uint32_t parent = load_word(&block->parent);
    if (call->any)
        call->handle.generation = load_word(&block->generation);
    if (load_word(&block->generation) != call->handle.generation)
        return COOP_ESTALE;
    call->parent.slot = parent - 1;
    call->parent.generation = parent - 1 < process_slots() ? load_word(&coop_blocks_start[parent - 1].generation) : 0;
    call->state = load_word(&block->state);
    call->native_pid = load_word(&block->native_pid);
    call->end = block->end;
    /* A start meanwhile has changed the generation before it changed anything that was read here. */
    atomic_thread_fence(memory_order_acquire);
    return load_word(&block->generation) == call->handle.generation ? 0 : COOP_ESTALE;
}

/* Starts are undone by the supervisor, which knows what it started; a block itself holds nothing that a death could lose. */
static unsigned repair(const struct coop_object *object, uint32_t dead)
{
    (void)object, (void)dead;
    return 0;
}

const struct object_class process_class = {.repair = repair};

const struct operation process_start = {.try = try_start,
                                        .number = OP_PROCESS_START,
                                        .kind = COOP_KIND_PROCESS,
                                        .rings = true,
                                        .access_a = ACCESS_OUT,
                                        .bytes_a = sizeof(struct start_call)};
const struct operation process_started = {
    .try = try_started, .number = OP_PROCESS_STARTED, .kind = COOP_KIND_PROCESS, .waits = DIRECTION_DATA};
const struct operation process_join = {.try = try_join,
                                       .number = OP_PROCESS_JOIN,
                                       .kind = COOP_KIND_PROCESS,
                                       .waits = DIRECTION_DATA,
                                       .access_a = ACCESS_OUT,
                                       .bytes_a = sizeof(struct join_call)};
const struct operation process_ask = {.try = try_ask,
                                      .number = OP_PROCESS_ASK,
                                      .kind = COOP_KIND_PROCESS,
                                      .rings = true,
                                      .access_a = ACCESS_IN,
                                      .bytes_a = sizeof(struct coop_handle)};
const struct operation process_look = {.try = try_look,
                                       .unguarded = needs_no_guard,
                                       .number = OP_PROCESS_LOOK,
                                       .kind = COOP_KIND_PROCESS,
                                       .access_a = ACCESS_OUT,
                                       .bytes_a = sizeof(struct look_call)};
static const struct coop_object *object_of(struct coop_handle handle)
{
    const struct coop_process *process = process_of(handle.slot);
    return process != NULL ? &process->object : NULL;
}

int coop_start(const struct coop_process *process, const void *argument, size_t bytes, struct coop_handle *handle)
{
    static const struct start_call empty;
    struct start_call call = empty;
    if (port_self() == 0)
        port_misuse(COOP_MISUSE_NOT_PROCESS); /* there is no supervisor yet, or it would wait for itself */
    if (bytes > COOP_ARGUMENT_BYTES || (argument == NULL && bytes != 0))
        return COOP_EINVAL;
    call.bytes = (uint32_t)bytes;
    if (bytes != 0)
        memcpy(call.argument, argument, bytes);
    int result = port_call(&process_start, unchecked(process), (uintptr_t)&call, 0, COOP_FOREVER);
    if (result < 0)
        return result;
    if (handle != NULL)
        *handle = call.handle;
    return result == START_DONE ? 0
                                : port_call(&process_started, unchecked(process), call.handle.slot,
                                            call.handle.generation, COOP_FOREVER);
}

int coop_join(struct coop_handle handle, int timeout_ms, struct coop_end *end)
{
    struct join_call call = {.handle = handle};
    const struct coop_object *object = object_of(handle);
    if (object == NULL)
        return COOP_ESTALE;
    int error = port_call(&process_join, object, (uintptr_t)&call, 0, timeout_ms);
    if (error >= 0 && end != NULL)
        *end = call.end;
    return error;
}

static int ask(struct coop_handle handle, enum coop_request request)
{
    const struct coop_object *object = object_of(handle);
    if (object == NULL)
        return COOP_ESTALE;
    return port_call(&process_ask, object, (uintptr_t)&handle, request, COOP_FOREVER);
}

int coop_terminate(struct coop_handle handle)
{
    return ask(handle, COOP_REQUEST_TERMINATE);
}

int coop_kill(struct coop_handle handle)
{
    return ask(handle, COOP_REQUEST_KILL);
}

static int look(struct look_call *call)
{
    const struct coop_object *object = object_of(call->handle);
    return object != NULL ? port_call(&process_look, object, (uintptr_t)call, 0, 0) : COOP_ESTALE;
}

bool coop_is_alive(struct coop_handle handle)
{
    struct look_call call = {.handle = handle};
    return look(&call) >= 0 && call.state != COOP_FREE && call.state != COOP_ENDED;
}

int coop_exitcode(struct coop_handle handle)
{
    struct look_call call = {.handle = handle};
    if (look(&call) < 0 || call.state != COOP_ENDED)
        return COOP_NOT_ENDED;
    return call.end.signal != 0 ? -(int)call.end.signal : call.end.code;
}

struct coop_handle coop_self(void)
{
    uint32_t self = port_self();
    struct look_call call = {.handle = {.slot = self - 1}, .any = true};
    if (self == 0 || look(&call) < 0)
        return (struct coop_handle){.slot = UINT32_MAX};
    return call.handle;
}

struct coop_handle coop_parent(void)
{
    struct look_call call = {.handle = coop_self(), .parent = {.slot = UINT32_MAX}};
    return look(&call) < 0 ? (struct coop_handle){.slot = UINT32_MAX} : call.parent;
}

const char *coop_name(struct coop_handle handle)
{
    const struct coop_process *process = process_of(handle.slot);
    return process != NULL ? process->object.name : "?";
}

int coop_native_pid(struct coop_handle handle)
{
    struct look_call call = {.handle = handle};
    return look(&call) < 0 ? 0 : (int)call.native_pid;
}

int coop_find(const struct coop_process *process, uint32_t instance, struct coop_handle *handle)
{
    if (!object_is(unchecked(process), COOP_KIND_PROCESS))
        port_misuse(COOP_MISUSE_BAD_HANDLE);
    if (handle == NULL || instance >= process_instances(process))
        return COOP_EINVAL;
    struct look_call call = {.handle = {.slot = process_first_slot(process) + instance}, .any = true};
    int error = port_call(&process_look, unchecked(process), (uintptr_t)&call, 0, 0);
    if (error < 0 || call.state == COOP_FREE || call.state == COOP_ENDED)
        return COOP_ESTALE;
    *handle = call.handle;
    return 0;
}
