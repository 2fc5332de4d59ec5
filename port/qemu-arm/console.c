#include "console.h"

#include "kernel.h"
#include "mps2.h"
#include <string.h>

enum { RING_BYTES = 512, DLE = 0x10, EOT = 0x04 };

/* Both positions count up for ever; the ring is full when they are RING_BYTES apart. */
struct ring {
    uint32_t in, out;
    unsigned char bytes[RING_BYTES];
};

static struct ring received, output, log_output;
static struct coop_control control;
const struct coop_object console = {.name = "console", .control = &control};

static bool framed, escaped, ended;

static uint32_t used(const struct ring *ring)
{
    return ring->in - ring->out;
}

static void push(struct ring *ring, unsigned char byte)
{
    ring->bytes[ring->in++ % RING_BYTES] = byte;
}

/* How many of the bytes come before the ring's end. */
static size_t in_one_go(uint32_t position, size_t bytes)
{
    size_t left = RING_BYTES - position % RING_BYTES;
    return bytes < left ? bytes : left;
}

/* In pieces that memcpy copies fast, since interrupts wait. `in` is stored last: it may be read in the middle. */
static void push_all(struct ring *ring, const void *from, size_t bytes)
{
    size_t first = in_one_go(ring->in, bytes);
    memcpy(ring->bytes + ring->in % RING_BYTES, from, first);
    memcpy(ring->bytes, (const unsigned char *)from + first, bytes - first);
    kernel_settle();
    ring->in += bytes;
}

static void pull_all(struct ring *ring, void *to, size_t bytes)
{
    size_t first = in_one_go(ring->out, bytes);
    memcpy(to, ring->bytes + ring->out % RING_BYTES, first);
    memcpy((unsigned char *)to + first, ring->bytes, bytes - first);
    ring->out += bytes;
}

static unsigned char pull(struct ring *ring)
{
    return ring->bytes[ring->out++ % RING_BYTES];
}

void console_start(bool is_framed)
{
    framed = is_framed;
    UART0->divider = UART_DIVIDER_MIN;
    UART1->divider = UART_DIVIDER_MIN;
    UART0->ctrl = UART_CTRL_TX | UART_CTRL_RX | UART_CTRL_TXINT | UART_CTRL_RXINT;
    UART1->ctrl = UART_CTRL_TX | UART_CTRL_TXINT;
    NVIC->enable[0] = 1u << IRQ_UART0_RX | 1u << IRQ_UART0_TX | 1u << IRQ_UART1_TX;
}

static void take(unsigned char byte)
{
    if (framed && !escaped && byte == DLE) {
        escaped = true;
        return;
    }
    if (escaped && byte == EOT)
        ended = true;
    else
        push(&received, byte);
    escaped = false;
}

/* With a full ring the byte stays in the UART, which then takes no more, and its interrupt stays off until there is room. */
static void receive(void)
{
    while ((UART0->state & UART_STATE_RXFULL) && used(&received) < RING_BYTES) {
        UART0->status = UART_INT_RX;
        take((unsigned char)UART0->data);
    }
    if (used(&received) < RING_BYTES)
        UART0->ctrl |= UART_CTRL_RXINT;
    else
        UART0->ctrl &= ~UART_CTRL_RXINT;
}

static void send(struct cmsdk_uart *uart, struct ring *ring)
{
    uart->status = UART_INT_TX;
    while (used(ring) > 0 && !(uart->state & UART_STATE_TXFULL))
        uart->data = pull(ring);
}

void console_received(void)
{
    UART0->status = UART_INT_RX; /* first: a byte that comes later asks again */
    receive();
    if (used(&received) > 0 || ended)
        wait_wake(&console, WAKES_DATA);
}

void console_sent(void)
{
    send(UART0, &output);
    if (used(&output) < RING_BYTES)
        wait_wake(&console, WAKES_SPACE);
}

void console_log_sent(void)
{
    send(UART1, &log_output);
    kernel_ring(); /* the supervisor may have records left */
}

static int try_read(const struct coop_object *object, uint32_t self, uintptr_t buffer, uintptr_t bytes)
{
    (void)object, (void)self;
    if (used(&received) == 0)
        return ended ? COOP_ECLOSED : WOULD_BLOCK;
    uint32_t count = used(&received) < bytes ? used(&received) : bytes;
    pull_all(&received, (void *)buffer, count);
    receive();
    return (int)count;
}

static int try_write(const struct coop_object *object, uint32_t self, uintptr_t buffer, uintptr_t bytes)
{
    (void)object, (void)self;
    uint32_t room = RING_BYTES - used(&output);
    if (room == 0)
        return WOULD_BLOCK;
    uint32_t count = room < bytes ? room : bytes;
    push_all(&output, (const void *)buffer, count);
    send(UART0, &output);
    return (int)count;
}

const struct operation console_read = {.try = try_read, .waits = DIRECTION_DATA, .access_a = ACCESS_OUT};
const struct operation console_write = {.try = try_write, .waits = DIRECTION_SPACE, .access_a = ACCESS_IN};

/* By the first thread alone: only what it shares with the interrupt keeps that out. */
bool console_log(const char *text, size_t bytes)
{
    if (bytes > RING_BYTES - used(&log_output))
        return false;
    push_all(&log_output, text, bytes);
    uint32_t before = kernel_enter();
    send(UART1, &log_output);
    kernel_leave(before);
    return true;
}

static void drain(struct cmsdk_uart *uart, struct ring *ring)
{
    while (used(ring) > 0)
        send(uart, ring);
    while (uart->state & UART_STATE_TXFULL)
        continue;
}

void console_flush(void)
{
    uint32_t before = kernel_enter();
    drain(UART0, &output);
    drain(UART1, &log_output);
    kernel_leave(before);
}

void console_panic(const char *text)
{
    drain(UART0, &output);
    drain(UART1, &log_output);
    for (; *text != '\0'; text++) {
        while (UART1->state & UART_STATE_TXFULL)
            continue;
        UART1->data = (unsigned char)*text;
    }
}
