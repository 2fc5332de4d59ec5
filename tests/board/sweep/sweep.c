/*
 * Runs the board's sweep: a test for each case. Arguments: stride=N, the instructions from one shot to the next (1: every one);
 * only=TEXT, how a case's name begins; part=0/2, the first half of the cases; levels=N, with peers of the victim's level (1), then above it
 * (2), below it (3), and, when there are two or more, each at another one (4); until=1: the first case that fails ends it.
 */
#include "board.h"

#include <coop/shared.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_CASES = 160, LOG_STRIDE = 16, STACK_BYTES = 32768 };

/* Shared, or each process had one. */
static COOP_SHARED(uint64_t, stack[STACK_BYTES / 8]);

static COOP_SHARED(struct CMUnitTest, tests[MOST_CASES]);

static struct {
    int stride, levels, until;
    unsigned part, parts;
    const char *only;
    struct tally kills, interrupts;
} options = {.stride = 7, .levels = 1, .parts = 1, .only = ""};

static void tell(const char *name, const struct tally *kills, const struct tally *interrupts)
{
    print_message("%-42s %5ld kills, %5ld interrupts, %ld failures\n", name, kills->kills, interrupts->kills,
                  kills->failures + interrupts->failures);
    options.kills.kills += kills->kills;
    options.kills.failures += kills->failures;
    options.interrupts.kills += interrupts->kills;
    options.interrupts.failures += interrupts->failures;
}

/* What an interrupt handler does, to the object that an action of the case concerns. */
enum concern { OF_QUEUE, OF_OUT, OF_SEMAPHORE, OF_EVENT, OF_NOTHING };
static const struct {
    enum concern of;
    struct action action;
} handlers[] = {
    {OF_QUEUE, {.verb = PUT, .value = 31}},
    {OF_QUEUE, {.verb = GET}},
    {OF_OUT, {.verb = OUT_GET}},
    {OF_SEMAPHORE, {.verb = SEMAPHORE_RELEASE}},
    {OF_SEMAPHORE, {.verb = SEMAPHORE_ACQUIRE}},
    {OF_EVENT, {.verb = EVENT_SET, .value = 2}},
    {OF_EVENT, {.verb = EVENT_CLEAR, .value = 5}},
};

static bool concerns(const struct sweep_case *c, enum concern of)
{
    switch (c->victim.verb) {
    case PUT:
    case GET:
    case TAKE:
    case DONE:
    case GIVE_BACK:
    case CLOSE:
        return of == OF_QUEUE && c->queue != OWNED_QUEUE;
    case PASS:
        return of == OF_OUT || (of == OF_QUEUE && c->queue != OWNED_QUEUE);
    case SEMAPHORE_ACQUIRE:
    case SEMAPHORE_RELEASE:
        return of == OF_SEMAPHORE;
    case EVENT_SET:
    case EVENT_CLEAR:
    case EVENT_WAIT:
        return of == OF_EVENT;
    default:
        return false;
    }
}

static void sweep_handlers(const struct sweep_case *c, int stride, struct tally *tally)
{
    for (size_t i = 0; i < sizeof handlers / sizeof *handlers; i++)
        if (concerns(c, handlers[i].of))
            sweep_shots(c, HANDLES, &handlers[i].action, EQUALS, stride, tally);
}

static bool has_many_peers(const struct sweep_case *c)
{
    return (c->before[0].verb != NOTHING) + (c->before[1].verb != NOTHING) + (c->then[0].verb != NOTHING) +
               (c->then[1].verb != NOTHING) >
           1;
}

static void test_case(void **state)
{
    const struct sweep_case *c = *state;
    int stride = options.stride > 1 && c->victim.verb == LOG ? options.stride * LOG_STRIDE : options.stride;
    struct tally kills = {0}, interrupts = {0};
    for (int ranks = EQUALS; ranks < options.levels; ranks++)
        if (ranks != MIXED || has_many_peers(c))
            sweep_shots(c, KILLS, &(struct action){0}, (enum ranks)ranks, stride, &kills);
    if (c->before[0].timeout_ms > 0)
        sweep_shots(c, EXPIRES, &(struct action){0}, MIXED, stride, &kills);
    sweep_handlers(c, stride, &interrupts);
    sweep_shots(c, RELEASES, &(struct action){.verb = SEMAPHORE_RELEASE}, EQUALS, stride, &interrupts);
    sweep_shots(c, SETS, &(struct action){.verb = EVENT_SET, .value = INTERRUPT_FLAG}, EQUALS, stride, &interrupts);
    sweep_shots(c, SINKS, &(struct action){0}, EQUALS, stride, &interrupts);
    tell(c->name, &kills, &interrupts);
    if (options.until != 0 && kills.failures + interrupts.failures != 0)
        exit(1);
    assert_int_equal(kills.failures + interrupts.failures, 0);
}

static void read_options(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (sscanf(argv[i], "stride=%d", &options.stride) != 1 && sscanf(argv[i], "levels=%d", &options.levels) != 1 &&
            sscanf(argv[i], "until=%d", &options.until) != 1 &&
            sscanf(argv[i], "part=%u/%u", &options.part, &options.parts) != 2 && strncmp(argv[i], "only=", 5) == 0)
            options.only = argv[i] + 5;
}

/* A board has no guards, and nobody spins. */
static bool is_wanted(const struct sweep_case *c, size_t i)
{
    return c->held == 0 && c->spins == 0 && i % options.parts == options.part &&
           strncmp(c->name, options.only, strlen(options.only)) == 0;
}

static int run_sweep(void)
{
    size_t n = 0;
    stage_open(0);
    for (size_t i = 0; i < sweep_cases_count && n < MOST_CASES; i++)
        if (is_wanted(&sweep_cases[i], i))
            tests[n++] = (struct CMUnitTest){.name = sweep_cases[i].name,
                                             .test_func = test_case,
                                             .initial_state = (void *)(uintptr_t)&sweep_cases[i]};
    int failed = _cmocka_run_group_tests("sweep", tests, n, NULL, NULL);
    stage_borrow(0);
    print_message("swept: %ld kills, %ld interrupts, %ld failures\n", options.kills.kills, options.interrupts.kills,
                  options.kills.failures + options.interrupts.failures);
    return failed;
}

/* The search for an order goes deeper than the stack of the first thread. */
__attribute__((naked)) static int call_on(int (*function)(void), void *stack_end)
{
    (void)function, (void)stack_end;
    __asm__ volatile("push {r4, lr}\n\t"
                     "mov r4, sp\n\t"
                     "mov sp, r1\n\t"
                     "blx r0\n\t"
                     "mov sp, r4\n\t"
                     "pop {r4, pc}");
}

int main(int argc, char **argv)
{
    read_options(argc, argv);
    return call_on(run_sweep, (char *)stack + sizeof stack);
}
