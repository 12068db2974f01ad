/* 7.1–7.3 step by step. */
#include "core/syncthing_loop.h"
#include "core/tests/script_door.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define FOLDER "/flux/ZelApps/fluxweb_app"
#define APP(data)                                                                                                      \
    "{\"docs\":[{\"version\":4,\"name\":\"app\",\"compose\":[{\"name\":\"web\",\"containerData\":\"" data "\"}]}]}"
#define F(type) "[{\"id\":\"fluxweb_app\",\"path\":\"" FOLDER "\",\"type\":\"" type "\"}]"
#define MINE "{\"ip\":\"198.51.100.7:16127\",\"broadcastedAt\":\"2026-03-27T00:00:00.000Z\"}"
#define PEER(at, more) "{\"ip\":\"203.0.113.1:16127\",\"broadcastedAt\":\"" at "\"" more "}"

/* A world in which the loop gets as far as the app's folder. */
static void begin(struct script *script, const char *data, const char *folders, const char *locations)
{
    script_begin(script, "8.9.2");
    script_answer(script, "db find", NULL, data, -1);
    script_answer(script, "db find", "app", locations, -1);
    script_answer(script, "host access", NULL, "true", -1);
    script_answer(script, "syncthing GET /rest/noauth/health", NULL, "{\"status\":\"OK\"}", -1);
    script_answer(script, "syncthing GET /rest/system/status", NULL, "{\"myID\":\"ME\"}", -1);
    script_answer(script, "syncthing GET /rest/config/devices", NULL, "[]", -1);
    script_answer(script, "syncthing GET /rest/config/folders", NULL, folders, -1);
    script_answer(script, "syncthing PUT /rest/config/devices", NULL, "{}", -1);
    script_answer(script, "syncthing PUT /rest/config/folders", NULL, "{}", -1);
    script_answer(script, "syncthing PATCH /rest/config/folders/ID", NULL, "{}", -1);
    script_answer(script, "syncthing DELETE /rest/config/folders/ID", NULL, "{}", -1);
    script_answer(script, "syncthing GET /rest/config/restart-required", NULL, "{\"requiresRestart\":false}", -1);
    script_answer(script, "syncthing POST /rest/system/restart", NULL, "{}", -1);
    script_answer(script, "peers deviceid", NULL, "{\"status\":\"success\",\"data\":\"PEER\"}", -1);
    script_answer(script, "bench getbenchmarks", NULL,
                  "{\"status\":\"CUMULUS\",\"ipaddress\":\"198.51.100.7:16127\",\"architecture\":\"amd64\"}", -1);
    script_answer(script, "docker containers.list", NULL,
                  "[{\"Id\":\"1\",\"Names\":[\"/fluxweb_app\"],\"State\":\"exited\"}]", -1);
    script_answer(script, "docker container.inspect", NULL, "{\"Id\":\"1\",\"State\":{\"Running\":false}}", -1);
}

#define LOCATIONS(...) "{\"docs\":[" __VA_ARGS__ "]}"

static const struct sync_state *state_of(struct script *script)
{
    return cache_get(&script->node.cells.caches[CELL_RECEIVE_ONLY], "fluxweb_app", script->now_ms);
}

static void set_state(struct script *script, struct sync_state state)
{
    struct sync_state *kept = arena_alloc(&script->arena, sizeof *kept);

    *kept = state;
    cache_set(&script->node.cells.caches[CELL_RECEIVE_ONLY], "fluxweb_app", kept, script->now_ms);
    script->node.cells.flags[FLAG_SFR] = false;
}

/* The type that was put, NULL: none was. */
static const char *put_type(struct script *script)
{
    if (script_calls_of(script, "syncthing PUT /rest/config/folders", NULL) == 0) {
        return NULL;
    }
    const struct value *body = value_get(script_args_of(script, "syncthing PUT /rest/config/folders", 1), "body");

    return value_get_text(value_at(body, 0), "type");
}

static void test_7_1_1_flags_keep_the_run_away(void **state)
{
    static const enum flag_id flags[] = {FLAG_INS, FLAG_REM, FLAG_SRD, FLAG_HRD, FLAG_USR};

    (void)state;
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script.node.cells.flags[flags[i]] = true;
        syncthing_apps(&script.task);
        assert_int_equal(script.call_count, 0);
        script_end(&script);
    }
}

static void test_7_1_6_missing_facts_end_the_run_and_keep_first_run(void **state)
{
    static const char *const missing[] = {"syncthing GET /rest/noauth/health",
                                          "syncthing GET /rest/system/status",
                                          "syncthing GET /rest/config/folders",
                                          "syncthing GET /rest/config/devices",
                                          "bench getbenchmarks",
                                          "db find"};

    (void)state;
    for (size_t i = 0; i < sizeof missing / sizeof missing[0]; i++) {
        struct script script;

        begin(&script, APP("g:/d"), "[]", LOCATIONS(MINE));
        script_fail(&script, missing[i], NULL, 500, "no", -1);
        syncthing_apps(&script.task);
        assert_int_equal(script_calls_of(&script, "syncthing PUT /rest/config/devices", NULL), 0);
        assert_true(script.node.cells.flags[FLAG_SFR]);
        assert_false(script.node.cells.flags[FLAG_USR]);
        script_end(&script);
    }
}

static void test_7_1_5_an_empty_unmounted_folder_ends_the_run(void **state)
{
    struct script script;

    (void)state;
    begin(&script, APP("g:/d"), "[]", LOCATIONS(MINE));
    script_fail(&script, "host mount | grep", NULL, 1, "", -1);
    script_answer(&script, "host access", FOLDER "/appdata", "false", -1);
    syncthing_apps(&script.task);
    assert_true(script_logged(&script, "is not ready"));
    script_end(&script);
}

static void test_7_1_9_and_12(void **state)
{
    struct script script;

    (void)state;
    begin(&script, APP("/d"), "[{\"id\":\"old\",\"path\":\"/old\",\"type\":\"receiveonly\"}]", LOCATIONS(MINE));
    script_answer(&script, "syncthing GET /rest/config/restart-required", NULL, "{\"requiresRestart\":true}", -1);
    syncthing_apps(&script.task);
    assert_int_equal(script_calls_of(&script, "syncthing DELETE /rest/config/folders/ID", "old"), 1);
    assert_int_equal(script_calls_of(&script, "syncthing POST /rest/system/restart", NULL), 1);
    assert_int_equal(script_calls_of(&script, "syncthing PUT /rest/config/folders", NULL), 0);
    assert_false(script.node.cells.flags[FLAG_SFR]);
    script_end(&script);
}

static void test_7_1_7_unmounted_folders_stop_sending_after_a_start(void **state)
{
    struct script script;

    (void)state;
    begin(&script, APP("g:/d"), F("sendreceive"), LOCATIONS(MINE));
    script_fail(&script, "host mount | grep", NULL, 1, "", -1);
    syncthing_apps(&script.task);
    assert_int_equal(script_calls_of(&script, "syncthing PATCH /rest/config/folders/ID", NULL), 1);
    assert_int_equal(script_calls_of(&script, "syncthing POST /rest/system/restart", NULL), 1);
    assert_true(state_of(&script)->blocked); /* 7.3 row 1: the list still says sendreceive */
    assert_string_equal(put_type(&script), "receiveonly");
    script_end(&script);
}

static void test_7_2_devices_are_asked_for_once(void **state)
{
    struct script script;

    (void)state;
    begin(&script, APP("s:/d"), "[]", LOCATIONS(MINE "," PEER("2026-03-27T00:00:00.000Z", "")));
    syncthing_apps(&script.task);
    syncthing_apps(&script.task);
    assert_int_equal(script_calls_of(&script, "peers deviceid", NULL), 1);
    assert_string_equal(put_type(&script), "sendreceive");
    script_fail(&script, "peers deviceid", NULL, 0, "refused", -1);
    cache_clear(&script.node.cells.caches[CELL_DEVICE_IDS]);
    syncthing_apps(&script.task);
    assert_int_equal(value_count(value_get(script_args_of(&script, "syncthing PUT /rest/config/devices", 3), "body")),
                     0);
    script_end(&script);
}

static void test_7_3_row_2_r_is_started_g_is_not(void **state)
{
    static const struct {
        const char *app;
        int starts;
    } cases[] = {{APP("r:/d"), 1}, {APP("g:/d"), 0}};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct script script;

        begin(&script, cases[i].app, F("sendreceive"), LOCATIONS(MINE));
        syncthing_apps(&script.task);
        assert_int_equal(script_calls_of(&script, "docker container.start", NULL), cases[i].starts);
        assert_true(state_of(&script)->restarted);
        assert_null(put_type(&script));
        script_end(&script);
    }
    struct script script;

    begin(&script, APP("r:/d"), F("sendreceive"), LOCATIONS(MINE));
    script_fail(&script, "docker container.start", NULL, 500, "no", -1);
    syncthing_apps(&script.task);
    assert_true(script_logged(&script, "no")); /* swallowed */
    assert_int_equal(script_calls_of(&script, "syncthing PUT /rest/config/devices", NULL), 1);
    script_end(&script);
}

static void test_7_3_row_3_and_8_a_new_app_begins_anew(void **state)
{
    (void)state;
    for (int first = 0; first < 2; first++) {
        struct script script;

        begin(&script, APP("g:/d"), "[]", LOCATIONS(MINE));
        script.node.cells.flags[FLAG_SFR] = first == 1;
        syncthing_apps(&script.task);
        assert_int_equal(script_calls_of(&script, "host rm", FOLDER "/appdata/*"), 1);
        assert_int_equal(state_of(&script)->executions, 1);
        assert_string_equal(put_type(&script), "receiveonly");
        script_end(&script);
    }
}

/* A missing container ends the whole run, with C already set. */
static void test_7_3_row_8_without_container(void **state)
{
    struct script script;

    (void)state;
    begin(&script, APP("g:/d"), "[]", LOCATIONS(MINE));
    script_answer(&script, "docker containers.list", NULL, "[]", -1);
    syncthing_apps(&script.task);
    assert_int_equal(script_calls_of(&script, "host rm", NULL), 0);
    assert_int_equal(script_calls_of(&script, "syncthing PUT /rest/config/devices", NULL), 0);
    assert_int_equal(state_of(&script)->executions, 1);
    script_end(&script);
}

static void test_7_3_rows_4_and_5_after_a_start(void **state)
{
    struct script script;

    (void)state;
    begin(&script, APP("g:/d"), F("receiveonly"), LOCATIONS(MINE));
    script_answer(&script, "docker container.inspect", NULL, "{\"Id\":\"1\",\"State\":{\"Running\":true}}", -1);
    syncthing_apps(&script.task);
    assert_true(state_of(&script)->restarted);
    assert_null(put_type(&script));
    script_end(&script);
    begin(&script, APP("g:/d"), F("receiveonly"), LOCATIONS(MINE));
    script_fail(&script, "docker container.inspect", NULL, 404, "no", -1);
    syncthing_apps(&script.task);
    assert_false(state_of(&script)->restarted);
    assert_int_equal(state_of(&script)->executions, 1);
    script_end(&script);
}

static void test_7_3_rows_9_and_6_first_encounter(void **state)
{
    struct script script;

    (void)state;
    begin(&script, APP("g:/d"), F("receiveonly"), LOCATIONS(MINE));
    script.node.cells.flags[FLAG_SFR] = false;
    syncthing_apps(&script.task);
    assert_true(state_of(&script)->first_encounter_skipped);
    assert_int_equal(script_calls_of(&script, "syncthing DELETE /rest/config/folders/ID", NULL), 1);
    syncthing_apps(&script.task);
    assert_int_equal(script_calls_of(&script, "host rm", NULL), 1);
    assert_int_equal(state_of(&script)->executions, 1);
    script_end(&script);
}

static void test_7_3_row_10_restarted_goes_back_to_sendreceive(void **state)
{
    struct script script;

    (void)state;
    begin(&script, APP("r:/d"), F("receiveonly"), LOCATIONS(MINE));
    set_state(&script, (struct sync_state){.restarted = true});
    syncthing_apps(&script.task);
    assert_string_equal(put_type(&script), "sendreceive");
    assert_int_equal(script_calls_of(&script, "docker container.start", NULL), 1);
    script_end(&script);
}

/* Whether a transition from `executions` rounds promotes. */
static bool promotes(const char *locations, int executions, const char *status, const char *data)
{
    struct script script;

    begin(&script, data, F("receiveonly"), locations);
    set_state(&script, (struct sync_state){.executions = executions});
    if (status == NULL) {
        script_fail(&script, "syncthing GET /rest/db/status", NULL, 500, "no", -1);
    } else {
        script_answer(&script, "syncthing GET /rest/db/status", NULL, status, -1);
    }
    syncthing_apps(&script.task);
    bool promoted = state_of(&script)->restarted;

    assert_true(promoted == (put_type(&script) != NULL));
    assert_int_equal(script_calls_of(&script, "host chmod", NULL), promoted);
    assert_int_equal(script_calls_of(&script, "docker container.start", NULL), promoted && strstr(data, "r:") != NULL);
    script_end(&script);
    return promoted;
}

#define HALF "{\"globalBytes\":10,\"inSyncBytes\":5}"
#define WHOLE "{\"globalBytes\":10,\"inSyncBytes\":10}"
#define EARLIER "2026-03-26T00:00:00.000Z"
#define SAME "2026-03-27T00:00:03.000Z"
#define LATER "2026-03-28T00:00:00.000Z"

static void test_7_3_transition(void **state)
{
    (void)state;
    /* leaders: alone; first by broadcast; by address within the tolerance */
    assert_true(promotes(LOCATIONS(MINE), 1, HALF, APP("g:/d")));
    assert_true(promotes(LOCATIONS(MINE "," PEER(LATER, "")), 1, HALF, APP("r:/d")));
    assert_true(promotes(LOCATIONS(MINE "," PEER(SAME, "")), 1, HALF, APP("g:/d")));
    /* no leader: not listed, not first, another runs */
    assert_false(promotes(LOCATIONS(PEER(LATER, "")), 1, HALF, APP("g:/d")));
    assert_false(promotes(LOCATIONS(MINE "," PEER(EARLIER, "")), 1, HALF, APP("g:/d")));
    assert_false(promotes(LOCATIONS(MINE "," PEER(LATER, ",\"runningSince\":\"" EARLIER "\"")), 1, HALF, APP("g:/d")));
    /* others: in sync, at the last round, without a status after 2 + 10 · index rounds */
    assert_true(promotes(LOCATIONS(MINE "," PEER(EARLIER, "")), 1, WHOLE, APP("g:/d")));
    assert_false(promotes(LOCATIONS(MINE "," PEER(EARLIER, "")), 118, HALF, APP("g:/d")));
    assert_true(promotes(LOCATIONS(MINE "," PEER(EARLIER, "")), 119, HALF, APP("g:/d")));
    assert_false(promotes(LOCATIONS(MINE "," PEER(EARLIER, "")), 10, NULL, APP("g:/d")));
    assert_true(promotes(LOCATIONS(MINE "," PEER(EARLIER, "")), 11, NULL, APP("r:/d")));
}

/* ---- 7.5
 * ------------------------------------------------------------------------------------------------------------- */

/* Runs of the loop, each 5 min after the other, with a folder that is behind or not. */
static void run_with_health(struct script *script, int times, const char *status)
{
    if (status == NULL) {
        script_fail(script, "syncthing GET /rest/db/status", NULL, 500, "no", -1);
    } else {
        script_answer(script, "syncthing GET /rest/db/status", NULL, status, -1);
    }
    for (int i = 0; i < times; i++) {
        script_forget(script);
        syncthing_apps(&script->task);
        script->now_ms += 5 * 60 * 1000;
    }
}

static void begin_healthy(struct script *script)
{
    begin(script, APP("g:/d"), F("sendreceive"), LOCATIONS(MINE));
    script_answer(script, "docker container.inspect", NULL, "{\"Id\":\"1\",\"State\":{\"Running\":true}}", -1);
    set_state(script, (struct sync_state){.restarted = true});
}

static void test_7_5_warn_stop_restart_remove(void **state)
{
    struct script script;

    (void)state;
    begin_healthy(&script);
    run_with_health(&script, 1, HALF);
    assert_int_equal(script_calls_of(&script, "docker container.stop", NULL), 0);
    run_with_health(&script, 1, NULL);
    assert_true(script_logged(&script, "has not been healthy for 5 min"));
    run_with_health(&script, 1, HALF);
    assert_int_equal(script_calls_of(&script, "docker container.stop", NULL), 1);
    run_with_health(&script, 1, HALF);
    assert_int_equal(script_calls_of(&script, "syncthing POST /rest/system/restart", NULL), 1);
    run_with_health(&script, 26, HALF);
    assert_false(script_logged(&script, "REMOVAL REASON"));
    run_with_health(&script, 1, HALF);
    assert_true(script_logged(&script, "APP REMOVAL TRIGGERED: app | force=true | sendMessage=false"));
    script_end(&script);
}

/* Well again: what it had stopped is started, a standby too. */
static void test_7_5_starts_what_it_stopped(void **state)
{
    struct script script;

    (void)state;
    begin_healthy(&script);
    run_with_health(&script, 3, HALF);
    script_fail(&script, "docker container.start", NULL, 500, "no", -1);
    run_with_health(&script, 1, WHOLE);
    assert_int_equal(script_calls_of(&script, "docker container.start", NULL), 1);
    assert_true(script_logged(&script, "no"));
    run_with_health(&script, 1, WHOLE);
    assert_int_equal(script_calls_of(&script, "docker container.start", NULL), 0);
    script_end(&script);
}

static void test_7_5_when_it_does_not_look(void **state)
{
    struct script script;

    (void)state;
    begin_healthy(&script); /* a backup of any app */
    cache_set(&script.node.cells.caches[CELL_BACKUP_IN_PROGRESS], "other", &script, script.now_ms);
    run_with_health(&script, 1, HALF);
    assert_int_equal(script_calls_of(&script, "syncthing GET /rest/db/status", NULL), 0);
    cache_clear(&script.node.cells.caches[CELL_BACKUP_IN_PROGRESS]);
    syncthing_apps(&script.task);
    syncthing_apps(&script.task); /* within 5 min */
    assert_int_equal(script_calls_of(&script, "syncthing GET /rest/db/status", NULL), 1);
    script.now_ms += 6 * 60 * 1000;
    set_state(&script, (struct sync_state){.executions = 1}); /* not released */
    script_answer(&script, "syncthing GET /rest/config/folders", NULL, F("receiveonly"), -1);
    script_answer(&script, "db find", "app", LOCATIONS(MINE "," PEER(EARLIER, "")), -1);
    syncthing_apps(&script.task);
    assert_int_equal(script_calls_of(&script, "syncthing GET /rest/db/status", NULL), 2); /* the transition's own */
    script_end(&script);
}

/* ---- what the loop makes of answers that lack something ---------------------------------------------------------- */

static void test_7_1_6_a_status_without_an_id(void **state)
{
    struct script script;

    (void)state;
    begin(&script, APP("g:/d"), "[]", LOCATIONS(MINE));
    script_answer(&script, "syncthing GET /rest/system/status", NULL, "{}", -1);
    syncthing_apps(&script.task);
    assert_true(script_logged(&script, "Syncthing: device id not to be had"));
    assert_true(script.node.cells.flags[FLAG_SFR]);
    assert_int_equal(script_calls_of(&script, "syncthing PUT /rest/config/devices", NULL), 0);
    script_end(&script);
}

static void test_7_2_peers_that_cannot_be_met_are_left_out(void **state)
{
    struct script script;

    (void)state;
    begin(&script, APP("s:/d"), "[]", LOCATIONS(MINE ",{}," PEER(LATER, "")));
    script_answer(&script, "peers deviceid", NULL, "{\"status\":\"error\"}", -1);
    syncthing_apps(&script.task);
    assert_int_equal(script_calls_of(&script, "peers deviceid", NULL), 1);
    assert_int_equal(script.node.cells.caches[CELL_DEVICE_IDS].count, 0);
    assert_string_equal(
        value_json(&script.arena, value_get(script_args_of(&script, "syncthing PUT /rest/config/devices", 1), "body")),
        "[]");
    script_end(&script);
}

static void test_7_2_mounts_that_are_none_end_the_run(void **state)
{
    struct script script;

    (void)state;
    begin(&script, APP("data"), F("sendreceive"), LOCATIONS(MINE));
    script.node.cells.flags[FLAG_SFR] = false;
    syncthing_apps(&script.task);
    assert_true(script_logged(&script, "Invalid containerData mount (primary): data"));
    assert_int_equal(script_calls_of(&script, "syncthing DELETE /rest/config/folders/ID", NULL), 0);
    assert_false(script.node.cells.flags[FLAG_USR]);
    script_end(&script);
}

/* 5.6, 7.1/9: an app in backup or restore is skipped, and its folder goes as if nobody had it. */
static void test_7_1_8_and_9_backup_and_restore(void **state)
{
    static const enum cell_id cells[] = {CELL_BACKUP_IN_PROGRESS, CELL_RESTORE_IN_PROGRESS};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct script script;

        begin(&script, APP("g:/d"), F("sendreceive"), LOCATIONS(MINE));
        cache_set(&script.node.cells.caches[cells[i]], "app", &script, script.now_ms);
        syncthing_apps(&script.task);
        assert_int_equal(script_calls_of(&script, "syncthing DELETE /rest/config/folders/ID", "fluxweb_app"), 1);
        assert_int_equal(script_calls_of(&script, "host mkdir", NULL), 0);
        assert_null(state_of(&script));
        script_end(&script);
    }
}

#define TWO                                                                                                            \
    "[{\"id\":\"fluxweb_app\",\"path\":\"" FOLDER "\",\"type\":\"sendreceive\"},"                                      \
    "{\"id\":\"old\",\"path\":\"/old\",\"type\":\"sendreceive\"}]"

/* 7.1/7: each is changed; syncthing is restarted once, when any was. */
static void test_7_1_7_each_unmounted_folder_is_changed(void **state)
{
    static const struct {
        const char *fails; /* the id of the folder that cannot be changed, "": none can */
        int restarts;
    } cases[] = {{"none", 1}, {"old", 1}, {"fluxweb_app", 1}, {"", 0}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        begin(&script, APP("g:/d"), TWO, LOCATIONS(MINE));
        script_fail(&script, "host mount | grep", NULL, 1, "", -1);
        script_fail(&script, "syncthing PATCH /rest/config/folders/ID",
                    cases[i].fails[0] == '\0' ? NULL : cases[i].fails, 500, "no", -1);
        syncthing_apps(&script.task);
        assert_int_equal(script_calls_of(&script, "syncthing PATCH /rest/config/folders/ID", NULL), 2);
        assert_int_equal(script_calls_of(&script, "syncthing POST /rest/system/restart", NULL), cases[i].restarts);
        assert_int_equal(script_calls_of(&script, "clock delay", NULL), cases[i].restarts);
        script_end(&script);
    }
}

/* A restart that fails is not waited for; folders that are not to be had afterwards, or are no list, are none. */
static void test_7_1_7_after_a_restart_that_fails(void **state)
{
    (void)state;
    for (int answered = 0; answered < 2; answered++) {
        struct script script;

        begin(&script, APP("s:/d"), F("sendreceive"), LOCATIONS(MINE));
        script_fail(&script, "host mount | grep", NULL, 1, "", -1);
        script_fail(&script, "syncthing POST /rest/system/restart", NULL, 500, "no", 1);
        if (answered) {
            script_answer(&script, "syncthing GET /rest/config/folders", NULL, "{\"error\":\"no\"}", -1);
        } else {
            script_fail(&script, "syncthing GET /rest/config/folders", NULL, 500, "no", -1);
        }
        script_answer(&script, "syncthing GET /rest/config/folders", NULL, F("sendreceive"), 2);
        syncthing_apps(&script.task);
        assert_int_equal(script_calls_of(&script, "clock delay", NULL), 0);
        assert_string_equal(put_type(&script), "sendreceive"); /* made anew, for none was there */
        assert_int_equal(script_calls_of(&script, "syncthing DELETE /rest/config/folders/ID", NULL), 0);
        script_end(&script);
    }
}

/* Row 5 has two ways in: the container does not run, or cannot be looked at. */
static void test_7_3_row_5_a_container_that_does_not_run(void **state)
{
    struct script script;

    (void)state;
    begin(&script, APP("g:/d"), F("receiveonly"), LOCATIONS(MINE));
    syncthing_apps(&script.task);
    assert_false(state_of(&script)->restarted);
    assert_int_equal(state_of(&script)->executions, 1);
    assert_null(put_type(&script)); /* receiveonly it stays */
    script_end(&script);
}

#define OTHER(ip, at, more) "{\"ip\":\"" ip ":16127\",\"broadcastedAt\":\"" at "\"" more "}"

static void test_7_3_transition_among_many(void **state)
{
    const char *locations = MINE;
    struct arena arena;

    (void)state;
    /* any other that runs keeps a leader back, not the last one alone */
    assert_false(promotes(
        LOCATIONS(MINE "," PEER(LATER, ",\"runningSince\":\"" EARLIER "\"") "," OTHER("203.0.113.2", LATER, "")), 1,
        HALF, APP("g:/d")));
    /* a status without sizes is none: after 2 + 10 · index rounds */
    assert_false(promotes(LOCATIONS(MINE "," PEER(EARLIER, "")), 10, "{}", APP("g:/d")));
    assert_true(promotes(LOCATIONS(MINE "," PEER(EARLIER, "")), 11, "{}", APP("g:/d")));
    /* at most 120 rounds, however many come before */
    arena_init(&arena, arena_source_malloc());
    for (int i = 1; i <= 12; i++) {
        locations = arena_printf(&arena, "%s," OTHER("203.0.113.%d", EARLIER, ""), locations, i);
    }
    locations = arena_printf(&arena, LOCATIONS("%s"), locations);
    assert_false(promotes(locations, 118, NULL, APP("g:/d")));
    assert_true(promotes(locations, 119, NULL, APP("g:/d")));
    arena_reset(&arena);
}

static enum flag_id set_meanwhile;

static void set_flag_at_devices(struct script *script, const struct effect *effect)
{
    if (effect->id == EFFECT_SYNCTHING_PUT_DEVICES) {
        script->node.cells.flags[set_meanwhile] = true;
    }
}

/* 7.5: skipped when another operation has begun by then, though the loop itself goes on. */
static void test_7_5_another_operation_began_meanwhile(void **state)
{
    static const enum flag_id flags[] = {FLAG_INS, FLAG_REM, FLAG_SRD, FLAG_HRD};

    (void)state;
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        struct script script;

        begin_healthy(&script);
        set_meanwhile = flags[i];
        script.before = set_flag_at_devices;
        syncthing_apps(&script.task);
        assert_int_equal(script_calls_of(&script, "syncthing GET /rest/db/status", NULL), 0);
        assert_int_equal(script_calls_of(&script, "syncthing GET /rest/config/restart-required", NULL), 1);
        script_end(&script);
    }
}

/* ---- 7.3, transition: its limits --------------------------------------------------------------------------------- */

#define AT(ip, at, more) "{\"ip\":\"" ip "\",\"broadcastedAt\":\"2026-03-27T00:00:" at "Z\"" more "}"

static void test_7_3_who_leads_and_when(void **state)
{
    static const struct {
        const char *locations, *status; /* status NULL: syncthing cannot tell */
        int executions;
        const char *type;
    } cases[] = {
        /* alone, or first: beyond 5 s by broadcast, else by address */
        {"[" AT("5", "10.000", "") "]", NULL, 1, "sendreceive"},
        {"[" AT("5", "10.000", "") "," AT("9", "04.999", "") "]", NULL, 1, "receiveonly"},
        {"[" AT("5", "10.000", "") "," AT("9", "05.000", "") "]", NULL, 1, "sendreceive"},
        {"[" AT("5", "10.000", "") "," AT("1", "15.000", "") "]", NULL, 1, "receiveonly"},
        {"[" AT("5", "10.000", "") "," AT("1", "15.001", "") "]", NULL, 1, "sendreceive"},
        {"[" AT("1", "10.000", "") "," AT("5", "10.000", "") "]", NULL, 1, "receiveonly"},
        {"[" AT("5", "10.000", "") "," AT("9", "20.000", ",\"runningSince\":\"x\"") "]", NULL, 0, "receiveonly"},
        {"[" AT("5", "10.000", ",\"runningSince\":\"x\"") "," AT("9", "20.000", "") "]", NULL, 1, "sendreceive"},
        {"[" AT("9", "20.000", "") "]", NULL, 0, "receiveonly"}, /* not listed */
        /* without an address, without a broadcast, before 1970: whatever a record holds, it has a place in the order */
        {"[{\"broadcastedAt\":\"2026-03-27T00:00:10.000Z\"}," AT("5", "10.000", "") "]", NULL, 1, "sendreceive"},
        {"[{\"ip\":\"5\"}," AT("9", "10.000", "") "]", NULL, 1, "receiveonly"},
        {"[{\"ip\":\"5\"},{\"ip\":\"9\",\"broadcastedAt\":\"1969-12-31T23:59:59.999Z\"}]", NULL, 1, "receiveonly"},
        /* in sync */
        {"[" AT("1", "10.000", "") "," AT("5", "10.000", "") "]", "{\"inSyncBytes\":9,\"globalBytes\":9}", 1,
         "sendreceive"},
        {"[" AT("1", "10.000", "") "," AT("5", "10.000", "") "]", "{\"inSyncBytes\":8,\"globalBytes\":9}", 1,
         "receiveonly"},
        {"[" AT("1", "10.000", "") "," AT("5", "10.000", "") "]", "{\"inSyncBytes\":8,\"globalBytes\":9}", 118,
         "receiveonly"},
        {"[" AT("1", "10.000", "") "," AT("5", "10.000", "") "]", "{\"inSyncBytes\":8,\"globalBytes\":9}", 119,
         "sendreceive"}, /* the 120th */
        {"[" AT("1", "10.000", "") "," AT("5", "10.000", "") "]", "{\"inSyncBytes\":8}", 1,
         "receiveonly"}, /* no word on the whole */
        {"[" AT("1", "10.000", "") "," AT("5", "10.000", "") "]", "{\"globalBytes\":1}", 1,
         "receiveonly"}, /* nor on what is here: nothing */
        {"[" AT("1", "10.000", "") "," AT("5", "10.000", "") "]", "{\"inSyncBytes\":0,\"globalBytes\":null}", 1,
         "sendreceive"}, /* null counts as 0 */
        /* no status: 2 + 10 for each that comes before */
        {"[" AT("1", "10.000", "") "," AT("5", "10.000", "") "]", NULL, 10, "receiveonly"},
        {"[" AT("1", "10.000", "") "," AT("5", "10.000", "") "]", NULL, 11, "sendreceive"},
        {"[" AT("1", "10.000", "") "," AT("5", "10.000", "") "," AT("2", "10.000", "") "]", NULL, 20, "receiveonly"},
        {"[" AT("1", "10.000", "") "," AT("5", "10.000", "") "," AT("2", "10.000", "") "]", NULL, 21, "sendreceive"},
        {"[" AT("9", "20.000", "") "]", NULL, 1, "sendreceive"}, /* not listed: 2 */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;
        struct sync_state *sync = NULL;

        script_begin(&script, "8.9.2");
        script.node.cells.flags[FLAG_SFR] = false;
        if (cases[i].status == NULL) {
            script_fail(&script, "syncthing GET /rest/db/status", NULL, 500, "no", -1);
        } else {
            script_answer(&script, "syncthing GET /rest/db/status", NULL, cases[i].status, -1);
        }
        sync = arena_alloc(&script.arena, sizeof *sync);
        sync->executions = cases[i].executions;
        cell_set(&script.task, CELL_RECEIVE_ONLY, "fluxweb_app", sync);
        struct sync_folder_task folder = {.task = &script.task,
                                          .identifier = "web_app",
                                          .app_id = "fluxweb_app",
                                          .folder = "/flux/ZelApps/fluxweb_app",
                                          .my_ip = "5",
                                          .locations = script_json(&script, cases[i].locations),
                                          .configured = script_json(&script, "{\"type\":\"receiveonly\"}"),
                                          .mount_is_safe = true};

        assert_null(manage_folder_sync_state(&folder));
        assert_string_equal(folder.type, cases[i].type);
        assert_int_equal(sync->restarted, strcmp(cases[i].type, "sendreceive") == 0);
        assert_true(folder.visited);
        script_end(&script);
    }
}

/* Rows 2 and 10: a container that cannot be looked at does not run, and is started when the flag is r; errors are
 * swallowed. */
static void test_7_3_what_docker_does_not_tell(void **state)
{
    (void)state;
    for (int r = 0; r < 2; r++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_fail(&script, "docker container.inspect", NULL, 500, "no", 1);
        script_answer(&script, "docker containers.list", NULL, "[{\"Id\":\"1\",\"Names\":[\"/fluxweb_app\"]}]", -1);
        struct sync_folder_task folder = {.task = &script.task,
                                          .identifier = "web_app",
                                          .app_id = "fluxweb_app",
                                          .folder = "/flux/ZelApps/fluxweb_app",
                                          .configured = script_json(&script, "{\"type\":\"sendreceive\"}"),
                                          .r = r == 1,
                                          .mount_is_safe = true};

        assert_null(manage_folder_sync_state(&folder));
        assert_string_equal(folder.type, "sendreceive");
        assert_int_equal(script_calls_of(&script, "docker container.start", NULL), r);
        assert_int_equal(script_logged(&script, "error: Error: (HTTP code 500)"), !r);
        script_end(&script);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_7_1_1_flags_keep_the_run_away),
        cmocka_unit_test(test_7_1_6_missing_facts_end_the_run_and_keep_first_run),
        cmocka_unit_test(test_7_1_5_an_empty_unmounted_folder_ends_the_run),
        cmocka_unit_test(test_7_1_9_and_12),
        cmocka_unit_test(test_7_1_7_unmounted_folders_stop_sending_after_a_start),
        cmocka_unit_test(test_7_2_devices_are_asked_for_once),
        cmocka_unit_test(test_7_3_row_2_r_is_started_g_is_not),
        cmocka_unit_test(test_7_3_row_3_and_8_a_new_app_begins_anew),
        cmocka_unit_test(test_7_3_row_8_without_container),
        cmocka_unit_test(test_7_3_rows_4_and_5_after_a_start),
        cmocka_unit_test(test_7_3_rows_9_and_6_first_encounter),
        cmocka_unit_test(test_7_3_row_10_restarted_goes_back_to_sendreceive),
        cmocka_unit_test(test_7_3_transition),
        cmocka_unit_test(test_7_5_warn_stop_restart_remove),
        cmocka_unit_test(test_7_5_starts_what_it_stopped),
        cmocka_unit_test(test_7_5_when_it_does_not_look),
        cmocka_unit_test(test_7_1_6_a_status_without_an_id),
        cmocka_unit_test(test_7_2_peers_that_cannot_be_met_are_left_out),
        cmocka_unit_test(test_7_2_mounts_that_are_none_end_the_run),
        cmocka_unit_test(test_7_1_8_and_9_backup_and_restore),
        cmocka_unit_test(test_7_1_7_each_unmounted_folder_is_changed),
        cmocka_unit_test(test_7_1_7_after_a_restart_that_fails),
        cmocka_unit_test(test_7_3_row_5_a_container_that_does_not_run),
        cmocka_unit_test(test_7_3_transition_among_many),
        cmocka_unit_test(test_7_5_another_operation_began_meanwhile),
        cmocka_unit_test(test_7_3_who_leads_and_when),
        cmocka_unit_test(test_7_3_what_docker_does_not_tell),
    };

    return cmocka_run_group_tests_name("syncthing_loop", tests, NULL, NULL);
}
