@ Into the kernel and out again.
@
@ On entry the core has saved r0-r3, r12, lr, pc and xpsr on the stack of what it interrupted. A switch saves the rest
@ in struct context, which begins struct process: regions[8], control, psp, r4-r11, exc_return, stack, stack_end.
@ So a C function is all that other exceptions need: its return is the exception's.

    .syntax unified
    .thumb
#include "system_call.h"

    .equ    CONTEXT_PSP, 36
    .equ    CONTEXT_EXC_RETURN, 72
    .equ    CONTEXT_STACK, 76
    .equ    CONTEXT_STACK_END, 80
    .equ    SCHEDULER_CURRENT, 128
    .equ    SCHEDULER_INTERRUPTS, 132
    .equ    MPU_RBAR, 0xe000ed9c
    .equ    NVIC_DISABLE, 0xe000e180
    .equ    SCB_ICSR, 0xe000ed04
    .equ    ICSR_PENDSVSET, 0x10000000
    .equ    ICSR_PENDSVCLR, 0x08000000

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

@ PendSV: serves the interrupts that left a note, and switches. It is asked for by them and by whoever changes what should
@ run, and comes when nothing else is to be done.
    .global switch_entry
    .thumb_func
    .type   switch_entry, %function
switch_entry:
    ldr     r1, =scheduler
    ldrd    r0, r2, [r1, #SCHEDULER_CURRENT]
    cbnz    r2, serve
    mrs     r3, psp
    add     ip, r0, #CONTEXT_PSP
    stmia   ip, {r3-r11, lr}
    save_fpu switch
switch_saved:
    b       schedule_switch

@ By a call, as its last thing: the compiler makes a jump of it, which comes here with the caller's registers and the kernel's
@ stack as it was. So does what they go on with in C, up to switch_to.
    .global wait_park
    .thumb_func
    .type   wait_park, %function
wait_park:
    mrs     r3, psp
    add     ip, r0, #CONTEXT_PSP
    stmia   ip, {r3-r11, lr}
    save_fpu park
    b       wait_begin

    .global switch_now
    .thumb_func
    .type   switch_now, %function
switch_now:
    mrs     r3, psp
    add     ip, r0, #CONTEXT_PSP
    stmia   ip, {r3-r11, lr}
    save_fpu yield
    b       schedule_leave

@ Goes on with a process.
    .global switch_to
    .thumb_func
    .type   switch_to, %function
switch_to:
    ldmia   r0!, {r2-r10}
    ldr     ip, =MPU_RBAR
    stmia   ip, {r2-r9}
    msr     control, r10
    ldmia   r0, {r2, r4-r11, lr}
    msr     psp, r2
    dsb
    bx      lr

serve:
    push    {r3, lr}
    bl      interrupt_serve
    pop     {r3, lr}
    cmp     r0, #0
    it      eq
    bxeq    lr
    ldr     r2, =SCB_ICSR
    mov     r3, #ICSR_PENDSVCLR @ the switch that was asked for is this one; before the look for notes, which ask, too
    str     r3, [r2]
    b       switch_entry

    fpu_far

@ Every interrupt. It has to leave the registers as they are: SVC may come right behind it.
    .global interrupt_entry
    .thumb_func
    .type   interrupt_entry, %function
interrupt_entry:
    push    {r0-r3, ip, lr}
    mrs     r0, ipsr
    ldr     r1, =interrupt_entries
    subs    r0, #16
    ldr     pc, [r1, r0, lsl #2]

@ Those of interrupt_entries; r0: the interrupt's number. Only one that is called at once preempts the others.
@ For a process: at once where nothing of the kernel is interrupted.
    .global interrupt_to_process
    .thumb_func
    .type   interrupt_to_process, %function
interrupt_to_process:
    tst     lr, #8
    beq     note
    mrs     r1, basepri
    cbnz    r1, note
    bl      interrupt_deliver
    pop     {r0-r3, ip, pc}

    .global interrupt_noted
    .thumb_func
    .type   interrupt_noted, %function
interrupt_noted:
note:
    movs    r1, #1
    lsls    r1, r0
    ldr     r2, =NVIC_DISABLE
    str     r1, [r2]
    ldr     r2, =scheduler
    ldr     r3, [r2, #SCHEDULER_INTERRUPTS]
    orrs    r3, r1
    str     r3, [r2, #SCHEDULER_INTERRUPTS]
    ldr     r2, =SCB_ICSR
    mov     r3, #ICSR_PENDSVSET
    str     r3, [r2]
    pop     {r0-r3, ip, pc}

    .global interrupt_at_once
    .thumb_func
    .type   interrupt_at_once, %function
interrupt_at_once:
    bl      interrupt_call
    pop     {r0-r3, ip, pc}

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
