#include "splitter.h"

#include <stdbool.h>

enum splitter_state {
    STATE_BETWEEN, /* skips what belongs to no sentence; must be 0 */
    STATE_INSIDE,  /* collects a sentence */
};

static bool is_start(unsigned char byte)
{
    return byte == '$' || byte == '!';
}

static bool is_line_end(unsigned char byte)
{
    return byte == '\r' || byte == '\n';
}

static bool is_text(unsigned char byte)
{
    return byte >= 0x20 && byte < 0x7f;
}

static bool has_checksum(const struct splitter *splitter)
{
    return splitter->length >= 3 && splitter->text[splitter->length - 3] == '*';
}

static enum splitter_event finish(struct splitter *splitter, bool is_whole)
{
    splitter->state = STATE_BETWEEN;
    splitter->text[splitter->length] = '\0';
    return is_whole ? SPLITTER_SENTENCE : SPLITTER_TORN;
}

static size_t skip_to_start(struct splitter *splitter, const unsigned char *bytes, size_t count)
{
    size_t at = 0;

    while (at < count && !is_start(bytes[at]))
        at++;
    if (at == count)
        return at;
    splitter->state = STATE_INSIDE;
    splitter->text[0] = (char)bytes[at];
    splitter->length = 1;
    return at + 1;
}

enum splitter_event splitter_next(struct splitter *splitter, const void *bytes, size_t count, size_t *used)
{
    const unsigned char *next = bytes;
    size_t at = 0;

    if (splitter->state == STATE_BETWEEN)
        at = skip_to_start(splitter, next, count);
    for (; at < count; at++) {
        /* The byte that ends the sentence is left to the next call: it may start another one. */
        *used = at;
        if (is_line_end(next[at]))
            return finish(splitter, true);
        if (is_start(next[at]) || !is_text(next[at]))
            return finish(splitter, has_checksum(splitter));
        if (splitter->length == SENTENCE_BYTES - 1) {
            splitter->state = STATE_BETWEEN;
            return SPLITTER_OVERLONG;
        }
        splitter->text[splitter->length++] = (char)next[at];
    }
    *used = at;
    return SPLITTER_MORE;
}

enum splitter_event splitter_end(struct splitter *splitter)
{
    if (splitter->state == STATE_BETWEEN)
        return SPLITTER_MORE;
    return finish(splitter, has_checksum(splitter));
}
