/* The board's bench, as an application: prints `name instructions exceptions` lines for ./table to make a table of. */
#include "rows.h"

#include <coop/stream.h>
#include <stdio.h>

enum { CREATED = 50 };

static const struct row rows[] = {
    {"switch", row_switch, 2 * ROUNDS, 1, 2},
    {"semaphore", row_semaphore, ROUNDS, 1, 1},
    {"lock", row_lock, ROUNDS, 1, 1},
    {"queue", row_queue, ROUNDS, 1, 1},
    {"queue_ping", row_queue_ping, 2 * ROUNDS, 1, 2},
    {"semaphore_ping", row_semaphore_ping, 2 * ROUNDS, 1, 2},
    {"create", row_create, CREATED, 1, 0},
    {"command", row_command, 1, 1, 0},
    {"load_image", row_load_image, 1, 1, 0},
    {"interrupt", row_interrupt, ROUNDS, ROUNDS, 0},
    {"metric_basic", metric_basic, ROUNDS, 1, 0},
    {"metric_cooperative", metric_cooperative, METRIC_PROCESSES *ROUNDS, 1, 0},
    {"metric_preemptive", metric_preemptive, METRIC_PROCESSES *ROUNDS, 1, 0},
    {"metric_interrupt", metric_interrupt, ROUNDS, 1, 0},
    {"metric_interrupt_preemption", metric_interrupt_preemption, ROUNDS, 1, 0},
    {"metric_message", metric_message, ROUNDS, 1, 0},
    {"metric_synchronization", metric_synchronization, ROUNDS, 1, 0},
    {"metric_memory", metric_memory, ROUNDS, 1, 0},
};
enum { ROWS = sizeof rows / sizeof *rows };

struct cost {
    uint32_t instructions, exceptions;
};

static struct cost costs[ROWS];

void fail(const char *what)
{
    printf("failed: %s\n", what);
    coop_exit(1);
}

/*
 * The lesser of two runs: once a second the supervisor feeds the watchdog, which is longer than both take. Instructions and
 * exceptions have runs of their own: to count exceptions takes instructions.
 */
static uint32_t twice(void (*run)(void), const uint32_t *result)
{
    uint32_t least = UINT32_MAX;
    for (unsigned i = 0; i < 2; i++) {
        meter_reset();
        run();
        least = *result < least ? *result : least;
    }
    return least;
}

static struct cost measure(void (*run)(void))
{
    struct cost cost;
    cost.instructions = twice(run, &meter.instructions);
    meter_command(METER_COUNT, 0);
    cost.exceptions = twice(run, &meter.exceptions_spent);
    meter_command(METER_PLAIN, 0);
    return cost;
}

static void print(const char *name, struct cost cost, uint32_t operations)
{
    uint32_t instructions = cost.instructions * 100 / operations, exceptions = cost.exceptions * 100 / operations;
    printf("%s %u.%02u %u.%02u\n", name, (unsigned)(instructions / 100), (unsigned)(instructions % 100),
           (unsigned)(exceptions / 100), (unsigned)(exceptions % 100));
}

/* The host decides when the end of input comes, and so which row would have its interrupts, or a round of the supervisor. */
static void await_end_of_input(void)
{
    char byte;
    if (coop_stream_read(COOP_STDIN, &byte, 1, COOP_FOREVER) != COOP_ECLOSED)
        fail("the bench has no input");
}

/* Nothing is printed before all is measured: the console's interrupts would be measured too. */
static int bench(const void *argument)
{
    (void)argument;
    await_end_of_input();
    set_rounds();
    struct cost empty = measure(row_empty);
    struct cost loop = measure(row_loop);
    for (unsigned i = 0; i < ROWS; i++) {
        costs[i] = measure(rows[i].run);
        costs[i].instructions -=
            rows[i].spans * empty.instructions + rows[i].loops * (loop.instructions - empty.instructions);
        costs[i].exceptions -= rows[i].spans * empty.exceptions;
    }
    struct cost masked = {.instructions = row_waits(true)}, served = {.instructions = row_waits(false)};
    loop.instructions -= empty.instructions;
    print("loop", loop, ROUNDS);
    for (unsigned i = 0; i < ROWS; i++)
        print(rows[i].name, costs[i], rows[i].operations);
    print("masked", masked, 1);
    print("served", served, 1);
    printf("samples %u\n", (unsigned)meter.samples);
    return 0;
}
COOP_PROCESS(root, bench, .priority = 5, .preemptible = true);

int main(int argc, char **argv)
{
    meter_install();
    return coop_run(argc, argv, &root);
}
