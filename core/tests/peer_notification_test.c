/* The hourly check and recovery: lifecycle.md 4.2–4.6. */
#include "core/peer_notification.h"
#include "core/message_store.h"
#include "core/tests/script_door.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define FORMAL                                                                                                         \
    "\"description\":\"d\",\"owner\":\"o\",\"instances\":3,\"contacts\":[],\"geolocation\":[],\"expire\":88000,"       \
    "\"nodes\":[],\"staticip\":false,\"hash\":\"h\",\"height\":1"
#define COMPONENT(name, data) "{\"name\":\"" name "\",\"repotag\":\"a/b:c\",\"containerData\":\"" data "\",\"hdd\":1}"
#define APP(name, components)                                                                                          \
    "{\"version\":8,\"name\":\"" name "\"," FORMAL ",\"enterprise\":\"\",\"compose\":[" components "]}"
#define DOCS(apps) "{\"docs\":[" apps "]}"
#define LISTED(name, state) "[{\"Id\":\"id1\",\"Names\":[\"/flux" name "\"],\"State\":\"" state "\"}]"

static void check(struct script *script)
{
    check_and_notify_peers_of_running_apps(&script->task, sample_flags(&script->task));
}

/* One app installed and known to the network, its container not among the running ones. */
static void begin(struct script *script, const char *revision, const char *docs)
{
    script_begin(script, revision);
    script_answer(script, "db find", NULL, docs, -1);
    script_answer(script, "db find", "app", docs, -1);
}

static void test_4_2_1_unconfirmed_node_does_nothing(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "daemon getzelnodestatus", NULL, "{\"status\":\"EXPIRED\"}", -1);
    check(&script);
    EXPECT_CALLS(&script, "daemon getzelnodestatus");
    script_end(&script);
}

static void test_4_2_1_status_is_cached_for_20_seconds(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    check(&script);
    check(&script);
    assert_int_equal(script_calls_of(&script, "daemon getzelnodestatus", NULL), 1);
    script.now_ms += 20000;
    check(&script);
    assert_int_equal(script_calls_of(&script, "daemon getzelnodestatus", NULL), 2);
    script_end(&script);
}

static void test_4_2_2_to_4_failures_end_it(void **state)
{
    static const struct {
        const char *effect, *logged;
    } cases[] = {{"bench getbenchmarks", "connect ECONNREFUSED"},
                 {"db find", "Failed to get installed Apps"},
                 {"docker containers.list", "Unable to check running Apps"}};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_fail(&script, cases[i].effect, NULL, 0, "connect ECONNREFUSED", -1);
        check(&script);
        assert_true(script_logged(&script, cases[i].logged));
        assert_int_equal(script_calls_of(&script, "peers send", NULL), 0);
        script_end(&script);
    }
}

static void test_4_2_2_short_address_throws(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "bench getbenchmarks", NULL, "{\"status\":\"X\",\"ipaddress\":\"1\"}", -1);
    check(&script);
    assert_true(script_logged(&script, "Unable to detect Flux IP address"));
    EXPECT_CALLS(&script, "daemon getzelnodestatus", "bench getbenchmarks");
    script_end(&script);
}

/* 4.2/11: nothing installed: the first check tells the network so, later ones are silent. */
static void test_4_2_11_empty_message_once(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    check(&script);
    assert_int_equal(script_calls_of(&script, "peers send", NULL), 2);
    assert_int_equal(value_count(value_get(value_get(script_args_of(&script, "peers send", 1), "data"), "apps")), 0);
    assert_int_equal(script_calls_of(&script, "db update", NULL), 0);
    check(&script);
    assert_int_equal(script_calls_of(&script, "peers send", NULL), 2);
    script_end(&script);
}

static void test_12_10_one_running_app(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.2", DOCS(APP("app", COMPONENT("web", "/d"))));
    script_answer(&script, "docker containers.list", NULL, LISTED("web_app", "running"), -1);
    check(&script);
    EXPECT_CALLS(&script, "daemon getzelnodestatus", "bench getbenchmarks", "db find", "docker containers.list",
                 "db find", "db find", "db update", "db delete", "clock delay", "peers send", "clock delay",
                 "clock delay", "peers send");
    assert_non_null(cache_get(&script.node.cells.caches[CELL_RUNNING_APPS], "app", script.now_ms));
    script_end(&script);
}

/* g: app with a stopped container: 8.9.1 looks nothing up, 8.9.2 asks docker once; both announce it. */
static void test_4_3_g_app_with_a_container(void **state)
{
    static const char *const versions[] = {"8.9.1", "8.9.2"};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct script script;

        begin(&script, versions[i], DOCS(APP("app", COMPONENT("web", "g:/d"))));
        script_answer(&script, "docker containers.list", NULL, LISTED("web_app", "created"), -1);
        script_answer(&script, "docker containers.list", NULL, "[]", 1);
        check(&script);
        assert_int_equal(script_calls_of(&script, "docker containers.list", NULL), 1 + i);
        assert_int_equal(script_calls_of(&script, "peers send", NULL), 2);
        assert_int_equal(script_calls_of(&script, "docker container.start", NULL), 0);
        script_end(&script);
    }
}

/* 4.5/2–4 with each of its switches taken out. */
static void test_4_5_recreation_fails(void **state)
{
    static const struct {
        uint32_t without;
        bool removed;
        int lists;
    } cases[] = {{0, true, 3},
                 {SWITCH_RECHECK_BEFORE_REMOVAL, true, 2},
                 {SWITCH_REMOVAL_FALLBACK, false, 3},
                 {SWITCH_RECOVER_MASTER_SLAVE, false, 1}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;
        struct revision revision = *revision_by_name("8.9.2");

        revision.switches &= ~cases[i].without;
        begin(&script, "8.9.2", DOCS(APP("app", COMPONENT("web", "g:/d"))));
        script.node.config.revision = &revision;
        script_fail(&script, "host fallocate", NULL, 1, "No space left on device", -1);
        check(&script);
        assert_int_equal(script.noted[NOTE_REMOVAL_BEGUN], cases[i].removed);
        /* before the removal, which lists too */
        int lists = 0;

        for (int j = 0; j < script.call_count && strcmp(script.calls[j], "db findAndModify") != 0; j++) {
            lists += strcmp(script.calls[j], "docker containers.list") == 0;
        }
        assert_int_equal(lists - (cases[i].removed ? 2 : 0), cases[i].lists);
        script_end(&script);
    }
}

static void test_4_5_3_found_again_is_left_alone(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.2", DOCS(APP("app", COMPONENT("web", "g:/d"))));
    script_answer(&script, "docker containers.list", NULL, LISTED("web_app", "created"), -1);
    script_answer(&script, "docker containers.list", NULL, "[]", 2);
    script_fail(&script, "host fallocate", NULL, 1, "No space left on device", -1);
    check(&script);
    assert_false(script.noted[NOTE_REMOVAL_BEGUN]);
    assert_true(script.noted[NOTE_RECREATE_FAILED]);
    script_end(&script);
}

/* 5.6: the arrays hold app names, the test uses identifiers: only a version ≤ 3 style name can match. */
static void test_4_3_backup_is_compared_with_identifiers(void **state)
{
    static const struct {
        const char *name;
        bool recreated;
    } cases[] = {{"app", true}, {"web_app", false}};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct script script;

        begin(&script, "8.9.2", DOCS(APP("app", COMPONENT("web", "g:/d"))));
        cache_set(&script.node.cells.caches[CELL_BACKUP_IN_PROGRESS], cases[i].name, &script, script.now_ms);
        script_answer(&script, "host mount | grep", NULL, "{\"stdout\":\"x on /flux/ZelApps/fluxweb_app\"}", -1);
        check(&script);
        assert_int_equal(script.noted[NOTE_RECREATE_BEGUN], cases[i].recreated);
        script_end(&script);
    }
}

static void test_4_3_backup_of_an_app_without_g_is_logged_only(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.2", DOCS(APP("app", COMPONENT("web", "/d"))));
    cache_set(&script.node.cells.caches[CELL_RESTORE_IN_PROGRESS], "web_app", &script, script.now_ms);
    check(&script);
    assert_true(script_logged(&script, "web_app is in backup or restore"));
    script_end(&script);
}

static void test_4_3_second_sighting_starts(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.2", DOCS(APP("app", COMPONENT("web", "/d"))));
    script_answer(&script, "docker containers.list", NULL, LISTED("web_app", "exited"), -1);
    script_answer(&script, "docker containers.list", NULL, "[]", 1);
    check(&script);
    assert_int_equal(script_calls_of(&script, "docker container.start", NULL), 0);
    script_answer(&script, "docker containers.list", NULL, "[]", 1);
    script.now_ms += 60 * 60 * 1000;
    check(&script);
    assert_int_equal(script_calls_of(&script, "docker container.start", NULL), 1);
    assert_non_null(cache_get(&script.node.cells.caches[CELL_MONITORED], "web_app", script.now_ms));
    script_end(&script);
}

/* stoppedAppsCache lives 90 min: two sightings 91 min apart are two first ones. */
static void test_4_3_sightings_too_far_apart(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.2", DOCS(APP("app", COMPONENT("web", "/d"))));
    for (int i = 0; i < 2; i++) {
        script_answer(&script, "docker containers.list", NULL, LISTED("web_app", "exited"), -1);
        script_answer(&script, "docker containers.list", NULL, "[]", 1);
        check(&script);
        script.now_ms += 91 * 60 * 1000;
    }
    assert_int_equal(script_calls_of(&script, "docker container.start", NULL), 0);
    script_end(&script);
}

/* 4.3: an r: app has 30 min of syncthing's. */
static void test_4_3_r_app_grace(void **state)
{
    static const struct {
        const char *docs;
        bool seen;
    } cases[] = {{"{\"docs\":[]}", false},
                 {"{\"docs\":[{\"name\":\"app\"}]}", false},
                 {"{\"docs\":[{\"runningSince\":\"2026-03-26T23:40:00Z\"}]}", false},
                 {"{\"docs\":[{\"runningSince\":\"2026-03-26T23:30:00.001Z\"}]}", false},
                 {"{\"docs\":[{\"runningSince\":\"2026-03-26T23:30:00Z\"}]}", true},
                 {"{\"docs\":[{\"runningSince\":\"2026-03-26T23:20:00Z\"}]}", true}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        begin(&script, "8.9.2", DOCS(APP("app", COMPONENT("web", "r:/d"))));
        script_answer(&script, "db find", "app", cases[i].docs, -1);
        script_answer(&script, "db find", "app", DOCS(APP("app", COMPONENT("web", "r:/d"))), 1);
        script_answer(&script, "docker containers.list", NULL, LISTED("web_app", "exited"), -1);
        script_answer(&script, "docker containers.list", NULL, "[]", 1);
        check(&script);
        assert_int_equal(cache_get(&script.node.cells.caches[CELL_STOPPED_APPS], "web_app", script.now_ms) != NULL,
                         cases[i].seen);
        script_end(&script);
    }
}

static void test_4_3_missing_container_without_g(void **state)
{
    static const bool fails[] = {false, true};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct script script;

        begin(&script, "8.9.1", DOCS(APP("app", COMPONENT("web", "/d"))));
        script_answer(&script, "host mount | grep", NULL, "{\"stdout\":\"x on /flux/ZelApps/fluxweb_app\"}", -1);
        script_answer(&script, "docker containers.list", NULL, LISTED("web_app", "created"), -1);
        script_answer(&script, "docker containers.list", NULL, "[]", 2);
        if (fails[i]) {
            script_fail(&script, "host mke2fs", NULL, 1, "is mounted; will not make a filesystem here!", -1);
        }
        check(&script);
        assert_true(script.noted[NOTE_RECREATE_BEGUN]);
        assert_int_equal(script.noted[NOTE_REMOVAL_BEGUN], fails[i]);
        script_end(&script);
    }
}

static void test_4_3_unknown_to_the_network_is_left_alone(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.2", DOCS(APP("app", COMPONENT("web", "/d"))));
    script_answer(&script, "db find", "app", "{\"docs\":[]}", -1);
    check(&script);
    assert_int_equal(script_calls_of(&script, "docker containers.list", NULL), 1); /* it is not even looked for */
    assert_int_equal(script_calls_of(&script, "docker container.start", NULL), 0);
    assert_false(script.noted[NOTE_REMOVAL_BEGUN]);
    assert_false(script.noted[NOTE_RECREATE_BEGUN]);
    script_end(&script);
}

/* A version 3 app and an entry without containerData reach H: removal on 8.9.1, the end of the check on 8.9.2. */
static void test_4_3_handler_h(void **state)
{
    static const char *const docs[] = {
        DOCS("{\"version\":3,\"name\":\"app\",\"containerData\":\"/d\"," FORMAL "}"),
        DOCS("{\"version\":8,\"name\":\"app\"," FORMAL ",\"enterprise\":\"\",\"compose\":[{\"name\":\"web\"}]}")};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct script script;

        begin(&script, "8.9.1", docs[i]);
        check(&script);
        assert_true(script.noted[NOTE_REMOVAL_BEGUN]);
        assert_true(script_logged(&script, "REMOVAL REASON: App start failure - app failed to start with error:"));
        script_end(&script);
        begin(&script, "8.9.2", docs[i]);
        check(&script);
        assert_false(script.noted[NOTE_REMOVAL_BEGUN]);
        assert_true(script_logged(&script, "ReferenceError: mainAppName is not defined"));
        assert_int_equal(script_calls_of(&script, "peers send", NULL), 0);
        script_end(&script);
    }
}

static void test_4_2_8_flags_skip_the_stopped_apps(void **state)
{
    static const enum flag_id flags[] = {FLAG_REM, FLAG_INS, FLAG_SRD, FLAG_HRD, FLAG_ROA};

    (void)state;
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        struct script script;

        begin(&script, "8.9.2", DOCS(APP("app", COMPONENT("web", "g:/d"))));
        script.node.cells.flags[flags[i]] = true;
        check(&script);
        assert_true(script.noted[NOTE_CHECK_SKIPPED]);
        assert_false(script.noted[NOTE_RECREATE_BEGUN]);
        script_end(&script);
    }
}

/* 4.2/11: two stopped components of a g: app are counted twice and announced once, in the v2 form. */
static void test_4_2_11_pushed_twice_is_v2_with_one_entry(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.1", DOCS(APP("app", COMPONENT("db", "g:/d") "," COMPONENT("ui", "/d"))));
    check(&script);
    const struct value *data = value_get(script_args_of(&script, "peers send", 1), "data");

    assert_int_equal((int)value_get_number(data, "version", 0), 2);
    assert_int_equal(value_count(value_get(data, "apps")), 1);
    script_end(&script);
}

static void test_4_2_12_a_failing_store_is_logged_only(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.2", DOCS(APP("app", COMPONENT("web", "/d"))));
    script_answer(&script, "docker containers.list", NULL, LISTED("web_app", "running"), -1);
    script_fail(&script, "db update", NULL, 10107, "not primary", -1);
    check(&script);
    assert_true(script_logged(&script, "MongoServerError: not primary"));
    assert_non_null(cache_get(&script.node.cells.caches[CELL_RUNNING_APPS], "app", script.now_ms)); /* 13 */
    script_end(&script);
}

static void test_4_4_what_cannot_be_recreated(void **state)
{
    static const struct {
        const char *docs, *identifier;
    } cases[] = {{"{\"docs\":[]}", "web_app"},
                 {DOCS("{\"version\":8,\"name\":\"app\",\"compose\":[]}"), "web_app"},
                 {DOCS("{\"version\":3,\"name\":\"app\"}"), "app"},
                 {DOCS(APP("app", COMPONENT("web", "/d"))), "other_app"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        begin(&script, "8.9.2", cases[i].docs);
        assert_non_null(recreate_missing_containers(&script.task, cases[i].identifier));
        assert_int_equal(script_calls_of(&script, "docker containers.create", NULL), 0);
        script_end(&script);
    }
}

static void test_4_4_5_without_underscore_every_component(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.2", DOCS(APP("app", COMPONENT("db", "g:/d") "," COMPONENT("ui", "g:/d"))));
    script_answer(&script, "host mount | grep", NULL,
                  "{\"stdout\":\"/flux/ZelApps/fluxdb_app /flux/ZelApps/fluxui_app\"}", -1);
    assert_null(recreate_missing_containers(&script.task, "app"));
    assert_int_equal(script_calls_of(&script, "docker containers.create", NULL), 2);
    assert_false(script.node.cells.flags[FLAG_INS]);
    script_end(&script);
}

/* ---- 4.6 ------------------------------------------------------------------------------------------------------------
 */

static bool store(struct script *script, const char *json)
{
    bool stored = false;

    assert_null(store_app_running_message(&script->task, value_parse(&script->arena, json, strlen(json)), &stored));
    return stored;
}

static void test_4_6_invalid_messages_are_ignored(void **state)
{
    static const char *const bad[] = {
        "{}", "{\"type\":\"fluxapprunning\",\"version\":1,\"name\":\"a\",\"hash\":\"h\",\"broadcastedAt\":1}",
        "{\"type\":\"fluxapprunning\",\"version\":1,\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\"}",
        "{\"type\":\"fluxapprunning\",\"version\":1,\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":1774569600000}",
        "{\"type\":\"fluxapprunning\",\"version\":1,\"name\":\"a\",\"ip\":\"i\",\"broadcastedAt\":1774569600000}",
        "{\"type\":\"fluxapprunning\",\"version\":2,\"ip\":\"i\",\"broadcastedAt\":1774569600000}",
        /* older than 125 min */
        "{\"type\":\"fluxapprunning\",\"version\":1,\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":1}"};
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(store(&script, bad[i]));
    }
    assert_int_equal(script.call_count, 0);
    script_end(&script);
}

static void test_4_6_older_than_known_stops_but_deletes_installing(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "db find", NULL, "{\"docs\":[{\"broadcastedAt\":\"2026-03-27T00:00:00Z\"}]}", -1);
    assert_false(store(&script,
                       "{\"type\":\"fluxapprunning\",\"version\":2,\"apps\":[{\"name\":\"a\"},{\"name\":\"b\"}],"
                       "\"ip\":\"i\",\"broadcastedAt\":1774569600000}"));
    EXPECT_CALLS(&script, "db find", "db delete", "db delete");
    script_end(&script);
}

static void test_4_6_empty_v2_takes_everything_back(void **state)
{
    static const char message[] =
        "{\"type\":\"fluxapprunning\",\"version\":2,\"apps\":[],\"ip\":\"i\",\"broadcastedAt\":1774569600000}";
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    assert_false(store(&script, message));
    script_answer(&script, "db find", NULL, "{\"docs\":[{\"name\":\"a\"}]}", -1);
    assert_true(store(&script, message));
    EXPECT_CALLS(&script, "db find", "db find", "db delete", "db delete");
    script_end(&script);
}

/* runningSince: message, else app, else stored, else left out. */
static void test_4_6_running_since(void **state)
{
    static const struct {
        const char *message, *known, *since;
    } cases[] = {
        {"{\"type\":\"fluxapprunning\",\"version\":1,\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":"
         "1774569600000,\"runningSince\":\"2026-03-01T00:00:00.000Z\"}",
         "{\"docs\":[]}", "2026-03-01T00:00:00.000Z"},
        {"{\"type\":\"fluxapprunning\",\"version\":2,\"apps\":[{\"name\":\"a\",\"hash\":\"h\",\"runningSince\":"
         "\"2026-03-02T00:00:00.000Z\"}],\"ip\":\"i\",\"broadcastedAt\":1774569600000}",
         "{\"docs\":[]}", "2026-03-02T00:00:00.000Z"},
        {"{\"type\":\"fluxapprunning\",\"version\":1,\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":"
         "1774569600000}",
         "{\"docs\":[{\"runningSince\":\"2026-03-03T00:00:00.000Z\"}]}", "2026-03-03T00:00:00.000Z"},
        {"{\"type\":\"fluxapprunning\",\"version\":1,\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":"
         "1774569600000}",
         "{\"docs\":[]}", NULL}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "db find", NULL, cases[i].known, -1);
        assert_true(store(&script, cases[i].message));
        const struct value *update = value_at(value_get(script_args_of(&script, "db update", 1), "updates"), 0);
        const struct value *since = value_get(value_get(value_get(update, "u"), "$set"), "runningSince");

        if (cases[i].since == NULL) {
            assert_null(since);
        } else {
            assert_string_equal(value_iso_date(&script.arena, since->date_ms), cases[i].since);
        }
        script_end(&script);
    }
}

static void test_4_7_installing_error_is_ignored_when_older_or_invalid(void **state)
{
    static const char *const ignored[] = {
        "{\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":1}", "{\"hash\":\"h\",\"ip\":\"i\"}",
        "{\"name\":\"a\",\"ip\":\"i\"}", "{\"name\":\"a\",\"hash\":\"h\"}",
        "{\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":1774569600000}"};
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "db find", NULL, "{\"docs\":[{\"broadcastedAt\":\"2026-03-27T00:00:00Z\"}]}", -1);
    for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++) {
        assert_null(store_app_installing_error_message(&script.task,
                                                       value_parse(&script.arena, ignored[i], strlen(ignored[i]))));
    }
    EXPECT_CALLS(&script, "db find");
    script_end(&script);
}

static void test_4_7_a_failed_send_closes_the_peer(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_fail(&script, "peers send", NULL, 0, "ECONNRESET", 1);
    broadcast_message_to_all(&script.task, app_removed_message(&script.task, "a", "i", 1));
    broadcast_message_to_all(&script.task, app_removed_message(&script.task, "a", "i", 2));
    EXPECT_CALLS(&script, "clock delay", "peers send", "clock delay", "clock delay", "peers send", "clock delay",
                 "clock delay", "peers send");
    script_end(&script);
}

static void test_4_4_3_a_record_without_compose(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.2", DOCS("{\"version\":4,\"name\":\"app\"}"));
    assert_non_null(strstr(recreate_missing_containers(&script.task, "web_app")->message, "has no components"));
    EXPECT_CALLS(&script, "db find");
    assert_true(script.noted[NOTE_RECREATE_FAILED]);
    script_end(&script);
}

static void test_4_4_5_the_first_component_that_fails_ends_it(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.2", DOCS(APP("app", COMPONENT("db", "/d") "," COMPONENT("ui", "/d"))));
    script_fail(&script, "docker image.pull", NULL, 500, "no", -1);
    assert_non_null(recreate_missing_containers(&script.task, "app"));
    assert_int_equal(script_calls_of(&script, "docker image.pull", NULL), 1);
    assert_true(script.noted[NOTE_RECREATE_FAILED]);
    script_end(&script);
}

/* 4.5: a rejection of either look-up propagates: nothing is recreated, nothing removed. */
static void test_4_5_a_look_up_that_fails(void **state)
{
    (void)state;
    for (int second = 0; second < 2; second++) {
        struct script script;

        begin(&script, "8.9.2", DOCS(APP("app", COMPONENT("web", "g:/d"))));
        script_fail(&script, "docker containers.list", NULL, 500, "server error", 1);
        if (second) {
            script_answer(&script, "docker containers.list", NULL, "[]", 1);
            script_fail(&script, "host fallocate", NULL, 1, "No space left on device", -1);
        }
        const struct error *error = handle_missing_master_slave_container(&script.task, "web_app", "app");

        assert_non_null(error);
        assert_int_equal(error->status, 500);
        assert_int_equal(script.noted[NOTE_RECREATE_BEGUN], second);
        assert_false(script.noted[NOTE_REMOVAL_BEGUN]);
        script_end(&script);
    }
}

/* The main name of `my_app` is `app`, which is not in the snapshot: what is not found has no compose. H follows. */
static void test_4_3_a_name_that_is_not_in_the_snapshot(void **state)
{
    static const char *const versions[] = {"8.9.1", "8.9.2"};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct script script;

        begin(&script, versions[i], DOCS("{\"version\":3,\"name\":\"my_app\",\"containerData\":\"/d\"," FORMAL "}"));
        script_answer(&script, "db find", "app", "{\"docs\":[]}", -1);
        check(&script);
        assert_true(script_logged(&script, "Cannot read properties of undefined (reading 'find')"));
        assert_int_equal(script_logged(&script, "APP REMOVAL TRIGGERED: app | force=false | sendMessage=true"), i == 0);
        assert_int_equal(script_logged(&script, "mainAppName is not defined"), i == 1);
        script_end(&script);
    }
}

/* 4.3: both scans stop at the first hit. The first ends at r:, the second goes on to the entry that has nothing. */
static void test_4_3_an_entry_without_container_data_is_reached_by_the_second_scan(void **state)
{
    static const struct {
        const char *docs;
        bool reached;
    } cases[] = {{DOCS(APP("app", COMPONENT("web", "r:/d") ",{\"name\":\"bare\"}")), true},
                 {DOCS(APP("app", COMPONENT("web", "g:/d") ",{\"name\":\"bare\"}")), false}};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct script script;

        begin(&script, "8.9.1", cases[i].docs);
        check(&script);
        assert_int_equal(script_logged(&script, "Cannot read properties of undefined (reading 'includes')"),
                         cases[i].reached);
        assert_int_equal(script.noted[NOTE_REMOVAL_BEGUN], cases[i].reached);
        script_end(&script);
    }
}

/* 4.2/6: compose undefined for version ≥ 4 throws to the outer catch: nothing is stored or told. */
static void test_4_2_6_without_compose_the_check_ends(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.2", DOCS("{\"version\":4,\"name\":\"app\"}"));
    cell_add(&script.task, CELL_RUNNING_APPS, "before");
    check(&script);
    assert_true(script_logged(&script, "TypeError"));
    EXPECT_CALLS(&script, "daemon getzelnodestatus", "bench getbenchmarks", "db find", "docker containers.list");
    assert_true(cell_has(&script.task, CELL_RUNNING_APPS, "before")); /* 13 is skipped too */
    script_end(&script);
}

static void test_4_2_6_containers_without_a_name_run_nothing(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.1", DOCS(APP("app", COMPONENT("web", "g:/d"))));
    script_answer(&script, "docker containers.list", NULL,
                  "[{\"Names\":[\"/fluxother_app\"]},{\"Names\":[\"/fluxx\",\"/fluxweb_app\"]}]", -1);
    check(&script);
    assert_true(script_logged(&script, "web_app is stopped but should be running"));
    script_end(&script);
}

/* stoppedAppsCache: 90 min, not renewed by looking (4.1). */
static void test_4_1_a_sighting_is_kept_for_90_minutes(void **state)
{
    static const struct {
        int64_t apart_ms;
        int starts;
    } cases[] = {{90 * 60 * 1000 - 1, 1}, {90 * 60 * 1000, 0}};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct script script;

        begin(&script, "8.9.2", DOCS(APP("app", COMPONENT("web", "/d"))));
        cache_set(&script.node.cells.caches[CELL_STOPPED_APPS], "web_app", &script, script.now_ms);
        script.now_ms += cases[i].apart_ms;
        script_answer(&script, "docker containers.list", NULL, LISTED("web_app", "exited"), -1);
        script_answer(&script, "docker containers.list", NULL, "[]", 1);
        check(&script);
        assert_int_equal(script_calls_of(&script, "docker container.start", NULL), cases[i].starts);
        script_end(&script);
    }
}

/* 4.6: rejected when broadcastedAt + 125 min < now; 4.7: after 60 min. */
static void test_4_6_and_4_7_how_old_a_message_may_be(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    for (int late = 0; late < 2; late++) {
        assert_int_equal(
            store(&script, arena_printf(&script.arena,
                                        "{\"type\":\"fluxapprunning\",\"version\":1,\"name\":\"a\",\"hash\":"
                                        "\"h\",\"ip\":\"i\",\"broadcastedAt\":%.0f}",
                                        (double)(script.now_ms - 125 * 60 * 1000 - late))),
            !late);
    }
    script_forget(&script);
    for (int late = 0; late < 2; late++) {
        const char *message =
            arena_printf(&script.arena, "{\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":%.0f}",
                         (double)(script.now_ms - 60 * 60 * 1000 - late));

        assert_null(
            store_app_installing_error_message(&script.task, value_parse(&script.arena, message, strlen(message))));
        EXPECT_CALLS(&script, "db find", "db update", "db delete", "db aggregate");
    }
    script_end(&script);
}

/* 4.6: stored broadcastedAt at or after the message's stops it. */
static void test_4_6_only_newer_messages_are_stored(void **state)
{
    (void)state;
    for (int later_ms = -1; later_ms <= 1; later_ms++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "db find", NULL,
                      arena_printf(&script.arena, "{\"docs\":[{\"broadcastedAt\":\"%s\"}]}",
                                   value_iso_date(&script.arena, 1774569600000 + later_ms)),
                      -1);
        assert_int_equal(store(&script,
                               "{\"type\":\"fluxapprunning\",\"version\":1,\"name\":\"a\",\"hash\":\"h\",\"ip\":"
                               "\"i\",\"broadcastedAt\":1774569600000}"),
                         later_ms < 0);
        assert_int_equal(script_calls_of(&script, "db update", NULL), later_ms < 0);
        assert_int_equal(script_calls_of(&script, "db delete", NULL), 1);
        script_end(&script);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_4_2_1_unconfirmed_node_does_nothing),
        cmocka_unit_test(test_4_2_1_status_is_cached_for_20_seconds),
        cmocka_unit_test(test_4_2_2_to_4_failures_end_it),
        cmocka_unit_test(test_4_2_2_short_address_throws),
        cmocka_unit_test(test_4_2_8_flags_skip_the_stopped_apps),
        cmocka_unit_test(test_4_2_11_empty_message_once),
        cmocka_unit_test(test_4_2_11_pushed_twice_is_v2_with_one_entry),
        cmocka_unit_test(test_4_2_12_a_failing_store_is_logged_only),
        cmocka_unit_test(test_12_10_one_running_app),
        cmocka_unit_test(test_4_3_g_app_with_a_container),
        cmocka_unit_test(test_4_3_backup_is_compared_with_identifiers),
        cmocka_unit_test(test_4_3_backup_of_an_app_without_g_is_logged_only),
        cmocka_unit_test(test_4_3_second_sighting_starts),
        cmocka_unit_test(test_4_3_sightings_too_far_apart),
        cmocka_unit_test(test_4_3_r_app_grace),
        cmocka_unit_test(test_4_3_missing_container_without_g),
        cmocka_unit_test(test_4_3_unknown_to_the_network_is_left_alone),
        cmocka_unit_test(test_4_3_handler_h),
        cmocka_unit_test(test_4_4_what_cannot_be_recreated),
        cmocka_unit_test(test_4_4_5_without_underscore_every_component),
        cmocka_unit_test(test_4_5_recreation_fails),
        cmocka_unit_test(test_4_5_3_found_again_is_left_alone),
        cmocka_unit_test(test_4_6_invalid_messages_are_ignored),
        cmocka_unit_test(test_4_6_older_than_known_stops_but_deletes_installing),
        cmocka_unit_test(test_4_6_empty_v2_takes_everything_back),
        cmocka_unit_test(test_4_6_running_since),
        cmocka_unit_test(test_4_7_installing_error_is_ignored_when_older_or_invalid),
        cmocka_unit_test(test_4_7_a_failed_send_closes_the_peer),
        cmocka_unit_test(test_4_4_3_a_record_without_compose),
        cmocka_unit_test(test_4_4_5_the_first_component_that_fails_ends_it),
        cmocka_unit_test(test_4_5_a_look_up_that_fails),
        cmocka_unit_test(test_4_3_a_name_that_is_not_in_the_snapshot),
        cmocka_unit_test(test_4_3_an_entry_without_container_data_is_reached_by_the_second_scan),
        cmocka_unit_test(test_4_2_6_without_compose_the_check_ends),
        cmocka_unit_test(test_4_2_6_containers_without_a_name_run_nothing),
        cmocka_unit_test(test_4_1_a_sighting_is_kept_for_90_minutes),
        cmocka_unit_test(test_4_6_and_4_7_how_old_a_message_may_be),
        cmocka_unit_test(test_4_6_only_newer_messages_are_stored),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
