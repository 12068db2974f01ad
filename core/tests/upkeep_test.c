/* 8, 7.6 and 5.6: what a node does by the clock and for its owner, and how it ends when calls fail. */
#include "core/backup.h"
#include "core/redeploy.h"
#include "core/tests/script_door.h"
#include "core/upkeep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SPEC(more)                                                                                                     \
    "{\"version\":4,\"name\":\"app\",\"owner\":\"o\",\"hash\":\"h\",\"height\":2299000,\"compose\":[{"                 \
    "\"name\":\"web\",\"containerData\":\"/d\",\"repotag\":\"a/b:1\"}]" more "}"
#define DOCS(...) "{\"docs\":[" __VA_ARGS__ "]}"
#define LISTED(name, state) "{\"Id\":\"1\",\"Names\":[\"/" name "\"],\"State\":\"" state "\"}"

typedef void upkeep(struct task *task);

static const struct {
    upkeep *run;
    const char *fails; /* the call that fails; nothing is removed then */
} failures[] = {
    {force_app_removals, "docker containers.list"},
    {force_app_removals, "db find"},
    {check_and_remove_application_instance, "bench getbenchmarks"},
    {check_and_remove_application_instance, "db find"},
    {expire_global_applications, "daemon getblockcount"},
    {expire_global_applications, "db find"},
    {monitor_node_status, "db find"},
    {stop_all_non_flux_running_apps, "docker containers.list"},
    {stopped_apps_recovery, "docker containers.list"},
    {stopped_apps_recovery, "db find"},
    {clean_up_crontab_and_mounts, "db find"},
    {clean_up_crontab_and_mounts, "host crontab -l"},
};

static void test_8_a_failed_call_ends_it_and_removes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "db find", NULL, DOCS(SPEC("")), -1);
        script_answer(&script, "docker containers.list", NULL, "[" LISTED("fluxweb_gone", "exited") "]", -1);
        script_answer(&script, "daemon getblockcount", NULL, "9000000", -1);
        script_answer(&script, "daemon getzelnodestatus", NULL, "{\"status\":\"EXPIRED\"}", -1);
        script_fail(&script, failures[i].fails, NULL, 500, "no", -1);
        failures[i].run(&script.task);
        assert_int_equal(script_calls_of(&script, "docker container.remove", NULL), 0);
        assert_int_equal(script_calls_of(&script, "host crontab -", NULL), 0);
        script_end(&script);
    }
}

static void test_8_force_app_removals_respects_flags(void **state)
{
    static const enum flag_id flags[] = {FLAG_REM, FLAG_INS, FLAG_SRD, FLAG_HRD, FLAG_ROA};

    (void)state;
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script.node.cells.flags[flags[i]] = true;
        force_app_removals(&script.task);
        assert_int_equal(script.call_count, 0);
        script_end(&script);
    }
}

/* Two containers of one app are one app; a foreign one is none of Flux's. */
static void test_8_force_app_removals_removes_each_app_once(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(
        &script, "docker containers.list", NULL,
        "[" LISTED("fluxa_gone", "exited") "," LISTED("fluxb_gone", "exited") "," LISTED("other", "running") "]", -1);
    force_app_removals(&script.task);
    assert_true(script_logged(&script, "APP REMOVAL TRIGGERED: gone | force=true | sendMessage=false"));
    assert_int_equal(script_calls_of(&script, "clock delay", NULL), 1);
    script_end(&script);
}

static bool removed_by_expiry(const char *document, const char *block)
{
    struct script script;

    script_begin(&script, "8.9.2");
    script_answer(&script, "db find", NULL, arena_printf(&script.arena, "{\"docs\":[%s]}", document), -1);
    script_answer(&script, "daemon getblockcount", NULL, block, -1);
    expire_global_applications(&script.task);
    bool removed = script_logged(&script, "REMOVAL REASON: App expired - app");

    script_end(&script);
    return removed;
}

static void test_8_expiry(void **state)
{
    (void)state;
    assert_false(removed_by_expiry(SPEC(",\"expire\":5000"), "2303999"));
    assert_true(removed_by_expiry(SPEC(",\"expire\":5000"), "2304001"));
    assert_false(removed_by_expiry(SPEC(""), "2387000")); /* 22,000 · 4 */
    assert_true(removed_by_expiry(SPEC(""), "2387001"));
    assert_true(removed_by_expiry("{\"version\":4,\"name\":\"app\",\"compose\":[]}", "1")); /* no height */
    assert_true(removed_by_expiry("{\"version\":4,\"name\":\"app\",\"height\":1000,\"compose\":[]}", "23001"));
}

/* A row without a name goes itself: no filter for all rows comes of it. */
static void test_8_expiry_of_a_row_without_a_name(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "daemon getblockcount", NULL, "9000000", -1);
    script_answer(&script, "db find", NULL, DOCS(), -1);
    script_answer(&script, "db find", NULL, DOCS("{\"version\":4}"), 1);
    expire_global_applications(&script.task);
    assert_true(script_logged(&script, "Expired application undefined"));
    assert_string_equal(value_json(&script.arena, value_get(script_args_of(&script, "db findAndModify", 1), "query")),
                        "{\"name\":null}");
    script_end(&script);
}

static void test_8_surplus_only_from_the_newest(void **state)
{
    static const char older[] = "{\"ip\":\"203.0.113.1:16127\",\"runningSince\":\"2026-03-01T00:00:00.000Z\"}";
    static const char newer[] = "{\"ip\":\"198.51.100.7:16127\",\"runningSince\":\"2026-03-02T00:00:00.000Z\"}";
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "db find", NULL, DOCS(SPEC(",\"instances\":1")), -1);
    script_answer(&script, "db find", "app", arena_printf(&script.arena, "{\"docs\":[%s,%s]}", newer, older), 1);
    check_and_remove_application_instance(&script.task);
    assert_true(script_logged(&script, "REMOVAL REASON: Surplus instance - app"));
    script_end(&script);

    script_begin(&script, "8.9.2");
    script_answer(&script, "db find", NULL, DOCS(SPEC(",\"instances\":1")), -1);
    script_answer(&script, "db find", "app", arena_printf(&script.arena, "{\"docs\":[%s,{}]}", older), -1);
    check_and_remove_application_instance(&script.task);
    assert_false(script_logged(&script, "REMOVAL REASON"));
    script_end(&script);
}

static void test_7_6_what_recovery_leaves_alone(void **state)
{
    static const struct {
        const char *info, *location;
        int location_status;
        const char *logged;
        int starts;
    } cases[] = {
        {DOCS(), DOCS(), 0, NULL, 0},           /* no global specification */
        {DOCS(SPEC("")), DOCS(), 500, NULL, 1}, /* an error of the query counts as valid */
        {DOCS(SPEC("")), DOCS("{\"expireAt\":\"2026-03-28T00:00:00.000Z\"}"), 0, NULL, 1},
        {DOCS(SPEC("")), DOCS("{\"expireAt\":\"2026-03-26T00:00:00.000Z\"}"), 0, "REMOVAL REASON: Stopped app", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "docker containers.list", NULL, "[" LISTED("fluxweb_app", "exited") "]", -1);
        script_answer(&script, "db find", "app", cases[i].info, -1);
        script_answer(&script, "db find", NULL, DOCS(SPEC("")), 1);
        if (cases[i].location_status != 0) {
            script_fail(&script, "bench getbenchmarks", NULL, 500, "no", -1);
        } else if (i > 0) {
            script_answer(&script, "db find", "app", cases[i].location, 1);
            script_answer(&script, "db find", "app", cases[i].info, 1);
        }
        stopped_apps_recovery(&script.task);
        assert_int_equal(script_calls_of(&script, "docker container.start", NULL), cases[i].starts);
        assert_true(cases[i].logged == NULL ? !script_logged(&script, "REMOVAL")
                                            : script_logged(&script, cases[i].logged));
        script_end(&script);
    }
}

static void test_8_crontab_jobs_of_what_is_not_installed_go(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "db find", NULL, DOCS(SPEC("")), -1);
    script_answer(&script, "host crontab -l", NULL,
                  "{\"code\":0,\"stdout\":\"@reboot while [ ! -f /v/fluxweb_appFLUXFSVOL ]; do x #fluxweb_app\\n"
                  "@reboot while [ ! -f /v/fluxold_goneFLUXFSVOL ]; do x #fluxold_gone\\n@daily backup\\n\"}",
                  -1);
    script_fail(&script, "host mount | grep", NULL, 1, "", -1);
    script_fail(&script, "host mount", NULL, 32, "busy", -1);
    clean_up_crontab_and_mounts(&script.task);
    script_run_spawned(&script);
    assert_int_equal(script_calls_of(&script, "host crontab -", NULL), 1);
    assert_int_equal(script_calls_of(&script, "host mount", "/flux/ZelApps/fluxweb_app"), 1);
    assert_true(script_logged(&script, "busy"));
    script_end(&script);
}

static void test_8_a_daemon_that_is_silent_removes_nothing(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "db find", NULL, DOCS(SPEC("")), -1);
    script_answer(&script, "daemon getzelnodestatus", NULL, "{\"status\":\"EXPIRED\"}", -1);
    script_fail(&script, "daemon getzelnodestatus", NULL, 0, "refused", 3);
    monitor_node_status(&script.task);
    assert_true(script_logged(&script, "REMOVAL REASON: Node not confirmed - app")); /* once it says so */
    script_end(&script);
    script_begin(&script, "8.9.2");
    script_fail(&script, "daemon getzelnodestatus", NULL, 0, "refused", -1);
    monitor_node_status(&script.task);
    assert_int_equal(script_calls_of(&script, "db find", NULL), 0);
    script_end(&script);
}

static void test_8_daemon_health(void **state)
{
    static const enum flag_id flags[] = {FLAG_REM, FLAG_INS, FLAG_SRD, FLAG_HRD};
    struct script script;

    (void)state;
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        script_begin(&script, "8.9.2");
        script.node.cells.flags[flags[i]] = true;
        check_daemon_health(&script.task);
        assert_int_equal(script.call_count, 0);
        script_end(&script);
    }
    script_begin(&script, "8.9.2");
    script_answer(&script, "db find", NULL, DOCS(SPEC("")), -1);
    script_fail(&script, "daemon getblockchaininfo", NULL, 0, "refused", -1);
    check_daemon_health(&script.task); /* silent counts as behind, from here on */
    script.now_ms += 119 * 60 * 1000;
    check_daemon_health(&script.task);
    assert_false(script_logged(&script, "REMOVAL REASON"));
    script_answer(&script, "daemon getblockchaininfo", NULL, "{\"blocks\":5,\"headers\":5}", 1);
    check_daemon_health(&script.task); /* well again: the two hours begin anew */
    script_answer(&script, "daemon getblockchaininfo", NULL, "{\"blocks\":4,\"headers\":5}", -1);
    script.now_ms += 60 * 60 * 1000;
    check_daemon_health(&script.task);
    script.now_ms += 119 * 60 * 1000;
    check_daemon_health(&script.task);
    assert_false(script_logged(&script, "REMOVAL REASON"));
    script.now_ms += 60 * 1000;
    check_daemon_health(&script.task);
    assert_true(script_logged(&script, "REMOVAL REASON: Daemon not in sync - app"));
    assert_true(script_logged(&script, "sendMessage=true"));
    script_end(&script);
}

static void test_8_mount_recovery_goes_on_after_a_failure(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(
        &script, "docker containers.list", NULL,
        "[" LISTED("fluxa_app", "running") "," LISTED("other", "running") "," LISTED("fluxb_app", "running") "]", -1);
    script_answer(&script, "docker container.inspect", NULL,
                  "{\"State\":{\"Running\":true,\"StartedAt\":\"2026-03-27T00:00:00.000Z\"}}", -1);
    script_answer(&script, "host stat", NULL, "{\"mountedMs\":1774569600001}", -1);
    script_fail(&script, "docker container.inspect", "fluxa_app", 500, "no", 1);
    recover_container_mounts(&script.task);
    assert_int_equal(script_calls_of(&script, "docker container.restart", NULL), 1);
    script_answer(&script, "host stat", NULL, "{\"mountedMs\":1774569600000}", -1);
    script_forget(&script);
    recover_container_mounts(&script.task);
    assert_int_equal(script_calls_of(&script, "docker container.restart", NULL), 0);
    script_fail(&script, "docker containers.list", NULL, 500, "no", 1);
    recover_container_mounts(&script.task);
    script_end(&script);
}

static void test_8_stop_non_flux_goes_on_after_a_failure(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "docker containers.list", NULL,
                  "[" LISTED("one", "running") "," LISTED("zelKadena", "running") "," LISTED("two", "running") ",{}]",
                  -1);
    script_fail(&script, "docker container.stop", "one", 500, "no", -1);
    stop_all_non_flux_running_apps(&script.task);
    assert_int_equal(script_calls_of(&script, "docker container.stop", NULL), 3);
    script_end(&script);
}

/* ---- redeploys ------------------------------------------------------------------------------------------------------
 */

static struct app_spec *spec_of(struct script *script)
{
    return script_spec(script, SPEC(""));
}

static void test_8_redeploys_are_refused_by_flags(void **state)
{
    static const enum flag_id flags[] = {FLAG_REM, FLAG_INS, FLAG_SRD, FLAG_HRD};

    (void)state;
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script.node.cells.flags[flags[i]] = true;
        soft_redeploy(&script.task, spec_of(&script));
        hard_redeploy(&script.task, spec_of(&script));
        if (flags[i] == FLAG_REM || flags[i] == FLAG_INS) {
            assert_false(soft_register_app_locally(&script.task, spec_of(&script)));
        }
        assert_int_equal(script.call_count, 0);
        assert_true(script.node.cells.flags[flags[i]]);
        script_end(&script);
    }
}

static void test_8_soft_register_failures_remove_by_force_unawaited(void **state)
{
    static const char *const failing[] = {"db find", "db insert", "docker networks.list", "docker image.pull"};

    (void)state;
    for (size_t i = 0; i < sizeof failing / sizeof failing[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_fail(&script, failing[i], NULL, 500, "no", -1);
        assert_false(soft_register_app_locally(&script.task, spec_of(&script)));
        assert_false(script.node.cells.flags[FLAG_INS]);
        assert_false(script_logged(&script, "APP REMOVAL TRIGGERED"));
        script_run_spawned(&script);
        assert_true(script_logged(&script, "APP REMOVAL TRIGGERED: app | force=true | sendMessage=true"));
        script_end(&script);
    }
    struct script script;

    script_begin(&script, "8.9.2");
    script_answer(&script, "db find", NULL, DOCS("{\"name\":\"app\"}"), -1);
    assert_false(soft_register_app_locally(&script.task, spec_of(&script)));
    assert_true(script_logged(&script, "Flux App app already installed"));
    script_end(&script);
}

/* As registerAppLocally: without a tier it ends before anything else, INS stays and nothing is removed. */
static void test_1_11_soft_registration_without_a_tier_leaves_ins(void **state)
{
    (void)state;
    for (int of_component = 0; of_component < 2; of_component++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_fail(&script, "daemon getzelnodestatus", NULL, 500, "no", -1);
        script_answer(&script, "docker containers.list", NULL, "[{\"Id\":\"1\",\"Names\":[\"/fluxnull\"]}]", -1);
        if (of_component) {
            soft_redeploy_component(&script.task, spec_of(&script), "web");
        } else {
            assert_false(soft_register_app_locally(&script.task, spec_of(&script)));
            EXPECT_CALLS(&script, "daemon getzelnodestatus");
        }
        assert_true(script_logged(&script, "Failed to get Node Tier"));
        assert_true(script.node.cells.flags[FLAG_INS]);
        script_run_spawned(&script);
        assert_false(script_logged(&script, "APP REMOVAL TRIGGERED"));
        script_end(&script);
    }
}

static void test_8_soft_redeploy_whose_removal_fails_removes_by_force(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_fail(&script, "db find", NULL, 500, "no", -1);
    soft_redeploy(&script.task, spec_of(&script));
    assert_true(script_logged(&script, "APP REMOVAL TRIGGERED: app | force=true | sendMessage=true"));
    assert_false(script.node.cells.flags[FLAG_SRD]);
    script_end(&script);
}

/* The uninstallers get null: what they look for is not there, and what is there stays. */
static void test_8_component_redeploys_uninstall_null(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "docker containers.list", NULL, "[" LISTED("fluxweb_app", "running") "]", -1);
    soft_redeploy_component(&script.task, spec_of(&script), "web");
    assert_true(script_logged(&script, "Container null not found"));
    assert_int_equal(script_calls_of(&script, "docker image.pull", NULL), 0);
    assert_true(script_logged(&script, "APP REMOVAL TRIGGERED: app | force=true | sendMessage=true"));
    assert_false(script.node.cells.flags[FLAG_SRD]);
    script_end(&script);

    script_begin(&script, "8.9.2");
    script_answer(&script, "docker containers.list", NULL, "[" LISTED("fluxweb_app", "running") "]", -1);
    hard_redeploy_component(&script.task, spec_of(&script), "web");
    assert_int_equal(script_calls_of(&script, "host rm", "/flux/ZelApps/null"), 1);
    assert_false(script.node.cells.flags[FLAG_HRD]);
    script_end(&script);

    script_begin(&script, "8.9.2");
    hard_redeploy_component(&script.task, spec_of(&script), "nosuch");
    assert_true(script_logged(&script, "Component nosuch of app not found"));
    script.node.cells.flags[FLAG_REM] = true;
    soft_redeploy_component(&script.task, spec_of(&script), "web");
    assert_int_equal(script.call_count, 0);
    script_end(&script);
}

/* Somebody else's container of that name, and the soft redeploy goes through. */
static void test_8_a_soft_redeploy_of_a_component_that_finds_null(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "docker containers.list", NULL, "[" LISTED("fluxnull", "running") "]", -1);
    soft_redeploy_component(&script.task, spec_of(&script), "web");
    assert_int_equal(script_calls_of(&script, "docker container.remove", "fluxnull"), 1);
    assert_int_equal(script_calls_of(&script, "docker image.pull", NULL), 1);
    assert_int_equal(script_calls_of(&script, "docker containers.create", NULL), 1);
    assert_int_equal(script_calls_of(&script, "host mke2fs", NULL), 0); /* softly: the data stays */
    assert_false(script.node.cells.flags[FLAG_SRD]);
    assert_false(script.node.cells.flags[FLAG_INS]);
    script_end(&script);
}

/* ---- backup and restore (5.6)
 * ------------------------------------------------------------------------------------------ */

static void test_5_6_every_way_out_takes_the_app_off_the_list(void **state)
{
    static const char *const failing[] = {"db find",        "host tar",   "host rm",
                                          "net GET backup", "host untar", "docker container.stop"};

    (void)state;
    for (size_t i = 0; i < sizeof failing / sizeof failing[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "db find", NULL, DOCS(SPEC("")), -1);
        script_answer(&script, "docker containers.list", NULL, "[" LISTED("fluxweb_app", "running") "]", -1);
        script_answer(&script, "net GET backup", NULL, "null", -1);
        script_fail(&script, failing[i], NULL, 500, "no", -1);
        backup_app(&script.task, "app");
        restore_app(&script.task, "app");
        assert_int_equal(script.node.cells.caches[CELL_BACKUP_IN_PROGRESS].count, 0);
        assert_int_equal(script.node.cells.caches[CELL_RESTORE_IN_PROGRESS].count, 0);
        assert_true(script_logged(&script, "no"));
        script_end(&script);
    }
}

static void test_5_6_version_3_fails(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "db find", NULL, DOCS("{\"version\":3,\"name\":\"app\",\"containerData\":\"/d\"}"), -1);
    backup_app(&script.task, "app");
    assert_true(script_logged(&script, "TypeError"));
    assert_int_equal(script_calls_of(&script, "docker container.stop", NULL), 0);
    script_end(&script);
}

/* ---- the nth call fails ------------------------------------------------------------------------------------------ */

/* Later calls of the same name, and what must not follow. */
static void test_8_a_later_call_that_fails_ends_it(void **state)
{
    static const struct {
        upkeep *run;
        int failing;
        const char *last; /* the call that fails is this one, and the last */
    } cases[] = {
        {force_app_removals, 3, "db find"},                    /* the location record */
        {check_and_remove_application_instance, 3, "db find"}, /* the locations */
        {expire_global_applications, 3, "db findAndModify"},   /* of a global record */
        {expire_global_applications, 4, "db find"},            /* the installed apps */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "db find", NULL, DOCS(SPEC(",\"instances\":0")), -1);
        script_answer(&script, "docker containers.list", NULL, "[" LISTED("fluxweb_gone", "exited") "]", -1);
        script_answer(&script, "daemon getblockcount", NULL, "9000000", -1);
        script.fails_at = cases[i].failing;
        cases[i].run(&script.task);
        assert_int_equal(script.call_count, cases[i].failing);
        assert_string_equal(script.calls[script.call_count - 1], cases[i].last);
        assert_false(script_logged(&script, "REMOVAL"));
        assert_true(script_logged(&script, "error: "));
        script_end(&script);
    }
}

static void test_8_behind_for_two_hours_and_no_list(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_fail(&script, "daemon getblockchaininfo", NULL, 0, "refused", -1);
    script_fail(&script, "db find", NULL, 500, "no", -1);
    check_daemon_health(&script.task);
    script.now_ms += 120 * 60 * 1000;
    check_daemon_health(&script.task);
    assert_int_equal(script_calls_of(&script, "db find", NULL), 1);
    assert_false(script_logged(&script, "REMOVAL REASON"));
    script_end(&script);
}

/* Nobody says since when it runs: nobody is the newest. */
static void test_8_surplus_without_instants(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "db find", NULL, DOCS(SPEC(",\"instances\":1")), -1);
    script_answer(&script, "db find", "app", DOCS("{\"ip\":\"198.51.100.7:16127\"},{\"ip\":\"203.0.113.1:16127\"}"),
                  -1);
    check_and_remove_application_instance(&script.task);
    assert_int_equal(script_calls_of(&script, "db find", "app"), 1);
    assert_false(script_logged(&script, "REMOVAL REASON"));
    script_end(&script);
}

/* 7.6: what is skipped before its location is looked at, and an error of that look-up, which counts as valid. */
static void test_7_6_skipped_and_valid(void **state)
{
    static const char g_app[] = "{\"docs\":[{\"version\":4,\"name\":\"app\",\"compose\":[{\"name\":\"web\","
                                "\"containerData\":\"/d\"},{\"name\":\"db\",\"containerData\":\"g:/d\"}]}]}";
    static const struct {
        const char *installed, *info;
        int failing; /* call */
        int calls;   /* all in all, nothing is started or removed; 0: it is started */
    } cases[] = {
        {DOCS(), DOCS(SPEC("")), 0, 2},         /* not installed */
        {DOCS(SPEC("")), DOCS(SPEC("")), 3, 3}, /* its specification is not to be had */
        {DOCS(SPEC("")), g_app, 0, 3},          /* some g: */
        {DOCS(SPEC("")), DOCS(SPEC("")), 5, 0}, /* the location is not to be had */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "docker containers.list", NULL, "[" LISTED("fluxweb_app", "exited") "]", -1);
        script_answer(&script, "db find", "app", cases[i].info, -1);
        script_answer(&script, "db find", NULL, cases[i].installed, 1);
        script.fails_at = cases[i].failing;
        stopped_apps_recovery(&script.task);
        if (cases[i].calls > 0) {
            assert_int_equal(script.call_count, cases[i].calls);
        }
        assert_int_equal(script_calls_of(&script, "docker container.start", NULL), cases[i].calls == 0);
        assert_false(script_logged(&script, "REMOVAL"));
        script_end(&script);
    }
}

/* 8: jobs of what is installed stay; a volume is mounted when the job names one and it is not mounted yet. */
static void test_8_crontab_jobs_that_need_no_mount(void **state)
{
    (void)state;
    for (int named = 0; named < 2; named++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "db find", NULL, DOCS(SPEC("")), -1);
        script_answer(&script, "host crontab -l", NULL,
                      named ? "{\"code\":0,\"stdout\":\"@reboot while [ ! -f /v ]; do x #fluxweb_app\\n\"}"
                            : "{\"code\":0,\"stdout\":\"@reboot mount it #fluxweb_app\\n\"}",
                      -1);
        script_answer(&script, "host mount | grep", NULL, "{\"stdout\":\"/dev/loop0 on /flux/ZelApps/fluxweb_app\"}",
                      -1);
        clean_up_crontab_and_mounts(&script.task);
        script_run_spawned(&script);
        assert_int_equal(script_calls_of(&script, "host mount | grep", NULL), named);
        assert_int_equal(script_calls_of(&script, "host mount", NULL), 0);
        assert_int_equal(script_calls_of(&script, "host crontab -", NULL), 0);
        script_end(&script);
    }
}

static void test_8_mount_recovery_without_the_mounts_time(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "docker containers.list", NULL, "[" LISTED("fluxweb_app", "running") "]", -1);
    script_fail(&script, "host stat", NULL, 1, "No such file or directory", -1);
    recover_container_mounts(&script.task);
    EXPECT_CALLS(&script, "docker containers.list", "docker container.inspect", "host stat");
    assert_true(script_logged(&script, "No such file or directory"));
    script_end(&script);
}

/* ---- redeploys: what is left behind -------------------------------------------------------------------------------
 */

#define DATA(data)                                                                                                     \
    "{\"version\":4,\"name\":\"app\",\"owner\":\"o\",\"hash\":\"h\",\"compose\":[{\"name\":\"web\",\"containerData\":" \
    "\"" data "\",\"repotag\":\"a/b:1\"}]}"

static struct app_spec *parse_spec(struct script *script, const char *json)
{
    return app_spec_from(&script->arena, value_parse(&script->arena, json, strlen(json)));
}

/* 7.4, AW 1126: the data of g: and r: components is trusted for good. */
static void test_8_soft_register_trusts_synced_data(void **state)
{
    static const struct {
        const char *json;
        bool trusted;
        int starts; /* 2.3: g: is created only */
    } cases[] = {{DATA("/d"), false, 1}, {DATA("g:/d"), true, 0}, {DATA("r:/d"), true, 1}, {DATA("s:/d"), false, 1}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "docker containers.list", NULL, "[" LISTED("fluxweb_app", "created") "]", -1);
        assert_true(soft_register_app_locally(&script.task, parse_spec(&script, cases[i].json)));
        const struct sync_state *sync =
            cache_get(&script.node.cells.caches[CELL_RECEIVE_ONLY], "fluxweb_app", script.now_ms);

        assert_int_equal(sync != NULL && sync->restarted, cases[i].trusted);
        assert_int_equal(script_calls_of(&script, "docker container.start", NULL), cases[i].starts);
        assert_int_equal(script_calls_of(&script, "db insert", "app"), 1);
        assert_false(script.node.cells.flags[FLAG_INS]);
        script_end(&script);
    }
}

static void test_8_a_hard_component_redeploy_whose_ports_fail(void **state)
{
    static const char json[] = "{\"version\":4,\"name\":\"app\",\"owner\":\"o\",\"hash\":\"h\",\"compose\":[{\"name\":"
                               "\"web\",\"containerData\":\"/d\",\"repotag\":\"a/b:1\",\"ports\":[31001]}]}";
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "host ufw status", NULL, "{\"stdout\":\"Status: active\"}", -1);
    script_fail(&script, "host ufw delete", NULL, 1, "no", -1);
    hard_redeploy_component(&script.task, parse_spec(&script, json), "web");
    assert_true(script_logged(&script, "sendMessage=true | caller: hardRedeployComponent"));
    assert_int_equal(script_calls_of(&script, "clock delay", NULL), 0); /* no 30 s: it ended before */
    assert_int_equal(script_calls_of(&script, "docker image.pull", NULL), 0);
    assert_false(script.node.cells.flags[FLAG_HRD]);
    script_end(&script);
}

#define TWO_IMAGES                                                                                                     \
    "{\"version\":4,\"name\":\"app\",\"owner\":\"o\",\"hash\":\"h\",\"compose\":[{\"name\":\"web\",\"containerData\":" \
    "\"/d\",\"repotag\":\"a/b:1\"},{\"name\":\"db\",\"containerData\":\"/d\",\"repotag\":\"c/d:1\"}]}"

static void begin_updates(struct script *script, const char *newer)
{
    script_begin(script, "8.9.2");
    script_answer(script, "db find", NULL, DOCS(TWO_IMAGES), -1);
    script_answer(script, "docker images.list", NULL,
                  "[{\"RepoTags\":[\"a/b:1\"],\"RepoDigests\":[\"a/b@sha256:1\"]},{\"RepoTags\":[\"c/d:1\"],"
                  "\"RepoDigests\":[\"c/d@sha256:1\"]}]",
                  -1);
    script_answer(script, "net HEAD /v2/IMAGE/manifests/REF", NULL, "{\"digest\":\"sha256:1\"}", -1);
    if (newer != NULL) {
        script_answer(script, "net HEAD /v2/IMAGE/manifests/REF", newer, "{\"digest\":\"sha256:2\"}", -1);
    }
}

/* Images are asked for in order until one is newer; then the app is redeployed. */
static void test_8_image_updates(void **state)
{
    static const struct {
        const char *newer;
        int asked;
    } cases[] = {{NULL, 2}, {"c/d:1", 2}, {"a/b:1", 1}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        begin_updates(&script, cases[i].newer);
        update_images(&script.task);
        assert_int_equal(script_calls_of(&script, "net HEAD /v2/IMAGE/manifests/REF", NULL), cases[i].asked);
        assert_int_equal(script_calls_of(&script, "db find", "app") > 0, cases[i].newer != NULL); /* the removal's */
        assert_false(script.node.cells.flags[FLAG_SRD]);
        script_end(&script);
    }
}

/* REM, INS, SRD and HRD are tested before each app. */
static void test_8_image_updates_are_refused_by_flags(void **state)
{
    static const enum flag_id flags[] = {FLAG_REM, FLAG_INS, FLAG_SRD, FLAG_HRD};

    (void)state;
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        struct script script;

        begin_updates(&script, "a/b:1");
        script.node.cells.flags[flags[i]] = true;
        update_images(&script.task);
        EXPECT_CALLS(&script, "db find");
        assert_true(script.node.cells.flags[flags[i]]);
        script_end(&script);
    }
}

/* ---- backup and restore: what is left behind -----------------------------------------------------------------------
 */

static void test_5_6_what_is_synced(void **state)
{
    static const struct {
        const char *json;
        bool synced;        /* syncthing is told to stop */
        bool trusted;       /* after a restore: r: and g: */
        int started_backup; /* each component without g:; without syncthing the whole app */
    } cases[] = {{DATA("/d"), false, false, 1},
                 {DATA("g:/d"), true, true, 0},
                 {DATA("r:/d"), true, true, 1},
                 {DATA("s:/d"), true, false, 1},
                 {"{\"version\":4,\"name\":\"app\",\"compose\":[{\"name\":\"web\"}]}", false, false, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "db find", NULL, arena_printf(&script.arena, "{\"docs\":[%s]}", cases[i].json), -1);
        script_answer(&script, "docker containers.list", NULL, "[" LISTED("fluxweb_app", "running") "]", -1);
        script_answer(&script, "net GET backup", NULL, "null", -1);
        backup_app(&script.task, "app");
        assert_int_equal(script_calls_of(&script, "syncthing GET /rest/config/folders", NULL), cases[i].synced);
        assert_int_equal(script_calls_of(&script, "host tar", "/flux/ZelApps/fluxweb_app"), 1);
        assert_int_equal(script_calls_of(&script, "docker container.start", NULL), cases[i].started_backup);
        script_forget(&script);
        restore_app(&script.task, "app");
        const struct sync_state *sync =
            cache_get(&script.node.cells.caches[CELL_RECEIVE_ONLY], "fluxweb_app", script.now_ms);

        assert_int_equal(sync != NULL, cases[i].trusted);
        if (sync != NULL) {
            assert_true(sync->restarted);
            assert_int_equal(sync->executions, 10);
        }
        assert_int_equal(script_calls_of(&script, "host untar", NULL), 1);
        script_end(&script);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_8_a_failed_call_ends_it_and_removes_nothing),
        cmocka_unit_test(test_8_force_app_removals_respects_flags),
        cmocka_unit_test(test_8_force_app_removals_removes_each_app_once),
        cmocka_unit_test(test_8_expiry),
        cmocka_unit_test(test_8_expiry_of_a_row_without_a_name),
        cmocka_unit_test(test_8_surplus_only_from_the_newest),
        cmocka_unit_test(test_7_6_what_recovery_leaves_alone),
        cmocka_unit_test(test_8_crontab_jobs_of_what_is_not_installed_go),
        cmocka_unit_test(test_8_a_daemon_that_is_silent_removes_nothing),
        cmocka_unit_test(test_8_daemon_health),
        cmocka_unit_test(test_8_mount_recovery_goes_on_after_a_failure),
        cmocka_unit_test(test_8_stop_non_flux_goes_on_after_a_failure),
        cmocka_unit_test(test_8_redeploys_are_refused_by_flags),
        cmocka_unit_test(test_8_soft_register_failures_remove_by_force_unawaited),
        cmocka_unit_test(test_1_11_soft_registration_without_a_tier_leaves_ins),
        cmocka_unit_test(test_8_soft_redeploy_whose_removal_fails_removes_by_force),
        cmocka_unit_test(test_8_component_redeploys_uninstall_null),
        cmocka_unit_test(test_8_a_soft_redeploy_of_a_component_that_finds_null),
        cmocka_unit_test(test_5_6_every_way_out_takes_the_app_off_the_list),
        cmocka_unit_test(test_5_6_version_3_fails),
        cmocka_unit_test(test_8_a_later_call_that_fails_ends_it),
        cmocka_unit_test(test_8_behind_for_two_hours_and_no_list),
        cmocka_unit_test(test_8_surplus_without_instants),
        cmocka_unit_test(test_7_6_skipped_and_valid),
        cmocka_unit_test(test_8_crontab_jobs_that_need_no_mount),
        cmocka_unit_test(test_8_mount_recovery_without_the_mounts_time),
        cmocka_unit_test(test_8_soft_register_trusts_synced_data),
        cmocka_unit_test(test_8_a_hard_component_redeploy_whose_ports_fail),
        cmocka_unit_test(test_8_image_updates),
        cmocka_unit_test(test_8_image_updates_are_refused_by_flags),
        cmocka_unit_test(test_5_6_what_is_synced),
    };

    return cmocka_run_group_tests_name("upkeep", tests, NULL, NULL);
}
