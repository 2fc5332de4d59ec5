/*
 * qsort and bsearch. Those of the C library as Debian builds it use r9, by which the function that they call back finds its
 * variables. This file, like the rest of the library, is compiled to leave r9 alone.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

/* Items are bytes to it. */
struct items {
    char *first;
    size_t bytes; /* of one */
    int (*compare)(const void *, const void *);
};

static bool is_less(const struct items *items, size_t a, size_t b)
{
    return items->compare(items->first + a * items->bytes, items->first + b * items->bytes) < 0;
}

static void swap(const struct items *items, size_t a, size_t b)
{
    char *left = items->first + a * items->bytes, *right = items->first + b * items->bytes;
    for (size_t i = 0; i < items->bytes; i++) {
        char byte = left[i];
        left[i] = right[i];
        right[i] = byte;
    }
}

/* The item at `top` sinks until none below it is greater: below i are 2i + 1 and 2i + 2. */
static void sink(const struct items *items, size_t top, size_t count)
{
    for (size_t child; (child = 2 * top + 1) < count; top = child) {
        if (child + 1 < count && is_less(items, child, child + 1))
            child++;
        if (!is_less(items, top, child))
            break;
        swap(items, top, child);
    }
}

/* Heapsort: no recursion, so that small stacks suffice, and never slower than n log n. */
void qsort(void *first, size_t count, size_t bytes, int (*compare)(const void *, const void *))
{
    struct items items = {first, bytes, compare};
    for (size_t top = count / 2; top-- > 0;)
        sink(&items, top, count);
    while (count > 1) {
        swap(&items, 0, --count);
        sink(&items, 0, count);
    }
}

void *bsearch(const void *key, const void *first, size_t count, size_t bytes,
              int (*compare)(const void *, const void *))
{
    const char *low = first;
    while (count > 0) {
        const char *middle = low + count / 2 * bytes;
        int order = compare(key, middle);
        if (order == 0)
            return (void *)(size_t)middle;
        if (order > 0)
            low = middle + bytes;
        count = order > 0 ? count - count / 2 - 1 : count / 2;
    }
    return NULL;
}
