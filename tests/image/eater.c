/* A process that eats all of the machine's memory: the kernel ends it, and it alone; the system says so and goes on. Ends with 5. */
#include <coop.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE_BYTES = 1 << 20, RESTARTS = 2, EATEN_UP = 5 };

static int eat(const void *argument)
{
    (void)argument;
    for (;;) {
        void *volatile piece = malloc(PIECE_BYTES);
        if (piece == NULL)
            return 1;
        memset(piece, 1, PIECE_BYTES);
    }
}
COOP_PROCESS(eater, eat, .restart = COOP_RESTART_ON_FAILURE, .max_restarts = RESTARTS, .window_ms = 600000);

static int run(const void *argument)
{
    (void)argument;
    struct coop_handle handle;
    struct coop_end end;
    if (coop_start(&eater, NULL, 0, &handle) < 0 || coop_join(handle, COOP_FOREVER, &end) < 0)
        return 1;
    return end.cause == COOP_KILLED && end.signal == SIGKILL && end.restarts == RESTARTS ? EATEN_UP : 2;
}
COOP_PROCESS(root, run);

int main(int argc, char **argv)
{
    return coop_run(argc, argv, &root);
}
