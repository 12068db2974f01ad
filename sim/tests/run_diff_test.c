/* Comparing runs: which difference is the first, what differs in the worlds at the end, and that a run is the same as
 * what was read of its trace. */
#include "reports/run_diff.h"

#include "fakes/world.h"
#include "reports/report.h"
#include "reports/trace.h"
#include "sim/tests/test_run.h"

#include <cjson/cJSON.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MANY = 200000 };

static const char *task_names[] = {"install", "check"};

/* Two records that are made by hand. */
struct made {
    struct arena arena;
    struct run_record left, right;
    struct run_diff diff;
};

static void made_begin(struct made *made, struct run_event *left, uint32_t left_count, struct run_event *right,
                       uint32_t right_count)
{
    const struct run_record record = {.scenario = "s", .revision = "8.9.2", .tasks = task_names, .task_count = 2};

    arena_init(&made->arena, arena_source_malloc());
    made->left = made->right = record;
    made->left.events = left;
    made->left.event_count = left_count;
    made->right.events = right;
    made->right.event_count = right_count;
}

static void made_compare(struct made *made)
{
    run_diff(&made->arena, &made->left, &made->right, &made->diff);
}

static void made_end(struct made *made)
{
    arena_reset(&made->arena);
}

static struct run_event effect(uint32_t at_step, uint32_t applied_step, const struct value *result)
{
    return (struct run_event){.kind = RUN_EFFECT,
                              .effect = EFFECT_DOCKER_CONTAINERS_LIST,
                              .cause = RUN_NONE,
                              .at_step = at_step,
                              .result = result,
                              .applied_ms = applied_step == 0 ? -1 : 0,
                              .applied_step = applied_step,
                              .resumed_ms = -1,
                              .violation = RUN_NONE};
}

static struct run_event log_line(uint32_t at_step, const char *text)
{
    return (struct run_event){
        .kind = RUN_LOG, .cause = RUN_NONE, .at_step = at_step, .text = text, .violation = RUN_NONE};
}

static struct run_event change(const char *name, const char *object, const char *detail)
{
    return (struct run_event){.kind = RUN_CHANGE,
                              .task = RUN_NONE,
                              .cause = RUN_NONE,
                              .text = name,
                              .object = object,
                              .detail = detail,
                              .violation = RUN_NONE};
}

/* ---- the trace ----------------------------------------------------------------------------------------------------
 */

/* An answer that comes at step 9 differs; a line below it, of step 5, does too. */
static void test_the_first_difference_is_the_earliest(void **state)
{
    struct run_event left[] = {effect(1, 9, value_bool(true)), log_line(2, "a"), log_line(5, "b")};
    struct run_event right[] = {effect(1, 9, value_bool(false)), log_line(2, "a"), log_line(5, "c")};
    struct made made;

    (void)state;
    made_begin(&made, left, 3, right, 3);
    made_compare(&made);
    assert_true(made.diff.trace.found);
    assert_int_equal(made.diff.trace.event, 2);
    assert_string_equal(made.diff.trace.member, "text");
    assert_string_equal(made.diff.trace.moment, "issued");
    made_end(&made);

    /* Where the answer came at step 4, it is the answer. */
    left[0].applied_step = right[0].applied_step = 4;
    made_begin(&made, left, 3, right, 3);
    made_compare(&made);
    assert_int_equal(made.diff.trace.event, 0);
    assert_string_equal(made.diff.trace.member, "result");
    assert_string_equal(made.diff.trace.moment, "applied");
    assert_true(made.diff.trace.values[0]->boolean);
    assert_false(made.diff.trace.values[1]->boolean);
    made_end(&made);
}

static void test_an_answer_that_never_came(void **state)
{
    struct run_event left[] = {effect(1, 3, value_null()), log_line(2, "a")};
    struct run_event right[] = {effect(1, 0, NULL), log_line(2, "a")};
    struct made made;

    (void)state;
    made_begin(&made, left, 2, right, 2);
    made_compare(&made);
    assert_int_equal(made.diff.trace.event, 0);
    assert_string_equal(made.diff.trace.member, "applied_ms");
    assert_null(made.diff.trace.values[1]);
    made_end(&made);
}

static void test_a_part_of_an_answer_is_named(void **state)
{
    struct made made;
    struct arena arena;
    static const char one[] = "[{\"State\":\"up\"},{\"Id\":1,\"State\":{\"a\":1,\"b\":[true]}}]";
    static const char two[] = "[{\"State\":\"up\"},{\"Id\":1,\"State\":{\"a\":1,\"b\":[false]}}]";

    (void)state;
    arena_init(&arena, arena_source_malloc());
    struct run_event left[] = {effect(1, 2, value_parse(&arena, one, strlen(one)))};
    struct run_event right[] = {effect(1, 2, value_parse(&arena, two, strlen(two)))};

    made_begin(&made, left, 1, right, 1);
    made_compare(&made);
    assert_string_equal(made.diff.trace.member, "result[1].State.b[0]");
    made_end(&made);
    arena_reset(&arena);
}

static void test_a_run_that_is_over_earlier(void **state)
{
    struct run_event events[] = {log_line(1, "a"), log_line(2, "b")};
    struct made made;

    (void)state;
    made_begin(&made, events, 1, events, 2);
    made_compare(&made);
    assert_int_equal(made.diff.trace.event, 1);
    assert_true(made.diff.trace.ended[0]);
    assert_false(made.diff.trace.ended[1]);
    assert_null(made.diff.trace.member);
    made_end(&made);
}

static void test_other_kinds_and_other_hashes(void **state)
{
    struct run_event left[] = {log_line(1, "a")};
    struct run_event right[] = {change("container started", "c", NULL)};
    struct made made;

    (void)state;
    made_begin(&made, left, 1, right, 1);
    made_compare(&made);
    assert_string_equal(made.diff.trace.member, "kind");
    assert_string_equal(value_text(made.diff.trace.values[1]), "change");
    made_end(&made);

    made_begin(&made, left, 1, left, 1);
    made_compare(&made);
    assert_true(run_diff_same(&made.diff));
    made.right.trace_hash = 1;
    made_compare(&made);
    assert_true(made.diff.hash_differs);
    assert_false(run_diff_same(&made.diff));
    made_end(&made);
}

static void test_verdicts_and_counts(void **state)
{
    struct run_violation twice[] = {{.oracle = "orphan"}, {.oracle = "dark"}};
    struct run_violation other[] = {{.oracle = "orphan"}, {.oracle = "orphan"}};
    struct made made;

    (void)state;
    made_begin(&made, NULL, 0, NULL, 0);
    made.left.violations = twice;
    made.right.violations = other;
    made.left.violation_count = made.right.violation_count = 2;
    made_compare(&made);
    assert_true(made.diff.verdict_differs);
    made.right.violations = twice;
    made_compare(&made);
    assert_false(made.diff.verdict_differs);
    made.right.counts[RUN_COUNT_PRUNES]++;
    made_compare(&made);
    assert_true(made.diff.verdict_differs);
    made_end(&made);
}

/* Quadratic work would take minutes here. */
static void test_many_events(void **state)
{
    struct run_event *events = calloc(MANY, sizeof *events);
    struct run_event *others = calloc(MANY, sizeof *others);
    struct made made;

    (void)state;
    assert_non_null(events);
    assert_non_null(others);
    arena_init(&made.arena, arena_source_malloc());
    for (uint32_t i = 0; i < MANY; i++) {
        events[i] = change("row inserted", "db.c", arena_printf(&made.arena, "row %u", i));
        others[i] = events[i];
    }
    others[MANY - 1].detail = "another";
    struct arena names = made.arena;

    made_begin(&made, events, MANY, others, MANY);
    made_compare(&made);
    assert_int_equal(made.diff.trace.event, MANY - 1);
    assert_int_equal(made.diff.world_place, MANY - 1);
    assert_int_equal(made.diff.world_count, 2);
    made_end(&made);
    arena_reset(&names);
    free(events);
    free(others);
}

/* ---- the world ----------------------------------------------------------------------------------------------------
 */

static void test_every_change_is_known(void **state)
{
    (void)state;
    for (int i = 0; i < CHANGE_COUNT; i++) {
        if (!world_change_known(change_name((enum change_kind)i))) {
            fail_msg("%s is not in reports/world_changes.def", change_name((enum change_kind)i));
        }
    }
    assert_false(world_change_known("container painted"));
}

static const char *state_of(const struct made *made, const char *thing, const char *object, int side)
{
    for (uint32_t i = 0; i < made->diff.world_count; i++) {
        const struct world_difference *difference = &made->diff.world[i];

        if (strcmp(difference->thing, thing) == 0 && strcmp(difference->object, object) == 0) {
            return difference->states[side];
        }
    }
    return "the same";
}

static void test_worlds_at_the_end(void **state)
{
    struct run_event left[] = {change("container created", "new", NULL),
                               change("container started", "new", NULL),
                               change("container removed", "old", NULL),
                               change("network created", "there and gone", NULL),
                               change("network removed", "there and gone", NULL),
                               change("folder changed", "folder", "sendreceive"),
                               change("row inserted", "rows", "r"),
                               change("row inserted", "rows", "r"),
                               change("mounted", "/m", "file"),
                               change("message delivered", "peer", NULL)};
    struct run_event right[] = {change("container created", "new", NULL),
                                change("folder changed", "folder", "receiveonly"), change("row removed", "rows", "r"),
                                change("mounted", "/m", "file")};
    struct made made;

    (void)state;
    made_begin(&made, left, sizeof left / sizeof left[0], right, sizeof right / sizeof right[0]);
    made_compare(&made);
    assert_true(made.diff.world_differs);
    assert_int_equal(made.diff.world_place, 1);
    assert_int_equal(made.diff.changes[0], 1);
    assert_int_equal(made.diff.changes[1], 1);
    assert_string_equal(state_of(&made, "container", "new", 0), "running");
    assert_string_equal(state_of(&made, "container", "new", 1), "created");
    assert_string_equal(state_of(&made, "container", "old", 0), "absent");
    assert_string_equal(state_of(&made, "container", "old", 1), "present");
    assert_string_equal(state_of(&made, "network", "there and gone", 0), "the same");
    assert_string_equal(state_of(&made, "folder", "folder", 1), "receiveonly");
    assert_string_equal(state_of(&made, "row", "rows", 0), "2 more than at the start");
    assert_string_equal(state_of(&made, "row", "rows", 1), "1 fewer than at the start");
    assert_string_equal(state_of(&made, "mount", "/m", 0), "the same");
    assert_int_equal(made.diff.world_count, 4);
    made_end(&made);
}

/* ---- real runs ----------------------------------------------------------------------------------------------------
 */

static const char raced[] = "{\"name\": \"raced\", \"world\": {\"apps\": [{\"name\": \"shop\"}, {\"name\": \"napp\"}]},"
                            " \"strategy\": \"random\", \"duration\": \"1h\","
                            " \"actors\": [{\"actor\": \"install\", \"app\": \"napp\"}, {\"actor\": \"check\"},"
                            "  {\"actor\": \"stop-container\", \"container\": \"fluxweb_shop\"}]}";

static const struct run_record *run_seed(struct test_run *test, uint64_t seed)
{
    struct run_options options = {
        .revision = revision_by_name("8.9.2"), .seed_given = true, .seed = seed, .keep_events = true};

    return scenario_run(test_scenario(test, raced), &options, &test->memory, &test->arena, &test->event_arena);
}

/* What is read of a trace has no dates, and is the same all the same. */
static void test_a_run_is_its_trace(void **state)
{
    static const struct report_options options = {0};
    struct test_run test;
    struct run_diff diff;
    struct trace trace;
    struct trace_mistake mistake = {0};
    struct sink sink;

    (void)state;
    test_run_begin(&test);
    for (uint64_t seed = 1; seed <= 8; seed++) {
        const struct run_record *record = run_seed(&test, seed);
        const struct run_record *other = run_seed(&test, seed + 100);

        sink_init(&sink);
        trace_write(&sink, &record, 1, &options);
        assert_true(trace_read(&test.arena, "t.jsonl", sink.text, sink.length, &trace, &mistake));
        run_diff(&test.arena, &trace.runs[0].record, record, &diff);
        assert_true(run_diff_same(&diff));
        run_diff(&test.arena, record, other, &diff);
        assert_true(diff.trace.found || record->trace_hash == other->trace_hash);
        assert_int_equal(run_diff_same(&diff), record->trace_hash == other->trace_hash);
        sink_free(&sink);
    }
    test_run_end(&test);
}

static void test_what_is_written(void **state)
{
    struct run_event left[] = {log_line(1, "a"), log_line(2, "b"), change("container removed", "c", NULL)};
    struct run_event right[] = {log_line(1, "a"), log_line(2, "ä\"")};
    struct made made;
    struct sink sink;

    (void)state;
    made_begin(&made, left, 3, right, 2);
    made_compare(&made);
    struct diff_pair pair = {{{&made.left, "l.jsonl", 1}, {&made.right, "r.json", 0}}, made.diff};

    sink_init(&sink);
    run_diff_text_write(&sink, &pair, 1, 1);
    assert_string_equal(sink.text, "--- s on 8.9.2, seed 0  (l.jsonl:1)\n"
                                   "+++ s on 8.9.2, seed 0\n"
                                   "trace    differs at event 1 (l.jsonl:3), when it was issued: text\n"
                                   "         0  1970-01-01 00:00:00.000  install           log: a\n"
                                   "  -      1  1970-01-01 00:00:00.000  install           log: b\n"
                                   "  +      1  1970-01-01 00:00:00.000  install           log: ä\"\n"
                                   "      - text: \"b\"\n"
                                   "      + text: \"ä\\\"\"\n"
                                   "world    differs at change 0\n"
                                   "  -      2  1970-01-01 00:00:00.000  -                 ~ container removed c\n"
                                   "  +         no more changes\n"
                                   "         at the end, as changes tell:\n"
                                   "    container c: - absent, + present\n"
                                   "verdict  the same: held (0.000 s)\n");
    sink_free(&sink);
    run_diff_json_write(&sink, &pair, 1, 1);
    cJSON *array = cJSON_Parse(sink.text);
    const cJSON *one = cJSON_GetArrayItem(array, 0);
    const cJSON *trace = cJSON_GetObjectItem(one, "trace");

    assert_true(cJSON_IsFalse(cJSON_GetObjectItem(one, "same")));
    assert_int_equal(cJSON_GetNumberValue(cJSON_GetObjectItem(trace, "event")), 1);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetObjectItem(trace, "values"), "right")),
                        "ä\"");
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(trace, "before")), 1);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(cJSON_GetObjectItem(one, "world"), "end")), 1);
    assert_true(cJSON_IsFalse(cJSON_GetObjectItem(one, "verdict_differs")));
    cJSON_Delete(array);
    sink_free(&sink);
    made_end(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_difference_is_the_earliest),
        cmocka_unit_test(test_an_answer_that_never_came),
        cmocka_unit_test(test_a_part_of_an_answer_is_named),
        cmocka_unit_test(test_a_run_that_is_over_earlier),
        cmocka_unit_test(test_other_kinds_and_other_hashes),
        cmocka_unit_test(test_verdicts_and_counts),
        cmocka_unit_test(test_many_events),
        cmocka_unit_test(test_every_change_is_known),
        cmocka_unit_test(test_worlds_at_the_end),
        cmocka_unit_test(test_a_run_is_its_trace),
        cmocka_unit_test(test_what_is_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
