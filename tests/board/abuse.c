/* What a process may not do with memory, code, its stack and the core. */
#include "attack.h"

extern char coop_arena_start[], kernel_stack_end[], vectors[];

COOP_SHARED(uint32_t, code_in_shared[2]);

enum { BX_LR_TWICE = 0x47704770 };

static void touch(uintptr_t address)
{
    expected = address;
    (void)*(volatile uint32_t *)address;
}

static void poke(uintptr_t address)
{
    expected = address;
    *(volatile uint32_t *)address = 0;
}

static void jump(uintptr_t address)
{
    expected = address & ~(uintptr_t)1;
    ((void (*)(void))address)();
}

/* Memory of others. */
static void write_anothers_memory(void)
{
    poke((uintptr_t)witness_memory);
}
static void read_anothers_memory(void)
{
    touch((uintptr_t)witness_memory);
}
static void write_kernel_stack(void)
{
    poke((uintptr_t)kernel_stack_end - 4);
}
static void write_kernel_data(void)
{
    poke((uintptr_t)&scheduler);
}
static void read_kernel_data(void)
{
    touch((uintptr_t)&scheduler);
}
static void write_arena(void)
{
    poke((uintptr_t)coop_arena_start);
}
static void write_flash(void)
{
    poke((uintptr_t)bear_witness & ~(uintptr_t)3);
}
static void write_vector_table(void)
{
    poke((uintptr_t)vectors + 4);
}
static void write_timer(void)
{
    poke(0x40000000);
}
static void read_uart(void)
{
    touch(0x40004000);
}
static void feed_watchdog(void)
{
    poke(0x4000800c);
}
static void touch_nothing_there(void)
{
    touch(0x60000000);
}
static void follow_null(void)
{
    touch(0);
}

/* Code. */
static uint32_t code_in_data[2] = {BX_LR_TWICE, BX_LR_TWICE};
static void jump_into_data(void)
{
    jump((uintptr_t)code_in_data | 1);
}
static void jump_into_shared(void)
{
    code_in_shared[0] = BX_LR_TWICE;
    jump((uintptr_t)code_in_shared | 1);
}
static void jump_into_stack(void)
{
    volatile uint32_t code[2] = {BX_LR_TWICE, BX_LR_TWICE};
    jump((uintptr_t)code | 1);
}
static void jump_to_null(void)
{
    jump(1);
}
static void return_from_no_exception(void)
{
    jump(0xfffffff1);
}
static void leave_thumb_state(void)
{
    jump((uintptr_t)bear_witness & ~(uintptr_t)1);
}
static void undefined_instruction(void)
{
    __asm__ volatile("udf #0");
}
static void semihosting(void)
{
    __asm__ volatile("bkpt 0xab");
}
static void divide_by_zero(void)
{
    volatile int zero = 0;
    zero = 100 / zero;
}
static void unaligned(void)
{
    __asm__ volatile("ldrd r0, r1, [%0]" : : "r"((uintptr_t)code_in_data + 1) : "r0", "r1");
}
static void spin(void)
{
    for (;;)
        __asm__ volatile("");
}

/* The stack. */
static int sink;
static __attribute__((noinline)) int recurse(volatile char *above)
{
    volatile char frame[64];
    frame[0] = *above;
    return *above == 1 ? 0 : recurse(frame) + frame[0]; /* which it never is */
}
static void overflow(void)
{
    char bottom = 0;
    sink = recurse(&bottom);
}
static void call_on_kernel_stack(void)
{
    __asm__ volatile("mov sp, %0\n\tsvc 0" : : "r"(kernel_stack_end));
}
static void call_on_peripheral(void)
{
    __asm__ volatile("mov sp, %0\n\tsvc 0" : : "r"(0x40004100));
}
static void call_on_anothers_stack(void)
{
    __asm__ volatile("mov sp, %0\n\tsvc 0" : : "r"(witness_memory + 16));
}
static void wait_on_kernel_stack(void)
{
    __asm__ volatile("mov sp, %0\n1:\tb 1b" : : "r"(kernel_stack_end));
}

/* The core. */
static void turn_mpu_off(void)
{
    poke((uintptr_t)&MPU->ctrl);
}
static void read_interrupt_controller(void)
{
    touch((uintptr_t)&NVIC->enable[0]);
}
static void disable_interrupt_lines(void)
{
    poke(0xe000e180);
}
static void ask_for_reset(void)
{
    poke((uintptr_t)&SCB->aircr);
}
static void start_systick(void)
{
    poke(0xe000e010);
}
static void move_vector_table(void)
{
    poke(0xe000ed08);
}

/* What the core ignores: the timer still interrupts, and lets a higher priority run. */
static int mask_interrupts(const void *argument)
{
    (void)argument;
    uint32_t all = 0xffffffff, lowest = 1, primask, control;
    __asm__ volatile("cpsid i\n\tcpsid f\n\tmsr primask, %0\n\tmsr faultmask, %0\n\tmsr basepri, %1\n\t"
                     "msr basepri_max, %1\n\tmsr control, %2\n\tmsr msp, %2\n\tmsr psp, %2\n\tisb"
                     :
                     : "r"(all), "r"(lowest), "r"(0)
                     : "memory");
    __asm__ volatile("mrs %0, primask\n\tmrs %1, control" : "=r"(primask), "=r"(control));
    int before = beats;
    while (beats < before + BEATS)
        continue;
    return (primask & 1) == 0 && (control & 1) == 1 ? 0 : 1;
}
COOP_PROCESS(masker, mask_interrupts, .preemptible = true, .watchdog_ms = 1000);

static void masking_has_no_effect(void **state)
{
    (void)state;
    struct coop_end end = join(start(&masker, NULL, 0));
    assert_int_equal(end.cause, COOP_EXITED);
    assert_int_equal(end.code, 0);
    assert_undisturbed();
}

#define FAULTS(attempt_)    ENDS(attempt_, COOP_FAULTED, 0, SIGNAL_SEGMENT, true)
#define BUS(attempt_)       ENDS(attempt_, COOP_FAULTED, 0, SIGNAL_BUS, true)
#define TRAPS(attempt_, s_) ENDS(attempt_, COOP_FAULTED, 0, s_, false)
#define OVERFLOWS(attempt_) ENDS(attempt_, COOP_OVERFLOWED, 0, SIGNAL_SEGMENT, false)

static const struct CMUnitTest attacks[] = {
    FAULTS(write_anothers_memory),
    FAULTS(read_anothers_memory),
    FAULTS(write_kernel_stack),
    FAULTS(write_kernel_data),
    FAULTS(read_kernel_data),
    FAULTS(write_arena),
    FAULTS(write_flash),
    FAULTS(write_vector_table),
    FAULTS(write_timer),
    FAULTS(read_uart),
    FAULTS(feed_watchdog),
    FAULTS(touch_nothing_there),
    FAULTS(follow_null),
    FAULTS(jump_into_data),
    FAULTS(jump_into_shared),
    FAULTS(jump_into_stack),
    FAULTS(jump_to_null),
    TRAPS(return_from_no_exception, SIGNAL_SEGMENT),
    TRAPS(leave_thumb_state, SIGNAL_ILLEGAL),
    TRAPS(undefined_instruction, SIGNAL_ILLEGAL),
    TRAPS(semihosting, SIGNAL_TRAP),
    TRAPS(divide_by_zero, SIGNAL_ARITHMETIC),
    TRAPS(unaligned, SIGNAL_ILLEGAL),
    ENDS(spin, COOP_RUNAWAY, 0, SIGNAL_KILL, false),
    OVERFLOWS(overflow),
    OVERFLOWS(call_on_kernel_stack),
    OVERFLOWS(call_on_peripheral),
    OVERFLOWS(call_on_anothers_stack),
    OVERFLOWS(wait_on_kernel_stack),
    BUS(turn_mpu_off),
    BUS(read_interrupt_controller),
    BUS(disable_interrupt_lines),
    BUS(ask_for_reset),
    BUS(start_systick),
    BUS(move_vector_table),
    cmocka_unit_test(masking_has_no_effect),
};
ATTACKS(attacks)
