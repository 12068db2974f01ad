/* The SARIF report, member by member as code scanning reads it. That it is SARIF at all, sim/tests/formats.sh asks the
 * schema. */
#include "reports/report.h"

#include <cjson/cJSON.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CALL_FIRST, CALL_OTHERS, CALL_PRUNE, VIOLATED, EVENTS };

static const char *tasks[] = {"install:napp", "check"};
static struct run_event events[EVENTS] = {
    [CALL_FIRST] = {.kind = RUN_EFFECT, .task = 0, .effect = EFFECT_DB_FIND, .object = "napp", .place = "core/db.c:10"},
    [CALL_OTHERS] = {.kind = RUN_EFFECT, .task = 1, .effect = EFFECT_DB_FIND, .place = "core/upkeep.c:20"},
    [CALL_PRUNE] = {.kind = RUN_EFFECT, .task = 0, .effect = EFFECT_DOCKER_CONTAINERS_PRUNE, .place = "core/a b.c:30"},
    [VIOLATED] = {.kind = RUN_VIOLATION, .task = 0, .cause = CALL_PRUNE},
};

static struct run_violation by_a_call(const char *object, bool expected)
{
    return (struct run_violation){.oracle = "container-lost",
                                  .broken_when = "a container goes",
                                  .expected = expected,
                                  .at_ms = 5000,
                                  .task = "install:napp",
                                  .effect = "docker containers.prune",
                                  .place = "core/a b.c:30",
                                  .object = object,
                                  .message = "it \"went\"",
                                  .event = VIOLATED};
}

static struct run_record record_of(struct run_violation *violations, uint32_t count, struct run_unmet *unmet)
{
    return (struct run_record){.scenario = "race",
                               .file = "dir/my race.json",
                               .revision = "8.9.2",
                               .violations = violations,
                               .violation_count = count,
                               .unmet = unmet,
                               .unmet_count = unmet != NULL,
                               .clock_start_ms = 1000,
                               .tasks = tasks,
                               .task_count = 2,
                               .events = events,
                               .event_count = EVENTS};
}

/* What the writer makes of one record; the caller deletes it. */
static cJSON *written(const struct run_record *record)
{
    const struct report_options options = {0};
    struct sink sink;

    sink_init(&sink);
    sarif_report_write(&sink, &record, 1, &options);
    cJSON *json = cJSON_Parse(sink.text);

    free(sink.text);
    assert_non_null(json);
    return json;
}

/* A member by its path: "runs/0/results/1/level". */
static const cJSON *at(const cJSON *json, const char *path)
{
    while (json != NULL && *path != '\0') {
        char part[64];
        const size_t length = strcspn(path, "/");

        assert_true(length < sizeof part);
        memcpy(part, path, length);
        part[length] = '\0';
        json = cJSON_IsArray(json) ? cJSON_GetArrayItem(json, (int)strtol(part, NULL, 10))
                                   : cJSON_GetObjectItemCaseSensitive(json, part);
        path += length + (path[length] == '/');
    }
    return json;
}

static const char *text_at(const cJSON *json, const char *path)
{
    const char *text = cJSON_GetStringValue(at(json, path));

    return text == NULL ? "(none)" : text;
}

static void test_a_violation_lies_where_its_call_was_issued(void **state)
{
    struct run_violation violation = by_a_call("web", false);
    const struct run_record record = record_of(&violation, 1, NULL);
    cJSON *log = written(&record);
    const cJSON *result = at(log, "runs/0/results/0");

    (void)state;
    assert_string_equal(text_at(log, "version"), "2.1.0");
    assert_string_equal(text_at(log, "runs/0/tool/driver/rules/0/id"), "container-lost");
    assert_string_equal(text_at(log, "runs/0/tool/driver/rules/0/shortDescription/text"), "a container goes");
    assert_string_equal(text_at(result, "ruleId"), "container-lost");
    assert_string_equal(text_at(result, "level"), "error");
    assert_string_equal(text_at(result, "message/text"), "race on 8.9.2: it \"went\"");
    assert_string_equal(text_at(result, "locations/0/physicalLocation/artifactLocation/uri"), "core/a%20b.c");
    assert_int_equal(at(result, "locations/0/physicalLocation/region/startLine")->valueint, 30);
    assert_string_equal(text_at(result, "relatedLocations/0/physicalLocation/artifactLocation/uri"),
                        "dir/my%20race.json");
    assert_int_equal(at(result, "properties/at_ms")->valueint, 4000); /* since the start */
    assert_null(at(result, "suppressions"));
    cJSON_Delete(log);
}

/* The calls of its task alone, in their order. */
static void test_the_flow_is_the_tasks_calls(void **state)
{
    struct run_violation violation = by_a_call("web", false);
    const struct run_record record = record_of(&violation, 1, NULL);
    cJSON *log = written(&record);
    const cJSON *steps = at(log, "runs/0/results/0/codeFlows/0/threadFlows/0/locations");

    (void)state;
    assert_int_equal(cJSON_GetArraySize(steps), 2);
    assert_string_equal(text_at(steps, "0/location/message/text"), "db find napp");
    assert_int_equal(at(steps, "0/location/physicalLocation/region/startLine")->valueint, 10);
    assert_string_equal(text_at(steps, "1/location/message/text"), "docker containers.prune");
    cJSON_Delete(log);
}

static void test_what_is_expected_is_suppressed(void **state)
{
    struct run_violation violation = by_a_call("web", true);
    const struct run_record record = record_of(&violation, 1, NULL);
    cJSON *log = written(&record);

    (void)state;
    assert_string_equal(text_at(log, "runs/0/results/0/level"), "note");
    assert_string_equal(text_at(log, "runs/0/results/0/suppressions/0/kind"), "external");
    cJSON_Delete(log);
}

static void test_repetitions_are_one_result(void **state)
{
    struct run_violation violations[] = {by_a_call("web", false), by_a_call("web", false), by_a_call("db", false)};
    const struct run_record record = record_of(violations, 3, NULL);
    cJSON *log = written(&record);

    (void)state;
    assert_int_equal(cJSON_GetArraySize(at(log, "runs/0/results")), 2);
    assert_int_equal(at(log, "runs/0/results/0/occurrenceCount")->valueint, 2);
    assert_int_equal(at(log, "runs/0/results/1/occurrenceCount")->valueint, 1);
    const cJSON *first = at(log, "runs/0/results/0/partialFingerprints")->child;

    assert_string_equal(first->string, "violation/v1");
    assert_string_equal(first->valuestring, "container-lost|race|8.9.2|docker containers.prune|web");
    assert_int_equal(cJSON_GetArraySize(at(log, "runs/0/tool/driver/rules")), 1);
    cJSON_Delete(log);
}

/* What time or a state broke, and what was not met, lie at the scenario. */
static void test_without_a_call_the_scenario_is_the_place(void **state)
{
    struct run_violation dark = {.oracle = "dark", .broken_when = "d", .message = "m", .event = EVENTS};
    struct run_unmet unmet = {"expected <dark> to hold"};
    struct run_record record = record_of(&dark, 1, &unmet);

    (void)state;
    record.file = "/abs/race.json";
    cJSON *log = written(&record);
    const cJSON *results = at(log, "runs/0/results");

    assert_int_equal(cJSON_GetArraySize(results), 2);
    assert_string_equal(text_at(results, "0/locations/0/physicalLocation/artifactLocation/uri"),
                        "file:///abs/race.json");
    assert_null(at(results, "0/codeFlows"));
    assert_string_equal(text_at(results, "1/ruleId"), "expectation");
    assert_int_equal(at(results, "1/ruleIndex")->valueint, 1);
    assert_string_equal(text_at(results, "1/message/text"), "race on 8.9.2: expected <dark> to hold");
    cJSON_Delete(log);
}

/* A served client may name anything; what reads a report wants UTF-8. */
static void test_names_that_are_no_utf8(void **state)
{
    struct run_violation violation = by_a_call("we\xc6"
                                               "b",
                                               false);
    const struct run_record record = record_of(&violation, 1, NULL);
    const struct run_record *records = &record;
    const struct report_options options = {0};
    cJSON *log = written(&record);
    struct sink sink;

    (void)state;
    assert_string_equal(text_at(log, "runs/0/results/0/properties/object"), "we\xef\xbf\xbd"
                                                                            "b");
    cJSON_Delete(log);
    violation.message = "\xff";
    sink_init(&sink);
    junit_report_write(&sink, &records, 1, &options);
    assert_non_null(strstr(sink.text, "container-lost: \xef\xbf\xbd\n"));
    sink_free(&sink);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_violation_lies_where_its_call_was_issued),
        cmocka_unit_test(test_the_flow_is_the_tasks_calls),
        cmocka_unit_test(test_what_is_expected_is_suppressed),
        cmocka_unit_test(test_repetitions_are_one_result),
        cmocka_unit_test(test_without_a_call_the_scenario_is_the_place),
        cmocka_unit_test(test_names_that_are_no_utf8),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
