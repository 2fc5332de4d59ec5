/*
 * The sweep of what only a supervisor can answer: start, join, terminate, kill and exit, and a put, by processes of a real run.
 * The root traces a victim that the supervisor started, kills it after its Nth instruction, and looks what becomes of the
 * others. SWEEP_STRIDE and SWEEP_ONLY as in test_sweep.c.
 */
#include "../life.h"

#include "sweep.h"

#include "linux.h"
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

enum { WAKE_MS = 5000, MOST_INSTRUCTIONS = 20000, EXIT_CODE = 3 };
enum scene {
    START,
    START_ARGUMENT,
    START_NONE_LEFT,
    JOIN,
    JOIN_ENDED,
    TERMINATE,
    TERMINATE_BLOCKED,
    KILL,
    EXIT,
    PUT_TO,
    SCENES
};

static const char *const scene_names[SCENES] = {
    [START] = "start",
    [START_ARGUMENT] = "start, with an argument",
    [START_NONE_LEFT] = "start, none is left",
    [JOIN] = "join, until it ends",
    [JOIN_ENDED] = "join, it has ended",
    [TERMINATE] = "terminate",
    [TERMINATE_BLOCKED] = "terminate, somebody joins it",
    [KILL] = "kill",
    [EXIT] = "exit",
    [PUT_TO] = "put, a getter waits",
};

struct shared {
    struct stage stage;
    uint32_t go;
    struct coop_handle other; /* whom the victim joins, terminates or kills */
};
COOP_SHARED(struct shared, shared);
COOP_QUEUE(life_queue, int, 2);

static int wait_for_end(const void *argument)
{
    (void)argument;
    while (coop_sleep_ms(INT32_MAX) == 0)
        ;
    return 0;
}

static int join_other(const void *argument)
{
    (void)argument;
    return coop_join(shared.other, COOP_FOREVER, NULL);
}

static int get_message(const void *argument)
{
    (void)argument;
    int message = 0;
    int error = coop_queue_get(&life_queue, &message, COOP_FOREVER);
    return error < 0 ? 100 - error : message;
}

static int be_victim(const void *argument);
COOP_PROCESS(life_victim, be_victim, .instances = 1);
COOP_PROCESS(life_child, wait_for_end, .instances = 1);
COOP_PROCESS(life_other, wait_for_end, .instances = 1);
COOP_PROCESS(life_joiner, join_other, .instances = 1);
COOP_PROCESS(life_getter, get_message, .instances = 1);

static int act(enum scene scene)
{
    struct coop_handle handle;
    int one = 1;
    switch (scene) {
    case START:
    case START_NONE_LEFT:
        return coop_start(&life_child, NULL, 0, &handle);
    case START_ARGUMENT:
        return coop_start(&life_child, "argument", sizeof "argument", NULL);
    case JOIN:
    case JOIN_ENDED:
        return coop_join(shared.other, COOP_FOREVER, NULL);
    case TERMINATE:
    case TERMINATE_BLOCKED:
        return coop_terminate(shared.other);
    case KILL:
        return coop_kill(shared.other);
    case PUT_TO:
        return coop_queue_put(&life_queue, &one, 0);
    case EXIT:
        coop_exit(EXIT_CODE);
    case SCENES:
        break;
    }
    return 0;
}

static int be_victim(const void *argument)
{
    const enum scene *scene = argument;
    struct role *role = &shared.stage.roles[coop_self().slot + 1];
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY); /* not its parent traces it */
    while (SEEN(shared.go) == 0)
        sched_yield();
    role->begun = 1;
    role->result = act(*scene);
    role->finished = 1;
    while (pause() < 0)
        ;
    return 0;
}

static struct coop_block *block_of(struct coop_handle handle)
{
    return &coop_blocks_start[handle.slot];
}

static bool sleeps(struct coop_handle handle)
{
    return stage_sleeps(handle.slot + 1, coop_native_pid(handle));
}

/* Everybody is there before the victim begins: who is started, who sleeps. */
static struct coop_handle partner; /* the joiner or the getter */

static void set_scene(enum scene scene)
{
    memset(&shared, 0, sizeof shared);
    if (scene == START_NONE_LEFT)
        shared.other = start(&life_child, NULL, 0);
    else if (scene >= JOIN && scene <= KILL)
        shared.other = start(&life_other, NULL, 0);
    if (scene == JOIN_ENDED) {
        assert_int_equal(coop_kill(shared.other), 0);
        (void)join(shared.other);
    }
    if (scene == TERMINATE_BLOCKED)
        partner = start(&life_joiner, NULL, 0);
    if (scene == PUT_TO)
        partner = start(&life_getter, NULL, 0);
    if (scene == TERMINATE_BLOCKED || scene == PUT_TO)
        EVENTUALLY(sleeps(partner));
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
            (void)coop_kill(shared.other);
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

/* The supervisor's children, by the kernel: the root and whoever should be there. */
static int count_children(void)
{
    char path[64], text[1024] = "";
    int n = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", getppid(), getppid());
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 1; /* a kernel without that file */
    if (fgets(text, sizeof text, file) != NULL)
        for (char *p = strtok(text, " \n"); p != NULL; p = strtok(NULL, " \n"))
            n++;
    fclose(file);
    return n;
}

/* A request that was made is heeded; else nothing has happened to it. Without any more traffic either way. */
static void check_request(enum scene scene)
{
    bool asked = atomic_load(&block_of(shared.other)->request) != COOP_REQUEST_NONE;
    bool ended = !coop_is_alive(shared.other);
    if (!asked && !ended)
        assert_int_equal(coop_kill(shared.other), 0);
    struct coop_end end = join(shared.other);
    if (asked || ended)
        assert_int_equal(end.cause, scene == KILL ? COOP_KILLED : COOP_CANCELLED);
    if (scene == TERMINATE_BLOCKED)
        assert_int_equal(join(partner).code, 0);
}

/* The message arrives, or there is none. */
static void check_put(void)
{
    int two = 2;
    EVENTUALLY(!coop_is_alive(partner) || (coop_queue_count(&life_queue) == 0 && sleeps(partner)));
    if (coop_is_alive(partner))
        assert_int_equal(coop_queue_put(&life_queue, &two, 0), 0);
    int message = join(partner).code;
    assert_true(message == 1 || message == 2);
    assert_int_equal(coop_queue_count(&life_queue), 0);
}

/* Whom the victim has started ends with it, and can be started again. */
static void check_start(enum scene scene)
{
    if (scene == START_NONE_LEFT) {
        assert_true(coop_is_alive(shared.other)); /* it is not the victim's */
        assert_int_equal(coop_kill(shared.other), 0);
        (void)join(shared.other);
    }
    struct coop_handle child;
    EVENTUALLY(coop_find(&life_child, 0, &child) == COOP_ESTALE);
    child = start(&life_child, NULL, 0);
    assert_int_equal(coop_terminate(child), 0);
    assert_int_equal(join(child).cause, COOP_CANCELLED);
}

static void check_scene(enum scene scene, const struct coop_end *end)
{
    if (scene == EXIT && end->cause == COOP_EXITED)
        assert_int_equal(end->code, EXIT_CODE);
    else
        assert_true(end->cause == COOP_KILLED && end->signal == SIGKILL);
    if (scene <= START_NONE_LEFT)
        check_start(scene);
    else if (scene == JOIN) {
        assert_int_equal(coop_kill(shared.other), 0);
        (void)join(shared.other);
    } else if (scene == JOIN_ENDED)
        (void)join(shared.other);
    else if (scene <= KILL)
        check_request(scene);
    else if (scene == PUT_TO)
        check_put();
    EVENTUALLY(count_children() == 1);
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
        set_scene(scene);
        struct coop_end end = kill_after(scene, n, &more, &at);
        check_scene(scene, &end);
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
