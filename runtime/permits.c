/*
 * Permits: a byte for each, which names its owner. The store that takes a permit also records who took it, so a death leaves
 * each permit free or with an owner that repair can find.
 */
#include <coop/permits.h>

#include "objects.h"
#include "operations.h"
#include <stdatomic.h>

static struct coop_permits_state *state_of(const struct coop_object *permits)
{
    return (struct coop_permits_state *)permits->control;
}

static _Atomic uint8_t *owners_of(const struct coop_object *permits)
{
    return (_Atomic uint8_t *)permits->items;
}

/* The first permit of `owner` (0: the first free one), looked for from the hint on; count when there is none. */
static uint32_t find(const struct coop_object *permits, uint32_t owner)
{
    uint32_t count = permits->count;
    uint32_t hint = state_of(permits)->hint;
    uint32_t i = hint < count ? hint : 0;
    for (uint32_t looked = 0; looked < count; looked++) {
        if (atomic_load_explicit(&owners_of(permits)[i], memory_order_relaxed) == owner)
            return i;
        i = i + 1 < count ? i + 1 : 0;
    }
    return count;
}

static void set_owner(const struct coop_object *permits, uint32_t permit, uint32_t owner)
{
    state_of(permits)->hint = permit;
    atomic_store_explicit(&owners_of(permits)[permit], (uint8_t)owner, memory_order_relaxed);
}

static int try_acquire(const struct coop_object *permits, uint32_t self, uintptr_t a, uintptr_t b)
{
    (void)a, (void)b;
    if (self == 0)
        return MISUSE - COOP_MISUSE_NOT_PROCESS;
    uint32_t permit = find(permits, 0);
    if (permit == permits->count)
        return WOULD_BLOCK;
    port_owns(self);
    set_owner(permits, permit, self);
    return (int)permit;
}

static int try_release(const struct coop_object *permits, uint32_t self, uintptr_t a, uintptr_t b)
{
    (void)a, (void)b;
    uint32_t permit = self != 0 ? find(permits, self) : permits->count;
    if (permit == permits->count)
        return MISUSE - COOP_MISUSE_NOT_OWNER;
    set_owner(permits, permit, 0);
    return 0;
}

static int try_available(const struct coop_object *permits, uint32_t self, uintptr_t a, uintptr_t b)
{
    (void)self, (void)a, (void)b;
    int available = 0;
    for (uint32_t i = 0; i < permits->count; i++)
        available += atomic_load_explicit(&owners_of(permits)[i], memory_order_relaxed) == 0;
    return available;
}

static unsigned repair(const struct coop_object *permits, uint32_t dead)
{
    unsigned recovered = 0;
    for (uint32_t i = 0; i < permits->count; i++)
        if (atomic_load_explicit(&owners_of(permits)[i], memory_order_relaxed) == dead) {
            set_owner(permits, i, 0);
            recovered++;
        }
    return recovered;
}

const struct object_class permits_class = {.repair = repair};

const struct operation permits_acquire = {
    .try = try_acquire, .number = OP_PERMITS_ACQUIRE, .kind = COOP_KIND_PERMITS, .waits = DIRECTION_DATA};
const struct operation permits_release = {
    .try = try_release, .number = OP_PERMITS_RELEASE, .kind = COOP_KIND_PERMITS, .wakes = WAKES_DATA};
const struct operation permits_available = {
    .try = try_available, .unguarded = needs_no_guard, .number = OP_PERMITS_AVAILABLE, .kind = COOP_KIND_PERMITS};

int coop_permits_acquire(const struct coop_permits *permits, int timeout_ms)
{
    return port_call(&permits_acquire, unchecked(permits), 0, 0, timeout_ms);
}

int coop_permits_release(const struct coop_permits *permits)
{
    return port_call(&permits_release, unchecked(permits), 0, 0, 0);
}

int coop_permits_available(const struct coop_permits *permits)
{
    return port_call(&permits_available, unchecked(permits), 0, 0, 0);
}
