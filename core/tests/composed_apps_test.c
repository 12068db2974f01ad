/* Apps of several components, and of the first version that has any (4): whole installs, control, soft registration. */
#include "core/app_control.h"
#include "core/app_installer.h"
#include "core/docker_service.h"
#include "core/redeploy.h"
#include "core/tests/script_door.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COMPONENT(name, data)                                                                                          \
    "{\"name\":\"" name "\",\"repotag\":\"a/b:1\",\"ports\":[],\"containerPorts\":[],\"containerData\":\"" data        \
    "\",\"cpu\":1,\"ram\":100,\"hdd\":1,\"cpubasic\":2}"
#define APP(components)                                                                                                \
    "{\"version\":4,\"name\":\"app\",\"description\":\"d\",\"owner\":\"o\",\"instances\":3,\"hash\":\"h\","            \
    "\"height\":5,\"compose\":[" components "]}"
/* The second has a folder of the first, and one of its own behind it. */
#define TWO APP(COMPONENT("db", "/d") "," COMPONENT("ui", "/u|0:/b|m:logs:/l"))

static const char both[] = "[{\"Id\":\"1\",\"Names\":[\"/fluxdb_app\"],\"State\":\"exited\"},"
                           "{\"Id\":\"2\",\"Names\":[\"/fluxui_app\"],\"State\":\"exited\"}]";

static void begin(struct script *script)
{
    script_begin(script, "8.9.2");
    script_answer(script, "docker containers.list", NULL, both, -1);
    script_answer(script, "docker container.inspect", NULL, "{\"State\":{\"Running\":false}}", -1);
    script_answer(script, "host mount | grep", NULL,
                  "{\"stdout\":\"/v/a on /flux/ZelApps/fluxdb_app\\n/v/b on /flux/ZelApps/fluxui_app\\n\"}", -1);
}

/* What the calls of an effect were about, in order, each followed by a blank. */
static const char *objects_of(struct script *script, const char *effect)
{
    const char *objects = "";

    for (int i = 0; i < script->call_count; i++) {
        if (strcmp(script->calls[i], effect) == 0) {
            objects = arena_printf(&script->arena, "%s%s ", objects, script->objects[i]);
        }
    }
    return objects;
}

/* 1.7 step 2: each under its own name, in the order of the specification; mounts of another's folder lead there, and
 * are looked for after the own ones (12.3). */
static void test_1_7_2_version_4_is_installed_by_components(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    script_answer(&script, "db find", "app", "{\"docs\":[{\"name\":\"app\"}]}", -1);
    script_answer(&script, "db find", "app", "{\"docs\":[]}", 2); /* 1.1/9 and 1.6/2 */
    assert_true(register_app_locally(&script.task, script_spec(&script, TWO), NULL, NULL, false, true));
    assert_string_equal(objects_of(&script, "docker containers.create"), "fluxdb_app fluxui_app ");
    assert_string_equal(objects_of(&script, "docker container.start"), "fluxdb_app fluxui_app ");
    assert_string_equal(objects_of(&script, "host access"),
                        "/flux/ZelApps/fluxdb_app/appdata /flux/ZelApps/fluxui_app/appdata "
                        "/flux/ZelApps/fluxui_app/logs /flux/ZelApps/fluxdb_app/appdata ");
    for (int i = 1; i <= 2; i++) {
        const struct value *host =
            value_get(value_get(script_args_of(&script, "docker containers.create", i), "body"), "HostConfig");

        assert_int_equal((int)value_get_number(host, "NanoCPUs", 0), 2 * 1000 * 1000 * 1000); /* of the tier */
        if (i == 2) {
            assert_string_equal(value_get_text(value_at(value_get(host, "Mounts"), 1), "Source"),
                                "/flux/ZelApps/fluxdb_app/appdata");
        }
    }
    assert_true(cell_has(&script.task, CELL_MONITORED, "db_app") && cell_has(&script.task, CELL_MONITORED, "ui_app"));
    script_end(&script);
}

/* 1.6 step 4: the fields of the tier are those of the object at hand, and an app of version 4 has none. */
static void test_1_6_4_resources_of_components_are_not_the_apps(void **state)
{
    struct script script;
    struct app_spec *app = NULL;

    (void)state;
    begin(&script);
    app = script_spec(&script, TWO);
    assert_false(register_app_locally(&script.task, app, NULL, NULL, false, true)); /* E_VANISH: before 1.7 step 2 */
    assert_true(script_logged(&script, "vanished"));
    assert_int_equal(script_calls_of(&script, "db insert", "app"), 1);
    assert_int_equal((int)app->components[0].in_place.cpu, 1);
    script_end(&script);
}

static void test_5_4_version_4_is_started_by_components(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    script_answer(&script, "db find", "app", "{\"docs\":[" TWO "]}", -1);
    script_answer(&script, "host access", NULL, "false", -1);
    app_docker_start_app(&script.task, "app");
    assert_string_equal(objects_of(&script, "docker container.start"), "fluxdb_app fluxui_app ");
    assert_string_equal(objects_of(&script, "host mkdir"),
                        "/flux/ZelApps/fluxdb_app/appdata /flux/ZelApps/fluxui_app/appdata "
                        "/flux/ZelApps/fluxui_app/logs /flux/ZelApps/fluxdb_app/appdata ");
    assert_true(cell_has(&script.task, CELL_MONITORED, "db_app") && cell_has(&script.task, CELL_MONITORED, "ui_app"));
    script_end(&script);
}

/* The owner's restart: what ran before is monitored afterwards. */
static void test_8_the_owners_restart_monitors(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    script_answer(&script, "db find", "app", "{\"docs\":[" TWO "]}", -1);
    script_answer(&script, "docker container.inspect", NULL, "{\"State\":{\"Running\":true}}", -1);
    owner_app_restart(&script.task, "app");
    assert_string_equal(objects_of(&script, "docker container.restart"), "fluxdb_app fluxui_app ");
    assert_true(cell_has(&script.task, CELL_MONITORED, "db_app") && cell_has(&script.task, CELL_MONITORED, "ui_app"));
    owner_app_stop(&script.task, "app");
    assert_false(cell_has(&script.task, CELL_MONITORED, "db_app") || cell_has(&script.task, CELL_MONITORED, "ui_app"));
    script_end(&script);
}

/* 7.4: data of every synced component is trusted after a soft registration, not the first's alone. */
static void test_7_4_each_synced_component_is_trusted(void **state)
{
    static const char *const synced[] = {"fluxdb_app", "fluxui_app"};
    struct script script;

    (void)state;
    begin(&script);
    assert_true(soft_register_app_locally(
        &script.task, script_spec(&script, APP(COMPONENT("db", "r:/d") "," COMPONENT("ui", "g:/u")))));
    for (size_t i = 0; i < sizeof synced / sizeof synced[0]; i++) {
        const struct sync_state *sync = cache_get(&script.node.cells.caches[CELL_RECEIVE_ONLY], synced[i], 0);

        assert_true(sync != NULL && sync->restarted);
    }
    script_end(&script);
}

static bool installing; /* INS when a container was created */

static void look_at_flag(struct script *script, const struct effect *effect)
{
    if (effect->id == EFFECT_DOCKER_CONTAINERS_CREATE) {
        installing = script->node.cells.flags[FLAG_INS];
    }
}

/* 8: a component that is put in anew is an installation, for everybody who asks. */
static void test_8_a_soft_redeploy_of_a_component_is_an_installation(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    script_answer(&script, "docker containers.list", NULL,
                  "[{\"Id\":\"0\",\"Names\":[\"/fluxnull\"]},{\"Id\":\"1\",\"Names\":[\"/fluxdb_app\"]}]", -1);
    script.before = look_at_flag;
    installing = false;
    soft_redeploy_component(&script.task, script_spec(&script, TWO), "db");
    assert_string_equal(objects_of(&script, "docker containers.create"), "fluxdb_app ");
    assert_true(installing);
    assert_false(script.node.cells.flags[FLAG_INS] || script.node.cells.flags[FLAG_SRD]);
    script_end(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_1_7_2_version_4_is_installed_by_components),
        cmocka_unit_test(test_1_6_4_resources_of_components_are_not_the_apps),
        cmocka_unit_test(test_5_4_version_4_is_started_by_components),
        cmocka_unit_test(test_8_the_owners_restart_monitors),
        cmocka_unit_test(test_7_4_each_synced_component_is_trusted),
        cmocka_unit_test(test_8_a_soft_redeploy_of_a_component_is_an_installation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
