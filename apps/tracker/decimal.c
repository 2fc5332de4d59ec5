#include "decimal.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool decimal_parse(const char *text, size_t length, unsigned places, int64_t *value)
{
    size_t at = 0;
    size_t digits = 0;
    int64_t sum = 0;
    bool negative = length > 0 && text[0] == '-';

    if (length > 0 && (text[0] == '-' || text[0] == '+'))
        at++;
    for (; at < length && is_digit(text[at]); at++, digits++) {
        if (digits == DECIMAL_WHOLE_DIGITS)
            return false;
        sum = sum * 10 + (text[at] - '0');
    }
    if (at < length && text[at] == '.') {
        for (at++; at < length && is_digit(text[at]); at++, digits++) {
            if (places == 0)
                continue;
            sum = sum * 10 + (text[at] - '0');
            places--;
        }
    }
    if (at < length || digits == 0)
        return false;
    for (; places > 0; places--)
        sum *= 10;
    *value = negative ? -sum : sum;
    return true;
}

size_t decimal_print(char *text, int64_t value, unsigned places)
{
    char backwards[DECIMAL_PRINTED_BYTES];
    size_t count = 0;
    size_t length = 0;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    for (unsigned printed = 0; printed <= places || rest > 0; printed++) {
        if (printed == places && places > 0)
            backwards[count++] = '.';
        backwards[count++] = (char)('0' + rest % 10);
        rest /= 10;
    }
    if (value < 0)
        backwards[count++] = '-';
    while (count > 0)
        text[length++] = backwards[--count];
    return length;
}
