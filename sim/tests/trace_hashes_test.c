/* The traces of the scenario library are what they were: sim/tests/trace_hashes has the hash of each (`make
 * trace-hashes` renews it). Whoever changes what core asks of the outside, or in which order, sees it here; `drydock
 * diff` of two builds' traces says where. */
#include "sim/tests/test_run.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LIST "sim/tests/trace_hashes"

/* Hash of a scenario's run on a release, as `drydock run` has it. */
static uint64_t hash_of_run(struct test_run *test, const char *path, const char *revision)
{
    struct scenario_mistake mistake = {NULL};
    struct scenario *scenario = scenario_load(&test->arena, path, &mistake);
    struct run_options options = {.revision = revision_by_name(revision)};

    if (scenario == NULL) {
        fail_msg("%s", mistake.text);
    }
    assert_non_null(options.revision);
    return scenario_run(scenario, &options, &test->memory, &test->arena, &test->event_arena)->trace_hash;
}

static void test_every_trace_is_what_it_was(void **state)
{
    FILE *list = fopen(LIST, "r");
    char line[512];
    char revision[32];
    char path[256];
    uint64_t expected = 0;
    unsigned traces = 0;
    unsigned different = 0;
    struct test_run test;

    (void)state;
    assert_non_null(list);
    test_run_begin(&test);
    while (fgets(line, sizeof line, list) != NULL) {
        assert_int_equal(sscanf(line, "%" SCNx64 " %31s %255s", &expected, revision, path), 3);
        uint64_t hash = hash_of_run(&test, path, revision);

        if (hash != expected) {
            print_error("%s on %s: expected the trace %016" PRIx64 ", got %016" PRIx64 "\n", path, revision, expected,
                        hash);
            different++;
        }
        traces++;
        arena_reset(&test.arena);
    }
    fclose(list);
    test_run_end(&test);
    assert_true(traces > 100);
    assert_int_equal(different, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_trace_is_what_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
