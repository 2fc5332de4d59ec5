#include "options.h"

#include <stddef.h>
#include <string.h>

const char options_help[] = "usage: tracker [OPTION]... [DEVICE|FILE|-]\n"
                            "\n"
                            "Reads the NMEA 0183 sentences of a GPS receiver from a serial device, a file, or\n"
                            "standard input (-, or nothing), and prints one JSON object a line for each\n"
                            "sentence with a position (RMC, GGA, GLL): gpsd's TPV report. A summary goes to\n"
                            "standard error at the end.\n"
                            "\n"
                            "  --baud N                    the input is a serial device: set it to N bits/s\n"
                            "  --fence LAT,LON,RADIUS_M    print a FENCE object when the receiver enters or\n"
                            "                              leaves the circle (degrees and metres)\n"
                            "  --inject KIND@N             let the parser misbehave at the Nth sentence, once:\n"
                            "                              spin, hang, crash, overflow or exit\n"
                            "  --inject KIND@N!            ... whenever it gets that sentence\n"
                            "  --help                      print this\n";

/* Reads all of the text as a number from 1 to `most`. */
static bool read_number(const char *text, size_t length, uint32_t most, uint32_t *number)
{
    uint64_t value = 0;

    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = value * 10 + (uint64_t)(text[i] - '0');
        if (value > most)
            return false;
    }
    *number = (uint32_t)value;
    return value > 0;
}

static const char *set_baud(struct settings *settings, const char *text)
{
    return read_number(text, strlen(text), 10000000, &settings->baud) ? NULL : "this is no number of bits a second";
}

static const char *set_fence(struct settings *settings, const char *text)
{
    if (!fence_parse(text, &settings->fence))
        return "this is no LAT,LON,RADIUS_M on Earth, with a radius of up to 1,000 km";
    settings->has_fence = true;
    return NULL;
}

static const char *set_injection(struct settings *settings, const char *text)
{
    const char *at = strchr(text, '@');
    size_t digits;

    settings->injection.kind = at ? inject_kind(text, (size_t)(at - text)) : INJECT_NOTHING;
    if (settings->injection.kind == INJECT_NOTHING)
        return "this is no spin@N, hang@N, crash@N, overflow@N or exit@N";
    digits = strlen(at + 1);
    settings->injection.always = digits > 0 && at[digits] == '!';
    if (!read_number(at + 1, digits - settings->injection.always, UINT32_MAX, &settings->injection.number))
        return "what follows the @ is no number of a sentence: 1 and up, and perhaps a !";
    return NULL;
}

static const char *set_input(struct settings *settings, const char *text)
{
    size_t length = strlen(text);

    if (length == 0)
        return "this is no name of an input";
    if (length >= sizeof settings->input)
        return "the name is too long";
    if (strcmp(text, "-") != 0)
        memcpy(settings->input, text, length + 1);
    return NULL;
}

static const struct option {
    const char *name;
    const char *(*set)(struct settings *settings, const char *text); /* NULL, or what is wrong */
} options[] = {{"--baud", set_baud}, {"--fence", set_fence}, {"--inject", set_injection}};

/* Finds the option that the argument names. Sets `*value` to what follows a `=`, or to a null pointer. */
static const struct option *find(const char *argument, const char **value)
{
    size_t length = strcspn(argument, "=");

    *value = argument[length] == '=' ? argument + length + 1 : NULL;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (strlen(options[i].name) == length && memcmp(options[i].name, argument, length) == 0)
            return &options[i];
    return NULL;
}

static bool refuse(struct options_problem *problem, const char *argument, const char *what)
{
    *problem = (struct options_problem){argument, what};
    return false;
}

/* Reads the option at `*at`, and steps to its value if that is the next argument. */
static bool read_option(int argc, char **argv, int *at, struct settings *settings, struct options_problem *problem)
{
    const char *argument = argv[*at];
    const char *value;
    const char *what;
    const struct option *option = find(argument, &value);

    if (!option)
        return refuse(problem, argument, "there is no such option");
    if (!value && *at + 1 == argc)
        return refuse(problem, argument, "its value is missing");
    if (!value)
        value = argv[++*at];
    what = option->set(settings, value);
    return !what || refuse(problem, value, what);
}

enum options_answer options_parse(int argc, char **argv, struct settings *settings, struct options_problem *problem)
{
    bool has_input = false;
    bool is_option = true; /* until -- */
    const char *what;

    memset(settings, 0, sizeof *settings);
    for (int at = 1; at < argc; at++) {
        if (is_option && (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0))
            return OPTIONS_HELP;
        if (is_option && strcmp(argv[at], "--") == 0) {
            is_option = false;
        } else if (is_option && argv[at][0] == '-' && argv[at][1] != '\0') {
            if (!read_option(argc, argv, &at, settings, problem))
                return OPTIONS_BAD;
        } else {
            what = has_input ? "there is an input already" : set_input(settings, argv[at]);
            has_input = true;
            if (what && !refuse(problem, argv[at], what))
                return OPTIONS_BAD;
        }
    }
    if (settings->baud != 0 && settings->input[0] == '\0' && !refuse(problem, "--baud", "no device is given"))
        return OPTIONS_BAD;
    return OPTIONS_RUN;
}
