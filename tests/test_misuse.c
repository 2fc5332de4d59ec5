/* Broken rules and bad handles end the caller, with the right reason, and nothing of it to anybody else. */
#include "real.h"

COOP_QUEUE(queue, int, 2);
COOP_QUEUE(one_way, int, 2, .one_producer = 1, .one_consumer = 1);
COOP_PERMITS(permits, 1);
COOP_LOCK(lock);
COOP_LOCK(lock_of_root);

static int nothing(const void *argument)
{
    (void)argument;
    return 0;
}
COOP_PROCESS(nobody, nothing);

/* Not handles: what a pointer can go wrong with. */
enum bad { BAD_NULL, BAD_STACK, BAD_KIND, BAD_INSIDE, BAD_WILD, BADS };

static const void *bad_handle(enum bad bad, const struct coop_object *of_another_kind)
{
    static const struct coop_object made_up[2] = {{.kind = COOP_KIND_QUEUE}, {.kind = COOP_KIND_LOCK}};
    switch (bad) {
    case BAD_STACK:
        return &made_up[0];
    case BAD_KIND:
        return of_another_kind;
    case BAD_INSIDE:
        return (const char *)of_another_kind + 4;
    case BAD_WILD:
        return (const void *)UINTPTR_MAX;
    default:
        return NULL;
    }
}

/* Each of them is called with each bad handle. */
enum call {
    PUT,
    GET,
    TAKE,
    DONE,
    GIVE_BACK,
    PASS_TO,
    PASS_FROM,
    CLOSE,
    COUNT,
    IS_EMPTY,
    IS_FULL,
    SEMAPHORE_ACQUIRE,
    SEMAPHORE_RELEASE,
    SEMAPHORE_VALUE,
    PERMITS_ACQUIRE,
    PERMITS_RELEASE,
    PERMITS_AVAILABLE,
    LOCK_ACQUIRE,
    LOCK_RELEASE,
    EVENT_SET,
    EVENT_CLEAR,
    EVENT_WAIT,
    EVENT_FLAGS,
    START,
    FIND,
    CALLS
};

static int call_queue(enum call call, const struct coop_queue *bad)
{
    int message = 1;
    struct coop_lease lease = {0};
    switch (call) {
    case PUT:
        return coop_queue_put(bad, &message, 0);
    case GET:
        return coop_queue_get(bad, &message, 0);
    case TAKE:
        return coop_queue_take(bad, &message, &lease, COOP_FOREVER);
    case DONE:
        return coop_queue_done(bad, lease);
    case GIVE_BACK:
        return coop_queue_give_back(bad, lease);
    case PASS_TO:
        return coop_queue_pass(&queue, lease, bad, &message, 0);
    case PASS_FROM:
        return coop_queue_pass(bad, lease, &queue, &message, 0);
    case CLOSE:
        return coop_queue_close(bad);
    case COUNT:
        return coop_queue_count(bad);
    case IS_EMPTY:
        return coop_queue_is_empty(bad);
    default:
        return coop_queue_is_full(bad);
    }
}

static int call_other(enum call call, const void *bad)
{
    struct coop_handle handle;
    switch (call) {
    case SEMAPHORE_ACQUIRE:
        return coop_semaphore_acquire(bad, 0);
    case SEMAPHORE_RELEASE:
        return coop_semaphore_release(bad);
    case SEMAPHORE_VALUE:
        return coop_semaphore_value(bad);
    case PERMITS_ACQUIRE:
        return coop_permits_acquire(bad, 0);
    case PERMITS_RELEASE:
        return coop_permits_release(bad);
    case PERMITS_AVAILABLE:
        return coop_permits_available(bad);
    case LOCK_ACQUIRE:
        return coop_lock_acquire(bad, COOP_FOREVER);
    case LOCK_RELEASE:
        return coop_lock_release(bad);
    case EVENT_SET:
        return coop_event_set(bad, 1);
    case EVENT_CLEAR:
        return coop_event_clear(bad, 1);
    case EVENT_WAIT:
        return coop_event_wait(bad, 1, COOP_EVENT_ANY, 0);
    case EVENT_FLAGS:
        return coop_event_flags(bad);
    case START:
        return coop_start(bad, NULL, 0, &handle);
    default:
        return coop_find(bad, 0, &handle);
    }
}

static int use_bad_handle(const void *argument)
{
    enum call call = real_number(argument) / BADS;
    enum bad bad = real_number(argument) % BADS;
    const struct coop_object *another = call < SEMAPHORE_ACQUIRE ? &lock.object : &queue.object;
    const void *handle = bad_handle(bad, another);
    (void)(call < SEMAPHORE_ACQUIRE ? call_queue(call, handle) : call_other(call, handle));
    return 99;
}
COOP_PROCESS(handle_misuser, use_bad_handle);

static void bad_handles(void **state)
{
    (void)state;
    for (uint32_t number = 0; number < CALLS * BADS; number++) {
        struct coop_end end = join(real_start(&handle_misuser, number));
        if (end.cause != COOP_MISUSED || end.reason != COOP_MISUSE_BAD_HANDLE)
            fail_msg("call %u with bad handle %u: %s (%s), code %d", (unsigned)number / BADS, (unsigned)number % BADS,
                     coop_cause_name(end.cause), coop_misuse_name(end.reason), (int)end.code);
    }
}

enum misuse {
    RELEASE_FREE_PERMIT,
    RELEASE_FREE_LOCK,
    RELEASE_FOREIGN_LOCK,
    LOCK_TWICE,
    FOREIGN_PUT,
    FOREIGN_GET,
    FOREIGN_TAKE,
    DAEMON_STARTS,
    MISUSES
};
static const uint8_t reasons[MISUSES] = {
    [RELEASE_FREE_PERMIT] = COOP_MISUSE_NOT_OWNER,  [RELEASE_FREE_LOCK] = COOP_MISUSE_NOT_OWNER,
    [RELEASE_FOREIGN_LOCK] = COOP_MISUSE_NOT_OWNER, [LOCK_TWICE] = COOP_MISUSE_DEADLOCK,
    [FOREIGN_PUT] = COOP_MISUSE_FOREIGN_END,        [FOREIGN_GET] = COOP_MISUSE_FOREIGN_END,
    [FOREIGN_TAKE] = COOP_MISUSE_FOREIGN_END,       [DAEMON_STARTS] = COOP_MISUSE_DAEMON_STARTED,
};

static int break_rule(const void *argument)
{
    int message = 1;
    struct coop_lease lease;
    switch (real_number(argument)) {
    case RELEASE_FREE_PERMIT:
        return coop_permits_release(&permits);
    case RELEASE_FREE_LOCK:
        return coop_lock_release(&lock);
    case RELEASE_FOREIGN_LOCK:
        return coop_lock_release(&lock_of_root);
    case LOCK_TWICE:
        return coop_lock_acquire(&lock, 0) == 0 ? coop_lock_acquire(&lock, 0) : 98;
    case FOREIGN_PUT:
        return coop_queue_put(&one_way, &message, COOP_FOREVER);
    case FOREIGN_GET:
        return coop_queue_get(&one_way, &message, 0);
    case FOREIGN_TAKE:
        return coop_queue_take(&one_way, &message, &lease, 0);
    default:
        return coop_start(&nobody, NULL, 0, NULL);
    }
}
COOP_PROCESS(misuser, break_rule, .daemon = true);

static void broken_rules(void **state)
{
    (void)state;
    int message = 5;
    assert_int_equal(coop_lock_acquire(&lock_of_root, 0), 0);
    assert_int_equal(coop_queue_put(&one_way, &message, 0), 0);
    assert_int_equal(coop_queue_get(&one_way, &message, 0), 0);
    for (uint32_t number = 0; number < MISUSES; number++) {
        struct coop_end end = join(real_start(&misuser, number));
        if (end.cause != COOP_MISUSED || end.reason != reasons[number])
            fail_msg("misuse %u: %s (%s), code %d", (unsigned)number, coop_cause_name(end.cause),
                     coop_misuse_name(end.reason), (int)end.code);
    }
    assert_int_equal(coop_lock_release(&lock_of_root), 0);
    assert_int_equal(coop_lock_acquire(&lock, 0), COOP_EOWNERDEAD); /* of the one that locked it twice */
    assert_int_equal(coop_lock_release(&lock), 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(bad_handles),
    cmocka_unit_test(broken_rules),
};
REAL_TESTS(tests)
