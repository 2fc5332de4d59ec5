#include "start.h"

static pid_t start_vfork(void)
{
    pid_t child = vfork();
    if (child == 0) {
        execve(child_path, child_arguments, environ);
        _exit(127);
    }
    return child;
}

static pid_t start_fork(void)
{
    pid_t child = fork();
    if (child == 0) {
        execve(child_path, child_arguments, environ);
        _exit(127);
    }
    return child;
}

SIZES("vfork+exec", start_vfork);
SIZES("fork+exec", start_fork);
