/*
 * coop as a machine's init: the first process of the kernel, with nothing below it. Then, before main(), the kernel's file
 * systems are mounted on /proc, /sys, /dev and /run where they are not yet, standard streams are opened on the console, and
 * the modules /modules/0, /modules/1, ... are loaded. At the end of the run, or of main(), what still runs is ended, file
 * systems are synced and unmounted, and the machine is powered off; it never returns.
 *
 * Signals, as other inits: SIGTERM, SIGINT (ctrl-alt-del) reboot, SIGUSR1 halts, SIGUSR2, SIGPWR and the power button power
 * off, each after all processes were asked to stop. SIGHUP is ignored.
 *
 * From the kernel's command line, beside what it hands to main() (words without "=", all words after "--") and to the
 * environment (NAME=value):
 *   coop.end=poweroff|halt|reboot   what follows a normal end
 *   coop.watchdog=SECONDS|off       the hardware watchdog's time; default 10
 *   coop.semihosting                end the emulator with the run's exit status instead
 * Where something is missing it is logged, and the rest goes on.
 *
 * The first process of a container's pid namespace is no init: there all of this is left to the container's host.
 */
#ifndef LINUX_INIT_H
#define LINUX_INIT_H

#include <stdbool.h>
#include <stddef.h>

bool init_is(void);

/* Copies the value of coop.NAME to `value`, "" when it has none; returns false when it is not on the command line. */
bool init_option(const char *name, char *value, size_t bytes);

/* power_button.c: starts to listen; looks, in a signal handler, whether it was pressed. */
void power_button_open(void);
bool power_button_pressed(void);

/* By port_open: heeds init's signals and the power button. Nothing when this is no init. */
void init_listen(void);

/* By port_close: ends this process, and the machine. Returns only when this is no init. */
void init_end(int status, bool reboot);

#endif
