/*
 * A driver, interrupted at every instruction of its round: open the line, wait for what it gives. Two pulses come, the first after
 * N instructions, wherever the driver is, the second a little later, when the line is open, or masked, or being opened; none is
 * lost, but for one that finds another pending. Or it is killed after N instructions, and its successor works. Arguments:
 * stride=N, from one shot to the next.
 */
#include "board.h"
#include "mps2.h"
#include "timer.h"
#include "tests/life.h"
#include <coop/board.h>
#include <coop/shared.h>

enum { IRQ_LINE = 20, IRQ_TIDY = 30, PULSES = 2, SETTLE_MS = 1, AN_INSTRUCTION = 50, MOST_INSTRUCTIONS = 5000 };
#define STIR (*(volatile uint32_t *)0xe000ef00u)

struct plan {
    uint32_t instructions; /* to the first shot */
    uint32_t then;         /* to the second pulse; 0: the shot kills */
};

struct common {
    int stride;
    struct coop_handle driver;
    struct plan plan;
    unsigned shots;
    unsigned got;    /* by the driver */
    unsigned merged; /* came while the one before was pending: a line keeps one */
    bool was_late;   /* it had got all, or nothing ran, when the first shot came */
    bool is_pending;
    const char *wrong;
};
static COOP_SHARED(struct common, common);

/* The timer and whatever has the line. */
COOP_PERIPHERALS(devices, {(uintptr_t)DUAL_TIMER, 4096}, {0x40006000u, 32});
COOP_SEMAPHORE(pulsed, 0);
COOP_SEMAPHORE(go, 0);
COOP_INTERRUPT(line, IRQ_LINE, &pulsed, .of = &devices, .pulse = true);

static void fire(void)
{
    timer_stop();
    if (common.shots++ == 0)
        common.was_late = scheduler.current == &idle || common.got == PULSES;
    if (common.plan.then == 0) {
        (void)coop_kill(common.driver);
        return;
    }
    common.merged += (NVIC->pend[0] & 1u << IRQ_LINE) != 0;
    NVIC->pend[0] = 1u << IRQ_LINE;
    if (common.shots < PULSES)
        timer_start(common.plan.then);
}
COOP_INTERRUPT_HANDLER(shot_fires, IRQ_DUAL_TIMER, fire);

static void tidy(void)
{
    common.is_pending = (NVIC->pend[0] & 1u << IRQ_LINE) != 0;
    common.wrong = sound_kernel();
    NVIC->unpend[0] = 1u << IRQ_LINE;
}
COOP_INTERRUPT_HANDLER(tidies, IRQ_TIDY, tidy);

static int drive(const void *argument)
{
    (void)argument;
    if (coop_semaphore_acquire(&go, COOP_FOREVER) != 0)
        return 1;
    timer_start(common.plan.instructions);
    while (common.got < PULSES) {
        (void)coop_interrupt_enable(&line);
        if (coop_semaphore_acquire(&pulsed, COOP_FOREVER) != 0)
            return 1;
        common.got++;
    }
    while (coop_sleep_ms(INT32_MAX) == 0)
        continue;
    return 1;
}
COOP_PROCESS(driver, drive, .peripherals = &devices);

static void begin(struct plan plan)
{
    common.plan = plan;
    common.shots = common.got = common.merged = 0;
    common.driver = start(&driver, NULL, 0);
    assert_int_equal(coop_semaphore_release(&go), 0);
}

static void gets_all(struct plan plan)
{
    begin(plan);
    EVENTUALLY(SEEN(common.shots) == PULSES);
    assert_int_equal(coop_sleep_ms(SETTLE_MS), 0);
    assert_int_equal(SEEN(common.got) + SEEN(common.merged), PULSES);
    assert_int_equal(coop_kill(common.driver), 0);
    assert_int_equal(join(common.driver).cause, COOP_KILLED);
    STIR = IRQ_TIDY;
    assert_null(SEEN(common.wrong));
    assert_false(SEEN(common.is_pending));
    assert_int_equal(coop_semaphore_value(&pulsed), 0);
}

static void loses_no_pulse(void **state)
{
    static const uint32_t gaps[] = {100, 160, 250, 400, 700};
    (void)state;
    long shots = 0;
    for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++) {
        common.was_late = false;
        for (uint32_t n = 0; !SEEN(common.was_late) && n < MOST_INSTRUCTIONS; n += (uint32_t)common.stride, shots++)
            gets_all((struct plan){n, gaps[i]});
    }
    assert_true(SEEN(common.was_late));
    print_message("%-42s %5ld pairs of interrupts, 0 failures\n", "driver: a pulse, and a second one", shots);
}

/* It is killed, and so that it has work at every instruction, what it waits for has come before. */
static void has_a_successor(void **state)
{
    (void)state;
    long kills = 0;
    bool was_late = false;
    for (uint32_t n = 0; !was_late && n < MOST_INSTRUCTIONS; n += (uint32_t)common.stride, kills++) {
        for (unsigned i = 0; i < PULSES; i++)
            assert_int_equal(coop_semaphore_release(&pulsed), 0);
        begin((struct plan){n, 0});
        assert_int_equal(join(common.driver).cause, COOP_KILLED);
        was_late = SEEN(common.was_late);
        while (coop_semaphore_acquire(&pulsed, 0) == 0)
            continue;
        gets_all((struct plan){AN_INSTRUCTION, AN_INSTRUCTION * 2});
    }
    assert_true(was_late);
    print_message("%-42s %5ld kills, 0 failures\n", "driver: killed, and its successor", kills);
}

static int root(const void *argument)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(loses_no_pulse),
        cmocka_unit_test(has_a_successor),
    };
    (void)argument;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    print_message("swept: a driver\n");
    return verdict(failed);
}
COOP_PROCESS(driver_root, root, .stack_bytes = 8192);

int main(int argc, char **argv)
{
    common.stride = 1;
    for (int i = 1; i < argc; i++)
        (void)sscanf(argv[i], "stride=%d", &common.stride);
    SCB->ccr |= CCR_USERSETMPEND;
    return coop_run(argc, argv, &driver_root);
}
