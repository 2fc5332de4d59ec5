/* Whether and when an ended process is started again: a pure function of its declaration and its history. */
#ifndef COOP_RESTART_H
#define COOP_RESTART_H

#include <coop/process.h>
#include <stdbool.h>

enum restart_verdict { RESTART_NOT, RESTART_LATER, RESTART_ESCALATES };

/*
 * Decides after an end at now_us with this cause and code, and counts the restart in the record. With RESTART_LATER, *delay_us says
 * when: at once for the first in a window, then after a back-off that doubles, up to the longest.
 */
enum restart_verdict restart_decide(struct coop_record *record, const struct coop_process *process,
                                    const struct coop_end *end, uint64_t now_us, uint64_t *delay_us);

#endif
