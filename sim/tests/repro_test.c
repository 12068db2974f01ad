/* Repros: what is written down of a run is the run that is played from it. */
#include "sim/search/repro.h"

#include "sim/search/replay.h"
#include "sim/search/repro_name.h"
#include "sim/tests/test_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { REPRO_BYTES_MAX = 4096, STARTS = 300 };

static const char stage_text[] =
    "{\"name\":\"stopped\",\"world\":{\"apps\":[{\"name\":\"shop\"},{\"name\":\"napp\",\"containerData\":\"/data\"}]},"
    "\"actors\":[{\"actor\":\"install\",\"app\":\"napp\",\"at\":\"any\"},"
    "{\"actor\":\"stop-container\",\"container\":\"fluxweb_shop\",\"at\":\"any\"}],"
    "\"schedule\":[{\"wait\":\"1s\"}],\"expect\":{\"violates\":[\"dark\"]}}";

/* As a search finds it on the stage. */
static const struct turn turns[] = {
    {"install:napp", MOMENT_APPLY, EFFECT_DOCKER_CONTAINERS_PRUNE, 1, "stop-container:fluxweb_shop"}};

static struct repro repro_of_race(struct test_run *test)
{
    return (struct repro){.tree = value_parse(&test->arena, stage_text, strlen(stage_text)),
                          .name = "container-lost-install",
                          .scenario = "stopped",
                          .file = "repros/container-lost-install.json",
                          .revision = revision_by_name("8.9.2"),
                          .turns = turns,
                          .turn_count = sizeof turns / sizeof turns[0],
                          .fingerprint = "container-lost | install/docker containers.prune | stop-container",
                          .oracle = "container-lost",
                          .why = "the start of stop-container:fluxweb_shop came before docker containers.prune",
                          .message = "container fluxweb_shop of app shop was deleted"};
}

static const char *text_of(struct test_run *test, const struct repro *repro)
{
    struct scenario_mistake mistake = {NULL};
    const char *text = repro_text(&test->arena, repro, &test->memory, &mistake);

    if (text == NULL) {
        fail_msg("%s", mistake.text);
    }
    return text;
}

static void test_a_repro_runs_as_it_says(void **state)
{
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    const struct repro repro = repro_of_race(&test);
    const char *text = text_of(&test, &repro);
    const struct scenario *scenario = test_scenario(&test, text);
    const struct run_record *record = test_run_scenario(&test, scenario, "8.9.2", 0);

    assert_in_range(strlen(text), 1, REPRO_BYTES_MAX);
    assert_string_equal(repro_trace_text(&test.arena, record->trace_hash), scenario->found.trace);
    assert_true(record->as_expected);
    assert_int_equal(test_violations(record, "container-lost"), 1);
    assert_string_equal(scenario->name, "container-lost-install");
    assert_string_equal(scenario->found.replay, "drydock replay repros/container-lost-install.json");
    assert_string_equal(scenario->found.scenario, "stopped");
    assert_string_equal(repro_oracle(&test.arena, scenario), "container-lost");
    assert_int_equal(scenario->revision_count, 1);
    assert_int_equal(scenario->step_count, 0);
    assert_non_null(strstr(text, "\"summary\": \"Container fluxweb_shop of app shop was deleted: the start of"));
    assert_non_null(strstr(text, "\"expect\": {\"violates\": [\"container-lost\"]}"));
    /* The command is the first thing of what was found. */
    assert_non_null(strstr(text, "\"found\": {\n    \"replay\": \"drydock replay"));
    test_run_end(&test);
}

static void test_mishaps_and_switches_are_kept(void **state)
{
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    struct repro repro = repro_of_race(&test);
    const struct plan plan = {{{.task = "install:napp",
                                .effect = EFFECT_DOCKER_CONTAINERS_LIST,
                                .nth = 1,
                                .object = "napp",
                                .fault = FAULT_SLOW,
                                .fires = 1,
                                .delay_ms = 2500}},
                              1};

    repro.plan = &plan;
    repro.without = SWITCH_GUARD_DECRYPTS;
    repro.seed = 7;
    const struct scenario *scenario = test_scenario(&test, text_of(&test, &repro));

    assert_int_equal(scenario->plan.count, 1);
    assert_true(mishap_equal(&scenario->plan.mishaps[0], &plan.mishaps[0]));
    assert_string_equal(scenario->plan.mishaps[0].object, "napp");
    assert_int_equal(scenario->found.without, SWITCH_GUARD_DECRYPTS);
    assert_int_equal(scenario->seed, 7);
    assert_string_equal(
        repro_trace_text(&test.arena, test_run_scenario(&test, scenario, "8.9.2", SWITCH_GUARD_DECRYPTS)->trace_hash),
        scenario->found.trace);
    test_run_end(&test);
}

static void test_what_does_not_break_the_oracle_is_no_repro(void **state)
{
    struct test_run test;
    struct scenario_mistake mistake = {NULL};

    (void)state;
    test_run_begin(&test);
    struct repro repro = repro_of_race(&test);

    repro.turn_count = 0;
    assert_null(repro_text(&test.arena, &repro, &test.memory, &mistake));
    assert_string_equal(mistake.text, "repros/container-lost-install.json:1:1: the run does not break container-lost");
    struct turn turn = turns[0];

    turn.nth = 2;
    repro.turns = &turn;
    repro.turn_count = 1;
    assert_null(repro_text(&test.arena, &repro, &test.memory, &mistake));
    assert_string_equal(
        mistake.text,
        "repros/container-lost-install.json:1:1: the course was left at turn 1 of 1: expected install:napp "
        "about to apply docker containers.prune number 2, for stop-container:fluxweb_shop to go first, but "
        "the run ended before that");
    test_run_end(&test);
}

/* ---- steps -------------------------------------------------------------------------------------------------- */

static void test_steps_fold_and_unfold(void **state)
{
    struct arena arena;
    struct repro_steps steps = {0};
    struct repro_steps read = {0};
    uint32_t line = 0;

    (void)state;
    arena_init(&arena, arena_source_malloc());
    repro_steps_add(&steps, (struct repro_step){"check", "start"});
    for (int i = 0; i < 3; i++) {
        repro_steps_add(&steps, (struct repro_step){"check", "db find localzelapps 01ab"});
    }
    repro_steps_add(&steps, (struct repro_step){"install:a", "start"});
    const struct value *lines = repro_steps_lines(&arena, &steps, 0);

    assert_string_equal(value_json(&arena, lines),
                        "[\"check: start; db find localzelapps 01ab x3\",\"install:a: start\"]");
    assert_true(repro_steps_read(&arena, lines, &read, &line));
    assert_int_equal(read.count, steps.count);
    assert_int_equal(read.more, 0);
    for (uint32_t i = 0; i < steps.count; i++) {
        assert_string_equal(read.items[i].task, steps.items[i].task);
        assert_string_equal(read.items[i].text, steps.items[i].text);
    }
    assert_string_equal(repro_step_name(&arena, read.items[1].text), "db find localzelapps");
    assert_string_equal(repro_step_digits(read.items[1].text), "01ab");
    assert_string_equal(repro_step_digits("start"), "");
    repro_steps_free(&steps);
    repro_steps_free(&read);
    arena_reset(&arena);
}

static size_t bytes_of(const struct value *lines)
{
    size_t bytes = 0;

    for (uint32_t i = 0; i < value_count(lines); i++) {
        bytes += strlen(value_text(value_at(lines, i)));
    }
    return bytes;
}

static void test_too_many_steps_are_cut(void **state)
{
    struct arena arena;
    struct repro_steps steps = {0};
    struct repro_steps read = {0};
    uint32_t line = 0;

    (void)state;
    arena_init(&arena, arena_source_malloc());
    for (uint32_t i = 0; i < STARTS; i++) {
        repro_steps_add(&steps, (struct repro_step){arena_printf(&arena, "task:%u", i), "start"});
    }
    /* Up to where it matters, as long as there is room for that. */
    assert_true(repro_steps_read(&arena, repro_steps_lines(&arena, &steps, 5), &read, &line));
    assert_int_equal(read.count, 5);
    assert_int_equal(read.more, STARTS - 5);
    repro_steps_free(&read);
    const struct value *lines = repro_steps_lines(&arena, &steps, STARTS);

    assert_in_range(bytes_of(lines), STEPS_BYTES_MAX / 4, STEPS_BYTES_MAX);
    assert_true(repro_steps_read(&arena, lines, &read, &line));
    assert_int_equal(read.count + read.more, STARTS);
    repro_steps_free(&steps);
    repro_steps_free(&read);
    arena_reset(&arena);
}

static void test_lines_that_are_none(void **state)
{
    static const char *const wrong[] = {
        "no task here",           ": start",        "check: ",           "check: start x0",
        "check: start x99999999", "check: start; ", "and 3 more of them"};
    struct arena arena;

    (void)state;
    arena_init(&arena, arena_source_malloc());
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct repro_steps steps = {0};
        uint32_t line = 0;
        const struct value *lines = ARRAY(&arena, value_string(&arena, "check: start"), value_string(&arena, wrong[i]));
        bool good = repro_steps_read(&arena, lines, &steps, &line);

        /* "x0" is the object of an effect, not a repetition. */
        assert_int_equal(good, strcmp(wrong[i], "check: start x0") == 0);
        assert_int_equal(line, good ? 2 : 1);
        repro_steps_free(&steps);
    }
    arena_reset(&arena);
}

/* Which file a finding gets in a folder where FILES are: each of them takes the place of a.json. */
static void test_another_findings_place_is_not_taken(void **state)
{
    static const struct {
        const char *there; /* NULL: no file */
        bool taken;
    } files[] = {
        {NULL, false},
        {"{\"revisions\": [\"8.9.2\"], \"found\": {\"scenario\": \"s\", \"fingerprint\": \"f\"}}", false},
        {"{\"revisions\": [\"8.9.2\"], \"found\": {\"scenario\": \"t\", \"fingerprint\": \"f\"}}", true},
        {"{\"revisions\": [\"8.9.2\"], \"found\": {\"scenario\": \"s\", \"fingerprint\": \"g\"}}", true},
        {"{\"revisions\": [\"8.9.1\"], \"found\": {\"scenario\": \"s\", \"fingerprint\": \"f\"}}", true},
        {"{\"revisions\": [\"8.9.2\", \"8.9.1\"], \"found\": {\"scenario\": \"s\", \"fingerprint\": \"f\"}}", true},
        {"{\"revisions\": [\"8.9.2\"], \"found\": {\"scenario\": \"s\", \"fingerprint\": \"f\", "
         "\"without\": [\"guard-decrypts\"]}}",
         true},
        {"{\"name\": \"s\", \"revisions\": [\"8.9.2\"], \"found\": {\"fingerprint\": \"f\"}}", false}, /* a sweep's */
        {"{\"name\": \"s\", \"revisions\": [\"8.9.2\"], \"summary\": \"f\"}", false},                  /* no course */
        {"{\"name\": \"s\", \"revisions\": [\"8.9.2\"], \"summary\": \"g\"}", true},
        {"{\"name\": \"s\", \"revisions\": [\"8.9.2\"]}", true}, /* no repro */
        {"mine", true},
        {"", true},
    };
    static const struct repro_identity identity = {.scenario = "s", .revision = "8.9.2", .fingerprint = "f"};
    static const char *const names[] = {"a", "b"};
    char folder[] = "/tmp/drydock-repros-XXXXXX";
    struct arena arena;

    (void)state;
    arena_init(&arena, arena_source_malloc());
    assert_non_null(mkdtemp(folder));
    const char *path = repro_file(&arena, folder, names[0]);

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        if (files[i].there != NULL) {
            FILE *file = fopen(path, "w");

            assert_non_null(file);
            fputs(files[i].there, file);
            fclose(file);
        }
        assert_string_equal(repro_name(&arena, folder, names, 2, &identity), files[i].taken ? "b" : "a");
        if (files[i].taken) { /* and when there is no other name */
            assert_string_equal(repro_name(&arena, folder, names, 1, &identity), "a-2");
        }
    }
    assert_int_equal(remove(path), 0);
    assert_int_equal(rmdir(folder), 0);
    assert_string_equal(repro_name(&arena, folder, names, 2, &identity), "a"); /* no such folder yet */
    assert_string_equal(repro_file(&arena, NULL, "a"), "a.json");
    arena_reset(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_repro_runs_as_it_says),
        cmocka_unit_test(test_mishaps_and_switches_are_kept),
        cmocka_unit_test(test_what_does_not_break_the_oracle_is_no_repro),
        cmocka_unit_test(test_steps_fold_and_unfold),
        cmocka_unit_test(test_too_many_steps_are_cut),
        cmocka_unit_test(test_lines_that_are_none),
        cmocka_unit_test(test_another_findings_place_is_not_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
