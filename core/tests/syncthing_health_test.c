/* The health monitor: lifecycle.md 7.5. */
#include "core/syncthing_health.h"
#include "core/tests/transcript.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { MINUTE = 60 * 1000 };

static struct app_list apps;

/* One app whose folder is synced, mounted, and ill until further notice. */
static void begin(struct script *script)
{
    static const char json[] = "{\"version\":8,\"name\":\"app\",\"compose\":[{\"name\":\"other\"},{\"name\":\"web\"}]}";
    static struct app_spec *specs[1];
    struct sync_state *sync = NULL;

    script_begin(script, "8.9.2");
    sync = arena_alloc(&script->arena, sizeof *sync);
    sync->restarted = true;
    cell_set(&script->task, CELL_RECEIVE_ONLY, "fluxweb_app", sync);
    specs[0] = app_spec_from(&script->arena, value_parse(&script->arena, json, strlen(json)));
    apps = (struct app_list){specs, 1};
    script_answer(script, "host mount | grep", NULL, "{\"stdout\":\"x on /flux/ZelApps/fluxweb_app type ext4\"}", -1);
    script_answer(script, "syncthing GET /rest/db/status", NULL, "{\"inSyncBytes\":8,\"globalBytes\":9}", -1);
    script_answer(script, "docker containers.list", NULL, "[{\"Id\":\"1\",\"Names\":[\"/fluxweb_app\"]}]", -1);
    script_answer(script, "docker container.inspect", NULL, "{\"State\":{\"Running\":true}}", -1);
}

static void look(struct script *script, int after_ms)
{
    script->now_ms += after_ms;
    script_forget(script);
    monitor_folder_health(&script->task, &apps);
}

static void test_7_5_flags_backups_and_restores_keep_it_away(void **state)
{
    static const enum flag_id flags[] = {FLAG_INS, FLAG_REM, FLAG_SRD, FLAG_HRD};
    struct script script;

    (void)state;
    begin(&script);
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        script.node.cells.flags[flags[i]] = true;
        look(&script, 0);
        assert_int_equal(script.call_count, 0);
        script.node.cells.flags[flags[i]] = false;
    }
    cell_add(&script.task, CELL_BACKUP_IN_PROGRESS, "a");
    look(&script, 0);
    assert_int_equal(script.call_count, 0);
    cell_add(&script.task, CELL_RESTORE_IN_PROGRESS, "b");
    look(&script, 0);
    assert_int_equal(script.call_count, 0);
    cell_delete(&script.task, CELL_BACKUP_IN_PROGRESS, "a");
    look(&script, 0);
    assert_int_equal(script.call_count, 0);
    cell_delete(&script.task, CELL_RESTORE_IN_PROGRESS, "b");
    look(&script, 0);
    EXPECT_CALLS(&script, "host mount | grep", "syncthing GET /rest/db/status");
    script_end(&script);
}

static void test_7_5_every_five_minutes(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    look(&script, 0);
    assert_int_equal(script.call_count, 2);
    look(&script, 5 * MINUTE - 1);
    assert_int_equal(script.call_count, 0);
    look(&script, 1);
    assert_int_equal(script.call_count, 2);
    script_end(&script);
}

/* 5 min warn, 10 min docker stop, 15 min syncthing restart, 2.5 h removal without a message; stop and restart once
 * each. */
static void test_7_5_what_is_done_when(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    look(&script, 0);
    assert_int_equal(script.line_count, 0);
    look(&script, 5 * MINUTE);
    assert_true(script_logged(&script, "warn: Syncthing folder fluxweb_app has not been healthy for 5 min"));
    look(&script, 5 * MINUTE);
    EXPECT_CALLS(&script, "host mount | grep", "syncthing GET /rest/db/status", "docker containers.list",
                 "docker container.inspect", "docker container.stop");
    look(&script, 5 * MINUTE);
    EXPECT_CALLS(&script, "host mount | grep", "syncthing GET /rest/db/status", "syncthing POST /rest/system/restart");
    look(&script, 5 * MINUTE);
    EXPECT_CALLS(&script, "host mount | grep", "syncthing GET /rest/db/status");
    assert_true(script_logged(&script, "has not been healthy for 20 min"));
    look(&script, 129 * MINUTE);
    assert_int_equal(script.call_count, 2);
    look(&script, 5 * MINUTE);
    assert_true(script_logged(&script, "REMOVAL REASON: Syncthing folder unhealthy - app (syncthingHealth)"));
    assert_true(script_logged(&script, "APP REMOVAL TRIGGERED: app | force=true | sendMessage=false"));
    script_end(&script);
}

/* A stretch that was missed: the gravest that is due is done first. */
static void test_7_5_late(void **state)
{
    static const struct {
        int after_min;
        const char *call; /* NULL: a warning */
    } cases[] = {{9, NULL},
                 {10, "docker container.stop"},
                 {14, "docker container.stop"},
                 {15, "syncthing POST /rest/system/restart"},
                 {149, "syncthing POST /rest/system/restart"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        begin(&script);
        look(&script, 0);
        look(&script, cases[i].after_min * MINUTE);
        if (cases[i].call == NULL) {
            assert_int_equal(script.call_count, 2);
            assert_int_equal(script.line_count, 1);
        } else {
            assert_string_equal(script.calls[script.call_count - 1], cases[i].call);
        }
        script_end(&script);
    }
}

/* Gone: what it had stopped is started, and the book begins anew. */
static void test_7_5_recovery(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    look(&script, 0);
    look(&script, 10 * MINUTE); /* stopped */
    script_answer(&script, "syncthing GET /rest/db/status", NULL, "{\"inSyncBytes\":9,\"globalBytes\":9}", 2);
    look(&script, 5 * MINUTE);
    EXPECT_CALLS(&script, "host mount | grep", "syncthing GET /rest/db/status", "docker containers.list",
                 "docker container.start", "docker container.inspect");
    look(&script, 5 * MINUTE);
    assert_int_equal(script.call_count, 2); /* once */
    look(&script, 5 * MINUTE);              /* ill again */
    assert_int_equal(script.call_count, 2);
    assert_int_equal(script.line_count, 0);
    look(&script, 10 * MINUTE);
    assert_int_equal(script_calls_of(&script, "docker container.stop", NULL), 1);
    script_end(&script);
}

static void record_from_start_on(struct script *script, const struct effect *effect)
{
    script->records_accesses = script->records_accesses || effect->id == EFFECT_DOCKER_CONTAINER_START;
}

/* Starting the container is an await: the entry is reported as written after it, though it was before. */
static void test_7_5_recovery_writes_after_the_start(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    look(&script, 0);
    look(&script, 10 * MINUTE); /* stopped */
    script_answer(&script, "syncthing GET /rest/db/status", NULL, "{\"inSyncBytes\":9,\"globalBytes\":9}", -1);
    script.before = record_from_start_on;
    look(&script, 5 * MINUTE);
    EXPECT_ACCESSES(&script, "write folderHealthCache fluxweb_app");
    script_end(&script);
}

/* Its only component bears the app's own name (0.3). */
static void test_7_5_an_app_of_version_3(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    apps.apps[0] = script_spec(&script, "{\"version\":3,\"name\":\"app\"}");
    cell_set(&script.task, CELL_RECEIVE_ONLY, "fluxapp", cell_get(&script.task, CELL_RECEIVE_ONLY, "fluxweb_app"));
    script_answer(&script, "host mount | grep", NULL, "{\"stdout\":\"x on /flux/ZelApps/fluxapp type ext4\"}", -1);
    look(&script, 0);
    EXPECT_CALLS(&script, "host mount | grep", "syncthing GET /rest/db/status");
    assert_int_equal(script_calls_of(&script, "syncthing GET /rest/db/status", "fluxapp"), 1);
    script_end(&script);
}

static void test_7_5_who_is_looked_at(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    script_fail(&script, "host mount | grep", NULL, 1, "", 1);
    look(&script, 0); /* not mounted */
    EXPECT_CALLS(&script, "host mount | grep");
    cell_set(&script.task, CELL_RECEIVE_ONLY, "fluxweb_app", arena_alloc(&script.arena, sizeof(struct sync_state)));
    look(&script, 5 * MINUTE); /* not restarted */
    assert_int_equal(script.call_count, 0);
    cell_delete(&script.task, CELL_RECEIVE_ONLY, "fluxweb_app");
    look(&script, 5 * MINUTE);
    assert_int_equal(script.call_count, 0);
    script_end(&script);
}

/* Ill: syncthing cannot tell, or has less than its peers. */
static void test_7_5_what_is_ill(void **state)
{
    static const struct {
        const char *status; /* NULL: fails */
        bool ill;
    } cases[] = {{NULL, true},
                 {"{\"inSyncBytes\":9,\"globalBytes\":10}", true},
                 {"{\"inSyncBytes\":10,\"globalBytes\":10}", false},
                 {"{\"globalBytes\":1}", true},
                 {"{\"inSyncBytes\":0}", false},
                 {"{}", false}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        begin(&script);
        if (cases[i].status == NULL) {
            script_fail(&script, "syncthing GET /rest/db/status", NULL, 500, "no", -1);
        } else {
            script_answer(&script, "syncthing GET /rest/db/status", NULL, cases[i].status, -1);
        }
        look(&script, 0);
        look(&script, 5 * MINUTE);
        assert_int_equal(script.line_count, cases[i].ill);
        script_end(&script);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_7_5_flags_backups_and_restores_keep_it_away),
        cmocka_unit_test(test_7_5_every_five_minutes),
        cmocka_unit_test(test_7_5_what_is_done_when),
        cmocka_unit_test(test_7_5_late),
        cmocka_unit_test(test_7_5_recovery),
        cmocka_unit_test(test_7_5_recovery_writes_after_the_start),
        cmocka_unit_test(test_7_5_an_app_of_version_3),
        cmocka_unit_test(test_7_5_who_is_looked_at),
        cmocka_unit_test(test_7_5_what_is_ill),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
