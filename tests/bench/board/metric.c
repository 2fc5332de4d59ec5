/*
 * Loops with the shape of Thread-Metric's tests: an iteration is what adds one to a counter there, loop and counter
 * included. Suspend and resume are an acquire and a release of a semaphore of the process's own.
 */
#include "rows.h"

COOP_SHARED(volatile uint32_t, counters[METRIC_PROCESSES]);
COOP_SEMAPHORE(go, 0);
COOP_SEMAPHORE(resume1, 0);
COOP_SEMAPHORE(resume2, 0);
COOP_SEMAPHORE(resume3, 0);
COOP_SEMAPHORE(resume4, 0);
COOP_SEMAPHORE(available, 1);
COOP_QUEUE(messages, struct message, 10);
COOP_PERMITS(blocks, 1);

static void check(uint32_t each)
{
    for (unsigned i = 0; i < METRIC_PROCESSES; i++)
        if (counters[i] != each)
            fail("a metric's counters");
}

/* By the one that measures. */
static int let_leave(unsigned others)
{
    meter_end();
    for (unsigned i = 0; i < others; i++)
        coop_semaphore_release(&leave);
    return 0;
}

static void clear(void)
{
    for (unsigned i = 0; i < METRIC_PROCESSES; i++)
        counters[i] = 0;
}

/* Five of them, each giving way to the next. They begin with a round that isn't measured, in which all come up. */
static int cooperate(const void *argument)
{
    unsigned number = *(const uint32_t *)argument;
    volatile uint32_t *counter = &counters[number];
    (void)!coop_semaphore_acquire(&go, COOP_FOREVER);
    coop_yield();
    if (number == 0)
        meter_begin();
    for (unsigned i = 0; i < ROUNDS; i++) {
        coop_yield();
        ++*counter;
    }
    return number == 0 ? let_leave(METRIC_PROCESSES - 1) : coop_semaphore_acquire(&leave, COOP_FOREVER);
}
COOP_PROCESS(cooperator, cooperate, .priority = 5, .instances = METRIC_PROCESSES);

void metric_cooperative(void)
{
    struct coop_handle handles[METRIC_PROCESSES];
    clear();
    for (uint32_t i = 0; i < METRIC_PROCESSES; i++)
        if (coop_start(&cooperator, &i, sizeof i, &handles[i]) < 0)
            fail("start");
    coop_yield();
    for (unsigned i = 0; i < METRIC_PROCESSES; i++)
        coop_semaphore_release(&go);
    for (unsigned i = 0; i < METRIC_PROCESSES; i++)
        (void)!coop_join(handles[i], COOP_FOREVER, NULL);
    check(ROUNDS);
}

/* The lowest resumes the next higher one, and so on; each then suspends itself. */
static int first(const void *argument)
{
    (void)argument;
    meter_begin();
    for (unsigned i = 0; i < ROUNDS; i++) {
        coop_semaphore_release(&resume1);
        ++counters[0];
    }
    return let_leave(METRIC_PROCESSES - 1);
}

static inline void relay(unsigned number, const struct coop_semaphore *own, const struct coop_semaphore *next)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        (void)!coop_semaphore_acquire(own, COOP_FOREVER);
        if (next != NULL)
            coop_semaphore_release(next);
        ++counters[number];
    }
}

static int second(const void *argument)
{
    (void)argument;
    relay(1, &resume1, &resume2);
    return coop_semaphore_acquire(&leave, COOP_FOREVER);
}

static int third(const void *argument)
{
    (void)argument;
    relay(2, &resume2, &resume3);
    return coop_semaphore_acquire(&leave, COOP_FOREVER);
}

static int fourth(const void *argument)
{
    (void)argument;
    relay(3, &resume3, &resume4);
    return coop_semaphore_acquire(&leave, COOP_FOREVER);
}

static int fifth(const void *argument)
{
    (void)argument;
    relay(4, &resume4, NULL);
    return coop_semaphore_acquire(&leave, COOP_FOREVER);
}
COOP_PROCESS(preempted1, first, .priority = 10, .preemptible = true);
COOP_PROCESS(preempted2, second, .priority = 11, .preemptible = true);
COOP_PROCESS(preempted3, third, .priority = 12, .preemptible = true);
COOP_PROCESS(preempted4, fourth, .priority = 13, .preemptible = true);
COOP_PROCESS(preempted5, fifth, .priority = 14, .preemptible = true);

void metric_preemptive(void)
{
    static const struct coop_process *const processes[] = {&preempted5, &preempted4, &preempted3, &preempted2,
                                                           &preempted1};
    struct coop_handle handles[METRIC_PROCESSES];
    clear();
    for (unsigned i = 0; i < METRIC_PROCESSES; i++)
        if (coop_start(processes[i], NULL, 0, &handles[i]) < 0)
            fail("start");
    for (unsigned i = 0; i < METRIC_PROCESSES; i++)
        (void)!coop_join(handles[i], COOP_FOREVER, NULL);
    check(ROUNDS);
}

/* The handler releases what the same process then acquires. */
void metric_interrupt(void)
{
    clear();
    meter_begin();
    for (unsigned i = 0; i < ROUNDS; i++) {
        meter_interrupt(METER_SIGNAL_INTERRUPT);
        (void)!coop_semaphore_acquire(&meter_signal, COOP_FOREVER);
        ++counters[0];
    }
    meter_end();
}

/* The handler resumes a higher process. */
static int wait(const void *argument)
{
    (void)argument;
    for (unsigned i = 0; i < ROUNDS; i++) {
        (void)!coop_semaphore_acquire(&meter_signal, COOP_FOREVER);
        ++counters[0];
    }
    return coop_semaphore_acquire(&leave, COOP_FOREVER);
}
COOP_PROCESS(preempting, wait, .priority = 9);

void metric_interrupt_preemption(void)
{
    struct coop_handle handle;
    clear();
    if (coop_start(&preempting, NULL, 0, &handle) < 0)
        fail("start");
    coop_yield();
    meter_begin();
    for (unsigned i = 0; i < ROUNDS; i++) {
        meter_interrupt(METER_SIGNAL_INTERRUPT);
        ++counters[1];
    }
    (void)let_leave(1);
    (void)!coop_join(handle, COOP_FOREVER, NULL);
}

void metric_message(void)
{
    struct message message = {{1, 2, 3, 4}};
    clear();
    meter_begin();
    for (unsigned i = 0; i < ROUNDS; i++) {
        (void)!coop_queue_put(&messages, &message, COOP_FOREVER);
        (void)!coop_queue_get(&messages, &message, COOP_FOREVER);
        ++counters[0];
    }
    meter_end();
}

void metric_synchronization(void)
{
    meter_begin();
    for (unsigned i = 0; i < ROUNDS; i++) {
        (void)!coop_semaphore_acquire(&available, COOP_FOREVER);
        coop_semaphore_release(&available);
        ++counters[0];
    }
    meter_end();
}

/* There is no pool of memory; the nearest is a permit. */
void metric_memory(void)
{
    meter_begin();
    for (unsigned i = 0; i < ROUNDS; i++) {
        (void)!coop_permits_acquire(&blocks, COOP_FOREVER);
        (void)!coop_permits_release(&blocks);
        ++counters[0];
    }
    meter_end();
}

/* Nothing of a kernel: what the loops above and an array cost. */
void metric_basic(void)
{
    static volatile uint32_t array[64];
    meter_begin();
    for (unsigned i = 0; i < ROUNDS; i++) {
        for (unsigned j = 0; j < 64; j++)
            array[j] = (array[j] + counters[0]) ^ array[j];
        ++counters[0];
    }
    meter_end();
}
