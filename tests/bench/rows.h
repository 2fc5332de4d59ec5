/* The rows of the bench's table, and the figures to reach.
 *
 * Absolute times drift with the machine. So each goal is scaled: `reach` was set beside `yardstick_then`, the yardstick's
 * figure on the day; the run compares with reach * (yardstick's figure now) / yardstick_then.
 */
#ifndef BENCH_ROWS_H
#define BENCH_ROWS_H

#include <stdbool.h>

enum { MAX_GOALS = 4 };

struct goal {
    const char *contender;
    double reach;
};

struct row {
    const char *id;
    const char *title;
    const char *unit;
    bool more_is_better;
    bool is_mean; /* of the rounds, where each is a percentage of few trials; else their median */
    const char *yardstick;
    double yardstick_then;
    struct goal goals[MAX_GOALS];
};

/* Ends with a row without an id. */
extern const struct row bench_rows[];

#endif
