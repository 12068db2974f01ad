/* Tests that assert nothing are noticed. The groups that fail run in a process of their own. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static int set_up(void **state)
{
    static int seven = 7;

    *state = &seven;
    return 0;
}

static void test_of_nothing(void **state)
{
    (void)state;
}

/* Its setup asserts; it does not. */
static int set_up_asserting(void **state)
{
    assert_null(*state);
    return 0;
}

static void test_of_its_state(void **state)
{
    assert_int_equal(*(int *)*state, 7);
}

static void test_left_out(void **state)
{
    (void)state;
    skip();
}

static int failures_of(const struct CMUnitTest *tests, size_t count)
{
    int status = 0;
    pid_t process = fork();

    assert_true(process >= 0);
    if (process == 0) {
        int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

        dup2(nowhere, STDOUT_FILENO);
        dup2(nowhere, STDERR_FILENO);
        /* The function that the macro calls: `tests` is no array here. */
        _exit(_cmocka_run_group_tests("inner", tests, count, NULL, NULL));
    }
    assert_int_equal(waitpid(process, &status, 0), process);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_what_asserts_nothing_fails(void **state)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_of_its_state, set_up),
        cmocka_unit_test(test_of_nothing),
        cmocka_unit_test(test_left_out),
        cmocka_unit_test_setup(test_of_nothing, set_up_asserting),
        cmocka_unit_test_setup(test_of_its_state, set_up),
    };

    (void)state;
    assert_int_equal(failures_of(tests, 1), 0);
    assert_int_equal(failures_of(tests + 1, 1), 1);
    assert_int_equal(failures_of(tests + 2, 1), 0);
    assert_int_equal(failures_of(tests, sizeof tests / sizeof tests[0]), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_asserts_nothing_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
