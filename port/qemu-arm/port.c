/* The port's functions, as runtime/port.h tells of them. Those of processes run unprivileged. */
#include "port.h"

#include "console.h"
#include "image.h"
#include "interrupt.h"
#include "kernel.h"
#include "mps2.h"
#include "processes.h"
#include "reset.h"
#include "schedule.h"
#include "semihost.h"
#include "v7m.h"
#include <coop/board.h>
#include <coop/stream.h>

/* r9 always points to the image of the process that runs. */
static const struct image_header *image(void)
{
    const struct image_header *header;
    __asm__("mov %0, r9" : "=r"(header));
    return header;
}

uint32_t port_self(void)
{
    return image()->self;
}

const void *port_argument(void)
{
    return image()->argument;
}

/* ticks / CLOCK_TICKS_PER_US, for which there is no instruction. */
static uint64_t to_us(uint64_t ticks)
{
    enum { EACH = UINT32_MAX / CLOCK_TICKS_PER_US, LEFT = UINT32_MAX % CLOCK_TICKS_PER_US + 1 }; /* of 2^32 */
    uint32_t high = (uint32_t)(ticks >> 32), low = (uint32_t)ticks;
    uint32_t left = low % CLOCK_TICKS_PER_US + high % CLOCK_TICKS_PER_US * LEFT;
    return (uint64_t)high * EACH + (uint64_t)(high / CLOCK_TICKS_PER_US) * LEFT + low / CLOCK_TICKS_PER_US +
           left / CLOCK_TICKS_PER_US;
}

static bool is_privileged(void)
{
    uint32_t control;
    __asm__("mrs %0, control" : "=r"(control));
    return (control & 1) == 0;
}

uint64_t port_now_us(void)
{
    if (is_privileged())
        return to_us(clock_now());
    register uint32_t low __asm__("r0");
    register uint32_t high __asm__("r1");
    register uint32_t number __asm__("r12") = CALL_NOW;
    __asm__ volatile("svc 0" : "=r"(low), "=r"(high) : "r"(number) : "memory");
    return to_us((uint64_t)high << 32 | low);
}

void port_yield(void)
{
    register uint32_t number __asm__("r12") = CALL_YIELD;
    __asm__ volatile("svc 0" : : "r"(number) : "memory");
}

void port_exit(int code)
{
    for (;;)
        system_call(CALL_EXIT, (uintptr_t)code, 0, 0, 0);
}

void port_misuse(enum coop_misuse reason)
{
    for (;;)
        system_call(CALL_MISUSE, reason, 0, 0, 0);
}

int port_open(int argc, char **argv)
{
    (void)argc, (void)argv;
    reset_report();
    reset_watch(true); /* before the first handler can get stuck */
    if (interrupt_start())
        return 0;
    reset_watch(false);
    return COOP_EINVAL;
}

void port_close(int status, bool reboot)
{
    (void)status;
    reset_watch(false);
    console_flush();
    if (reboot)
        reset_board();
}

/* The supervisor's thread lets interrupts in wherever it has not masked them; what PendSV does for it lets them in here. */
static bool answering;

static inline void breathe(void)
{
    if (answering && scheduler.interrupts != 0)
        (void)interrupt_serve();
}

int port_start(uint32_t slot)
{
    struct process *process = &processes[slot];
    breathe();
    image_begin(process);
    process->block->native_pid = process->self;
    uint32_t before = kernel_enter();
    kernel_owners[slot / 32] &= ~(1u << slot % 32);
    schedule_ready(process);
    kernel_leave(before);
    return 0;
}

void port_kill(uint32_t slot)
{
    uint32_t before = kernel_enter();
    struct process *process = &processes[slot];
    if (process->state == STATE_READY || process->state == STATE_PARKED)
        kernel_end(process, 0, SIGNAL_KILL);
    kernel_leave(before);
}

static struct port_ended end_of(const struct process *process)
{
    uint32_t slot = process->self - 1;
    bool is_owner = (kernel_owners[slot / 32] >> slot % 32 & 1) != 0 || inherit_holds(process->self);
    return (struct port_ended){.slot = slot, .clean = !is_owner, .code = process->code, .signal = process->signal};
}

/* The starter's call has just ended. */
static bool admit(uint32_t slot)
{
    bool done = supervisor_admit(slot, to_us(clock_now()));
    if (done)
        wait_frame(scheduler.current)[FRAME_R0] = START_DONE;
    return done;
}

static bool bury(uint32_t slot)
{
    struct port_ended ended = end_of(&processes[slot]);
    breathe();
    return supervisor_bury(&ended, to_us(clock_now()));
}

/* What an interrupt adds meanwhile also rings. */
static bool answer(uint32_t *noted, uint32_t first, bool (*do_for)(uint32_t slot))
{
    for (uint32_t bits = *noted; bits != 0; bits &= bits - 1) {
        if (!do_for(first + (uint32_t)__builtin_ctz(bits)))
            return false;
        *noted &= ~(bits & -bits);
    }
    return true;
}

bool port_answer(void)
{
    bool done = true;
    answering = true;
    breathe();
    for (uint32_t word = 0; done && word * 32 < process_slots(); word++)
        done = answer(&kernel_rung[word], word * 32, admit) && answer(&kernel_ended[word], word * 32, bury);
    answering = false;
    return done;
}

bool port_reap(struct port_ended *ended)
{
    uint32_t word = 0;
    while (kernel_ended[word] == 0)
        if (++word * 32 >= process_slots())
            return false;
    const struct process *process = &processes[word * 32 + (uint32_t)__builtin_ctz(kernel_ended[word])];
    uint32_t before = kernel_enter();
    kernel_ended[word] &= kernel_ended[word] - 1;
    kernel_leave(before);
    *ended = end_of(process);
    if (process->signal != 0 || process->code != 0)
        reset_note_end(process);
    return true;
}

uint32_t port_rung(uint32_t word)
{
    uint32_t before = kernel_enter();
    uint32_t bits = kernel_rung[word];
    kernel_rung[word] = 0;
    kernel_leave(before);
    return bits;
}

uint64_t port_cpu_us(uint32_t slot)
{
    struct process *process = &processes[slot];
    uint32_t us = (process->cpu_ticks - process->cpu_ticks_seen) / CLOCK_TICKS_PER_US;
    process->cpu_ticks_seen += us * CLOCK_TICKS_PER_US;
    process->cpu_us += us;
    return process->cpu_us;
}

bool port_dozes(uint32_t slot)
{
    uint32_t before = kernel_enter();
    struct process *process = &processes[slot];
    bool dozes = process->state == STATE_PARKED;
    if (dozes)
        process->unpark |= UNPARK_RINGS;
    kernel_leave(before);
    return dozes;
}

bool port_probe(uint32_t slot)
{
    const struct process *process = &processes[slot];
    bool is_known = process->state == STATE_READY || process->state == STATE_PARKED;
    if (is_known)
        process->block->end.pc = ((const uint32_t *)process->context.psp)[FRAME_PC];
    return is_known;
}

int port_enter(const struct coop_object *object, uint32_t dead)
{
    (void)object, (void)dead;
    kernel_enter();
    return 0;
}

void port_leave(const struct coop_object *object)
{
    (void)object;
    kernel_leave(0);
}

void port_wake(const struct coop_object *object)
{
    breathe();
    if (!wait_is_any(object))
        return; /* processes alone begin to wait, and none runs now */
    uint32_t before = kernel_enter();
    wait_wake_everyone(object);
    kernel_leave(before);
}

int coop_interrupt_enable(const struct coop_interrupt *interrupt)
{
    return system_call(CALL_ENABLE, (uintptr_t)interrupt, 0, 0, 0);
}

/* An operation is never half done here. */
uint32_t port_stuck(void)
{
    return 0;
}

void port_ring(void)
{
    system_call(CALL_RING, 0, 0, 0, 0);
}

/* While nothing else is to be done the supervisor feeds the hardware watchdog: who stops the one stops the other. */
void port_listen(uint64_t until_us)
{
    uint64_t until = until_us > UINT64_MAX / CLOCK_TICKS_PER_US ? NO_DEADLINE : until_us * CLOCK_TICKS_PER_US;
    while (!kernel_listen(until) && clock_now() < until)
        reset_feed();
}

int port_stop_asked(void)
{
    return 0;
}

bool port_log(const char *text, size_t bytes)
{
    return console_log(text, bytes);
}

void port_feed(void)
{
    reset_feed();
}

int port_stream_open(const char *path, unsigned baud)
{
    (void)path, (void)baud;
    return COOP_EUNSUPPORTED;
}

int port_stream_read(int stream, void *buffer, size_t bytes, int timeout_ms)
{
    if (stream != COOP_STDIN)
        return COOP_EINVAL;
    return system_call(CALL_READ, 0, (uintptr_t)buffer, (uintptr_t)timeout_ms, bytes);
}

int port_stream_write(int stream, const void *buffer, size_t bytes, int timeout_ms)
{
    if (stream != COOP_STDOUT)
        return COOP_EINVAL;
    uint64_t end_us = timeout_ms > 0 ? port_now_us() + (uint32_t)timeout_ms * 1000ull : 0;
    size_t written = 0;
    while (written < bytes) {
        const char *rest = (const char *)buffer + written;
        int count = system_call(CALL_WRITE, 0, (uintptr_t)rest, (uintptr_t)timeout_ms, bytes - written);
        if (count < 0)
            return written > 0 ? (int)written : count;
        written += (size_t)count;
        if (timeout_ms > 0 && written < bytes) {
            uint64_t now_us = port_now_us();
            if (now_us >= end_us)
                break;
            timeout_ms = (int)((end_us - now_us + 999) / 1000);
        }
    }
    return (int)written;
}

void port_nudge(uint32_t slot)
{
    (void)slot;
    port_wake(&console);
}
