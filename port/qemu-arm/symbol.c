/* The names of functions, for the log. `link` made the table, sorted by address. */
#include "port.h"

#include <stdio.h>

struct symbol {
    uint32_t address;
    uint32_t name; /* offset in the table */
};
extern const struct symbol symbols_start[];
extern const char symbols_end[];
extern char text_end[];

void port_symbol(uintptr_t pc, char *text, size_t bytes)
{
    if (bytes > 0)
        text[0] = '\0';
    if ((uintptr_t)symbols_start == (uintptr_t)symbols_end || pc < symbols_start->address || pc >= (uintptr_t)text_end)
        return;
    const struct symbol *low = symbols_start;
    const struct symbol *high = symbols_start + symbols_start->name / sizeof *low; /* the names follow the table */
    while (high - low > 1) {
        const struct symbol *middle = low + (high - low) / 2;
        if (middle->address <= pc)
            low = middle;
        else
            high = middle;
    }
    snprintf(text, bytes, "%s+0x%x", (const char *)symbols_start + low->name, (unsigned)(pc - low->address));
}
