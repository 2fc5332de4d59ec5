/* capture_check REFERENCE.csv|- [CAPTURE] < OUTPUT
 *
 * Judges what a tracker printed. Its positions must follow gpsd's reference (capture.h says how); with `-`, there is none.
 * With CAPTURE, the lines must moreover be exactly those that the capture's sentences give, each once, in order, byte for byte.
 * Lines of other classes than TPV are passed over; anything that is no JSON object is an error.
 * Ends with 0 if all is right, 1 with a message if not, 2 if it could not be judged.
 */
#include "capture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct check {
    struct walk walk;
    const char *expected; /* what is left of it, or a null pointer */
    size_t objects;
    size_t others;
};

static bool check_position(struct check *check, const char *line, size_t length, struct position position)
{
    if (!check->walk.reference || walk_next(&check->walk, position))
        return true;
    printf("object %zu: its position is %s the reference (which was followed up to line %zu): %.*s\n", check->objects,
           reference_has(check->walk.reference, position) ? "out of order in" : "not in", check->walk.furthest + 1,
           (int)length, line);
    return false;
}

static bool check_text(struct check *check, const char *line, size_t length)
{
    size_t expected_length;

    if (!check->expected)
        return true;
    expected_length = strcspn(check->expected, "\n");
    if (expected_length != length || memcmp(check->expected, line, length) != 0) {
        printf("object %zu: expected %.*s\n  but got %.*s\n", check->objects,
               expected_length ? (int)expected_length : (int)strlen("no more objects"),
               expected_length ? check->expected : "no more objects", (int)length, line);
        return false;
    }
    check->expected += expected_length + 1;
    return true;
}

static bool check_line(struct check *check, const char *line, size_t length)
{
    struct position position;

    if (length > 0 && line[0] == '{' && line[length - 1] == '}' && strncmp(line, "{\"class\":\"TPV\"", 14) != 0) {
        check->others++;
        return true;
    }
    check->objects++;
    if (!report_position(line, length, &position)) {
        printf("object %zu is torn, or none: %.*s\n", check->objects, (int)length, line);
        return false;
    }
    return check_text(check, line, length) && check_position(check, line, length, position);
}

static bool check_end(const struct check *check)
{
    if (check->expected && *check->expected != '\0') {
        printf("objects are missing after object %zu, first: %.*s\n", check->objects,
               (int)strcspn(check->expected, "\n"), check->expected);
        return false;
    }
    if (check->walk.reference && !walk_is_complete(&check->walk)) {
        printf("the reference was followed up to line %zu only, of %zu, by %zu objects\n", check->walk.furthest + 1,
               check->walk.reference->count + 1, check->objects);
        return false;
    }
    printf("%zu objects are right, %zu lines of other classes\n", check->objects, check->others);
    return true;
}

static bool check_output(struct check *check, const char *output, size_t count)
{
    size_t length;

    for (const char *line = output; line < output + count; line += length + 1) {
        const char *end = memchr(line, '\n', (size_t)(output + count - line));

        length = end ? (size_t)(end - line) : (size_t)(output + count - line);
        if (!end) {
            printf("the last line has no end: %s\n", line);
            return false;
        }
        if (length > 0 && line[length - 1] == '\r') {
            printf("a line ends in a carriage return: %.*s\n", (int)length - 1, line);
            return false;
        }
        if (!check_line(check, line, length))
            return false;
    }
    return check_end(check);
}

int main(int argc, char **argv)
{
    struct reference reference = {0};
    struct capture capture = {0};
    struct check check = {0};
    size_t count;
    char *bytes;
    bool is_right;

    if (argc < 2 || argc > 3) {
        fputs("usage: capture_check REFERENCE.csv|- [CAPTURE] < OUTPUT\n", stderr);
        return 2;
    }
    if (strcmp(argv[1], "-") != 0) {
        if (!reference_read(argv[1], &reference))
            return 2;
        walk_start(&check.walk, &reference);
    }
    if (argc == 3) {
        bytes = file_read(argv[2], &count);
        if (!bytes)
            return 2;
        capture_decode(&capture, bytes, count, count);
        check.expected = capture.reports;
        free(bytes);
    }
    bytes = file_read("-", &count);
    is_right = check_output(&check, bytes, count);
    free(bytes);
    walk_free(&check.walk);
    reference_free(&reference);
    capture_free(&capture);
    return is_right ? 0 : 1;
}
