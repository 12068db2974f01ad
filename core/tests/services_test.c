/* What core/ makes of the answers of daemon, benchmark daemon, FDM, shell and firewall (5.3, 12.1, 12.3, 12.4). */
#include "core/app_control.h"
#include "core/app_query.h"
#include "core/app_volume.h"
#include "core/benchmark_service.h"
#include "core/daemon_service.h"
#include "core/docker_service.h"
#include "core/fdm_client.h"
#include "core/port_manager.h"
#include "core/registry_manager.h"
#include "core/shell.h"
#include "core/syncthing_service.h"
#include "core/tests/script_door.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* ---- 12.1 -------------------------------------------------------------------------------------------------------- */

static void test_12_1_the_collateral_names_an_output(void **state)
{
    static const struct {
        const char *collateral, *tier; /* tier NULL: it throws */
    } cases[] = {
        {"COutPoint(aaaa, 0)", "basic"},        {"COutPoint(aaaa, 1)", "super"}, {"COutPoint(aaaa, 2)", "bamf"},
        {"COutPoint(aaaa, :1x)", "super"}, /* its digits */
        {"COutPoint(aaaa,2", "bamf"},      /* up to the end */
        {"COutPoint(aaaa, 3)", NULL},      /* no tier has such a value */
        {"COutPoint(aaaa, 99999999999)", NULL}, {"COutPoint(aaaa)", NULL},       {"aaaa, 0", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;
        const char *tier = NULL;

        script_begin(&script, "8.9.2");
        script_answer(&script, "daemon getzelnodestatus", NULL,
                      arena_printf(&script.arena, "{\"collateral\":\"%s\"}", cases[i].collateral), -1);
        script_answer(&script, "daemon getrawtransaction", NULL,
                      "{\"vout\":[{\"value\":1000},{\"value\":12500},{\"value\":40000},{\"value\":5}]}", -1);
        const struct error *error = node_tier(&script.task, &tier);

        assert_int_equal(error == NULL, cases[i].tier != NULL);
        if (cases[i].tier != NULL) {
            assert_string_equal(tier, cases[i].tier);
            assert_string_equal(
                value_text(value_at(value_get(script_args_of(&script, "daemon getrawtransaction", 1), "params"), 0)),
                "aaaa");
        }
        script_end(&script);
    }
}

static void test_12_1_the_benchmark_document_is_of_a_tier(void **state)
{
    static const struct {
        const char *status;
        int stored;
    } cases[] = {{"CUMULUS", 1}, {"NIMBUS", 1}, {"STRATUS", 1}, {"running", 0}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;
        const struct value *data = NULL;

        script_begin(&script, "8.9.2");
        script_answer(&script, "bench getbenchmarks", NULL,
                      arena_printf(&script.arena, "{\"status\":\"%s\"}", cases[i].status), -1);
        for (int hours = 0; hours <= 24; hours += 12) { /* once within 24 h */
            assert_null(get_benchmarks(&script.task, &data));
            script_run_spawned(&script);
            assert_int_equal(script_calls_of(&script, "db update", NULL), cases[i].stored * (hours < 24 ? 1 : 2));
            script.now_ms += 12 * 3600 * 1000;
        }
        script_end(&script);
    }
}

static void test_1_1_7_an_address_is_longer_than_5(void **state)
{
    static const struct {
        const char *reply, *ip;
    } cases[] = {{"{\"ipaddress\":\"1.2.3.4\"}", "1.2.3.4"},
                 {"{\"ipaddress\":\"1.2.34\"}", "1.2.34"},
                 {"{\"ipaddress\":\"1.2.3\"}", NULL},
                 {"{\"ipaddress\":123456}", NULL},
                 {"{}", NULL},
                 {"{\"status\":\"error\"}", NULL}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "bench getbenchmarks", NULL, cases[i].reply, -1);
        const char *ip = get_my_flux_ip_and_port(&script.task);

        if (cases[i].ip == NULL) {
            assert_null(ip);
        } else {
            assert_string_equal(ip, cases[i].ip);
        }
        script_end(&script);
    }
}

/* ---- 5.3 --------------------------------------------------------------------------------------------------------- */

static void test_5_3_server_by_first_letter(void **state)
{
    static const struct {
        const char *app, *host;
    } cases[] = {{"app", "fdm-fn-1-1.runonflux.io:16130"},  {"Happ", "fdm-fn-1-2.runonflux.io:16130"},
                 {"napp", "fdm-fn-1-2.runonflux.io:16130"}, {"oapp", "fdm-fn-1-3.runonflux.io:16130"},
                 {"uapp", "fdm-fn-1-3.runonflux.io:16130"}, {"Vapp", "fdm-fn-1-4.runonflux.io:16130"},
                 {"zapp", "fdm-fn-1-4.runonflux.io:16130"}, {"7app", "fdm-fn-1-1.runonflux.io:16130"},
                 {"H1", "fdm-fn-1-2.runonflux.io:16130"},   {"{app", "fdm-fn-1-1.runonflux.io:16130"},
                 {"gapp", "fdm-fn-1-1.runonflux.io:16130"}};
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        script_forget(&script);
        assert_null(get_master_ip_from_fdm(&script.task, cases[i].app));
        assert_int_equal(script.call_count, 3); /* every region, one after the other */
        assert_string_equal(value_get_text(script_args_of(&script, "fdm appips", 1), "host"), cases[i].host);
    }
    script_end(&script);
}

static void test_5_3_an_empty_answer_is_none(void **state)
{
    static const char *const empty[] = {"{\"status\":\"success\",\"data\":{\"ips\":[\"\"]}}",
                                        "{\"status\":\"success\",\"data\":{\"ips\":[1]}}", "{\"status\":\"success\"}",
                                        "{\"status\":\"error\",\"data\":{\"ips\":[\"192.0.2.1\"]}}"};
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
        script_forget(&script);
        script_answer(&script, "fdm appips", NULL,
                      "{\"status\":\"success\",\"data\":{\"ips\":[\"192.0.2.9:16127\",\"192.0.2.8\"]}}", 1);
        script_answer(&script, "fdm appips", NULL, empty[i], 1);
        assert_string_equal(get_master_ip_from_fdm(&script.task, "app"), "192.0.2.9");
        assert_int_equal(script.call_count, 2);
    }
    script_end(&script);
}

/* ---- 12.3, 12.4, 2.6 --------------------------------------------------------------------------------------------- */

static void test_12_3_a_command_without_output_has_an_empty_one(void **state)
{
    struct script script;
    const char *output = NULL;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "host df", NULL, "{}", -1);
    assert_null(run_command(&script.task, (struct command){.id = EFFECT_HOST_DF, .text = "df -kP"}, &output));
    assert_string_equal(output, "");
    script_end(&script);
}

static void test_12_4_what_ufw_says_when_it_allows(void **state)
{
    static const struct {
        const char *output;
        bool good;
    } cases[] = {{"Rule updated", true},
                 {"Rule added", true},
                 {"Skipping existing rule", true},
                 {"ERROR: problem running", false},
                 {"", false}};
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    static const char component[] = "{\"name\":\"web\",\"ports\":[31001]}";
    const struct component web = {.document = value_parse(&script.arena, component, strlen(component))};

    script_answer(&script, "host ufw status", NULL, "{\"stdout\":\"Status: active\"}", -1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        script_answer(&script, "host ufw allow", NULL,
                      arena_printf(&script.arena, "{\"stdout\":\"%s\"}", cases[i].output), 1);
        assert_int_equal(setup_application_ports(&script.task, &web, false) == NULL, cases[i].good);
    }
    script_end(&script);
}

/* A host may have more disks than are looked at: the first 64 that count. */
static void test_2_6_1_the_first_64_disks(void **state)
{
    static const char json[] = "{\"version\":8,\"name\":\"app\",\"compose\":[{\"name\":\"web\",\"hdd\":1,"
                               "\"containerData\":\"/d\"}]}";

    (void)state;
    for (int before = 63; before <= 64; before++) {
        struct script script;
        const char *table = "";

        script_begin(&script, "8.9.2");
        for (int i = 0; i < before; i++) { /* room enough together, but none has enough */
            table = arena_printf(&script.arena, "%s/dev/sd%d 9000000 6902848 2097152 77%% /d%d\\n", table, i, i);
        }
        script_answer(
            &script, "host df", NULL,
            arena_printf(&script.arena, "{\"stdout\":\"%s/dev/last 500000000 2000000 480000000 4%% /last\\n\"}", table),
            -1);
        struct app_spec *app = app_spec_from(&script.arena, value_parse(&script.arena, json, strlen(json)));

        const struct error *error = create_app_volume(&script.task, &app->components[0], "app", true, app);

        assert_string_equal(error == NULL ? "fits" : error->message,
                            before < 64 ? "fits" : "Insufficient space on Flux Node. No useable volume found.");
        script_end(&script);
    }
}

/* ---- looking up -------------------------------------------------------------------------------------------------- */

/* DS 154–175: by the first listed name, or by id. */
static void test_2_8_a_container_is_found_by_first_name_or_id(void **state)
{
    static const char containers[] =
        "[{\"Id\":\"1\"},{\"Id\":\"2\",\"Names\":[\"fluxweb_app\"]},{\"Id\":\"3\",\"Names\":[\"/x\",\"/fluxweb_app\"]},"
        "{\"Id\":\"web_app\",\"Names\":[\"/y\"]},{\"Id\":\"5\",\"Names\":[\"/fluxdb_app\"]}]";
    struct script script;
    const struct value *container = NULL;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "docker containers.list", NULL, containers, -1);
    assert_null(get_docker_container_only(&script.task, "web_app", &container));
    assert_string_equal(value_get_text(container, "Id"), "web_app");
    assert_null(get_docker_container_only(&script.task, "db_app", &container));
    assert_string_equal(value_get_text(container, "Id"), "5");
    assert_null(get_docker_container_only(&script.task, "1", &container));
    assert_string_equal(value_get_text(container, "Id"), "1");
    assert_false(script_logged(&script, "not found"));
    assert_null(get_docker_container_only(&script.task, "none_app", &container));
    assert_null(container);
    assert_true(script_logged(&script, "Container none_app not found"));
    script_end(&script);
}

static void test_3_2_what_runs_is_not_listed_twice(void **state)
{
    struct script script;
    const struct value *running = NULL;

    (void)state;
    script_begin(&script, "8.9.2");
    cell_add(&script.task, CELL_RESTORE_IN_PROGRESS, "old");
    script_answer(&script, "docker containers.list", NULL,
                  "[{\"Names\":[\"/fluxold\"],\"State\":\"running\"},{\"Names\":[\"/fluxa_b\"]}]", -1);
    assert_true(list_running_apps(&script.task, &running));
    assert_int_equal(value_count(running), 2);
    assert_string_equal(value_get_text(value_at(running, 0), "State"), "running");
    script_answer(&script, "docker containers.list", NULL, "[{\"Names\":[\"/fluxa_b\"]}]", 1);
    assert_true(list_running_apps(&script.task, &running)); /* stopped, and in restore */
    assert_int_equal(value_count(running), 2);
    script_end(&script);
}

static void test_an_app_without_a_name_is_in_no_list(void **state)
{
    struct app_spec app = {.name = "app"};
    struct app_spec *one[] = {&app};
    const struct app_list list = {one, 1};

    (void)state;
    assert_true(app_list_has(&list, "app"));
    assert_false(app_list_has(&list, "apps"));
    assert_false(app_list_has(&list, NULL));
}

static void test_1_5_4_interface_names(void **state)
{
    struct script script;
    const struct value *names = NULL;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "docker networks.list", NULL, "[{\"Id\":\"0123456789abcdef\"},{\"Id\":\"short\"}]", 1);
    assert_null(get_flux_docker_network_physical_interface_names(&script.task, &names));
    assert_string_equal(value_json(&script.arena, names), "[\"br-0123456789ab\",\"br-short\"]");
    script_answer(&script, "docker networks.list", NULL, "[]", 1);
    assert_null(get_flux_docker_network_physical_interface_names(&script.task, &names));
    assert_int_equal(value_count(names), 0);
    script_answer(&script, "docker networks.list", NULL, "[{}]", 1);
    assert_string_equal(get_flux_docker_network_physical_interface_names(&script.task, &names)->name, "TypeError");
    script_end(&script);
}

static void test_6_1_10_only_endpoints_are_disconnected(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "docker network.inspect", NULL, "{\"Containers\":[\"a\"]}", 1);
    assert_null(force_remove_flux_app_docker_network(&script.task, "app"));
    EXPECT_CALLS(&script, "docker network.inspect", "docker network.remove");
    script_forget(&script);
    script_answer(&script, "docker network.inspect", NULL, "{\"Containers\":{\"a\":{},\"b\":{}}}", 1);
    assert_null(force_remove_flux_app_docker_network(&script.task, "app"));
    EXPECT_CALLS(&script, "docker network.inspect", "docker network.disconnect", "docker network.disconnect",
                 "docker network.remove");
    script_end(&script);
}

/* A delete that fails is made once more, 3 s later, inspect included. */
static void test_6_1_10_a_failed_removal_is_made_again(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "docker network.inspect", NULL, "{}", -1);
    script_fail(&script, "docker network.remove", NULL, 403, "has active endpoints", 1);
    assert_null(force_remove_flux_app_docker_network(&script.task, "app"));
    EXPECT_CALLS(&script, "docker network.inspect", "docker network.remove", "clock delay", "docker network.inspect",
                 "docker network.remove");
    assert_int_equal((int)value_get_number(script_args_of(&script, "clock delay", 1), "ms", 0), 3000);
    script_end(&script);
}

/* ---- 12.7, 5.4 --------------------------------------------------------------------------------------------------- */

static void test_12_7_a_folder_is_found_by_its_path(void **state)
{
    static const char folders[] = "[{\"id\":\"a\",\"path\":\"/x\",\"type\":\"sendreceive\"},"
                                  "{\"id\":\"b\",\"path\":\"/y\",\"type\":\"receiveonly\"}]";
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "syncthing GET /rest/config/folders", NULL, folders, -1);
    assert_true(syncthing_folder_has_type(&script.task, "/y", "receiveonly"));
    assert_false(syncthing_folder_has_type(&script.task, "/y", "sendreceive"));
    assert_false(syncthing_folder_has_type(&script.task, "/z", "sendreceive"));
    script_forget(&script);
    assert_true(change_syncthing_folder_type(&script.task, "/y", "sendreceive"));
    assert_int_equal(script_calls_of(&script, "syncthing PATCH /rest/config/folders/ID", "b"), 1);
    assert_true(change_syncthing_folder_type(&script.task, "/x", "sendreceive")); /* has it already */
    assert_false(change_syncthing_folder_type(&script.task, "/z", "sendreceive"));
    assert_int_equal(script_calls_of(&script, "syncthing PATCH /rest/config/folders/ID", NULL), 1);
    script_end(&script);
}

/* What lies under the data folder goes with it; a folder whose name only begins like it is another's. */
static void test_6_2_3_which_folders_are_an_apps(void **state)
{
    static const char folders[] = "[{\"id\":\"itself\",\"path\":\"/flux/ZelApps/fluxweb_app\"},"
                                  "{\"id\":\"longer\",\"path\":\"/flux/ZelApps/fluxweb_app2\"},"
                                  "{\"id\":\"under\",\"path\":\"/flux/ZelApps/fluxweb_app/appdata\"},"
                                  "{\"id\":\"shorter\",\"path\":\"/flux/ZelApps/fluxweb_ap\"}]";
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "syncthing GET /rest/config/folders", NULL, folders, -1);
    assert_null(stop_syncthing_app(&script.task, "fluxweb_app"));
    assert_int_equal(script_calls_of(&script, "syncthing DELETE /rest/config/folders/ID", NULL), 2);
    assert_int_equal(script_calls_of(&script, "syncthing DELETE /rest/config/folders/ID", "itself"), 1);
    assert_int_equal(script_calls_of(&script, "syncthing DELETE /rest/config/folders/ID", "under"), 1);
    script_end(&script);
}

static void test_6_2_3_a_folder_without_an_id(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "syncthing GET /rest/config/folders", NULL, "[{\"path\":\"/flux/ZelApps/fluxweb_app\"}]",
                  -1);
    script_fail(&script, "syncthing DELETE /rest/config/folders/ID", NULL, 404, "no", -1);
    set_sync_state(&script.task, "fluxweb_app", (struct sync_state){.restarted = true});
    assert_string_equal(stop_syncthing_app(&script.task, "fluxweb_app")->message,
                        "Failed to remove syncthing folder undefined");
    assert_true(cell_has(&script.task, CELL_RECEIVE_ONLY, "fluxweb_app")); /* not reached */
    script_end(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_12_1_the_collateral_names_an_output),
        cmocka_unit_test(test_12_1_the_benchmark_document_is_of_a_tier),
        cmocka_unit_test(test_1_1_7_an_address_is_longer_than_5),
        cmocka_unit_test(test_5_3_server_by_first_letter),
        cmocka_unit_test(test_5_3_an_empty_answer_is_none),
        cmocka_unit_test(test_12_3_a_command_without_output_has_an_empty_one),
        cmocka_unit_test(test_12_4_what_ufw_says_when_it_allows),
        cmocka_unit_test(test_2_6_1_the_first_64_disks),
        cmocka_unit_test(test_2_8_a_container_is_found_by_first_name_or_id),
        cmocka_unit_test(test_3_2_what_runs_is_not_listed_twice),
        cmocka_unit_test(test_an_app_without_a_name_is_in_no_list),
        cmocka_unit_test(test_1_5_4_interface_names),
        cmocka_unit_test(test_6_1_10_only_endpoints_are_disconnected),
        cmocka_unit_test(test_6_1_10_a_failed_removal_is_made_again),
        cmocka_unit_test(test_12_7_a_folder_is_found_by_its_path),
        cmocka_unit_test(test_6_2_3_which_folders_are_an_apps),
        cmocka_unit_test(test_6_2_3_a_folder_without_an_id),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
