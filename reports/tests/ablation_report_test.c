/* Reports of an ablation built by hand: which scenario comes first, what is a failure, exact texts, escapes. */
#include "reports/ablation_report.h"

#include <cjson/cJSON.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SWITCHES = 2, SCENARIOS = 4 };

/* guard: by counts early, by an oracle late, by an oracle earlier; fallback: by the trace alone. */
static struct ablation_cell counting[] = {
    {ABLATION_COUNT, NULL, false, "4 broadcasts, and 2 with the switch", 5, 500},
    {.sign = ABLATION_TRACE},
};
static struct ablation_cell late[] = {
    {ABLATION_EXPECTATION, "container-lost", false, "c <was> \"lost\" #1", 90, 61000},
    {.sign = ABLATION_SAME},
};
static struct ablation_cell early[] = {
    {ABLATION_EXPECTATION, "phantom-running", false, "c is announced, 100 %", 30, 1500},
    {.sign = ABLATION_NOT_REACHED},
};
static struct ablation_cell red[] = {{.sign = ABLATION_NOT_JUDGED}, {.sign = ABLATION_NOT_JUDGED}};
static struct ablation_scenario scenarios[] = {
    {"counting", "a.json", NULL, counting},
    {"late", "b.json", NULL, late},
    {"early", "c.json", NULL, early},
    {"a,b:red_one", "d.json", "expected <x> & got #2", red},
};
static struct ablation_switch switches[] = {{"guard", "decrypts", "core/a b.def", 7},
                                            {"fallback", "removes", "core/a b.def", 8}};

/* The first `switch_count` switches and `scenario_count` scenarios. */
static struct ablation ablation_of(uint32_t switch_count, uint32_t scenario_count)
{
    return (struct ablation){"8.9.2",        switches,       switch_count,  scenarios,
                             scenario_count, scenario_count, ABLATION_COUNT};
}

static char *written(ablation_writer *write, const struct ablation *ablation, const struct report_options *options)
{
    struct sink sink;

    sink_init(&sink);
    write(&sink, ablation, options);
    return sink.text;
}

static const struct report_options plain = {0};
static const struct report_options quiet = {.quiet = true};
static const struct report_options full = {.full = true};

static void test_the_first_breaks_an_oracle_soonest(void **state)
{
    struct ablation all = ablation_of(SWITCHES, SCENARIOS);

    (void)state;
    assert_int_equal(ablation_first(&all, 0), 2);
    assert_int_equal(ablation_noticed(&all, 0), 3);
    assert_int_equal(ablation_first(&all, 1), SCENARIOS); /* none */
    early[0].gone = true; /* an oracle that holds says less than one that is broken, however early */
    assert_int_equal(ablation_first(&all, 0), 1);
    early[0].gone = false;
    all.least = ABLATION_EXPECTATION;
    assert_int_equal(ablation_noticed(&all, 0), 2);
    assert_false(ablation_tells(&all, &scenarios[0]));
    assert_true(ablation_tells(&all, &scenarios[1]));
    assert_true(ablation_tells(&all, &scenarios[3])); /* red */
}

static void test_what_passes(void **state)
{
    struct ablation good = ablation_of(1, 3);
    struct ablation unnoticed = ablation_of(2, 3);
    struct ablation with_red = ablation_of(1, 4);

    (void)state;
    assert_true(ablation_passes(&good));
    assert_false(ablation_passes(&unnoticed));
    assert_false(ablation_passes(&with_red));
    good.planned = 5;
    assert_false(ablation_passes(&good));
}

static void test_text(void **state)
{
    struct ablation all = ablation_of(SWITCHES, SCENARIOS);
    char *text = written(ablation_text_write, &all, &plain);

    (void)state;
    assert_string_equal(
        text, "    switch    noticed  trace  asked    depth          after  by                        first in\n"
              " 1  guard           3      0      3       30        1.500 s  phantom-running           early\n"
              " 2  fallback        0      1      2\n"
              "\n"
              "scenario     1  2\n"
              "counting     c  t\n"
              "late         E  -\n"
              "early        E\n"
              "a,b:red_one  ?  ?\n"
              "E an expectation is not met; v violations differ; c counts differ\n"
              "t only the trace differs; - asks, and nothing differs; blank never asks for the switch; ? not judged: "
              "not as expected with every switch in\n"
              "\n"
              "guard  decrypts\n"
              "    c        5        0.500 s  counts                    counting\n"
              "    E       90     1 min 01 s  container-lost            late\n"
              "    E       30        1.500 s  phantom-running           early\n"
              "\n"
              "a,b:red_one is not as expected with every switch of 8.9.2 in, so it judges none: expected <x> & got #2\n"
              "nothing notices that fallback is taken out of 8.9.2: 2 of 4 scenarios ask for it, in 1 the trace "
              "differs\n"
              "8.9.2: 1 of 2 switches noticed, by 3 of 4 scenarios\n");
    free(text);
}

static void test_text_full_and_quiet(void **state)
{
    struct ablation good = ablation_of(1, 3);
    struct ablation strict = ablation_of(1, 3);
    char *text = written(ablation_text_write, &good, &full);

    (void)state;
    assert_non_null(strstr(text, "\nguard  decrypts\n"
                                 "    c        5        0.500 s  counts                    counting\n"
                                 "      4 broadcasts, and 2 with the switch\n"));
    free(text);
    text = written(ablation_text_write, &good, &quiet);
    assert_null(text); /* all is well: nothing was added */
    free(text);
    strict.least = ABLATION_EXPECTATION;
    text = written(ablation_text_write, &strict, &plain);
    assert_null(strstr(text, "\ncounting")); /* it does not notice */
    free(text);
    good.planned = 7;
    text = written(ablation_text_write, &good, &quiet);
    assert_string_equal(
        text, "8.9.2: 1 of 1 switches noticed, by 3 of 3 scenarios; inconclusive: 4 scenarios were not run\n");
    free(text);
}

static void test_json_contract(void **state)
{
    struct ablation all = ablation_of(SWITCHES, SCENARIOS);
    char *text = written(ablation_json_write, &all, &plain);
    cJSON *object = cJSON_Parse(text);
    const cJSON *guard = cJSON_GetArrayItem(cJSON_GetObjectItem(object, "switches"), 0);
    const cJSON *fallback = cJSON_GetArrayItem(cJSON_GetObjectItem(object, "switches"), 1);
    const cJSON *scenario = cJSON_GetArrayItem(cJSON_GetObjectItem(object, "scenarios"), 1);
    const cJSON *cells = cJSON_GetObjectItem(scenario, "cells");
    const cJSON *cell = cJSON_GetArrayItem(cells, 0);

    (void)state;
    assert_true(cJSON_IsFalse(cJSON_GetObjectItem(object, "passes")));
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(object, "complete")));
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(guard, "first")), "early");
    assert_int_equal((int)cJSON_GetNumberValue(cJSON_GetObjectItem(guard, "noticed")), 3);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(fallback, "first")));
    assert_int_equal((int)cJSON_GetNumberValue(cJSON_GetObjectItem(fallback, "trace_only")), 1);
    assert_int_equal((int)cJSON_GetNumberValue(cJSON_GetObjectItem(fallback, "asked")), 2);
    assert_int_equal(cJSON_GetArraySize(cells), SWITCHES);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(cell, "sign")), "expectation");
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(cell, "oracle")), "container-lost");
    assert_int_equal((int)cJSON_GetNumberValue(cJSON_GetObjectItem(cell, "depth")), 90);
    assert_int_equal((int)cJSON_GetNumberValue(cJSON_GetObjectItem(cell, "at_ms")), 61000);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(
                            cJSON_GetArrayItem(cJSON_GetObjectItem(object, "scenarios"), SCENARIOS - 1), "unmet")),
                        "expected <x> & got #2");
    cJSON_Delete(object);
    free(text);
}

static void test_junit(void **state)
{
    struct ablation all = ablation_of(SWITCHES, SCENARIOS);
    char *text = written(ablation_junit_write, &all, &plain);

    (void)state;
    assert_non_null(strstr(text, "<testsuite name=\"ablation of 8.9.2\" tests=\"3\" failures=\"2\" errors=\"0\">"));
    assert_non_null(strstr(text,
                           "<testcase name=\"guard\" classname=\"8.9.2\">\n      <system-out>counting: counts after 5 "
                           "transitions, 0.500 s: 4 broadcasts"));
    assert_non_null(strstr(text, "late: container-lost after 90 transitions, 1 min 01 s: c &lt;was&gt; "
                                 "&quot;lost&quot; #1\n"));
    assert_non_null(strstr(text, "<testcase name=\"fallback\" classname=\"8.9.2\">\n      <failure message=\"nothing "
                                 "notices that fallback"));
    assert_non_null(strstr(text, "<testcase name=\"a,b:red_one\" classname=\"d.json\">\n      <failure "
                                 "message=\"expected &lt;x&gt; &amp; got #2\"/>"));
    free(text);
}

static void test_tap_14(void **state)
{
    struct ablation all = ablation_of(SWITCHES, SCENARIOS);
    char *text = written(ablation_tap_write, &all, &plain);

    (void)state;
    assert_string_equal(text, "TAP version 14\n1..3\n"
                              "ok 1 - guard of 8.9.2 is noticed\n  ---\n  noticed: 3\n  first: \"early\"\n"
                              "  by: \"phantom-running after 30 transitions, 1.500 s: c is announced, 100 %\"\n  ...\n"
                              "not ok 2 - fallback of 8.9.2 is noticed\n  ---\n  noticed: 0\n"
                              "  message: \"nothing notices that fallback is taken out of 8.9.2: 2 of 4 scenarios ask "
                              "for it, in 1 the trace differs\"\n  ...\n"
                              "not ok 3 - a,b:red_one with every switch in\n  ---\n"
                              "  message: \"expected <x> & got #2\"\n  ...\n");
    free(text);
}

static void test_github_annotations(void **state)
{
    struct ablation all = ablation_of(SWITCHES, SCENARIOS);
    struct ablation good = ablation_of(1, 3);
    char *text = written(ablation_github_write, &all, &plain);

    (void)state;
    assert_string_equal(text, "::error file=d.json,title=a%2Cb%3Ared_one on 8.9.2::expected <x> & got #2\n"
                              "::error title=fallback of 8.9.2::nothing notices that fallback is taken out of 8.9.2: 2 "
                              "of 4 scenarios ask for it, in 1 the trace differs\n"
                              "8.9.2: 1 of 2 switches noticed, by 3 of 4 scenarios\n");
    free(text);
    text = written(ablation_github_write, &good, &quiet);
    assert_null(text);
}

static void test_markdown(void **state)
{
    struct ablation all = ablation_of(SWITCHES, SCENARIOS);
    char *text = written(ablation_markdown_write, &all, &plain);

    (void)state;
    assert_string_equal(text, "### drydock: ablation of 8.9.2: 1 of 2 switches noticed, by 3 of 4 scenarios\n\n"
                              "| | switch | noticed | first noticed by | by | transitions | virtual time |\n"
                              "|---|---|---:|---|---|---:|---:|\n"
                              "| ✅ | guard | 3 | early | phantom-running | 30 | 1.500 s |\n"
                              "| ❌ | fallback | 0 | nothing | | | |\n"
                              "\n| scenario | guard | fallback |\n|---|---|---|\n"
                              "| counting | counts | *trace* |\n"
                              "| late | container-lost | *same* |\n"
                              "| early | phantom-running |  |\n"
                              "| a,b:red\\_one | *not-judged* | *not-judged* |\n"
                              "\n**a,b:red\\_one** is not as expected with every switch in (d.json): expected \\<x\\> "
                              "\\& got \\#2\n");
    free(text);
}

static const cJSON *first(const cJSON *array)
{
    return cJSON_GetArrayItem(array, 0);
}

static const cJSON *member(const cJSON *object, const char *key)
{
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(object, key);

    assert_non_null(found);
    return found;
}

/* A result says this, of this rule, at this place. */
static void assert_result(const cJSON *run, int number, const char *rule, const char *text, const char *uri, int line)
{
    const cJSON *result = cJSON_GetArrayItem(member(run, "results"), number);
    const cJSON *rules = member(member(member(run, "tool"), "driver"), "rules");
    const cJSON *place = member(first(member(result, "locations")), "physicalLocation");

    assert_string_equal(member(result, "ruleId")->valuestring, rule);
    assert_string_equal(member(cJSON_GetArrayItem(rules, member(result, "ruleIndex")->valueint), "id")->valuestring,
                        rule);
    assert_string_equal(member(result, "level")->valuestring, "error");
    assert_string_equal(member(member(result, "message"), "text")->valuestring, text);
    assert_string_equal(member(member(place, "artifactLocation"), "uri")->valuestring, uri);
    assert_int_equal(member(member(place, "region"), "startLine")->valueint, line);
}

static cJSON *sarif_of(const struct ablation *ablation, const cJSON **run)
{
    char *text = written(ablation_sarif_write, ablation, &plain);
    cJSON *log = cJSON_Parse(text);

    free(text);
    assert_non_null(log);
    *run = first(member(log, "runs"));
    return log;
}

static bool was_successful(const cJSON *run)
{
    return cJSON_IsTrue(member(first(member(run, "invocations")), "executionSuccessful"));
}

static void test_sarif(void **state)
{
    struct ablation all = ablation_of(SWITCHES, SCENARIOS);
    struct ablation good = ablation_of(1, 3);
    const cJSON *run;
    cJSON *log = sarif_of(&all, &run);

    (void)state;
    assert_int_equal(cJSON_GetArraySize(member(run, "results")), 2);
    assert_result(run, 0, "unnoticed-switch",
                  "nothing notices that fallback is taken out of 8.9.2: 2 of 4 scenarios ask for it, in 1 the trace "
                  "differs",
                  "core/a%20b.def", 8);
    assert_result(run, 1, "red-before", "a,b:red_one on 8.9.2, with every switch in: expected <x> & got #2", "d.json",
                  1);
    assert_string_equal(
        member(member(first(member(run, "results")), "partialFingerprints"), "ablation/v1")->valuestring,
        "unnoticed-switch|fallback|8.9.2");
    assert_true(was_successful(run));
    cJSON_Delete(log);

    log = sarif_of(&good, &run);
    assert_int_equal(cJSON_GetArraySize(member(run, "results")), 0);
    cJSON_Delete(log);

    good.planned = 5; /* two were not run */
    log = sarif_of(&good, &run);
    assert_false(was_successful(run));
    assert_non_null(
        strstr(member(member(first(member(first(member(run, "invocations")), "toolExecutionNotifications")), "message"),
                      "text")
                   ->valuestring,
               "inconclusive: 2 scenarios were not run"));
    cJSON_Delete(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_breaks_an_oracle_soonest),
        cmocka_unit_test(test_what_passes),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_text_full_and_quiet),
        cmocka_unit_test(test_json_contract),
        cmocka_unit_test(test_junit),
        cmocka_unit_test(test_tap_14),
        cmocka_unit_test(test_github_annotations),
        cmocka_unit_test(test_markdown),
        cmocka_unit_test(test_sarif),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
