/*
 * The hardware watchdog: it resets the machine when it isn't fed for its time. The supervisor feeds it, once a third of that time,
 * and only as long as its own work gets done. It is used when coop is the machine's init, or when COOP_WATCHDOG_DEVICE
 * names its device (default: /dev/watchdog).
 */
#ifndef LINUX_WATCHDOG_DEVICE_H
#define LINUX_WATCHDOG_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

/* Starts it, and logs what it says of the last reset. */
void watchdog_device_open(void);

/* Feeds it, when it is time. When the last one is too long ago it will be the hardware's turn. */
void watchdog_device_feed(uint64_t now_us);

/* When to feed it next; UINT64_MAX when there is none. */
uint64_t watchdog_device_next_us(void);

/* Stops it: a clean end. */
void watchdog_device_close(void);

#endif
