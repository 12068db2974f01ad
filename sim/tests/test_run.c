#include "sim/tests/test_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void out_of_memory(void *context)
{
    (void)context;
    abort();
}

void test_run_begin(struct test_run *test)
{
    assert_true(memory_init(&test->memory, (size_t)1 << 32, out_of_memory, NULL));
    assert_true(memory_init(&test->events, (size_t)1 << 32, out_of_memory, NULL));
    arena_init(&test->arena, arena_source_malloc());
    arena_init(&test->event_arena, &test->events.source);
}

void test_run_end(struct test_run *test)
{
    arena_reset(&test->arena);
    memory_free(&test->memory);
    memory_free(&test->events);
}

struct scenario *test_scenario(struct test_run *test, const char *json)
{
    struct scenario_mistake mistake = {NULL};
    struct scenario *scenario = scenario_parse(&test->arena, "test.json", json, strlen(json), &mistake);

    if (scenario == NULL) {
        fail_msg("%s", mistake.text);
    }
    return scenario;
}

struct run_record *test_run_scenario(struct test_run *test, const struct scenario *scenario, const char *revision,
                                     uint32_t without)
{
    struct run_options options = {.revision = revision_by_name(revision), .without = without, .keep_events = true};

    arena_reset(&test->event_arena);
    return scenario_run(scenario, &options, &test->memory, &test->arena, &test->event_arena);
}

struct run_record *test_run_text(struct test_run *test, const char *json, const char *revision)
{
    return test_run_scenario(test, test_scenario(test, json), revision, 0);
}

unsigned test_violations(const struct run_record *record, const char *oracle)
{
    unsigned times = 0;

    for (uint32_t i = 0; i < record->violation_count; i++) {
        times += strcmp(record->violations[i].oracle, oracle) == 0;
    }
    return times;
}
