/* The board's bench, as an application: prints `name instructions exceptions` lines for ./table to make a table of. */
#include "rows.h"

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
    uint32_t ticks, exceptions;
};

static struct cost costs[ROWS];

void fail(const char *what)
{
    printf("failed: %s\n", what);
    coop_exit(1);
}

/* One run for the instructions, another for the exceptions: to count these takes instructions. */
static struct cost measure(void (*run)(void))
{
    struct cost cost;
    meter_command(METER_PLAIN, 0);
    meter_reset();
    run();
    cost.ticks = meter.ticks;
    meter_command(METER_COUNT, 0);
    meter_reset();
    run();
    cost.exceptions = meter.exceptions_spent;
    meter_command(METER_PLAIN, 0);
    return cost;
}

static void print(const char *name, uint32_t hundredths, uint32_t exceptions_hundredths)
{
    printf("%s %u.%02u %u.%02u\n", name, (unsigned)(hundredths / 100), (unsigned)(hundredths % 100),
           (unsigned)(exceptions_hundredths / 100), (unsigned)(exceptions_hundredths % 100));
}

/* Nothing is printed before all is measured: the console's interrupts would be measured too. */
static int bench(const void *argument)
{
    (void)argument;
    struct cost empty = measure(row_empty);
    struct cost loop = measure(row_loop);
    for (unsigned i = 0; i < ROWS; i++) {
        costs[i] = measure(rows[i].run);
        costs[i].ticks -= rows[i].spans * empty.ticks + rows[i].loops * (loop.ticks - empty.ticks);
        costs[i].exceptions -= rows[i].spans * empty.exceptions;
    }
    row_masked();
    print("loop", meter_hundredths(loop.ticks - empty.ticks) / ROUNDS, 0);
    for (unsigned i = 0; i < ROWS; i++)
        print(rows[i].name, meter_hundredths(costs[i].ticks) / rows[i].operations,
              costs[i].exceptions * 100 / rows[i].operations);
    print("masked", meter_masked() * 100, 0);
    printf("samples %u\n", (unsigned)meter.samples);
    return 0;
}
COOP_PROCESS(root, bench, .priority = 5, .preemptible = true);

int main(int argc, char **argv)
{
    meter_install();
    return coop_run(argc, argv, &root);
}
