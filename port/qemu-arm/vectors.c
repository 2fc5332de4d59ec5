/* The vector table: at address 0, where the core looks after a reset. */
#include "kernel.h"
#include "mps2.h"

extern char kernel_stack_end[];
void reset(void), svc_entry(void), fault_entry(void), switch_entry(void), interrupt_entry(void);

struct vectors {
    void *stack;
    void (*exceptions[15])(void);
    void (*interrupts[INTERRUPTS])(void);
};

__attribute__((section(".vectors"), used)) const struct vectors vectors = {
    .stack = kernel_stack_end,
    .exceptions = {[0] = reset,
                   [1] = fault_entry, /* NMI */
                   [2] = fault_entry, /* HardFault */
                   [3] = fault_entry, /* MemManage */
                   [4] = fault_entry, /* BusFault */
                   [5] = fault_entry, /* UsageFault */
                   [10] = svc_entry,
                   [11] = fault_entry,  /* DebugMonitor: a breakpoint */
                   [13] = switch_entry, /* PendSV */
                   [14] = fault_entry /* SysTick: not used */},
    .interrupts = {[0 ... INTERRUPTS - 1] = interrupt_entry},
};
