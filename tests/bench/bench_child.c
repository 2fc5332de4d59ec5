/* What the start and restart rows start: ends at once, or, in a service directory, tells its pid and waits. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    (void)argc;
    const char *name = strrchr(argv[0], '/');
    if (strcmp(name != NULL ? name + 1 : argv[0], "run") != 0)
        return 0;
    int notices = open("notices", O_WRONLY);
    pid_t pid = getpid();
    if (notices < 0 || write(notices, &pid, sizeof pid) != (ssize_t)sizeof pid)
        return 1;
    for (;;)
        pause();
}
