/*
 * Interrupts and peripherals on a board (mps2): a dual timer, driven by a process that it is granted to, and by no other; a
 * UART, whose interrupt sets flags; and an interrupt handler, which uses objects itself.
 */
#include "real.h"
#include "v7m.h"
#include <coop/board.h>

struct dual_timer {
    volatile uint32_t load, value, control, clear, raw, masked;
};
struct uart {
    volatile uint32_t data, state, ctrl, status, divider;
};
#define TIMER_BASE  0x40002000u
#define UART_BASE   0x40006000u
#define KERNEL_UART 0x40004000u
#define TIMER       ((struct dual_timer *)TIMER_BASE)
#define UART        ((struct uart *)UART_BASE)
enum { IRQ_UART2_SENT = 5, IRQ_TIMER = 10, IRQ_NUDGE = 30 };
enum { TIMER_ON = 1 << 7, TIMER_PERIODIC = 1 << 6, TIMER_INTERRUPTS = 1 << 5, TIMER_32_BITS = 1 << 1 };
enum { UART_SENDS = 1 << 0, UART_SENT_INTERRUPTS = 1 << 2, UART_SENT = 1 << 0, PERIOD_TICKS = 25000, ROUNDS = 20 };

COOP_PERIPHERALS(timer, {TIMER_BASE, 4096});
COOP_SEMAPHORE(ticked, 0);
COOP_INTERRUPT(timer_rings, IRQ_TIMER, &ticked, .of = &timer);

COOP_PERIPHERALS(uart, {UART_BASE, 32}, {0x4000a000u, 64});
#define SENT 4u
COOP_EVENT(uart_state);
COOP_INTERRUPT(uart_sent, IRQ_UART2_SENT, &uart_state, .flags = SENT, .of = &uart);

COOP_SEMAPHORE(proceed, 0);
COOP_SHARED(unsigned, rounds);

static void start_timer(void)
{
    TIMER->load = PERIOD_TICKS;
    TIMER->control = TIMER_ON | TIMER_PERIODIC | TIMER_INTERRUPTS | TIMER_32_BITS;
}

/* One that stops its timer at the end, unless told to (1) leave it to itself. */
static int drive(const void *argument)
{
    while (coop_semaphore_acquire(&ticked, 0) == 0)
        continue;
    start_timer();
    for (unsigned i = 0; i < ROUNDS; i++) {
        (void)coop_interrupt_enable(&timer_rings);
        if (coop_semaphore_acquire(&ticked, DEADLINE_MS) < 0 || TIMER->masked == 0)
            return 1;
        TIMER->clear = 1;
        rounds++;
    }
    if (real_number(argument) == 1)
        return coop_semaphore_acquire(&proceed, COOP_FOREVER);
    TIMER->control = 0;
    return 0;
}
COOP_PROCESS(driver, drive, .peripherals = &timer);

static int send(const void *argument)
{
    (void)argument;
    UART->divider = 16;
    UART->ctrl = UART_SENDS | UART_SENT_INTERRUPTS;
    for (unsigned i = 0; i < ROUNDS; i++) {
        (void)coop_interrupt_enable(&uart_sent);
        UART->data = 'x';
        if (coop_event_wait(&uart_state, SENT, COOP_EVENT_ANY | COOP_EVENT_CLEAR, DEADLINE_MS) != SENT)
            return 1;
        UART->status = UART_SENT;
        rounds++;
    }
    if (real_number(argument) != 0)
        (void)TIMER->value; /* not its own */
    return 0;
}
COOP_PROCESS(sender, send, .peripherals = &uart);

enum trespass { ANOTHERS, THE_KERNELS, ENABLE_ANOTHERS, ENABLE_NOTHING, ENABLE_INSIDE };

static int trespass(const void *argument)
{
    switch ((enum trespass)real_number(argument)) {
    case ANOTHERS:
        return (int)TIMER->value;
    case THE_KERNELS:
        ((struct uart *)KERNEL_UART)->data = '!';
        return 0;
    case ENABLE_ANOTHERS:
        return coop_interrupt_enable(&timer_rings);
    case ENABLE_NOTHING:
        return coop_interrupt_enable(NULL);
    case ENABLE_INSIDE:
        return coop_interrupt_enable((const struct coop_interrupt *)((uintptr_t)&timer_rings + 4));
    }
    return 0;
}
COOP_PROCESS(trespasser, trespass);

static void drives(void **state)
{
    (void)state;
    rounds = 0;
    uint64_t before_ms = coop_now_ms();
    struct coop_end end = join(real_start(&driver, 0));
    assert_int_equal(end.cause, COOP_EXITED);
    assert_int_equal(end.code, 0);
    assert_int_equal(SEEN(rounds), ROUNDS);
    assert_true(coop_now_ms() - before_ms >= ROUNDS - 1); /* a period is a millisecond */
}

static void sets_flags(void **state)
{
    (void)state;
    rounds = 0;
    struct coop_end end = join(real_start(&sender, 0));
    assert_int_equal(end.cause, COOP_EXITED);
    assert_int_equal(end.code, 0);
    assert_int_equal(SEEN(rounds), ROUNDS);
}

/* The line goes on asking, and is heard once. */
static void masks_until_enabled(void **state)
{
    (void)state;
    rounds = 0;
    struct coop_handle handle = real_start(&driver, 1);
    EVENTUALLY(SEEN(rounds) == ROUNDS);
    assert_int_equal(coop_sleep_ms(5), 0);
    assert_int_equal(coop_semaphore_value(&ticked), 0);
    coop_semaphore_release(&proceed);
    assert_int_equal(join(handle).cause, COOP_EXITED);
}

/* It ends while its timer runs and its line is open; the next one finds a line that works. */
static void masks_after_the_end(void **state)
{
    (void)state;
    rounds = 0;
    struct coop_handle handle = real_start(&driver, 0);
    EVENTUALLY(SEEN(rounds) > 2);
    assert_int_equal(coop_kill(handle), 0);
    assert_int_equal(join(handle).cause, COOP_KILLED);
    int before = coop_semaphore_value(&ticked);
    assert_int_equal(coop_sleep_ms(5), 0);
    assert_int_equal(coop_semaphore_value(&ticked), before);
    drives(state);
}

static void faults(enum trespass what, uintptr_t address)
{
    struct coop_end end = join(real_start(&trespasser, what));
    assert_int_equal(end.cause, COOP_FAULTED);
    assert_int_equal(end.address, address);
    assert_int_not_equal(end.pc, 0);
}

static void faults_without_a_grant(void **state)
{
    (void)state;
    faults(ANOTHERS, (uintptr_t)&TIMER->value);
    faults(THE_KERNELS, KERNEL_UART);
    struct coop_end end = join(real_start(&sender, 1));
    assert_int_equal(end.cause, COOP_FAULTED);
    assert_int_equal(end.address, &TIMER->value);
    drives(state);
}

static void misuses(enum trespass what, enum coop_misuse reason)
{
    struct coop_end end = join(real_start(&trespasser, what));
    assert_int_equal(end.cause, COOP_MISUSED);
    assert_int_equal(end.reason, reason);
}

static void only_the_owner_enables(void **state)
{
    (void)state;
    misuses(ENABLE_ANOTHERS, COOP_MISUSE_NOT_OWNER);
    misuses(ENABLE_NOTHING, COOP_MISUSE_BAD_HANDLE);
    misuses(ENABLE_INSIDE, COOP_MISUSE_BAD_HANDLE);
}

/* An interrupt handler. `nudges` is main()'s, so that no process sees it change. */
COOP_QUEUE(told, uint32_t, 4);
COOP_SHARED(int, put_answers[8]);
COOP_SHARED(int, get_answer);
static uint32_t nudges;

static void nudged(void)
{
    nudges++;
    for (unsigned i = 0; i < 8; i++) {
        int result = coop_queue_put(&told, &nudges, i % 2 == 0 ? 0 : COOP_FOREVER);
        put_answers[i] = result;
    }
    coop_semaphore_release(&proceed);
    (void)coop_event_set(&uart_state, SENT);
    get_answer = coop_semaphore_acquire(&ticked, 0);
}
COOP_INTERRUPT_HANDLER(nudge, IRQ_NUDGE, nudged);

/* The application's own way to cause the interrupt: main() allowed it. */
static void cause_interrupt(void)
{
    *(volatile uint32_t *)0xe000ef00u = IRQ_NUDGE;
}

static void empty(void)
{
    (void)coop_event_clear(&uart_state, SENT);
    while (coop_semaphore_acquire(&ticked, 0) == 0 || coop_semaphore_acquire(&proceed, 0) == 0)
        continue;
}

static void handler_uses_objects(void **state)
{
    (void)state;
    empty();
    for (uint32_t round = 1; round <= 3; round++) {
        uint32_t message;
        cause_interrupt();
        for (unsigned i = 0; i < 8; i++)
            assert_int_equal(put_answers[i], i < 4 ? 0 : COOP_EAGAIN);
        for (unsigned i = 0; i < 4; i++) {
            assert_int_equal(coop_queue_get(&told, &message, 0), 0);
            assert_int_equal(message, round);
        }
        assert_int_equal(coop_semaphore_acquire(&proceed, 0), 0);
        assert_int_equal(coop_event_wait(&uart_state, SENT, COOP_EVENT_CLEAR, 0), SENT);
        assert_int_equal(SEEN(get_answer), COOP_EAGAIN);
    }
    assert_int_equal(nudges, 0);
}

static int receive(const void *argument)
{
    (void)argument;
    uint32_t message;
    int result = coop_queue_get(&told, &message, COOP_FOREVER);
    return result < 0 ? 100 : (int)message;
}
COOP_PROCESS(receiver, receive, .priority = 5);

/* Who waits, as the receiver does since its priority is higher, gets the handler's message at once. */
static void handler_wakes(void **state)
{
    (void)state;
    empty();
    struct coop_handle handle = real_start(&receiver, 0);
    coop_yield();
    cause_interrupt();
    struct coop_end end = join(handle);
    assert_int_equal(end.cause, COOP_EXITED);
    assert_int_equal(end.code, 4);
    assert_int_equal(coop_queue_count(&told), 4);
    assert_int_equal(SEEN(put_answers[4]), 0);
    assert_int_equal(SEEN(put_answers[5]), COOP_EAGAIN);
}

/* Both are caused while another handler runs: the one is called in the middle of it, the other behind it. */
enum { IRQ_AT_ONCE = 29, IRQ_LATER = 28, IRQ_BOTH = 27 };
COOP_SHARED(volatile unsigned, calls_at_once);
COOP_SHARED(volatile unsigned, calls_later);
COOP_SHARED(unsigned, calls_seen[2]);

static void cause(uint32_t number)
{
    __asm__ volatile("str %1, [%0]\n\tdsb\n\tisb" : : "r"(0xe000ef00u), "r"(number) : "memory");
}

static void count_at_once(void)
{
    calls_at_once++;
}
COOP_INTERRUPT_HANDLER(counts_at_once, IRQ_AT_ONCE, count_at_once, .at_once = true);

static void count_later(void)
{
    calls_later++;
}
COOP_INTERRUPT_HANDLER(counts_later, IRQ_LATER, count_later, .pulse = true);

static void cause_both(void)
{
    cause(IRQ_LATER);
    cause(IRQ_AT_ONCE);
    calls_seen[0] = calls_at_once;
    calls_seen[1] = calls_later;
}
COOP_INTERRUPT_HANDLER(causes_both, IRQ_BOTH, cause_both);

static void some_handlers_are_called_at_once(void **state)
{
    (void)state;
    for (unsigned round = 1; round <= 3; round++) {
        cause(IRQ_BOTH);
        assert_int_equal(SEEN(calls_seen[0]), round);
        assert_int_equal(SEEN(calls_seen[1]), round - 1);
        assert_int_equal(calls_at_once, round);
        assert_int_equal(calls_later, round);
    }
}

static int run(const void *argument)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(drives),
        cmocka_unit_test(sets_flags),
        cmocka_unit_test(masks_until_enabled),
        cmocka_unit_test(masks_after_the_end),
        cmocka_unit_test(faults_without_a_grant),
        cmocka_unit_test(only_the_owner_enables),
        cmocka_unit_test(handler_uses_objects),
        cmocka_unit_test(handler_wakes),
        cmocka_unit_test(some_handlers_are_called_at_once),
    };
    (void)argument;
    return verdict(cmocka_run_group_tests(tests, NULL, NULL));
}
COOP_PROCESS(root, run, .stack_bytes = REAL_STACK_BYTES);

/* It uses floating point, whose registers are then part of what is switched when the supervisor sleeps. */
int main(int argc, char **argv)
{
    volatile float used = (float)argc;
    used *= 1.5f;
    SCB->ccr |= CCR_USERSETMPEND;
    return coop_run(argc, argv, &root);
}
