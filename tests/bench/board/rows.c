/* Single operations, as TARGETS counts them: what an application calls, in a loop whose own cost is subtracted. */
#include "rows.h"

#include <coop/board.h>

enum { CREATED = 50, GRACE_MS = 200 /* more than partner's */ };

COOP_SEMAPHORE(leave, 0);
COOP_SEMAPHORE(permit, 0);
COOP_SEMAPHORE(ping, 0);
COOP_SEMAPHORE(pong, 0);
COOP_LOCK(lock);
COOP_QUEUE(queue, struct message, 16);
COOP_QUEUE(there, struct message, 16);
COOP_QUEUE(back, struct message, 16);

#define LOOP(statements)                                                                                               \
    meter_begin();                                                                                                     \
    for (unsigned i_ = 0; i_ < ROUNDS; i_++) {                                                                         \
        statements;                                                                                                    \
        __asm__ volatile("");                                                                                          \
    }                                                                                                                  \
    meter_end()

static int play(const void *argument)
{
    struct message message = {{0}};
    switch (*(const enum part *)argument) {
    case PART_YIELD:
        for (unsigned i = 0; i < ROUNDS + 2; i++)
            coop_yield();
        break;
    case PART_SEMAPHORE:
        for (unsigned i = 0; i < ROUNDS; i++) {
            (void)!coop_semaphore_acquire(&ping, COOP_FOREVER);
            coop_semaphore_release(&pong);
        }
        break;
    case PART_QUEUE:
        for (unsigned i = 0; i < ROUNDS; i++) {
            (void)!coop_queue_get(&there, &message, COOP_FOREVER);
            (void)!coop_queue_put(&back, &message, COOP_FOREVER);
        }
        break;
    case PART_NOTHING:
        return 0;
    }
    return coop_semaphore_acquire(&leave, COOP_FOREVER);
}
COOP_PROCESS(partner, play, .priority = 5);

/* A driver; what it is granted plays no part. */
COOP_PERIPHERALS(device, {METER_DEVICE, 32});
COOP_SEMAPHORE(rung, 0);
COOP_INTERRUPT(ring, METER_DEVICE_INTERRUPT, &rung, .of = &device, .pulse = true);

static int drive(const void *argument)
{
    (void)argument;
    for (unsigned i = 0; i < ROUNDS; i++) {
        (void)coop_interrupt_enable(&ring);
        (void)!coop_semaphore_acquire(&rung, COOP_FOREVER);
        meter_end();
    }
    return coop_semaphore_acquire(&leave, COOP_FOREVER);
}
COOP_PROCESS(driver, drive, .priority = 9, .peripherals = &device);

static struct coop_handle start(const struct coop_process *process, enum part part)
{
    struct coop_handle handle;
    if (coop_start(process, &part, sizeof part, &handle) < 0)
        fail("start");
    coop_yield(); /* so that it waits, if it is to wait */
    return handle;
}

static void join(struct coop_handle handle)
{
    coop_semaphore_release(&leave);
    if (coop_join(handle, COOP_FOREVER, NULL) < 0)
        fail("join");
}

void set_rounds(void)
{
    struct coop_handle other = start(&partner, PART_YIELD);
    if (coop_terminate(other) < 0 || coop_join(other, COOP_FOREVER, NULL) < 0 || coop_sleep_ms(GRACE_MS) < 0)
        fail("rounds");
}

void row_empty(void)
{
    meter_begin();
    meter_end();
}

void row_loop(void)
{
    LOOP((void)0);
}

void row_switch(void)
{
    struct coop_handle other = start(&partner, PART_YIELD);
    LOOP(coop_yield());
    join(other);
}

void row_semaphore(void)
{
    LOOP(coop_semaphore_release(&permit); (void)!coop_semaphore_acquire(&permit, COOP_FOREVER));
    if (coop_semaphore_value(&permit) != 0)
        fail("semaphore");
}

void row_lock(void)
{
    LOOP((void)!coop_lock_acquire(&lock, COOP_FOREVER); coop_lock_release(&lock));
}

void row_queue(void)
{
    struct message message = {{1, 2, 3, 4}};
    LOOP((void)!coop_queue_put(&queue, &message, COOP_FOREVER); (void)!coop_queue_get(&queue, &message, COOP_FOREVER));
    if (!coop_queue_is_empty(&queue) || message.words[3] != 4)
        fail("queue");
}

void row_queue_ping(void)
{
    struct message message = {{1, 2, 3, 4}};
    struct coop_handle other = start(&partner, PART_QUEUE);
    LOOP((void)!coop_queue_put(&there, &message, COOP_FOREVER); (void)!coop_queue_get(&back, &message, COOP_FOREVER));
    join(other);
    if (message.words[3] != 4)
        fail("queue ping-pong");
}

void row_semaphore_ping(void)
{
    struct coop_handle other = start(&partner, PART_SEMAPHORE);
    LOOP(coop_semaphore_release(&ping); (void)!coop_semaphore_acquire(&pong, COOP_FOREVER));
    join(other);
}

void row_create(void)
{
    enum part part = PART_NOTHING;
    struct coop_handle handle;
    meter_begin();
    for (unsigned i = 0; i < CREATED; i++) {
        (void)!coop_start(&partner, &part, sizeof part, &handle);
        (void)!coop_join(handle, COOP_FOREVER, NULL);
    }
    meter_end();
}

void row_command(void)
{
    meter_begin();
    meter_command(METER_NOTHING, 0);
    meter_end();
}

/* Of a process that has ended: what else its next start would do. */
void row_load_image(void)
{
    struct coop_handle handle = start(&partner, PART_NOTHING);
    (void)!coop_join(handle, COOP_FOREVER, NULL);
    meter_begin();
    meter_command(METER_LOAD_IMAGE, handle.slot);
    meter_end();
}

void row_interrupt(void)
{
    struct coop_handle other = start(&driver, PART_NOTHING);
    for (unsigned i = 0; i < ROUNDS; i++) {
        meter_begin();
        meter_interrupt(METER_DEVICE_INTERRUPT);
    }
    join(other);
}

/* Interrupts at every point of what moves messages, and of other interrupts: how long the longest one had to wait for its handler. */
uint32_t row_waits(bool at_once)
{
    struct message message = {{0}};
    meter_command(METER_SAMPLE, at_once);
    for (unsigned round = 0; round < 40; round++) {
        row_queue();
        row_queue_ping();
        row_interrupt();
        for (unsigned i = 0; i < 16; i++)
            (void)!coop_queue_put(&queue, &message, 0);
        for (unsigned i = 0; i < 16; i++)
            (void)!coop_queue_get(&queue, &message, 0);
    }
    meter_command(METER_STOP_SAMPLING, 0);
    return meter_longest_wait();
}
