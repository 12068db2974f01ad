/* A test that returns without having asserted anything fails. The linker's --wrap puts these functions between the test
 * programs and cmocka: its assertions are counted, and each test of a group is watched by its own setup. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PLACE const char *const file, const int line

static unsigned long asserted;

#define ASSERTION(name, parameters, arguments)                                                                         \
    void __real_##name parameters;                                                                                     \
    void __wrap_##name parameters;                                                                                     \
    void __wrap_##name parameters                                                                                      \
    {                                                                                                                  \
        asserted++;                                                                                                    \
        __real_##name arguments;                                                                                       \
    }
#include "core/tests/asserting.def"
#undef ASSERTION

static const struct CMUnitTest *group; /* as the program gave it */
static size_t begun;                   /* of its tests */

static int begin(void **state)
{
    const struct CMUnitTest *running = &group[begun++];

    return running->setup_func == NULL ? 0 : running->setup_func(state);
}

static void watched(void **state)
{
    const struct CMUnitTest *running = &group[begun - 1];

    asserted = 0;
    running->test_func(state);
    if (asserted == 0) {
        fail_msg("%s has asserted nothing", running->name);
    }
}

int __real__cmocka_run_group_tests(const char *group_name, const struct CMUnitTest *tests, size_t count,
                                   CMFixtureFunction setup, CMFixtureFunction teardown);
int __wrap__cmocka_run_group_tests(const char *group_name, const struct CMUnitTest *tests, size_t count,
                                   CMFixtureFunction setup, CMFixtureFunction teardown);
int __wrap__cmocka_run_group_tests(const char *group_name, const struct CMUnitTest *tests, size_t count,
                                   CMFixtureFunction setup, CMFixtureFunction teardown)
{
    struct CMUnitTest *all = calloc(count, sizeof *all);

    assert_non_null(all);
    memcpy(all, tests, count * sizeof *all);
    for (size_t i = 0; i < count; i++) {
        all[i].setup_func = begin;
        all[i].test_func = watched;
    }
    group = tests;
    begun = 0;
    int failed = __real__cmocka_run_group_tests(group_name, all, count, setup, teardown);

    free(all);
    return failed;
}
