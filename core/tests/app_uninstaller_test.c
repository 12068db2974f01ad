/* Removing an app: lifecycle.md 6. */
#include "core/app_uninstaller.h"
#include "core/crontab.h"
#include "core/tests/script_door.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define FORMAL                                                                                                         \
    "\"description\":\"d\",\"owner\":\"o\",\"instances\":3,\"contacts\":[],\"geolocation\":[],\"expire\":88000,"       \
    "\"nodes\":[],\"staticip\":false,\"hash\":\"h\",\"enterprise\":\"\""
#define COMPONENT(name) "{\"name\":\"" name "\",\"repotag\":\"a/b:c\",\"ports\":[31001],\"containerData\":\"/d\"}"
static const char docs[] =
    "{\"docs\":[{\"version\":8,\"name\":\"app\"," FORMAL ",\"compose\":[" COMPONENT("db") "," COMPONENT("ui") "]}]}";
static const char containers[] =
    "[{\"Id\":\"1\",\"Names\":[\"/fluxdb_app\"]},{\"Id\":\"2\",\"Names\":[\"/fluxui_app\"]}]";
static const char crontab[] = "{\"code\":0,\"stdout\":\"# a comment\\nPATH=/bin\\nbad line\\n@reboot while [ ! -f /v/a "
                              "]; do sleep 5; done && sudo "
                              "mount -o loop /v/a /flux/ZelApps/fluxdb_app #fluxdb_app\\n@reboot while [ ! -f /v/b ]; "
                              "do sleep 5; done && sudo mount "
                              "-o loop /v/b /flux/ZelApps/fluxui_app #fluxui_app\\n\"}";

static void begin(struct script *script)
{
    script_begin(script, "8.9.2");
    script_answer(script, "db find", "app", docs, -1);
    script_answer(script, "docker containers.list", NULL, containers, -1);
    script_answer(script, "docker container.inspect", NULL, "{\"State\":{\"Running\":true}}", -1);
    script_answer(script, "docker network.inspect", NULL, "{\"Containers\":{\"2\":{}}}", -1);
    script_answer(script, "host crontab -l", NULL, crontab, -1);
}

static void test_12_10_not_forced_in_recorded_order(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    remove_app_locally(&script.task, "app_", false, true, "t"); /* an identifier without component: not found below */
    script_forget(&script);
    remove_app_locally(&script.task, "ui_app", false, true, "t");
    EXPECT_CALLS(&script, "db find", "docker containers.list", "docker container.inspect", "docker container.stop",
                 "syncthing GET /rest/config/folders", "docker containers.list", "docker container.remove",
                 "host ufw status", "host umount", "host rm", "host crontab -l", "host rm", "docker image.remove",
                 "bench getbenchmarks", "clock delay", "peers send", "clock delay", "clock delay", "peers send");
    assert_false(script.node.cells.flags[FLAG_REM]);
    script_end(&script);
}

static void test_6_1_8_components_in_reverse_order(void **state)
{
    struct script script;
    const char *removed[2] = {NULL, NULL};
    int count = 0;

    (void)state;
    begin(&script);
    remove_app_locally(&script.task, "app", false, true, "t");
    for (int i = 0; i < script.call_count; i++) {
        if (strcmp(script.calls[i], "docker container.remove") == 0) {
            removed[count++] = script.objects[i];
        }
    }
    assert_string_equal(removed[0], "fluxui_app");
    assert_string_equal(removed[1], "fluxdb_app");
    assert_int_equal(script_calls_of(&script, "docker network.remove", NULL), 1);
    assert_int_equal(script_calls_of(&script, "db findAndModify", "app"), 1);
    assert_true(script.noted[NOTE_REMOVAL_DONE]);
    script_run_spawned(&script);
    assert_int_equal(script_calls_of(&script, "host crontab -", NULL), 2);
    script_end(&script);
}

static void test_6_1_forced(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    remove_app_locally(&script.task, "app", true, true, "t");
    assert_int_equal(script_calls_of(&script, "docker container.kill", NULL), 2);
    assert_int_equal(script_calls_of(&script, "docker container.stop", NULL), 0);
    assert_string_equal(value_json(&script.arena, script_args_of(&script, "docker container.remove", 1)),
                        "{\"container\":\"2\",\"force\":true,\"v\":true}");
    assert_int_equal(script_calls_of(&script, "docker network.disconnect", NULL), 1);
    assert_int_equal((int)value_get_number(script_args_of(&script, "clock delay", 4), "ms", 0), 2000);
    script_end(&script);
}

static void test_6_1_10_forced_network_removal_retries_once(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    script_fail(&script, "docker network.remove", NULL, 403, "has active endpoints", -1);
    script_fail(&script, "docker network.disconnect", NULL, 404, "x", -1);
    remove_app_locally(&script.task, "app", true, false, "t");
    assert_int_equal(script_calls_of(&script, "docker network.remove", NULL), 2);
    assert_true(script.noted[NOTE_REMOVAL_DONE]); /* errors swallowed */
    script_end(&script);
}

static void test_6_1_10_inspect_error_means_gone(void **state)
{
    static const bool forced[] = {false, true};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct script script;

        begin(&script);
        script_fail(&script, "docker network.inspect", NULL, 500, "x", -1);
        remove_app_locally(&script.task, "app", forced[i], false, "t");
        assert_int_equal(script_calls_of(&script, "docker network.inspect", NULL), 1);
        assert_int_equal(script_calls_of(&script, "docker network.remove", NULL), 0);
        script_end(&script);
    }
}

/* Refused, and the flag of whoever held it is cleared all the same. */
static void test_6_1_1_refusal_clears_the_flag(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    script.node.cells.flags[FLAG_REM] = true;
    remove_app_locally(&script.task, "app", false, true, "t");
    assert_int_equal(script.call_count, 0);
    assert_false(script.node.cells.flags[FLAG_REM]);
    script.node.cells.flags[FLAG_INS] = true;
    remove_app_locally(&script.task, "app", false, true, "t");
    assert_int_equal(script.call_count, 0);
    assert_true(script.node.cells.flags[FLAG_INS]);
    assert_false(script.noted[NOTE_REMOVAL_BEGUN]);
    script_end(&script);
}

static void test_6_1_3_and_4_nothing_to_remove(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    remove_app_locally(&script.task, "", false, true, "t");
    assert_true(script_logged(&script, "No App specified"));
    remove_app_locally(&script.task, NULL, false, true, "t");
    remove_app_locally(&script.task, "app", false, true, "t");
    EXPECT_CALLS(&script, "db find");
    assert_true(script_logged(&script, "Flux App not found"));
    script_end(&script);
}

/* Forced: local, global, all global and local, all messages; the newest by height. */
static void test_6_1_4_forced_looks_everywhere(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    remove_app_locally(&script.task, "app", true, false, "t");
    EXPECT_CALLS(&script, "db find", "db find", "db find", "db find", "db find");
    script_forget(&script);
    script_answer(&script, "db find", NULL,
                  "{\"docs\":[{\"height\":2,\"appSpecifications\":{\"version\":8,\"name\":\"app\"," FORMAL
                  ",\"compose\":[" COMPONENT("new") "]}},{\"height\":1,\"appSpecifications\":{\"name\":\"app\"}}]}",
                  -1);
    script_answer(&script, "db find", NULL, "{\"docs\":[{\"name\":\"other\"}]}", 2);
    script_answer(&script, "db find", "app", "{\"docs\":[]}", -1);
    remove_app_locally(&script.task, "app", true, false, "t");
    assert_int_equal(script_calls_of(&script, "host umount", "/flux/ZelApps/fluxnew_app"), 1);
    script_end(&script);
}

static void test_6_1_4_forced_takes_a_global_or_local_specification(void **state)
{
    (void)state;
    for (int empty = 0; empty < 2; empty++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "db find", NULL, docs, -1);
        script_answer(&script, "db find", NULL, "{\"docs\":[]}", empty);
        script_answer(&script, "db find", "app", "{\"docs\":[]}", -1);
        remove_app_locally(&script.task, "app", true, false, "t");
        assert_int_equal(script_calls_of(&script, "host umount", NULL), 2);
        script_end(&script);
    }
}

static void test_6_1_6_and_7_failures_remove_nothing(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "db find", "app",
                  "{\"docs\":[{\"version\":8,\"name\":\"app\",\"enterprise\":\"blob\",\"compose\":[]}]}", -1);
    remove_app_locally(&script.task, "app", false, true, "t");
    assert_int_equal(script_calls_of(&script, "db findAndModify", NULL), 0);
    script_answer(&script, "db find", "app", "{\"docs\":[{\"version\":9,\"name\":\"app\"}]}", -1);
    remove_app_locally(&script.task, "app", false, true, "t");
    assert_int_equal(script_calls_of(&script, "db findAndModify", NULL), 0);
    script_end(&script);
}

static void test_6_1_8_unknown_component_throws(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    remove_app_locally(&script.task, "other_app", false, true, "t");
    assert_true(script_logged(&script, "TypeError"));
    assert_int_equal(script_calls_of(&script, "peers send", NULL), 0);
    script_end(&script);
}

static void test_6_1_9_without_an_address_no_message(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    script_fail(&script, "bench getbenchmarks", NULL, 0, "x", -1);
    remove_app_locally(&script.task, "app", false, true, "t");
    assert_int_equal(script_calls_of(&script, "peers send", NULL), 0);
    assert_true(script.noted[NOTE_REMOVAL_DONE]);
    script_end(&script);
}

/* A container that is gone: two lists, no image removal. */
static void test_6_2_missing_container(void **state)
{
    static const bool forced[] = {false, true};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct script script;

        begin(&script);
        script_answer(&script, "docker containers.list", NULL, "[]", -1);
        remove_app_locally(&script.task, "ui_app", forced[i], false, "t");
        assert_int_equal(script_calls_of(&script, "docker containers.list", NULL), 2);
        assert_int_equal(script_calls_of(&script, "docker image.remove", NULL), 0);
        assert_true(script_logged(&script, "Skipping image removal for fluxui_app because container removal failed"));
        script_end(&script);
    }
}

static void test_6_2_3_syncthing_folders_below_the_data_folder(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    script_answer(
        &script, "syncthing GET /rest/config/folders", NULL,
        "[{\"id\":\"a\",\"path\":\"/flux/ZelApps/fluxui_app\"},{\"id\":\"b\",\"path\":"
        "\"/flux/ZelApps/fluxui_app/sub\"},{\"id\":\"c\",\"path\":\"/flux/ZelApps/fluxui_app2\"},{\"id\":\"d\"}]",
        -1);
    script_answer(&script, "syncthing GET /rest/config/restart-required", NULL, "{\"requiresRestart\":true}", 1);
    remove_app_locally(&script.task, "ui_app", false, false, "t");
    assert_int_equal(script_calls_of(&script, "syncthing DELETE /rest/config/folders/ID", NULL), 2);
    assert_int_equal(script_calls_of(&script, "syncthing POST /rest/system/restart", NULL), 1);
    script_end(&script);
}

static void test_6_2_3_syncthing_failures_are_swallowed(void **state)
{
    static const char *const failing[] = {"syncthing GET /rest/config/folders",
                                          "syncthing DELETE /rest/config/folders/ID",
                                          "syncthing POST /rest/system/restart"};

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct script script;

        begin(&script);
        script_answer(&script, "syncthing GET /rest/config/folders", NULL,
                      "[{\"id\":\"a\",\"path\":\"/flux/ZelApps/fluxui_app\"}]", -1);
        script_answer(&script, "syncthing GET /rest/config/restart-required", NULL, "{\"requiresRestart\":true}", -1);
        script_fail(&script, failing[i], NULL, 500, "x", -1);
        remove_app_locally(&script.task, "ui_app", false, false, "t");
        assert_int_equal(script_calls_of(&script, "docker container.remove", NULL), 1);
        script_end(&script);
    }
}

static void test_6_2_5_failing_port_command_aborts(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    script_answer(&script, "host ufw status", NULL, "{\"stdout\":\"Status: active\"}", -1);
    script_fail(&script, "host ufw delete", NULL, 1, "x", -1);
    remove_app_locally(&script.task, "app", false, true, "t");
    assert_int_equal(script_calls_of(&script, "host umount", NULL), 0);
    assert_int_equal(script_calls_of(&script, "db findAndModify", NULL), 0);
    script_end(&script);
}

static void test_6_2_5_upnp_mappings_are_removed(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    script.node.config.upnp = true;
    script_fail(&script, "host upnp unmap", NULL, 500, "x", -1);
    remove_app_locally(&script.task, "ui_app", false, false, "t");
    assert_int_equal(script_calls_of(&script, "host upnp unmap", NULL), 2);
    assert_int_equal(script_calls_of(&script, "host umount", NULL), 1);
    script_end(&script);
}

static void test_6_2_8_without_a_job_the_volume_stays(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    script_answer(&script, "host crontab -l", NULL, "{\"code\":1,\"stdout\":\"\"}", -1);
    remove_app_locally(&script.task, "ui_app", false, false, "t");
    assert_int_equal(script_calls_of(&script, "host rm", NULL), 1);
    script_end(&script);
    begin(&script);
    script_fail(&script, "host crontab -l", NULL, 0, "spawn failed", -1);
    remove_app_locally(&script.task, "ui_app", false, false, "t");
    assert_int_equal(script_calls_of(&script, "docker image.remove", NULL), 1); /* swallowed */
    script_end(&script);
}

/* The job is found by its comment, and goes; it names no file. */
static void test_6_2_8_a_job_without_a_volume(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    script_answer(&script, "host crontab -l", NULL,
                  "{\"code\":0,\"stdout\":\"\\n@reboot mount it #fluxui_app\\n\\n0 0 * * * backup\\n\"}", -1);
    remove_app_locally(&script.task, "ui_app", false, false, "t");
    script_run_spawned(&script);
    assert_int_equal(script_calls_of(&script, "host rm", NULL), 1);
    assert_int_equal(script_calls_of(&script, "host rm", "/flux/ZelApps/fluxui_app"), 1);
    assert_int_equal(script_calls_of(&script, "host crontab -", NULL), 1);
    script_end(&script);
}

static void test_12_4_which_word_is_the_volume(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    assert_string_equal(crontab_volume(&script.arena, "@reboot while [ ! -f /v/a ]; do #id"), "/v/a");
    assert_string_equal(crontab_volume(&script.arena, "@reboot  sleep  1; mount -o /v/old /data #id"), "/v/old");
    assert_null(crontab_volume(&script.arena, "@reboot a b c d "));
    assert_null(crontab_volume(&script.arena, "@reboot"));
    script_end(&script);
}

/* What JavaScript makes of a component that has neither name nor image. */
static void test_6_2_a_nameless_component_is_undefined(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    script_answer(&script, "db find", "app",
                  "{\"docs\":[{\"version\":8,\"name\":\"app\"," FORMAL ",\"compose\":[{\"containerData\":\"/d\"}]}]}",
                  -1);
    script_answer(&script, "docker containers.list", NULL, "[{\"Id\":\"1\",\"Names\":[\"/fluxundefined_app\"]}]", -1);
    remove_app_locally(&script.task, "app", false, false, "t");
    assert_int_equal(script_calls_of(&script, "docker container.remove", "fluxundefined_app"), 1);
    assert_int_equal(script_calls_of(&script, "docker image.remove", "undefined"), 1);
    script_forget(&script);
    assert_null(soft_remove_app_locally(&script.task, "app"));
    assert_int_equal(script_calls_of(&script, "docker container.remove", "fluxundefined_app"), 1);
    assert_int_equal(script_calls_of(&script, "docker image.remove", "undefined"), 1);
    script_end(&script);
}

/* The message of step 4 is the app's own, and the newest whatever the order. */
static void test_6_1_4_the_newest_message_of_the_app(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(
        &script, "db find", NULL,
        "{\"docs\":[{\"height\":2,\"appSpecifications\":{\"version\":8,\"name\":\"app\"," FORMAL
        ",\"compose\":[" COMPONENT(
            "new") "]}},{\"height\":1,\"appSpecifications\":{\"version\":8,\"name\":\"app\"," FORMAL
                   ",\"compose\":[" COMPONENT(
                       "old") "]}},{\"height\":9,\"appSpecifications\":{\"version\":8,\"name\":\"more\"," FORMAL
                              ",\"compose\":[" COMPONENT("more") "]}}]}",
        -1);
    script_answer(&script, "db find", NULL, "{\"docs\":[]}", 2);
    script_answer(&script, "db find", "app", "{\"docs\":[]}", -1);
    remove_app_locally(&script.task, "app", true, false, "t");
    assert_int_equal(script_calls_of(&script, "host umount", NULL), 1);
    assert_int_equal(script_calls_of(&script, "host umount", "/flux/ZelApps/fluxnew_app"), 1);
    script_end(&script);
}

static void test_6_2_8_crontab_that_cannot_be_read(void **state)
{
    static const char *const answers[] = {"{\"code\":1,\"stdout\":\"denied\"}", "{}"};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct script script;
        struct crontab table;

        script_begin(&script, "8.9.2");
        script_answer(&script, "host crontab -l", NULL, answers[i], -1);
        assert_non_null(crontab_load(&script.task, &table));
        script_end(&script);
    }
}

static void test_6_2_8_save_failure_is_logged(void **state)
{
    struct script script;
    struct crontab table = {NULL, 0};

    (void)state;
    script_begin(&script, "8.9.2");
    script_fail(&script, "host crontab -", NULL, 1, "x", -1);
    crontab_save(&script.task, &table);
    script_run_spawned(&script);
    assert_true(script_logged(&script, "error: Error: x"));
    assert_null(crontab_volume(&script.arena, "@reboot short"));
    script_end(&script);
}

static void test_6_2_version_3(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(
        &script, "db find", "old",
        "{\"docs\":[{\"version\":3,\"name\":\"old\",\"description\":\"d\",\"owner\":\"o\",\"repotag\":\"a/b:c\","
        "\"ports\":[\"31001\"],\"containerPorts\":[\"80\"],\"containerData\":\"/d\",\"cpu\":1,\"ram\":1,\"hdd\":1,"
        "\"instances\":3}]}",
        -1);
    script_answer(&script, "docker containers.list", NULL, "[{\"Id\":\"9\",\"Names\":[\"/fluxold\"]}]", -1);
    script_answer(&script, "docker container.inspect", NULL, "{\"State\":{\"Running\":false}}", -1);
    remove_app_locally(&script.task, "old", false, false, "t");
    assert_int_equal(script_calls_of(&script, "docker container.remove", "fluxold"), 1);
    assert_int_equal(script_calls_of(&script, "docker container.stop", NULL), 0);
    assert_null(soft_remove_app_locally(&script.task, "old"));
    script_end(&script);
}

static void test_6_3_soft_removal(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    assert_null(soft_remove_app_locally(&script.task, "app"));
    assert_int_equal(script_calls_of(&script, "docker container.remove", NULL), 2);
    assert_int_equal(script_calls_of(&script, "host umount", NULL), 0);
    assert_int_equal(script_calls_of(&script, "db findAndModify", "app"), 1);
    assert_false(script.node.cells.flags[FLAG_REM]);
    script_fail(&script, "docker container.remove", NULL, 409, "running", -1);
    assert_non_null(soft_remove_app_locally(&script.task, "app")); /* not swallowed */
    assert_false(script.node.cells.flags[FLAG_REM]);
    script.node.cells.flags[FLAG_INS] = true;
    assert_non_null(soft_remove_app_locally(&script.task, "app"));
    script.node.cells.flags[FLAG_REM] = true;
    assert_non_null(soft_remove_app_locally(&script.task, "app"));
    assert_true(script.node.cells.flags[FLAG_REM]);
    script_end(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_12_10_not_forced_in_recorded_order),
        cmocka_unit_test(test_6_1_1_refusal_clears_the_flag),
        cmocka_unit_test(test_6_1_3_and_4_nothing_to_remove),
        cmocka_unit_test(test_6_1_4_forced_looks_everywhere),
        cmocka_unit_test(test_6_1_4_forced_takes_a_global_or_local_specification),
        cmocka_unit_test(test_6_1_6_and_7_failures_remove_nothing),
        cmocka_unit_test(test_6_1_8_components_in_reverse_order),
        cmocka_unit_test(test_6_1_8_unknown_component_throws),
        cmocka_unit_test(test_6_1_9_without_an_address_no_message),
        cmocka_unit_test(test_6_1_10_forced_network_removal_retries_once),
        cmocka_unit_test(test_6_1_10_inspect_error_means_gone),
        cmocka_unit_test(test_6_1_forced),
        cmocka_unit_test(test_6_2_missing_container),
        cmocka_unit_test(test_6_2_3_syncthing_folders_below_the_data_folder),
        cmocka_unit_test(test_6_2_3_syncthing_failures_are_swallowed),
        cmocka_unit_test(test_6_2_5_failing_port_command_aborts),
        cmocka_unit_test(test_6_2_5_upnp_mappings_are_removed),
        cmocka_unit_test(test_6_2_8_without_a_job_the_volume_stays),
        cmocka_unit_test(test_6_2_8_a_job_without_a_volume),
        cmocka_unit_test(test_12_4_which_word_is_the_volume),
        cmocka_unit_test(test_6_2_a_nameless_component_is_undefined),
        cmocka_unit_test(test_6_1_4_the_newest_message_of_the_app),
        cmocka_unit_test(test_6_2_8_crontab_that_cannot_be_read),
        cmocka_unit_test(test_6_2_8_save_failure_is_logged),
        cmocka_unit_test(test_6_2_version_3),
        cmocka_unit_test(test_6_3_soft_removal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
