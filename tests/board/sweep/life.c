/*
 * The sweep of a real run, on a board: while the victim acts, a timer's interrupt asks the supervisor for its end, whatever it and
 * those who serve it have come to. Arguments: stride=N, the instructions from one shot to the next; only=TEXT, how a scene's
 * name begins.
 */
#include "tests/sweep/life_scenes.h"

#include "board.h"
#include "mps2.h"
#include "timer.h"
#include <coop/shared.h>
#include <stdlib.h>
#include <string.h>

enum { PARK_MS = 5, PROMPT_MS = 100, MOST_INSTRUCTIONS = 400000, IRQ_LOOK = 30 };
#define STIR (*(volatile uint32_t *)0xe000ef00u)

/* Who starts the timer: the victim before its action or, where it waits for another's end, the root before it ends that one. */
struct plan {
    enum scene scene;
    uint32_t instructions;
    bool by_root;
};

struct common {
    int stride;
    char only[40];
    struct coop_handle victim;
    bool acted;               /* the victim's action is over */
    bool fired, was_late;     /* was_late: there was nothing left to interrupt */
    struct coop_handle asked; /* look for this one: */
    bool sleeps, has_request;
    int alive;
    const char *wrong;
};
static COOP_SHARED(struct common, common);
COOP_SEMAPHORE(life_go, 0);

/* What the shot asks for is what any process may ask. */
static void fire(void)
{
    timer_stop();
    common.was_late = common.acted || scheduler.current == &idle;
    common.fired = true;
    (void)coop_kill(common.victim);
}
COOP_INTERRUPT_HANDLER(life_shot, IRQ_DUAL_TIMER, fire);

/* What only the kernel can see. */
static void look(void)
{
    uint32_t slot = common.asked.slot;
    common.sleeps = processes[slot].state == STATE_PARKED;
    common.has_request = coop_blocks_start[slot].request != COOP_REQUEST_NONE;
    common.alive = 0;
    for (const struct process *process = processes; process < processes_end; process++)
        common.alive += process->state == STATE_READY || process->state == STATE_PARKED;
    common.wrong = sound_kernel();
}
COOP_INTERRUPT_HANDLER(life_look, IRQ_LOOK, look);

static void look_at(struct coop_handle handle)
{
    common.asked = handle;
    STIR = IRQ_LOOK;
}

bool life_sleeps(struct coop_handle handle)
{
    look_at(handle);
    return SEEN(common.sleeps);
}

bool life_was_asked(struct coop_handle handle)
{
    look_at(handle);
    return SEEN(common.has_request);
}

bool life_is_over(void)
{
    look_at(coop_self());
    assert_null(SEEN(common.wrong));
    return SEEN(common.alive) == 1;
}

static int be_victim(const void *argument)
{
    const struct plan *plan = argument;
    if (coop_semaphore_acquire(&life_go, COOP_FOREVER) != 0)
        return 1;
    if (!plan->by_root)
        timer_start(plan->instructions);
    (void)scene_act(plan->scene);
    common.acted = true;
    while (coop_sleep_ms(INT32_MAX) == 0)
        continue;
    return 1;
}
COOP_PROCESS(life_victim, be_victim, .peripherals = &timer);

static void kill_after(const struct plan *plan)
{
    common.acted = common.fired = false;
    common.victim = start(&life_victim, plan, sizeof *plan);
    assert_int_equal(coop_semaphore_release(&life_go), 0);
    if (plan->by_root) {
        assert_int_equal(coop_sleep_ms(PARK_MS), 0);
        timer_start(plan->instructions);
        assert_int_equal(coop_kill(life.other), 0);
    }
    uint64_t before_ms = coop_now_ms();
    struct coop_end end = join(common.victim);
    /* The clock counts instructions: nothing but the system itself makes it late. */
    assert_in_range(coop_now_ms() - before_ms, 0, PROMPT_MS);
    if (!SEEN(common.fired)) { /* it has ended by itself */
        timer_stop();
        common.was_late = true;
    }
    scene_check(plan->scene, &end);
}

static long all_kills;

static long sweep(enum scene scene, bool by_root)
{
    long kills = 0;
    common.was_late = false;
    for (uint32_t n = 0; !SEEN(common.was_late) && n < MOST_INSTRUCTIONS; n += (uint32_t)common.stride, kills++) {
        scene_set(scene);
        kill_after(&(struct plan){scene, n, by_root});
    }
    assert_true(SEEN(common.was_late));
    return kills;
}

static void test_scene(void **state)
{
    enum scene scene = (enum scene)(uintptr_t)*state;
    long kills = sweep(scene, false);
    if (scene == JOIN)
        kills += sweep(scene, true);
    print_message("%-42s %5ld kills, 0 failures\n", scene_names[scene], kills);
    all_kills += kills;
}

static int root(const void *argument)
{
    (void)argument;
    struct CMUnitTest tests[SCENES];
    size_t n = 0;
    for (uintptr_t scene = 0; scene < SCENES; scene++)
        if (strncmp(scene_names[scene], common.only, strlen(common.only)) == 0)
            tests[n++] = (struct CMUnitTest){
                .name = scene_names[scene], .test_func = test_scene, .initial_state = (void *)scene};
    int failed = _cmocka_run_group_tests("sweep of a real run", tests, n, NULL, NULL);
    print_message("swept: %ld kills\n", all_kills);
    return verdict(failed);
}
COOP_PROCESS(life_root, root, .stack_bytes = 8192, .peripherals = &timer);

int main(int argc, char **argv)
{
    common.stride = 1;
    for (int i = 1; i < argc; i++)
        if (sscanf(argv[i], "stride=%d", &common.stride) != 1 && strncmp(argv[i], "only=", 5) == 0)
            strncpy(common.only, argv[i] + 5, sizeof common.only - 1);
    SCB->ccr |= CCR_USERSETMPEND;
    return coop_run(argc, argv, &life_root);
}
