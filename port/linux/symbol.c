/* The name of a code address, from this program's own symbol table. Read piece by piece: it is for the log of a death only. */
#include "linux.h"

#include "machine.h"
#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool read_at(void *to, size_t bytes, uint64_t offset)
{
    return pread(linux_executable(), to, bytes, (off_t)offset) == (ssize_t)bytes;
}

static bool find_section(const ElfW(Ehdr) * head, uint32_t type, ElfW(Shdr) * section)
{
    for (unsigned i = 0; i < head->e_shnum; i++)
        if (read_at(section, sizeof *section, head->e_shoff + (uint64_t)i * head->e_shentsize) &&
            section->sh_type == type)
            return true;
    return false;
}

/* The function that contains pc, or the closest before it. */
static bool find_symbol(const ElfW(Shdr) * table, uintptr_t pc, ElfW(Sym) * best)
{
    ElfW(Sym) chunk[64];
    bool found = false;
    for (uint64_t at = 0; at < table->sh_size; at += sizeof chunk) {
        uint64_t left = table->sh_size - at;
        size_t bytes = left < sizeof chunk ? (size_t)left : sizeof chunk;
        if (!read_at(chunk, bytes, table->sh_offset + at))
            return false;
        for (size_t i = 0; i < bytes / sizeof *chunk; i++) {
            ElfW(Sym) *symbol = &chunk[i];
            symbol->st_value = machine_code(symbol->st_value);
            bool is_function = (symbol->st_info & 0xf) == STT_FUNC && symbol->st_size != 0;
            if (is_function && symbol->st_value <= pc && pc - symbol->st_value < symbol->st_size) {
                *best = *symbol;
                found = true;
            }
        }
    }
    return found;
}

void port_symbol(uintptr_t pc, char *text, size_t bytes)
{
    ElfW(Ehdr) head;
    ElfW(Shdr) table, names;
    ElfW(Sym) symbol;
    char name[64] = "";
    text[0] = '\0';
    if (!read_at(&head, sizeof head, 0) || !find_section(&head, SHT_SYMTAB, &table) ||
        !read_at(&names, sizeof names, head.e_shoff + (uint64_t)table.sh_link * head.e_shentsize) ||
        !find_symbol(&table, pc, &symbol))
        return;
    ssize_t got = pread(linux_executable(), name, sizeof name - 1, (off_t)(names.sh_offset + symbol.st_name));
    if (got <= 0)
        return;
    name[sizeof name - 1] = '\0';
    snprintf(text, bytes, "%s+0x%lx", name, (unsigned long)(pc - symbol.st_value));
}
