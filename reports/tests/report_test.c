/* Reports made from records built by hand: exact texts, escapes, delivery. */
#include "reports/report.h"

#include <cjson/cJSON.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct run_violation violation = {.oracle = "container-lost",
                                         .at_ms = 5000,
                                         .task = "install:a<b",
                                         .effect = "docker containers.prune",
                                         .object = "c",
                                         .message = "it \"went\" #1"};
static struct run_unmet unmet = {"expected <container-lost> to hold & it was violated"};
static const char *without[] = {"guard-decrypts"};

static struct run_record record_of(const char *scenario, bool as_expected)
{
    return (struct run_record){.scenario = scenario,
                               .summary = "a \"summary\"",
                               .file = "x.json",
                               .revision = "8.9.2",
                               .without = without,
                               .without_count = 1,
                               .seed = 7,
                               .verdict = as_expected ? RUN_HELD : RUN_VIOLATED,
                               .as_expected = as_expected,
                               .unmet = &unmet,
                               .unmet_count = as_expected ? 0 : 1,
                               .violations = &violation,
                               .violation_count = as_expected ? 0 : 1,
                               .clock_start_ms = 1000,
                               .virtual_ms = 13 * 3600000 + 15 * 60000,
                               .wall_us = 1500,
                               .trace_hash = 0xabc};
}

/* What a writer makes of a good and a bad run; the caller frees it. */
static char *written(report_writer *write, const struct report_options *options)
{
    struct run_record good = record_of("good", true);
    struct run_record bad = record_of("bad", false);
    const struct run_record *const records[] = {&good, &bad};
    struct sink sink;

    sink_init(&sink);
    write(&sink, records, 2, options);
    return sink.text;
}

static void test_json_contract(void **state)
{
    const struct report_options options = {0};
    char *text = written(json_report_write, &options);
    cJSON *array = cJSON_Parse(text);
    const cJSON *bad = cJSON_GetArrayItem(array, 1);
    const cJSON *broken = cJSON_GetArrayItem(cJSON_GetObjectItem(bad, "violations"), 0);

    (void)state;
    assert_int_equal(cJSON_GetArraySize(array), 2);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(bad, "verdict")), "violated");
    assert_true(cJSON_IsFalse(cJSON_GetObjectItem(bad, "as_expected")));
    assert_string_equal(cJSON_GetStringValue(cJSON_GetArrayItem(cJSON_GetObjectItem(bad, "without"), 0)),
                        "guard-decrypts");
    assert_int_equal((int)cJSON_GetNumberValue(cJSON_GetObjectItem(broken, "at_ms")), 4000); /* since the start */
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(broken, "message")), "it \"went\" #1");
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(bad, "counts")), RUN_COUNT_COUNT);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(bad, "trace_hash")), "0000000000000abc");
    cJSON_Delete(array);
    free(text);
}

static void test_junit_escapes(void **state)
{
    const struct report_options options = {0};
    char *text = written(junit_report_write, &options);

    (void)state;
    assert_non_null(strstr(text, "<testsuites tests=\"2\" failures=\"1\">"));
    assert_non_null(
        strstr(text, "<testsuite name=\"x.json\" tests=\"2\" failures=\"1\" errors=\"0\" time=\"0.003000\">"));
    assert_non_null(
        strstr(text, "<testcase name=\"bad (8.9.2 -guard-decrypts)\" classname=\"x.json\" time=\"0.001500\">"));
    assert_non_null(
        strstr(text, "<failure message=\"expected &lt;container-lost&gt; to hold &amp; it was violated\">"));
    assert_non_null(strstr(text, "container-lost: it &quot;went&quot; #1"));
    free(text);
}

static void test_tap_14(void **state)
{
    const struct report_options options = {0};
    char *text = written(tap_report_write, &options);

    (void)state;
    assert_string_equal(
        text, "TAP version 14\n1..2\nok 1 - good (8.9.2 -guard-decrypts)\nnot ok 2 - bad (8.9.2 "
              "-guard-decrypts)\n  ---\n  verdict: violated\n  unmet:\n    - \"expected <container-lost> to hold & "
              "it was violated\"\n  violations:\n    - oracle: container-lost\n      message: \"it \\\"went\\\" "
              "#1\"\n  ...\n");
    free(text);
}

static void test_github_annotations(void **state)
{
    const struct report_options options = {0};
    struct run_unmet two[] = {{"100 % of\nit, and: more"}, {"also"}};
    struct run_record bad = record_of("a,b:c", false);
    const struct run_record *record = &bad;
    struct sink sink;

    (void)state;
    bad.unmet = two;
    bad.unmet_count = 2;
    sink_init(&sink);
    github_report_write(&sink, &record, 1, &options);
    assert_string_equal(sink.text,
                        "::error file=x.json,title=a%2Cb%3Ac on 8.9.2 -guard-decrypts::100 %25 of%0Ait, and: more\n"
                        "::error file=x.json,title=a%2Cb%3Ac on 8.9.2 -guard-decrypts::also\n"
                        "0 as expected, 1 not\n");
    sink_free(&sink);
}

static void test_markdown(void **state)
{
    const struct report_options options = {0};
    const struct report_options quiet = {.quiet = true};
    char *text = written(markdown_report_write, &options);

    (void)state;
    assert_string_equal(
        text, "### drydock: 1 as expected, 1 not\n\n"
              "| | scenario | release | verdict | virtual time | violated oracles |\n|---|---|---|---|---:|---|\n"
              "| ✅ | good | 8.9.2 -guard-decrypts | held | 13 h 15 min |  |\n"
              "| ❌ | bad | 8.9.2 -guard-decrypts | violated | 13 h 15 min | container-lost |\n"
              "\n**bad** on 8.9.2 -guard-decrypts (x.json):\n\n"
              "- expected \\<container-lost\\> to hold \\& it was violated\n");
    free(text);
    text = written(markdown_report_write, &quiet);
    assert_null(strstr(text, "| good |"));
    assert_non_null(strstr(text, "| bad |"));
    free(text);
}

static void test_formats_are_told_apart(void **state)
{
    size_t count = 0;

    (void)state;
    for (; report_formats[count].name != NULL; count++) {
        assert_string_equal(report_formats[count].name, report_format_names[count]);
        for (size_t i = 0; i < count; i++) {
            assert_string_not_equal(report_formats[i].name, report_formats[count].name);
            assert_ptr_not_equal(report_formats[i].write, report_formats[count].write);
        }
    }
    assert_null(report_format_names[count]);
    assert_true(count >= 6);
}

/* The number of lines of a kind, and of their last one a member. */
static int count_of(const cJSON *events, const char *phase, const char *name, const cJSON **last)
{
    const cJSON *event = NULL;
    int count = 0;

    cJSON_ArrayForEach (event, events) {
        if (strcmp(cJSON_GetStringValue(cJSON_GetObjectItem(event, "ph")), phase) == 0 &&
            strcmp(cJSON_GetStringValue(cJSON_GetObjectItem(event, "name")), name) == 0) {
            count++;
            *last = event;
        }
    }
    return count;
}

static double number_of(const cJSON *event, const char *member)
{
    return cJSON_GetNumberValue(cJSON_GetObjectItem(event, member));
}

static void test_chrome_trace(void **state)
{
    const char *tasks[] = {"loop", "other", "loop"};
    struct run_event events[] = {
        {.kind = RUN_EFFECT,
         .at_ms = 1000,
         .task = 0,
         .cause = RUN_NONE,
         .effect = EFFECT_DOCKER_CONTAINERS_PRUNE,
         .applied_ms = 1002,
         .applied_step = 7,
         .resumed_ms = 1002,
         .resumed_step = 9,
         .violation = RUN_NONE},
        {.kind = RUN_VIOLATION, .at_ms = 1002, .task = 0, .cause = 0, .violation = 0},
        {.kind = RUN_EFFECT,
         .at_ms = 1003,
         .task = 2,
         .cause = RUN_NONE,
         .effect = EFFECT_DOCKER_CONTAINERS_PRUNE,
         .object = "x",
         .fault = FAULT_LOST_REPLY,
         .applied_ms = -1,
         .resumed_ms = -1,
         .violation = RUN_NONE},
    };
    struct run_record record = record_of("bad", false);
    const struct run_record *const records[] = {&record, &record};
    const struct report_options options = {0};
    const cJSON *last = NULL;
    struct sink sink;

    (void)state;
    record.tasks = tasks;
    record.task_count = 3;
    record.events = events;
    record.event_count = 3;
    sink_init(&sink);
    chrome_trace_write(&sink, records, 2, &options);
    cJSON *trace = cJSON_Parse(sink.text);
    const cJSON *lines = cJSON_GetObjectItem(trace, "traceEvents");

    assert_true(cJSON_IsArray(lines));
    /* each run has its own processes; a slice on the task and one on the neighbour, joined both ways */
    assert_int_equal(count_of(lines, "M", "process_name", &last), 4);
    assert_int_equal((int)number_of(last, "pid"), 4);
    assert_int_equal(count_of(lines, "X", "docker containers.prune", &last), 4);
    assert_int_equal(count_of(lines, "s", "call", &last), 4);
    assert_int_equal(count_of(lines, "f", "call", &last), 4);
    /* within a millisecond in order: applied before resumed */
    assert_int_equal((int)number_of(last, "ts"), 2001);
    /* the second loop is on the first's track, and what was never answered is a slice all the same */
    assert_int_equal(count_of(lines, "X", "docker containers.prune x", &last), 2);
    assert_int_equal((int)number_of(last, "tid"), 0);
    assert_true(number_of(last, "dur") > 0);
    assert_int_equal(count_of(lines, "i", "lost-reply", &last), 2);
    assert_int_equal(count_of(lines, "i", "container-lost", &last), 2);
    assert_int_equal((int)number_of(last, "ts"), 2000);
    cJSON_Delete(trace);
    sink_free(&sink);

    /* a second one that begins before the first has its answer is on a track of its own, and runs share no flow */
    events[2].at_ms = 1002;
    sink_init(&sink);
    chrome_trace_write(&sink, records, 2, &options);
    trace = cJSON_Parse(sink.text);
    lines = cJSON_GetObjectItem(trace, "traceEvents");
    assert_int_equal(count_of(lines, "X", "docker containers.prune x", &last), 2);
    assert_int_equal((int)number_of(last, "tid"), 2);
    assert_int_equal(count_of(lines, "s", "call", &last), 4);
    assert_int_equal((int)number_of(last, "id"), 4);
    cJSON_Delete(trace);
    sink_free(&sink);
}

static void test_a_traces_form_is_its_files(void **state)
{
    (void)state;
    assert_ptr_equal(trace_writer_of("a.json"), chrome_trace_write);
    assert_ptr_equal(trace_writer_of("a.jsonl"), trace_write);
    assert_ptr_equal(trace_writer_of("trace"), trace_write);
    assert_ptr_equal(trace_writer_of(".json"), trace_write);
}

static void test_table(void **state)
{
    const struct report_options plain = {0};
    const struct report_options quiet = {.quiet = true};
    const struct report_options colored = {.color = true};
    char *text = written(verdict_table_write, &plain);

    (void)state;
    assert_non_null(strstr(text, "expected  good      8.9.2 -guard-decrypts  held            13 h 15 min\n"));
    assert_non_null(
        strstr(text, "NOT       bad       8.9.2 -guard-decrypts  violated        13 h 15 min  container-lost\n"));
    assert_non_null(strstr(text, "1 as expected, 1 not\n"));
    assert_null(strchr(text, '\033'));
    free(text);
    text = written(verdict_table_write, &quiet);
    assert_null(strstr(text, "good"));
    free(text);
    text = written(verdict_table_write, &colored);
    assert_non_null(strchr(text, '\033'));
    free(text);
}

static void test_files_are_written_whole_or_not_at_all(void **state)
{
    char folder[] = "/tmp/drydock-test-XXXXXX";
    char path[64];
    char back[16] = "";
    struct sink sink;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/report", folder);
    sink_init(&sink);
    sink_add(&sink, "hello");
    sink_printf(&sink, " %d", 5);
    assert_true(sink_deliver(&sink, path));
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    assert_int_equal(fread(back, 1, sizeof back - 1, file), 7);
    assert_string_equal(back, "hello 5");
    fclose(file);
    assert_false(sink_deliver(&sink, "/no/such/folder/report"));
    sink_free(&sink);
    unlink(path);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_contract),
        cmocka_unit_test(test_junit_escapes),
        cmocka_unit_test(test_tap_14),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_github_annotations),
        cmocka_unit_test(test_markdown),
        cmocka_unit_test(test_chrome_trace),
        cmocka_unit_test(test_a_traces_form_is_its_files),
        cmocka_unit_test(test_formats_are_told_apart),
        cmocka_unit_test(test_files_are_written_whole_or_not_at_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
