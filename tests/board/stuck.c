/*
 * The supervisor, or the kernel, gets stuck, or panics where no host takes the status: the board is reset, and reports it.
 * The first run says so and gets stuck as its argument tells, the second ends. Run by reset.sh.
 *
 *     handler       an interrupt's handler, and with it the kernel, when the run begins
 *     supervisor    its thread goes on without ever listening
 *     interrupts    ... with all interrupts off
 *     faults        ... with all faults but the watchdog's own off
 *     asked         not stuck: a reset that was asked for
 *     fault         the supervisor faults
 *     overflow      ... overflows its stack
 *     last-words    ... faults, and the panic gets stuck in what it has to say
 */
#include <coop.h>
#include <coop/board.h>

#include "kernel.h"
#include "mps2.h"
#include "reset.h"
#include "semihost.h"
#include <stdio.h>
#include <string.h>

/* RAM that no reset clears: its last word, behind what port/qemu-arm/reset.c keeps there. */
extern volatile uint32_t noinit_start[256];
enum { STUCK = 0x73747563, LINE = 20 };

__attribute__((noinline)) static void loop(void)
{
    for (;;)
        __asm__ volatile("");
}
COOP_INTERRUPT_HANDLER(endless, LINE, loop);

static int crash(const void *argument)
{
    (void)argument;
    volatile uintptr_t address = 4;
    return *(volatile int *)address;
}
COOP_PROCESS(crasher, crash);

static int run(const void *argument)
{
    (void)argument;
    struct coop_handle handle;
    return coop_start(&crasher, NULL, 0, &handle) < 0 || coop_join(handle, COOP_FOREVER, NULL) < 0;
}
COOP_PROCESS(root, run);

__attribute__((noinline)) static void fault(void)
{
    __asm__ volatile("udf #0");
}

__attribute__((noinline)) static int overflow(const volatile char *in)
{
    volatile char buffer[64];
    buffer[0] = *in;
    return buffer[0] == 0 ? 0 : overflow(buffer) + buffer[0];
}

static void panic(const char *how)
{
    char first = 1;
    semihost_answers = false;
    if (strcmp(how, "overflow") == 0)
        overflow(&first);
    if (strcmp(how, "last-words") == 0)
        UART1->ctrl = 0;
    fault();
}

static void get_stuck(const char *how)
{
    if (strcmp(how, "asked") == 0)
        port_close(0, true);
    reset_watch(true);
    if (strcmp(how, "fault") == 0 || strcmp(how, "overflow") == 0 || strcmp(how, "last-words") == 0)
        panic(how);
    if (strcmp(how, "interrupts") == 0)
        __asm__ volatile("cpsid i");
    if (strcmp(how, "faults") == 0)
        __asm__ volatile("cpsid f");
    loop();
}

int main(int argc, char **argv)
{
    volatile uint32_t *mark = &noinit_start[255], *pending = (volatile uint32_t *)0xe000e200u;
    const char *how = argc > 1 ? argv[1] : "";
    bool again = *mark == STUCK;
    *mark = again ? 0 : STUCK;
    if (!again && strcmp(how, "handler") == 0)
        *pending = 1u << LINE;
    int status = coop_run(argc, argv, &root);
    printf("run %d: %d\n", again ? 2 : 1, status);
    if (!again)
        get_stuck(how);
    return status;
}
