/* The power button: an input device whose events come with a signal, so that nobody waits for them. */
#include "init.h"
#include "linux.h"
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

enum { BUTTONS_MOST = 4, EVENT_KEY = 1, KEY_POWER_CODE = 116, PRESSED = 1 };

/* linux/input.h's, which on 32-bit machines has the C library's struct timeval in it: too long. */
struct input_event_of_kernel {
    unsigned long seconds, microseconds;
    uint16_t type, code;
    int32_t value;
};

static int buttons[BUTTONS_MOST];
static unsigned count;

void power_button_open(void)
{
    char path[] = "/dev/input/event0";
    for (int i = 0; i < BUTTONS_MOST; i++) {
        path[sizeof path - 2] = (char)('0' + i);
        int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0)
            return;
        linux_fcntl(fd, F_SETOWN, getpid());
        linux_fcntl(fd, F_SETFL, O_NONBLOCK | O_ASYNC);
        buttons[count++] = fd;
    }
}

bool power_button_pressed(void)
{
    struct input_event_of_kernel event;
    bool pressed = false;
    for (unsigned i = 0; i < count; i++)
        while (read(buttons[i], &event, sizeof event) == (ssize_t)sizeof event)
            pressed = pressed || (event.type == EVENT_KEY && event.code == KEY_POWER_CODE && event.value == PRESSED);
    return pressed;
}
