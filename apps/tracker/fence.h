/* A circle on the map, and whether the receiver is inside.
 *
 * Distances are computed in integers, so that a fix at the edge is judged alike on every machine, on the plane that
 * touches the WGS84 ellipsoid at the middle latitude. Against the geodesic, the error is at most 0.01 % + 10 mm up to
 * 100 km between 70 degrees south and north (tests/test_fence.c); it grows with the square of the distance, to 2 % at
 * 2,000 km, and towards the poles. Far away distances are only good for "far away".
 *
 * Whoever stands at the edge must not set off an alert with each fix: inside begins at the radius, outside
 * FENCE_MARGIN_MM beyond it. A fence starts as outside, so that a first fix inside is an entry.
 *
 * All functions are pure but for their fence, allocate nothing, never block, and may be called from anywhere.
 *
 *     struct fence fence;
 *     if (fence_parse("51.5,-0.12,250", &fence) && fence_update(&fence, &fix) == FENCE_ENTER)
 *         open_gate();
 */
#ifndef TRACKER_FENCE_H
#define TRACKER_FENCE_H

#include "nmea.h"

#include <stdbool.h>
#include <stdint.h>

#define FENCE_MARGIN_MM 10000

enum fence_event { FENCE_NOTHING, FENCE_ENTER, FENCE_LEAVE };

struct fence {
    int64_t latitude_nanodeg;
    int64_t longitude_nanodeg;
    int64_t radius_mm;
    bool is_inside; /* as of the last fix */
};

/* Reads "LAT,LON,RADIUS_M": degrees, north and east positive, and metres, as decimal fractions.
 * Returns true and sets `*fence`, outside; false if the text is anything else, the position is none on Earth, or the
 * radius is not above 0 and at most 1,000,000 m.
 */
bool fence_parse(const char *text, struct fence *fence);

/* The distance between the fence's centre and the fix, which must be on Earth, in millimetres, 0 or more. */
int64_t fence_distance_mm(const struct fence *fence, const struct fix *fix);

/* Notes where the fix lies; one that is not on Earth (from a parser that went wild) is ignored.
 * Returns whether the fence was crossed since the last one.
 */
enum fence_event fence_update(struct fence *fence, const struct fix *fix);

#endif
