/* The life of processes as processes see it: starts, joins, ends of their own. Runs inside the root process. */
#include "real.h"

#include <string.h>

struct action {
    int what;
    int value;
    struct coop_handle handle;
};

enum {
    RETURN,
    EXIT,
    WAIT,
    JOIN_OTHER,
    COUNT_STATIC,
    TELL_WHO,
    START_CHILD,
    START_DAEMON,
    BAD_QUEUE,
    BAD_PROCESS,
    BAD_LOCK_KIND,
    RELEASE_LOCK,
    LOCK_TWICE,
    RELEASE_PERMIT
};

struct who {
    struct coop_handle self, parent;
    int pid, found;
};

COOP_SHARED(struct who, who);
COOP_SHARED(_Atomic int, counted[4]);
COOP_SHARED(_Atomic int, started);
COOP_SHARED(_Atomic int, order[4]);
COOP_SHARED(_Atomic int, order_next);
COOP_SHARED(unsigned char, seen_argument[COOP_ARGUMENT_BYTES]);

COOP_SEMAPHORE(go, 0);
COOP_QUEUE(full, int, 1);
COOP_LOCK(held);
COOP_PERMITS(taken, 1);

static void note(int what)
{
    atomic_store(&order[atomic_fetch_add(&order_next, 1)], what);
}

static int deep_exit(int depth, int code)
{
    if (depth == 0)
        coop_exit(code);
    return depth > 100 ? depth : deep_exit(depth - 1, code) + 1;
}

static int tell_who(void);
static int start_child(int what);

/* What ends its caller for misuse. */
static int misuse(int what)
{
    struct coop_queue no_queue = full;
    struct coop_process no_process = {0};
    int message = 0;
    switch (what) {
    case BAD_QUEUE:
        return coop_queue_put(&no_queue, &message, 0);
    case BAD_PROCESS:
        return coop_start(&no_process, NULL, 0, NULL);
    case BAD_LOCK_KIND:
        return coop_lock_release((const struct coop_lock *)(const void *)&full);
    case RELEASE_LOCK:
        return coop_lock_release(&held);
    case LOCK_TWICE:
        return coop_lock_acquire(&held, 0) + coop_lock_acquire(&held, 0);
    case RELEASE_PERMIT:
        return coop_permits_release(&taken);
    default:
        return 102;
    }
}

static int act(const void *argument)
{
    static int runs;
    const struct action *action = argument;
    struct coop_end end;
    atomic_fetch_add(&started, 1);
    switch (action->what) {
    case RETURN:
        return action->value;
    case EXIT:
        return deep_exit(3, action->value);
    case WAIT:
        return coop_semaphore_acquire(&go, COOP_FOREVER) < 0 ? 99 : action->value;
    case JOIN_OTHER:
        return coop_join(action->handle, COOP_FOREVER, &end) < 0 ? 99 : end.code;
    case COUNT_STATIC:
        atomic_store(&counted[action->value], ++runs);
        return coop_semaphore_acquire(&go, COOP_FOREVER);
    case TELL_WHO:
        return tell_who();
    case START_CHILD:
    case START_DAEMON:
        return start_child(action->what);
    default:
        return misuse(action->what);
    }
}
COOP_PROCESS(actor, act, .instances = 4);
COOP_PROCESS(daemon_actor, act, .daemon = true);

static int tell_who(void)
{
    struct coop_handle found = {0};
    who.self = coop_self();
    who.parent = coop_parent();
    who.pid = coop_native_pid(who.self);
    for (uint32_t i = 0; i < 4 && found.generation == 0; i++)
        who.found = coop_find(&actor, i, &found);
    return found.slot == who.self.slot && found.generation == who.self.generation ? 0 : 1;
}

static int start_child(int what)
{
    struct action wait = {.what = WAIT, .value = 5};
    int error = coop_start(what == START_DAEMON ? &daemon_actor : &actor, &wait, sizeof wait, NULL);
    return error < 0 ? 98 : 6;
}

static int copy_argument(const void *argument)
{
    memcpy(seen_argument, argument, sizeof seen_argument);
    return 0;
}
COOP_PROCESS(copier, copy_argument);

static void note_init(void)
{
    note(1);
}
static int note_run(const void *argument)
{
    note(2);
    return act(argument);
}
static void note_fini(void)
{
    note(3);
}
COOP_PROCESS(noted, note_run, .init = note_init, .fini = note_fini);

static struct coop_handle begin(int what, int value)
{
    struct action action = {.what = what, .value = value};
    return start(&actor, &action, sizeof action);
}

static int set_up(void **state)
{
    (void)state;
    atomic_store(&started, 0);
    atomic_store(&order_next, 0);
    memset((void *)order, 0, sizeof order);
    return 0;
}

static void test_exit_codes(void **state)
{
    (void)state;
    static const struct {
        int value, code;
    } codes[] = {{0, 0}, {7, 7}, {255, 255}, {256 + 3, 3}, {-1, 255}};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        struct coop_handle handle = begin(i % 2 ? EXIT : RETURN, codes[i].value);
        struct coop_end end = join(handle);
        assert_int_equal(end.cause, COOP_EXITED);
        assert_int_equal(end.code, codes[i].code);
        assert_int_equal(end.signal, 0);
        assert_int_equal(end.restarts, 0);
        assert_int_equal(coop_exitcode(handle), codes[i].code);
        assert_false(coop_is_alive(handle));
    }
}

static void test_arguments(void **state)
{
    (void)state;
    unsigned char argument[COOP_ARGUMENT_BYTES + 1], expected[COOP_ARGUMENT_BYTES];
    for (size_t i = 0; i < sizeof argument; i++)
        argument[i] = (unsigned char)(i + 1);
    for (size_t bytes = COOP_ARGUMENT_BYTES + 1; bytes-- > 0;) {
        memset(expected, 0, sizeof expected);
        memcpy(expected, argument, bytes);
        assert_int_equal(join(start(&copier, argument, bytes)).code, 0);
        assert_memory_equal(seen_argument, expected, sizeof expected);
    }
    assert_int_equal(coop_start(&copier, argument, sizeof argument, NULL), COOP_EINVAL);
    assert_int_equal(coop_start(&copier, NULL, 1, NULL), COOP_EINVAL);
    assert_int_equal(join(start(&copier, NULL, 0)).code, 0);
}

static void test_join(void **state)
{
    (void)state;
    struct coop_handle target = begin(WAIT, 42), joiners[3];
    for (int i = 0; i < 3; i++) {
        struct action join_other = {.what = JOIN_OTHER, .handle = target};
        joiners[i] = start(&actor, &join_other, sizeof join_other);
    }
    assert_int_equal(coop_join(target, 0, NULL), COOP_EAGAIN);
    assert_int_equal(coop_join(target, 5, NULL), COOP_ETIMEDOUT);
    assert_int_equal(coop_join(target, -2, NULL), COOP_EINVAL);
    assert_int_equal(coop_join(coop_self(), 0, NULL), COOP_EINVAL);
    assert_int_equal(coop_join((struct coop_handle){9999, 1}, 0, NULL), COOP_ESTALE);
    assert_int_equal(coop_exitcode(target), COOP_NOT_ENDED);
    assert_true(coop_is_alive(target));
    assert_int_equal(coop_semaphore_release(&go), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(join(joiners[i]).code, 42);
    for (int i = 0; i < 3; i++)
        assert_int_equal(join(target).code, 42);
    assert_int_equal(coop_join(target, 0, NULL), 0);
}

static void test_stale_handles(void **state)
{
    (void)state;
    struct coop_handle old = start(&copier, NULL, 0);
    join(old);
    assert_int_equal(coop_terminate(old), 0);
    assert_int_equal(coop_kill(old), 0);
    struct coop_handle new = start(&copier, NULL, 0);
    assert_int_equal(new.slot, old.slot);
    assert_int_not_equal(new.generation, old.generation);
    assert_int_equal(join(new).cause, COOP_EXITED); /* what was asked of the old one is not asked of the new one */
    assert_int_equal(coop_join(old, COOP_FOREVER, NULL), COOP_ESTALE);
    assert_int_equal(coop_terminate(old), COOP_ESTALE);
    assert_int_equal(coop_kill(old), COOP_ESTALE);
    assert_false(coop_is_alive(old));
    assert_int_equal(coop_exitcode(old), COOP_NOT_ENDED);
    assert_int_equal(coop_native_pid(old), 0);
    assert_string_equal(coop_name(new), "copier");
    assert_string_equal(coop_name((struct coop_handle){9999, 1}), "?");
    assert_int_equal(coop_terminate((struct coop_handle){UINT32_MAX, 1}), COOP_ESTALE);
}

static void test_limit(void **state)
{
    (void)state;
    struct coop_handle handles[4];
    struct action wait = {.what = WAIT};
    for (int i = 0; i < 4; i++)
        handles[i] = begin(WAIT, i);
    assert_int_equal(coop_start(&actor, &wait, sizeof wait, NULL), COOP_ELIMIT);
    assert_int_equal(coop_kill(handles[2]), 0);
    join(handles[2]);
    handles[2] = begin(WAIT, 2);
    for (int i = 0; i < 4; i++)
        assert_int_equal(coop_kill(handles[i]), 0);
    for (int i = 0; i < 4; i++)
        join(handles[i]);
}

static void test_statics_are_private_and_pristine(void **state)
{
    (void)state;
    struct coop_handle handles[4];
    for (int round = 0; round < 2; round++) {
        memset((void *)counted, 0, sizeof counted);
        for (int i = 0; i < 4; i++)
            handles[i] = begin(COUNT_STATIC, i);
        for (int i = 0; i < 4; i++)
            assert_int_equal(coop_semaphore_release(&go), 0);
        for (int i = 0; i < 4; i++)
            assert_int_equal(join(handles[i]).code, 0);
        for (int i = 0; i < 4; i++)
            assert_int_equal(atomic_load(&counted[i]), 1);
    }
}

static void test_who(void **state)
{
    (void)state;
    struct coop_handle handle = begin(TELL_WHO, 0), found;
    assert_int_equal(join(handle).code, 0);
    assert_int_equal(who.self.slot, handle.slot);
    assert_int_equal(who.self.generation, handle.generation);
    assert_int_equal(who.parent.slot, coop_self().slot);
    assert_int_equal(who.parent.generation, coop_self().generation);
    assert_int_not_equal(who.pid, 0);
    assert_int_not_equal(who.pid, coop_native_pid(coop_self()));
    assert_string_equal(coop_name(coop_self()), "real_tests");
    assert_string_equal(coop_name(handle), "actor");
    assert_int_equal(coop_parent().slot, UINT32_MAX);
    assert_false(find(&actor, &found));
    assert_int_equal(coop_find(&actor, 4, &found), COOP_EINVAL);
    assert_int_equal(coop_find(&actor, 0, NULL), COOP_EINVAL);
}

static void test_init_and_fini(void **state)
{
    (void)state;
    struct action end = {.what = RETURN, .value = 4}, leave = {.what = EXIT, .value = 5}, wait = {.what = WAIT};
    assert_int_equal(join(start(&noted, &end, sizeof end)).code, 4);
    assert_int_equal(atomic_load(&order_next), 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(atomic_load(&order[i]), i + 1);
    set_up(NULL);
    assert_int_equal(join(start(&noted, &leave, sizeof leave)).code, 5);
    assert_int_equal(atomic_load(&order_next), 3);
    set_up(NULL);
    struct coop_handle handle = start(&noted, &wait, sizeof wait);
    EVENTUALLY(atomic_load(&order_next) == 2);
    assert_int_equal(coop_kill(handle), 0);
    join(handle);
    assert_int_equal(atomic_load(&order_next), 2); /* the killed have no last words */
}

static void test_end_waits_for_children(void **state)
{
    (void)state;
    struct action parent = {.what = START_CHILD};
    struct coop_handle handle = start(&noted, &parent, sizeof parent), child;
    EVENTUALLY(atomic_load(&started) == 2);
    assert_true(find(&actor, &child));
    assert_int_equal(coop_join(handle, 30, NULL), COOP_ETIMEDOUT);
    assert_int_equal(atomic_load(&order_next), 2); /* .fini has not run either */
    assert_int_equal(coop_semaphore_release(&go), 0);
    assert_int_equal(join(handle).code, 6);
    assert_int_equal(atomic_load(&order_next), 3);
    assert_int_equal(coop_join(child, 0, NULL), 0);
}

static void test_daemons(void **state)
{
    (void)state;
    struct coop_handle daemon;
    assert_int_equal(join(begin(START_DAEMON, 0)).code, 6);              /* it doesn't wait for its daemon */
    assert_int_equal(coop_find(&daemon_actor, 0, &daemon), COOP_ESTALE); /* which is gone when its end is told */
    struct action child = {.what = START_CHILD};
    struct coop_end end = join(start(&daemon_actor, &child, sizeof child));
    assert_int_equal(end.cause, COOP_MISUSED);
    assert_int_equal(end.reason, COOP_MISUSE_DAEMON_STARTED);
    assert_false(find(&actor, &daemon));
}

static void test_misuse(void **state)
{
    (void)state;
    static const uint8_t reasons[] = {COOP_MISUSE_BAD_HANDLE, COOP_MISUSE_BAD_HANDLE, COOP_MISUSE_BAD_HANDLE,
                                      COOP_MISUSE_NOT_OWNER,  COOP_MISUSE_DEADLOCK,   COOP_MISUSE_NOT_OWNER};
    for (int what = BAD_QUEUE; what <= RELEASE_PERMIT; what++) {
        struct coop_end end = join(begin(what, 0));
        assert_int_equal(end.cause, COOP_MISUSED);
        assert_int_equal(end.reason, reasons[what - BAD_QUEUE]);
        assert_int_not_equal(end.pc, 0);
    }
    int error = coop_lock_acquire(&held, 0); /* LOCK_TWICE died holding it */
    assert_int_equal(error, COOP_EOWNERDEAD);
    assert_int_equal(coop_lock_release(&held), 0);
}

static void test_sleep(void **state)
{
    (void)state;
    uint64_t begin_ms = coop_now_ms();
    assert_int_equal(coop_sleep_ms(30), 0);
    assert_true(coop_now_ms() - begin_ms >= 30);
    assert_int_equal(coop_sleep_ms(0), 0);
    assert_int_equal(coop_sleep_ms(-1), COOP_EINVAL);
    coop_yield();
    assert_false(coop_stopping());
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup(test_exit_codes, set_up),
    cmocka_unit_test_setup(test_arguments, set_up),
    cmocka_unit_test_setup(test_join, set_up),
    cmocka_unit_test_setup(test_stale_handles, set_up),
    cmocka_unit_test_setup(test_limit, set_up),
    cmocka_unit_test_setup(test_statics_are_private_and_pristine, set_up),
    cmocka_unit_test_setup(test_who, set_up),
    cmocka_unit_test_setup(test_init_and_fini, set_up),
    cmocka_unit_test_setup(test_end_waits_for_children, set_up),
    cmocka_unit_test_setup(test_daemons, set_up),
    cmocka_unit_test_setup(test_misuse, set_up),
    cmocka_unit_test_setup(test_sleep, set_up),
};
REAL_TESTS(tests)
