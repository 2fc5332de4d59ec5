/*
 * Bytes in and out of the system: standard input and output, and on Linux a file or serial device. On a board both
 * standard streams are the console. A wait for bytes is a wait like any other: it ends when the process is asked to stop.
 * Not from an interrupt handler.
 *
 *     char line[80];
 *     int bytes = coop_stream_read(COOP_STDIN, line, sizeof line, COOP_FOREVER);
 */
#ifndef COOP_STREAM_H
#define COOP_STREAM_H

#include <coop/object.h>

enum { COOP_STDIN = 0, COOP_STDOUT = 1 };

/*
 * Opens the file or device `path` for reading. A terminal (serial device) is set to raw mode at `baud` bits a second,
 * or left as it is when `baud` is 0. Returns a stream; COOP_ENOTFOUND, COOP_EPERM, COOP_EINVAL (a baud rate that the
 * device doesn't have), COOP_EIO, COOP_EUNSUPPORTED (a board has no files). The stream belongs to this process.
 */
COOP_RESULT int coop_stream_open(const char *path, unsigned baud);

/*
 * Reads up to `bytes` bytes, waiting up to timeout_ms for the first. Returns how many were read (1 and up); COOP_ECLOSED at
 * the end of the file; COOP_EAGAIN (timeout 0), COOP_ETIMEDOUT, COOP_ESTOPPING, COOP_EINVAL (no such stream, 0 bytes), COOP_EIO.
 */
COOP_RESULT int coop_stream_read(int stream, void *buffer, size_t bytes, int timeout_ms);

/*
 * Writes all of `bytes` bytes, waiting up to timeout_ms for room. Returns how many were written, which is fewer only
 * when the timeout passed or the process is asked to stop after some were written; COOP_EAGAIN (timeout 0),
 * COOP_ETIMEDOUT, COOP_ESTOPPING, COOP_ECLOSED (nobody reads any more), COOP_EINVAL (no such stream, more than INT32_MAX
 * bytes), COOP_EIO. A process that is killed meanwhile may leave the beginning of it, also in a file.
 */
COOP_RESULT int coop_stream_write(int stream, const void *buffer, size_t bytes, int timeout_ms);

#endif
