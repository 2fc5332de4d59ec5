/* Streams on Linux: pipes, files, terminals; their waits end when the process is asked to stop. */
#include "real.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

enum { READ, WRITE };

COOP_SHARED(char, path[100]);
COOP_SHARED(_Atomic int, reached);

static int set_up(void **state)
{
    (void)state;
    atomic_store(&reached, 0);
    snprintf(path, sizeof path, "/tmp/coop-test-stream-%d", (int)getpid());
    unlink(path);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    return 0;
}

static void write_file(const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static void test_file(void **state)
{
    (void)state;
    char buffer[8];
    write_file("hello, world");
    int stream = coop_stream_open(path, 9600); /* a baud rate means nothing to a file */
    assert_true(stream > 2);
    assert_int_equal(coop_stream_read(stream, buffer, 5, 0), 5);
    assert_memory_equal(buffer, "hello", 5);
    assert_int_equal(coop_stream_read(stream, buffer, 8, COOP_FOREVER), 7);
    assert_memory_equal(buffer, ", world", 7);
    assert_int_equal(coop_stream_read(stream, buffer, 8, COOP_FOREVER), COOP_ECLOSED);
    assert_true(coop_stream_write(stream, "x", 1, 0) < 0); /* it is open for reading */
    close(stream);
    int error = coop_stream_read(stream, buffer, 1, COOP_FOREVER);
    assert_int_equal(error, COOP_EINVAL);
}

static void test_bad_input(void **state)
{
    (void)state;
    char byte;
    int error = coop_stream_open(NULL, 0);
    assert_int_equal(error, COOP_EINVAL);
    error = coop_stream_open("/nowhere/at/all", 0);
    assert_int_equal(error, COOP_ENOTFOUND);
    error = coop_stream_open("", 0);
    assert_int_equal(error, COOP_ENOTFOUND);
    error = coop_stream_open("/tmp", 0);
    assert_int_equal(error, COOP_EINVAL);
    static const int streams[] = {-1, INT32_MIN, 9999, INT32_MAX};
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        assert_int_equal(coop_stream_read(streams[i], &byte, 1, COOP_FOREVER), COOP_EINVAL);
        assert_int_equal(coop_stream_write(streams[i], &byte, 1, COOP_FOREVER), COOP_EINVAL);
    }
    assert_int_equal(coop_stream_read(0, NULL, 1, 0), COOP_EINVAL);
    assert_int_equal(coop_stream_read(0, &byte, 0, 0), COOP_EINVAL);
    assert_int_equal(coop_stream_read(0, &byte, 1, -2), COOP_EINVAL);
    assert_int_equal(coop_stream_write(1, NULL, 1, 0), COOP_EINVAL);
    assert_int_equal(coop_stream_write(1, &byte, SIZE_MAX, 0), COOP_EINVAL);
    assert_int_equal(coop_stream_write(1, &byte, 0, 0), 0);
}

static void test_pipe(void **state)
{
    (void)state;
    int ends[2];
    static char large[300000], part[4096];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(coop_stream_read(ends[0], part, sizeof part, 0), COOP_EAGAIN);
    assert_int_equal(coop_stream_read(ends[0], part, sizeof part, 5), COOP_ETIMEDOUT);
    int put = coop_stream_write(ends[1], large, sizeof large, 5); /* more than a pipe takes: it tells how much went */
    assert_in_range(put, 4096, sizeof large - 1);
    assert_int_equal(coop_stream_write(ends[1], large, 1, 0), COOP_EAGAIN);
    assert_int_equal(coop_stream_write(ends[1], large, 1, 5), COOP_ETIMEDOUT);
    int got = 0, once;
    while ((once = coop_stream_read(ends[0], part, sizeof part, 0)) > 0)
        got += once;
    assert_int_equal(got, put);
    close(ends[0]);
    assert_int_equal(coop_stream_write(ends[1], large, 1, COOP_FOREVER), COOP_ECLOSED);
    close(ends[1]);
}

/* A terminal: what was asked of the line is set, and its hang-up is the end. */
static void test_terminal(void **state)
{
    (void)state;
    char buffer[8];
    struct termios mode;
    int line = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (line < 0 || grantpt(line) < 0 || unlockpt(line) < 0) {
        print_message("SKIPPED: no terminals here\n");
        skip();
    }
    snprintf(path, sizeof path, "%s", ptsname(line));
    int stream = coop_stream_open(path, 4800);
    assert_true(stream >= 0);
    assert_int_equal(tcgetattr(stream, &mode), 0);
    assert_int_equal(cfgetispeed(&mode), B4800);
    assert_int_equal(mode.c_lflag & (tcflag_t)(ICANON | ECHO | ISIG), 0);
    assert_int_equal(coop_stream_read(stream, buffer, sizeof buffer, 0), COOP_EAGAIN);
    assert_int_equal(write(line, "$\x03\r\x13", 4), 4); /* no byte means anything to the line itself */
    assert_int_equal(coop_stream_read(stream, buffer, 4, DEADLINE_MS), 4);
    assert_memory_equal(buffer, "$\x03\r\x13", 4);
    int error = coop_stream_open(path, 12345);
    assert_int_equal(error, COOP_EINVAL);
    close(line);
    assert_int_equal(coop_stream_read(stream, buffer, 1, DEADLINE_MS), COOP_ECLOSED);
    close(stream);
    path[0] = '\0';
}

/* Waits for what never comes; the answer is the error, made positive. */
static int wait_in(const void *argument)
{
    static char large[1 << 18]; /* more than a fifo holds */
    uint32_t what = real_number(argument);
    int reader = coop_stream_open(path, 0), writer = open(path, O_WRONLY | O_CLOEXEC);
    if (reader < 0)
        return 100;
    atomic_store(&reached, 1);
    if (what != WRITE)
        return -coop_stream_read(reader, large, 1, COOP_FOREVER);
    int put = coop_stream_write(writer, large, sizeof large, COOP_FOREVER); /* part of it went, which is told first */
    return put > 0 && put < (int)sizeof large ? -coop_stream_write(writer, large, 1, COOP_FOREVER) : 101;
}
COOP_PROCESS(waiter, wait_in, .grace_ms = DEADLINE_MS, .watchdog_ms = 50);

static void test_stopped(void **state)
{
    (void)state;
    assert_int_equal(mkfifo(path, 0600), 0);
    for (uint32_t what = READ; what <= WRITE; what++)
        for (int attempt = 0; attempt < 20; attempt++) { /* before, while and after it comes to its wait */
            atomic_store(&reached, 0);
            struct coop_handle handle = real_start(&waiter, what);
            if (attempt % 4 > 0)
                EVENTUALLY(atomic_load(&reached) == 1);
            if (attempt % 4 > 1)
                (void)coop_sleep_ms(attempt % 4);
            assert_int_equal(coop_terminate(handle), 0);
            struct coop_end end = join(handle);
            assert_int_equal(end.cause, COOP_CANCELLED);
            assert_int_equal(end.code, -COOP_ESTOPPING);
        }
}

static void test_waiting_is_no_running(void **state)
{
    (void)state;
    assert_int_equal(mkfifo(path, 0600), 0);
    struct coop_handle handle = real_start(&waiter, READ);
    assert_int_equal(coop_join(handle, 200, NULL), COOP_ETIMEDOUT);
    assert_int_equal(coop_kill(handle), 0);
    join(handle);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(test_file, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_bad_input, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_pipe, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_terminal, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_stopped, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_waiting_is_no_running, set_up, tear_down),
};
REAL_TESTS(tests)
