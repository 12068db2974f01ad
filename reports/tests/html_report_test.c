/* The HTML report's data: what the page is given is what the record has, each content once, and nothing of the machine.
 */
#include "reports/coverage.h"
#include "reports/report.h"

#include <cjson/cJSON.h>
#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

enum { EVENTS = 6, INFLATED_MAX = 1 << 20 };

static const char HOSTILE[] = "</script><b>\"it\" & \\ \xc3\xa9\x01";

static const char *tasks[] = {"install:napp", "check"};
static struct run_violation violation = {.oracle = "container-lost",
                                         .at_ms = 7000,
                                         .task = "check",
                                         .effect = "docker containers.prune",
                                         .object = "c",
                                         .message = HOSTILE,
                                         .event = 3};

/* A record with an event of nearly every kind. `arena` holds what it leads to. */
static struct run_record record_in(struct arena *arena, struct run_event *events)
{
    const struct value *request = OBJECT(arena, {"all", value_bool(true)}, {"name", value_string(arena, HOSTILE)});

    events[0] = (struct run_event){.kind = RUN_TASK, .at_ms = 5000, .task = 0, .text = tasks[0]};
    events[1] = (struct run_event){.kind = RUN_EFFECT,
                                   .at_ms = 6000,
                                   .task = 1,
                                   .effect = EFFECT_DOCKER_CONTAINERS_PRUNE,
                                   .fault = FAULT_LOST_REPLY,
                                   .args = request,
                                   .error = error_with_status(arena, 500, "EIO", "gone"),
                                   .place = "core/a.c:5",
                                   .applied_ms = 6500,
                                   .resumed_ms = 7000,
                                   .applied_step = 4,
                                   .resumed_step = 9};
    events[2] = (struct run_event){
        .kind = RUN_CHANGE, .at_ms = 6500, .task = 1, .text = "container removed", .object = "c", .cause = 1};
    events[3] = (struct run_event){.kind = RUN_VIOLATION,
                                   .at_ms = 7000,
                                   .task = 1,
                                   .text = "container-lost",
                                   .object = "c",
                                   .detail = HOSTILE,
                                   .cause = 1};
    events[4] = (struct run_event){.kind = RUN_LOG, .at_ms = 7000, .task = 1, .text = "said", .detail = "info"};
    events[5] = (struct run_event){.kind = RUN_EFFECT,
                                   .at_ms = 9000,
                                   .task = 0,
                                   .effect = EFFECT_DOCKER_CONTAINERS_LIST,
                                   .args = request,
                                   .applied_ms = -1,
                                   .resumed_ms = -1};
    for (int i = 0; i < EVENTS; i++) {
        events[i].cause = i == 2 || i == 3 ? 1 : RUN_NONE;
        events[i].violation = i == 3 ? 0 : RUN_NONE;
    }
    return (struct run_record){.scenario = HOSTILE,
                               .file = "x.json",
                               .revision = "8.9.1",
                               .seed = UINT64_MAX,
                               .verdict = RUN_VIOLATED,
                               .violations = &violation,
                               .violation_count = 1,
                               .clock_start_ms = 4000,
                               .virtual_ms = 6000,
                               .trace_hash = 0xabc,
                               .first_world = OBJECT(arena, {"flags", ARRAY(arena, value_string(arena, "a"))}),
                               .tasks = tasks,
                               .task_count = 2,
                               .events = events,
                               .event_count = EVENTS};
}

static char *page_of(const struct run_record *const *records, size_t count)
{
    const struct report_options options = {0};
    struct sink sink;

    sink_init(&sink);
    html_report_write(&sink, records, count, &options);
    return sink.text;
}

/* The data of a page, as the browser gets it. */
static cJSON *data_of(const char *page)
{
    static const char mark[] = "id=\"data\">";
    static unsigned char bytes[INFLATED_MAX], text[INFLATED_MAX];
    const char *from = strstr(page, mark);
    uLongf size = sizeof text - 1;

    assert_non_null(from);
    from += strlen(mark);
    size_t length = strcspn(from, "<");

    assert_int_equal(strncmp(from + length, "</script>", strlen("</script>")), 0);
    assert_true(length < sizeof bytes);
    assert_int_equal(strspn(from, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="), length);
    assert_true(EVP_DecodeBlock(bytes, (const unsigned char *)from, (int)length) > 0);
    assert_int_equal(uncompress(text, &size, bytes, (uLong)(length / 4 * 3)), Z_OK);
    text[size] = '\0';
    cJSON *data = cJSON_Parse((const char *)text);

    assert_non_null(data);
    return data;
}

static const cJSON *run_of(const cJSON *data, int index)
{
    return cJSON_GetArrayItem(cJSON_GetObjectItem(data, "runs"), index);
}

static int number(const cJSON *run, const char *column, int event)
{
    const cJSON *numbers = cJSON_GetObjectItem(cJSON_GetObjectItem(run, "events"), column);

    assert_int_equal(cJSON_GetArraySize(numbers), cJSON_GetObjectItem(run, "count")->valueint);
    return cJSON_GetArrayItem(numbers, event)->valueint;
}

/* The text, or the value, that a column's number stands for; NULL for 0. */
static const cJSON *content(const cJSON *data, const char *table, const cJSON *run, const char *column, int event)
{
    int place = number(run, column, event);

    return place == 0 ? NULL : cJSON_GetArrayItem(cJSON_GetObjectItem(data, table), place - 1);
}

static void assert_text(const cJSON *item, const char *text)
{
    assert_non_null(cJSON_GetStringValue(item));
    assert_string_equal(cJSON_GetStringValue(item), text);
}

static void check_events(const cJSON *data, const cJSON *run)
{
    static const char *const kinds[EVENTS] = {"task", "effect", "change", "violation", "log", "effect"};
    static const int at_ms[EVENTS] = {1000, 2000, 2500, 3000, 3000, 5000};
    static const int told[EVENTS] = {1, 1, 1, 1, 0, 0};
    int sum = 0;

    for (int i = 0; i < EVENTS; i++) {
        sum += number(run, "at", i);
        assert_int_equal(sum, at_ms[i]);
        assert_text(cJSON_GetArrayItem(cJSON_GetObjectItem(data, "kinds"), number(run, "kind", i)), kinds[i]);
        assert_int_equal(number(run, "told", i), told[i]);
    }
    const cJSON *prune = cJSON_GetArrayItem(cJSON_GetObjectItem(data, "effects"), number(run, "effect", 1));

    assert_text(cJSON_GetArrayItem(prune, 0), "docker containers.prune");
    assert_text(cJSON_GetArrayItem(prune, 1), "docker");
    assert_text(cJSON_GetArrayItem(cJSON_GetObjectItem(data, "faults"), number(run, "fault", 1)), "lost-reply");
    assert_int_equal(number(run, "applied", 1), 500);
    assert_int_equal(number(run, "resumed", 1), 500);
    assert_int_equal(number(run, "applied_step", 1), 4);
    assert_int_equal(number(run, "resumed_step", 1), 9 - 4 + 1);
    assert_int_equal(number(run, "applied", 5), -1);
    assert_int_equal(number(run, "resumed", 5), -1);
    assert_int_equal(number(run, "applied_step", 5), 0);
    assert_int_equal(number(run, "task", 1), 2);
    assert_int_equal(number(run, "cause", 2), 1);
    assert_int_equal(number(run, "cause", 3), 2);
    assert_int_equal(number(run, "cause", 4), 0);
    assert_int_equal(number(run, "violation", 3), 1);
    assert_text(content(data, "strings", run, "text", 2), "container removed");
    assert_text(content(data, "strings", run, "object", 2), "c");
    assert_null(content(data, "strings", run, "object", 4));
    assert_text(content(data, "strings", run, "place", 1), "core/a.c:5");
    const cJSON *error = content(data, "values", run, "error", 1);

    assert_text(cJSON_GetObjectItem(error, "message"), "gone");
    assert_int_equal(cJSON_GetObjectItem(error, "status")->valueint, 500);
    assert_int_equal(number(run, "args", 1), number(run, "args", 5)); /* said twice, there once */
    assert_text(cJSON_GetObjectItem(content(data, "values", run, "args", 5), "name"), HOSTILE);
}

static void test_the_page_has_what_the_record_has(void **state)
{
    struct arena arena;
    struct run_event events[EVENTS];

    (void)state;
    arena_init(&arena, arena_source_malloc());
    struct run_record record = record_in(&arena, events);
    const struct run_record *const records[] = {&record, &record};
    char *page = page_of(records, 2);
    cJSON *data = data_of(page);

    for (int i = 0; i < 2; i++) {
        const cJSON *run = run_of(data, i);
        const cJSON *broken = cJSON_GetArrayItem(cJSON_GetObjectItem(run, "violations"), 0);

        assert_text(cJSON_GetObjectItem(run, "scenario"), HOSTILE);
        assert_true(cJSON_IsNull(cJSON_GetObjectItem(run, "summary")));
        assert_text(cJSON_GetObjectItem(run, "verdict"), "violated");
        assert_text(cJSON_GetObjectItem(run, "seed"), "18446744073709551615");
        assert_text(cJSON_GetObjectItem(run, "trace_hash"), "0000000000000abc");
        assert_text(cJSON_GetObjectItem(broken, "message"), HOSTILE);
        assert_int_equal(cJSON_GetObjectItem(broken, "event")->valueint, 3);
        assert_int_equal(cJSON_GetObjectItem(broken, "at")->valueint, 3000);
        assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(run, "counts")), RUN_COUNT_COUNT);
        assert_text(cJSON_GetArrayItem(cJSON_GetObjectItem(cJSON_GetObjectItem(run, "first_world"), "flags"), 0), "a");
        check_events(data, run);
    }
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(data, "values")), 2); /* one request, one error */
    cJSON_Delete(data);
    free(page);
    arena_reset(&arena);
}

static void test_nothing_in_a_run_ends_the_script_or_depends_on_the_machine(void **state)
{
    struct arena arena;
    struct run_event events[EVENTS];

    (void)state;
    arena_init(&arena, arena_source_malloc());
    struct run_record record = record_in(&arena, events);
    const struct run_record *const records[] = {&record};
    char *page = page_of(records, 1);

    record.wall_us = 123456;
    char *again = page_of(records, 1);

    assert_string_equal(page, again);
    assert_null(strstr(page, "\"it\""));
    assert_int_equal(strncmp(page, "<!doctype html>", strlen("<!doctype html>")), 0);
    assert_non_null(strstr(page, "default-src 'none'"));
    free(page);
    free(again);
    arena_reset(&arena);
}

static void test_coverage_is_counted_by_file(void **state)
{
    char file[] = "core/a.c", *files[] = {file};
    unsigned both[] = {0, 1}, second[] = {1};
    struct coverage_point points[] = {{file, 1, -1, both, 2, 2},
                                      {file, 2, -1, second, 1, 1},
                                      {file, 3, -1, NULL, 0, 0},
                                      {file, 2, 0, second, 1, 1},
                                      {file, 2, 1, NULL, 0, 0}};
    const struct coverage coverage = {
        .points = points, .point_count = 5, .run_count = 2, .files = files, .file_count = 1};
    struct run_record record = {.scenario = "s", .file = "f", .revision = "8.9.2"};
    const struct run_record *const records[] = {&record, &record};
    const struct report_options options = {.coverage = &coverage};
    static const int lines[] = {3, 1, 2}, branches[] = {2, 0, 1};
    struct sink sink;

    (void)state;
    sink_init(&sink);
    html_report_write(&sink, records, 2, &options);
    cJSON *data = data_of(sink.text);
    const cJSON *counted = cJSON_GetArrayItem(cJSON_GetObjectItem(data, "coverage"), 0);

    assert_text(cJSON_GetObjectItem(counted, "file"), "core/a.c");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(cJSON_GetArrayItem(cJSON_GetObjectItem(counted, "lines"), i)->valueint, lines[i]);
        assert_int_equal(cJSON_GetArrayItem(cJSON_GetObjectItem(counted, "branches"), i)->valueint, branches[i]);
    }
    cJSON_Delete(data);
    sink_free(&sink);
    sink_init(&sink);
    html_report_write(&sink, records, 1, &options); /* of other runs than these */
    data = data_of(sink.text);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(data, "coverage")));
    cJSON_Delete(data);
    sink_free(&sink);
}

static void test_empty_runs(void **state)
{
    struct run_record record = {.scenario = "s", .file = "f", .revision = "8.9.2", .verdict = RUN_HELD};
    const struct run_record *const records[] = {&record};
    char *page = page_of(records, 0);
    cJSON *data = data_of(page);

    (void)state;
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(data, "runs")), 0);
    cJSON_Delete(data);
    free(page);
    page = page_of(records, 1);
    data = data_of(page);
    assert_int_equal(cJSON_GetObjectItem(run_of(data, 0), "count")->valueint, 0);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(run_of(data, 0), "first_world")));
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(cJSON_GetObjectItem(run_of(data, 0), "events"), "at")), 0);
    cJSON_Delete(data);
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_page_has_what_the_record_has),
        cmocka_unit_test(test_nothing_in_a_run_ends_the_script_or_depends_on_the_machine),
        cmocka_unit_test(test_coverage_is_counted_by_file),
        cmocka_unit_test(test_empty_runs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
