/* Queries and decryption by themselves: lifecycle.md 3.1 to 3.3. */
#include "core/app_query.h"
#include "core/tests/transcript.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_3_1_installed_apps(void **state)
{
    struct script script;
    struct app_list apps = {NULL, 7};

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "db find", NULL,
                  "{\"docs\":[{\"name\":\"a\",\"version\":3},{\"name\":\"b\",\"version\":4}]}", 1);
    assert_true(installed_apps(&script.task, &apps));
    assert_int_equal(apps.count, 2);
    assert_string_equal(apps.apps[0]->name, "a");
    assert_string_equal(apps.apps[1]->name, "b");
    assert_true(app_list_has(&apps, "a") && app_list_has(&apps, "b"));
    assert_false(app_list_has(&apps, "c") || app_list_has(&apps, ""));
    script_forget(&script);
    script_fail(&script, "db find", NULL, 10107, "not primary", -1);
    assert_false(installed_apps(&script.task, &apps)); /* never throws */
    assert_int_equal(apps.count, 0);
    assert_null(apps.apps);
    EXPECT_TRANSCRIPT(
        &script,
        "db find [] "
        "{\"db\":\"localzelapps\",\"collection\":\"zelappsinformation\",\"filter\":{},\"projection\":{\"_id\":0}}\n"
        "error: MongoServerError: not primary\n");
    script_end(&script);
}

#define LISTED(name, state) "{\"Names\":[\"/" name "\"],\"State\":\"" state "\"}"

/* 3.2: containers of Flux; those of apps in backup or restore, too, once, in their real state. */
static void test_3_2_what_is_listed_as_running(void **state)
{
    static const struct {
        const char *backup, *restore;
        const char *running, *all;
        const char *found;
    } cases[] = {
        {NULL, NULL, "[" LISTED("fluxa", "running") "," LISTED("other", "running") "," LISTED("zelb", "running") ",{}]",
         "[" LISTED("fluxa", "exited") "]", "[" LISTED("fluxa", "running") "," LISTED("zelb", "running") "]"},
        {"a", NULL, "[]", "[" LISTED("fluxa", "exited") "," LISTED("fluxb", "exited") "," LISTED("a", "exited") "]",
         "[" LISTED("fluxa", "exited") "]"},
        {NULL, "b", "[]", "[" LISTED("fluxa", "exited") "," LISTED("fluxb", "exited") "]",
         "[" LISTED("fluxb", "exited") "]"},
        {"a", "b", "[" LISTED("fluxb", "running") "]", "[" LISTED("fluxa", "exited") "," LISTED("fluxb", "running") "]",
         "[" LISTED("fluxb", "running") "," LISTED("fluxa", "exited") "]"},
        {"a", "a", "[]", "[" LISTED("fluxa", "exited") "," LISTED("fluxa", "dead") "]",
         "[" LISTED("fluxa", "exited") "]"},
        {"a", NULL, "[" LISTED("fluxb", "running") "," LISTED("fluxc", "running") "]",
         "[" LISTED("fluxc", "running") "," LISTED("fluxa", "exited") "," LISTED("fluxb", "running") "]",
         "[" LISTED("fluxb", "running") "," LISTED("fluxc", "running") "," LISTED("fluxa", "exited") "]"},
        {"b", NULL, "[" LISTED("fluxa", "running") "," LISTED("fluxb", "running") "]",
         "[" LISTED("fluxa", "running") "," LISTED("fluxb", "exited") "]",
         "[" LISTED("fluxa", "running") "," LISTED("fluxb", "running") "]"}, /* whichever place it is listed at */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;
        const struct value *containers = NULL;
        bool backups = cases[i].backup != NULL || cases[i].restore != NULL;

        script_begin(&script, "8.9.2");
        if (cases[i].backup != NULL) {
            cell_add(&script.task, CELL_BACKUP_IN_PROGRESS, cases[i].backup);
        }
        if (cases[i].restore != NULL) {
            cell_add(&script.task, CELL_RESTORE_IN_PROGRESS, cases[i].restore);
        }
        script_answer(&script, "docker containers.list", NULL, cases[i].all, -1);
        script_answer(&script, "docker containers.list", NULL, cases[i].running, 1);
        assert_true(list_running_apps(&script.task, &containers));
        assert_string_equal(value_json(&script.arena, containers), cases[i].found);
        EXPECT_TRANSCRIPT(
            &script, backups ? "docker containers.list [] {\"all\":false}\ndocker containers.list [] {\"all\":true}\n"
                             : "docker containers.list [] {\"all\":false}\n");
        script_end(&script);
    }
}

static void test_3_2_4_bulky_fields_go(void **state)
{
    struct script script;
    const struct value *containers = NULL;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(
        &script, "docker containers.list", NULL,
        "[{\"Id\":\"1\",\"Names\":[\"/fluxa\"],\"HostConfig\":{},\"NetworkSettings\":{},\"Mounts\":[],\"Ports\":[]}]",
        -1);
    assert_true(list_running_apps(&script.task, &containers));
    assert_string_equal(value_json(&script.arena, containers), "[{\"Id\":\"1\",\"Names\":[\"/fluxa\"],\"Ports\":[]}]");
    script_fail(&script, "docker containers.list", NULL, 500, "no", -1);
    assert_false(list_running_apps(&script.task, &containers)); /* {status: error} */
    assert_int_equal(value_count(containers), 0);
    script_end(&script);
}

/* ---- 3.3 --------------------------------------------------------------------------------------------------------- */

#define FORMAL                                                                                                         \
    "\"version\":8,\"description\":\"d\",\"owner\":\"o\",\"instances\":3,\"contacts\":[],\"geolocation\":[],"          \
    "\"expire\":88000,"                                                                                                \
    "\"nodes\":[],\"staticip\":false,\"compose\":[]"

static void test_3_3_a_hit_costs_a_micro_await(void **state)
{
    struct script script;
    struct app_list decrypted;

    (void)state;
    script_begin(&script, "8.9.2");
    struct app_spec *clear = script_spec(&script, "{\"name\":\"gapp\",\"hash\":\"h\"," FORMAL "}");
    struct app_spec *specs[] = {
        script_spec(&script, "{\"name\":\"gapp\",\"hash\":\"h\",\"enterprise\":\"YQ==\"," FORMAL "}"),
        script_spec(&script, "{\"name\":\"plain\"," FORMAL "}"),
        script_spec(&script, "{\"name\":\"old\",\"version\":7,\"enterprise\":\"YQ==\"}"),
        script_spec(&script, "{\"name\":\"hashless\",\"enterprise\":\"YQ==\"," FORMAL "}")};

    cell_set(&script.task, CELL_DECRYPTED, "h", clear);
    cell_set(&script.task, CELL_DECRYPTED, "undefined", clear); /* all hash-less apps share one key */
    decrypt_enterprise_apps(&script.task, (struct app_list){specs, 4}, false, &decrypted);
    assert_int_equal(decrypted.count, 4);
    assert_ptr_equal(decrypted.apps[0], clear); /* format off: the cached object itself */
    assert_ptr_equal(decrypted.apps[1], specs[1]);
    assert_ptr_equal(decrypted.apps[2], specs[2]);
    assert_ptr_equal(decrypted.apps[3], clear);
    assert_int_equal(script.microtask_count, 2);
    assert_int_equal(script.call_count, 0);
    decrypt_enterprise_apps(&script.task, (struct app_list){specs, 1}, true, &decrypted);
    assert_ptr_not_equal(decrypted.apps[0], clear); /* on: a copy without hash and height */
    assert_null(decrypted.apps[0]->hash);
    script_end(&script);
}

static void test_3_3_4_what_cannot_be_decrypted_stays_raw(void **state)
{
    struct script script;
    struct app_list decrypted;

    (void)state;
    script_begin(&script, "8.9.2");
    script_fail(&script, "db find", NULL, 10107, "not primary", -1);
    struct app_spec *specs[] = {
        script_spec(&script, "{\"name\":\"gapp\",\"hash\":\"h\",\"enterprise\":\"YQ==\"," FORMAL "}")};

    decrypt_enterprise_apps(&script.task, (struct app_list){specs, 1}, false, &decrypted);
    assert_ptr_equal(decrypted.apps[0], specs[0]);
    assert_true(script_logged(&script, "error: Failed to decrypt enterprise app gapp: not primary"));
    assert_false(cell_has(&script.task, CELL_DECRYPTED, "h")); /* not cached */
    script_end(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_3_1_installed_apps),
        cmocka_unit_test(test_3_2_what_is_listed_as_running),
        cmocka_unit_test(test_3_2_4_bulky_fields_go),
        cmocka_unit_test(test_3_3_a_hit_costs_a_micro_await),
        cmocka_unit_test(test_3_3_4_what_cannot_be_decrypted_stays_raw),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
