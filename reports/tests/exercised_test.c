/* What runs have exercised, from records built by hand. */
#include "reports/exercised.h"
#include "reports/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, arena_source_malloc());
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_reset(&arena);
    return 0;
}

static struct run_event task_begins(uint32_t task, int64_t at_ms)
{
    return (struct run_event){.kind = RUN_TASK, .task = task, .at_ms = at_ms};
}

/* An application at `step`, one ms per step. */
static struct run_event call(uint32_t task, enum effect_id effect, const char *object, uint32_t step)
{
    return (struct run_event){.kind = RUN_EFFECT,
                              .task = task,
                              .effect = effect,
                              .object = object,
                              .place = task == 0 ? "core/a.c:9" : "core/a.c:10",
                              .applied_step = step,
                              .applied_ms = step};
}

#define GATHER(gathered, ...)                                                                                          \
    gather((gathered), (struct run_event[]){__VA_ARGS__},                                                              \
           sizeof((struct run_event[]){__VA_ARGS__}) / sizeof(struct run_event))

static void gather(struct exercised *exercised, struct run_event *events, size_t count)
{
    static struct run_violation violation = {.oracle = "dark"};
    static struct run_oracle oracles[] = {{"dark", 5, 1, 70}, {"orphan", 2, 0, 0}};
    const struct run_record record = {.events = events,
                                      .event_count = (uint32_t)count,
                                      .task_count = 2,
                                      .violations = &violation,
                                      .violation_count = 1,
                                      .oracles = oracles,
                                      .oracle_count = 2};
    const struct run_record *const records[] = {&record, &record};

    exercised_of(exercised, &arena, records, 2);
}

static void test_calls_by_place_and_what_they_met(void **state)
{
    struct exercised exercised;
    struct run_event lost = call(0, EFFECT_DOCKER_CONTAINER_START, "c", 3);

    (void)state;
    lost.fault = FAULT_LOST_REPLY;
    GATHER(&exercised, call(1, EFFECT_DOCKER_CONTAINER_START, "c", 1), call(0, EFFECT_DOCKER_CONTAINER_START, "c", 2),
           lost, call(0, EFFECT_CLOCK_DELAY, NULL, 4));
    assert_int_equal(exercised.call_count, 3);
    assert_string_equal(exercised.calls[0].place, "core/a.c:9"); /* lines are numbers: 9 before 10 */
    assert_int_equal(exercised.calls[0].effect, EFFECT_DOCKER_CONTAINER_START);
    assert_int_equal(exercised.calls[0].times[FAULT_NONE], 2); /* once in each run */
    assert_int_equal(exercised.calls[0].times[FAULT_LOST_REPLY], 2);
    assert_string_equal(exercised.calls[2].place, "core/a.c:10");
    assert_int_equal(exercised_failures(&exercised).part, 1);
    assert_int_equal(exercised_failures(&exercised).whole,
                     2 * __builtin_popcount(effect_info(EFFECT_DOCKER_CONTAINER_START)->faults));
}

static bool before(const struct exercised *exercised, enum effect_id first, enum effect_id second)
{
    return exercised->before[first][second];
}

static void test_both_orders(void **state)
{
    struct exercised exercised;

    (void)state;
    GATHER(&exercised, task_begins(0, 0), task_begins(1, 0), call(0, EFFECT_DOCKER_CONTAINER_STOP, "c", 1),
           call(1, EFFECT_DOCKER_CONTAINERS_PRUNE, NULL, 2), call(0, EFFECT_DOCKER_CONTAINER_STOP, "c", 3));
    assert_true(before(&exercised, EFFECT_DOCKER_CONTAINER_STOP, EFFECT_DOCKER_CONTAINERS_PRUNE));
    assert_true(before(&exercised, EFFECT_DOCKER_CONTAINERS_PRUNE, EFFECT_DOCKER_CONTAINER_STOP));
    assert_int_equal(exercised_orders(&exercised).part, 1);
    assert_int_equal(exercised_orders(&exercised).whole, 1);
}

/* Events stand in the order of issue; what counts is when they were applied. */
static void test_application_decides(void **state)
{
    struct exercised exercised;
    uint32_t count = 0;

    (void)state;
    GATHER(&exercised, task_begins(0, 0), task_begins(1, 0), call(0, EFFECT_DOCKER_CONTAINER_STOP, "c", 9),
           call(1, EFFECT_DOCKER_CONTAINERS_PRUNE, NULL, 4));
    const struct exercised_pair *pairs = exercised_pairs(&exercised, &count);

    assert_int_equal(count, 1);
    assert_int_equal(pairs[0].first, EFFECT_DOCKER_CONTAINERS_PRUNE < EFFECT_DOCKER_CONTAINER_STOP
                                         ? EFFECT_DOCKER_CONTAINERS_PRUNE
                                         : EFFECT_DOCKER_CONTAINER_STOP);
    assert_true(before(&exercised, EFFECT_DOCKER_CONTAINERS_PRUNE, EFFECT_DOCKER_CONTAINER_STOP));
    assert_false(pairs[0].forwards && pairs[0].backwards);
    assert_int_equal(exercised_orders(&exercised).part, 0);
}

static void test_no_conflict_no_pair(void **state)
{
    struct exercised exercised;

    (void)state;
    /* other objects, readers alone, one task alone, and one that had not begun when the other was applied */
    GATHER(&exercised, task_begins(0, 0), task_begins(1, 0), call(0, EFFECT_DOCKER_CONTAINER_STOP, "c", 1),
           call(1, EFFECT_DOCKER_CONTAINER_START, "d", 2));
    assert_int_equal(exercised_orders(&exercised).whole, 0);
    GATHER(&exercised, task_begins(0, 0), task_begins(1, 0), call(0, EFFECT_DOCKER_CONTAINER_INSPECT, "c", 1),
           call(1, EFFECT_DOCKER_CONTAINERS_LIST, NULL, 2));
    assert_int_equal(exercised_orders(&exercised).whole, 0);
    GATHER(&exercised, task_begins(0, 0), call(0, EFFECT_DOCKER_CONTAINER_STOP, "c", 1),
           call(0, EFFECT_DOCKER_CONTAINERS_PRUNE, NULL, 2));
    assert_int_equal(exercised_orders(&exercised).whole, 0);
    GATHER(&exercised, task_begins(0, 0), call(0, EFFECT_DOCKER_CONTAINER_STOP, "c", 1), task_begins(1, 5),
           call(1, EFFECT_DOCKER_CONTAINERS_PRUNE, NULL, 6));
    assert_int_equal(exercised_orders(&exercised).whole, 0);
}

static void test_oracles_are_summed_up(void **state)
{
    struct exercised exercised;

    (void)state;
    GATHER(&exercised, task_begins(0, 0));
    assert_int_equal(exercised.oracle_count, 2);
    assert_int_equal(exercised.oracles[0].weighed, 10);
    assert_int_equal(exercised.oracles[0].excused, 2);
    assert_int_equal(exercised.oracles[0].nearest_pct, 70);
    assert_int_equal(exercised.oracles[0].violations, 2);
    assert_int_equal(exercised.oracles[0].runs_violated, 2);
    assert_int_equal(exercised_oracles(&exercised).part, 1);
    assert_int_equal(exercised_oracles(&exercised).whole, 2);
}

/* Records without events, or none at all, are no reason to fall over. */
static void test_nothing(void **state)
{
    const struct run_record empty = {.file = "x"};
    const struct run_record *const records[] = {&empty};
    report_writer *const writers[] = {exercised_report_write, exercised_json_write, exercised_html_write};

    (void)state;
    for (size_t i = 0; i < 2 * sizeof writers / sizeof writers[0]; i++) {
        const struct report_options options = {.full = i % 2 == 0};
        struct sink sink;

        sink_init(&sink);
        writers[i / 2](&sink, records, i % 2, &options);
        assert_true(sink.length > 0);
        sink_free(&sink);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_calls_by_place_and_what_they_met, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_both_orders, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_application_decides, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_conflict_no_pair, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_oracles_are_summed_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nothing, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
