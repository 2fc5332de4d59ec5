/*
 * Memory protection: what a process may touch. Regions with a higher number win.
 *
 *     0 flash              read, execute
 *     1 the vector table   nothing, so that a NULL pointer faults
 *     2 COOP_SHARED        read, write
 *     3 its stack          read, write
 *     4 its image          read, write
 *     5-7 peripherals granted to it
 */
#include "kernel.h"
#include "v7m.h"

extern char flash_bytes[], shared_start[], shared_bytes[], image_bytes[];

enum { REGION_FLASH, REGION_NULL, REGION_SHARED, REGION_STACK, REGION_IMAGE };
enum { NULL_BYTES = 256 };

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
    process->context.stack_end = stack + stack_bytes;
}

static bool within(uintptr_t address, size_t bytes, uintptr_t start, size_t region_bytes)
{
    return bytes <= region_bytes && address - start <= region_bytes - bytes;
}

bool protect_may_write(const struct process *process, uintptr_t address, size_t bytes)
{
    uintptr_t stack = process->context.regions[0] & ~31u;
    uintptr_t image = process->context.regions[2] & ~31u;
    return within(address, bytes, stack, process->context.stack_end - stack) ||
           within(address, bytes, image, (size_t)image_bytes) ||
           within(address, bytes, (uintptr_t)shared_start, (size_t)shared_bytes);
}

bool protect_may_read(const struct process *process, uintptr_t address, size_t bytes)
{
    return protect_may_write(process, address, bytes) ||
           within(address, bytes, NULL_BYTES, (size_t)flash_bytes - NULL_BYTES);
}
