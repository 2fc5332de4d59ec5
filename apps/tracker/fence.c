#include "fence.h"

#include "decimal.h"

#include <stddef.h>
#include <string.h>

#define NANO          INT64_C(1000000000)
#define ONE           (INT64_C(1) << 28) /* fixed point: 28 bits after the point */
#define RADIUS_MAX_MM INT64_C(1000000000)

static bool is_on_earth(int64_t latitude_nanodeg, int64_t longitude_nanodeg)
{
    return latitude_nanodeg >= -90 * NANO && latitude_nanodeg <= 90 * NANO && longitude_nanodeg >= -180 * NANO &&
           longitude_nanodeg <= 180 * NANO;
}

static int64_t magnitude(int64_t value)
{
    return value < 0 ? -value : value;
}

/* For -90 to 90 degrees, in fixed point. Taylor's series up to x^12, in Horner's form; the error is below 1e-7. */
static int64_t cosine(int64_t nanodeg)
{
    static const int64_t divisors[] = {132, 90, 56, 30, 12, 2};
    int64_t radians = nanodeg * 4685083 / NANO; /* pi / 180 in fixed point */
    int64_t square = radians * radians / ONE;
    int64_t sum = ONE;

    for (size_t i = 0; i < sizeof(divisors) / sizeof(divisors[0]); i++)
        sum = ONE - sum * square / ONE / divisors[i];
    return sum;
}

static int64_t scale(int64_t value, int64_t factor)
{
    return value * factor / ONE;
}

/* A degree of latitude is 111132.954 m - 559.822 m cos 2f on WGS84, f being the latitude. */
static int64_t mm_per_degree_north(int64_t cos_f)
{
    return 111132954 - scale(559822, 2 * scale(cos_f, cos_f) - ONE);
}

/* A degree of longitude is 111412.84 m cos f - 93.5 m cos 3f; cos 3f = 4 cos^3 f - 3 cos f. */
static int64_t mm_per_degree_east(int64_t cos_f)
{
    int64_t cos_3f = 4 * scale(cos_f, scale(cos_f, cos_f)) - 3 * cos_f;

    return scale(111412840, cos_f) - scale(93500, cos_3f);
}

/* In two steps: the product of all would exceed 64 bits. */
static int64_t to_mm(int64_t nanodeg, int64_t mm_per_degree)
{
    return nanodeg / NANO * mm_per_degree + nanodeg % NANO * mm_per_degree / NANO;
}

static uint64_t square_root(uint64_t value)
{
    uint64_t root = 0;

    for (uint64_t bit = UINT64_C(1) << 31; bit > 0; bit >>= 1)
        if ((root | bit) * (root | bit) <= value)
            root |= bit;
    return root;
}

static int64_t hypotenuse(int64_t a, int64_t b)
{
    uint64_t x = (uint64_t)magnitude(a);
    uint64_t y = (uint64_t)magnitude(b);
    unsigned shift = 0;

    /* Half the Earth's girth in mm has 35 bits; the squares' sum may have 64. */
    for (; x >> 31 || y >> 31; shift++) {
        x >>= 1;
        y >>= 1;
    }
    return (int64_t)(square_root(x * x + y * y) << shift);
}

int64_t fence_distance_mm(const struct fence *fence, const struct fix *fix)
{
    int64_t north = fix->latitude_nanodeg - fence->latitude_nanodeg;
    int64_t east = fix->longitude_nanodeg - fence->longitude_nanodeg;
    int64_t cos_f = cosine((fix->latitude_nanodeg + fence->latitude_nanodeg) / 2);

    if (east > 180 * NANO)
        east -= 360 * NANO;
    if (east < -180 * NANO)
        east += 360 * NANO;
    return hypotenuse(to_mm(north, mm_per_degree_north(cos_f)), to_mm(east, mm_per_degree_east(cos_f)));
}

enum fence_event fence_update(struct fence *fence, const struct fix *fix)
{
    int64_t margin_mm = fence->is_inside ? FENCE_MARGIN_MM : 0;
    bool is_inside;

    if (!is_on_earth(fix->latitude_nanodeg, fix->longitude_nanodeg))
        return FENCE_NOTHING;
    is_inside = fence_distance_mm(fence, fix) <= fence->radius_mm + margin_mm;
    if (is_inside == fence->is_inside)
        return FENCE_NOTHING;
    fence->is_inside = is_inside;
    return is_inside ? FENCE_ENTER : FENCE_LEAVE;
}

/* Reads up to the next comma or the end. Returns where the next number starts, or a null pointer. */
static const char *read_number(const char *text, unsigned places, int64_t *value)
{
    size_t length = strcspn(text, ",");

    if (!decimal_parse(text, length, places, value))
        return NULL;
    return text[length] == ',' ? text + length + 1 : text + length;
}

bool fence_parse(const char *text, struct fence *fence)
{
    struct fence read = {0};
    const char *longitude = read_number(text, 9, &read.latitude_nanodeg);
    const char *radius = longitude ? read_number(longitude, 9, &read.longitude_nanodeg) : NULL;
    const char *end = radius ? read_number(radius, 3, &read.radius_mm) : NULL;

    if (!end || *end != '\0' || end[-1] == ',')
        return false;
    if (!is_on_earth(read.latitude_nanodeg, read.longitude_nanodeg))
        return false;
    if (read.radius_mm <= 0 || read.radius_mm > RADIUS_MAX_MM)
        return false;
    *fence = read;
    return true;
}
