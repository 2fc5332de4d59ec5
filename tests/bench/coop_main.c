/* bench_coop: the same rows with coop. Each round is a whole run of coop, in whose root process the contender plays. */
#include <coop.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "bench.h"

/* Non-PIE: the address means the same in every process of this binary. */
COOP_SHARED(const struct contender *, chosen);

static int play(const void *argument)
{
    (void)argument;
    bench_print(chosen->round());
    return 0;
}
COOP_PROCESS(root, play);

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "list") == 0) {
        bench_list();
        return 0;
    }
    chosen = argc == 4 ? bench_find(argv[2], argv[3]) : NULL;
    if (chosen == NULL || strcmp(argv[1], "run") != 0) {
        fprintf(stderr, "usage: %s list | run ROW NAME\n", argv[0]);
        return 2;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    /* The supervisor is who starts processes: it is the large parent. */
    if (strcmp(chosen->row, "start_1gb") == 0)
        bench_grow(1, 1);
    if (strcmp(chosen->row, "start_4gb") == 0)
        bench_grow(4, 4);
    return coop_run(argc, argv, &root);
}
