/*
 * A worker that writes over one word of what all share, each word in turn, and dies: the supervisor repairs what it finds, neither
 * crashes nor hangs, and starts nobody whom that word does not ask for. Whole systems, on Linux.
 */
#include "system.h"

#include "linux.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
enum { STRIDE = 31 };
#else
enum { STRIDE = 1 };
#endif

COOP_QUEUE(letters, int, 2);
COOP_QUEUE(queue, int, 3, .max_deliveries = 2, .dead_letters = &letters);
COOP_QUEUE(owned, int, 2, .one_producer = 1, .one_consumer = 1);
COOP_SEMAPHORE(semaphore, 1);
COOP_PERMITS(permits, 3);
COOP_LOCK(lock);
COOP_EVENT(event);

static const char scribbled[] = "it has scribbled\n", bystander_runs[] = "the bystander runs\n";

static struct system s;

enum change { ALL_ONES, ONE_MORE, A_PROCESS, CHANGES };

COOP_SHARED(
    struct {
        size_t word;
        enum change change;
    },
    plan);

static volatile uint32_t *word_at(size_t word)
{
    return (volatile uint32_t *)(void *)coop_arena_start + word;
}

static int scribble(const void *argument)
{
    (void)argument;
    size_t word = plan.word;
    enum change change = plan.change;
    *word_at(word) = change == ALL_ONES ? UINT32_MAX : change == ONE_MORE ? *word_at(word) + 1 : 2;
    port_ring();
    (void)!write(STDERR_FILENO, scribbled, sizeof scribbled - 1);
    abort();
}
COOP_PROCESS(scribbler, scribble);

static int stand_by(const void *argument)
{
    (void)argument;
    return (int)write(STDERR_FILENO, bystander_runs, sizeof bystander_runs - 1);
}
COOP_PROCESS(bystander, stand_by);

/* Holds something of each, so that what the word says is about somebody. */
static int use_everything(const void *argument)
{
    (void)argument;
    int message = 0;
    struct coop_lease lease;
    if (coop_permits_acquire(&permits, 0) < 0)
        return 1;
    while (!coop_stopping()) {
        if (coop_queue_put(&queue, &message, 1) < 0 && coop_queue_take(&queue, &message, &lease, 1) > 0)
            (void)coop_queue_give_back(&queue, lease);
        if (coop_queue_put(&owned, &message, 0) < 0 && coop_queue_get(&owned, &message, 0) < 0)
            break;
        if (coop_lock_acquire(&lock, 1) >= 0)
            (void)coop_lock_release(&lock);
        if (coop_semaphore_acquire(&semaphore, 0) == 0)
            (void)coop_semaphore_release(&semaphore);
        (void)coop_event_set(&event, 1);
        coop_log("a record");
    }
    return 0;
}
COOP_PROCESS(user, use_everything, .watchdog_ms = 10000);

static int sleep_until_stopped(void)
{
    while (coop_sleep_ms(1000) == 0)
        continue;
    return 0;
}

static int start_all(const void *argument)
{
    (void)argument;
    if (coop_start(&user, NULL, 0, NULL) < 0 || coop_start(&scribbler, NULL, 0, NULL) < 0)
        return 1;
    return sleep_until_stopped();
}
COOP_PROCESS(root, start_all);

/* Starts the bystander as its own child: a parent's end waits for that of its children. */
static int scribble_parent(const void *argument)
{
    (void)argument;
    struct coop_block *block = bystander.object.items;
    atomic_store(&block->parent, (uint8_t)(process_first_slot(&bystander) + 1));
    atomic_store(&block->state, COOP_REQUESTED);
    port_ring();
    return sleep_until_stopped();
}
COOP_PROCESS(root_of_own_child, scribble_parent);

static size_t next_word;
static enum change next_change;

static void make_plan(void)
{
    plan.word = next_word;
    plan.change = next_change;
}

static bool is_of(const struct coop_process *process, size_t word)
{
    char *at = coop_arena_start + word * sizeof(uint32_t);
    struct coop_block *block = process->object.items;
    return at >= (char *)block && at < (char *)(block + 1);
}

/* The system is asked to end, and again at once: what the supervisor is told of its processes can't be believed any more. */
static void run_one(void)
{
    uint64_t until_ms = coop_now_ms() + DEADLINE_MS;
    system_begin(&s, &root, make_plan);
    while (system_says(&s, scribbled) == 0 && coop_now_ms() < until_ms && system_reads(&s, 100))
        continue;
    bool has = system_says(&s, scribbled) != 0 || is_of(&scribbler, next_word); /* which may be its own death */
    kill(s.pid, SIGTERM);
    while (system_reads(&s, 1000) && coop_now_ms() < until_ms)
        if (coop_now_ms() + DEADLINE_MS / 2 > until_ms)
            kill(s.pid, SIGTERM);
    int status = system_end(&s);
    if (!has || status < 0 || (system_says(&s, bystander_runs) != 0 && !is_of(&bystander, next_word))) {
        print_error("word %zu, change %d, status %d\n%s", next_word, (int)next_change, status, s.log);
        fail();
    }
}

static void test_each_word(void **state)
{
    (void)state;
    size_t words = (size_t)(coop_arena_end - coop_arena_start) / sizeof(uint32_t);
    int said = 0, systems = 0;
    for (next_change = 0; next_change < CHANGES; next_change++)
        for (next_word = next_change; next_word < words; next_word += STRIDE) {
            run_one();
            systems++;
            said += system_says(&s, "overwritten") != 0;
        }
    print_message("%d systems, each with one word written over; %d said so\n", systems, said);
    assert_true(said > 0);
}

static void test_own_child(void **state)
{
    uint64_t until_ms = coop_now_ms() + DEADLINE_MS;
    (void)state;
    system_begin(&s, &root_of_own_child, NULL);
    while (system_says(&s, bystander_runs) == 0 && coop_now_ms() < until_ms && system_reads(&s, 100))
        continue;
    assert_int_equal(system_says(&s, bystander_runs), 1);
    kill(s.pid, SIGTERM);
    while (system_reads(&s, 1000) && coop_now_ms() < until_ms)
        continue;
    if (coop_now_ms() >= until_ms)
        kill(s.pid, SIGKILL);
    assert_true(system_end(&s) >= 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_child),
        cmocka_unit_test(test_each_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
