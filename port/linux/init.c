/* The machine's first process, from its first instruction to power-off. init.h tells what it does. */
#include "init.h"

#include "arch/semihosting.h"
#include "linux.h"
#include "watchdog_device.h"
#include <coop/log.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { COMMAND_LINE_BYTES = 2048, MOUNTS_BYTES = 4096, MODULES_MOST = 10, LAST_CALL_MS = 2000, POLL_MS = 10 };

/* The number of the first pid namespace, which never changes: PROC_PID_INIT_INO of the kernel. */
#define FIRST_NAMESPACE "pid:[4026531836]"

static bool is_init;
static volatile sig_atomic_t end_wanted;
static char command_line[COMMAND_LINE_BYTES];
static char mounts[MOUNTS_BYTES];

bool init_is(void)
{
    return is_init;
}

/* Reads a file of /proc as a string; "" when it can't. */
static void read_text(const char *path, char *text, size_t bytes)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, text, bytes - 1) : 0;
    text[got > 0 ? got : 0] = '\0';
    if (fd >= 0)
        close(fd);
}

/* The first word from `at` on; NULL when there is none. (strspn and strcspn would bring 400 bytes along.) */
static const char *next_word(const char *at, size_t *bytes)
{
    while (*at != '\0' && *at <= ' ')
        at++;
    for (*bytes = 0; at[*bytes] > ' ';)
        ++*bytes;
    return *bytes != 0 ? at : NULL;
}

static bool has_word(const char *text, const char *wanted)
{
    size_t bytes;
    for (const char *word = text; (word = next_word(word, &bytes)) != NULL; word += bytes)
        if (bytes == strlen(wanted) && memcmp(word, wanted, bytes) == 0)
            return true;
    return false;
}

static const struct {
    const char *type, *folder;
    unsigned long flags;
} file_systems[] = {{"proc", "/proc", MS_NOSUID | MS_NOEXEC | MS_NODEV},
                    {"sysfs", "/sys", MS_NOSUID | MS_NOEXEC | MS_NODEV},
                    {"devtmpfs", "/dev", MS_NOSUID | MS_NOEXEC},
                    {"tmpfs", "/run", MS_NOSUID | MS_NODEV}};
enum { FILE_SYSTEMS = sizeof file_systems / sizeof *file_systems };

static int mount_errors[FILE_SYSTEMS];

/*
 * Those that are there already say EBUSY; but for tmpfs, which can be mounted twice. Where the folder could not be made that is
 * what is wrong: the root is read-only, or full.
 */
static void mount_file_system(unsigned i)
{
    const char *type = file_systems[i].type, *folder = file_systems[i].folder;
    int not_made = mkdir(folder, 0755) < 0 ? errno : 0;
    read_text("/proc/self/mounts", mounts, sizeof mounts);
    if (!has_word(mounts, folder) && mount(type, folder, type, file_systems[i].flags, NULL) < 0 && errno != EBUSY)
        mount_errors[i] = errno == ENOENT ? not_made : errno;
}

/* The console of a devtmpfs that is mounted nowhere: it needs no folder, and the root may be read-only. */
static int open_console_of_kernel(void)
{
    int type = (int)syscall(SYS_fsopen, "devtmpfs", FSOPEN_CLOEXEC);
    syscall(SYS_fsconfig, type, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
    int folder = (int)syscall(SYS_fsmount, type, 0, 0);
    int fd = openat(folder, "console", O_RDWR | O_NOCTTY);
    close(type);
    close(folder);
    return fd;
}

/*
 * The kernel found no /dev/console in the root file system. Descriptors 0 to 2 must be something, or the arena or a
 * device would become standard output.
 */
static void open_console(void)
{
    int fd = open("/dev/console", O_RDWR | O_NOCTTY);
    if (fd < 0)
        fd = open_console_of_kernel();
    if (fd < 0)
        fd = open("/", O_PATH);
    for (int stream = 0; stream <= STDERR_FILENO; stream++)
        dup2(fd, stream);
    if (fd > STDERR_FILENO)
        close(fd);
}

bool init_option(const char *name, char *value, size_t bytes)
{
    size_t length, name_length = strlen(name);
    for (const char *word = command_line; (word = next_word(word, &length)) != NULL; word += length) {
        const char *at = word + strlen("coop."), *end = word + length;
        if (strncmp(word, "coop.", strlen("coop.")) != 0 || strncmp(at, name, name_length) != 0)
            continue;
        at += name_length;
        if (at != end && *at++ != '=')
            continue;
        snprintf(value, bytes, "%.*s", (int)(end - at), at);
        return true;
    }
    return false;
}

static void load_modules(void)
{
    char path[] = "/modules/0";
    for (int i = 0; i < MODULES_MOST; i++) {
        path[sizeof path - 2] = (char)('0' + i);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            return;
        if (syscall(SYS_finit_module, fd, "", 0) < 0 && errno != EEXIST)
            coop_log("module %s can't be loaded: %s", path, strerror(errno));
        close(fd);
    }
}

static bool is_first_namespace(void)
{
    char name[32] = "";
    /* Without /proc nothing tells; no container is without. */
    return readlink("/proc/self/ns/pid", name, sizeof name - 1) < 0 || strcmp(name, FIRST_NAMESPACE) == 0;
}

/* Before other constructors, which open what they need. */
static __attribute__((constructor(101))) void begin(void)
{
    if (getpid() != 1 || !is_first_namespace())
        return;
    is_init = true;
    for (unsigned i = 0; i < FILE_SYSTEMS; i++)
        mount_file_system(i);
    if (linux_fcntl(STDERR_FILENO, F_GETFD, 0) < 0)
        open_console();
    for (unsigned i = 0; i < FILE_SYSTEMS; i++)
        if (mount_errors[i] != 0)
            coop_log("no %s on %s: %s", file_systems[i].type, file_systems[i].folder, strerror(mount_errors[i]));
    read_text("/proc/cmdline", command_line, sizeof command_line);
    load_modules();
    uint64_t now_ms = port_now_us() / 1000;
    coop_log("init since %u.%03u s after the kernel", (unsigned)(now_ms / 1000), (unsigned)(now_ms % 1000));
}

static void on_signal(int signal_number)
{
    if (signal_number == SIGIO && !power_button_pressed())
        return;
    if (end_wanted == 0)
        end_wanted = signal_number == SIGUSR1                              ? (int)RB_HALT_SYSTEM
                     : signal_number == SIGTERM || signal_number == SIGINT ? (int)RB_AUTOBOOT
                                                                           : (int)RB_POWER_OFF;
    linux_on_signal(SIGTERM);
}

void init_listen(void)
{
    static const int heeded[] = {SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGPWR, SIGIO};
    if (!is_init)
        return;
    for (size_t i = 0; i < sizeof heeded / sizeof *heeded; i++)
        sigaction(heeded[i], &(struct sigaction){.sa_handler = on_signal}, NULL);
    signal(SIGHUP, SIG_IGN);
    reboot(RB_DISABLE_CAD); /* ctrl-alt-del becomes a SIGINT */
    power_button_open();
}

void init_end(int status, bool reboot)
{
    if (!is_init)
        return;
    if (reboot)
        end_wanted = (int)RB_AUTOBOOT;
    exit(status); /* what main() registered, and what it printed, still counts */
}

/* Reaps until nobody is left, or the time is over. */
static bool everybody_ended(int within_ms)
{
    for (int ms = 0; ms < within_ms; ms += POLL_MS) {
        pid_t pid;
        while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
            ;
        if (pid < 0 && errno == ECHILD)
            return true;
        nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
    }
    return false;
}

static void end_orphans(void)
{
    if (everybody_ended(1))
        return;
    kill(-1, SIGTERM);
    if (everybody_ended(LAST_CALL_MS))
        return;
    kill(-1, SIGKILL);
    if (!everybody_ended(LAST_CALL_MS))
        coop_log("some process can't be killed");
}

/* All that has a block device or the like under it, the last mounted first; the root becomes read-only. */
static void unmount(void)
{
    read_text("/proc/self/mounts", mounts, sizeof mounts);
    for (char *end = mounts + strlen(mounts); end > mounts;) {
        *end = '\0';
        char *line = memrchr(mounts, '\n', (size_t)(end - mounts));
        char *folder = strchr(line != NULL ? line + 1 : mounts, ' ');
        char *behind = folder != NULL ? strchr(folder + 1, ' ') : NULL;
        end = line != NULL ? line : mounts;
        if (behind == NULL)
            continue;
        *behind = '\0';
        folder++;
        if (strcmp(folder, "/") != 0 && strcmp(folder, "/dev") != 0 && strcmp(folder, "/proc") != 0)
            umount2(folder, UMOUNT_NOFOLLOW);
    }
    mount(NULL, "/", NULL, MS_REMOUNT | MS_RDONLY, NULL);
}

static int end_by_option(void)
{
    char value[16] = "";
    init_option("end", value, sizeof value);
    return strcmp(value, "halt") == 0     ? (int)RB_HALT_SYSTEM
           : strcmp(value, "reboot") == 0 ? (int)RB_AUTOBOOT
                                          : (int)RB_POWER_OFF;
}

static _Noreturn void end_machine(int status)
{
    char value[4];
    int how = end_wanted != 0 ? (int)end_wanted : end_by_option();
    end_orphans();
    tcdrain(STDERR_FILENO); /* or there may be no room for the last word */
    coop_log("the machine %s; exit status %d",
             how == (int)RB_AUTOBOOT      ? "reboots"
             : how == (int)RB_HALT_SYSTEM ? "halts"
                                          : "powers off",
             status);
    sync();
    unmount();
    watchdog_device_close();
    tcdrain(STDERR_FILENO);
    if (init_option("semihosting", value, sizeof value))
        semihosting_exit(status);
    reboot(how);
    coop_log("that failed: %s", strerror(errno));
    for (;;)
        pause();
}

/* In place of the C library's: however main() ends, the machine ends, since the kernel panics when its init does. */
_Noreturn void _Exit(int status)
{
    if (is_init && getpid() == 1)
        end_machine(status & 0xff);
    for (;;)
        syscall(SYS_exit_group, status);
}

_Noreturn void _exit(int status)
{
    _Exit(status);
}
