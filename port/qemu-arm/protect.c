/*
 * Memory protection: what a process may touch. Regions with a higher number win.
 *
 *     0 flash              read, execute
 *     1 the vector table   nothing, so that a NULL pointer faults
 *     2 COOP_SHARED        read, write
 *     3 its stack          read, write
 *     4 its image          read, write
 *     5, 6 peripherals granted to it
 *     7 the ends of the kernel's and the supervisor's stacks: nothing, for the kernel neither
 */
#include "kernel.h"
#include "mps2.h"
#include "v7m.h"
#include <coop/board.h>

extern char stack_guards[], flash_bytes[], shared_start[], shared_bytes[], image_bytes[];

enum { REGION_FLASH, REGION_NULL, REGION_SHARED, REGION_STACK, REGION_IMAGE, REGION_GRANTED, REGION_GUARD = 7 };
enum { NULL_BYTES = 256 };
_Static_assert(REGION_GRANTED + COOP_MAX_PERIPHERALS <= REGION_GUARD, "a core has 8 regions");

/* The SIZE field of a region of a power of two bytes. */
static uint32_t size_field(uint32_t bytes)
{
    return (30u - (uint32_t)__builtin_clz(bytes)) << 1;
}

static void set_region(uint32_t number, uint32_t start, uint32_t bytes, uint32_t attributes)
{
    MPU->rbar = start | MPU_RBAR_VALID | number;
    MPU->rasr = bytes == 0 ? 0 : attributes | size_field(bytes) | MPU_RASR_ENABLE;
}

void protect_start(void)
{
    set_region(REGION_FLASH, 0, (uint32_t)flash_bytes, MPU_RASR_RO | MPU_RASR_NORMAL);
    set_region(REGION_NULL, 0, NULL_BYTES, MPU_RASR_PRIVILEGED | MPU_RASR_NORMAL | MPU_RASR_XN);
    set_region(REGION_SHARED, (uint32_t)shared_start, (uint32_t)shared_bytes,
               MPU_RASR_RW | MPU_RASR_NORMAL | MPU_RASR_XN);
    set_region(REGION_GUARD, (uint32_t)stack_guards, 8 * GUARD_BYTES,
               MPU_RASR_NONE | MPU_RASR_NORMAL | MPU_RASR_XN | MPU_RASR_PARTS(1u << 0 | 1u << 3));
    MPU->ctrl = MPU_CTRL_ENABLE | MPU_CTRL_PRIVDEFENA;
    __asm__ volatile("dsb\n\tisb" ::: "memory");
}

void protect_process(struct process *process, uint32_t stack, uint32_t stack_bytes, uint32_t image)
{
    uint32_t *regions = process->context.regions;
    uint32_t attributes = MPU_RASR_RW | MPU_RASR_NORMAL | MPU_RASR_XN | MPU_RASR_ENABLE;
    regions[0] = stack | MPU_RBAR_VALID | REGION_STACK;
    regions[1] = stack_bytes == 0 ? 0 : attributes | size_field(stack_bytes);
    regions[2] = image | MPU_RBAR_VALID | REGION_IMAGE;
    regions[3] = stack_bytes == 0 ? 0 : attributes | size_field((uint32_t)image_bytes);
    for (uint32_t i = 0; i < COOP_MAX_PERIPHERALS; i++) {
        regions[4 + 2 * i] = MPU_RBAR_VALID | (REGION_GRANTED + i);
        regions[5 + 2 * i] = 0;
    }
    process->context.stack = stack;
    process->context.stack_end = stack + stack_bytes;
}

void protect_grant(struct process *process)
{
    const struct coop_peripherals *granted = process->descriptor->peripherals;
    uint32_t *regions = process->context.regions;
    if (granted == NULL || !protect_may_grant(granted))
        return;
    for (uint32_t i = 0; i < COOP_MAX_PERIPHERALS; i++) {
        if (granted->ranges[i].bytes == 0)
            continue;
        regions[4 + 2 * i] |= granted->ranges[i].base;
        regions[5 + 2 * i] =
            MPU_RASR_RW | MPU_RASR_DEVICE | MPU_RASR_XN | MPU_RASR_ENABLE | size_field(granted->ranges[i].bytes);
    }
}

/* Who had the kernel's own peripherals would be the kernel. */
static bool is_free(uint32_t base, uint32_t bytes)
{
    static const uint32_t own[] = KERNEL_PERIPHERALS;
    for (unsigned i = 0; i < sizeof own / sizeof own[0]; i++)
        if (own[i] - base < bytes || base - own[i] < PERIPHERAL_BYTES)
            return false;
    return base - PERIPHERALS_BASE < PERIPHERALS_BYTES && bytes <= PERIPHERALS_BYTES;
}

bool protect_may_grant(const struct coop_peripherals *peripherals)
{
    for (uint32_t i = 0; peripherals != NULL && i < COOP_MAX_PERIPHERALS; i++) {
        uint32_t base = peripherals->ranges[i].base;
        uint32_t bytes = peripherals->ranges[i].bytes;
        if (bytes == 0 && base == 0)
            continue;
        if (bytes < 32 || (bytes & (bytes - 1)) != 0 || (base & (bytes - 1)) != 0 || !is_free(base, bytes))
            return false;
    }
    return true;
}

static bool within(uintptr_t address, size_t bytes, uintptr_t start, size_t region_bytes)
{
    return bytes <= region_bytes && address - start <= region_bytes - bytes;
}

bool protect_may_write(const struct process *process, uintptr_t address, size_t bytes)
{
    const struct context *context = &process->context;
    uintptr_t image = context->regions[2] & ~31u;
    return within(address, bytes, context->stack, context->stack_end - context->stack) ||
           within(address, bytes, image, (size_t)image_bytes) ||
           within(address, bytes, (uintptr_t)shared_start, (size_t)shared_bytes);
}

bool protect_may_read(const struct process *process, uintptr_t address, size_t bytes)
{
    return protect_may_write(process, address, bytes) ||
           within(address, bytes, NULL_BYTES, (size_t)flash_bytes - NULL_BYTES);
}
