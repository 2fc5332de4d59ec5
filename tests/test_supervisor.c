/* Restarts, limits, groups, and what is recovered from processes that die. Runs inside the root process. */
#include "real.h"

#include <stdlib.h>
#include <string.h>

enum { TIMES = 8 };

COOP_SHARED(_Atomic int, runs[8]);
COOP_SHARED(_Atomic int, dirty);
COOP_SHARED(uint64_t, began_ms[TIMES]);
COOP_SHARED(_Atomic int, stops);
COOP_SHARED(_Atomic int, starts_before_stops);
COOP_SHARED(_Atomic int, orphans);
COOP_SHARED(_Atomic int, reached);

COOP_SEMAPHORE(fail_now, 0);
COOP_SEMAPHORE(never, 0);

static int set_up(void **state)
{
    (void)state;
    memset((void *)runs, 0, sizeof runs);
    atomic_store(&reached, 0);
    atomic_store(&stops, 0);
    return 0;
}

/* Every run of a process must find its statics as they were linked. */
static int count_run(int of)
{
    static int zero, one = 1;
    if (zero != 0 || one != 1)
        atomic_store(&dirty, 1);
    zero = one = 2;
    return atomic_fetch_add(&runs[of], 1);
}

/* Fails as often as its argument says. */
static int fail_often(const void *argument)
{
    const int *times = argument;
    int run = count_run(0);
    if (run < TIMES)
        began_ms[run] = coop_now_ms();
    return run < *times ? 3 : 0;
}
COOP_PROCESS(never_again, fail_often, .restart = COOP_RESTART_NEVER);
COOP_PROCESS(on_failure, fail_often, .restart = COOP_RESTART_ON_FAILURE, .backoff_ms = 1, .max_backoff_ms = 2);
COOP_PROCESS(slowly, fail_often, .restart = COOP_RESTART_ON_FAILURE, .backoff_ms = 20, .max_backoff_ms = 40);
COOP_PROCESS(always, fail_often, .restart = COOP_RESTART_ALWAYS, .backoff_ms = 1, .max_backoff_ms = 2);
COOP_PROCESS(limited, fail_often, .restart = COOP_RESTART_ALWAYS, .max_restarts = 3, .window_ms = 600000,
             .backoff_ms = 1);
COOP_PROCESS(late, fail_often, .restart = COOP_RESTART_ALWAYS, .backoff_ms = 600000, .max_backoff_ms = 600000);

static struct coop_handle start_failing(const struct coop_process *process, int times)
{
    return start(process, &times, sizeof times);
}

static void test_never(void **state)
{
    (void)state;
    struct coop_end end = join(start_failing(&never_again, 1));
    assert_int_equal(end.code, 3);
    assert_int_equal(end.restarts, 0);
    assert_int_equal(atomic_load(&runs[0]), 1);
}

static void test_on_failure(void **state)
{
    (void)state;
    struct coop_handle handle = start_failing(&on_failure, 5);
    struct coop_end end = join(handle);
    assert_int_equal(end.cause, COOP_EXITED);
    assert_int_equal(end.code, 0);
    assert_int_equal(end.restarts, 5);
    assert_int_equal(atomic_load(&runs[0]), 6);
    assert_int_equal(atomic_load(&dirty), 0);
    assert_int_equal(coop_exitcode(handle), 0); /* one handle names all runs of a start */
}

static void test_always_until_terminated(void **state)
{
    (void)state;
    struct coop_handle handle = start_failing(&always, 2);
    EVENTUALLY(atomic_load(&runs[0]) > 5);
    assert_true(coop_is_alive(handle));
    assert_int_equal(coop_terminate(handle), 0);
    join(handle);
    int ran = atomic_load(&runs[0]);
    assert_false(coop_is_alive(handle));
    assert_int_equal(join(start_failing(&never_again, 0)).code, 0); /* a round of the supervisor later */
    assert_int_equal(atomic_load(&runs[0]), ran + 1);
    assert_int_equal(atomic_load(&dirty), 0);
}

static void test_backoff_doubles(void **state)
{
    (void)state;
    static const uint64_t least_ms[] = {0, 0, 20, 40, 40};
    assert_int_equal(join(start_failing(&slowly, 4)).restarts, 4);
    for (int i = 1; i < 5; i++)
        assert_true(began_ms[i] - began_ms[i - 1] >= least_ms[i]);
}

static void test_gives_up(void **state)
{
    (void)state;
    struct coop_end end = join(start_failing(&limited, 100));
    assert_int_equal(end.code, 3);
    assert_int_equal(end.restarts, 3);
    assert_int_equal(atomic_load(&runs[0]), 4);
    set_up(NULL); /* and a new start has a new history */
    assert_int_equal(join(start_failing(&limited, 100)).restarts, 3);
}

static void test_ended_in_backoff(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        set_up(NULL);
        struct coop_handle handle = start_failing(&late, 100), found;
        EVENTUALLY(atomic_load(&runs[0]) == 2 && coop_native_pid(handle) == 0);
        assert_true(coop_is_alive(handle));
        assert_int_equal(coop_find(&late, 0, &found), 0);
        assert_int_equal(coop_exitcode(handle), COOP_NOT_ENDED);
        assert_int_equal(coop_join(handle, 0, NULL), COOP_EAGAIN);
        assert_int_equal(i == 0 ? coop_terminate(handle) : coop_kill(handle), 0);
        struct coop_end end = join(handle);
        assert_int_equal(end.cause, COOP_CANCELLED);
        assert_int_equal(end.restarts, 2);
        assert_int_equal(atomic_load(&runs[0]), 2);
    }
}

/* A group: the middle one fails when it is told to, all others wait to be stopped. */
static int member(const void *argument)
{
    const int *number = argument;
    if (count_run(*number) > 0 && atomic_load(&stops) < 2)
        atomic_fetch_add(&starts_before_stops, 1);
    if (coop_semaphore_acquire(*number == 2 ? &fail_now : &never, COOP_FOREVER) == COOP_ESTOPPING)
        atomic_fetch_add(&stops, 1);
    return 1;
}
COOP_PROCESS(first_member, member, .group = 3, .grace_ms = DEADLINE_MS);
COOP_PROCESS(failing_member, member, .group = 3, .restart = COOP_RESTART_ON_FAILURE, .max_restarts = 1,
             .window_ms = 600000, .escalation = COOP_RESTART_GROUP);
COOP_PROCESS(last_member, member, .group = 3, .grace_ms = DEADLINE_MS);
COOP_PROCESS(ended_member, member, .group = 3);
COOP_PROCESS(stranger, member, .group = 4);

static void test_group_restarts(void **state)
{
    (void)state;
    static const struct coop_process *const members[] = {NULL,         &first_member, &failing_member,
                                                         &last_member, &ended_member, &stranger};
    struct coop_handle handles[6];
    for (int i = 1; i <= 5; i++)
        handles[i] = start(members[i], &i, sizeof i);
    for (int i = 1; i <= 5; i++)
        EVENTUALLY(atomic_load(&runs[i]) == 1);
    assert_int_equal(coop_kill(handles[4]), 0);
    join(handles[4]);
    for (int i = 1; i <= 2; i++) {
        assert_int_equal(coop_semaphore_release(&fail_now), 0);
        EVENTUALLY(atomic_load(&runs[2]) == i + 1);
    }
    EVENTUALLY(atomic_load(&runs[1]) == 2 && atomic_load(&runs[3]) == 2);
    assert_int_equal(atomic_load(&starts_before_stops), 1); /* of the failing one, by itself */
    assert_int_equal(atomic_load(&runs[4]), 1);
    assert_int_equal(atomic_load(&runs[5]), 1);
    for (int i = 1; i <= 5; i++)
        assert_true(coop_is_alive(handles[i]) == (i != 4));
    for (int i = 1; i <= 5; i++)
        assert_int_equal(coop_kill(handles[i]), 0);
    for (int i = 1; i <= 5; i++)
        join(handles[i]);
}

/* A parent that dies: its children must be gone before it runs again. */
static int wait_for_ever(const void *argument)
{
    (void)argument;
    return coop_semaphore_acquire(&never, COOP_FOREVER);
}
COOP_PROCESS(child, wait_for_ever, .instances = 2);
COOP_PROCESS(child_daemon, wait_for_ever, .daemon = true);

static int die_as_parent(const void *argument)
{
    (void)argument;
    struct coop_handle handle;
    if (find(&child, &handle) || find(&child_daemon, &handle))
        atomic_store(&orphans, 1);
    if (count_run(0) == 3)
        return 0;
    if (coop_start(&child, NULL, 0, NULL) < 0 || coop_start(&child, NULL, 0, NULL) < 0 ||
        coop_start(&child_daemon, NULL, 0, NULL) < 0)
        atomic_store(&orphans, 2);
    abort();
}
COOP_PROCESS(dying_parent, die_as_parent, .restart = COOP_RESTART_ON_FAILURE, .backoff_ms = 1);

static void test_children_end_before_the_restart(void **state)
{
    (void)state;
    struct coop_handle found;
    assert_int_equal(join(start(&dying_parent, NULL, 0)).restarts, 3);
    assert_int_equal(atomic_load(&orphans), 0);
    assert_false(find(&child, &found));
}

/* What a dead process held. */
struct message {
    uint32_t number;
    unsigned char fill[60];
};
COOP_LOCK(lock);
COOP_PERMITS(permits, 2);
COOP_QUEUE(leases, struct message, 4);
COOP_QUEUE(owned, int, 4, .one_producer = 1, .one_consumer = 1);
COOP_QUEUE(stream, struct message, 10);
COOP_SHARED(_Atomic uint32_t, next_number);

enum { HOLD_LOCK, HOLD_PERMITS, HOLD_LEASE, HOLD_ENDS, PRODUCE };

static void fill(struct message *message, uint32_t number)
{
    message->number = number;
    memset(message->fill, (int)(number % 251), sizeof message->fill);
}

static int hold(const void *argument)
{
    const int *what = argument;
    struct message message;
    struct coop_lease lease;
    int number = 1, error = 0;
    switch (*what) {
    case HOLD_LOCK:
        error = coop_lock_acquire(&lock, COOP_FOREVER);
        break;
    case HOLD_PERMITS:
        error = coop_permits_acquire(&permits, 0) + coop_permits_acquire(&permits, 0) - 1;
        break;
    case HOLD_LEASE:
        error = coop_queue_take(&leases, &message, &lease, COOP_FOREVER) - 1;
        break;
    case HOLD_ENDS:
        error = coop_queue_put(&owned, &number, 0) + coop_queue_get(&owned, &number, 0);
        break;
    default:
        for (uint32_t next = atomic_load(&next_number);; atomic_store(&next_number, ++next)) {
            fill(&message, next);
            if (coop_queue_put(&stream, &message, COOP_FOREVER) < 0)
                return 1;
        }
    }
    atomic_store(&reached, error == 0 ? 1 : error);
    return coop_semaphore_acquire(&never, COOP_FOREVER);
}
COOP_PROCESS(holder, hold);

static void kill_holder(struct coop_handle holder_of_it)
{
    EVENTUALLY(atomic_load(&reached) != 0);
    assert_int_equal(atomic_load(&reached), 1);
    assert_int_equal(coop_kill(holder_of_it), 0);
}

/* What it held, and perhaps the object that it was inside, on its way to wait. */
static void assert_recovered(struct coop_handle dead, unsigned held)
{
    assert_in_range(join(dead).recovered, held, held + 1);
}

static struct coop_handle start_holder(int what)
{
    return start(&holder, &what, sizeof what);
}

static void test_lock_of_the_dead(void **state)
{
    (void)state;
    struct coop_handle handle = start_holder(HOLD_LOCK);
    kill_holder(handle);
    int error = coop_lock_acquire(&lock, DEADLINE_MS); /* it waits: nobody has joined the dead one */
    assert_int_equal(error, COOP_EOWNERDEAD);
    assert_int_equal(coop_lock_release(&lock), 0);
    assert_int_equal(coop_lock_acquire(&lock, 0), 0);
    assert_int_equal(coop_lock_release(&lock), 0);
    assert_recovered(handle, 1);
}

static void test_permits_of_the_dead(void **state)
{
    (void)state;
    struct coop_handle handle = start_holder(HOLD_PERMITS);
    kill_holder(handle);
    for (int i = 0; i < 2; i++)
        assert_true(coop_permits_acquire(&permits, DEADLINE_MS) >= 0);
    assert_int_equal(coop_permits_acquire(&permits, 0), COOP_EAGAIN);
    for (int i = 0; i < 2; i++)
        assert_int_equal(coop_permits_release(&permits), 0);
    assert_recovered(handle, 2);
}

static void test_lease_of_the_dead(void **state)
{
    (void)state;
    struct message message;
    struct coop_lease lease;
    for (uint32_t i = 1; i <= 3; i++) {
        fill(&message, i);
        assert_int_equal(coop_queue_put(&leases, &message, 0), 0);
    }
    struct coop_handle handle = start_holder(HOLD_LEASE);
    kill_holder(handle);
    assert_recovered(handle, 1);
    for (uint32_t i = 1; i <= 3; i++) {
        assert_int_equal(coop_queue_take(&leases, &message, &lease, DEADLINE_MS), i == 1 ? 2 : 1);
        assert_int_equal(message.number, i);
        assert_int_equal(coop_queue_done(&leases, lease), 0);
    }
}

static void test_ends_of_the_dead(void **state)
{
    (void)state;
    int number = 2;
    struct coop_handle handle = start_holder(HOLD_ENDS);
    kill_holder(handle);
    join(handle);
    assert_int_equal(coop_queue_put(&owned, &number, 0), 0);
    assert_int_equal(coop_queue_get(&owned, &number, 0), 0);
    assert_int_equal(number, 2);
}

/* Killed in the middle of thousands of puts: each message is whole, in order, and at most the last of a life is repeated. */
static void test_fifo_of_the_dead(void **state)
{
    (void)state;
    struct message message, expected;
    uint32_t last = UINT32_MAX, random = 1, total = 0;
    for (int life = 0; life < 40; life++) {
        struct coop_handle handle = start_holder(PRODUCE);
        random = random * 1103515245 + 12345;
        bool is_first = true;
        for (uint32_t left = 1 + (random >> 16) % 400; left > 0 || coop_is_alive(handle); left -= left > 0) {
            if (left == 1)
                assert_int_equal(coop_kill(handle), 0);
            int error = coop_queue_get(&stream, &message, left > 1 ? DEADLINE_MS : 0);
            if (error == COOP_EAGAIN || error == COOP_EBUSY) /* who is inside may be waiting for the CPU */
                continue;
            assert_int_equal(error, 0);
            fill(&expected, message.number);
            assert_memory_equal(&message, &expected, sizeof message);
            assert_true(message.number == last + 1 || (is_first && message.number == last));
            is_first = false;
            last = message.number;
            total++;
        }
        while (coop_queue_get(&stream, &message, 0) == 0) {
            assert_true(message.number == last + 1 || (is_first && message.number == last));
            last = message.number;
        }
    }
    assert_true(total > 4000);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup(test_never, set_up),
    cmocka_unit_test_setup(test_on_failure, set_up),
    cmocka_unit_test_setup(test_always_until_terminated, set_up),
    cmocka_unit_test_setup(test_backoff_doubles, set_up),
    cmocka_unit_test_setup(test_gives_up, set_up),
    cmocka_unit_test_setup(test_ended_in_backoff, set_up),
    cmocka_unit_test_setup(test_group_restarts, set_up),
    cmocka_unit_test_setup(test_children_end_before_the_restart, set_up),
    cmocka_unit_test_setup(test_lock_of_the_dead, set_up),
    cmocka_unit_test_setup(test_permits_of_the_dead, set_up),
    cmocka_unit_test_setup(test_lease_of_the_dead, set_up),
    cmocka_unit_test_setup(test_ends_of_the_dead, set_up),
    cmocka_unit_test_setup(test_fifo_of_the_dead, set_up),
};
REAL_TESTS(tests)
