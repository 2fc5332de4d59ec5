/* The supervisor's log: standard error, which it never waits for. */
#include "linux.h"

#include <poll.h>
#include <sys/time.h>
#include <unistd.h>

enum { BLOCKED_US = 10000 };

bool port_log(const char *text, size_t bytes)
{
    /* A pipe that is ready takes PIPE_BUF bytes whole; a record is shorter. */
    struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};
    if (poll(&out, 1, 0) != 1 || (out.revents & POLLOUT) == 0)
        return false;
    /* Others write there too, and may have filled it meanwhile: then a timer ends the wait. It goes on ticking, lest its
     * first tick comes too early. */
    const struct itimerval tick = {{0, BLOCKED_US}, {0, BLOCKED_US}}, off = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &tick, NULL);
    ssize_t written = write(STDERR_FILENO, text, bytes);
    setitimer(ITIMER_REAL, &off, NULL);
    return written == (ssize_t)bytes;
}
