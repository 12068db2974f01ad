/* The prune guard by itself: lifecycle.md 1.2. */
#include "core/prune_guard.h"
#include "core/tests/script_door.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *noted_object;
static const char *noted_text;
static enum note_id noted;

/* Keeps the note that is taken; all else goes where it went. */
static void (*perform_before)(void *world, struct task *task, struct effect *effect);

static void keep_note(void *world, struct task *task, struct effect *effect)
{
    if (effect->id == EFFECT_NODE_NOTE) {
        const struct note *note = effect->payload;

        noted = note->id;
        noted_object = note->object;
        noted_text = note->text;
    }
    perform_before(world, task, effect);
}

static void begin(struct script *script)
{
    script_begin(script, "8.9.2");
    perform_before = script->node.door.perform;
    script->node.door.perform = keep_note;
    noted = NOTE_COUNT;
}

static struct app_list apps_of(struct script *script, const char *json)
{
    const struct value *documents = value_parse(&script->arena, json, strlen(json));
    struct app_list apps = {arena_alloc(&script->arena, 8 * sizeof(struct app_spec *)), value_count(documents)};

    for (uint32_t i = 0; i < apps.count; i++) {
        apps.apps[i] = app_spec_from(&script->arena, value_at(documents, i));
    }
    return apps;
}

static const struct value *listed(struct script *script, const char *json)
{
    return value_parse(&script->arena, json, strlen(json));
}

#define V4(name, components) "{\"version\":4,\"name\":\"" name "\",\"compose\":[" components "]}"
#define C(name) "{\"name\":\"" name "\"}"
#define RUNS(name) "{\"Names\":[\"/flux" name "\"]}"

static void test_1_2_names_and_running(void **state)
{
    static const struct {
        const char *apps, *running;
        const char *stopped[4];
    } cases[] = {
        {"[]", "[]", {NULL}},
        {"[" V4("a", C("x") "," C("y")) "]", "[]", {"x_a", "y_a"}},
        {"[" V4("a", C("x") "," C("y")) "]", "[" RUNS("y_a") "]", {"x_a"}},
        {"[" V4("a", C("x") "," C("y")) "]", "[" RUNS("other") "," RUNS("y_a") "," RUNS("x_a") "]", {NULL}},
        {"[" V4("a", "") "]", "[]", {NULL}}, /* an enterprise record as it is stored */
        {"[{\"version\":3,\"name\":\"old\"}]", "[" RUNS("old") "]", {NULL}},
        {"[{\"version\":3,\"name\":\"old\"}," V4("a", C("x")) "]", "[{},{\"Names\":[]}]", {"old", "x_a"}},
        {"[" V4("a", "{}") "]", "[]", {"undefined_a"}},
        {"[" V4("KadenaChainWebNode", C("x")) "]", "[{\"Names\":[\"/zelx_KadenaChainWebNode\"]}]", {NULL}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;
        struct identifier_list stopped;
        uint32_t expected = 0;

        begin(&script);
        assert_null(
            find_stopped(&script.task, apps_of(&script, cases[i].apps), listed(&script, cases[i].running), &stopped));
        for (; cases[i].stopped[expected] != NULL; expected++) {
            assert_true(expected < stopped.count);
            assert_string_equal(stopped.identifiers[expected], cases[i].stopped[expected]);
        }
        assert_int_equal(stopped.count, expected);
        script_end(&script);
    }
}

/* 1.2 step 1: from version 4 on, compose undefined is a TypeError; below, there is none to look at. */
static void test_1_2_1_compose_undefined(void **state)
{
    static const struct {
        int version;
        bool throws;
    } cases[] = {{3, false}, {4, true}, {5, true}, {8, true}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;
        bool passes = true;

        begin(&script);
        const char *json = arena_printf(&script.arena, "[{\"version\":%d,\"name\":\"odd\"}]", cases[i].version);
        const struct error *error =
            prune_guard(&script.task, apps_of(&script, json), listed(&script, "[" RUNS("odd") "]"), &passes);

        assert_int_equal(error != NULL, cases[i].throws);
        if (error != NULL) {
            assert_string_equal(error->name, "TypeError");
            assert_string_equal(error->message, "Cannot read properties of undefined (reading 'forEach')");
            assert_true(noted == NOTE_COUNT);
        }
        script_end(&script);
    }
}

/* 1.2 step 4, and what a report is told. */
static void test_1_2_4_passes_iff_nothing_is_stopped_and_the_loop_rests(void **state)
{
    static const struct {
        const char *running;
        bool loop_runs, passes;
        const char *object, *text;
    } cases[] = {
        {"[" RUNS("x_a") "," RUNS("y_a") "]", false, true, NULL, "no installed component is stopped"},
        {"[" RUNS("x_a") "," RUNS("y_a") "]", true, false, NULL, "0 stopped, but the master/slave loop runs"},
        {"[" RUNS("x_a") "]", false, false, "y_a", "1 stopped"},
        {"[]", true, false, "x_a", "2 stopped"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;
        bool passes = !cases[i].passes;

        begin(&script);
        script.node.cells.flags[FLAG_MSR] = cases[i].loop_runs;
        assert_null(prune_guard(&script.task, apps_of(&script, "[" V4("a", C("x") "," C("y")) "]"),
                                listed(&script, cases[i].running), &passes));
        assert_int_equal(passes, cases[i].passes);
        assert_int_equal(noted, cases[i].passes ? NOTE_GUARD_PASSED : NOTE_GUARD_HELD);
        assert_string_equal(noted_text, cases[i].text);
        if (cases[i].object == NULL) {
            assert_null(noted_object);
        } else {
            assert_string_equal(noted_object, cases[i].object);
        }
        script_end(&script);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_1_2_names_and_running),
        cmocka_unit_test(test_1_2_1_compose_undefined),
        cmocka_unit_test(test_1_2_4_passes_iff_nothing_is_stopped_and_the_loop_rests),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
