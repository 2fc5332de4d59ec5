/*
 * Ends that no process could bring about: in the middle of a run the supervisor or the kernel is stuck, or one of them
 * overflows its stack. The first argument says which. After a reset the second run says so and ends. Run by ends.sh.
 */
#include <coop.h>
#include <coop/board.h>
#include "kernel.h"
#include "mps2.h"
#include <stdio.h>
#include <string.h>

enum { IRQ_ACT = 30, SECOND_RUN = 0x5ec04d };

/* In RAM that a reset leaves alone, past what the port keeps there. */
#define MARK (*(volatile uint32_t *)0x203ffff0u)

enum act { STUCK_SUPERVISOR, STUCK_KERNEL, KERNEL_OVERFLOW };
COOP_SHARED(enum act, act);

static void spin(void)
{
    for (;;)
        continue;
}

static int overflow(const volatile char *in)
{
    volatile char buffer[64];
    buffer[0] = *in;
    return buffer[0] == 0 ? 0 : overflow(buffer) + buffer[0];
}

/* In the kernel: an interrupt handler may do anything. */
static void do_act(void)
{
    char first = 1;
    switch (act) {
    case STUCK_SUPERVISOR: /* it goes on elsewhere when it is woken */
        ((uint32_t *)supervisor.context.psp)[FRAME_PC] = (uint32_t)spin & ~1u;
        break;
    case STUCK_KERNEL:
        spin();
        break;
    case KERNEL_OVERFLOW:
        (void)overflow(&first);
        break;
    }
}
COOP_INTERRUPT_HANDLER(actor, IRQ_ACT, do_act);

static int crash(const void *argument)
{
    (void)argument;
    __asm__ volatile("udf #0");
    return 0;
}
COOP_PROCESS(crasher, crash);

static int run(const void *argument)
{
    (void)argument;
    struct coop_handle handle;
    if (coop_start(&crasher, NULL, 0, &handle) < 0 || coop_join(handle, COOP_FOREVER, NULL) < 0)
        return 1;
    *(volatile uint32_t *)0xe000ef00u = IRQ_ACT;
    return coop_sleep_ms(100) == 0 ? coop_sleep_ms(60000) : 1;
}
COOP_PROCESS(root, run);

static int nothing(const void *argument)
{
    (void)argument;
    return 0;
}
COOP_PROCESS(second, nothing);

int main(int argc, char **argv)
{
    static const char *const acts[] = {"stuck-supervisor", "stuck-kernel", "kernel-overflow"};
    if (MARK == SECOND_RUN) {
        MARK = 0;
        puts("second run");
        return coop_run(argc, argv, &second);
    }
    MARK = SECOND_RUN;
    SCB->ccr |= CCR_USERSETMPEND;
    if (argc > 1 && strcmp(argv[1], "supervisor-overflow") == 0) {
        char first = 1;
        return overflow(&first);
    }
    for (unsigned i = 0; i < sizeof acts / sizeof acts[0]; i++)
        if (argc > 1 && strcmp(argv[1], acts[i]) == 0) {
            act = (enum act)i;
            return coop_run(argc, argv, &root);
        }
    return 64;
}
