/* A run is a function of its seed: a thousand seeds, each run twice, on different memory. */
#include "sim/tests/test_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SEEDS = 1000 };

static const char stage[] =
    "{\"name\": \"seeds\", \"strategy\": \"random\","
    " \"world\": {\"apps\": [{\"name\": \"shop\"}, {\"name\": \"napp\"}]},"
    " \"actors\": [{\"actor\": \"install\", \"app\": \"napp\"}, {\"actor\": \"check\", \"at\": \"0s\"},"
    "  {\"actor\": \"stop-container\", \"container\": \"fluxweb_shop\"}]}";

static int by_number(const void *left, const void *right)
{
    uint64_t first = *(const uint64_t *)left;
    uint64_t second = *(const uint64_t *)right;

    return (first > second) - (first < second);
}

static uint64_t run_with(struct test_run *test, const struct scenario *scenario, uint64_t seed)
{
    struct run_options options = {.revision = revision_by_name("8.9.2"), .seed_given = true, .seed = seed};

    return scenario_run(scenario, &options, &test->memory, &test->arena, &test->event_arena)->trace_hash;
}

static void the_same_seed_gives_the_same_trace(void **state)
{
    static uint64_t hashes[SEEDS];
    struct test_run first, second;
    unsigned different = 1;

    (void)state;
    test_run_begin(&first);
    test_run_begin(&second);
    const struct scenario *scenario = test_scenario(&first, stage);

    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        hashes[seed] = run_with(&first, scenario, seed);
        assert_true(hashes[seed] == run_with(&second, scenario, seed));
    }
    qsort(hashes, SEEDS, sizeof hashes[0], by_number);
    for (unsigned i = 1; i < SEEDS; i++) {
        different += hashes[i] != hashes[i - 1];
    }
    print_message("%d seeds run twice: 0 differences, %u different traces\n", SEEDS, different);
    assert_true(different > SEEDS * 9 / 10); /* else the seed decides nothing, and nothing was shown */
    test_run_end(&first);
    test_run_end(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_same_seed_gives_the_same_trace)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
