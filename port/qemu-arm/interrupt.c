#include "interrupt.h"

#include "console.h"
#include "mps2.h"
#include "schedule.h"
#include <coop/board.h>
#include <stdio.h>

extern const struct coop_interrupt coop_interrupts_start[], coop_interrupts_end[];
extern const struct coop_process coop_processes_start[], coop_processes_end[];
extern char images_start[];
extern void (*interrupt_handlers[INTERRUPTS])(void);
void unexpected_interrupt(void);

void (*interrupt_entries[INTERRUPTS])(void);

/* By number, with what it does to its object. */
static const struct coop_interrupt *declared[INTERRUPTS];

/*
 * A line stayed up until the peripheral was served, so that it is pending though nothing is left to do; one that still is up
 * stays pending all the same.
 */
static void open_line(unsigned number, bool pulse)
{
    if (!pulse)
        NVIC->unpend[0] = 1u << number;
    NVIC->enable[0] = 1u << number;
}

static const struct operation *effect(const struct coop_interrupt *interrupt)
{
    return operations[interrupt->object->kind == COOP_KIND_EVENT ? OP_EVENT_SET : OP_SEMAPHORE_RELEASE];
}

static __attribute__((noinline)) void take_effect(const struct coop_interrupt *interrupt)
{
    const struct operation *operation = effect(interrupt);
    if (operation->try(interrupt->object, 0, interrupt->flags, 0) >= 0)
        wait_wake(interrupt->object, operation->wakes);
}

static inline void deliver(const struct coop_interrupt *interrupt)
{
    const struct coop_object *object = interrupt->object;
    struct process **waiting = wait_list(object, DIRECTION_DATA);
    struct process *first = *waiting;
    if (first != NULL && object->kind == COOP_KIND_SEMAPHORE)
        wait_complete(waiting, first);
    else
        take_effect(interrupt);
}

void interrupt_deliver(unsigned number)
{
    NVIC->disable[0] = 1u << number;
    kernel_settle();
    deliver(declared[number]);
}

/* The handler is the application's, so it finds its variables by r9. */
void interrupt_call(unsigned number)
{
    register void (*handler)(void) __asm__("r3") = declared[number]->handler;
    __asm__ volatile("mov r4, r9\n\t"
                     "mov r9, %1\n\t"
                     "blx %0\n\t"
                     "mov r9, r4"
                     : "+r"(handler)
                     : "r"(images_start)
                     : "r0", "r1", "r2", "r4", "r12", "lr", "cc", "memory");
}

static void serve(unsigned number)
{
    const struct coop_interrupt *interrupt = declared[number];
    if (interrupt != NULL && interrupt->handler == NULL) {
        deliver(interrupt);
        return;
    }
    if (interrupt != NULL)
        interrupt_call(number);
    else
        interrupt_handlers[number]();
    open_line(number, interrupt != NULL && interrupt->pulse);
}

bool interrupt_serve(void)
{
    uint32_t noted = __atomic_exchange_n(&scheduler.interrupts, 0, __ATOMIC_RELAXED);
    for (; noted != 0; noted &= noted - 1)
        serve((unsigned)__builtin_ctz(noted));
    return !schedule_is_settled();
}

/* How many instances have the interrupt. */
static unsigned owners(const struct coop_interrupt *interrupt)
{
    unsigned count = 0;
    for (const struct coop_process *process = coop_processes_start; process < coop_processes_end; process++)
        if (interrupt->of != NULL && process->peripherals == interrupt->of)
            count += process->instances != 0 ? process->instances : 1;
    return count;
}

static bool has_sound_object(const struct coop_interrupt *interrupt)
{
    if (interrupt->object->kind == COOP_KIND_EVENT)
        return interrupt->flags != 0 && (interrupt->flags & ~COOP_EVENT_FLAGS) == 0;
    return interrupt->object->kind == COOP_KIND_SEMAPHORE && interrupt->flags == 0;
}

static bool is_sound(const struct coop_interrupt *interrupt)
{
    if (interrupt->number >= INTERRUPTS || interrupt_handlers[interrupt->number] != unexpected_interrupt ||
        declared[interrupt->number] != NULL)
        return false;
    if (interrupt->handler != NULL)
        return true;
    return !interrupt->at_once && owners(interrupt) == 1 && has_sound_object(interrupt);
}

static bool refuse(const char *name)
{
    char text[100];
    int bytes = snprintf(text, sizeof text, "coop: %s: the board can't give what its declaration asks for\n", name);
    console_log(text, (size_t)bytes);
    return false;
}

bool interrupt_start(void)
{
    for (const struct coop_process *process = coop_processes_start; process < coop_processes_end; process++)
        if (!protect_may_grant(process->peripherals))
            return refuse(process->object.name);
    for (const struct coop_interrupt *interrupt = coop_interrupts_start; interrupt < coop_interrupts_end; interrupt++) {
        if (!is_sound(interrupt))
            return refuse(interrupt->name);
        declared[interrupt->number] = interrupt;
        if (interrupt->handler == NULL)
            interrupt_entries[interrupt->number] = interrupt_to_process;
        if (interrupt->at_once) {
            interrupt_entries[interrupt->number] = interrupt_at_once;
            NVIC->priority[interrupt->number] = PRIORITY_AT_ONCE;
        }
        if (interrupt->handler != NULL)
            NVIC->enable[0] = 1u << interrupt->number;
    }
    return true;
}

int interrupt_enable(const struct process *caller, uintptr_t address)
{
    uintptr_t offset = address - (uintptr_t)coop_interrupts_start;
    if (offset >= (uintptr_t)coop_interrupts_end - (uintptr_t)coop_interrupts_start ||
        offset % sizeof(struct coop_interrupt) != 0)
        return MISUSE - COOP_MISUSE_BAD_HANDLE;
    const struct coop_interrupt *interrupt = (const struct coop_interrupt *)address;
    if (caller->self == 0 || interrupt->of == NULL || caller->descriptor->peripherals != interrupt->of)
        return MISUSE - COOP_MISUSE_NOT_OWNER;
    open_line(interrupt->number, interrupt->pulse);
    return 0;
}

void interrupt_mask(const struct process *process)
{
    for (const struct coop_interrupt *interrupt = coop_interrupts_start; interrupt < coop_interrupts_end; interrupt++)
        if (interrupt->of == process->descriptor->peripherals)
            NVIC->disable[0] = 1u << interrupt->number;
}
