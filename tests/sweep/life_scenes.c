/* Who is there in each scene, what the victim does, and what must hold after its end. */
#include "life_scenes.h"

#include <coop/shared.h>
#include <signal.h>
#include <string.h>

enum { EXIT_CODE = 3 };

const char *const scene_names[SCENES] = {
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

COOP_SHARED(struct life, life);
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
    return coop_join(life.other, COOP_FOREVER, NULL);
}

static int get_message(const void *argument)
{
    (void)argument;
    int message = 0;
    int error = coop_queue_get(&life_queue, &message, COOP_FOREVER);
    return error < 0 ? 100 - error : message;
}

COOP_PROCESS(life_child, wait_for_end, .instances = 1);
COOP_PROCESS(life_other, wait_for_end, .instances = 1);
COOP_PROCESS(life_joiner, join_other, .instances = 1);
COOP_PROCESS(life_getter, get_message, .instances = 1);

int scene_act(enum scene scene)
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
        return coop_join(life.other, COOP_FOREVER, NULL);
    case TERMINATE:
    case TERMINATE_BLOCKED:
        return coop_terminate(life.other);
    case KILL:
        return coop_kill(life.other);
    case PUT_TO:
        return coop_queue_put(&life_queue, &one, 0);
    case EXIT:
        coop_exit(EXIT_CODE);
    case SCENES:
        break;
    }
    return 0;
}

void scene_set(enum scene scene)
{
    memset(&life, 0, sizeof life);
    if (scene == START_NONE_LEFT)
        life.other = start(&life_child, NULL, 0);
    else if (scene >= JOIN && scene <= KILL)
        life.other = start(&life_other, NULL, 0);
    if (scene == JOIN_ENDED) {
        assert_int_equal(coop_kill(life.other), 0);
        (void)join(life.other);
    }
    if (scene == TERMINATE_BLOCKED)
        life.partner = start(&life_joiner, NULL, 0);
    if (scene == PUT_TO)
        life.partner = start(&life_getter, NULL, 0);
    if (scene == TERMINATE_BLOCKED || scene == PUT_TO)
        EVENTUALLY(life_sleeps(life.partner));
}

/* A request that was made is heeded; else nothing has happened to it. Without any more traffic either way. */
static void check_request(enum scene scene)
{
    bool asked = life_was_asked(life.other);
    bool ended = !coop_is_alive(life.other);
    if (!asked && !ended)
        assert_int_equal(coop_kill(life.other), 0);
    struct coop_end end = join(life.other);
    if (asked || ended)
        assert_int_equal(end.cause, scene == KILL ? COOP_KILLED : COOP_CANCELLED);
    if (scene == TERMINATE_BLOCKED)
        assert_int_equal(join(life.partner).code, 0);
}

/* The message arrives, or there is none. */
static void check_put(void)
{
    int two = 2;
    EVENTUALLY(!coop_is_alive(life.partner) || (coop_queue_count(&life_queue) == 0 && life_sleeps(life.partner)));
    if (coop_is_alive(life.partner))
        assert_int_equal(coop_queue_put(&life_queue, &two, 0), 0);
    int message = join(life.partner).code;
    assert_true(message == 1 || message == 2);
    assert_int_equal(coop_queue_count(&life_queue), 0);
}

/* Whom the victim has started ends with it, and can be started again. */
static void check_start(enum scene scene)
{
    if (scene == START_NONE_LEFT) {
        assert_true(coop_is_alive(life.other)); /* it is not the victim's */
        assert_int_equal(coop_kill(life.other), 0);
        (void)join(life.other);
    }
    struct coop_handle child;
    EVENTUALLY(coop_find(&life_child, 0, &child) == COOP_ESTALE);
    child = start(&life_child, NULL, 0);
    assert_int_equal(coop_terminate(child), 0);
    assert_int_equal(join(child).cause, COOP_CANCELLED);
}

void scene_check(enum scene scene, const struct coop_end *end)
{
    if (scene == EXIT && end->cause == COOP_EXITED)
        assert_int_equal(end->code, EXIT_CODE);
    else
        assert_true(end->cause == COOP_KILLED && end->signal == SIGKILL);
    if (scene <= START_NONE_LEFT)
        check_start(scene);
    else if (scene == JOIN) {
        assert_int_equal(coop_kill(life.other), 0);
        (void)join(life.other);
    } else if (scene == JOIN_ENDED)
        (void)join(life.other);
    else if (scene <= KILL)
        check_request(scene);
    else if (scene == PUT_TO)
        check_put();
    EVENTUALLY(life_is_over());
}
