/* The system call: an operation, done for its caller, or one of the few other things that only the kernel can do. */
#include "kernel.h"

#include "objects.h"
#include "console.h"
#include "image.h"
#include "interrupt.h"

/* What is no instance of a process has nobody to tell; this spares the question. */
static struct coop_block no_block;
struct process supervisor = {.level = LEVEL_SUPERVISOR, .priority = LEVEL_SUPERVISOR, .deadline = NO_DEADLINE, .block = &no_block};
struct process interrupts = {.deadline = NO_DEADLINE, .block = &no_block};
struct process idle = {.deadline = NO_DEADLINE, .block = &no_block};
static bool rung;
static bool listening;

extern char coop_objects_count[];
_Static_assert(sizeof(struct coop_object) == 32, "is_handle");

/* Ends the supervisor's sleep: with 1 when the bell rang, 0 when it was time. */
static void end_listening(int result)
{
    listening = false;
    clock_remove(&supervisor);
    ((uint32_t *)supervisor.context.psp)[FRAME_R0] = (uint32_t)result;
    schedule_ready(&supervisor);
}

void kernel_ring(void)
{
    if (listening)
        end_listening(1);
    else
        rung = true;
}

void kernel_expire(struct process *process)
{
    if (process == &supervisor && listening)
        end_listening(0);
    else
        wait_expire(process);
}

/* Takes the process out of wherever it is. What it holds is the supervisor's to recover. */
void kernel_end(struct process *process, int code, int signal)
{
    if (process->state == STATE_READY)
        schedule_block(process);
    else if (process->state == STATE_PARKED)
        wait_leave(process);
    process->state = STATE_ENDED;
    process->code = code;
    process->signal = (uint8_t)signal;
    process->block->report.signal = (uint8_t)signal;
    process->told = false;
    if (process->descriptor->peripherals != NULL)
        interrupt_mask(process);
    kernel_ring();
}

void kernel_misuse(struct process *process, enum coop_misuse reason)
{
    if (process->self == 0)
        kernel_panic("misuse by the supervisor or an interrupt", NULL);
    process->block->report.cause = COOP_MISUSED;
    process->block->report.reason = (uint8_t)reason;
    process->block->report.pc = ((const uint32_t *)process->context.psp)[FRAME_PC];
    kernel_end(process, 0, SIGNAL_ABORT);
}

/* The arena's words are atomic for ports where processes write them; here only the kernel does. */
static inline uint32_t *plain(_Atomic uint32_t *word)
{
    return (uint32_t *)word;
}

static inline bool has_waiters(const struct coop_object *object)
{
    return (*plain(&object->control->wait[0]) | *plain(&object->control->wait[1])) != 0;
}

/* object_is, with its common part first: one rotation leaves a number that is too large when an address isn't aligned. */
static inline bool is_handle(const struct coop_object *object, unsigned kind)
{
    uint32_t offset = (uint32_t)object - (uint32_t)coop_objects_start;
    if ((offset >> 5 | offset << 27) < (uint32_t)coop_objects_count)
        return object->kind == kind;
    return kind == COOP_KIND_PROCESS && object_is(object, kind);
}

/* A timeout other than 0 is a check-in. False for one that can't be. */
static inline bool check_in(struct process *caller, int timeout_ms)
{
    if (timeout_ms != 0)
        ++*plain(&caller->block->checkins);
    return timeout_ms >= COOP_FOREVER;
}

static void listen(uint32_t *frame)
{
    uint64_t until = (uint64_t)frame[FRAME_R1] << 32 | frame[FRAME_R0];
    if (rung) {
        rung = false;
        frame[FRAME_R0] = 1;
        return;
    }
    listening = true;
    supervisor.context.psp = (uint32_t)frame;
    schedule_block(&supervisor);
    supervisor.state = STATE_PARKED;
    if (until != NO_DEADLINE)
        clock_add(&supervisor, until);
}

/* True when the caller may have the kernel read, or write, what an argument points to. */
static bool may(const struct process *caller, enum access access, uintptr_t address, size_t bytes)
{
    if (caller->self == 0 || (access == ACCESS_OUT_OR_NULL && address == 0))
        return true;
    return access == ACCESS_IN ? protect_may_read(caller, address, bytes) : protect_may_write(caller, address, bytes);
}

/* 0, COOP_EINVAL, or MISUSE minus its reason. */
static __attribute__((noinline)) int check_elsewhere(const struct process *caller, enum access access, uintptr_t address,
                                                     size_t bytes)
{
    if (address == 0 && (access == ACCESS_IN || access == ACCESS_OUT))
        return COOP_EINVAL;
    return may(caller, access, address, bytes) ? 0 : MISUSE - COOP_MISUSE_BAD_ADDRESS;
}

/* Most arguments lie on the caller's stack. */
static inline int check_argument(const struct process *caller, enum access access, uintptr_t address, size_t bytes)
{
    if (access == ACCESS_VALUE)
        return 0;
    uintptr_t stack = caller->context.regions[0] & ~31u;
    if (address >= stack && address < caller->context.stack_end && bytes <= caller->context.stack_end - address)
        return 0;
    return check_elsewhere(caller, access, address, bytes);
}

static inline int check_arguments(const struct process *caller, const struct operation *operation,
                                  const struct coop_object *object, const uint32_t *frame)
{
    size_t bytes_a = operation->bytes_a != BYTES_OF_ITEM ? operation->bytes_a : object->item_bytes;
    int error = check_argument(caller, operation->access_a, frame[FRAME_R1], bytes_a);
    if (error < 0 || operation->access_b == ACCESS_VALUE)
        return error;
    size_t bytes_b = operation->bytes_b != BYTES_OF_ITEM ? operation->bytes_b : object->item_bytes;
    return check_argument(caller, operation->access_b, frame[FRAME_R2], bytes_b);
}

/* The operation failed, or would block: says why, or waits. */
static __attribute__((noinline)) void fail(struct process *caller, uint32_t *frame, const struct operation *operation,
                                           const struct coop_object *object, int result)
{
    caller->context.psp = (uint32_t)frame; /* where the result goes when somebody completes it */
    if (result == WOULD_BLOCK) {
        result = COOP_EAGAIN;
        if (frame[FRAME_R3] != 0 && caller != &interrupts) {
            result = COOP_ESTOPPING;
            if (!*plain(&caller->block->stopping)) {
                wait_park(caller, frame, operation, object);
                return;
            }
        }
    }
    if (result <= MISUSE)
        kernel_misuse(caller, (enum coop_misuse)(MISUSE - result));
    else
        frame[FRAME_R0] = (uint32_t)result;
}

/*
 * Calls: caller, frame, and the operation of those that are one. A result is left in the frame's r0, now or, when the caller
 * is parked, later. Operations differ in what must be checked and done, so that each has the shortest call that will do.
 */
/* What all operations have in common; `with_pointers` and `with_effects` are constants, so that each call has its own copy. */
static inline __attribute__((always_inline)) void operate(struct process *caller, uint32_t *frame,
                                                          const struct operation *operation, bool with_pointers,
                                                          bool with_effects)
{
    const struct coop_object *object = (const struct coop_object *)frame[FRAME_R0];
    int timeout_ms = (int)frame[FRAME_R3];
    int result = MISUSE - COOP_MISUSE_BAD_HANDLE;
    if (!is_handle(object, operation->kind))
        goto failed;
    if (timeout_ms != 0) {
        ++*plain(&caller->block->checkins);
        result = COOP_EINVAL;
        if (timeout_ms < COOP_FOREVER)
            goto failed;
    }
    if (with_pointers && (result = check_arguments(caller, operation, object, frame)) < 0)
        goto failed;
    result = operation->try(object, caller->self, frame[FRAME_R1], frame[FRAME_R2]);
    if (result < 0)
        goto failed;
    frame[FRAME_R0] = (uint32_t)result;
    if (!with_effects)
        return;
    if (operation->rings)
        kernel_ring();
    if (has_waiters(object)) {
        wait_wake(object, operation->wakes);
        if (caller->level != caller->priority)
            inherit_lower(caller->self); /* it may have let go of what it inherited for */
    }
    return;
failed:
    fail(caller, frame, operation, object, result);
}

static void plain_call(struct process *caller, uint32_t *frame, const struct operation *operation)
{
    operate(caller, frame, operation, false, false);
}

static void waking_call(struct process *caller, uint32_t *frame, const struct operation *operation)
{
    operate(caller, frame, operation, false, true);
}

static void pointer_call(struct process *caller, uint32_t *frame, const struct operation *operation)
{
    operate(caller, frame, operation, true, false);
}

static void full_call(struct process *caller, uint32_t *frame, const struct operation *operation)
{
    operate(caller, frame, operation, true, true);
}

/* No object: the buffer, its bytes and the timeout are where an operation has a, b and the timeout. */
static void stream_call(struct process *caller, uint32_t *frame, const struct operation *operation)
{
    int result = COOP_EINVAL;
    if (check_in(caller, (int)frame[FRAME_R3])) {
        result = MISUSE - COOP_MISUSE_BAD_ADDRESS;
        if (may(caller, operation->access_a, frame[FRAME_R1], frame[FRAME_R2]))
            result = operation->try(&console, caller->self, frame[FRAME_R1], frame[FRAME_R2]);
    }
    if (result < 0)
        fail(caller, frame, operation, &console, result);
    else
        frame[FRAME_R0] = (uint32_t)result;
}

static void yield_call(struct process *caller, uint32_t *frame, const struct operation *operation)
{
    (void)frame, (void)operation;
    ++*plain(&caller->block->checkins);
    if (caller->level != LEVEL_SUPERVISOR)
        schedule_yield(caller);
}

static void exit_call(struct process *caller, uint32_t *frame, const struct operation *operation)
{
    (void)operation;
    if (caller->self == 0)
        kernel_panic("the supervisor called port_exit", frame);
    kernel_end(caller, (int)(frame[FRAME_R0] & 0xff), (int)(frame[FRAME_R1] & 0x7f));
}

static void misuse_call(struct process *caller, uint32_t *frame, const struct operation *operation)
{
    (void)operation;
    caller->context.psp = (uint32_t)frame;
    kernel_misuse(caller, frame[FRAME_R0] < COOP_MISUSES ? (enum coop_misuse)frame[FRAME_R0] : COOP_MISUSE_NONE);
}

static void unknown_call(struct process *caller, uint32_t *frame, const struct operation *operation)
{
    (void)operation;
    caller->context.psp = (uint32_t)frame;
    kernel_misuse(caller, COOP_MISUSE_BAD_OPERATION);
}

static void now_call(struct process *caller, uint32_t *frame, const struct operation *operation)
{
    (void)caller, (void)operation;
    uint64_t now = clock_now();
    frame[FRAME_R0] = (uint32_t)now;
    frame[FRAME_R1] = (uint32_t)(now >> 32);
}

static void thread_pointer_call(struct process *caller, uint32_t *frame, const struct operation *operation)
{
    (void)operation;
    frame[FRAME_R0] = image_thread_pointer(caller->self);
}

static void ring_call(struct process *caller, uint32_t *frame, const struct operation *operation)
{
    (void)caller, (void)frame, (void)operation;
    kernel_ring();
}

static void listen_call(struct process *caller, uint32_t *frame, const struct operation *operation)
{
    if (caller == &supervisor)
        listen(frame);
    else
        unknown_call(caller, frame, operation);
}

static void enable_call(struct process *caller, uint32_t *frame, const struct operation *operation)
{
    (void)operation;
    int result = interrupt_enable(caller, frame[FRAME_R0]);
    caller->context.psp = (uint32_t)frame;
    frame[FRAME_R0] = 0;
    if (result < 0)
        kernel_misuse(caller, (enum coop_misuse)(MISUSE - result));
}

static struct call call_of(const struct operation *operation)
{
    bool has_effects = operation->wakes != WAKES_NONE || operation->rings;
    if (operation->access_a == ACCESS_VALUE && operation->access_b == ACCESS_VALUE)
        return (struct call){has_effects ? waking_call : plain_call, operation};
    return (struct call){has_effects ? full_call : pointer_call, operation};
}

void kernel_start(void)
{
    static const struct call others[CALLS + 1] = {
        [CALL_YIELD] = {yield_call, NULL},
        [CALL_EXIT] = {exit_call, NULL},
        [CALL_MISUSE] = {misuse_call, NULL},
        [CALL_NOW] = {now_call, NULL},
        [CALL_THREAD_POINTER] = {thread_pointer_call, NULL},
        [CALL_RING] = {ring_call, NULL},
        [CALL_READ] = {stream_call, &console_read},
        [CALL_WRITE] = {stream_call, &console_write},
        [CALL_LISTEN] = {listen_call, NULL},
        [CALL_ENABLE] = {enable_call, NULL},
    };
    _Static_assert(OPERATIONS <= CALL_YIELD, "operations come first");
    for (unsigned number = 0; number <= CALLS; number++) {
        struct call *call = &scheduler.calls[number];
        *call = others[number];
        if (number < OPERATIONS && operations[number] != NULL)
            *call = call_of(operations[number]);
        if (call->function == NULL)
            call->function = unknown_call;
    }
}
