/* The master/slave controller and the start and stop workflows: lifecycle.md 5.1–5.5. */
#include "core/app_control.h"
#include "core/master_slave.h"
#include "core/tests/script_door.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define APP                                                                                                            \
    "{\"version\":8,\"name\":\"gapp\",\"description\":\"d\",\"owner\":\"o\",\"instances\":3,\"contacts\":[],"          \
    "\"geolocation\":[],\"expire\":88000,\"nodes\":[],\"staticip\":false,\"enterprise\":\"\",\"hash\":\"h\","          \
    "\"compose\":["                                                                                                    \
    "{\"name\":\"web\",\"repotag\":\"a/b:c\",\"containerData\":\"g:/d\",\"hdd\":1}]}"
static const char docs[] = "{\"docs\":[" APP "]}";
static const char folder[] =
    "[{\"id\":\"fluxweb_gapp\",\"path\":\"/flux/ZelApps/fluxweb_gapp\",\"type\":\"sendreceive\"}]";
static const char running[] = "[{\"Id\":\"id1\",\"Names\":[\"/fluxweb_gapp\"],\"State\":\"running\"}]";
static const char me[] = "{\"status\":\"success\",\"data\":{\"ips\":[\"198.51.100.7:16127\"]}}";
static const char other[] = "{\"status\":\"success\",\"data\":{\"ips\":[\"203.0.113.40\"]}}";
static const char elsewhere[] = "{\"status\":\"success\",\"data\":[{\"Names\":[\"/fluxweb_gapp\"]}]}";
/* locations: first, me, last */
#define AT(ip, since) "{\"name\":\"gapp\",\"ip\":\"" ip "\",\"runningSince\":\"2026-03-0" since "T00:00:00Z\"}"

static void begin(struct script *script)
{
    script_begin(script, "8.9.2");
    script_answer(script, "db find", NULL, docs, -1);
    script_answer(script, "db find", "gapp", docs, -1);
    script_answer(script, "syncthing GET /rest/config/folders", NULL, folder, -1);
}

static void locate(struct script *script, const char *rows)
{
    script_answer(script, "db find", "gapp", rows, -1);
}

/* One cycle; what it started and not awaited stays queued. Returns how many workflows it started. */
static int cycle(struct script *script)
{
    script->spawned_count = 0;
    master_slave_apps(&script->task);
    assert_false(script->node.cells.flags[FLAG_MSR]);
    int workflows = 0;

    for (int i = 0; i < script->spawned_count; i++) { /* the loop itself and the benchmark document are started too */
        workflows += script->spawned[i].argument != NULL && *(const char *)script->spawned[i].argument == 'g';
    }
    return workflows;
}

/* Runs the detached workflow, not the loop's own next round. */
static void run_workflow(struct script *script)
{
    script_forget(script);
    for (int i = 0; i < script->spawned_count; i++) {
        if (script->spawned[i].argument != NULL && *(const char *)script->spawned[i].argument == 'g') {
            script->spawned[i].run(&script->task, script->spawned[i].argument);
        }
    }
}

static void test_12_10_primary_is_me(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    script_answer(&script, "fdm appips", NULL, me, -1);
    assert_int_equal(cycle(&script), 1);
    EXPECT_CALLS(&script, "syncthing GET /rest/noauth/health", "db find", "docker containers.list", "fdm appips",
                 "bench getbenchmarks", "syncthing GET /rest/config/folders", "clock delay");
    assert_string_equal(value_get_text(script_args_of(&script, "fdm appips", 1), "host"),
                        "fdm-fn-1-1.runonflux.io:16130");
    assert_int_equal((int)value_get_number(script_args_of(&script, "clock delay", 1), "ms", 0), 30000);
    script_end(&script);
}

static void test_5_1_2_flags_leave_at_once(void **state)
{
    static const enum flag_id flags[] = {FLAG_INS, FLAG_REM, FLAG_SRD, FLAG_HRD};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct script script;

        begin(&script);
        script.node.cells.flags[flags[i]] = true;
        cycle(&script);
        EXPECT_CALLS(&script, "clock delay");
        script_end(&script);
    }
    struct script script;

    begin(&script);
    script.node.cells.flags[FLAG_ROA] = true; /* not tested */
    cycle(&script);
    assert_int_equal(script_calls_of(&script, "db find", NULL) > 0, 1);
    script_end(&script);
}

static void test_5_1_3_to_5_failures_leave(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    script_answer(&script, "syncthing GET /rest/noauth/health", NULL, "{\"status\":\"STARTING\"}", -1);
    cycle(&script);
    EXPECT_CALLS(&script, "syncthing GET /rest/noauth/health", "clock delay");
    script_end(&script);
    begin(&script);
    script_fail(&script, "db find", NULL, 10107, "not primary", -1);
    cycle(&script);
    EXPECT_CALLS(&script, "syncthing GET /rest/noauth/health", "db find", "docker containers.list", "clock delay");
    script_end(&script);
    begin(&script);
    script_fail(&script, "docker containers.list", NULL, 500, "x", -1);
    cycle(&script);
    assert_true(script_logged(&script, "Unable to check running Apps"));
    script_end(&script);
}

static void test_5_2_1_backup_and_restore_by_app_name(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    cache_set(&script.node.cells.caches[CELL_BACKUP_IN_PROGRESS], "gapp", &script, script.now_ms);
    cycle(&script);
    assert_int_equal(script_calls_of(&script, "fdm appips", NULL), 0);
    script_end(&script);
    begin(&script);
    cache_set(&script.node.cells.caches[CELL_RESTORE_IN_PROGRESS], "gapp", &script, script.now_ms);
    cycle(&script);
    assert_int_equal(script_calls_of(&script, "fdm appips", NULL), 0);
    script_end(&script);
}

static void test_5_2_2_apps_without_g_are_passed_by(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    script_answer(&script, "db find", NULL,
                  "{\"docs\":[{\"version\":3,\"name\":\"old\",\"containerData\":\"/d\"},{\"version\":8,\"name\":\"x\","
                  "\"compose\":[{\"name\":\"y\"}]}]}",
                  -1);
    cycle(&script);
    EXPECT_CALLS(&script, "syncthing GET /rest/noauth/health", "db find", "docker containers.list", "clock delay");
    script_end(&script);
}

static void test_5_2_4_without_an_address_next_app(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    script_fail(&script, "bench getbenchmarks", NULL, 0, "x", -1);
    script_answer(&script, "fdm appips", NULL, me, -1);
    assert_int_equal(cycle(&script), 0);
    assert_int_equal(script_calls_of(&script, "fdm appips", "gapp"), 1);
    assert_int_equal(script_calls_of(&script, "syncthing GET /rest/config/folders", NULL), 0);
    assert_null(cache_get(&script.node.cells.caches[CELL_MASTER_HISTORY], "web_gapp", script.now_ms)); /* not decided */
    script_end(&script);
}

static void test_5_2_4_port_is_appended(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    script_answer(&script, "bench getbenchmarks", NULL, "{\"status\":\"X\",\"ipaddress\":\"198.51.100.7\"}", -1);
    script_answer(&script, "fdm appips", NULL, me, -1);
    assert_int_equal(cycle(&script), 1);
    script_end(&script);
}

static void test_5_2_primary_elsewhere_stops(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    script_answer(&script, "fdm appips", NULL, other, -1);
    script_answer(&script, "docker containers.list", NULL, running, -1);
    assert_int_equal(cycle(&script), 1);
    script_answer(&script, "docker container.inspect", NULL, "{\"State\":{\"Running\":true}}", -1);
    run_workflow(&script);
    EXPECT_CALLS(&script, "db find", "docker containers.list", "docker container.inspect", "docker container.stop");
    script_end(&script);
}

static void test_5_2_primary_elsewhere_and_stopped_is_well(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    script_answer(&script, "fdm appips", NULL, other, -1);
    assert_int_equal(cycle(&script), 0);
    assert_string_equal(cache_get(&script.node.cells.caches[CELL_MASTER_HISTORY], "web_gapp", script.now_ms),
                        "203.0.113.40");
    cycle(&script); /* the same address is kept */
    assert_string_equal(cache_get(&script.node.cells.caches[CELL_MASTER_HISTORY], "web_gapp", script.now_ms),
                        "203.0.113.40");
    script_end(&script);
}

static void test_5_2_not_ready_waits(void **state)
{
    static const char *const folders[] = {
        "[]", "[{\"id\":\"x\",\"path\":\"/flux/ZelApps/fluxweb_gapp\",\"type\":\"receiveonly\"}]"};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct script script;

        begin(&script);
        script_answer(&script, "syncthing GET /rest/config/folders", NULL, folders[i], -1);
        assert_int_equal(cycle(&script), 0); /* no primary */
        script_answer(&script, "fdm appips", NULL, me, -1);
        assert_int_equal(cycle(&script), 0); /* I am primary */
        script_end(&script);
    }
}

static void test_5_2_restarted_needs_no_call(void **state)
{
    struct script script;
    struct sync_state synced = {.restarted = true};

    (void)state;
    begin(&script);
    cache_set(&script.node.cells.caches[CELL_RECEIVE_ONLY], "fluxweb_gapp", &synced, script.now_ms);
    script_answer(&script, "fdm appips", NULL, me, -1);
    assert_int_equal(cycle(&script), 1);
    assert_int_equal(script_calls_of(&script, "syncthing GET /rest/config/folders", NULL), 0);
    script_end(&script);
}

static void test_5_2_a_first_in_line_starts(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    locate(&script, "{\"docs\":[" AT("203.0.113.9:1", "2") "," AT("198.51.100.7:16127", "1") "]}");
    assert_int_equal(cycle(&script), 1);
    script_end(&script);
}

/* Missing runningSince first; then equal instants by address. */
static void test_5_2_order_of_locations(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    locate(&script, "{\"docs\":[" AT("198.51.100.1", "1") ",{\"ip\":\"198.51.100.7:16127\"}]}");
    assert_int_equal(cycle(&script), 1);
    script_end(&script);
    begin(&script);
    locate(&script, "{\"docs\":[" AT("198.51.100.7:16127", "1") "," AT("198.51.100.1", "1") "]}");
    assert_int_equal(cycle(&script), 0);
    script_end(&script);
}

static void test_5_2_d_and_c_second_in_line_waits_three_minutes(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    locate(&script, "{\"docs\":[" AT("203.0.113.9", "1") "," AT("198.51.100.7:16127", "2") "]}");
    assert_int_equal(cycle(&script), 0);
    const int64_t *at_ms = cache_get(&script.node.cells.caches[CELL_MASTER_SCHEDULE], "web_gapp", script.now_ms);

    assert_int_equal(*at_ms - script.now_ms, 3 * 60 * 1000 - 30 * 1000);
    assert_int_equal(cycle(&script), 0); /* e */
    script.now_ms += 3 * 60 * 1000;
    assert_int_equal(cycle(&script), 1); /* c: due, nobody before me runs it */
    assert_null(cache_get(&script.node.cells.caches[CELL_MASTER_SCHEDULE], "web_gapp", script.now_ms));
    script_end(&script);
}

static void test_5_2_c_a_lower_node_runs_it(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    locate(&script, "{\"docs\":[" AT("203.0.113.9", "1") "," AT("198.51.100.7:16127", "2") "]}");
    cycle(&script);
    script.now_ms += 3 * 60 * 1000;
    script_answer(&script, "peers listrunningapps", NULL, elsewhere, -1);
    assert_int_equal(cycle(&script), 0);
    assert_string_equal(value_get_text(script_args_of(&script, "peers listrunningapps", 1), "peer"),
                        "203.0.113.9:16127");
    script_end(&script);
}

static void with_history(struct script *script, const char *rows)
{
    begin(script);
    script_answer(script, "fdm appips", NULL, other, 1);
    cycle(script);
    locate(script, rows);
}

static void test_5_2_b_previous_master_still_runs_it(void **state)
{
    struct script script;

    (void)state;
    with_history(&script, "{\"docs\":[" AT("198.51.100.7:16127", "1") "]}");
    script_answer(&script, "peers listrunningapps", NULL, elsewhere, -1);
    assert_int_equal(cycle(&script), 0);
    script_end(&script);
}

static void test_5_2_b_first_in_line_follows(void **state)
{
    struct script script;

    (void)state;
    with_history(&script, "{\"docs\":[" AT("198.51.100.7:16127", "1") "]}");
    script_fail(&script, "peers listrunningapps", NULL, 0, "timeout", -1);
    assert_int_equal(cycle(&script), 1);
    script_end(&script);
}

/* delay := (idx > prevIdx ? idx−1 : idx)·3 min, or idx·3 min if the previous master is not listed */
static void test_5_2_b_others_wait_their_turn(void **state)
{
    static const struct {
        const char *rows;
        int minutes; /* 0: starts at once */
    } cases[] = {
        {"{\"docs\":[" AT("203.0.113.40:16127", "1") "," AT("198.51.100.7:16127", "2") "]}", 0},
        {"{\"docs\":[" AT("203.0.113.1", "1") "," AT("198.51.100.7:16127", "2") "," AT("203.0.113.40", "3") "]}", 3},
        {"{\"docs\":[" AT("203.0.113.1", "1") "," AT("198.51.100.7:16127", "2") "]}", 3},
        {"{\"docs\":[]}", 0}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        with_history(&script, cases[i].rows);
        assert_int_equal(cycle(&script), cases[i].minutes == 0);
        const int64_t *at_ms = cache_get(&script.node.cells.caches[CELL_MASTER_SCHEDULE], "web_gapp", script.now_ms);

        assert_int_equal(at_ms != NULL, cases[i].minutes != 0);
        script_end(&script);
    }
}

static void test_5_1_7_what_is_not_installed_is_forgotten(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    script_answer(&script, "fdm appips", NULL, other, -1);
    cell_set(&script.task, CELL_MASTER_HISTORY, "undefined_gapp",
             "203.0.113.1"); /* a component that is not the app's */
    cycle(&script);
    assert_non_null(cache_get(&script.node.cells.caches[CELL_MASTER_HISTORY], "web_gapp", script.now_ms));
    assert_null(cache_get(&script.node.cells.caches[CELL_MASTER_HISTORY], "undefined_gapp", script.now_ms));
    script_answer(&script, "db find", NULL, "{\"docs\":[]}", -1);
    cycle(&script);
    assert_null(cache_get(&script.node.cells.caches[CELL_MASTER_HISTORY], "web_gapp", script.now_ms));
    script_end(&script);
}

/* ---- 5.3 ------------------------------------------------------------------------------------------------------------
 */

static void test_5_3_regions_and_indices(void **state)
{
    static const struct {
        const char *app, *host;
    } cases[] = {{"alpha", "fdm-fn-1-1.runonflux.io:16130"},
                 {"Hotel", "fdm-fn-1-2.runonflux.io:16130"},
                 {"oscar", "fdm-fn-1-3.runonflux.io:16130"},
                 {"victor", "fdm-fn-1-4.runonflux.io:16130"},
                 {"1st", "fdm-fn-1-1.runonflux.io:16130"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        const char *json = arena_printf(
            &script.arena, "{\"docs\":[{\"version\":3,\"name\":\"%s\",\"containerData\":\"g:/d\"}]}", cases[i].app);

        script_answer(&script, "db find", NULL, json, -1);
        script_fail(&script, "fdm appips", NULL, 503, "x", 1);
        script_fail(&script, "fdm appips", NULL, 404, "x", 1);
        cycle(&script);
        assert_int_equal(script_calls_of(&script, "fdm appips", NULL), 3);
        assert_string_equal(value_get_text(script_args_of(&script, "fdm appips", 1), "host"), cases[i].host);
        script_end(&script);
    }
}

/* ---- 5.4, 5.5
 * -------------------------------------------------------------------------------------------------------- */

static void start(struct script *script)
{
    script_answer(script, "fdm appips", NULL, me, -1);
    assert_int_equal(cycle(script), 1);
    run_workflow(script);
}

static void test_5_4_recorded_order(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    script_answer(&script, "docker container.inspect", NULL, "{\"State\":{\"Running\":false}}", -1);
    script_answer(&script, "docker containers.list", NULL, "[{\"Id\":\"id1\",\"Names\":[\"/fluxweb_gapp\"]}]", -1);
    script_answer(&script, "docker containers.list", NULL, "[]", 1);
    start(&script);
    /* the fake folder stays sendreceive: the second change finds it so */
    EXPECT_CALLS(&script, "syncthing GET /rest/config/folders", "syncthing PATCH /rest/config/folders/ID", "host chmod",
                 "syncthing GET /rest/config/folders", "db find", "host access", "docker containers.list",
                 "docker container.inspect", "docker container.start");
    script_end(&script);
}

static void test_5_4_running_sidecars_are_restarted(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    script_answer(&script, "docker container.inspect", NULL, "{\"State\":{\"Running\":true}}", -1);
    script_answer(&script, "docker containers.list", NULL, "[{\"Id\":\"id1\",\"Names\":[\"/fluxweb_gapp\"]}]", -1);
    script_answer(&script, "docker containers.list", NULL, "[]", 1);
    start(&script);
    assert_int_equal(script_calls_of(&script, "docker container.restart", "fluxweb_gapp"), 1);
    assert_int_equal(script_calls_of(&script, "docker container.start", NULL), 0);
    assert_non_null(cache_get(&script.node.cells.caches[CELL_MONITORED], "web_gapp", script.now_ms));
    script_end(&script);
}

static void test_5_4_2_failing_chmod_aborts(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    script_fail(&script, "host chmod", NULL, 1, "x", -1);
    start(&script);
    assert_int_equal(script_calls_of(&script, "db find", NULL), 0);
    assert_int_equal(script_calls_of(&script, "syncthing PATCH /rest/config/folders/ID", NULL), 1); /* receiveonly */
    assert_string_equal(
        value_json(&script.arena,
                   value_get(script_args_of(&script, "syncthing PATCH /rest/config/folders/ID", 1), "body")),
        "{\"type\":\"receiveonly\"}");
    script_end(&script);
}

static void test_5_4_3_folder_not_configured_aborts(void **state)
{
    struct script script;
    struct sync_state synced = {.restarted = true};

    (void)state;
    begin(&script);
    cache_set(&script.node.cells.caches[CELL_RECEIVE_ONLY], "fluxweb_gapp", &synced, script.now_ms);
    script_answer(&script, "syncthing GET /rest/config/folders", NULL, "[]", -1);
    start(&script);
    EXPECT_CALLS(&script, "syncthing GET /rest/config/folders", "host chmod", "syncthing GET /rest/config/folders");
    script_end(&script);
}

static void test_5_4_missing_container_ends_it(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    script_answer(&script, "host access", NULL, "false", -1);
    start(&script);
    assert_true(script_logged(&script, "Path missing, creating: /flux/ZelApps/fluxweb_gapp/appdata"));
    assert_true(script_logged(&script, "Container web_gapp not found"));
    assert_true(script_logged(&script, "TypeError: Cannot read properties of undefined (reading 'Id')"));
    assert_true(script.noted[NOTE_START_FAILED]);
    script_end(&script);
}

static void test_5_4_unknown_app_is_logged(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    app_docker_restart_app(&script.task, "gapp");
    app_docker_stop_app(&script.task, "gapp");
    assert_true(script_logged(&script, "Application not found"));
    assert_int_equal(script.line_count, 2);
    assert_int_equal(script_calls_of(&script, "docker containers.list", NULL), 0);
    script_end(&script);
}

/* 3.6: unknown globally, known among all global or local specifications. */
static void test_3_6_fallback_to_all_specifications(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "db find", NULL, docs, -1);
    script_answer(&script, "db find", "gapp", "{\"docs\":[]}", -1);
    script_answer(&script, "docker containers.list", NULL, running, -1);
    script_answer(&script, "docker container.inspect", NULL, "{\"State\":{\"Running\":false}}", -1);
    app_docker_stop_app(&script.task, "GAPP");
    assert_int_equal(script_calls_of(&script, "docker container.inspect", "fluxweb_gapp"), 1);
    assert_int_equal(script_calls_of(&script, "docker container.stop", NULL), 0); /* it does not run */
    script_end(&script);
}

static void test_5_5_first_failure_ends_it(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    app_docker_stop_app(&script.task, "gapp");
    assert_true(script_logged(&script, "TypeError"));
    assert_int_equal(script_calls_of(&script, "docker container.stop", NULL), 0);
    script_end(&script);
}

/* 5.2: "contains the app name", of containers that have one. */
static void test_5_2_b_other_containers_do_not_count(void **state)
{
    struct script script;

    (void)state;
    with_history(&script, "{\"docs\":[" AT("198.51.100.7:16127", "1") "]}");
    script_answer(&script, "peers listrunningapps", NULL,
                  "{\"status\":\"success\",\"data\":[{},{\"Names\":[]},{\"Names\":[\"/fluxweb_other\"]}]}", -1);
    assert_int_equal(cycle(&script), 1);
    assert_int_equal(script_calls_of(&script, "peers listrunningapps", NULL), 1);
    script_end(&script);
}

/* A cache entry that does not say restarted does not spare the call. */
static void test_5_2_not_restarted_asks(void **state)
{
    struct script script;
    struct sync_state behind = {.executions = 3};

    (void)state;
    begin(&script);
    cache_set(&script.node.cells.caches[CELL_RECEIVE_ONLY], "fluxweb_gapp", &behind, script.now_ms);
    script_answer(&script, "fdm appips", NULL, me, -1);
    assert_int_equal(cycle(&script), 1);
    assert_int_equal(script_calls_of(&script, "syncthing GET /rest/config/folders", NULL), 1);
    script_answer(&script, "syncthing GET /rest/config/folders", NULL, "[]", -1);
    assert_int_equal(cycle(&script), 0);
    script_end(&script);
}

/* Second after the previous master, which is quiet when asked as such, and runs the app when asked as a lower node. */
static void test_5_2_b_a_lower_node_runs_it_by_now(void **state)
{
    struct script script;

    (void)state;
    with_history(&script, "{\"docs\":[" AT("203.0.113.40:16127", "1") "," AT("198.51.100.7:16127", "2") "]}");
    script_answer(&script, "peers listrunningapps", NULL, elsewhere, 1);
    script_answer(&script, "peers listrunningapps", NULL, "{\"status\":\"success\",\"data\":[]}", 1);
    assert_int_equal(cycle(&script), 0);
    assert_int_equal(script_calls_of(&script, "peers listrunningapps", NULL), 2);
    assert_null(cache_get(&script.node.cells.caches[CELL_MASTER_SCHEDULE], "web_gapp", script.now_ms));
    script_end(&script);
}

/* e: scheduled after another was primary, and not due. */
static void test_5_2_e_a_schedule_that_is_not_due_stays(void **state)
{
    struct script script;

    (void)state;
    with_history(&script, "{\"docs\":[" AT("203.0.113.1", "1") "," AT("198.51.100.7:16127", "2") "]}");
    assert_int_equal(cycle(&script), 0);
    int64_t at_ms =
        *(const int64_t *)cache_get(&script.node.cells.caches[CELL_MASTER_SCHEDULE], "web_gapp", script.now_ms);
    int asked = script_calls_of(&script, "peers listrunningapps", NULL);

    assert_int_equal(cycle(&script), 0);
    assert_int_equal(
        *(const int64_t *)cache_get(&script.node.cells.caches[CELL_MASTER_SCHEDULE], "web_gapp", script.now_ms), at_ms);
    assert_int_equal(script_calls_of(&script, "peers listrunningapps", NULL), asked);
    script_end(&script);
}

/* b returns from the whole loop function: the apps after it have to wait for the next cycle. */
static void test_5_2_b_the_remaining_apps_are_skipped(void **state)
{
    static const char two[] = "{\"docs\":[" APP ",{\"version\":3,\"name\":\"hold\",\"containerData\":\"g:/d\"}]}";
    struct script script;

    (void)state;
    with_history(&script, "{\"docs\":[" AT("198.51.100.7:16127", "1") "]}");
    script_answer(&script, "db find", NULL, two, -1);
    script_answer(&script, "peers listrunningapps", NULL, elsewhere, 1);
    script_forget(&script);
    cycle(&script);
    assert_int_equal(script_calls_of(&script, "fdm appips", "gapp"), 3);
    assert_int_equal(script_calls_of(&script, "fdm appips", "hold"), 0);
    script_fail(&script, "peers listrunningapps", NULL, 0, "timeout", -1);
    cycle(&script);
    assert_int_equal(script_calls_of(&script, "fdm appips", "hold"), 3);
    script_end(&script);
}

/* 2.7/9 and 5.4: a containerData that cannot be parsed ends the start, before Docker is asked. */
static void test_5_4_mounts_that_are_none(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    script_answer(
        &script, "db find", "gapp",
        "{\"docs\":[{\"version\":4,\"name\":\"gapp\",\"compose\":[{\"name\":\"web\",\"containerData\":\"data\"}]}]}",
        -1);
    app_docker_start_app(&script.task, "gapp");
    EXPECT_CALLS(&script, "db find");
    assert_true(script_logged(&script, "Invalid containerData mount (primary): data"));
    script_end(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_12_10_primary_is_me),
        cmocka_unit_test(test_5_1_2_flags_leave_at_once),
        cmocka_unit_test(test_5_1_3_to_5_failures_leave),
        cmocka_unit_test(test_5_1_7_what_is_not_installed_is_forgotten),
        cmocka_unit_test(test_5_2_1_backup_and_restore_by_app_name),
        cmocka_unit_test(test_5_2_2_apps_without_g_are_passed_by),
        cmocka_unit_test(test_5_2_4_without_an_address_next_app),
        cmocka_unit_test(test_5_2_4_port_is_appended),
        cmocka_unit_test(test_5_2_primary_elsewhere_stops),
        cmocka_unit_test(test_5_2_primary_elsewhere_and_stopped_is_well),
        cmocka_unit_test(test_5_2_not_ready_waits),
        cmocka_unit_test(test_5_2_restarted_needs_no_call),
        cmocka_unit_test(test_5_2_a_first_in_line_starts),
        cmocka_unit_test(test_5_2_order_of_locations),
        cmocka_unit_test(test_5_2_d_and_c_second_in_line_waits_three_minutes),
        cmocka_unit_test(test_5_2_c_a_lower_node_runs_it),
        cmocka_unit_test(test_5_2_b_previous_master_still_runs_it),
        cmocka_unit_test(test_5_2_b_first_in_line_follows),
        cmocka_unit_test(test_5_2_b_others_wait_their_turn),
        cmocka_unit_test(test_5_3_regions_and_indices),
        cmocka_unit_test(test_5_4_recorded_order),
        cmocka_unit_test(test_5_4_running_sidecars_are_restarted),
        cmocka_unit_test(test_5_4_2_failing_chmod_aborts),
        cmocka_unit_test(test_5_4_3_folder_not_configured_aborts),
        cmocka_unit_test(test_5_4_missing_container_ends_it),
        cmocka_unit_test(test_5_4_unknown_app_is_logged),
        cmocka_unit_test(test_3_6_fallback_to_all_specifications),
        cmocka_unit_test(test_5_5_first_failure_ends_it),
        cmocka_unit_test(test_5_2_b_other_containers_do_not_count),
        cmocka_unit_test(test_5_2_not_restarted_asks),
        cmocka_unit_test(test_5_2_b_a_lower_node_runs_it_by_now),
        cmocka_unit_test(test_5_2_e_a_schedule_that_is_not_due_stays),
        cmocka_unit_test(test_5_2_b_the_remaining_apps_are_skipped),
        cmocka_unit_test(test_5_4_mounts_that_are_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
