/*
 * Streams are descriptors. A process waits in ppoll, where the supervisor's nudge, blocked everywhere else, can reach it: so
 * a request to stop is never missed between the look and the wait.
 */
#include "linux.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

static int error_of(int number)
{
    switch (number) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
    case ENOTDIR:
        return COOP_ENOTFOUND;
    case EACCES:
    case EPERM:
    case EROFS:
        return COOP_EPERM;
    case EBADF:
    case EINVAL:
    case EISDIR:
        return COOP_EINVAL;
    case EPIPE:
        return COOP_ECLOSED;
    case ENOMEM:
    case EMFILE:
    case ENFILE:
        return COOP_ENOMEM;
    default:
        return COOP_EIO;
    }
}

static speed_t speed_of(unsigned baud)
{
    static const struct {
        unsigned baud;
        speed_t speed;
    } speeds[] = {
        {1200, B1200},   {2400, B2400},   {4800, B4800},     {9600, B9600},     {19200, B19200},
        {38400, B38400}, {57600, B57600}, {115200, B115200}, {230400, B230400}, {460800, B460800},
    };
    for (size_t i = 0; i < sizeof speeds / sizeof *speeds; i++)
        if (speeds[i].baud == baud)
            return speeds[i].speed;
    return B0;
}

static int set_up_terminal(int fd, unsigned baud)
{
    struct termios mode;
    speed_t speed = speed_of(baud);
    if (speed == B0)
        return COOP_EINVAL;
    if (tcgetattr(fd, &mode) < 0)
        return error_of(errno);
    mode.c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    mode.c_oflag &= ~(tcflag_t)OPOST;
    mode.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    mode.c_cflag &= ~(tcflag_t)(CSIZE | PARENB);
    mode.c_cflag |= CS8 | CLOCAL | CREAD;
    mode.c_cc[VMIN] = 1;
    mode.c_cc[VTIME] = 0;
    if (cfsetispeed(&mode, speed) < 0 || cfsetospeed(&mode, speed) < 0 || tcsetattr(fd, TCSANOW, &mode) < 0)
        return error_of(errno);
    return 0;
}

int port_stream_open(const char *path, unsigned baud)
{
    struct stat status;
    /* Without O_NONBLOCK a modem line, or a fifo that nobody writes, would hold us here. */
    int fd = open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return error_of(errno);
    int error = fstat(fd, &status) == 0 && S_ISDIR(status.st_mode) ? COOP_EINVAL : 0;
    if (error == 0 && baud != 0 && isatty(fd))
        error = set_up_terminal(fd, baud);
    if (error == 0)
        return fd;
    close(fd);
    return error;
}

/* Waits until the descriptor is ready. 0, or an enum coop_error. */
static int wait_for(int fd, short events, const struct timespec *deadline, int timeout_ms)
{
    sigset_t none;
    if (fd < 0)
        return COOP_EINVAL; /* ppoll would wait for nothing, for long */
    sigemptyset(&none);
    for (;;) {
        struct pollfd poll = {.fd = fd, .events = events};
        struct timespec left = {0};
        bool stops = linux_is_stopping(); /* its nudge may have ended an earlier wait */
        if (timeout_ms > 0 && !stops) {
            uint64_t at_us = (uint64_t)deadline->tv_sec * 1000000 + (uint64_t)deadline->tv_nsec / 1000;
            uint64_t now_us = port_now_us();
            uint64_t left_us = at_us > now_us ? at_us - now_us : 0;
            left = (struct timespec){(time_t)(left_us / 1000000), (long)(left_us % 1000000 * 1000)};
        }
        linux_sleep_begins();
        int ready = ppoll(&poll, 1, timeout_ms == COOP_FOREVER && !stops ? NULL : &left, &none);
        linux_sleep_ends();
        if (ready > 0)
            return (poll.revents & POLLNVAL) != 0 ? COOP_EINVAL : 0;
        if (ready < 0 && errno != EINTR)
            return error_of(errno);
        if (linux_is_stopping())
            return COOP_ESTOPPING;
        if (ready == 0)
            return timeout_ms == 0 ? COOP_EAGAIN : COOP_ETIMEDOUT;
    }
}

static struct timespec begin(int timeout_ms)
{
    if (timeout_ms != 0)
        linux_check_in();
    return linux_deadline(timeout_ms > 0 ? (unsigned)timeout_ms : 0);
}

int port_stream_read(int stream, void *buffer, size_t bytes, int timeout_ms)
{
    struct timespec deadline = begin(timeout_ms);
    for (;;) {
        if (linux_is_stopping())
            return COOP_ESTOPPING;
        int error = wait_for(stream, POLLIN, &deadline, timeout_ms);
        if (error < 0)
            return error;
        ssize_t got = read(stream, buffer, bytes < INT_MAX ? bytes : INT_MAX);
        if (got > 0)
            return (int)got;
        if (got == 0 || errno == EIO) /* EIO: the terminal hung up */
            return COOP_ECLOSED;
        if (errno != EAGAIN && errno != EINTR)
            return error_of(errno);
    }
}

int port_stream_write(int stream, const void *buffer, size_t bytes, int timeout_ms)
{
    struct timespec deadline = begin(timeout_ms);
    size_t done = 0;
    while (done < bytes) {
        int error = wait_for(stream, POLLOUT, &deadline, timeout_ms);
        size_t chunk = bytes - done < PIPE_BUF ? bytes - done : PIPE_BUF; /* so much never blocks in a ready pipe */
        ssize_t put = error == 0 ? write(stream, (const char *)buffer + done, chunk) : 0;
        if (put < 0 && errno != EAGAIN && errno != EINTR)
            error = error_of(errno);
        if (error < 0)
            return done > 0 && error != COOP_ECLOSED && error != COOP_EIO ? (int)done : error;
        if (put > 0)
            done += (size_t)put;
    }
    return (int)done;
}
