/*
 * The init of a machine that lacks something: it makes a new root with nothing in it but /app, spoils it as its arguments say, and
 * becomes that program.
 *   folders   there is /proc, /sys, /dev and /run
 *   full      there is no room, for not even an empty file
 *   readonly  the root is
 *   mute      there is no console
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static bool copy(const char *from, const char *to)
{
    struct stat status;
    int in = open(from, O_RDONLY), out = open(to, O_CREAT | O_WRONLY, 0755);
    bool done = fstat(in, &status) == 0 && sendfile(out, in, NULL, (size_t)status.st_size) == status.st_size;
    close(in);
    close(out);
    return done;
}

static bool fill(void)
{
    char path[16];
    int fd = open("rest", O_CREAT | O_WRONLY, 0600);
    char waste[4096] = "";
    while (write(fd, waste, sizeof waste) > 0)
        continue;
    bool is_full = errno == ENOSPC;
    close(fd);
    for (int i = 0; i < 100; i++) {
        snprintf(path, sizeof path, "%d", i);
        fd = open(path, O_CREAT | O_WRONLY, 0600);
        if (fd < 0)
            return is_full && errno == ENOSPC;
        close(fd);
    }
    return false;
}

static bool has(int argc, char **argv, const char *word)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], word) == 0)
            return true;
    return false;
}

int main(int argc, char **argv)
{
    static const char *const folders[] = {"proc", "sys", "dev", "run"};
    bool done = mkdir("/new", 0755) == 0 && mount("new", "/new", "tmpfs", 0, "size=1m,nr_inodes=20") == 0 &&
                copy("/app", "/new/app") && chdir("/new") == 0;
    for (int i = 0; i < 4 && has(argc, argv, "folders"); i++)
        done = done && mkdir(folders[i], 0755) == 0;
    if (has(argc, argv, "full"))
        done = done && fill();
    done = done && mount(".", "/", NULL, MS_MOVE, NULL) == 0 && chroot(".") == 0;
    if (has(argc, argv, "readonly"))
        done = done && mount(NULL, "/", NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0;
    if (!done) {
        perror("spoiler");
        return 1;
    }
    for (int fd = 0; fd <= STDERR_FILENO && has(argc, argv, "mute"); fd++)
        close(fd);
    return execl("/app", "/app", NULL);
}
