/* What is reported of accesses to the cells that tasks share (cells.h). */
#include "core/app_query.h"
#include "core/backup.h"
#include "core/daemon_service.h"
#include "core/docker_environment.h"
#include "core/syncthing_loop.h"
#include "core/syncthing_service.h"
#include "core/tests/script_door.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define DECRYPTED "enterpriseAppDecryptionCache"
#define RECEIVE_ONLY "receiveOnlySyncthingAppsCache"

static void begin(struct script *script)
{
    script_begin(script, "8.9.2");
    script->records_accesses = true;
}

static void test_flags_and_scalars(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    assert_true(flag_get(&script.task, FLAG_SFR));
    flag_set(&script.task, FLAG_REM, true);
    assert_true(ssd_gb_get(&script.task) < 1);
    ssd_gb_set(&script.task, 440);
    assert_true(ssd_gb_get(&script.task) > 439);
    EXPECT_ACCESSES(&script, "read syncthingAppsFirstRun", "write removalInProgress", "read ssdSize", "write ssdSize",
                    "read ssdSize");
    script_end(&script);
}

/* A process that starts again finds nothing of the one before in its memory. */
static void test_a_node_starts_with_nothing(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    ssd_gb_set(&script.task, 440);
    flag_set(&script.task, FLAG_REM, true);
    cells_start(&script.node.cells, &script.arena);
    assert_true(ssd_gb_get(&script.task) < 1);
    assert_false(flag_get(&script.task, FLAG_REM));
    assert_true(flag_get(&script.task, FLAG_SFR));
    script_end(&script);
}

static void test_the_tier_is_learnt_once(void **state)
{
    struct script script;
    const char *tier = NULL;

    (void)state;
    begin(&script);
    assert_null(node_tier(&script.task, &tier));
    EXPECT_ACCESSES(&script, "read nodeTier", "read daemonReplies getzelnodestatus[]",
                    "write daemonReplies getzelnodestatus[]", "read rawTransactions getrawtransaction[\"aaaa\",1]",
                    "write rawTransactions getrawtransaction[\"aaaa\",1]", "write nodeTier");
    script_forget(&script);
    assert_null(node_tier(&script.task, &tier));
    EXPECT_ACCESSES(&script, "read nodeTier");
    script_end(&script);
}

static void test_cpu_burst_is_probed_once(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    script.node.config.enterprise_owners = ARRAY(&script.arena, value_string(&script.arena, "o"));
    assert_true(may_burst(&script.task, "o"));
    assert_true(may_burst(&script.task, "o"));
    EXPECT_ACCESSES(&script, "read cpuBurstProbed", "write cpuBurst", "write cpuBurstProbed", "read cpuBurstProbed",
                    "read cpuBurst");
    script_end(&script);
}

/* Counting reads the whole cell, a look-up one key. */
static void test_running_apps_look_at_backups(void **state)
{
    struct script script;
    const struct value *running = NULL;

    (void)state;
    begin(&script);
    script_answer(&script, "docker containers.list", NULL, "[{\"Names\":[\"/fluxweb_app\"]}]", -1);
    cell_add(&script.task, CELL_BACKUP_IN_PROGRESS, "other");
    assert_true(list_running_apps(&script.task, &running));
    EXPECT_ACCESSES(&script, "write backupInProgress other", "read backupInProgress", "read restoreInProgress",
                    "read backupInProgress web_app", "read restoreInProgress web_app");
    script_end(&script);
}

static void test_a_backup_marks_its_app(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    backup_app(&script.task, "app"); /* not installed: ends at once */
    EXPECT_ACCESSES(&script, "write backupInProgress app", "write backupInProgress app");
    script_end(&script);
}

/* 7.3: the entry is read, changed in place, read again after an await, changed again. */
static void test_a_sync_state_is_changed_in_place(void **state)
{
    struct script script;
    struct sync_folder_task folder = {
        .task = &script.task, .app_id = "fluxweb_app", .folder = "/d", .my_ip = "1.1.1.1"};

    (void)state;
    begin(&script);
    script.node.cells.flags[FLAG_SFR] = false;
    script_answer(&script, "syncthing GET /rest/db/status", NULL, "{\"globalBytes\":1,\"inSyncBytes\":1}", -1);
    const struct sync_state *kept = set_sync_state(&script.task, "fluxweb_app", (struct sync_state){.executions = 1});

    assert_null(manage_folder_sync_state(&folder));
    assert_true(kept->restarted && kept->executions == 2);
    EXPECT_ACCESSES(&script, "write " RECEIVE_ONLY " fluxweb_app", "read " RECEIVE_ONLY " fluxweb_app",
                    "read syncthingAppsFirstRun", "write " RECEIVE_ONLY " fluxweb_app",
                    "read " RECEIVE_ONLY " fluxweb_app", "write " RECEIVE_ONLY " fluxweb_app");
    script_end(&script);
}

static struct app_spec *enterprise_app(struct script *script)
{
    static const char json[] = "{\"version\":8,\"name\":\"app\",\"hash\":\"h\",\"enterprise\":\"blob\",\"compose\":"
                               "[{\"name\":\"web\",\"cpu\":1,\"cpubasic\":2,\"environmentParameters\":[]}]}";

    return app_spec_from(&script->arena, value_parse(&script->arena, json, strlen(json)));
}

/* 3.3: all who got the object from the decryption cache see what one changes. */
static void test_a_shared_specification_is_changed_in_place(void **state)
{
    struct script script;
    struct app_list apps;

    (void)state;
    begin(&script);
    struct app_spec *spec = enterprise_app(&script);
    struct app_spec *raw = enterprise_app(&script);

    app_spec_share(spec, "h");
    cell_set(&script.task, CELL_DECRYPTED, "h", spec);
    script_forget(&script);
    decrypt_enterprise_apps(&script.task, (struct app_list){&raw, 1}, false, &apps);
    assert_ptr_equal(apps.apps[0], spec);
    EXPECT_ACCESSES(&script, "read " DECRYPTED " h");
    script_forget(&script);
    apply_tier_resources(&script.task, &spec->components[0], "basic", false);
    component_set_env(&script.task, &spec->components[0], value_empty_array());
    EXPECT_ACCESSES(&script, "write " DECRYPTED " h", "write " DECRYPTED " h");
    script_forget(&script);
    assert_true(component_now(&script.task, &spec->components[0]).cpu > 1.5);
    assert_non_null(app_spec_document(&script.task, spec));
    EXPECT_ACCESSES(&script, "read " DECRYPTED " h", "read " DECRYPTED " h");
    script_forget(&script);
    apply_tier_resources(&script.task, &raw->components[0], "basic", false); /* the task's own */
    assert_non_null(app_spec_document(&script.task, raw));
    assert_int_equal(script.access_count, 0);
    script_end(&script);
}

/* A full cache drops an entry: which one depends on all accesses before. */
static void test_an_eviction_writes_the_whole_cell(void **state)
{
    enum { STOPPED_APPS_MAX = 40 };
    struct script script;

    (void)state;
    begin(&script);
    script.records_accesses = false;
    for (int i = 0; i < STOPPED_APPS_MAX; i++) {
        cell_add(&script.task, CELL_STOPPED_APPS, arena_printf(&script.arena, "a%d", i));
    }
    script.records_accesses = true;
    cell_add(&script.task, CELL_STOPPED_APPS, "a0");
    cell_add(&script.task, CELL_STOPPED_APPS, "one more");
    assert_false(cell_has(&script.task, CELL_STOPPED_APPS, "a1"));
    EXPECT_ACCESSES(&script, "write stoppedAppsCache a0", "write stoppedAppsCache", "read stoppedAppsCache a1");
    script_end(&script);
}

static void test_whole_cells(void **state)
{
    struct script script;
    uint32_t count = 0;

    (void)state;
    begin(&script);
    cell_add(&script.task, CELL_RUNNING_APPS, "b");
    cell_add(&script.task, CELL_RUNNING_APPS, "a");
    const char *const *keys = cell_keys(&script.task, CELL_RUNNING_APPS, &count);

    assert_int_equal(count, 2);
    assert_string_equal(keys[0], "b");
    assert_string_equal(keys[1], "a");
    cell_delete(&script.task, CELL_RUNNING_APPS, "b");
    cell_clear(&script.task, CELL_RUNNING_APPS);
    assert_int_equal(cell_count(&script.task, CELL_RUNNING_APPS), 0);
    EXPECT_ACCESSES(&script, "write runningAppsCache b", "write runningAppsCache a", "read runningAppsCache",
                    "write runningAppsCache b", "write runningAppsCache", "read runningAppsCache");
    script_end(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flags_and_scalars),
        cmocka_unit_test(test_a_node_starts_with_nothing),
        cmocka_unit_test(test_the_tier_is_learnt_once),
        cmocka_unit_test(test_cpu_burst_is_probed_once),
        cmocka_unit_test(test_running_apps_look_at_backups),
        cmocka_unit_test(test_a_backup_marks_its_app),
        cmocka_unit_test(test_a_sync_state_is_changed_in_place),
        cmocka_unit_test(test_a_shared_specification_is_changed_in_place),
        cmocka_unit_test(test_an_eviction_writes_the_whole_cell),
        cmocka_unit_test(test_whole_cells),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
