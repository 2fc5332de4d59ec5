#include "watchdog.h"

/*
 * A check-in is noticed up to a period late, and so is the end of the budget: two periods are within a quarter of the
 * budget, or 2 ms.
 */
enum { SHORTEST_SAMPLE_US = 1000, SAMPLES_IN_BUDGET = 8 };

static uint64_t us(uint32_t ms)
{
    return (uint64_t)ms * 1000;
}

void watchdog_begin(struct coop_record *record, uint64_t now_us)
{
    record->started_us = now_us;
    record->beat_us = now_us;
    record->cpu_us = 0;
}

enum coop_cause watchdog_judge(struct coop_record *record, const struct coop_process *process,
                               const struct watch_sample *sample)
{
    if (sample->checked_in || sample->blocked)
        record->cpu_us = sample->cpu_us;
    if (sample->beat)
        record->beat_us = sample->now_us;
    if (process->watchdog_ms != 0 && sample->cpu_us >= record->cpu_us + us(process->watchdog_ms))
        return COOP_RUNAWAY;
    if (process->heartbeat_ms != 0 && sample->now_us > record->beat_us + us(process->heartbeat_ms))
        return COOP_HUNG;
    if (process->lifetime_ms != 0 && sample->now_us > record->started_us + us(process->lifetime_ms))
        return COOP_EXPIRED;
    return COOP_ALIVE;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/*
 * The last period lasts until the budget has just been used, with a little for the CPU time that the supervisor takes itself: else it
 * would be missed by as much, and noticed a whole period later. Of one that gets no CPU then it isn't asked all the time.
 */
static uint64_t period_us(const struct coop_process *process, uint64_t left_us)
{
    uint64_t period = us(process->watchdog_ms) / SAMPLES_IN_BUDGET;
    if (period < SHORTEST_SAMPLE_US)
        period = SHORTEST_SAMPLE_US;
    if (left_us > period + period / 8)
        return period;
    return (left_us > period / 8 ? left_us : period / 8) + period / 32;
}

uint64_t watchdog_next_us(const struct coop_record *record, const struct coop_process *process,
                          const struct watch_sample *sample)
{
    uint64_t next = UINT64_MAX;
    if (process->watchdog_ms != 0 && !sample->blocked)
        next = sample->now_us + period_us(process, record->cpu_us + us(process->watchdog_ms) - sample->cpu_us);
    if (process->heartbeat_ms != 0)
        next = earlier(next, record->beat_us + us(process->heartbeat_ms) + 1);
    if (process->lifetime_ms != 0)
        next = earlier(next, record->started_us + us(process->lifetime_ms) + 1);
    return next;
}

void watchdog_forgive(struct coop_record *record, uint64_t gap_us)
{
    record->beat_us += gap_us;
}
