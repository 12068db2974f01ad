/* drydock import: what comes out is a scenario, and it does what was seen. */
#include "core/revision.h"
#include "sim/conform/import.h"
#include "sim/scenario/pretty_json.h"
#include "sim/scenario/file_text.h"
#include "sim/tests/test_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *text_of(struct test_run *test, const char *name)
{
    size_t length = 0;
    char *bytes = file_text(arena_printf(&test->arena, "scenarios/recordings/%s.json", name), 1 << 24, &length);

    assert_non_null(bytes);
    char *text = arena_string_n(&test->arena, bytes, length);

    free(bytes);
    return text;
}

static const char *imported_text(struct test_run *test, const char *name, const char *text)
{
    const char *mistake = NULL;
    struct recording *recording = recording_parse(&test->arena, name, text, strlen(text), &mistake);

    assert_non_null(recording);
    const struct conformity *replayed =
        recording_replay(recording, revision_by_name(recording->tag), &test->memory, &test->arena);

    return pretty_json(&test->arena, import_recording(&test->arena, replayed));
}

static const char *imported(struct test_run *test, const char *name)
{
    return imported_text(test, name, text_of(test, name));
}

/* The final containers of a recording are the imported scenario's expectation; the oracles see what happened. */
static void test_an_imported_recording_ends_as_recorded(void **state)
{
    static const struct {
        const char *name, *revision, *oracle;
        unsigned violations;
    } cases[] = {
        {"incident-v8.9.1", "8.9.1", "container-lost", 1},
        {"incident-v8.9.2", "8.9.2", "container-lost", 0},
        {"g_v3_plain-v8.9.1", "8.9.1", "app-wrongly-removed", 1},
        {"k_mixed_app-v8.9.2", "8.9.2", "app-wrongly-removed", 0},
        {"o_recover_after_prune-v8.9.1", "8.9.1", "phantom-running", 1},
        {"recover_unmounted-v8.9.2", "8.9.2", "data-destroyed", 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct test_run test;

        test_run_begin(&test);
        const char *json = imported(&test, cases[i].name);
        const struct run_record *record = test_run_text(&test, json, cases[i].revision);

        assert_int_equal(test_violations(record, cases[i].oracle), cases[i].violations);
        for (uint32_t j = 0; j < record->unmet_count; j++) {
            assert_null(strstr(record->unmet[j].message, "container flux")); /* states at the end are as recorded */
        }
        assert_non_null(strstr(json, "\"todo\""));
        test_run_end(&test);
    }
}

static void test_actors_come_in_recorded_order(void **state)
{
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    const char *json = imported(&test, "k_mixed_app-v8.9.1");

    assert_non_null(strstr(json, "{\"actor\": \"check\", \"at\": \"0s\""));
    assert_non_null(strstr(json, "\"as\": \"check-3\""));
    json = imported(&test, "o_recover_after_prune-v8.9.1");
    const char *removed = strstr(json, "\"remove-network\"");
    const char *unmounted = strstr(json, "{\"actor\": \"unmount\", \"container\": \"fluxweb_gapp\"");
    const char *primary = strstr(json, "\"set-primary\"");

    assert_non_null(removed);
    assert_true(unmounted > removed && primary > unmounted && strstr(json, "\"master-slave\"") > primary);
    test_run_end(&test);
}

/* An encrypted app's components go by the host names of their containers: one without is none of FluxOS's. */
static void test_a_container_without_a_host_name_is_no_component(void **state)
{
    static const char key[] = "\"Hostname\":\"web\"";
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    char *text = text_of(&test, "incident-v8.9.1");

    for (char *at = text; (at = strstr(at, key)) != NULL;) {
        memcpy(at, "\"hostname\"", sizeof "\"hostname\"" - 1);
    }
    assert_non_null(test_scenario(&test, imported_text(&test, "test", text)));
    test_run_end(&test);
}

static void test_a_log_gives_a_skeleton(void **state)
{
    static const char log[] =
        "2026-03-27T10:00:00.000Z          Private network access removed for napp\n"
        "2026-03-27T10:00:05.120Z          Failed to decrypt enterprise app gapp: Error: x\n"
        "    at somewhere in a stack\n"
        "2026-03-27T11:00:00.000Z          Container for master/slave app web_gapp doesn't exist, recreating...\n"
        "2026-03-27T11:00:02.000Z          APP REMOVAL TRIGGERED: napp | force=true | sendMessage=true | caller: x\n"
        "2026-03-27T11:00:02.000Z          Error: boom\n";
    const char *mistake = NULL;
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    const char *json = pretty_json(&test.arena, import_log(&test.arena, "info.log", log, sizeof log - 1, &mistake));
    struct scenario *scenario = test_scenario(&test, json);

    assert_int_equal(scenario->world.app_count, 2);
    assert_string_equal(scenario->world.apps[1].name, "gapp");
    assert_true(scenario->world.apps[1].enterprise);
    assert_int_equal(scenario->actor_count, 3);
    assert_string_equal(scenario->actors[0].task, "install:napp");
    assert_string_equal(scenario->actors[1].task, "check");
    assert_int_equal(scenario->actors[1].at_ms, 3600000);
    assert_string_equal(scenario->actors[2].task, "remove:napp");
    assert_true(value_holds_text(scenario->todo, "not understood: Error: boom"));
    /* Without its offset the first instant is of the year −1, where no scenario's clock begins. */
    static const char early[] = "0000-01-01T00:00:05.000+02:00 Error: boom\n";

    assert_null(import_log(&test.arena, "x.log", early, sizeof early - 1, &mistake));
    assert_null(import_log(&test.arena, "x.log", "nothing\n", 8, &mistake));
    assert_non_null(strstr(mistake, "x.log:1:1: neither a recording nor a FluxOS log"));
    test_run_end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_imported_recording_ends_as_recorded),
        cmocka_unit_test(test_actors_come_in_recorded_order),
        cmocka_unit_test(test_a_container_without_a_host_name_is_no_component),
        cmocka_unit_test(test_a_log_gives_a_skeleton),
    };

    return cmocka_run_group_tests_name("import", tests, NULL, NULL);
}
