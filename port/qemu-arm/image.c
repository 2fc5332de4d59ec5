/*
 * Images: each instance of a process has a stack and a copy of all the application's variables, its own.
 *
 * The linker placed the variables once, in the first image, which main() uses. Each copy begins as the initial data in
 * flash; then the words that hold addresses of variables are moved to the copy's own. `link` made the list of them. A process
 * copies them itself: so that takes its own time, not that of others, and no interrupt waits for it.
 */
#include "image.h"

#include "kernel.h"
#include "processes.h"
#include "v7m.h"
#include <string.h>

/* Of the linker script. The first image is the template's, and has no slot; slot n has the one numbered n + 1. */
extern char images_start[], image_bytes[], image_data_load[], image_data_bytes[], image_used_bytes[];
extern char tls_start[];
enum { TCB_BYTES = 8 }; /* of the ARM ABI: between the thread pointer and the first variable */
extern char stacks_start[], stacks_bytes[];
extern const uint16_t moved_start[], moved_end[]; /* words, counted from the image's start */

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
            process->context.control = CONTROL_PROCESS;
            protect_process(process, stack, bytes, image_of(slot));
            protect_grant(process);
            stack += bytes;
        }
    if (stack > (uint32_t)stacks_start + (uint32_t)stacks_bytes ||
        process_slots() > (uint32_t)(processes_end - processes))
        kernel_panic("the link script reserved too little", NULL);
}

/* What is copied at once. The link script makes whole ones of an image's parts. */
struct chunk {
    uint32_t words[8];
};

void image_fill(uint32_t image)
{
    const struct chunk *from = (const struct chunk *)image_data_load;
    const struct chunk *data_end = (const struct chunk *)(image + (uint32_t)image_data_bytes);
    const struct chunk *end = (const struct chunk *)(image + (uint32_t)image_used_bytes);
    struct chunk *to = (struct chunk *)image;
    while (to < data_end)
        *to++ = *from++;
    for (; to < end; to++) {
        to->words[0] = to->words[1] = to->words[2] = to->words[3] = 0;
        to->words[4] = to->words[5] = to->words[6] = to->words[7] = 0;
        __asm__ volatile("" : "+r"(to)); /* or else the compiler makes a call of memset of it */
    }
    for (const uint16_t *moved = moved_start; moved < moved_end; moved++)
        ((uint32_t *)image)[*moved] += image - (uint32_t)images_start;
}

uint32_t image_thread_pointer(uint32_t self)
{
    return (uint32_t)tls_start - TCB_BYTES + self * (uint32_t)image_bytes;
}

uint32_t image_template(void)
{
    image_fill((uint32_t)images_start);
    return (uint32_t)images_start;
}

/* The first thing that a process does, unprivileged, on its own stack; r9 is there. */
static _Noreturn void begin(uint32_t slot, const void *argument, struct image_header *image)
{
    image_fill((uint32_t)image);
    image->self = slot + 1;
    image->argument = argument;
    process_main(slot);
}

/* The argument lies at the top of the stack, the first frame below it. */
void image_begin(struct process *process)
{
    struct argument {
        uint32_t words[COOP_ARGUMENT_BYTES / 4];
    } *argument = (struct argument *)process->context.stack_end - 1;
    *argument = *(const struct argument *)process->block->argument;
    uint32_t image = image_of(process->self - 1);
    uint32_t *frame = (uint32_t *)argument - FRAME_WORDS;
    frame[FRAME_R0] = process->self - 1;
    frame[FRAME_R1] = (uint32_t)argument;
    frame[FRAME_R2] = image;
    frame[FRAME_PC] = (uint32_t)begin & ~1u;
    frame[FRAME_XPSR] = XPSR_THUMB;
    process->context.r4_r11[9 - 4] = image;
    process->context.psp = (uint32_t)frame;
    process->context.exc_return = EXC_RETURN_THREAD;
    process->cpu_ticks = process->cpu_ticks_seen = 0;
    process->cpu_us = 0;
    schedule_begin(process);
}
