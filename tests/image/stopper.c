/*
 * Stops the supervisor of the machine's init, from inside: so the hardware watchdog must reset the machine. The boot after
 * that finds the watchdog's own word about it, and ends with 42.
 */
#include <coop.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { INIT = 1, CARD_RESET = 32, STATUS_AFTER_RESET = 42 };

static int boot_status(void)
{
    char text[16] = "";
    int fd = open("/sys/class/watchdog/watchdog0/bootstatus", O_RDONLY);
    if (fd < 0 || read(fd, text, sizeof text - 1) <= 0)
        return -1;
    close(fd);
    return atoi(text);
}

static int stop(const void *argument)
{
    (void)argument;
    int status = boot_status();
    coop_log("the watchdog's word about the last boot: %d", status);
    if (status < 0 || (status & CARD_RESET) != 0)
        return status < 0 ? 1 : STATUS_AFTER_RESET;
    coop_log("the supervisor will be stopped");
    coop_sleep_ms(500); /* that is logged before */
    if (ptrace(PTRACE_SEIZE, INIT, NULL, NULL) < 0 || ptrace(PTRACE_INTERRUPT, INIT, NULL, NULL) < 0)
        return 2;
    for (;;)
        pause();
}
COOP_PROCESS(root, stop);

int main(int argc, char **argv)
{
    return coop_run(argc, argv, &root);
}
