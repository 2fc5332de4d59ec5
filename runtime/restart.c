#include "restart.h"

enum { WINDOW_MS = 10000, BACKOFF_MS = 10, MAX_BACKOFF_MS = 5000 };

static uint64_t given_or(uint32_t ms, uint32_t otherwise_ms)
{
    return (uint64_t)(ms != 0 ? ms : otherwise_ms) * 1000;
}

static bool is_failure(const struct coop_end *end)
{
    return end->cause != COOP_EXITED || end->code != 0;
}

enum restart_verdict restart_decide(struct coop_record *record, const struct coop_process *process,
                                    const struct coop_end *end, uint64_t now_us, uint64_t *delay_us)
{
    if (end->cause == COOP_CANCELLED || process->restart == COOP_RESTART_NEVER ||
        (process->restart == COOP_RESTART_ON_FAILURE && !is_failure(end)))
        return RESTART_NOT;
    if (record->recent == 0 || now_us - record->window_us > given_or(process->window_ms, WINDOW_MS)) {
        record->window_us = now_us;
        record->recent = 0;
    }
    uint32_t most = process->max_restarts < UINT16_MAX ? process->max_restarts : UINT16_MAX; /* as far as is counted */
    if (most != 0 && record->recent >= most)
        return RESTART_ESCALATES;
    uint64_t longest = given_or(process->max_backoff_ms, MAX_BACKOFF_MS);
    uint64_t delay = record->recent == 0 ? 0 : given_or(process->backoff_ms, BACKOFF_MS);
    for (uint32_t i = 1; i < record->recent && delay < longest; i++)
        delay *= 2;
    *delay_us = delay < longest ? delay : longest;
    record->recent = (uint16_t)(record->recent + (record->recent < UINT16_MAX));
    record->restarts = (uint16_t)(record->restarts + (record->restarts < UINT16_MAX));
    return RESTART_LATER;
}
