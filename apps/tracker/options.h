/* The command line, and the settings that it gives to all processes.
 *
 *     struct options_problem problem;
 *     if (options_parse(argc, argv, &settings, &problem) == OPTIONS_BAD)
 *         fprintf(stderr, "%s: %s\n", problem.argument, problem.what);
 */
#ifndef TRACKER_OPTIONS_H
#define TRACKER_OPTIONS_H

#include "fence.h"
#include "inject.h"

#include <stdbool.h>
#include <stdint.h>

#define OPTIONS_INPUT_BYTES 256 /* of the longest name of an input, with its terminating zero */

struct settings {
    struct fence fence;
    struct injection injection;
    uint32_t baud;                   /* 0 if not given */
    bool has_fence;                  /* --fence was given */
    char input[OPTIONS_INPUT_BYTES]; /* empty: standard input */
};

enum options_answer { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_BAD };

struct options_problem {
    const char *argument; /* as it was given */
    const char *what;     /* is wrong with it */
};

/* What --help prints. */
extern const char options_help[];

/* Reads the arguments after argv[0] into `*settings`, which is overwritten. Returns whether to run or to print the help, or
 * OPTIONS_BAD with `*problem` filled. Pure; doesn't block.
 */
enum options_answer options_parse(int argc, char **argv, struct settings *settings, struct options_problem *problem);

#endif
