#include <coop/error.h>
#include <coop/process.h>

const char *coop_strerror(int error)
{
    static const char *const sentences[] = {
        [-COOP_EAGAIN] = "it would have to wait",
        [-COOP_ETIMEDOUT] = "the timeout passed",
        [-COOP_ECLOSED] = "it is closed, and nothing is left in it",
        [-COOP_ESTOPPING] = "this process is asked to stop",
        [-COOP_EOWNERDEAD] = "acquired, but the last owner died holding it",
        [-COOP_EBUSY] = "another process is inside the object and does not leave it",
        [-COOP_EINVAL] = "an argument is out of its range",
        [-COOP_ESTALE] = "the handle or lease names something that has ended",
        [-COOP_EPERM] = "this process may not do that",
        [-COOP_ENOMEM] = "the system has no memory or no process left to give",
        [-COOP_ELIMIT] = "the declared number is used up",
        [-COOP_EIO] = "the device or file failed",
        [-COOP_ENOTFOUND] = "no such file or device",
        [-COOP_EUNSUPPORTED] = "this port can't do that",
    };
    if (error >= 0)
        return "no error";
    if (error < COOP_EUNSUPPORTED)
        return "not an error of coop";
    return sentences[-error];
}

const char *coop_cause_name(int cause)
{
    static const char *const names[COOP_CAUSES] = {
        [COOP_ALIVE] = "alive",
        [COOP_EXITED] = "exited",
        [COOP_CANCELLED] = "cancelled",
        [COOP_KILLED] = "killed",
        [COOP_RUNAWAY] = "runaway",
        [COOP_HUNG] = "hung",
        [COOP_EXPIRED] = "expired",
        [COOP_FAULTED] = "faulted",
        [COOP_OVERFLOWED] = "overflowed",
        [COOP_MISUSED] = "misused",
        [COOP_START_FAILED] = "start failed",
    };
    return cause >= 0 && cause < COOP_CAUSES ? names[cause] : "?";
}

const char *coop_misuse_name(int misuse)
{
    static const char *const names[COOP_MISUSES] = {
        [COOP_MISUSE_NONE] = "none",
        [COOP_MISUSE_BAD_HANDLE] = "bad handle",
        [COOP_MISUSE_NOT_OWNER] = "not the owner",
        [COOP_MISUSE_DEADLOCK] = "acquired a lock that it holds",
        [COOP_MISUSE_FOREIGN_END] = "used a queue's end that is another's",
        [COOP_MISUSE_REENTERED] = "called coop from inside coop",
        [COOP_MISUSE_BAD_ADDRESS] = "passed memory that is not its own",
        [COOP_MISUSE_BAD_OPERATION] = "no such operation",
        [COOP_MISUSE_NOT_PROCESS] = "not called from a process",
        [COOP_MISUSE_DAEMON_STARTED] = "a daemon may start no process",
    };
    return misuse >= 0 && misuse < COOP_MISUSES ? names[misuse] : "?";
}
