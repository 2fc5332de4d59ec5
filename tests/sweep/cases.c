/* Who does what while the victim dies. The messages of the setup are 1 and up, those of the actions 11 and up. */
#include "sweep.h"

#define FOREVER COOP_FOREVER
#define ALL     (COOP_EVENT_ALL)
#define CLEAR   (COOP_EVENT_CLEAR)

/* One message in the queue, or three: a full one. Leases of the victim, or of others. */
#define ONE                                                                                                            \
    {                                                                                                                  \
        OBSERVER,                                                                                                      \
        {                                                                                                              \
            PUT, 1                                                                                                     \
        }                                                                                                              \
    }
#define FULL                                                                                                           \
    {OBSERVER, {PUT, 1}}, {OBSERVER, {PUT, 2}},                                                                        \
    {                                                                                                                  \
        OBSERVER,                                                                                                      \
        {                                                                                                              \
            PUT, 3                                                                                                     \
        }                                                                                                              \
    }
#define TAKEN                                                                                                          \
    {                                                                                                                  \
        VICTIM,                                                                                                        \
        {                                                                                                              \
            TAKE                                                                                                       \
        }                                                                                                              \
    }

/* clang-format off: a table */
const struct sweep_case sweep_cases[] = {
    {.name = "put", .victim = {PUT, 11}},
    {.name = "put, around the end of the ring", .rounds = 5, .setup = {ONE}, .victim = {PUT, 11}},
    {.name = "put, a getter waits", .victim = {PUT, 11}, .before = {{GET, 0, FOREVER}}},
    {.name = "put, two getters wait", .victim = {PUT, 11}, .before = {{GET, 0, FOREVER}, {GET, 0, FOREVER}}},
    {.name = "put, a taker waits", .victim = {PUT, 11}, .before = {{TAKE, 0, FOREVER}}},
    {.name = "put, the guard is another's", .victim = {PUT, 11}, .before = {{GET, 0, FOREVER}}, .held = 60},
    {.name = "put, full", .setup = {FULL}, .victim = {PUT, 11}},
    {.name = "put, full, times out", .setup = {FULL}, .victim = {PUT, 11, 3}},
    {.name = "put, full, until a get", .setup = {FULL}, .victim = {PUT, 11, FOREVER}, .then = {{GET}}},
    {.name = "put, full, and another waits", .setup = {FULL}, .victim = {PUT, 11, FOREVER}, .then = {{PUT, 12, FOREVER}, {GET}}},
    {.name = "put, full, a done not in turn, then one", .setup = {FULL, {3, {TAKE}}, {4, {TAKE}}}, .rounds = 1, .victim = {PUT, 11, FOREVER}, .then = {{GET}}},
    {.name = "put, full, until it is closed", .setup = {FULL}, .victim = {PUT, 11, FOREVER}, .then = {{CLOSE}}},
    {.name = "put, closed", .setup = {{OBSERVER, {CLOSE}}}, .victim = {PUT, 11}},
    {.name = "put, full, it spins first", .setup = {FULL}, .victim = {PUT, 11, FOREVER}, .spins = 3, .then = {{GET}}},

    {.name = "get", .setup = {ONE}, .victim = {GET}},
    {.name = "get, around the end of the ring", .rounds = 5, .setup = {FULL}, .victim = {GET}},
    {.name = "get, a putter waits", .setup = {FULL}, .victim = {GET}, .before = {{PUT, 11, FOREVER}}},
    {.name = "get, two putters wait", .setup = {FULL}, .victim = {GET}, .before = {{PUT, 11, FOREVER}, {PUT, 12, FOREVER}}},
    {.name = "get, the guard is another's", .setup = {FULL}, .victim = {GET}, .before = {{PUT, 11, FOREVER}}, .held = 60},
    {.name = "get, empty", .victim = {GET}},
    {.name = "get, empty, times out", .victim = {GET, 0, 3}},
    {.name = "get, empty, until a put", .victim = {GET, 0, FOREVER}, .then = {{PUT, 11}}},
    {.name = "get, empty, and another waits", .victim = {GET, 0, FOREVER}, .then = {{GET, 0, FOREVER}, {PUT, 11}}},
    {.name = "get, empty, and two puts", .victim = {GET, 0, FOREVER}, .then = {{GET, 0, FOREVER}, {PUT, 11}, {PUT, 12}}},
    {.name = "get, empty, until it is closed", .victim = {GET, 0, FOREVER}, .then = {{CLOSE}}},
    {.name = "get, closed, the last one", .setup = {ONE, {OBSERVER, {CLOSE}}}, .victim = {GET}},
    {.name = "get, over an old lease", .setup = {FULL, {3, {TAKE}}}, .victim = {GET}, .before = {{PUT, 11, FOREVER}}},
    {.name = "get, empty, it spins first", .victim = {GET, 0, FOREVER}, .spins = 3, .then = {{PUT, 11}}},

    {.name = "take", .setup = {ONE}, .victim = {TAKE}},
    {.name = "take, a getter waits for its death", .rounds = 2, .setup = {ONE, {VICTIM, {TAKE}}, {OBSERVER, {PUT, 2}}}, .victim = {TAKE}, .then = {{GET, 0, FOREVER}}},
    {.name = "take, of three", .rounds = 4, .setup = {FULL}, .victim = {TAKE}, .before = {{PUT, 11, FOREVER}}},
    {.name = "take, empty, until a put", .victim = {TAKE, 0, FOREVER}, .then = {{PUT, 11}}},
    {.name = "take, empty, and a getter waits", .victim = {TAKE, 0, FOREVER}, .then = {{GET, 0, FOREVER}, {PUT, 11}}},
    {.name = "take, the guard is another's", .setup = {ONE}, .victim = {TAKE}, .held = 60},
    {.name = "take, the last delivery", .queue = LETTER_QUEUE, .setup = {ONE, {3, {TAKE}}, {3, {GIVE_BACK, 1}}}, .victim = {TAKE}},
    {.name = "take, the last delivery, a putter waits", .queue = LETTER_QUEUE, .setup = {FULL, {3, {TAKE}}, {3, {GIVE_BACK, 1}}}, .victim = {TAKE}, .before = {{PUT, 11, FOREVER}}},

    {.name = "done", .setup = {ONE, TAKEN}, .victim = {DONE, 1}},
    {.name = "done, a putter waits", .setup = {FULL, TAKEN}, .victim = {DONE, 1}, .before = {{PUT, 11, FOREVER}}},
    {.name = "done, with later ones done", .setup = {FULL, TAKEN, {3, {TAKE}}, {3, {DONE, 2}}}, .victim = {DONE, 1}, .before = {{PUT, 11, FOREVER}, {PUT, 12, FOREVER}}},
    {.name = "done, with an older lease out", .setup = {FULL, {3, {TAKE}}, TAKEN}, .victim = {DONE, 2}, .before = {{PUT, 11, FOREVER}}},
    {.name = "done, the last of a closed queue", .setup = {ONE, TAKEN, {OBSERVER, {CLOSE}}}, .victim = {DONE, 1}, .before = {{GET, 0, FOREVER}}},
    {.name = "done, the last of it, two wait", .setup = {ONE, TAKEN, {OBSERVER, {CLOSE}}}, .victim = {DONE, 1}, .before = {{GET, 0, FOREVER}, {TAKE, 0, FOREVER}}},
    {.name = "done twice", .setup = {ONE, TAKEN, {VICTIM, {DONE, 1}}}, .victim = {DONE, 1}},
    {.name = "done, the guard is another's", .setup = {FULL, TAKEN}, .victim = {DONE, 1}, .before = {{PUT, 11, FOREVER}}, .held = 60},
    {.name = "give back", .setup = {ONE, TAKEN}, .victim = {GIVE_BACK, 1}},
    {.name = "give back, a getter waits", .setup = {ONE, TAKEN}, .victim = {GIVE_BACK, 1}, .before = {{GET, 0, FOREVER}}},
    {.name = "give back, two takers wait", .setup = {FULL, TAKEN, {3, {GET}}, {3, {GET}}}, .victim = {GIVE_BACK, 1}, .before = {{TAKE, 0, FOREVER}, {TAKE, 0, FOREVER}}},
    {.name = "give back, out of order", .rounds = 1, .setup = {FULL, {3, {TAKE}}, TAKEN}, .victim = {GIVE_BACK, 2}},
    {.name = "give back, a dead letter", .queue = LETTER_QUEUE, .setup = {ONE, {3, {TAKE}}, {3, {GIVE_BACK, 1}}, TAKEN}, .victim = {GIVE_BACK, 1}},
    {.name = "give back, a dead letter, a putter waits", .queue = LETTER_QUEUE, .setup = {FULL, {3, {TAKE}}, {3, {GIVE_BACK, 1}}, TAKEN}, .victim = {GIVE_BACK, 1}, .before = {{PUT, 11, FOREVER}}},
    {.name = "close", .setup = {ONE}, .victim = {CLOSE}},
    {.name = "close, getters wait", .victim = {CLOSE}, .before = {{GET, 0, FOREVER}, {TAKE, 0, FOREVER}}},
    {.name = "close, putters wait", .setup = {FULL}, .victim = {CLOSE}, .before = {{PUT, 11, FOREVER}, {PUT, 12, FOREVER}}},
    {.name = "close, the guard is another's", .victim = {CLOSE}, .before = {{GET, 0, FOREVER}}, .held = 60},

    {.name = "owned put", .queue = OWNED_QUEUE, .victim = {PUT, 11}},
    {.name = "owned put, around the end of the ring", .queue = OWNED_QUEUE, .rounds = 5, .setup = {{VICTIM, {PUT, 1}}}, .victim = {PUT, 11}},
    {.name = "owned put, the getter waits", .queue = OWNED_QUEUE, .victim = {PUT, 11}, .before = {{GET, 0, FOREVER}}},
    {.name = "owned put, full", .queue = OWNED_QUEUE, .setup = {{VICTIM, {PUT, 1}}, {VICTIM, {PUT, 2}}, {VICTIM, {PUT, 3}}}, .victim = {PUT, 11}},
    {.name = "owned put, full, until a get", .queue = OWNED_QUEUE, .setup = {{VICTIM, {PUT, 1}}, {VICTIM, {PUT, 2}}, {VICTIM, {PUT, 3}}}, .victim = {PUT, 11, FOREVER}, .then = {{GET}}},
    {.name = "owned get", .queue = OWNED_QUEUE, .setup = {{2, {PUT, 1}}, {2, {PUT, 2}}}, .victim = {GET}},
    {.name = "owned get, the putter waits", .queue = OWNED_QUEUE, .setup = {{2, {PUT, 1}}, {2, {PUT, 2}}, {2, {PUT, 3}}}, .victim = {GET}, .before = {{PUT, 11, FOREVER}}},
    {.name = "owned get, empty, until a put", .queue = OWNED_QUEUE, .victim = {GET, 0, FOREVER}, .then = {{PUT, 11}}},
    {.name = "owned get, empty, times out", .queue = OWNED_QUEUE, .victim = {GET, 0, 3}},
    {.name = "owned take", .queue = OWNED_QUEUE, .setup = {{2, {PUT, 1}}, {2, {PUT, 2}}}, .victim = {TAKE}},
    {.name = "owned take, empty, until a put", .queue = OWNED_QUEUE, .victim = {TAKE, 0, FOREVER}, .then = {{PUT, 11}}},
    {.name = "owned done, the putter waits", .queue = OWNED_QUEUE, .setup = {{2, {PUT, 1}}, {2, {PUT, 2}}, {2, {PUT, 3}}, TAKEN}, .victim = {DONE, 1}, .before = {{PUT, 11, FOREVER}}},
    {.name = "owned done, not in turn", .queue = OWNED_QUEUE, .setup = {{2, {PUT, 1}}, {2, {PUT, 2}}, {2, {PUT, 3}}, TAKEN, TAKEN}, .victim = {DONE, 2}, .before = {{PUT, 11, FOREVER}}},
    {.name = "owned give back", .queue = OWNED_QUEUE, .setup = {{2, {PUT, 1}}, {2, {PUT, 2}}, TAKEN, TAKEN}, .victim = {GIVE_BACK, 1}},
    {.name = "owned close, the getter waits", .queue = OWNED_QUEUE, .victim = {CLOSE}, .before = {{GET, 0, FOREVER}}},

    {.name = "semaphore acquire", .setup = {{OBSERVER, {SEMAPHORE_RELEASE}}}, .victim = {SEMAPHORE_ACQUIRE}},
    {.name = "semaphore acquire, none", .victim = {SEMAPHORE_ACQUIRE}},
    {.name = "semaphore acquire, times out", .victim = {SEMAPHORE_ACQUIRE, 0, 3}},
    {.name = "semaphore acquire, until a release", .victim = {SEMAPHORE_ACQUIRE, 0, FOREVER}, .then = {{SEMAPHORE_RELEASE}}},
    {.name = "semaphore acquire, and another waits", .victim = {SEMAPHORE_ACQUIRE, 0, FOREVER}, .then = {{SEMAPHORE_ACQUIRE, 0, FOREVER}, {SEMAPHORE_RELEASE}}},
    {.name = "semaphore acquire, it spins first", .victim = {SEMAPHORE_ACQUIRE, 0, FOREVER}, .spins = 3, .then = {{SEMAPHORE_RELEASE}}},
    {.name = "semaphore release", .victim = {SEMAPHORE_RELEASE}},
    {.name = "semaphore release, one waits", .victim = {SEMAPHORE_RELEASE}, .before = {{SEMAPHORE_ACQUIRE, 0, FOREVER}}},
    {.name = "semaphore release, two wait", .victim = {SEMAPHORE_RELEASE}, .before = {{SEMAPHORE_ACQUIRE, 0, FOREVER}, {SEMAPHORE_ACQUIRE, 0, FOREVER}}},
    {.name = "semaphore release, the guard is another's", .victim = {SEMAPHORE_RELEASE}, .before = {{SEMAPHORE_ACQUIRE, 0, FOREVER}}, .held = 60},

    {.name = "permits acquire", .victim = {PERMITS_ACQUIRE}},
    {.name = "permits acquire, the last", .setup = {{VICTIM, {PERMITS_ACQUIRE}}}, .victim = {PERMITS_ACQUIRE}},
    {.name = "permits acquire, none", .setup = {{3, {PERMITS_ACQUIRE}}, {4, {PERMITS_ACQUIRE}}}, .victim = {PERMITS_ACQUIRE}},
    {.name = "permits acquire, others wait for its death", .setup = {{VICTIM, {PERMITS_ACQUIRE}}}, .victim = {PERMITS_ACQUIRE}, .before = {{PERMITS_ACQUIRE}, {PERMITS_ACQUIRE, 0, FOREVER}}},
    {.name = "permits acquire, one is released", .setup = {{3, {PERMITS_ACQUIRE}}, {3, {PERMITS_ACQUIRE}}}, .victim = {PERMITS_ACQUIRE, 0, FOREVER}, .then = {{PERMITS_ACQUIRE, 0, FOREVER}, {PERMITS_RELEASE}}},
    {.name = "permits release", .setup = {{VICTIM, {PERMITS_ACQUIRE}}}, .victim = {PERMITS_RELEASE}},
    {.name = "permits release, one waits", .setup = {{VICTIM, {PERMITS_ACQUIRE}}, {3, {PERMITS_ACQUIRE}}}, .victim = {PERMITS_RELEASE}, .before = {{PERMITS_ACQUIRE, 0, FOREVER}}},
    {.name = "permits release, of two, two wait", .setup = {{VICTIM, {PERMITS_ACQUIRE}}, {VICTIM, {PERMITS_ACQUIRE}}}, .victim = {PERMITS_RELEASE}, .before = {{PERMITS_ACQUIRE, 0, FOREVER}, {PERMITS_ACQUIRE, 0, FOREVER}}},
    {.name = "permits release, the guard is another's", .setup = {{VICTIM, {PERMITS_ACQUIRE}}, {3, {PERMITS_ACQUIRE}}}, .victim = {PERMITS_RELEASE}, .before = {{PERMITS_ACQUIRE, 0, FOREVER}}, .held = 60},

    {.name = "lock acquire", .victim = {LOCK_ACQUIRE}},
    {.name = "lock acquire, of the dead", .died = true, .victim = {LOCK_ACQUIRE}},
    {.name = "lock acquire, taken", .setup = {{3, {LOCK_ACQUIRE}}}, .victim = {LOCK_ACQUIRE}},
    {.name = "lock acquire, taken, times out", .setup = {{3, {LOCK_ACQUIRE}}}, .victim = {LOCK_ACQUIRE, 0, 3}},
    {.name = "lock acquire, taken, it is released", .setup = {{3, {LOCK_ACQUIRE}}}, .victim = {LOCK_ACQUIRE, 0, FOREVER}, .then = {{LOCK_ACQUIRE, 0, FOREVER}, {LOCK_RELEASE}}},
    {.name = "lock acquire, again", .recursive = true, .setup = {{VICTIM, {LOCK_ACQUIRE}}}, .victim = {LOCK_ACQUIRE}, .before = {{LOCK_ACQUIRE, 0, FOREVER}}},
    {.name = "lock acquire, the guard is another's", .victim = {LOCK_ACQUIRE}, .held = 60},
    {.name = "lock release", .setup = {{VICTIM, {LOCK_ACQUIRE}}}, .victim = {LOCK_RELEASE}},
    {.name = "lock release, one waits", .setup = {{VICTIM, {LOCK_ACQUIRE}}}, .victim = {LOCK_RELEASE}, .before = {{LOCK_ACQUIRE, 0, FOREVER}}},
    {.name = "lock release, two wait", .setup = {{VICTIM, {LOCK_ACQUIRE}}}, .victim = {LOCK_RELEASE}, .before = {{LOCK_ACQUIRE, 0, FOREVER}, {LOCK_ACQUIRE, 0, FOREVER}}},
    {.name = "lock release, of two", .recursive = true, .setup = {{VICTIM, {LOCK_ACQUIRE}}, {VICTIM, {LOCK_ACQUIRE}}}, .victim = {LOCK_RELEASE}, .before = {{LOCK_ACQUIRE, 0, FOREVER}}},
    {.name = "lock release, the guard is another's", .setup = {{VICTIM, {LOCK_ACQUIRE}}}, .victim = {LOCK_RELEASE}, .before = {{LOCK_ACQUIRE, 0, FOREVER}}, .held = 60},

    {.name = "event set", .victim = {EVENT_SET, 5}},
    {.name = "event set, three wait", .victim = {EVENT_SET, 5}, .before = {{EVENT_WAIT, 1, FOREVER}, {EVENT_WAIT, 5, FOREVER, ALL}, {EVENT_WAIT, 2, FOREVER}}},
    {.name = "event set, two wait to clear it", .victim = {EVENT_SET, 5}, .before = {{EVENT_WAIT, 5, FOREVER, ALL | CLEAR}, {EVENT_WAIT, 4, FOREVER, CLEAR}}},
    {.name = "event clear", .setup = {{OBSERVER, {EVENT_SET, 7}}}, .victim = {EVENT_CLEAR, 5}},
    {.name = "event wait", .setup = {{OBSERVER, {EVENT_SET, 7}}}, .victim = {EVENT_WAIT, 5, 0, ALL | CLEAR}},
    {.name = "event wait, not set", .setup = {{OBSERVER, {EVENT_SET, 1}}}, .victim = {EVENT_WAIT, 5, 0, ALL | CLEAR}},
    {.name = "event wait, until it is set", .victim = {EVENT_WAIT, 5, FOREVER, ALL | CLEAR}, .then = {{EVENT_WAIT, 4, FOREVER}, {EVENT_SET, 5}}},
    {.name = "event set, the guard is another's", .victim = {EVENT_SET, 5}, .before = {{EVENT_WAIT, 1, FOREVER}}, .held = 60},

    {.name = "log", .victim = {LOG}},
    {.name = "log, full", .logs = 16, .victim = {LOG}},
};
const size_t sweep_cases_count = sizeof sweep_cases / sizeof *sweep_cases;

const struct sweep_case sweep_pairs[] = {
    {.name = "put || put", .victim = {PUT, 11}, .before = {{PUT, 12, FOREVER}}},
    {.name = "put || get", .setup = {ONE}, .victim = {PUT, 11}, .before = {{GET, 0, FOREVER}}},
    {.name = "put || get, empty", .victim = {PUT, 11}, .before = {{GET, 0, FOREVER}}},
    {.name = "get || get", .setup = {ONE, {OBSERVER, {PUT, 2}}}, .victim = {GET}, .before = {{GET, 0, FOREVER}}},
    {.name = "get || put, full", .setup = {FULL}, .victim = {GET}, .before = {{PUT, 11, FOREVER}}},
    {.name = "take || get", .setup = {ONE}, .victim = {TAKE}, .before = {{GET, 0, FOREVER}}},
    {.name = "done || get, closed", .setup = {ONE, TAKEN, {OBSERVER, {CLOSE}}}, .victim = {DONE, 1}, .before = {{GET, 0, FOREVER}}},
    {.name = "done || put, full", .setup = {FULL, TAKEN}, .victim = {DONE, 1}, .before = {{PUT, 11, FOREVER}}},
    {.name = "give back || get", .setup = {ONE, TAKEN}, .victim = {GIVE_BACK, 1}, .before = {{GET, 0, FOREVER}}},
    {.name = "close || get", .victim = {CLOSE}, .before = {{GET, 0, FOREVER}}},
    {.name = "close || put", .victim = {CLOSE}, .before = {{PUT, 11, FOREVER}}},
    {.name = "owned put || get", .queue = OWNED_QUEUE, .setup = {{VICTIM, {PUT, 1}}}, .victim = {PUT, 11}, .before = {{GET, 0, FOREVER}}},
    {.name = "owned put || get, empty", .queue = OWNED_QUEUE, .victim = {PUT, 11}, .before = {{GET, 0, FOREVER}}},
    {.name = "owned put || take, empty", .queue = OWNED_QUEUE, .victim = {PUT, 11}, .before = {{TAKE, 0, FOREVER}}},
    {.name = "owned get || put", .queue = OWNED_QUEUE, .setup = {{2, {PUT, 1}}}, .victim = {GET}, .before = {{PUT, 11, FOREVER}}},
    {.name = "owned get || put, full", .queue = OWNED_QUEUE, .rounds = 1, .setup = {{2, {PUT, 1}}, {2, {PUT, 2}}, {2, {PUT, 3}}}, .victim = {GET}, .before = {{PUT, 11, FOREVER}}},
    {.name = "owned done || put, full", .queue = OWNED_QUEUE, .setup = {{2, {PUT, 1}}, {2, {PUT, 2}}, {2, {PUT, 3}}, TAKEN}, .victim = {DONE, 1}, .before = {{PUT, 11, FOREVER}}},
    {.name = "owned close || get", .queue = OWNED_QUEUE, .victim = {CLOSE}, .before = {{GET, 0, FOREVER}}},
    {.name = "semaphore release || acquire", .victim = {SEMAPHORE_RELEASE}, .before = {{SEMAPHORE_ACQUIRE, 0, FOREVER}}},
    {.name = "semaphore acquire || acquire", .setup = {{OBSERVER, {SEMAPHORE_RELEASE}}}, .victim = {SEMAPHORE_ACQUIRE, 0, FOREVER}, .before = {{SEMAPHORE_ACQUIRE, 0, FOREVER}}},
    {.name = "permits release || acquire", .setup = {{VICTIM, {PERMITS_ACQUIRE}}, {3, {PERMITS_ACQUIRE}}}, .victim = {PERMITS_RELEASE}, .before = {{PERMITS_ACQUIRE, 0, FOREVER}}},
    {.name = "permits acquire || acquire", .setup = {{3, {PERMITS_ACQUIRE}}}, .victim = {PERMITS_ACQUIRE, 0, FOREVER}, .before = {{PERMITS_ACQUIRE, 0, FOREVER}}},
    {.name = "lock release || acquire", .setup = {{VICTIM, {LOCK_ACQUIRE}}}, .victim = {LOCK_RELEASE}, .before = {{LOCK_ACQUIRE, 0, FOREVER}}},
    {.name = "lock acquire || acquire", .victim = {LOCK_ACQUIRE, 0, FOREVER}, .before = {{LOCK_ACQUIRE, 0, FOREVER}}},
    {.name = "event set || wait", .victim = {EVENT_SET, 5}, .before = {{EVENT_WAIT, 5, FOREVER, ALL | CLEAR}}},
};
const size_t sweep_pairs_count = sizeof sweep_pairs / sizeof *sweep_pairs;
