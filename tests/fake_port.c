#include "fake_port.h"

#include "fake/step.h"
#include <stdio.h>
#include <string.h>

enum { SUPERVISOR = 0xff };

struct fake_seen fake_seen;

static uint32_t self;
static bool (*blocked_script)(void);
static unsigned steps_left; /* 0: it lives */
static jmp_buf death;

void fake_as(uint32_t process)
{
    self = process;
}

void fake_while_blocked(bool (*script)(void))
{
    blocked_script = script;
}

void fake_step(void)
{
    if (steps_left != 0 && --steps_left == 0)
        longjmp(death, 1);
}

bool fake_dies_at(unsigned step, void (*run)(void *context), void *context)
{
    steps_left = step;
    if (setjmp(death) != 0)
        return true;
    run(context);
    steps_left = 0;
    return false;
}

static int execute(const struct operation *operation, const struct coop_object *object, uintptr_t a, uintptr_t b)
{
    bool guarded = operation->unguarded == NULL || !operation->unguarded(object);
    fake_step();
    if (guarded && object->control->guard != 0)
        return COOP_EBUSY;
    if (guarded)
        object->control->guard = self != 0 ? self : SUPERVISOR;
    int result = operation->try(object, self, a, b);
    fake_step();
    if (guarded)
        object->control->guard = 0;
    fake_step();
    if (result >= 0) {
        fake_seen.wakes = operation->wakes;
        fake_seen.rings += operation->rings;
    }
    return result;
}

static bool run_script(void)
{
    uint32_t caller = self;
    bool again = blocked_script != NULL && blocked_script();
    self = caller;
    return again;
}

int fake_call(const struct operation *operation, const struct coop_object *object, uintptr_t a, uintptr_t b,
              int timeout_ms)
{
    if (object == NULL || object->kind != operation->kind)
        return MISUSE - COOP_MISUSE_BAD_HANDLE;
    if (timeout_ms < COOP_FOREVER || (operation->access_a != ACCESS_VALUE && a == 0) ||
        (operation->access_b != ACCESS_VALUE && b == 0))
        return COOP_EINVAL;
    for (bool last = false;; last = !run_script()) {
        int result = execute(operation, object, a, b);
        if (result != WOULD_BLOCK)
            return result;
        if (timeout_ms == 0)
            return COOP_EAGAIN;
        if (last)
            return COOP_ETIMEDOUT;
    }
}

int fake_enter(const struct coop_object *object, uint32_t dead)
{
    uint32_t owner = object->control->guard;
    if (owner != 0 && owner != dead && owner != SUPERVISOR) /* a supervisor that died is only in tests */
        return COOP_EBUSY;
    object->control->guard = SUPERVISOR;
    return owner != 0;
}

void fake_leave(const struct coop_object *object)
{
    object->control->guard = 0;
}

void fake_wake(const struct coop_object *object)
{
    (void)object;
    fake_seen.wakes = WAKES_DATA | WAKES_SPACE | WAKES_ALL;
}

int fake_log(const char *format, ...)
{
    (void)format;
    fake_seen.logs++;
    return 0;
}

unsigned fake_repair(const struct coop_object *object, const struct object_class *class, uint32_t dead)
{
    self = 0;
    if (fake_enter(object, dead) < 0)
        fail_msg("%s: the guard is %u's, not the dead's (%u)", object->name, object->control->guard, dead);
    unsigned recovered = class->repair(object, dead);
    fake_leave(object);
    fake_wake(object);
    return recovered;
}

static void repair_after(void *context)
{
    const struct sweep *sweep = context;
    fake_repair(sweep->object, sweep->class, sweep->dying);
}

static void repeat_repair(const struct sweep *sweep)
{
    unsigned char before[4096];
    assert_true(sweep->state_bytes <= sizeof before);
    memcpy(before, sweep->object->control, sweep->state_bytes);
    assert_int_equal(fake_repair(sweep->object, sweep->class, sweep->dying), 0);
    assert_memory_equal(before, sweep->object->control, sweep->state_bytes);
}

/* One death at `step`, with a supervisor that dies at step `supervisors` of its repair (0: doesn't). */
static int die_once(const struct sweep *sweep, unsigned step, unsigned supervisors, bool *died, bool *repair_died)
{
    sweep->prepare();
    fake_as(sweep->dying);
    *died = fake_dies_at(step, sweep->run, sweep->context);
    *repair_died = fake_dies_at(supervisors, repair_after, (void *)(uintptr_t)sweep);
    if (*repair_died)
        repair_after((void *)(uintptr_t)sweep);
    assert_int_equal(sweep->object->control->guard, 0);
    repeat_repair(sweep);
    return sweep->happened();
}

void fake_sweep(const struct sweep *sweep)
{
    int before = 0, happened = 0;
    bool died = true, repair_died;
    for (unsigned step = 1; died; step++, before = happened) {
        happened = die_once(sweep, step, 0, &died, &repair_died);
        if ((step == 1 && happened > 0) || (before == 1 && happened == 0))
            fail_msg("%s: step %u: what had not happened, or had, is otherwise now", sweep->object->name, step);
        repair_died = true;
        for (unsigned supervisors = 1; repair_died; supervisors++)
            assert_int_equal(die_once(sweep, step, supervisors, &died, &repair_died), happened);
    }
    if (happened == 0)
        fail_msg("%s: the operation has ended, and not happened", sweep->object->name);
}
