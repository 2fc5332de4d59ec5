#include "bench.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "list") == 0) {
        bench_list();
        return 0;
    }
    const struct contender *contender = argc == 4 ? bench_find(argv[2], argv[3]) : NULL;
    if (contender == NULL || strcmp(argv[1], "run") != 0) {
        fprintf(stderr, "usage: %s list | run ROW NAME\n", argv[0]);
        return 2;
    }
    /* The driver's death must not leave a round behind. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    bench_print(contender->round());
    return 0;
}
