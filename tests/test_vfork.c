/* vfork must be one: the child runs on its parent's memory, and the parent waits. The C library's is a fork on some machines. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int written;

static void child_writes_into_its_parent(void **state)
{
    (void)state;
    volatile int on_stack = 1;
    int status;
    pid_t pid = vfork();
    if (pid == 0) {
        written = getppid() != 0;
        on_stack = 2;
        _exit(7);
    }
    assert_true(pid > 0);
    assert_int_equal(written, 1);
    assert_int_equal(on_stack, 2);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 7);
}

static void child_executes(void **state)
{
    (void)state;
    static char *argv[] = {"none", NULL};
    int status;
    volatile int error = 0;
    pid_t pid = vfork();
    if (pid == 0) {
        execve("/nothing/such", argv, NULL);
        error = errno;
        _exit(1);
    }
    assert_int_equal(error, ENOENT);
    assert_int_equal(waitpid(pid, &status, 0), pid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(child_writes_into_its_parent),
                                       cmocka_unit_test(child_executes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
