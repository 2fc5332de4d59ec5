@ Into the kernel and out again.
@
@ On entry the core has saved r0-r3, r12, lr, pc and xpsr on the stack of what it interrupted. A switch saves the rest
@ in struct context, which begins struct process: regions[8], control, psp, exc_return, r4-r11, stack, stack_end.
@ So a C function is all that other exceptions need: its return is the exception's.

    .syntax unified
    .thumb
#include "system_call.h"

    .equ    CONTEXT_PSP, 36
    .equ    CONTEXT_STACK, 76
    .equ    CONTEXT_STACK_END, 80
    .equ    MPU_RBAR, 0xe000ed9c

#include "fpu.inc"

    .section .text.context, "ax"

@ SVC. The registers are those of the caller, see kernel.h: so a call gets them as its arguments, and its return is that
@ from the exception.
    .global svc_entry
    .thumb_func
    .type   svc_entry, %function
svc_entry:
    tst     lr, #8
    beq     svc_from_handler
    usat    ip, #6, ip @ 0 and 63 are no calls
    ldr     r3, =calls
    ldr     pc, [r3, ip, lsl #2]

@ A coop function that an interrupt handler called.
svc_from_handler:
    mov     r0, sp
    b       call_from_handler

@ PendSV: the switch. It is asked for by whoever changes what should run, and comes when nothing else is to be done.
    .global switch_entry
    .thumb_func
    .type   switch_entry, %function
switch_entry:
    cpsid   i
    ldr     r1, =scheduler
    mrs     r2, psp
    ldr     r0, [r1]
    mov     r3, lr
    add     r1, r0, #CONTEXT_PSP
    stmia   r1, {r2-r11}
    save_fpu
    bl      schedule_switch
    ldmia   r0!, {r2-r10}
    ldr     ip, =MPU_RBAR
    stmia   ip, {r2-r9}
    msr     control, r10
    ldmia   r0, {r2-r11}
    msr     psp, r2
    mov     lr, r3
    dsb
    restore_fpu
    cpsie   i
    bx      lr

    save_fpu_far
    restore_fpu_far

@ Every interrupt.
    .global interrupt_entry
    .thumb_func
    .type   interrupt_entry, %function
interrupt_entry:
    mrs     r0, ipsr
    ldr     r1, =interrupt_handlers
    subs    r0, #16
    ldr     pc, [r1, r0, lsl #2]

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
    b       fault_taken

    .pool
