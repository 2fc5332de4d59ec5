/* In place of a boot loader, from reset on: switches the UART on, which the kernel expects, and calls the kernel. */
    .syntax unified
    .thumb
    .word 0x20400000, start + 1
start:
    ldr r0, =0x40004000 /* UART 0 */
    movs r1, #16
    str r1, [r0, #16] /* the least divisor */
    movs r1, #3
    str r1, [r0, #8] /* transmitter and receiver */
    movs r0, #0
    mvn r1, #0 /* no machine number, but a description */
    ldr r2, =DESCRIPTION
    ldr r3, =KERNEL + 1
    bx r3
