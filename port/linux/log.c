/* The supervisor's log: standard error, which it never waits for. */
#include "linux.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

bool port_log(const char *text, size_t bytes)
{
    /* A pipe that is ready takes PIPE_BUF bytes whole; a record is shorter. */
    struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};
    if (poll(&out, 1, 0) != 1 || (out.revents & POLLOUT) == 0)
        return false;
    ssize_t written;
    do
        written = write(STDERR_FILENO, text, bytes);
    while (written < 0 && errno == EINTR);
    return written == (ssize_t)bytes;
}
