/*
 * The sweep of a real run, on Linux: the root traces a victim that the supervisor started, and kills it after its Nth instruction.
 * SWEEP_STRIDE and SWEEP_ONLY as in test_sweep.c.
 */
#include "life_scenes.h"
#include "sweep.h"

#include "linux.h"
#include "proc.h"
#include <coop/shared.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WAKE_MS = 5000, MOST_INSTRUCTIONS = 20000 };
struct shared {
    struct stage stage;
    uint32_t go;
};
COOP_SHARED(struct shared, shared);
static int be_victim(const void *argument);
COOP_PROCESS(life_victim, be_victim, .instances = 1);
static int be_victim(const void *argument)
{
    const enum scene *scene = argument;
    struct role *role = &shared.stage.roles[coop_self().slot + 1];
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY); /* not its parent traces it */
    while (SEEN(shared.go) == 0)
        sched_yield();
    role->begun = 1;
    role->result = scene_act(*scene);
    role->finished = 1;
    while (pause() < 0)
        ;
    return 0;
}

bool life_was_asked(struct coop_handle handle)
{
    return atomic_load(&coop_blocks_start[handle.slot].request) != COOP_REQUEST_NONE;
}

bool life_sleeps(struct coop_handle handle)
{
    return stage_sleeps(handle.slot + 1, coop_native_pid(handle));
}

/* False when the victim has finished, or gone, before. */
static bool step_to(enum scene scene, uint32_t self, pid_t pid, long instructions, long *at)
{
    bool gone = false;
    for (*at = 0; *at < instructions && !gone; ++*at) {
        if (shared.stage.roles[self].finished != 0)
            return false;
        enum stepped stepped = stepper_step(self, pid);
        gone = stepped == GONE;
        if (stepped != ASLEEP)
            continue;
        if (++*at == instructions)
            return true;
        if (scene == JOIN)
            (void)coop_kill(life.other);
        gone = !stepper_wait(pid, WAKE_MS);
    }
    return !gone;
}

static struct coop_end kill_after(enum scene scene, long instructions, bool *more, long *at)
{
    struct coop_handle victim = start(&life_victim, &scene, sizeof scene);
    pid_t pid = coop_native_pid(victim);
    uint32_t self = victim.slot + 1;
    stage = &shared.stage;
    assert_int_equal(ptrace(PTRACE_SEIZE, pid, NULL, NULL), 0);
    assert_int_equal(ptrace(PTRACE_INTERRUPT, pid, NULL, NULL), 0);
    SEEN(shared.go) = 1;
    stepper_begin(self, pid);
    *more = step_to(scene, self, pid, instructions, at);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, __WALL); /* the tracer is told first; only then its parent */
    return join(victim);
}

/* The supervisor's children, by the kernel. */
bool life_is_over(void)
{
    int n = proc_children(getppid());
    return n == 1 || n < 0; /* a kernel that doesn't tell */
}

static int stride = 1;
static long all_kills, all_instructions;

static void test_scene(void **state)
{
    enum scene scene = (enum scene)(uintptr_t)*state;
    uint64_t began_us = port_now_us();
    long kills = 0, at = 0;
    bool more = true;
    for (long n = 0; more && n < MOST_INSTRUCTIONS; n += stride, kills++) {
        scene_set(scene);
        memset(&shared, 0, sizeof shared);
        struct coop_end end = kill_after(scene, n, &more, &at);
        scene_check(scene, &end);
    }
    print_message("%-46s %6ld instructions %7ld kills   0 failures %6.1f s\n", scene_names[scene], at, kills,
                  (double)(port_now_us() - began_us) / 1e6);
    all_kills += kills;
    all_instructions += at;
}

static int root(const void *argument)
{
    (void)argument;
    struct CMUnitTest tests[SCENES];
    const char *only = getenv("SWEEP_ONLY"), *asked = getenv("SWEEP_STRIDE");
    size_t n = 0;
    dup2(STDOUT_FILENO, STDERR_FILENO);
    stride = asked != NULL && atoi(asked) > 0 ? atoi(asked) : 13;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (uintptr_t scene = 0; scene < SCENES; scene++)
        if (only == NULL || strncmp(scene_names[scene], only, strlen(only)) == 0)
            tests[n++] = (struct CMUnitTest){
                .name = scene_names[scene], .test_func = test_scene, .initial_state = (void *)scene};
    int failed = _cmocka_run_group_tests("sweep of a real run", tests, n, NULL, NULL);
    print_message("swept: %ld instructions, %ld kills\n", all_instructions, all_kills);
    return verdict(failed);
}
COOP_PROCESS(life_root, root);

int main(int argc, char **argv)
{
    /* One core, as in the other sweep; and then nobody spins. An obituary for each victim is too much to read. */
    cpu_set_t one;
    int nowhere = open("/dev/null", O_WRONLY);
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    sched_setaffinity(0, sizeof one, &one);
    if (nowhere >= 0)
        dup2(nowhere, STDERR_FILENO);
    return coop_run(argc, argv, &life_root);
}
