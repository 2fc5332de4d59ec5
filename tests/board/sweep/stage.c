/* The arena, the processes, and the timer that interrupts them. All of it in the supervisor's thread, but for act() and fire(). */
#include "board.h"

#include "image.h"
#include "interrupt.h"
#include "mps2.h"
#include "reset.h"
#include "timer.h"
#include <coop/shared.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES = 16384, SETTLE_MS = 20, SHOT_MS = 200, IRQ_LINE = 20, IRQ_FLAG = 21 };

/* What a process is to do. */
struct order {
    const struct sweep_case *c; /* in flash */
    struct action action;
    bool shoots; /* it starts the timer */
    uint32_t instructions;
    bool rings; /* when it has finished, to save main() the wait: a switch is dear in an emulator */
};

struct common {
    struct stage stage, saved;
    struct order orders[SELVES];
    uint32_t finished[SELVES], n;
    uint64_t first_arena[ARENA_BYTES / 8], saved_arena[ARENA_BYTES / 8], kept_arena[ARENA_BYTES / 8];
};
static COOP_SHARED(struct common, common);
struct stage *stage = &common.stage;
struct shot shot;
uint8_t stage_levels[SELVES];
static uint32_t saved_owners; /* by slot: who holds something by the case's setup */
static uint32_t clean_ends;   /* by self */

COOP_SEMAPHORE(sweep_never, 0);
extern const struct coop_semaphore sweep_semaphore;
extern const struct coop_event sweep_event;
extern unsigned char coop_arena_start[], coop_arena_end[];
extern char images_start[];

static int act(const void *argument)
{
    (void)argument;
    uint32_t self = port_self();
    struct role *role = &stage->roles[self];
    const struct order *order = &common.orders[self];
    current = order->c;
    role->begun = 1;
    if (order->shoots)
        timer_start(order->instructions);
    role->result = perform(&order->action, role);
    role->finished = 1;
    common.finished[self] = ++common.n;
    if (order->rings)
        port_ring();
    for (;;)
        if (coop_semaphore_acquire(&sweep_never, COOP_FOREVER) == 0)
            return 1;
}
COOP_PROCESS(sweep_victim, act, .preemptible = true, .peripherals = &timer);
COOP_PROCESS(sweep_worker, act, .instances = OBSERVER - 1, .peripherals = &timer);

static void expire_all(void)
{
    for (struct process *process = processes; process < processes_end; process++)
        if (clock_has(process)) {
            clock_remove(process);
            kernel_expire(process);
        }
}

/* The shot. A line of COOP_INTERRUPT is its own interrupt, which follows this one without an instruction between. */
static void fire(void)
{
    struct role *role = &stage->roles[INTERRUPT];
    timer_stop();
    shot.fired = true;
    shot.idle = scheduler.current == &idle;
    shot.victim_finished = stage->roles[VICTIM].finished != 0;
    shot.finished = shot.victim_finished && stage->roles[shot.self].finished != 0;
    if (shot.fires == RELEASES)
        NVIC->pend[0] = 1u << IRQ_LINE;
    else if (shot.fires == SETS) {
        NVIC->pend[0] = 1u << IRQ_FLAG;
        role->result = coop_event_flags(&sweep_event) | INTERRUPT_FLAG;
    } else if (shot.fires == HANDLES)
        role->result = perform(&shot.action, role);
    else if (shot.fires == SINKS)
        schedule_slice_ended();
    else if (shot.fires == EXPIRES)
        expire_all();
    role->finished = shot.fires == HANDLES || shot.fires == RELEASES || shot.fires == SETS;
    port_ring();
}
COOP_INTERRUPT_HANDLER(sweep_shot, IRQ_DUAL_TIMER, fire);

/* Nobody drives this: the sweep opens the lines itself, so that each run begins alike. */
COOP_PERIPHERALS(sweep_lines, {0x40006000u, 32});
COOP_PROCESS(sweep_driver, act, .peripherals = &sweep_lines);
COOP_INTERRUPT(sweep_line, IRQ_LINE, &sweep_semaphore, .of = &sweep_lines, .pulse = true);
COOP_INTERRUPT(sweep_flag, IRQ_FLAG, &sweep_event, .flags = INTERRUPT_FLAG, .of = &sweep_lines, .pulse = true);

static size_t arena_bytes(void)
{
    return (size_t)(coop_arena_end - coop_arena_start);
}

void stage_open(unsigned part)
{
    (void)part;
    if (arena_bytes() > ARENA_BYTES || !interrupt_start()) {
        printf("sweep: the board can't\n");
        exit(1);
    }
    supervisor.context.stack = 0; /* all memory is its, whoever it acts as */
    supervisor.context.stack_end = UINT32_MAX;
    reset_watch(true);
    memcpy(common.first_arena, coop_arena_start, arena_bytes());
}

void stage_restore_first(void)
{
    memcpy(coop_arena_start, common.first_arena, arena_bytes());
    memset(stage, 0, sizeof *stage);
    kernel_owners[0] = 0;
}

void stage_save(void)
{
    memcpy(common.saved_arena, coop_arena_start, arena_bytes());
    common.saved = *stage;
    saved_owners = kernel_owners[0];
}

/* Was its end one after which the supervisor has nothing to repair? That is told once. */
static bool ended_clean(uint32_t self)
{
    struct port_ended ended;
    while (port_reap(&ended))
        clean_ends |= (uint32_t)ended.clean << (ended.slot + 1);
    bool clean = (clean_ends >> self & 1) != 0;
    clean_ends &= ~(1u << self);
    return clean;
}

void stage_restore(void)
{
    memcpy(coop_arena_start, common.saved_arena, arena_bytes());
    *stage = common.saved;
    (void)ended_clean(0);
    clean_ends = 0;
    memset(common.finished, 0, sizeof common.finished);
    common.n = 0;
    shot.fired = false;
    reset_feed();
    NVIC->enable[0] = 1u << IRQ_LINE | 1u << IRQ_FLAG; /* each masks itself */
}

void stage_keep(void)
{
    memcpy(common.kept_arena, coop_arena_start, arena_bytes());
}

void stage_take_back(void)
{
    memcpy(coop_arena_start, common.kept_arena, arena_bytes());
}

uint64_t stage_now_us(void)
{
    return port_now_us();
}

void stage_borrow(uint32_t self)
{
    static struct coop_block *own;
    own = own != NULL ? own : supervisor.block;
    supervisor.self = self;
    supervisor.block = self != 0 ? &coop_blocks_start[self - 1] : own;
    ((struct image_header *)images_start)->self = self;
}

/* Its "pid" is its name. */
pid_t stage_spawn(uint32_t self, const struct action *action, bool traced)
{
    struct process *process = &processes[self - 1];
    stage->roles[self] = (struct role){0};
    common.orders[self] = (struct order){
        .c = current, .action = *action, .shoots = traced, .instructions = shot.instructions, .rings = !traced};
    if (traced)
        shot.self = self;
    stage_borrow(0);
    coop_blocks_start[self - 1].state = COOP_STARTING;
    coop_blocks_start[self - 1].stopping = 0;
    (void)port_start(self - 1);
    kernel_owners[0] |= saved_owners & 1u << (self - 1);
    uint32_t before = kernel_enter();
    process->priority = stage_levels[self];
    schedule_set_level(process, sound_level(process)); /* it may own the lock, by the case's setup */
    kernel_leave(before);
    return (pid_t)self;
}

bool stage_sleeps(uint32_t self, pid_t pid)
{
    (void)pid;
    return processes[self - 1].state == STATE_PARKED;
}

static bool is_anything_left(void)
{
    bool left = scheduler.levels != 1u << LEVEL_SUPERVISOR;
    for (uint32_t self = 1; self < SELVES; self++)
        left = left || processes[self - 1].deadline != NO_DEADLINE;
    return left;
}

/* Who can run does so while this sleeps, and time that nobody needs takes none. */
bool stage_settle(const pid_t pids[SELVES])
{
    uint64_t until = clock_now() + clock_ticks(SETTLE_MS);
    stage_borrow(0);
    while (is_anything_left() && clock_now() < until)
        (void)kernel_listen(until);
    for (uint32_t self = 1; self < SELVES; self++)
        if (pids[self] != 0 && stage->roles[self].finished == 0 && !stage_sleeps(self, pids[self]))
            return false;
    return true;
}

/* Left from an earlier sleep, it would wake this thread before the shot, whose timer counts this thread's instructions, too. */
static void forget_alarm(void)
{
    uint32_t before = kernel_enter();
    if (clock_has(&supervisor))
        clock_remove(&supervisor);
    kernel_leave(before);
}

bool stage_shoot(void)
{
    uint64_t until = clock_now() + clock_ticks(SHOT_MS);
    stage_borrow(0);
    forget_alarm();
    while (!shot.fired && clock_now() < until)
        (void)kernel_listen(until);
    return shot.fired;
}

/* As the supervisor does it: not after a clean end. When it is asked for again, it is done all the same. */
bool stage_repair(uint32_t dead, int patience_ms)
{
    struct coop_record record = {0};
    (void)patience_ms; /* nobody is ever inside an object */
    stage_borrow(0);
    bool done = ended_clean(dead) || repair_all(dead, &record, NULL);
    (void)tend_all();
    return done;
}

bool stage_repair_under_fire(uint32_t dead)
{
    shot.fired = false;
    timer_start(shot.instructions);
    (void)stage_repair(dead, 0);
    timer_stop();
    return shot.fired;
}

void stage_end(pid_t *pid)
{
    if (*pid != 0)
        port_kill((uint32_t)*pid - 1);
    *pid = 0;
}

uint32_t stage_order(uint32_t self)
{
    return common.finished[self];
}

uintptr_t stage_pc(uint32_t self)
{
    return ((const uint32_t *)processes[self - 1].context.psp)[FRAME_PC];
}
