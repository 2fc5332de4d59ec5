/* The smallest use: one process makes, one process takes, and the one that goes wild is restarted. */
#include <coop.h>
#include <stdio.h>

struct reading {
    int number;
    int celsius;
};
COOP_QUEUE(readings, struct reading, 4);

static int measure(const void *argument)
{
    (void)argument;
    for (int i = 1; i <= 3; i++) {
        struct reading reading = {.number = i, .celsius = 20 + i};
        if (coop_queue_put(&readings, &reading, COOP_FOREVER) < 0)
            return 1;
    }
    return coop_queue_close(&readings);
}
COOP_PROCESS(sensor, measure, .watchdog_ms = 100, .restart = COOP_RESTART_ON_FAILURE);

static int run(const void *argument)
{
    (void)argument;
    struct reading reading;
    if (coop_start(&sensor, NULL, 0, NULL) < 0)
        return 1;
    while (coop_queue_get(&readings, &reading, COOP_FOREVER) >= 0)
        printf("reading %d: %d degrees\n", reading.number, reading.celsius);
    return 0;
}
COOP_PROCESS(root, run);

int main(int argc, char **argv)
{
    return coop_run(argc, argv, &root);
}
