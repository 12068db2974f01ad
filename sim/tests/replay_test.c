/* Replaying: the run that was found is the same, and whatever is changed is named where it first shows. */
#include "sim/search/replay.h"

#include "sim/search/repro.h"
#include "sim/tests/test_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { SEEDS = 8 };

/* A container stops between the guard's snapshot and the prune, as a search writes it. */
#define WORLD "\"world\":{\"apps\":[{\"name\":\"shop\"},{\"name\":\"napp\",\"containerData\":\"/data\"}]}"
#define ACTORS                                                                                                         \
    "\"actors\":[{\"actor\":\"install\",\"app\":\"napp\",\"at\":\"any\"},"                                             \
    "{\"actor\":\"stop-container\",\"container\":\"fluxweb_shop\",\"at\":\"any\"}]"
static const char stage_text[] = "{\"name\":\"stopped\"," WORLD "," ACTORS "}";
static const struct turn turns[] = {
    {"install:napp", MOMENT_APPLY, EFFECT_DOCKER_CONTAINERS_PRUNE, 1, "install:napp/1"},
    {"install:napp/1", MOMENT_RESUME, EFFECT_DB_UPDATE, 1, "stop-container:fluxweb_shop"},
};

static const char *repro_of_race(struct test_run *test)
{
    struct scenario_mistake mistake = {NULL};
    const struct repro repro = {.tree = value_parse(&test->arena, stage_text, strlen(stage_text)),
                                .name = "stopped",
                                .file = "test.json",
                                .revision = revision_by_name("8.9.2"),
                                .turns = turns,
                                .turn_count = sizeof turns / sizeof turns[0],
                                .fingerprint = "container-lost | install/docker containers.prune | stop-container",
                                .oracle = "container-lost",
                                .why = "w",
                                .message = "m"};
    const char *text = repro_text(&test->arena, &repro, &test->memory, &mistake);

    if (text == NULL) {
        fail_msg("%s", mistake.text);
    }
    return text;
}

/* The repro with one text put in the place of another. */
static const char *changed(struct test_run *test, const char *from, const char *to)
{
    const char *text = repro_of_race(test);
    const char *place = strstr(text, from);

    if (place == NULL) {
        fail_msg("the repro has no %s:\n%s", from, text);
    }
    return arena_printf(&test->arena, "%.*s%s%s", (int)(place - text), text, to, place + strlen(from));
}

static struct replay *replay_with(struct test_run *test, const char *text, struct replay_options options)
{
    const struct scenario *scenario = test_scenario(test, text);
    struct repro_steps *expected = arena_alloc(&test->arena, sizeof *expected);
    uint32_t line = 0;

    assert_true(repro_steps_read(&test->arena, scenario->found.steps, expected, &line));
    if (!options.lenient && !options.random && expected->count > 0) {
        options.expected = expected;
    }
    options.revision = options.revision == NULL ? scenario->revisions[0] : options.revision;
    struct replay *replay = replay_run(scenario, &options, &test->memory, &test->arena);

    repro_steps_free(expected);
    return replay;
}

static struct replay *replay_strictly(struct test_run *test, const char *text)
{
    return replay_with(test, text, (struct replay_options){.revision = NULL});
}

/* The divergence begins like this: hashes, at its end, are left open. */
static void expect_divergence(const char *from, const char *to, const char *divergence)
{
    struct test_run test;

    test_run_begin(&test);
    struct replay *replay = replay_strictly(&test, changed(&test, from, to));

    const char *said = replay_divergence(replay);

    assert_non_null(said);
    assert_string_equal(arena_string_n(&test.arena, said, strnlen(said, strlen(divergence))), divergence);
    replay_free(replay);
    test_run_end(&test);
}

static void test_the_run_that_was_found_is_the_same(void **state)
{
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    struct replay *replay = replay_strictly(&test, repro_of_race(&test));

    assert_null(replay_divergence(replay));
    assert_int_equal(replay->end, RUN_OVER);
    assert_int_equal(replay->turns_taken, 2);
    assert_null(replay->left);
    assert_true(replay_finds(replay));
    assert_true(replay_breaks(replay, "container-lost"));
    assert_false(replay_breaks(replay, "dark"));
    assert_true(replay->record->as_expected);
    replay_free(replay);
    test_run_end(&test);
}

static void test_a_changed_course(void **state)
{
    (void)state;
    /* The turn is somewhere else: what it brought about is missing where it was. */
    expect_divergence("\"docker containers.prune\", \"run\"", "\"docker containers.prune\", \"nth\": 2, \"run\"",
                      "at step 8: expected install:napp/1: start, came install:napp: docker containers.prune");
    expect_divergence(
        "\"run\": \"stop-container:fluxweb_shop\"", "\"run\": \"check\"",
        "the course was left at turn 2 of 2: expected install:napp/1 about to resume db update number 1, for "
        "check to go first, but check could not move there");
}

static void test_a_changed_scenario(void **state)
{
    (void)state;
    expect_divergence("{\"name\": \"shop\"}", "{\"name\": \"shop\"}, {\"name\": \"mail\"}",
                      "at step 6: install:napp: db find, with another answer: expected hash ");
}

static void test_a_step_past_the_end(void **state)
{
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    struct replay *replay = replay_strictly(
        &test, changed(&test, "\"container\": \"fluxweb_shop\", \"at\": \"any\"}",
                       "\"container\": \"fluxweb_shop\", \"at\": \"any\"}, "
                       "{\"actor\": \"stop-container\", \"container\": \"fluxweb_napp\", \"at\": \"5m\"}"));

    assert_int_equal(replay->difference.step, replay->steps.count);
    assert_non_null(
        strstr(replay_divergence(replay), "expected the end of the run, came stop-container:fluxweb_napp: start"));
    replay_free(replay);
    test_run_end(&test);
}

static void test_a_changed_step(void **state)
{
    (void)state;
    expect_divergence(
        "docker containers.list", "docker networks.list",
        "at step 7: expected install:napp: docker networks.list, came install:napp: docker containers.list");
    expect_divergence(
        "stop-container:fluxweb_shop: start", "stop-container:fluxweb_shop: start x2",
        "at step 11: expected stop-container:fluxweb_shop: start, came install:napp: docker containers.prune");
}

static void test_another_fingerprint(void **state)
{
    (void)state;
    expect_divergence("\"fingerprint\": \"container-lost", "\"fingerprint\": \"dark",
                      "the trace is the same, but dark is not broken in it");
}

static void test_what_an_effect_was_about_is_kept_for_its_message(void **state)
{
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    struct replay *replay =
        replay_strictly(&test, changed(&test, "{\"name\": \"shop\"}", "{\"name\": \"shop\"}, {\"name\": \"mail\"}"));

    assert_true(replay->difference.found);
    assert_string_equal(replay->difference.expected.task, "install:napp");
    assert_non_null(strstr(replay->difference.args, "\"collection\":\"zelappsinformation\""));
    assert_non_null(strstr(replay->difference.answer, "\"name\":\"mail\""));
    replay_free(replay);
    test_run_end(&test);
}

static void test_past_the_steps_the_trace_decides(void **state)
{
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    const char *trace = strstr(repro_of_race(&test), "\"trace\": \"") + strlen("\"trace\": \"");
    const char *own = arena_string_n(&test.arena, trace, 16);
    struct replay *replay = replay_strictly(&test, changed(&test, own, "0123456789abcdef"));

    assert_string_equal(replay_divergence(replay),
                        arena_printf(&test.arena,
                                     "trace %s, expected 0123456789abcdef: of %u steps only the trace is kept, those "
                                     "before are the same",
                                     own, replay->steps.count - replay->steps_compared));
    assert_in_range(replay->steps_compared, 1, replay->steps.count - 1);
    replay_free(replay);
    test_run_end(&test);
}

/* ---- lenient ------------------------------------------------------------------------------------------------ */

static void test_a_lenient_run_passes_over_what_does_not_fit(void **state)
{
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    struct replay *replay =
        replay_with(&test, changed(&test, "\"run\": \"stop-container:fluxweb_shop\"", "\"run\": \"check\""),
                    (struct replay_options){.lenient = true});

    assert_int_equal(replay->end, RUN_OVER);
    assert_int_equal(replay->turns_taken, 1);
    assert_int_equal(replay->turns_passed_over, 1);
    assert_non_null(replay->left);
    assert_null(replay->record->inconclusive_because);
    /* The container stops after the install, where it does no harm. */
    assert_int_equal(replay->record->violation_count, 0);
    replay_free(replay);
    test_run_end(&test);
}

static void test_chance_goes_on_where_the_course_ends(void **state)
{
    struct test_run test;
    uint64_t first = 0;
    bool differ = false;

    (void)state;
    test_run_begin(&test);
    const char *text = changed(&test, "\"run\": \"stop-container:fluxweb_shop\"", "\"run\": \"check\"");

    for (uint32_t seed = 0; seed < SEEDS; seed++) {
        uint64_t hashes[2] = {0, 0};

        for (int i = 0; i < 2; i++) {
            struct replay *replay = replay_with(&test, text, (struct replay_options){.random = true, .seed = seed});

            assert_int_equal(replay->end, RUN_OVER);
            assert_int_equal(replay->turns_taken, 1);
            hashes[i] = replay->record->trace_hash;
            replay_free(replay);
        }
        assert_true(hashes[0] == hashes[1]);
        first = seed == 0 ? hashes[0] : first;
        differ = differ || hashes[0] != first;
    }
    assert_true(differ);
    test_run_end(&test);
}

static bool stop_before_prune(void *context, struct runner *runner, const struct kernel_task *task)
{
    (void)runner;
    ++*(uint32_t *)context;
    return task == NULL || task->state != TASK_ISSUED || task->effect->id != EFFECT_DOCKER_CONTAINERS_PRUNE;
}

static bool stop_after_violation(void *context, struct runner *runner)
{
    (void)context;
    return runner->record->violation_count == 0;
}

static void test_a_watch_stops_the_run(void **state)
{
    struct test_run test;
    uint32_t transitions = 0;
    const struct replay_watch before = {&transitions, stop_before_prune, NULL};
    const struct replay_watch after = {NULL, NULL, stop_after_violation};

    (void)state;
    test_run_begin(&test);
    struct replay *replay = replay_with(&test, repro_of_race(&test), (struct replay_options){.watch = &before});

    assert_int_equal(replay->end, RUN_STOPPED);
    assert_int_equal(replay->turns_taken, 2);
    assert_int_equal(transitions, replay->machine.depth + 1);
    assert_non_null(docker_engine_container(&replay->runner->kernel.world.docker, "fluxweb_shop"));
    replay_free(replay);
    replay = replay_with(&test, repro_of_race(&test), (struct replay_options){.watch = &after});
    assert_int_equal(replay->end, RUN_STOPPED);
    assert_int_equal(replay->record->violation_count, 1);
    assert_null(docker_engine_container(&replay->runner->kernel.world.docker, "fluxweb_shop"));
    replay_free(replay);
    test_run_end(&test);
}

/* ---- the same as a run -------------------------------------------------------------------------------------- */

static void test_a_replay_is_a_run(void **state)
{
    static const char *const texts[] = {
        /* held actors, one after the other */
        "{\"name\":\"x\"," WORLD "," ACTORS ",\"course\":[]}",
        /* to an end, past which an actor is still to come */
        "{\"name\":\"x\",\"duration\":\"1h\"," WORLD
        ",\"actors\":[{\"actor\":\"check\",\"at\":\"1s\"},{\"actor\":\"remove\","
        "\"app\":\"shop\",\"at\":\"2h\"},{\"actor\":\"stop-container\",\"container\":\"fluxweb_shop\",\"at\":\"any\"}],"
        "\"course\":[]}",
        /* with faults and a loop */
        "{\"name\":\"x\",\"duration\":\"10m\",\"world\":{\"apps\":[{\"name\":\"shop\",\"containerData\":\"g:/data\"},"
        "{\"name\":\"napp\"}]},\"actors\":[{\"actor\":\"master-slave\"},{\"actor\":\"install\",\"app\":\"napp\",\"at\":"
        "\"any\"}],\"faults\":[{\"fault\":\"refused\",\"on\":\"fdm appips\"}],\"course\":[]}",
    };
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        for (const struct revision *revision = revisions(); revision->name != NULL; revision++) {
            const struct run_record *record =
                test_run_scenario(&test, test_scenario(&test, texts[i]), revision->name, 0);
            uint64_t hash = record->trace_hash;
            bool as_expected = record->as_expected;
            enum run_verdict verdict = record->verdict;
            struct replay *replay =
                replay_with(&test, texts[i], (struct replay_options){.revision = revision, .keep_events = i == 0});

            assert_true(replay->record->trace_hash == hash);
            assert_int_equal(replay->record->as_expected, as_expected);
            assert_int_equal(replay->record->verdict, verdict);
            replay_free(replay);
        }
    }
    test_run_end(&test);
}

static void test_an_updated_repro_is_the_same_again(void **state)
{
    struct test_run test;
    struct scenario_mistake mistake = {NULL};

    (void)state;
    test_run_begin(&test);
    const char *stale = changed(&test, "{\"name\": \"shop\"}", "{\"name\": \"shop\", \"hdd\": 3}");
    const char *updated = repro_updated(&test.arena, "test.json", stale, &test.memory, &mistake);

    assert_non_null(updated);
    assert_non_null(strstr(updated, "\"replay\": \"drydock replay test.json\""));
    struct replay *replay = replay_strictly(&test, updated);

    assert_null(replay_divergence(replay));
    replay_free(replay);
    /* What finds nothing any more is not updated. */
    stale = changed(&test, "\"docker containers.prune\", \"run\"", "\"docker volumes.prune\", \"run\"");
    assert_null(repro_updated(&test.arena, "test.json", stale, &test.memory, &mistake));
    assert_string_equal(mistake.text, "test.json:1:1: the run no longer breaks container-lost in the same way");
    test_run_end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_run_that_was_found_is_the_same),
        cmocka_unit_test(test_a_changed_course),
        cmocka_unit_test(test_a_changed_scenario),
        cmocka_unit_test(test_a_step_past_the_end),
        cmocka_unit_test(test_a_changed_step),
        cmocka_unit_test(test_another_fingerprint),
        cmocka_unit_test(test_what_an_effect_was_about_is_kept_for_its_message),
        cmocka_unit_test(test_past_the_steps_the_trace_decides),
        cmocka_unit_test(test_a_lenient_run_passes_over_what_does_not_fit),
        cmocka_unit_test(test_chance_goes_on_where_the_course_ends),
        cmocka_unit_test(test_a_watch_stops_the_run),
        cmocka_unit_test(test_a_replay_is_a_run),
        cmocka_unit_test(test_an_updated_repro_is_the_same_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
