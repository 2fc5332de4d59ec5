#include "inject.h"

#include <coop.h>
#include <string.h>

COOP_SEMAPHORE(never, 0);

/* What keeps the compiler from seeing through it all. */
static volatile uintptr_t nowhere = 16; /* no process may write there, on Linux and on a board */
static volatile uint32_t count;

static void spin(void)
{
    for (;;)
        count++;
}

static void hang(void)
{
    while (coop_semaphore_acquire(&never, COOP_FOREVER) < 0)
        continue;
}

static void crash(void)
{
    *(volatile uint32_t *)nowhere = 0;
}

static uint32_t recurse(uint32_t depth) /* NOLINT(misc-no-recursion): it is what this is for */
{
    volatile uint32_t frame[16] = {depth};

    return count == UINT32_MAX ? frame[0] : recurse(depth + 1) + frame[depth % 16];
}

static void overflow(void)
{
    count = recurse(0);
}

static void leave(void)
{
    coop_exit(1);
}

static const struct kind {
    const char *name;
    void (*misbehave)(void);
} kinds[] = {
    [INJECT_SPIN] = {"spin", spin},    [INJECT_HANG] = {"hang", hang},
    [INJECT_CRASH] = {"crash", crash}, [INJECT_OVERFLOW] = {"overflow", overflow},
    [INJECT_EXIT] = {"exit", leave},
};

_Static_assert(sizeof kinds / sizeof *kinds == INJECT_KINDS, "each kind has a name");

uint8_t inject_kind(const char *name, size_t length)
{
    for (unsigned i = 1; i < INJECT_KINDS; i++)
        if (strlen(kinds[i].name) == length && memcmp(kinds[i].name, name, length) == 0)
            return (uint8_t)i;
    return INJECT_NOTHING;
}

void inject(const struct injection *injection, uint32_t number, int delivery)
{
    if (injection->kind > INJECT_NOTHING && injection->kind < INJECT_KINDS && injection->number == number &&
        (injection->always || delivery == 1))
        kinds[injection->kind].misbehave();
}
