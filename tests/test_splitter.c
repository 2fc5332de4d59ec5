#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "splitter.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Splits `input` in chunks and writes what happened: "[sentence]" for each, T for torn, O for overlong. */
static void split(const void *input, size_t count, size_t chunk, char *log)
{
    struct splitter splitter = {0};
    enum splitter_event event;
    size_t used;

    *log = '\0';
    for (size_t at = 0; at <= count; at += used) {
        if (at == count) {
            event = splitter_end(&splitter);
            used = 1;
        } else {
            event = splitter_next(&splitter, (const char *)input + at, count - at < chunk ? count - at : chunk, &used);
            assert_true(used <= count - at);
        }
        if (event == SPLITTER_SENTENCE)
            log += sprintf(log, "[%s]", splitter.text);
        else if (event != SPLITTER_MORE)
            log += sprintf(log, "%c", event == SPLITTER_TORN ? 'T' : 'O');
    }
    assert_int_equal(splitter_end(&splitter), SPLITTER_MORE);
}

static void gives_bytes(const void *input, size_t count, const char *expected)
{
    static const size_t chunks[] = {1, 2, 3, 7, 64, 100000};
    static char log[8192];

    for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
        split(input, count, chunks[i], log);
        assert_string_equal(log, expected);
    }
}

static void gives(const char *input, const char *expected)
{
    gives_bytes(input, strlen(input), expected);
}

static void finds_lines(void **state)
{
    (void)state;
    gives("", "");
    gives("$GPGLL,1*00\r\n$GPRMC,2*00\r\n", "[$GPGLL,1*00][$GPRMC,2*00]");
    gives("$A*00\n$B*00\r$C*00\n\n\r\n$D*00\n", "[$A*00][$B*00][$C*00][$D*00]");
    gives("!AIVDM,1*00\r\n$B\r\n", "[!AIVDM,1*00][$B]");
    gives("$\r\n", "[$]");
}

static void skips_what_is_between(void **state)
{
    (void)state;
    gives("# a comment\r\nnoise, 1*23\r\n$A*00\r\nmore", "[$A*00]");
    gives_bytes("\0\xff\xb5\x62$A*00\r\n\0\x80", 13, "[$A*00]");
}

static void a_start_in_a_line_starts_anew(void **state)
{
    (void)state;
    gives("$GPRMC,12$GPGLL,1*00\r\n", "T[$GPGLL,1*00]");
    gives("$GPRMC,12!AIVDM,1*00\r\n", "T[!AIVDM,1*00]");
    gives("$$$$A*00\r\n", "TTT[$A*00]");
}

static void binary_bytes_end_a_line(void **state)
{
    (void)state;
    gives_bytes("$GPRMC,12\0,5*33\r\n$A*00\r\n", 24, "T[$A*00]");
    gives("$GPRMC,12\x80,5*33\r\n$A*00\r\n", "T[$A*00]");
    gives("$GPRMC\t,5*33\r\n", "T");
}

static void a_lost_line_end_loses_no_sentence(void **state)
{
    (void)state;
    gives("$GPGLL,1*5A$GPRMC,2*00\r\n", "[$GPGLL,1*5A][$GPRMC,2*00]");
    gives("$GPGLL,1*5A\xb5\x62garbage\r\n", "[$GPGLL,1*5A]");
    gives("$GPGLL,1*5A", "[$GPGLL,1*5A]");
}

static void an_unfinished_end_is_torn(void **state)
{
    (void)state;
    gives("$GPGLL,1*5", "T");
    gives("$", "T");
    gives("$A*00\r\n$GPGLL,", "[$A*00]T");
}

static void make_line(char *line, size_t length)
{
    memset(line, 'x', length);
    line[0] = '$';
    line[length] = '\0';
}

static void length_is_limited(void **state)
{
    char input[1024];
    char expected[1024 + 3];

    (void)state;
    make_line(input, SENTENCE_BYTES - 1);
    sprintf(expected, "[%s]", input);
    strcat(input, "\r\n");
    gives(input, expected);

    make_line(input, SENTENCE_BYTES);
    strcat(input, "\r\n$A*00\r\n");
    gives(input, "O[$A*00]");

    make_line(input, 900);
    strcat(input, "$A*00\r\n");
    gives(input, "O[$A*00]");
}

static uint32_t next_random(uint32_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 17;
    *random ^= *random << 5;
    return *random;
}

/* Whatever comes: sentences keep their form, and what comes after noise is found. */
static void survives_noise(void **state)
{
    static const char alphabet[] = "$$!*\r\n\n,A1\x80";
    struct splitter splitter = {0};
    uint32_t random = 1;
    size_t sentences = 0;
    size_t used;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        size_t count = next_random(&random) % 200;
        char *bytes = malloc(count + 1); /* of its exact size, for the address sanitizer */

        for (size_t i = 0; i < count; i++) {
            uint32_t number = next_random(&random) >> 8;

            bytes[i] = round % 2 ? alphabet[number % sizeof(alphabet)] : (char)number;
        }
        for (size_t at = 0; at < count; at += used) {
            if (splitter_next(&splitter, bytes + at, count - at, &used) != SPLITTER_SENTENCE)
                continue;
            sentences++;
            assert_true(splitter.length < SENTENCE_BYTES && strlen(splitter.text) == splitter.length);
            assert_true(splitter.text[0] == '$' || splitter.text[0] == '!');
            assert_null(strpbrk(splitter.text + 1, "$!\r\n"));
        }
        free(bytes);
    }
    assert_true(sentences > 10000);
    splitter_next(&splitter, "\n$A*00\n", 7, &used);
    splitter_end(&splitter);
    assert_int_equal(splitter_next(&splitter, "$B*00\n", 6, &used), SPLITTER_SENTENCE);
    assert_string_equal(splitter.text, "$B*00");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_lines),
        cmocka_unit_test(skips_what_is_between),
        cmocka_unit_test(a_start_in_a_line_starts_anew),
        cmocka_unit_test(binary_bytes_end_a_line),
        cmocka_unit_test(a_lost_line_end_loses_no_sentence),
        cmocka_unit_test(an_unfinished_end_is_torn),
        cmocka_unit_test(length_is_limited),
        cmocka_unit_test(survives_noise),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
