/*
 * In place of a boot loader, from reset on: switches the UART on, which the kernel expects; forbids user space all but the
 * RAM, by the one region of the MPU that needs no change while the kernel runs; and calls the kernel.
 */
    .syntax unified
    .thumb
    .word 0x20400000, start + 1
start:
    ldr r0, =0x40004000 /* UART 0 */
    movs r1, #16
    str r1, [r0, #16] /* the least divisor */
    movs r1, #3
    str r1, [r0, #8] /* transmitter and receiver */
    ldr r0, =0xe000ed94 /* MPU_CTRL */
    ldr r1, =MEMORY | 0x10 /* region 0 */
    ldr r2, =0x0303002f /* 16 MB: read, written and executed by all */
    strd r1, r2, [r0, #8] /* MPU_RBAR, MPU_RASR */
    movs r1, #5 /* on; the kernel may do all */
    str r1, [r0]
    dsb
    isb
    movs r0, #0
    mvn r1, #0 /* no machine number, but a description */
    ldr r2, =DESCRIPTION
    ldr r3, =KERNEL + 1
    bx r3
