/*
 * Sends the machine's init the signal that its argument names by number, after it has left an orphan behind that ignores
 * to be asked. With no argument it just ends, with 3.
 */
#include <coop.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum { INIT = 1, STATUS = 3 };

COOP_SHARED(int, signal_number);

static void leave_orphan(void)
{
    if (fork() != 0)
        return;
    if (fork() != 0)
        _exit(0);
    signal(SIGTERM, SIG_IGN);
    for (;;)
        pause();
}

static int run(const void *argument)
{
    (void)argument;
    leave_orphan();
    if (signal_number != 0)
        kill(INIT, signal_number);
    while (signal_number != 0 && !coop_stopping())
        (void)coop_sleep_ms(1000);
    return STATUS;
}
COOP_PROCESS(root, run);

int main(int argc, char **argv)
{
    if (argc > 1)
        signal_number = atoi(argv[1]);
    return coop_run(argc, argv, &root);
}
