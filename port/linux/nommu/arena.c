/*
 * The arena on a kernel without an MMU. Nothing can be mapped over the program's own section, so it is the other way round: the
 * arena is a file of the kernel's ramfs, whose mapping has the same address in every process, and before anything else runs
 * each process moves its references from its section to there.
 *
 * That catches them all, since the program is position-independent, and compiled so that every address of data is
 * taken from a word that the linker lists for relocation (-mno-pic-data-is-text-relative), never computed from the place of the
 * code. The file outlives the process that made it as long as another maps it, and gives futexes an identity.
 */
#include "linux.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int arena_fd = -1;

extern const ElfW(Dyn) _DYNAMIC[] __attribute__((visibility("hidden")));
extern const uintptr_t _GLOBAL_OFFSET_TABLE_[] __attribute__((visibility("hidden")));

/* Where the linker's address 0 is: the first word of the table is the linker's address of _DYNAMIC. */
static uintptr_t image(void)
{
    return (uintptr_t)_DYNAMIC - _GLOBAL_OFFSET_TABLE_[0];
}

uintptr_t linux_link_address(uintptr_t pc)
{
    return pc != 0 ? pc - image() : 0;
}

uintptr_t linux_stack_reach(uintptr_t limit_bytes)
{
    enum { STACK_BYTES = 65536 }; /* as it was linked: musl-gcc.specs.in */
    (void)limit_bytes;
    return STACK_BYTES;
}

static uintptr_t dynamic(ElfW(Sword) tag)
{
    for (const ElfW(Dyn) *entry = _DYNAMIC; entry->d_tag != DT_NULL; entry++)
        if (entry->d_tag == tag)
            return entry->d_un.d_val;
    return 0;
}

/*
 * Not part of its caller, which would take the arena's address from the words that change here. A reference may point behind
 * the section's last byte, so its end counts; the linker's script sees to it that nothing else has that address.
 */
static __attribute__((noipa)) void move_references(uintptr_t from, size_t bytes, uintptr_t to)
{
    const ElfW(Rel) *relocations = (const ElfW(Rel) *)(image() + dynamic(DT_REL));
    for (size_t i = 0; i < dynamic(DT_RELSZ) / sizeof *relocations; i++) {
        uintptr_t *word = (uintptr_t *)(image() + relocations[i].r_offset);
        if (ELF32_R_TYPE(relocations[i].r_info) == R_ARM_RELATIVE && *word - from <= bytes)
            *word += to - from;
    }
}

static bool is_arena(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && (size_t)status.st_size == linux_arena_bytes();
}

/* A file without a name, in the first folder that is a ramfs: the root of an initramfs, or where init mounts one. */
static int create(void)
{
    static const char *const folders[] = {"/", "/run", "/tmp", "/dev/shm"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        int fd = open(folders[i], O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        if (fd >= 0 && ftruncate(fd, (off_t)linux_arena_bytes()) == 0)
            return linux_above_standard(fd);
        if (fd >= 0)
            close(fd);
    }
    return -1;
}

/* After init has mounted what it needs, and before all else that uses the arena. */
static __attribute__((constructor(102))) void begin(void)
{
    const char *marker = getenv(LINUX_MARKER);
    uint64_t inherited;
    bool is_first = marker == NULL || !linux_read_number(&marker, &inherited) || !is_arena((int)inherited);
    int fd = is_first ? create() : (int)inherited;
    void *arena = fd >= 0 ? mmap(NULL, linux_arena_bytes(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
    if (arena == MAP_FAILED)
        return;
    if (is_first)
        memcpy(arena, coop_arena_start, linux_arena_bytes());
    arena_fd = fd;
    move_references((uintptr_t)coop_arena_start, linux_arena_bytes(), (uintptr_t)arena);
}

int linux_arena_create(void)
{
    if (arena_fd < 0)
        return COOP_ENOMEM;
    linux_arena_begin();
    return 0;
}

int linux_arena_fd(void)
{
    return arena_fd;
}

int linux_arena_attach(int fd, uint64_t nonce)
{
    if (fd != arena_fd || linux_arena.magic != LINUX_ARENA_MAGIC)
        return COOP_EINVAL;
    if (!linux_arena_is_of(&linux_arena, nonce))
        return COOP_EIO;
    close(fd);
    return 0;
}
