/* The system call: an operation, done for its caller, or one of the few other things that only the kernel can do. */
#include "kernel.h"

#include "console.h"
#include "image.h"
#include "interrupt.h"
#include "objects.h"
#include "operate.h"
#include "operations.h"
#include "reset.h"
#include "schedule.h"

/* What is no instance of a process has nobody to tell; this spares the question. */
static struct coop_block no_block;
struct process supervisor = {
    .level = LEVEL_SUPERVISOR, .priority = LEVEL_SUPERVISOR, .deadline = NO_DEADLINE, .block = &no_block};
struct process idle = {.deadline = NO_DEADLINE, .block = &no_block};
uint32_t kernel_rung[SLOT_WORDS], kernel_owners[SLOT_WORDS], kernel_ended[SLOT_WORDS];
static bool rung;

static void wake_supervisor(void)
{
    if (supervisor.state == STATE_LISTENING)
        schedule_ready(&supervisor);
}

void kernel_ring(void)
{
    rung = true;
    wake_supervisor();
}

/* A start, or an end of a process's own: perhaps the supervisor's thread needn't run. So it is asked for, but goes on listening. */
static void knock(void)
{
    scheduler.last[LEVEL_SUPERVISOR] = supervisor.next = &supervisor;
    scheduler.levels |= 1u << LEVEL_SUPERVISOR;
    schedule_soon();
}

bool kernel_answers(void)
{
    if (supervisor.state == STATE_LISTENING && !port_answer())
        kernel_ring();
    if (supervisor.state != STATE_LISTENING)
        return false;
    schedule_block_supervisor();
    return true;
}

void kernel_expire(struct process *process)
{
    if (process == &supervisor)
        wake_supervisor();
    else
        wait_expire(process);
}

bool kernel_listen(uint64_t until)
{
    uint32_t before = kernel_enter();
    if (!rung) {
        if (supervisor.deadline > until || !clock_has(&supervisor)) {
            uint64_t latest = clock_now() + clock_ticks(RESET_FEED_MS);
            clock_remove(&supervisor);
            clock_add(&supervisor, until < latest ? until : latest);
        }
        schedule_block_supervisor();
        schedule_soon();
        supervisor.state = STATE_LISTENING;
    }
    kernel_leave(before);
    __asm__ volatile("isb" ::: "memory"); /* the switch comes before what follows */
    if (!rung)
        return false;
    rung = false;
    return true;
}

/* Takes the process out of wherever it is. What it holds is the supervisor's to recover. */
void kernel_end(struct process *process, int code, int signal)
{
    if (process->state == STATE_READY)
        schedule_block(process);
    else if (process->state == STATE_PARKED)
        wait_leave(process);
    process->state = STATE_ENDED;
    process->code = (uint8_t)code;
    process->signal = (uint8_t)signal;
    process->block->end.signal = (uint8_t)signal;
    if (process->descriptor->peripherals != NULL)
        interrupt_mask(process);
    kernel_ended[(process->self - 1) / 32] |= 1u << (process->self - 1) % 32;
    if (signal == 0)
        knock();
    else
        kernel_ring();
}

void kernel_misuse(struct process *process, enum coop_misuse reason)
{
    if (process->self == 0)
        kernel_panic("misuse by the supervisor or an interrupt", NULL);
    process->block->end.cause = COOP_MISUSED;
    process->block->end.reason = (uint8_t)reason;
    process->block->end.pc = ((const uint32_t *)process->context.psp)[FRAME_PC];
    kernel_end(process, 0, SIGNAL_ABORT);
}

/* True when the caller may have the kernel read, or write, what an argument points to. */
static bool may(const struct process *caller, enum access access, uintptr_t address, size_t bytes)
{
    if (caller->self == 0 || (access == ACCESS_OUT_OR_NULL && address == 0))
        return true;
    return access == ACCESS_IN ? protect_may_read(caller, address, bytes) : protect_may_write(caller, address, bytes);
}

static void end_misused(enum coop_misuse reason)
{
    scheduler.current->context.psp = (uint32_t)thread_frame();
    kernel_misuse(scheduler.current, reason);
}

/* 0, COOP_EINVAL, or MISUSE minus its reason. */
static int check(const struct process *caller, enum access access, uintptr_t address, size_t bytes,
                 const struct coop_object *object)
{
    if (bytes == BYTES_OF_ITEM)
        bytes = object->item_bytes;
    if (is_on_stack(caller, access, address, bytes))
        return 0;
    if (address == 0 && access != ACCESS_OUT_OR_NULL)
        return COOP_EINVAL;
    return may(caller, access, address, bytes) ? 0 : MISUSE - COOP_MISUSE_BAD_ADDRESS;
}

/* Also what is no failure. */
static void answer(int result)
{
    if (result <= MISUSE)
        end_misused((enum coop_misuse)(MISUSE - result));
    else
        thread_frame()[FRAME_R0] = (uint32_t)result;
}

/* Checks the arguments, and tries. */
static int attempt(const struct operation *operation, const struct coop_object *object, uintptr_t a, uintptr_t b,
                   int timeout_ms)
{
    const struct process *caller = scheduler.current;
    if (!is_object(object, operation->kind))
        return MISUSE - COOP_MISUSE_BAD_HANDLE;
    if (operation->waits != DIRECTION_NONE && timeout_ms != 0) {
        if (timeout_ms < COOP_FOREVER)
            return COOP_EINVAL;
        *plain(&caller->block->checkins) = 1;
    }
    if (operation->access_a != ACCESS_VALUE || operation->access_b != ACCESS_VALUE) {
        int result = check(caller, operation->access_a, a, operation->bytes_a, object);
        if (result >= 0)
            result = check(caller, operation->access_b, b, operation->bytes_b, object);
        if (result < 0)
            return result;
    }
    return operation->try(object, caller->self, a, b);
}

static inline __attribute__((always_inline)) void wait(struct process *caller, const struct operation *operation,
                                                       const struct coop_object *object, uintptr_t a, uintptr_t b,
                                                       int timeout_ms)
{
    caller->object = object;
    caller->operation = operation;
    caller->a = a;
    caller->b = b;
    if (operation->holder != NULL && wait_may(caller, timeout_ms))
        inherit_raise(caller);
    wait_park(caller, wait_list(object, operation->waits), timeout_ms);
}

/* The frame may lie in a peripheral, where a word reads as it likes: each is read once. */
void call_any(void)
{
    struct process *caller = scheduler.current;
    volatile uint32_t *frame = thread_frame();
    const struct coop_object *object = (const struct coop_object *)frame[FRAME_R0];
    uintptr_t a = frame[FRAME_R1], b = frame[FRAME_R3];
    int timeout_ms = (int)frame[FRAME_R2];
    uint32_t number = frame[FRAME_R12];
    if (number == OP_NONE || number >= OPERATIONS) {
        end_misused(COOP_MISUSE_BAD_OPERATION);
        return;
    }
    const struct operation *operation = operations[number];
    int result = attempt(operation, object, a, b, timeout_ms);
    if (result < 0) {
        if (result == WOULD_BLOCK)
            wait(caller, operation, object, a, b, timeout_ms);
        else
            answer(result);
        return;
    }
    frame[FRAME_R0] = (uint32_t)result;
    if (operation->rings)
        operation == &process_start ? knock() : kernel_ring();
    if (operation->wakes != WAKES_NONE && wait_is_any(object))
        wait_wake(object, operation->wakes);
    if (caller->level != caller->priority)
        inherit_lower(caller->self); /* it may have let go of what it inherited for */
}

static void answer_now(uint32_t *frame)
{
    uint64_t now = clock_now();
    frame[FRAME_R0] = (uint32_t)now;
    frame[FRAME_R1] = (uint32_t)(now >> 32);
}

/* A coop function that an interrupt handler called: it is trusted, and doesn't wait. */
void call_from_handler(uint32_t *frame)
{
    const struct coop_object *object = (const struct coop_object *)frame[FRAME_R0];
    uint32_t number = frame[FRAME_R12];
    if (number == CALL_RING)
        kernel_ring();
    if (number == CALL_NOW)
        answer_now(frame);
    if (number == CALL_RING || number == CALL_NOW)
        return;
    if (number == OP_NONE || number >= OPERATIONS)
        kernel_panic("an interrupt handler called what it must not", frame);
    const struct operation *operation = operations[number];
    if (!is_object(object, operation->kind))
        kernel_panic("an interrupt handler passed a bad handle", frame);
    int result = operation->try(object, 0, frame[FRAME_R1], frame[FRAME_R3]);
    if (result <= MISUSE)
        kernel_panic("misuse by an interrupt handler", frame);
    frame[FRAME_R0] = (uint32_t)(result == WOULD_BLOCK ? COOP_EAGAIN : result);
    if (result >= 0 && operation->rings)
        kernel_ring();
    if (result >= 0 && wait_is_any(object))
        wait_wake(object, operation->wakes);
}

/*
 * Calls: each has the first three registers of its caller; the others, and whatever is told of a failure, are in its frame,
 * whose r0 takes the result.
 */
typedef void call(uintptr_t r0, uintptr_t r1, uintptr_t r2);
static call any_call, stream_call, yield_call, exit_call, misuse_call, now_call, thread_pointer_call, ring_call;
call unknown_call;

static void any_call(uintptr_t r0, uintptr_t r1, uintptr_t r2)
{
    (void)r0, (void)r1, (void)r2;
    call_any();
}

/* Mostly there are none. */
static void children_call(uintptr_t any, uintptr_t r1, uintptr_t r2)
{
    (void)any, (void)r1, (void)r2;
    struct coop_block *block = scheduler.current->block;
    *plain(&block->checkins) = 1;
    if (*plain(&block->children) == 0)
        thread_frame()[FRAME_R0] = 0;
    else
        call_any();
}

/* Those that fast/ has. A test that brings an object of its own goes without. */
#define FAST_OR_NOT __attribute__((weak, alias("any_call")))
call fast_queue_put FAST_OR_NOT, fast_queue_get FAST_OR_NOT;
call fast_semaphore_acquire FAST_OR_NOT, fast_semaphore_release FAST_OR_NOT;
call fast_lock_acquire FAST_OR_NOT, fast_lock_release FAST_OR_NOT;

/* No object, but a buffer, and its bytes as the second argument. */
static void stream_call(uintptr_t unused, uintptr_t buffer, uintptr_t timeout_ms)
{
    (void)unused;
    struct process *caller = scheduler.current;
    volatile uint32_t *frame = thread_frame();
    const struct operation *operation = frame[FRAME_R12] == CALL_READ ? &console_read : &console_write;
    size_t bytes = frame[FRAME_R3];
    int result = COOP_EINVAL;
    if ((int)timeout_ms != 0)
        *plain(&caller->block->checkins) = 1;
    if ((int)timeout_ms >= COOP_FOREVER) {
        result = MISUSE - COOP_MISUSE_BAD_ADDRESS;
        if (may(caller, operation->access_a, buffer, bytes))
            result = operation->try(&console, caller->self, buffer, bytes);
    }
    if (result == WOULD_BLOCK)
        wait(caller, operation, &console, buffer, bytes, (int)timeout_ms);
    else
        answer(result);
}

static void yield_call(uintptr_t r0, uintptr_t r1, uintptr_t r2)
{
    (void)r0, (void)r1, (void)r2;
    struct process *caller = scheduler.current;
    *plain(&caller->block->checkins) = (uint32_t)caller; /* only whether it is 0 counts */
    schedule_turn(caller);
    switch_now(caller);
}

static void exit_call(uintptr_t code, uintptr_t signal, uintptr_t r2)
{
    (void)r2;
    if (scheduler.current->self == 0)
        kernel_panic("the supervisor called port_exit", thread_frame());
    kernel_end(scheduler.current, (int)(code & 0xff), (int)(signal & 0x7f));
}

static void misuse_call(uintptr_t reason, uintptr_t r1, uintptr_t r2)
{
    (void)r1, (void)r2;
    end_misused(reason < COOP_MISUSES ? (enum coop_misuse)reason : COOP_MISUSE_NONE);
}

void unknown_call(uintptr_t r0, uintptr_t r1, uintptr_t r2)
{
    (void)r0, (void)r1, (void)r2;
    end_misused(COOP_MISUSE_BAD_OPERATION);
}

static void now_call(uintptr_t r0, uintptr_t r1, uintptr_t r2)
{
    (void)r0, (void)r1, (void)r2;
    answer_now(thread_frame());
}

static void thread_pointer_call(uintptr_t r0, uintptr_t r1, uintptr_t r2)
{
    (void)r0, (void)r1, (void)r2;
    thread_frame()[FRAME_R0] = image_thread_pointer(scheduler.current->self);
}

static void ring_call(uintptr_t r0, uintptr_t r1, uintptr_t r2)
{
    (void)r0, (void)r1, (void)r2;
    kernel_ring();
}

static void enable_call(uintptr_t interrupt, uintptr_t r1, uintptr_t r2)
{
    (void)r1, (void)r2;
    thread_frame()[FRAME_R0] = 0;
    int result = interrupt_enable(scheduler.current, interrupt);
    if (result < 0)
        end_misused((enum coop_misuse)(MISUSE - result));
}

/* By number. context.S goes by it. */
call *const calls[CALLS] = {
    [OP_NONE] = unknown_call,
    [OP_QUEUE_PUT] = fast_queue_put,
    [OP_QUEUE_GET] = fast_queue_get,
    [OP_QUEUE_TAKE... OP_QUEUE_COUNT] = any_call,
    [OP_SEMAPHORE_ACQUIRE] = fast_semaphore_acquire,
    [OP_SEMAPHORE_RELEASE] = fast_semaphore_release,
    [OP_SEMAPHORE_VALUE... OP_PERMITS_AVAILABLE] = any_call,
    [OP_LOCK_ACQUIRE] = fast_lock_acquire,
    [OP_LOCK_RELEASE] = fast_lock_release,
    [OP_EVENT_SET... OP_PROCESS_LOOK] = any_call,
    [OP_PROCESS_CHILDREN] = children_call,
    [OP_PROCESS_SLEEP... OPERATIONS - 1] = any_call,
    [OPERATIONS... CALL_YIELD - 1] = unknown_call,
    [CALL_YIELD] = yield_call,
    [CALL_EXIT] = exit_call,
    [CALL_MISUSE] = misuse_call,
    [CALL_NOW] = now_call,
    [CALL_THREAD_POINTER] = thread_pointer_call,
    [CALL_RING] = ring_call,
    [CALL_READ] = stream_call,
    [CALL_WRITE] = stream_call,
    [CALL_ENABLE] = enable_call,
    [CALL_ENABLE + 1 ... CALLS - 1] = unknown_call,
};
_Static_assert(OP_NONE + 1 == OP_QUEUE_PUT && OP_QUEUE_PUT + 1 == OP_QUEUE_GET && OP_QUEUE_GET + 1 == OP_QUEUE_TAKE &&
                   OP_QUEUE_COUNT + 1 == OP_SEMAPHORE_ACQUIRE && OP_SEMAPHORE_RELEASE + 1 == OP_SEMAPHORE_VALUE &&
                   OP_PERMITS_AVAILABLE + 1 == OP_LOCK_ACQUIRE && OP_LOCK_RELEASE + 1 == OP_EVENT_SET &&
                   OP_PROCESS_LOOK + 1 == OP_PROCESS_CHILDREN && OP_PROCESS_CHILDREN + 1 == OP_PROCESS_SLEEP &&
                   OPERATIONS < CALL_YIELD,
               "no number is left out of calls");
