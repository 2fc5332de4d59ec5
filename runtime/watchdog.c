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
    record->checkins_seen = 0;
    record->heartbeats_seen = 0;
}

enum coop_cause watchdog_judge(struct coop_record *record, const struct coop_process *process,
                               const struct watch_sample *sample)
{
    if (sample->checkins != record->checkins_seen || sample->blocked) {
        record->checkins_seen = sample->checkins;
        record->cpu_us = sample->cpu_us;
    }
    if (sample->heartbeats != record->heartbeats_seen) {
        record->heartbeats_seen = sample->heartbeats;
        record->beat_us = sample->now_us;
    }
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

uint64_t watchdog_next_us(const struct coop_record *record, const struct coop_process *process,
                          const struct watch_sample *sample)
{
    uint64_t next = UINT64_MAX;
    if (process->watchdog_ms != 0 && !sample->blocked) {
        uint64_t period = us(process->watchdog_ms) / SAMPLES_IN_BUDGET;
        next = sample->now_us + (period > SHORTEST_SAMPLE_US ? period : SHORTEST_SAMPLE_US);
    }
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
