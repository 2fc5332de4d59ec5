/*
 * A driver of a UART that is an ordinary process: it alone can touch the UART, waits for its interrupts, and serves others
 * through queues. It ends when it has to send a '!', and its successor goes on. uart.sh talks to it.
 *
 * One event tells the driver all that it waits for: the UART has a byte, has room for one, or a client has done something.
 */
#include <coop.h>
#include <coop/board.h>
#include <ctype.h>
#include <string.h>

struct uart { /* CMSDK */
    volatile uint32_t data, state, ctrl, interrupts, divider;
};
#define UART2 ((struct uart *)0x40006000u)
enum { STATE_OUT_FULL = 1 << 0, STATE_IN_FULL = 1 << 1, OUT = 1 << 0, IN = 1 << 1, CTRL_BOTH = 0xf };
enum { IRQ_UART2_IN = 4, IRQ_UART2_OUT = 5, DIVIDER = 16, DEPTH = 64, LINE_BYTES = 40 };
enum { HAS_BYTE = 1 << 0, HAS_ROOM = 1 << 1, CLIENT = 1 << 2, ANYTHING = HAS_BYTE | HAS_ROOM | CLIENT };

COOP_QUEUE(input, char, DEPTH);
COOP_QUEUE(output, char, DEPTH);
COOP_EVENT(work);

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

static void transmit(void)
{
    char byte;
    UART2->interrupts = OUT;
    (void)coop_interrupt_enable(&uart2_out);
    while (!(UART2->state & STATE_OUT_FULL) && coop_queue_get(&output, &byte, 0) == 0) {
        if (byte == '!')
            __asm__ volatile("udf #0");
        UART2->data = (uint32_t)byte;
    }
}

static int drive(const void *argument)
{
    (void)argument;
    UART2->divider = DIVIDER;
    UART2->ctrl = CTRL_BOTH;
    do {
        receive();
        transmit();
    } while (coop_event_wait(&work, ANYTHING, COOP_EVENT_ANY | COOP_EVENT_CLEAR, COOP_FOREVER) >= 0);
    return 0;
}
COOP_PROCESS(driver, drive, .peripherals = &uart2, .priority = 10, .daemon = true, .restart = COOP_RESTART_ON_FAILURE);

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

/* Answers each line in capitals; "quit" ends it. */
static int answer(const void *argument)
{
    char line[LINE_BYTES];
    size_t used = 0;
    (void)argument;
    for (;;) {
        char byte;
        if (read_byte(&byte) < 0 || write_byte((char)toupper((unsigned char)byte)) < 0)
            return 1;
        if (byte == '\n') {
            line[used] = '\0';
            if (strcmp(line, "quit") == 0)
                return 0;
            used = 0;
        } else if (used < sizeof line - 1) {
            line[used++] = byte;
        }
    }
}
COOP_PROCESS(client, answer);

static int run(const void *argument)
{
    struct coop_handle handle;
    struct coop_end end;
    (void)argument;
    if (coop_start(&driver, NULL, 0, NULL) < 0 || coop_start(&client, NULL, 0, &handle) < 0 ||
        coop_join(handle, COOP_FOREVER, &end) < 0)
        return 1;
    while (coop_queue_count(&output) > 0)
        (void)coop_sleep_ms(1);
    return end.code;
}
COOP_PROCESS(root, run);

int main(int argc, char **argv)
{
    return coop_run(argc, argv, &root);
}
