/*
 * A driver of a UART that is an ordinary process: it alone can touch the UART, waits for its interrupts, and serves others
 * through queues. It may be killed at any instruction: what was put to `output` goes out once, in order, and of the input at most
 * the byte is lost that the dead one had in its hands. uart.sh talks to it.
 *
 * One event tells the driver all that it waits for: the UART has a byte, has room for one, or a client has done something. It has the
 * priority of drivers, so it gets the CPU when it does, whatever others do with it.
 */
#include <coop.h>
#include <coop/board.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "kernel.h"

struct uart { /* CMSDK */
    volatile uint32_t data, state, ctrl, interrupts, divider;
};
#define SEEN(variable_) (*(volatile __typeof__(variable_) *)&(variable_))
#define UART2           ((struct uart *)0x40006000u)
enum { STATE_OUT_FULL = 1 << 0, STATE_IN_FULL = 1 << 1, OUT = 1 << 0, IN = 1 << 1, CTRL_BOTH = 0xf };
enum { IRQ_UART2_IN = 4, IRQ_UART2_OUT = 5, DIVIDER = 16, DEPTH = 64, LINE_BYTES = 40, SPIN_MS = 60000 };
enum { HAS_BYTE = 1 << 0, HAS_ROOM = 1 << 1, CLIENT = 1 << 2, ANYTHING = HAS_BYTE | HAS_ROOM | CLIENT };

COOP_QUEUE(input, char, DEPTH);
COOP_QUEUE(output, char, DEPTH);
COOP_EVENT(work);
COOP_SHARED(bool, is_up);     /* the driver, since its last death */
COOP_SHARED(uint32_t, begun); /* the byte that was sent last, or may have been: its place in `output` */

COOP_PERIPHERALS(uart2, {0x40006000u, 4096});
COOP_INTERRUPT(uart2_in, IRQ_UART2_IN, &work, .flags = HAS_BYTE, .of = &uart2);
COOP_INTERRUPT(uart2_out, IRQ_UART2_OUT, &work, .flags = HAS_ROOM, .of = &uart2);

/* A byte that nobody has room for stays in the UART, and so does the next on the other side. */
static void receive(void)
{
    while ((UART2->state & STATE_IN_FULL) && coop_queue_count(&input) < DEPTH) {
        UART2->interrupts = IN;
        char byte = (char)UART2->data;
        (void)!coop_queue_put(&input, &byte, 0);
    }
    if (coop_queue_count(&input) < DEPTH)
        (void)coop_interrupt_enable(&uart2_in);
}

/*
 * A predecessor may have died between its word that it sends a byte and the end of its lease. The UART knows whether it did:
 * when it has gone out it has raised the interrupt, which was cleared before.
 */
static bool was_sent(struct coop_lease lease)
{
    return SEEN(begun) == lease.position && (UART2->interrupts & OUT);
}

static void transmit(void)
{
    char byte;
    struct coop_lease lease;
    while (!(UART2->state & STATE_OUT_FULL) && coop_queue_take(&output, &byte, &lease, 0) > 0) {
        if (!was_sent(lease)) {
            UART2->interrupts = OUT;
            SEEN(begun) = lease.position;
            UART2->data = (uint32_t)byte;
        }
        (void)coop_queue_done(&output, lease);
    }
    if (UART2->state & STATE_OUT_FULL)
        (void)coop_interrupt_enable(&uart2_out);
}

static int drive(const void *argument)
{
    (void)argument;
    UART2->divider = DIVIDER;
    UART2->ctrl = CTRL_BOTH;
    SEEN(is_up) = true;
    do {
        receive();
        transmit();
    } while (coop_event_wait(&work, ANYTHING, COOP_EVENT_ANY | COOP_EVENT_CLEAR, COOP_FOREVER) >= 0);
    return 0;
}
COOP_PROCESS(driver, drive, .peripherals = &uart2, .priority = COOP_PRIORITY_DRIVER, .daemon = true,
             .restart = COOP_RESTART_ON_FAILURE, .backoff_ms = 1, .max_backoff_ms = 1);

static int read_byte(char *byte)
{
    int error = coop_queue_get(&input, byte, COOP_FOREVER);
    (void)coop_event_set(&work, CLIENT);
    return error;
}

static int write_byte(char byte)
{
    int error = coop_queue_put(&output, &byte, COOP_FOREVER);
    (void)coop_event_set(&work, CLIENT);
    return error;
}

static int write_text(const char *text)
{
    int error = 0;
    while (*text != '\0' && error >= 0)
        error = write_byte(*text++);
    return error;
}

/* Keeps the CPU and waits for nothing until the driver has brought as many bytes as there is room for. */
static int spin(void)
{
    char text[LINE_BYTES];
    uint64_t end_ms = coop_now_ms() + SPIN_MS;
    while (coop_queue_count(&input) < DEPTH && coop_now_ms() < end_ms)
        continue;
    snprintf(text, sizeof text, "%d came\n", coop_queue_count(&input));
    return write_text(text);
}

/* Answers each line in capitals, until "quit". */
static int answer(void)
{
    char line[LINE_BYTES];
    size_t used = 0;
    for (;;) {
        char byte;
        if (read_byte(&byte) < 0 || write_byte((char)toupper((unsigned char)byte)) < 0)
            return -1;
        if (byte == '\n') {
            line[used] = '\0';
            if (strcmp(line, "quit") == 0)
                return 0;
            if (strcmp(line, "spin") == 0 && spin() < 0)
                return -1;
            used = 0;
        } else if (used < sizeof line - 1) {
            line[used++] = byte;
        }
    }
}

/* Ends the driver some ticks after it was set, wherever that finds it. */
struct timer { /* the CMSDK dual timer's first */
    volatile uint32_t load, value, control, clear;
};
#define TIMER ((struct timer *)0x40002000u)
enum { PERIOD_TICKS = 7919, UNDER_FIRE = 2000, LEAST_KILLS = 20, LETTERS = 26, LEAST_TICKS = 1000 };
enum {
    IRQ_TIMER = 10,
    TIMER_ONCE = 1 << 7 | 1 << 5 | 1 << 1 | 1 << 0,
    TIMER_PERIODIC = 1 << 7 | 1 << 6 | 1 << 5 | 1 << 1
};
COOP_PERIPHERALS(timer, {0x40002000u, 4096});
COOP_SHARED(unsigned, kills);
COOP_SHARED(bool, killed_at_work);

static void kill_driver(void)
{
    TIMER->clear = 1;
    for (struct process *process = processes; process < processes_end; process++)
        if (process->descriptor == &driver && (process->state == STATE_READY || process->state == STATE_PARKED)) {
            kills++;
            killed_at_work = coop_queue_count(&output) > 0;
            is_up = false;
            kernel_end(process, 0, SIGNAL_KILL);
        }
}
COOP_INTERRUPT_HANDLER(timer_rings, IRQ_TIMER, kill_driver);

static void set_timer(uint32_t ticks, uint32_t control)
{
    TIMER->control = 0;
    TIMER->load = ticks;
    TIMER->control = control;
}

static void wait_until_sent(void)
{
    while (coop_queue_count(&output) > 0)
        (void)coop_sleep_ms(1);
}

/*
 * Numbers, the driver killed one tick later in each than in the last, until the number had gone before. Whether the client or
 * the driver runs first is the scheduling policy's.
 */
static int count(void)
{
    char text[8];
    for (unsigned ticks = 1; ticks <= LEAST_TICKS || SEEN(killed_at_work); ticks++) {
        unsigned before = SEEN(kills);
        while (!SEEN(is_up))
            (void)coop_sleep_ms(1);
        snprintf(text, sizeof text, "%04u\n", ticks);
        set_timer(ticks, TIMER_ONCE);
        if (write_text(text) < 0)
            return -1;
        while (SEEN(kills) == before)
            (void)coop_sleep_ms(1);
        wait_until_sent();
    }
    return 0;
}

/* Takes the alphabet, over and over, while the driver is killed all the time: what is lost is a byte for each kill at most. */
static int take_alphabet(void)
{
    char text[LINE_BYTES], byte, expected = 'a';
    unsigned lost = 0, taken = 0, before = SEEN(kills);
    set_timer(PERIOD_TICKS, TIMER_PERIODIC);
    while (read_byte(&byte) == 0 && byte != '\n') {
        if (++taken == UNDER_FIRE)
            TIMER->control = 0;
        lost += (unsigned)(byte - expected + LETTERS) % LETTERS;
        expected = byte == 'z' ? 'a' : (char)(byte + 1);
    }
    unsigned killed = SEEN(kills) - before;
    snprintf(text, sizeof text, "%d killed, %u too many\n", killed >= LEAST_KILLS, lost > killed ? lost - killed : 0);
    return write_text(text);
}

static int use(const void *argument)
{
    (void)argument;
    if (answer() < 0 || take_alphabet() < 0 || count() < 0)
        return 1;
    wait_until_sent();
    return 0;
}
COOP_PROCESS(client, use, .peripherals = &timer);

static int run(const void *argument)
{
    struct coop_handle handle;
    struct coop_end end;
    (void)argument;
    if (coop_start(&driver, NULL, 0, NULL) < 0 || coop_start(&client, NULL, 0, &handle) < 0 ||
        coop_join(handle, COOP_FOREVER, &end) < 0)
        return 1;
    return end.code;
}
COOP_PROCESS(root, run);

int main(int argc, char **argv)
{
    return coop_run(argc, argv, &root);
}
