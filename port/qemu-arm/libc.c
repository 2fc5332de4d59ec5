/*
 * What the C library asks of a system. Standard output is the console, line by line; a process's line is its own, so the
 * streams themselves, which all share, are constant. There are no files.
 */
#include <coop/stream.h>

#include "console.h"
#include "kernel.h"
#include "semihost.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

enum { LINE_BYTES = 80 };

/* Thread-local variables are the image's, wherever the C library calls this from: see __aeabi_read_tp. */
static _Thread_local char line[LINE_BYTES];
static _Thread_local unsigned filled;

static int flush(FILE *stream)
{
    (void)stream;
    unsigned bytes = filled;
    filled = 0;
    return bytes == 0 || port_stream_write(COOP_STDOUT, line, bytes, COOP_FOREVER) == (int)bytes ? 0 : EOF;
}

static int put(char byte, FILE *stream)
{
    line[filled++] = byte;
    if ((byte == '\n' || filled == LINE_BYTES) && flush(stream) != 0)
        return EOF;
    return (unsigned char)byte;
}

static const FILE output = FDEV_SETUP_STREAM(put, NULL, flush, _FDEV_SETUP_WRITE);
FILE *const stdout = (FILE *)&output;
FILE *const stderr = (FILE *)&output;
FILE *const stdin = (FILE *)&output;

/* NULL stands for all streams, of which there is one. */
int fflush(FILE *stream)
{
    return stream == NULL || stream == stdout ? flush(stdout) : 0;
}

void exit(int status)
{
    (void)fflush(NULL);
    _exit(status);
}

/* Where exit() ends, in the first thread or in a process. */
void _exit(int status)
{
    if (port_self() != 0)
        port_exit(status);
    console_flush();
    semihost_exit(status);
    for (;;)
        __asm__ volatile("wfi");
}

/* abort() and assert(): a process ends as by a signal. */
int kill(pid_t pid, int signal)
{
    (void)pid;
    if (port_self() == 0)
        _exit(128 + signal);
    return system_call(CALL_EXIT, 0, (uintptr_t)signal, 0, 0);
}

pid_t getpid(void)
{
    return (pid_t)port_self();
}

int open(const char *path, int flags, ...)
{
    (void)path, (void)flags;
    errno = ENOENT;
    return -1;
}

int close(int file)
{
    (void)file;
    errno = EBADF;
    return -1;
}

ssize_t read(int file, void *buffer, size_t bytes)
{
    (void)buffer, (void)bytes;
    return close(file);
}

ssize_t write(int file, const void *buffer, size_t bytes)
{
    (void)buffer, (void)bytes;
    return close(file);
}

off_t lseek(int file, off_t offset, int whence)
{
    (void)offset, (void)whence;
    return close(file);
}

/* There is no environment. */
char *getenv(const char *name)
{
    (void)name;
    return NULL;
}
