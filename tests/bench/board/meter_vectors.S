@ Vectors that count exceptions in the first word of `meter`, and go on with the kernel's own, at address 0.

    .syntax unified
    .thumb
    .equ    EXCEPTIONS, 48

    .text
    .thumb_func
    .type   count, %function
count:
    push    {r0-r3, ip}
    ldr     r0, =meter
    ldr     r1, [r0]
    adds    r1, #1
    str     r1, [r0]
    mrs     r1, ipsr
    movs    r2, #0
    ldr     r1, [r2, r1, lsl #2]
    str     r1, [sp, #16]
    pop     {r0-r3, pc}
    .pool

    .section .rodata, "a"
    .balign 256
    .global meter_vectors
meter_vectors:
    .word   0
    .rept   EXCEPTIONS - 1
    .word   count
    .endr
