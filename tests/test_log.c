/* The log: whole records, counted when they are dropped, and never waited for. Whole systems, on Linux. */
#include "proc.h"
#include "system.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WRITERS = 4, RECORDS = 300 };

COOP_SHARED(_Atomic int, refused);
static struct system s;

/* Each record is one letter, its number, and that letter for the rest: whatever is torn or mixed shows. */
static int write_records(const void *argument)
{
    const int *writer = argument;
    char text[COOP_LOG_BYTES + 1];
    for (int i = 0; i < RECORDS; i++) {
        int length = snprintf(text, sizeof text, "%d:%d:", *writer, i);
        size_t bytes = 20 + (size_t)(i * 7 % 90);
        memset(text + length, 'a' + *writer, bytes - (size_t)length);
        text[bytes] = '\0';
        while (coop_log("%s", text) < 0) {
            atomic_fetch_add(&refused, 1);
            (void)coop_sleep_ms(1);
        }
    }
    return 0;
}
COOP_PROCESS(writer, write_records, .instances = WRITERS);

static int start_writers(const void *argument)
{
    (void)argument;
    struct coop_handle handles[WRITERS];
    for (int i = 0; i < WRITERS; i++)
        if (coop_start(&writer, &i, sizeof i, &handles[i]) < 0)
            return 1;
    for (int i = 0; i < WRITERS; i++)
        if (coop_join(handles[i], DEADLINE_MS, NULL) < 0)
            return 2;
    while (coop_log("refused %d", atomic_load(&refused)) < 0) { /* the writers' last records may still fill it */
        atomic_fetch_add(&refused, 1);
        (void)coop_sleep_ms(1);
    }
    return 0;
}
COOP_PROCESS(root_writes, start_writers);

static void check_record(const char *line, int next[WRITERS])
{
    int from, number, length = 0;
    assert_int_equal(sscanf(line, "writer: %d:%d:%n", &from, &number, &length), 2);
    assert_in_range(from, 0, WRITERS - 1);
    assert_int_equal(number, next[from]++);
    size_t bytes = strlen("writer: ") + 20 + (size_t)(number * 7 % 90);
    assert_int_equal(strlen(line), bytes);
    for (size_t i = (size_t)length; i < bytes; i++)
        assert_int_equal(line[i], 'a' + from);
}

static void test_records_are_whole(void **state)
{
    (void)state;
    int next[WRITERS] = {0}, dropped = 0, told = -1, once;
    char *rest = NULL;
    static char log[sizeof s.log];
    assert_int_equal(system_run(&s, &root_writes, NULL), 0);
    assert_true(s.bytes < sizeof s.log - 1); /* all of it */
    memcpy(log, s.log, sizeof log);
    for (char *line = strtok_r(log, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        if (sscanf(line, "coop: %d log records were dropped", &once) == 1)
            dropped += once;
        else if (strncmp(line, "root_writes: ", 13) == 0)
            assert_int_equal(sscanf(line, "root_writes: refused %d", &told), 1);
        else
            check_record(line, next);
    }
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(next[i], RECORDS);
    assert_int_equal(dropped, told);
}

/* A record that was accepted comes out though its process dies at once. */
static int log_and_die(const void *argument)
{
    const int *number = argument;
    int error = coop_log("last words %d", *number);
    raise(SIGKILL);
    return error;
}
COOP_PROCESS(dying, log_and_die);

static int start_dying(const void *argument)
{
    (void)argument;
    struct coop_handle handle;
    for (int i = 0; i < 20; i++)
        if (coop_start(&dying, &i, sizeof i, &handle) < 0 || coop_join(handle, DEADLINE_MS, NULL) < 0)
            return 1;
    coop_log("%0300d\n", 5);
    coop_log("ends with line feeds\n\n");
    coop_log("%s", "");
    return 0;
}
COOP_PROCESS(root_of_dying, start_dying);

static void test_last_words(void **state)
{
    (void)state;
    char text[COOP_LOG_BYTES + 40];
    assert_int_equal(system_run(&s, &root_of_dying, NULL), 0);
    assert_int_equal(system_says(&s, "dying: last words "), 20);
    snprintf(text, sizeof text, "root_of_dying: %0*d\n", COOP_LOG_BYTES, 0);
    assert_int_equal(system_says(&s, text), 1); /* cut */
    assert_int_equal(system_says(&s, "root_of_dying: ends with line feeds\nroot_of_dying: \n"), 1);
}

/* What a process says comes before what is said of its end, though the supervisor learns of all of it at once. */
enum { LAST_RECORDS = 12 };

static void wait_for(pid_t pid, char wanted)
{
    for (char state = '?'; state != wanted && state != '\0'; state = proc_state(pid))
        sched_yield();
}

static int log_to_the_stopped(const void *argument)
{
    (void)argument;
    pid_t supervisor = getppid(), self = getpid();
    wait_for(supervisor, 'S'); /* it has begun to listen */
    if (kill(supervisor, SIGSTOP) < 0)
        return 1;
    for (int i = 0; i < LAST_RECORDS; i++)
        coop_log("record %d", i);
    if (fork() != 0)
        raise(SIGKILL);
    wait_for(self, 'Z');
    kill(supervisor, SIGCONT);
    _exit(0);
}
COOP_PROCESS(last, log_to_the_stopped);

static void test_obituary_comes_last(void **state)
{
    (void)state;
    char text[40];
    assert_int_equal(system_run(&s, &last, NULL), 128 + SIGKILL);
    const char *end = strstr(s.log, "coop: last[0] was killed by signal 9");
    assert_non_null(end);
    for (int i = 0; i < LAST_RECORDS; i++) {
        snprintf(text, sizeof text, "last: record %d\n", i);
        const char *record = strstr(s.log, text);
        assert_non_null(record);
        assert_true(record < end);
    }
}

/* Nobody reads: nothing waits for that, and what was lost is counted, as soon as somebody reads again. */
enum { FLOOD = 3000 };

static int flood(const void *argument)
{
    (void)argument;
    char text[] = "a line that a process writes by itself, into the same pipe\n";
    int accepted = 0;
    for (int i = 0; i < FLOOD; i++) {
        accepted += coop_log("%0100d", i) == 0;
        if (i % 100 == 0)
            (void)coop_sleep_ms(1);
    }
    fcntl(STDERR_FILENO, F_SETFL, O_NONBLOCK);
    while (write(STDERR_FILENO, text, sizeof text - 1) > 0)
        continue;
    fcntl(STDERR_FILENO, F_SETFL, 0);
    coop_log("nobody hears this");
    char byte;
    if (coop_stream_write(COOP_STDOUT, "full\n", 5, COOP_FOREVER) != 5 ||
        coop_stream_read(COOP_STDIN, &byte, 1, DEADLINE_MS) != 1)
        return 1;
    coop_log("accepted %d", accepted);
    return 14;
}
COOP_PROCESS(root_floods, flood);

static int answers[2], questions[2];
static void connect_streams(void)
{
    dup2(questions[0], STDIN_FILENO);
    dup2(answers[1], STDOUT_FILENO);
    close(questions[1]);
    close(answers[0]);
}

static void test_nobody_reads(void **state)
{
    (void)state;
    char text[16];
    assert_int_equal(pipe2(questions, O_CLOEXEC) + pipe2(answers, O_CLOEXEC), 0);
    system_begin(&s, &root_floods, connect_streams);
    close(questions[0]);
    close(answers[1]);
    assert_int_equal(read(answers[0], text, sizeof text), 5); /* it went on to here, though nobody has read its log */
    system_expect(&s, "\n", 300);
    assert_int_equal(write(questions[1], "x", 1), 1);
    assert_int_equal(system_end(&s), 14);
    assert_true(system_says(&s, " log records were dropped\n") >= 1);
    close(questions[1]);
    close(answers[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_are_whole),
        cmocka_unit_test(test_last_words),
        cmocka_unit_test(test_obituary_comes_last),
        cmocka_unit_test(test_nobody_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
