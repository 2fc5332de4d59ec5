/* From reset to main(), and out again. main() runs in the first thread, privileged, with the first image as its variables. */
#include "console.h"
#include "image.h"
#include "interrupt.h"
#include "kernel.h"
#include "mps2.h"
#include "schedule.h"
#include "semihost.h"
#include <stdlib.h>
#include <string.h>

enum { COMMAND_LINE_BYTES = 1024, ARGUMENTS = 64, IDLE_STACK_WORDS = 16 };

extern char kernel_data_start[], kernel_data_end[], kernel_data_load[], kernel_bss_start[], kernel_bss_end[];
extern char main_stack_guard[], main_stack_end[];

int main(int argc, char **argv);
void fault_start(void), clock_wrapped(void);

static uint32_t idle_stack[IDLE_STACK_WORDS];
static char command_line[COMMAND_LINE_BYTES];
static char *arguments[ARGUMENTS + 1];

void unexpected_interrupt(void);
void unexpected_interrupt(void)
{
    kernel_panic("an interrupt without a handler", NULL);
}

/* By number. The kernel's own; interrupt.c calls them. */
void (*interrupt_handlers[INTERRUPTS])(void);

static void set_interrupt_handlers(void)
{
    for (unsigned number = 0; number < INTERRUPTS; number++) {
        interrupt_handlers[number] = unexpected_interrupt;
        interrupt_entries[number] = interrupt_noted;
    }
    interrupt_handlers[IRQ_UART0_RX] = console_received;
    interrupt_handlers[IRQ_UART0_TX] = console_sent;
    interrupt_handlers[IRQ_UART1_TX] = console_log_sent;
    interrupt_handlers[IRQ_TIMER0] = clock_wrapped;
    interrupt_handlers[IRQ_TIMER1] = clock_interrupt;
}

static unsigned hex(char digit)
{
    return (unsigned)(digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10) & 0xf;
}

/* `run` writes what might be lost on the way as %xx. */
static void unescape(char *text)
{
    char *out = text;
    for (; *text != '\0'; text++) {
        if (*text != '%') {
            *out++ = *text;
        } else if (text[1] != '\0' && text[2] != '\0') { /* a lone % stands for an empty argument */
            *out++ = (char)(hex(text[1]) << 4 | hex(text[2]));
            text += 2;
        }
    }
    *out = '\0';
}

/* Splits the command line; `framed` tells that `run` made it, whose mark is its first word. */
static int split_command_line(bool *framed)
{
    int count = 0;
    *framed = false;
    if (!semihost_command_line(command_line, sizeof command_line))
        return 0;
    for (char *word = strtok(command_line, " "); word != NULL && count < ARGUMENTS; word = strtok(NULL, " ")) {
        if (count == 0 && !*framed && strcmp(word, "coop-run") == 0) {
            *framed = true;
            continue;
        }
        if (*framed)
            unescape(word);
        arguments[count++] = word;
    }
    return count;
}

__attribute__((used)) static void main_thread(void)
{
    bool framed;
    int count = split_command_line(&framed);
    console_start(framed);
    exit(main(count, arguments));
}

static void start_idle(void)
{
    extern void idle_loop(void);
    uint32_t *frame = idle_stack + IDLE_STACK_WORDS - FRAME_WORDS;
    frame[FRAME_PC] = (uint32_t)idle_loop & ~1u;
    frame[FRAME_XPSR] = XPSR_THUMB;
    idle.context.psp = (uint32_t)frame;
    idle.context.exc_return = EXC_RETURN_THREAD;
    idle.context.control = CONTROL_SUPERVISOR;
    protect_process(&idle, (uint32_t)idle_stack & ~31u, 0, 0);
}

__attribute__((used)) static uint32_t start(void)
{
    SCB->cpacr |= 0xfu << 20; /* the floating-point unit, where there is one */
    memcpy(kernel_data_start, kernel_data_load, (size_t)(kernel_data_end - kernel_data_start));
    memset(kernel_bss_start, 0, (size_t)(kernel_bss_end - kernel_bss_start));
    fault_start();
    set_interrupt_handlers();
    memset((void *)NVIC->priority, PRIORITY_INTERRUPT, INTERRUPTS);
    image_layout();
    protect_process(&supervisor, 0, 0, 0);
    supervisor.context.stack = (uint32_t)main_stack_guard + GUARD_BYTES; /* main() may use floating point */
    supervisor.context.stack_end = (uint32_t)main_stack_end;
    supervisor.context.control = CONTROL_SUPERVISOR;
    start_idle();
    scheduler.current = &supervisor;
    schedule_ready(&supervisor);
    protect_start();
    clock_start();
    return image_template();
}

/* The core starts on the kernel's stack; the first thread gets a stack of its own. */
__attribute__((naked, noreturn)) void reset(void)
{
    __asm__ volatile("bl start\n\t"
                     "mov r9, r0\n\t"
                     "ldr r0, =main_stack_end\n\t"
                     "msr psp, r0\n\t"
                     "movs r0, #2\n\t"
                     "msr control, r0\n\t"
                     "isb\n\t"
                     "b main_thread");
}

__attribute__((naked, noreturn)) void idle_loop(void)
{
    __asm__ volatile("wfi\n\t"
                     "b idle_loop");
}
