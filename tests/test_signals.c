/*
 * A signal that comes at any instruction of the supervisor's look whether one came is seen by that look or by the next; and one that
 * comes while another is counted is counted, too.
 */
#include "linux.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { MOST_STEPS = 1000 };

static struct {
    volatile int begun, looked;
} * stage;

/* The first look is the one that is stepped through. */
static void look_twice(bool (*look)(void), int signal_number)
{
    struct sigaction action = {.sa_handler = linux_on_signal};
    if (sigaction(signal_number, &action, NULL) < 0 || ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
        _exit(2);
    raise(SIGTRAP);
    stage->begun = 1;
    bool first = look();
    stage->looked = 1;
    bool second = look();
    _exit(first != second ? 0 : 1);
}

static void step(pid_t pid)
{
    int status;
    assert_int_equal(ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSTOPPED(status));
}

/* Has the signal come after `steps` instructions of the look; true when that was before its end. */
static bool interrupt_after(int steps, bool (*look)(void), int signal_number)
{
    int status;
    stage->begun = stage->looked = 0;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        look_twice(look, signal_number);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSTOPPED(status));
    while (!stage->begun)
        step(pid);
    for (int i = 0; i < steps && !stage->looked; i++)
        step(pid);
    bool within = !stage->looked;
    assert_int_equal(ptrace(PTRACE_DETACH, pid, NULL, (void *)(uintptr_t)signal_number), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    return within;
}

static void interrupt_at_every_instruction(bool (*look)(void), int signal_number)
{
    int steps = 0;
    while (interrupt_after(steps, look, signal_number))
        assert_true(++steps < MOST_STEPS);
    assert_true(steps > 2);
}

static void test_end_of_a_child(void **state)
{
    (void)state;
    interrupt_at_every_instruction(linux_children_changed, SIGCHLD);
}

static void test_continued(void **state)
{
    (void)state;
    interrupt_at_every_instruction(linux_was_suspended, SIGCONT);
}

/* A request to stop comes in the middle of counting another one. True once: when both are seen. */
static bool ask_and_look(void)
{
    static bool has_asked, has_told;
    if (!has_asked)
        linux_on_signal(SIGTERM);
    has_asked = true;
    bool both = port_stop_asked() >= 2, tells = both && !has_told;
    has_told |= both;
    return tells;
}

static void test_asked_to_stop_twice(void **state)
{
    (void)state;
    interrupt_at_every_instruction(ask_and_look, SIGTERM);
}

int main(void)
{
    stage = mmap(NULL, sizeof *stage, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_end_of_a_child),
        cmocka_unit_test(test_continued),
        cmocka_unit_test(test_asked_to_stop_twice),
    };
    return stage == MAP_FAILED ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
