/* generate [SECONDS]: writes the capture that comes with the tracker, made up, the same at each run.
 *
 * A receiver on a car that laps an oval across the prime meridian at Greenwich: each second an RMC, a GGA, a GLL and
 * two GSV, without a fix in the first seconds, among them what a bad cable adds: noise, torn and overlong lines,
 * damaged checksums. A program of the build machine, of this file only.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECONDS_DEFAULT 120
#define SECONDS_MAX     50000 /* the drive ends on the day on which it starts */
#define START_SECOND    (8 * 3600)
#define DATE            "290326"
#define ACQUIRING_S     5 /* until the first fix */

#define CENTRE_NORTH_NANODEG INT64_C(51478000000)
#define CENTRE_EAST_NANODEG  INT64_C(0)
#define ALTITUDE_MM          46000

#define LEG_S           60 /* a lap is two legs and two half-circles, of 60 s each */
#define TURN_MILLIDEG_S 3000
#define COS_TURN        INT64_C(268067575)
#define SIN_TURN        INT64_C(14048826)
#define ONE             (INT64_C(1) << 28) /* fixed point */
#define LEG_MM_S        25000
#define TURN_MM_S       15000

struct car {
    int64_t north_mm; /* from the centre */
    int64_t east_mm;
    int64_t north; /* direction, fixed point */
    int64_t east;
    int track_millideg;
    int speed_mm_s;
};

static unsigned sentences;

static void put_noise(unsigned seed)
{
    for (int i = 0; i < 24; i++) {
        seed = seed * 1103515245u + 12345u;
        putchar((int)(seed >> 16 & 0xff));
    }
}

/* Writes the sentence with `$`, checksum and line end; every now and then, what is wrong with it is chosen by its
 * number. */
__attribute__((format(printf, 1, 2))) static void put_sentence(const char *format, ...)
{
    char text[128];
    unsigned char sum = 0;
    unsigned number = sentences++;
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    for (const char *c = text; *c; c++)
        sum ^= (unsigned char)*c;
    if (number % 53 == 31)
        put_noise(number);
    if (number % 211 == 101)
        printf("$GPTXT,01,01,02,%0200d*00\r\n", 0);
    if (number % 37 == 23)
        printf("$%.*s", (int)strlen(text) / 2, text);
    else if (number % 29 == 17)
        printf("$%s*%02X\r\n", text, sum ^ 0x11u);
    else
        printf("$%s*%02X\r\n", text, sum);
}

/* One second on. */
static void drive(struct car *car, long second)
{
    int64_t north = car->north;
    int64_t east = car->east;
    bool is_turning = second / LEG_S % 2 == 1;

    car->speed_mm_s = is_turning ? TURN_MM_S : LEG_MM_S;
    if (is_turning) {
        car->north = (north * COS_TURN - east * SIN_TURN) / ONE;
        car->east = (east * COS_TURN + north * SIN_TURN) / ONE;
        car->track_millideg = (car->track_millideg + TURN_MILLIDEG_S) % 360000;
    }
    car->north_mm += car->north * car->speed_mm_s / ONE;
    car->east_mm += car->east * car->speed_mm_s / ONE;
}

/* "ddmm.mmmmm,N" or "dddmm.mmmmm,E" */
static void print_angle(char *to, size_t bytes, int64_t nanodeg, int degree_digits, const char *hemispheres)
{
    int64_t units = (nanodeg < 0 ? -nanodeg : nanodeg) * 6 / 1000; /* 0.00001 minute */
    long degrees = (long)(units / 6000000);
    long minutes = (long)(units % 6000000);

    snprintf(to, bytes, "%0*ld%02ld.%05ld,%c", degree_digits, degrees, minutes / 100000, minutes % 100000,
             hemispheres[nanodeg < 0]);
}

static void print_position(char *to, size_t bytes, const struct car *car)
{
    char latitude[32];
    char longitude[32];

    /* A degree is 111253 m to the north and 69450 m to the east here. */
    print_angle(latitude, sizeof(latitude), CENTRE_NORTH_NANODEG + car->north_mm * 1000000 / 111253, 2, "NS");
    print_angle(longitude, sizeof(longitude), CENTRE_EAST_NANODEG + car->east_mm * 1000000 / 69450, 3, "EW");
    snprintf(to, bytes, "%s,%s", latitude, longitude);
}

static void put_satellites(long second)
{
    static const int elevations[] = {12, 67, 33, 48, 5, 71, 25, 54};

    for (int message = 0; message < 2; message++) {
        char text[96] = "";

        for (int i = message * 4; i < message * 4 + 4; i++) {
            size_t length = strlen(text);

            snprintf(text + length, sizeof(text) - length, ",%02d,%02d,%03d,%02ld", 3 * i + 2, elevations[i],
                     (i * 83 + 20) % 360, 30 + (second + i * 7) % 17);
        }
        put_sentence("GPGSV,2,%d,08%s", message + 1, text);
    }
}

static void put_second(const struct car *car, long second)
{
    long at = START_SECOND + second;
    int milliknots = (int)((int64_t)car->speed_mm_s * 3600 / 1852);
    int altitude_mm = ALTITUDE_MM + (int)(second % 40) * 100;
    char position[72];
    char time[48];

    snprintf(time, sizeof(time), "%02ld%02ld%02ld.00", at / 3600, at / 60 % 60, at % 60);
    print_position(position, sizeof(position), car);
    if (second < ACQUIRING_S) {
        put_sentence("GPRMC,%s,V,,,,,,,%s,,,N", time, DATE);
        put_sentence("GPGGA,%s,,,,,0,00,99.9,,,,,,", time);
        put_sentence("GPGLL,,,,,%s,V,N", time);
    } else {
        put_sentence("GPRMC,%s,A,%s,%d.%03d,%d.%03d,%s,,,A", time, position, milliknots / 1000, milliknots % 1000,
                     car->track_millideg / 1000, car->track_millideg % 1000, DATE);
        put_sentence("GPGGA,%s,%s,1,08,1.1,%d.%03d,M,45.4,M,,", time, position, altitude_mm / 1000, altitude_mm % 1000);
        put_sentence("GPGLL,%s,%s,A,A", position, time);
    }
    put_satellites(second);
}

int main(int argc, char **argv)
{
    struct car car = {.north_mm = 286000, .east_mm = -750000, .east = ONE, .track_millideg = 90000};
    char *end = "";
    long seconds = argc > 1 ? strtol(argv[1], &end, 10) : SECONDS_DEFAULT;

    if (argc > 2 || *end != '\0' || seconds < 1 || seconds > SECONDS_MAX) {
        fprintf(stderr, "usage: generate [SECONDS]: 1 to %d, default %d\n", SECONDS_MAX, SECONDS_DEFAULT);
        return 2;
    }
    for (long second = 0; second < seconds; second++) {
        put_second(&car, second);
        drive(&car, second);
    }
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
