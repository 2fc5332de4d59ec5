/*
 * Runs the test programs in /tests, one after the other, on the kernel of the machine that it has booted. Ends with the number
 * of those that failed. What they print is for tests/run to count.
 */
#include <coop.h>
#include <dirent.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

static int run_one(const char *name)
{
    char path[300];
    char *argv[] = {path, NULL}, *environment[] = {"HOME=/", NULL};
    pid_t pid;
    int status;
    snprintf(path, sizeof path, "/tests/%s", name);
    printf("== %s\n", path);
    fflush(stdout);
    int error = posix_spawn(&pid, path, NULL, NULL, argv, environment);
    if (error != 0) {
        printf("== %s: %s\n", path, strerror(error));
        return 1;
    }
    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        printf("== %s: wait status 0x%x\n", path, (unsigned)status);
        return 1;
    }
    return 0;
}

static int run(const void *argument)
{
    (void)argument;
    struct dirent **entries;
    int failures = mkdir("/tmp", 0777) < 0, count = scandir("/tests", &entries, NULL, alphasort);
    for (int i = 0; i < count; i++)
        if (entries[i]->d_name[0] != '.')
            failures += run_one(entries[i]->d_name);
    return count > 2 ? failures : 1;
}
COOP_PROCESS(root, run);

int main(int argc, char **argv)
{
    return coop_run(argc, argv, &root);
}
