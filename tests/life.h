/* What tests of the life of processes share: they run inside the root process, or start whole systems (system.h). */
#ifndef LIFE_H
#define LIFE_H

#include <coop.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* No test depends on speed: what is waited for either comes, or the test has failed after this long. */
enum { DEADLINE_MS = 60000 };

#define EVENTUALLY(condition_)                                                                                         \
    do {                                                                                                               \
        uint64_t until_ms_ = coop_now_ms() + DEADLINE_MS;                                                              \
        while (!(condition_) && coop_now_ms() < until_ms_)                                                             \
            (void)coop_sleep_ms(1);                                                                                    \
        assert_true(condition_);                                                                                       \
    } while (0)

/* The value, from a variable that other processes write. */
#define SEEN(variable_) (*(volatile __typeof__(variable_) *)&(variable_))

static inline struct coop_handle start(const struct coop_process *process, const void *argument, size_t bytes)
{
    struct coop_handle handle = {0};
    assert_int_equal(coop_start(process, argument, bytes, &handle), 0);
    return handle;
}

/* The handle of an instance that is alive, the one with the lowest number. False when there is none. */
static inline bool find(const struct coop_process *process, struct coop_handle *handle)
{
    for (uint32_t i = 0; coop_find(process, i, handle) != COOP_EINVAL; i++)
        if (coop_find(process, i, handle) == 0)
            return true;
    return false;
}

static inline struct coop_end join(struct coop_handle handle)
{
    struct coop_end end = {0};
    assert_int_equal(coop_join(handle, DEADLINE_MS, &end), 0);
    return end;
}

/* The root's last word. After a failure its children may wait for ever, and it would for them. */
static inline int verdict(int failures)
{
    fflush(NULL);
    if (failures != 0)
        (void)coop_kill(coop_self());
    return failures != 0 ? coop_sleep_ms(DEADLINE_MS) : 0;
}

#endif
