#include "proc.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool proc_text(pid_t pid, const char *file, char *text, size_t bytes)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, text, bytes - 1) : -1;
    if (fd >= 0)
        close(fd);
    text[got > 0 ? got : 0] = '\0';
    return got >= 0;
}

long proc_number(pid_t pid, const char *file, const char *key)
{
    char text[4096];
    const char *at = proc_text(pid, file, text, sizeof text) ? strstr(text, key) : NULL;
    return at != NULL ? strtol(at + strlen(key), NULL, 10) : -1;
}

char proc_state(pid_t pid)
{
    char text[256];
    const char *name_end = proc_text(pid, "stat", text, sizeof text) ? strrchr(text, ')') : NULL;
    return name_end != NULL ? name_end[2] : '\0';
}

int proc_children(pid_t pid)
{
    char file[64], text[4096];
    int count = 0;
    snprintf(file, sizeof file, "task/%d/children", (int)pid);
    if (!proc_text(pid, file, text, sizeof text))
        return -1;
    for (const char *at = text; (at = strchr(at, ' ')) != NULL; at++)
        count++;
    return count;
}

int proc_descriptors(pid_t pid)
{
    char path[64];
    int count = -2; /* "." and ".." */
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *folder = opendir(path);
    if (folder == NULL)
        return -1;
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}
