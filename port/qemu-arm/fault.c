/*
 * Faults. One of a process ends that process, with cause, address and pc; one of the kernel, of an interrupt handler or of
 * the supervisor ends everything, with a line on the log: the host takes the status, and without one the board is reset, and
 * the next run tells why.
 */
#include "console.h"
#include "kernel.h"
#include "reset.h"
#include "semihost.h"
#include "v7m.h"
#include <stdio.h>
#include <string.h>

extern char main_stack_guard[], main_stack_end[], kernel_stack_least[], kernel_stack_end[], text_end[];
enum { TEXT_START = 256 };
enum { EXCEPTION_NMI = 2, EXCEPTION_HARD, EXCEPTION_MEMMANAGE, EXCEPTION_BUS, EXCEPTION_USAGE };

void kernel_panic(const char *why, const uint32_t *frame)
{
    static bool panics;
    uint32_t pc = frame != NULL ? frame[FRAME_PC] : (uint32_t)__builtin_return_address(0) & ~1u;
    char text[160];
    __asm__ volatile("cpsid i");
    if (panics)
        reset_by_panic(); /* the last words of one were another */
    panics = true;
    reset_note_panic(why, pc);
    snprintf(text, sizeof text, "coop: kernel panic: %s: pc 0x%lx lr 0x%lx cfsr 0x%lx address 0x%lx\n", why,
             (unsigned long)pc, frame != NULL ? (unsigned long)frame[FRAME_LR] : 0, (unsigned long)SCB->cfsr,
             (unsigned long)SCB->mmfar);
    console_panic(text);
    semihost_exit(70); /* EX_SOFTWARE */
    reset_by_panic();
}

/* A frame that the core could not push, or an access just below the stack, is an overflow. */
static bool is_overflow(const struct process *process, uint32_t cfsr, uint32_t address)
{
    uint32_t stack = process->context.stack;
    if (cfsr & (CFSR_MSTKERR | CFSR_STKERR | CFSR_MLSPERR | CFSR_LSPERR))
        return true;
    return (cfsr & CFSR_MMARVALID) && address < stack && stack - address <= process->context.stack_end - stack;
}

/* What follows a BL or BLX, in flash. */
static bool is_return(uint32_t word)
{
    uint32_t pc = word & ~1u;
    if ((word & 1) == 0 || pc < TEXT_START + 4 || pc >= (uint32_t)text_end)
        return false;
    const uint16_t *after = (const uint16_t *)pc;
    return (after[-1] & 0xff87u) == 0x4780u || ((after[-2] & 0xf800u) == 0xf000u && (after[-1] & 0xd000u) == 0xd000u);
}

/*
 * The best that is known of the place of an overflow whose frame the core could not push: the newest return address on the
 * stack. It lies behind a call that was made, in general that of the function that overflowed; 0 when there is none.
 */
static uint32_t newest_return(uint32_t place, uint32_t stack, uint32_t stack_end)
{
    if (place < stack || place >= stack_end)
        place = stack;
    for (const uint32_t *word = (const uint32_t *)(place & ~3u); (uint32_t)word < stack_end; word++)
        if (is_return(*word))
            return *word & ~1u;
    return 0;
}

static _Noreturn void panic_of_overflow(const char *why, const char *stack, const char *stack_end)
{
    uint32_t frame[FRAME_WORDS] = {[FRAME_PC] = newest_return(0, (uint32_t)stack, (uint32_t)stack_end)};
    kernel_panic(why, frame);
}

static _Noreturn void supervisor_overflowed(void)
{
    panic_of_overflow("stack overflow of the supervisor", main_stack_guard + GUARD_BYTES, main_stack_end);
}

static int signal_of(uint32_t cfsr)
{
    if (cfsr & CFSR_MEMMANAGE)
        return SIGNAL_SEGMENT;
    if (cfsr & CFSR_BUSFAULT)
        return SIGNAL_BUS;
    if (cfsr & CFSR_DIVBYZERO)
        return SIGNAL_ARITHMETIC;
    return cfsr != 0 ? SIGNAL_ILLEGAL : SIGNAL_TRAP;
}

static bool is_in_guard(uint32_t cfsr, uint32_t address)
{
    bool in_guard = (cfsr & CFSR_MMARVALID) && address - (uint32_t)main_stack_guard < GUARD_BYTES;
    return in_guard || (cfsr & (CFSR_MSTKERR | CFSR_STKERR)) != 0;
}

static void end_faulted(struct process *process, const uint32_t *frame)
{
    uint32_t cfsr = SCB->cfsr;
    uint32_t address = cfsr & CFSR_MMARVALID ? SCB->mmfar : cfsr & CFSR_BFARVALID ? SCB->bfar : 0;
    bool overflow = is_overflow(process, cfsr, address);
    uint32_t stack = process->context.stack;
    bool has_frame = !(cfsr & (CFSR_MSTKERR | CFSR_STKERR | CFSR_MUNSTKERR | CFSR_UNSTKERR));
    SCB->cfsr = cfsr;
    SCB->hfsr = SCB->hfsr;
    SCB->dfsr = SCB->dfsr;
    struct coop_end *report = &process->block->end;
    report->cause = overflow ? COOP_OVERFLOWED : COOP_FAULTED;
    report->pc = has_frame ? frame[FRAME_PC] : newest_return((uint32_t)frame, stack, process->context.stack_end);
    report->address = (cfsr & CFSR_IACCVIOL) && has_frame ? frame[FRAME_PC] : address;
    if (overflow) /* so that the next one's overflow doesn't find this one's return addresses */
        memset((void *)stack, 0, process->context.stack_end - stack);
    kernel_end(process, 0, signal_of(cfsr));
}

/* Nothing of the process may happen after its end: no pending SVC, no late save of its floating-point registers. */
void fault_taken(uint32_t *frame, uint32_t exc_return, uint32_t exception)
{
    struct process *process = scheduler.current;
    bool of_thread = (exc_return & 8) != 0;
    if (frame == NULL)
        panic_of_overflow("stack overflow of the kernel", kernel_stack_least, kernel_stack_end);
    if (exception == EXCEPTION_NMI)
        reset_by_watchdog(frame);
    if (!of_thread && (SCB->cfsr & (CFSR_MLSPERR | CFSR_LSPERR))) {
        FPCCR &= ~FPCCR_LSPACT;
        end_faulted(process, frame);
        return;
    }
    if (of_thread && process == &supervisor && is_in_guard(SCB->cfsr, SCB->mmfar))
        supervisor_overflowed();
    if (!of_thread || process == &supervisor || process == &idle)
        kernel_panic(of_thread ? "fault of the supervisor" : "fault of the kernel", frame);
    FPCCR &= ~FPCCR_LSPACT;
    SCB->shcsr &= ~SHCSR_SVCALLPENDED;
    end_faulted(process, frame);
}

/* See context.S. */
void fault_no_room(struct process *process)
{
    FPCCR &= ~FPCCR_LSPACT;
    if (process == &supervisor)
        supervisor_overflowed();
    process->block->end.cause = COOP_OVERFLOWED;
    process->block->end.pc = ((const uint32_t *)process->context.psp)[FRAME_PC];
    if (process->state != STATE_ENDED)
        kernel_end(process, 0, SIGNAL_SEGMENT);
}

void fault_start(void)
{
    SCB->shpr[0] = SCB->shpr[1] = SCB->shpr[2] = PRIORITY_FAULT; /* MemManage, BusFault, UsageFault */
    SCB->shpr[8] = PRIORITY_FAULT;                               /* DebugMonitor */
    SCB->shpr[7] = PRIORITY_SVC;
    SCB->shpr[10] = PRIORITY_SWITCH;    /* PendSV */
    SCB->shpr[11] = PRIORITY_INTERRUPT; /* SysTick */
    SCB->shcsr |= SHCSR_FAULTS;
    SCB->ccr |= CCR_DIV_0_TRP;
    DEMCR |= DEMCR_MON_EN;
}
