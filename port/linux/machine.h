/* Where a signal found the machine: the program counter and the stack pointer of its context. */
#ifndef LINUX_MACHINE_H
#define LINUX_MACHINE_H

#include <stdint.h>
#include <ucontext.h>

static inline uintptr_t machine_pc(const void *context)
{
    const ucontext_t *at = context;
#if defined(__x86_64__)
    return (uintptr_t)at->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
    return (uintptr_t)at->uc_mcontext.pc;
#elif defined(__arm__)
    return (uintptr_t)at->uc_mcontext.arm_pc;
#else
#error "name the program counter of this machine's signal context"
#endif
}

/* The address of a function, by its symbol's value or a pointer to it: on 32-bit ARM bit 0 tells the instruction set. */
static inline uintptr_t machine_code(uintptr_t value)
{
#if defined(__arm__)
    return value & ~(uintptr_t)1;
#else
    return value;
#endif
}

#endif
