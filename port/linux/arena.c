/*
 * The arena: the section in which every shared object lies, backed in every process by the same sealed memfd. The
 * supervisor writes the section as it was linked (and as main() changed it) into the memfd and maps that over it; each child
 * does the second half.
 */
#include "linux.h"

#include <coop/log.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SEALS = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL };

static int arena_fd = -1;

static int map(int fd)
{
    void *at = mmap(coop_arena_start, linux_arena_bytes(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
    return at == MAP_FAILED ? COOP_ENOMEM : 0;
}

static int write_image(int fd)
{
    size_t done = 0;
    while (done < linux_arena_bytes()) {
        ssize_t bytes = pwrite(fd, coop_arena_start + done, linux_arena_bytes() - done, (off_t)done);
        if (bytes < 0 && errno != EINTR)
            return COOP_ENOMEM;
        if (bytes > 0)
            done += (size_t)bytes;
    }
    return 0;
}

int linux_arena_create(void)
{
    size_t page = getauxval(AT_PAGESZ); /* sysconf would bring 1 KB along */
    if ((uintptr_t)coop_arena_start % page != 0 || linux_arena_bytes() % page != 0) {
        coop_log("this kernel's pages have %zu bytes, more than this program was linked for", page);
        return COOP_EUNSUPPORTED;
    }
    linux_arena_begin();
    int fd = linux_above_standard(memfd_create("coop", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (fd < 0)
        return COOP_ENOMEM;
    int error = write_image(fd);
    if (error == 0 && linux_fcntl(fd, F_ADD_SEALS, SEALS) < 0)
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
    if (linux_fcntl(fd, F_GET_SEALS, 0) != SEALS)
        return COOP_EINVAL;
    bool is_ours = pread(fd, &head, sizeof head, (char *)&linux_arena - coop_arena_start) == (ssize_t)sizeof head &&
                   linux_arena_is_of(&head, nonce);
    if (!is_ours || map(fd) < 0)
        return COOP_EIO;
    close(fd);
    /* What this process forks is no process of coop's: it finds no arena, instead of being taken for this one. */
    madvise(coop_arena_start, linux_arena_bytes(), MADV_DONTFORK);
    return 0;
}

uintptr_t linux_link_address(uintptr_t pc)
{
    return pc; /* in every process */
}

uintptr_t linux_stack_reach(uintptr_t limit_bytes)
{
    enum { GUARD_GAP_BYTES = 1024 * 1024 }; /* the kernel's */
    return limit_bytes + GUARD_GAP_BYTES;
}
