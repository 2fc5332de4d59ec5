/* What makes a run: the head of its arena, and the program that all its processes are. */
#include "linux.h"

#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

struct linux_arena linux_arena COOP_SECTION("coop_shm.header");

static int executable_fd = -1;

size_t linux_arena_bytes(void)
{
    return (size_t)(coop_arena_end - coop_arena_start);
}

void linux_arena_begin(void)
{
    linux_arena.magic = LINUX_ARENA_MAGIC;
    linux_arena.bytes = (uint32_t)linux_arena_bytes();
    linux_arena.supervisor = getpid();
    if (getrandom(&linux_arena.nonce, sizeof linux_arena.nonce, GRND_NONBLOCK) < 0)
        linux_arena.nonce = port_now_us() ^ (uint64_t)getpid() << 40; /* early at boot: it tells runs apart, no more */
}

bool linux_arena_is_of(const struct linux_arena *head, uint64_t nonce)
{
    return head->magic == LINUX_ARENA_MAGIC && head->nonce == nonce && head->bytes == linux_arena_bytes();
}

int linux_fcntl(int fd, int command, long argument)
{
    return (int)syscall(SYS_fcntl, fd, command, argument);
}

int linux_above_standard(int fd)
{
    if (fd < 0 || fd > STDERR_FILENO)
        return fd;
    int above = linux_fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    close(fd);
    return above;
}

/*
 * Opened before main can change the directory or the file can be replaced, so that children are surely this program, and
 * /proc isn't needed.
 */
void linux_executable_open(void)
{
    const char *path = linux_executable_path();
    if (path != NULL)
        executable_fd = open(path, O_RDONLY | O_CLOEXEC);
    if (executable_fd < 0 && path != NULL)
        executable_fd = open(path, O_PATH | O_CLOEXEC); /* it may be executed, but not read */
    if (executable_fd < 0)
        executable_fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    executable_fd = linux_above_standard(executable_fd);
}

int linux_executable(void)
{
    return executable_fd;
}

const char *linux_executable_path(void)
{
    return (const char *)getauxval(AT_EXECFN);
}
