/* Built once with glibc and once with musl, LIBC_NAME says which. */
#include <spawn.h>

#include "start.h"

static pid_t start_spawn(void)
{
    pid_t child;
    return posix_spawn(&child, child_path, NULL, NULL, child_arguments, environ) == 0 ? child : -1;
}

SIZES(LIBC_NAME " posix_spawn", start_spawn);
