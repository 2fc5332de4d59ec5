/* Runs rounds of all contenders of a row in turn, and prints the table: medians, spread, ratios, goals.
 *
 * usage: driver [-r ROUNDS] [-o ROW]... PROGRAM...        (bench.h: what a PROGRAM answers)
 */
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "rows.h"

enum {
    MAX_CONTENDERS = 16,
    MAX_ROUNDS = 31,
    NAME_BYTES = 48,
    TEXT_BYTES = 4096,
    ROUND_LIMIT_MS = 20000,
    UNAVAILABLE = 77,
};

struct contestant {
    const char *program;
    char name[NAME_BYTES];
    char remark[80];
    double figures[MAX_ROUNDS];
    int count;
    bool out; /* unavailable, or failed: not asked again */
};

struct field {
    struct contestant contestants[MAX_CONTENDERS];
    int count;
};

static int rounds = 9;

/* Reads what the child writes until it closes its output or the limit passes; false when it did not close. */
static bool read_all(int fd, char *text)
{
    size_t length = 0;
    struct pollfd readable = {.fd = fd, .events = POLLIN};
    while (poll(&readable, 1, ROUND_LIMIT_MS) > 0) {
        ssize_t got = read(fd, text + length, TEXT_BYTES - 1 - length);
        if (got <= 0) {
            text[length] = '\0';
            return true;
        }
        length += (size_t)got;
    }
    text[length] = '\0';
    return false;
}

static void show(int complaints)
{
    char text[TEXT_BYTES];
    ssize_t got = pread(complaints, text, sizeof text, 0);
    if (got > 0)
        fwrite(text, 1, (size_t)got, stderr);
}

/*
 * Runs a command, with its output in `text`; returns its exit status, or -1 when it did not end well. What it writes to
 * stderr is shown only when it fails: coop logs every process that a round kills.
 */
static int run(char *const arguments[], char *text)
{
    int ends[2], complaints = memfd_create("complaints", MFD_CLOEXEC);
    text[0] = '\0';
    if (complaints < 0 || pipe(ends) != 0)
        return -1;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        /* A group of its own, so that helpers of a round that hangs can be ended with it. */
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(ends[1], STDOUT_FILENO);
        dup2(complaints, STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        execvp(arguments[0], arguments);
        _exit(127);
    }
    close(ends[1]);
    bool closed = read_all(ends[0], text);
    close(ends[0]);
    if (!closed)
        kill(-child, SIGKILL);
    int status = -1;
    waitpid(child, &status, 0);
    status = closed && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (status != 0 && status != UNAVAILABLE)
        show(complaints);
    close(complaints);
    return status;
}

/* Adds the contenders of `row` that the listing of `program` names. */
static void enter(struct field *field, const char *row, const char *program, char *listing)
{
    char *rest = listing, *line;
    while ((line = strsep(&rest, "\n")) != NULL) {
        char *tab = strchr(line, '\t');
        if (tab == NULL || field->count == MAX_CONTENDERS)
            continue;
        *tab = '\0';
        if (strcmp(line, row) != 0)
            continue;
        struct contestant *contestant = &field->contestants[field->count++];
        contestant->program = program;
        snprintf(contestant->name, sizeof contestant->name, "%s", tab + 1);
    }
}

static void gather(struct field *field, const struct row *row, char *const programs[])
{
    char text[TEXT_BYTES];
    for (; *programs != NULL; programs++) {
        char *arguments[] = {*programs, "list", NULL};
        if (access(*programs, X_OK) == 0 && run(arguments, text) == 0)
            enter(field, row->id, *programs, text);
    }
}

static void play_round(struct contestant *contestant, const struct row *row)
{
    char text[TEXT_BYTES];
    char *arguments[] = {(char *)contestant->program, "run", (char *)row->id, contestant->name, NULL};
    int status = run(arguments, text);
    text[strcspn(text, "\n")] = '\0';
    char *end;
    double figure = strtod(text, &end);
    if (status == 0 && end != text) {
        contestant->figures[contestant->count++] = figure;
        snprintf(contestant->remark, sizeof contestant->remark, "%.79s", *end == '\t' ? end + 1 : "");
        return;
    }
    contestant->out = true;
    snprintf(contestant->remark, sizeof contestant->remark, "%.79s", status == UNAVAILABLE ? text : "FAILED");
}

/* The order turns from round to round, so that nobody always follows the same one. */
static void play(struct field *field, const struct row *row)
{
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < field->count; i++) {
            struct contestant *contestant = &field->contestants[(i + round) % field->count];
            if (!contestant->out)
                play_round(contestant, row);
        }
    }
}

static int ascending(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double summary(struct contestant *contestant, const struct row *row)
{
    double sum = 0;
    qsort(contestant->figures, (size_t)contestant->count, sizeof(double), ascending);
    for (int i = 0; i < contestant->count; i++)
        sum += contestant->figures[i];
    int middle = contestant->count / 2;
    if (row->is_mean)
        return sum / contestant->count;
    if (contestant->count % 2 == 1)
        return contestant->figures[middle];
    return (contestant->figures[middle - 1] + contestant->figures[middle]) / 2;
}

static struct contestant *find(struct field *field, const char *name)
{
    for (int i = 0; name != NULL && i < field->count; i++) {
        if (strcmp(field->contestants[i].name, name) == 0 && field->contestants[i].count > 0)
            return &field->contestants[i];
    }
    return NULL;
}

static void print_contestant(struct contestant *contestant, const struct row *row, double yardstick)
{
    if (contestant->out) {
        printf("  %-32s %10s   %s\n", contestant->name, "-", contestant->remark);
        return;
    }
    double figure = summary(contestant, row);
    printf("  %-32s %10.4g   (%.4g to %.4g)", contestant->name, figure, contestant->figures[0],
           contestant->figures[contestant->count - 1]);
    if (yardstick > 0)
        printf("   x%.3g", figure / yardstick);
    printf("%s%s\n", contestant->remark[0] != '\0' ? "   " : "", contestant->remark);
}

/* Returns whether the goal is reached; a contender that is not there reaches nothing. */
static bool print_goal(struct field *field, const struct row *row, const struct goal *goal, double scale)
{
    struct contestant *contestant = find(field, goal->contender);
    double reach = goal->reach * scale;
    if (contestant == NULL) {
        printf("  > %s to reach %.4g: not measured\n", goal->contender, reach);
        return false;
    }
    double figure = summary(contestant, row);
    bool reached = row->more_is_better ? figure >= reach : figure <= reach;
    printf("  > %s to reach %.4g: %s (%.4g)\n", goal->contender, reach, reached ? "reached" : "MISSED", figure);
    return reached;
}

static void print_row(struct field *field, const struct row *row, int *goals, int *reached)
{
    struct contestant *contestant = find(field, row->yardstick);
    double yardstick = contestant != NULL ? summary(contestant, row) : 0;
    double scale = yardstick > 0 ? yardstick / row->yardstick_then : 1;
    printf("%s (%s, %s is better%s%s)\n", row->title, row->unit, row->more_is_better ? "more" : "less",
           yardstick > 0 ? "; x: of " : "", yardstick > 0 ? row->yardstick : "");
    for (int i = 0; i < field->count; i++)
        print_contestant(&field->contestants[i], row, yardstick);
    for (int i = 0; i < MAX_GOALS && row->goals[i].contender != NULL; i++) {
        *goals += 1;
        *reached += print_goal(field, row, &row->goals[i], scale);
    }
    printf("\n");
}

static bool is_chosen(const struct row *row, const char *const chosen[], int count)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(chosen[i], row->id) == 0)
            return true;
    }
    return count == 0;
}

static void print_absent(char *const programs[])
{
    for (; *programs != NULL; programs++) {
        char text[TEXT_BYTES];
        char *arguments[] = {*programs, "list", NULL};
        if (access(*programs, X_OK) != 0 || run(arguments, text) != 0)
            printf("absent: %s (not built, or what it needs is not installed)\n", *programs);
    }
}

int main(int argc, char **argv)
{
    const char *chosen[MAX_CONTENDERS];
    int chosen_count = 0, option, goals = 0, reached = 0;
    while ((option = getopt(argc, argv, "r:o:")) != -1) {
        if (option == 'r')
            rounds = atoi(optarg);
        else if (option == 'o' && chosen_count < MAX_CONTENDERS)
            chosen[chosen_count++] = optarg;
        else
            rounds = 0;
    }
    if (optind == argc || rounds < 1 || rounds > MAX_ROUNDS) {
        fprintf(stderr, "usage: %s [-r ROUNDS (1 to %d)] [-o ROW]... PROGRAM...\n", argv[0], MAX_ROUNDS);
        return 2;
    }
    char **programs = argv + optind;
    printf("Medians of %d interleaved rounds (lowest to highest); goals are scaled by x's figure in this run.\n\n",
           rounds);
    for (const struct row *row = bench_rows; row->id != NULL; row++) {
        if (!is_chosen(row, chosen, chosen_count))
            continue;
        static struct field field;
        memset(&field, 0, sizeof field);
        gather(&field, row, programs);
        play(&field, row);
        print_row(&field, row, &goals, &reached);
    }
    print_absent(programs);
    printf("%d of %d goals reached\n", reached, goals);
    return 0;
}
