/* The peripherals of an MPS2 board with a Cortex-M Prototyping System image (AN385, AN386, AN500). */
#ifndef MPS2_H
#define MPS2_H

#include <stdint.h>

#define CLOCK_HZ 25000000u

struct cmsdk_timer { /* counts down; `value` 0 stops it when `reload` is 0 */
    volatile uint32_t ctrl, value, reload, status;
};

struct cmsdk_uart {
    volatile uint32_t data, state, ctrl, status, divider;
};

struct cmsdk_watchdog {
    volatile uint32_t load, value, ctrl, clear, raw, masked;
    uint32_t reserved[762];
    volatile uint32_t lock;
};

#define TIMER0   ((struct cmsdk_timer *)0x40000000u)
#define TIMER1   ((struct cmsdk_timer *)0x40001000u)
#define UART0    ((struct cmsdk_uart *)0x40004000u)
#define UART1    ((struct cmsdk_uart *)0x40005000u)
#define WATCHDOG ((struct cmsdk_watchdog *)0x40008000u)

#define TIMER_CTRL_ENABLE    (1u << 0)
#define TIMER_CTRL_INTERRUPT (1u << 3)

#define UART_STATE_TXFULL (1u << 0)
#define UART_STATE_RXFULL (1u << 1)
#define UART_CTRL_TX      (1u << 0)
#define UART_CTRL_RX      (1u << 1)
#define UART_CTRL_TXINT   (1u << 2)
#define UART_CTRL_RXINT   (1u << 3)
#define UART_INT_TX       (1u << 0)
#define UART_INT_RX       (1u << 1)
#define UART_DIVIDER_MIN  16u

#define WATCHDOG_CTRL_INTERRUPT (1u << 0)
#define WATCHDOG_CTRL_RESET     (1u << 1)
#define WATCHDOG_UNLOCK         0x1acce551u

/* What the kernel uses, PERIPHERAL_BYTES each; and the part of the memory map where peripherals are. */
#define KERNEL_PERIPHERALS                                                                                             \
    {                                                                                                                  \
        0x40000000u, 0x40001000u, 0x40004000u, 0x40005000u, 0x40008000u                                                \
    }
#define PERIPHERAL_BYTES  0x1000u
#define PERIPHERALS_BASE  0x40000000u
#define PERIPHERALS_BYTES 0x20000000u

enum interrupt {
    IRQ_UART0_RX = 0,
    IRQ_UART0_TX = 1,
    IRQ_UART1_RX = 2,
    IRQ_UART1_TX = 3,
    IRQ_TIMER0 = 8,
    IRQ_TIMER1 = 9,
    INTERRUPTS = 32
};

#endif
