#include <coop/stream.h>

#include "port.h"

int coop_stream_open(const char *path, unsigned baud)
{
    return path != NULL ? port_stream_open(path, baud) : COOP_EINVAL;
}

int coop_stream_read(int stream, void *buffer, size_t bytes, int timeout_ms)
{
    if (buffer == NULL || bytes == 0 || timeout_ms < COOP_FOREVER)
        return COOP_EINVAL;
    return port_stream_read(stream, buffer, bytes, timeout_ms);
}

int coop_stream_write(int stream, const void *buffer, size_t bytes, int timeout_ms)
{
    if (buffer == NULL || bytes > INT32_MAX || timeout_ms < COOP_FOREVER)
        return COOP_EINVAL;
    return bytes == 0 ? 0 : port_stream_write(stream, buffer, bytes, timeout_ms);
}
