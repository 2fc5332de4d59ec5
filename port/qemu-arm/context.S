@ Into the kernel and out again. Every exception that may change who runs leaves through `leave`.
@
@ On entry the core has saved r0-r3, r12, lr, pc and xpsr on the stack of what it interrupted. A switch saves the rest
@ in struct context, which begins struct process: regions[8], control, psp, exc_return, r4-r11, stack_end.
@ The CPU time since the last switch is the one's that ran.

    .syntax unified
    .thumb
#include "system_call.h"

    .equ    FRAME_R12, 16
    .equ    CONTEXT_STACK, 0
    .equ    CONTEXT_PSP, 36
    .equ    CONTEXT_STACK_END, 76
    .equ    PROCESS_CPU_TICKS, 80
    .equ    SCHEDULER_SWITCHED, 8
    .equ    SCHEDULER_CALLS, 24
    .equ    MPU_RBAR, 0xe000ed9c

#include "board.inc"
#include "fpu.inc"

    .section .text.context, "ax"

@ SVC: scheduler.calls[number], a function and an operation: function(caller, frame, operation). The arguments are read from the frame, since a late
@ interrupt may have changed the registers.
    .global svc_entry
    .thumb_func
    .type   svc_entry, %function
svc_entry:
    tst     lr, #8
    beq     svc_from_handler
    push    {r4, lr}
    ldr     r4, =scheduler
    mrs     r1, psp
    ldr     r0, [r4]
    ldr     r2, [r1, #FRAME_R12]
    cmp     r2, #CALLS
    bhs     svc_unknown
svc_known:
    add     r3, r4, r2, lsl #3
    ldrd    r3, r2, [r3, #SCHEDULER_CALLS]
    blx     r3
    ldrd    r0, r1, [r4]
    cmp     r0, r1
    bne     switch_from_call
    pop     {r4, pc}

svc_unknown:
    movs    r2, #CALLS
    b       svc_known

switch_from_call:
    mov     r2, r4
    pop     {r4, lr}
    b       switch

@ Out of an exception that interrupted a thread.
    .thumb_func
    .type   leave, %function
leave:
    ldr     r2, =scheduler
    ldrd    r0, r1, [r2]
    cmp     r0, r1
    bne     switch
    bx      lr

    .thumb_func
switch:
    str     r1, [r2]
    ldr     ip, =CLOCK_COUNTER
    ldr     ip, [ip]
    ldr     r3, [r2, #SCHEDULER_SWITCHED]
    str     ip, [r2, #SCHEDULER_SWITCHED]
    sub     r3, r3, ip
    ldr     ip, [r0, #PROCESS_CPU_TICKS]
    add     ip, ip, r3
    str     ip, [r0, #PROCESS_CPU_TICKS]
    mrs     r2, psp
    mov     r3, lr
    add     ip, r0, #CONTEXT_PSP
    stmia   ip, {r2-r11}
    save_fpu
load:
    ldmia   r1!, {r2-r10}
    ldr     ip, =MPU_RBAR
    stmia   ip, {r2-r9}
    msr     control, r10
    ldmia   r1, {r2-r11}
    msr     psp, r2
    mov     lr, r3
    dsb
    restore_fpu
    bx      lr

    save_fpu_far
    restore_fpu_far

@ The process has used the floating-point unit, and its stack has no room for the registers: it ends here.
no_room:
    push    {r4, lr}
    bl      fault_no_room
    pop     {r4, lr}
    ldr     r2, =scheduler
    ldr     r1, [r2, #4]
    str     r1, [r2]
    b       load

@ A coop function that an interrupt handler called. Who runs next is settled when that handler leaves.
    .thumb_func
svc_from_handler:
    push    {r4, lr}
    add     r1, sp, #8
    ldr     r0, =interrupts
    ldr     r2, [r1, #FRAME_R12]
    ldr     r3, =scheduler + SCHEDULER_CALLS
    cmp     r2, #CALLS
    it      hs
    movhs   r2, #CALLS
    add     r3, r3, r2, lsl #3
    ldrd    r3, r2, [r3]
    blx     r3
    pop     {r4, pc}

@ Every interrupt. They all have one priority, so that what they interrupt is a thread.
    .global interrupt_entry
    .thumb_func
    .type   interrupt_entry, %function
interrupt_entry:
    mrs     r0, ipsr
    push    {r4, lr}
    subs    r0, #16
    ldr     r1, =interrupt_handlers
    ldr     r1, [r1, r0, lsl #2]
    blx     r1
    pop     {r4, lr}
    b       leave

@ Faults, of a process unless the kernel itself is what was interrupted: fault_taken(frame, exc_return, ipsr).
    .global fault_entry
    .thumb_func
    .type   fault_entry, %function
fault_entry:
    tst     lr, #4
    ite     eq
    moveq   r0, sp
    mrsne   r0, psp
    mov     r1, lr
    mrs     r2, ipsr
    ldr     r3, =kernel_stack_least @ else the kernel's own stack has overflowed: it starts over, for its last words
    cmp     sp, r3
    ittt    lo
    ldrlo   r3, =kernel_stack_end
    movlo   sp, r3
    movlo   r0, #0
    push    {r4, lr}
    bl      fault_taken
    pop     {r4, lr}
    tst     lr, #8
    bne     leave
    bx      lr

    .pool
