/*
 * Images: each instance of a process has a stack and a copy of all the application's variables, its own.
 *
 * The linker placed the variables once, in the first image, which main() uses. Each copy begins as the initial data in
 * flash; then the words that hold addresses of variables are moved to the copy's own. .rel.dyn lists them, among others.
 */
#include "image.h"

#include "kernel.h"
#include "processes.h"
#include "v7m.h"
#include <string.h>

struct relocation {
    uint32_t offset, info;
};

/* Of the linker script. The first image is the template's, and has no slot; slot n has the one numbered n + 1. */
extern char images_start[], image_bytes[], image_data_load[], image_data_bytes[], image_used_bytes[];
extern char tls_start[];
enum { TCB_BYTES = 8 }; /* of the ARM ABI: between the thread pointer and the first variable */
extern char stacks_start[], stacks_bytes[];
extern const struct relocation relocations_start[], relocations_end[];

/* What the link script reads, to size memory by the processes' own declarations. */
#define LAYOUT(name) ".global layout_" #name "\n.equ layout_" #name ", %c[" #name "]\n"

__attribute__((used)) static void layout_for_the_linker(void)
{
    __asm__ volatile(
        LAYOUT(process_bytes) LAYOUT(instances) LAYOUT(stack_bytes) LAYOUT(stack_default) LAYOUT(stack_least)
            LAYOUT(state_bytes)
        :
        : [process_bytes] "i"(sizeof(struct coop_process)), [instances] "i"(offsetof(struct coop_process, instances)),
          [stack_bytes] "i"(offsetof(struct coop_process, stack_bytes)), [stack_default] "i"(STACK_DEFAULT_BYTES),
          [stack_least] "i"(STACK_LEAST_BYTES), [state_bytes] "i"(sizeof(struct process)));
}

/* Rounded up to what one region can cover. */
static uint32_t stack_bytes(const struct coop_process *process)
{
    uint32_t bytes = process->stack_bytes != 0 ? process->stack_bytes : STACK_DEFAULT_BYTES;
    if (bytes < STACK_LEAST_BYTES)
        bytes = STACK_LEAST_BYTES;
    return 1u << (32 - __builtin_clz(bytes - 1));
}

static uint32_t image_of(uint32_t slot)
{
    return (uint32_t)images_start + (slot + 1) * (uint32_t)image_bytes;
}

/* The largest stacks come first, so that each is aligned to its size without gaps. */
void image_layout(void)
{
    uint32_t stack = (uint32_t)stacks_start;
    for (uint32_t bytes = 1u << 31; bytes >= STACK_LEAST_BYTES; bytes >>= 1)
        for (uint32_t slot = 0; slot < process_slots(); slot++) {
            struct process *process = &processes[slot];
            const struct coop_process *descriptor = process_of(slot);
            if (stack_bytes(descriptor) != bytes)
                continue;
            process->self = slot + 1;
            process->block = &coop_blocks_start[slot];
            process->descriptor = descriptor;
            process->deadline = NO_DEADLINE;
            process->slice_ms = descriptor->time_slice_ms;
            protect_process(process, stack, bytes, image_of(slot));
            protect_grant(process);
            stack += bytes;
        }
    if (stack > (uint32_t)stacks_start + (uint32_t)stacks_bytes ||
        process_slots() > (uint32_t)(processes_end - processes))
        kernel_panic("the link script reserved too little", NULL);
}

/* The first and last of .rel.dyn that lie in the image: they are sorted, and most lie elsewhere. */
static const struct relocation *first_from(uint32_t address)
{
    const struct relocation *low = relocations_start, *high = relocations_end;
    while (low < high) {
        const struct relocation *middle = low + (high - low) / 2;
        if (middle->offset < address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void relocate(uint32_t image)
{
    uint32_t template = (uint32_t)images_start;
    const struct relocation *end = first_from(template + (uint32_t)image_data_bytes);
    for (const struct relocation *relocation = first_from(template); relocation < end; relocation++) {
        uint32_t *word = (uint32_t *)(relocation->offset - template + image);
        if (*word - template <(uint32_t)image_bytes)
            *word += image - template;
    }
}

static void load(uint32_t image)
{
    memcpy((void *)image, image_data_load, (size_t)image_data_bytes);
    memset((char *)image + (size_t)image_data_bytes, 0, (size_t)image_used_bytes - (size_t)image_data_bytes);
}

uint32_t image_thread_pointer(uint32_t self)
{
    return (uint32_t)tls_start - TCB_BYTES + self * (uint32_t)image_bytes;
}

uint32_t image_template(void)
{
    load((uint32_t)images_start);
    return (uint32_t)images_start;
}

/* The argument lies at the top of the stack, the first frame below it. */
void image_load(struct process *process)
{
    uint32_t image = image_of(process->self - 1);
    load(image);
    relocate(image);
    ((struct image_header *)image)->self = process->self;
    uint32_t *argument = (uint32_t *)(process->context.stack_end - COOP_ARGUMENT_BYTES);
    memcpy(argument, process->block->argument, COOP_ARGUMENT_BYTES);
    ((struct image_header *)image)->argument = argument;
    uint32_t *frame = argument - FRAME_WORDS;
    memset(frame, 0, FRAME_WORDS * sizeof *frame);
    frame[FRAME_R0] = process->self - 1;
    frame[FRAME_PC] = (uint32_t)process_main & ~1u;
    frame[FRAME_XPSR] = XPSR_THUMB;
    memset(process->context.r4_r11, 0, sizeof process->context.r4_r11);
    process->context.r4_r11[9 - 4] = image;
    process->context.psp = (uint32_t)frame;
    process->context.exc_return = EXC_RETURN_THREAD;
    process->context.control = CONTROL_PROCESS;
    process->cpu_ticks = process->cpu_ticks_seen = 0;
    process->cpu_us = 0;
    schedule_begin(process);
}
