#include "watchdog_device.h"

#include "init.h"
#include "linux.h"
#include <coop/log.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/watchdog.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { DEFAULT_SECONDS = 10, MOST_SECONDS = 3600 };

static int device = -1;
static uint64_t interval_us, next_us = UINT64_MAX;

/* musl's ioctl takes the number as an int, which these don't fit; glibc's doesn't. */
static bool control(unsigned long number, int *value)
{
    return syscall(SYS_ioctl, device, number, value) >= 0;
}

static void tell_last_reset(void)
{
    static const struct {
        int flag;
        const char *what;
    } causes[] = {{WDIOF_CARDRESET, "the hardware watchdog: the system had stopped feeding it"},
                  {WDIOF_OVERHEAT, "heat"},
                  {WDIOF_FANFAULT, "a fan"},
                  {WDIOF_POWERUNDER, "too little power"},
                  {WDIOF_POWEROVER, "too much power"},
                  {WDIOF_EXTERN1, "external line 1"},
                  {WDIOF_EXTERN2, "external line 2"}};
    int status = 0;
    if (!control(WDIOC_GETBOOTSTATUS, &status))
        return;
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
        if ((status & causes[i].flag) != 0)
            coop_log("the last reset was by %s", causes[i].what);
}

/* The wanted time, 0 for none. */
static int wanted_seconds(void)
{
    char value[8];
    const char *at = value;
    uint64_t seconds;
    if (!init_option("watchdog", value, sizeof value))
        return DEFAULT_SECONDS;
    if (strcmp(value, "off") == 0)
        return 0;
    if (linux_read_number(&at, &seconds) && *at == '\0' && seconds > 0 && seconds <= MOST_SECONDS)
        return (int)seconds;
    coop_log("coop.watchdog=%s is no number of seconds: %d it is", value, DEFAULT_SECONDS);
    return DEFAULT_SECONDS;
}

void watchdog_device_open(void)
{
    const char *path = getenv("COOP_WATCHDOG_DEVICE");
    int seconds = wanted_seconds();
    if ((path == NULL && !init_is()) || seconds == 0)
        return;
    path = path != NULL ? path : "/dev/watchdog";
    device = open(path, O_WRONLY | O_CLOEXEC);
    if (device < 0) {
        coop_log("no hardware watchdog, %s: %s", path, strerror(errno));
        return;
    }
    tell_last_reset();
    if (!control(WDIOC_SETTIMEOUT, &seconds) && !control(WDIOC_GETTIMEOUT, &seconds))
        coop_log("%s doesn't tell its time: %d s are assumed", path, seconds);
    interval_us = (uint64_t)(seconds > 0 ? seconds : 1) * 1000000 / 3;
    next_us = 0;
    coop_log("hardware watchdog %s: %d s", path, seconds);
}

void watchdog_device_feed(uint64_t now_us)
{
    if (device < 0 || now_us < next_us)
        return;
    next_us = now_us + interval_us;
    if (write(device, "", 1) != 1)
        coop_log("the hardware watchdog can't be fed: %s", strerror(errno));
}

uint64_t watchdog_device_next_us(void)
{
    return next_us;
}

void watchdog_device_close(void)
{
    if (device < 0)
        return;
    /* The magic letter: without it closing is a crash. */
    if (write(device, "V", 1) != 1)
        coop_log("the hardware watchdog can't be stopped: %s", strerror(errno));
    close(device);
    device = -1;
    next_us = UINT64_MAX;
}
