/*
 * The arena: the section in which every shared object lies, backed in every process by the same sealed memfd. The
 * supervisor writes the section as it was linked (and as main() changed it) into the memfd and maps that over it; each child
 * does the second half.
 */
#include "linux.h"

#include <coop/log.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

struct linux_arena linux_arena COOP_SECTION("coop_shm.header");

enum { SEALS = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL };

static int arena_fd = -1;
static int executable_fd = -1;

static size_t arena_bytes(void)
{
    return (size_t)(coop_arena_end - coop_arena_start);
}

static int map(int fd)
{
    void *at = mmap(coop_arena_start, arena_bytes(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
    return at == MAP_FAILED ? COOP_ENOMEM : 0;
}

static int write_image(int fd)
{
    size_t done = 0;
    while (done < arena_bytes()) {
        ssize_t bytes = pwrite(fd, coop_arena_start + done, arena_bytes() - done, (off_t)done);
        if (bytes < 0 && errno != EINTR)
            return COOP_ENOMEM;
        if (bytes > 0)
            done += (size_t)bytes;
    }
    return 0;
}

/* One of the standard streams may be closed: nothing of ours takes its place, where others would write into it. */
static int above_standard(int fd)
{
    if (fd < 0 || fd > STDERR_FILENO)
        return fd;
    int above = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    close(fd);
    return above;
}

int linux_arena_create(void)
{
    size_t page = getauxval(AT_PAGESZ); /* sysconf would bring 1 KB along */
    if ((uintptr_t)coop_arena_start % page != 0 || arena_bytes() % page != 0) {
        coop_log("this kernel's pages have %zu bytes, more than this program was linked for", page);
        return COOP_EUNSUPPORTED;
    }
    linux_arena.magic = LINUX_ARENA_MAGIC;
    linux_arena.bytes = (uint32_t)arena_bytes();
    linux_arena.supervisor = getpid();
    if (getrandom(&linux_arena.nonce, sizeof linux_arena.nonce, GRND_NONBLOCK) < 0)
        linux_arena.nonce = port_now_us() ^ (uint64_t)getpid() << 40; /* early at boot: it tells runs apart, no more */
    int fd = above_standard(memfd_create("coop", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (fd < 0)
        return COOP_ENOMEM;
    int error = write_image(fd);
    if (error == 0 && fcntl(fd, F_ADD_SEALS, SEALS) < 0)
        error = COOP_EIO;
    if (error == 0)
        error = map(fd);
    if (error < 0)
        close(fd);
    else
        arena_fd = fd;
    return error;
}

int linux_arena_fd(void)
{
    return arena_fd;
}

int linux_arena_attach(int fd, uint64_t nonce)
{
    struct linux_arena head;
    if (fcntl(fd, F_GET_SEALS) != SEALS)
        return COOP_EINVAL;
    bool is_ours = pread(fd, &head, sizeof head, (char *)&linux_arena - coop_arena_start) == (ssize_t)sizeof head &&
                   head.magic == LINUX_ARENA_MAGIC && head.nonce == nonce && head.bytes == arena_bytes();
    if (!is_ours || map(fd) < 0)
        return COOP_EIO;
    close(fd);
    /* What this process forks is no process of coop's: it finds no arena, instead of being taken for this one. */
    madvise(coop_arena_start, arena_bytes(), MADV_DONTFORK);
    return 0;
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
    executable_fd = above_standard(executable_fd);
}

int linux_executable(void)
{
    return executable_fd;
}

const char *linux_executable_path(void)
{
    return (const char *)getauxval(AT_EXECFN);
}
