/*
 * Stops the supervisor of the machine's init, from inside: so the hardware watchdog must reset the machine. The boot after that
 * finds the word that was left in memory beyond the kernel's (mem=), logs what the watchdog's driver says of the reset, and
 * ends with 42.
 */
#include <coop.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <unistd.h>

enum { INIT = 1, STATUS_AFTER_RESET = 42, PAGE_BYTES = 4096, WAS_HERE = 0x636f6f70 };

COOP_SHARED(off_t, beyond);

static volatile int *memory_beyond_the_kernel(void)
{
    int fd = open("/dev/mem", O_RDWR | O_SYNC);
    void *at = fd >= 0 ? mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, beyond) : MAP_FAILED;
    return at != MAP_FAILED ? at : NULL;
}

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
    volatile int *left = memory_beyond_the_kernel();
    if (left == NULL)
        return 1;
    fprintf(stderr, "stopper: the driver's word about the last reset: %d\n", boot_status());
    if (*left == WAS_HERE)
        return STATUS_AFTER_RESET;
    *left = WAS_HERE;
    fprintf(stderr, "stopper: the supervisor will be stopped\n");
    if (ptrace(PTRACE_SEIZE, INIT, NULL, NULL) < 0 || ptrace(PTRACE_INTERRUPT, INIT, NULL, NULL) < 0)
        return 2;
    for (;;)
        pause();
}
COOP_PROCESS(root, stop);

int main(int argc, char **argv)
{
    beyond = argc > 1 ? strtoll(argv[1], NULL, 0) : 0;
    return coop_run(argc, argv, &root);
}
