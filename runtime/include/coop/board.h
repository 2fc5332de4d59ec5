/*
 * Boards only: peripherals that a process drives itself, and their interrupts.
 *
 * A driver is an ordinary process. It is granted the registers of its peripheral; every other process that touches them
 * faults. Its interrupts come to it as a semaphore's count or an event's flags:
 *
 *     COOP_PERIPHERALS(uart2, {0x40006000, 4096});
 *     COOP_SEMAPHORE(received, 0);
 *     COOP_INTERRUPT(uart2_receives, 4, &received, .of = &uart2);
 *
 *     static int drive(const void *argument)
 *     {
 *         for (;;) {
 *             coop_interrupt_enable(&uart2_receives);
 *             if (coop_semaphore_acquire(&received, COOP_FOREVER) < 0)
 *                 return 0;
 *             ... read what the UART has, and clear its interrupt ...
 *         }
 *     }
 *     COOP_PROCESS(driver, drive, .peripherals = &uart2, .priority = COOP_PRIORITY_DRIVER, .restart = COOP_RESTART_ON_FAILURE);
 *
 * An interrupt masks its own line until the driver enables it again, so that a driver that is slow, or dead, never has the
 * board drown in interrupts. A line is masked when the run begins and when its driver has ended. What was counted before
 * an end is not forgotten: a driver looks at its peripheral, not at the count, for what there is to do.
 *
 * How soon: a process of COOP_PRIORITY_DRIVER takes the CPU at once from any other (coop/process.h); one of another priority
 * may have to wait for who has it. The kernel masks no interrupts. One only masks its line and is noted, and what it gives is
 * given when the kernel has ended the call that it works on, if any: a few hundred instructions for short messages (make
 * bench-qemu tells). But a message is copied in one go, 24 instructions for every 32 bytes (49,000 for 64 KB): where that is too
 * long, share the data (coop/shared.h), and let the messages say which part of it is whose. And a driver waits for the
 * supervisor, for some 1,500 instructions when a process starts or ends, and 12,000 when it tells of a fault. A handler (below)
 * waits for neither; one that is called `.at_once` for nothing but others of its like.
 *
 * coop_run answers COOP_EINVAL, and logs why, when a declaration asks for what the board can't give: see the fields.
 */
#ifndef COOP_BOARD_H
#define COOP_BOARD_H

#include <coop/event.h>
#include <coop/process.h>
#include <coop/semaphore.h>

/* How many ranges of registers a process can be granted. */
#define COOP_MAX_PERIPHERALS 2

/*
 * Ranges of registers: `bytes` is a power of two from 32, `base` a multiple of it, and both lie in the memory map's part for
 * peripherals. What the kernel uses itself (mps2: timers 0 and 1, UARTs 0 and 1, the watchdog) is not granted.
 */
struct coop_peripherals {
    struct {
        uintptr_t base;
        uint32_t bytes;
    } ranges[COOP_MAX_PERIPHERALS];
};

/* Declares ranges, {base, bytes} each, for .peripherals of COOP_PROCESS. */
#define COOP_PERIPHERALS(name_, ...) const struct coop_peripherals name_ = {.ranges = {__VA_ARGS__}}

struct coop_interrupt {
    const char *name;
    const struct coop_object *object;  /* what it gives */
    void (*handler)(void);             /* or what it calls */
    const struct coop_peripherals *of; /* the process that is granted these has the interrupt: just one instance */
    uint32_t flags;                    /* that it sets, when the object is an event */
    uint16_t number;                   /* the line's, at the interrupt controller; each has one declaration */
    bool pulse;   /* the line is not held until the peripheral is served: one that comes while it is masked is kept */
    bool at_once; /* a handler's: called in the middle of whatever the kernel does, so it may call no coop function */
} __attribute__((aligned(sizeof(void *) * 8)));

/* Declares an interrupt that releases a semaphore, or sets `.flags` of an event. `.of` has to be told. */
#define COOP_INTERRUPT(name_, number_, object_, ...)                                                                   \
    const struct coop_interrupt name_ COOP_SECTION("coop_interrupts") = {                                              \
        .name = #name_, .number = (number_), .object = &(object_)->object, __VA_ARGS__}

/*
 * Declares an interrupt that calls `void handler(void)`, for the rare one that can't wait for a process. The handler runs as
 * part of the kernel, with main()'s variables: nothing is protected from it, and it delays everything else. It may use
 * queues, semaphores and events with a timeout of 0 (any other means 0 there), not what needs an owner: locks, permits,
 * leases; with `.at_once = true` it may use none, and a call of one is the end: the kernel panics. Its line is open from
 * coop_run on, but while it runs.
 */
#define COOP_INTERRUPT_HANDLER(name_, number_, handler_, ...)                                                          \
    const struct coop_interrupt name_ COOP_SECTION("coop_interrupts") = {                                              \
        .name = #name_, .number = (number_), .handler = (handler_), __VA_ARGS__}

/*
 * Opens the line, in the process that has the interrupt; one in any other is misuse. What the peripheral still asks for then
 * interrupts at once. Doesn't block. Returns 0.
 */
int coop_interrupt_enable(const struct coop_interrupt *interrupt);

#endif
