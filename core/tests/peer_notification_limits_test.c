/* The numbers and lists of the check of running apps and of recreation (lifecycle.md 4.2–4.4), from both sides. */
#include "core/peer_notification.h"
#include "core/tests/script_door.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define R_APP                                                                                                          \
    "{\"version\":8,\"name\":\"app\",\"description\":\"d\",\"owner\":\"o\",\"hash\":\"h\",\"compose\":[{\"name\":"     \
    "\"db\",\"containerData\":\"/d\"},{\"name\":\"web\",\"containerData\":\"r:/d\"}]}"

#define ONE(name, data)                                                                                                \
    "{\"version\":8,\"name\":\"" name "\",\"hash\":\"h\",\"compose\":[{\"name\":\"web\",\"containerData\":\"" data     \
    "\"}]}"
#define TWO(name, data)                                                                                                \
    "{\"version\":8,\"name\":\"" name "\",\"hash\":\"h\",\"compose\":[{\"name\":\"db\",\"containerData\":\"" data      \
    "\"},{\"name\":\"web\",\"containerData\":\"" data "\"}]}"

/* 4.2/2, as 1.1/7: more than 5 characters. */
static void test_4_2_2_an_address_is_longer_than_5(void **state)
{
    static const struct {
        const char *benchmarks;
        bool known;
    } cases[] = {{"{\"status\":\"CUMULUS\",\"ipaddress\":\"1.2.3\"}", false},
                 {"{\"status\":\"CUMULUS\",\"ipaddress\":\"1.2.34\"}", true}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "bench getbenchmarks", NULL, cases[i].benchmarks, -1);
        check_and_notify_peers_of_running_apps(&script.task, sample_flags(&script.task));
        assert_int_equal(script_logged(&script, "Unable to detect Flux IP address"), !cases[i].known);
        assert_int_equal(script_calls_of(&script, "docker containers.list", NULL), cases[i].known);
        script_end(&script);
    }
}

/* 4.2/9: an app counts as running when each of its components does. */
static void test_4_2_9_all_components_must_run(void **state)
{
    static const struct {
        const char *containers;
        bool announced;
    } cases[] = {{"[{\"Id\":\"1\",\"Names\":[\"/fluxdb_app\"]}]", false},
                 {"[{\"Id\":\"2\",\"Names\":[\"/fluxweb_app\"]}]", false},
                 {"[{\"Id\":\"1\",\"Names\":[\"/fluxdb_app\"]},{\"Id\":\"2\",\"Names\":[\"/fluxweb_app\"]}]", true}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script.node.cells.flags[FLAG_REM] = true; /* step 8 is left out */
        script_answer(&script, "db find", NULL, "{\"docs\":[" TWO("app", "/d") "]}", -1);
        script_answer(&script, "db find", "app", "{\"docs\":[]}", -1);
        script_answer(&script, "docker containers.list", NULL, cases[i].containers, -1);
        check_and_notify_peers_of_running_apps(&script.task, sample_flags(&script.task));
        assert_int_equal(cell_has(&script.task, CELL_RUNNING_APPS, "app"), cases[i].announced);
        assert_int_equal(script_calls_of(&script, "db update", NULL), cases[i].announced);
        script_end(&script);
    }
}

/* 4.2/10: what stands in msList twice is announced once, and what comes after it is announced too. */
static void test_4_2_10_each_app_once_in_order_of_first_appearance(void **state)
{
    static const char *const names[] = {"runs", "two", "last"};
    struct script script;

    (void)state;
    script_begin(&script, "8.9.1");
    script_answer(&script, "db find", NULL,
                  "{\"docs\":[" TWO("two", "g:/d") "," ONE("runs", "/d") "," ONE("last", "g:/d") "]}", 1);
    script_answer(&script, "docker containers.list", NULL, "[{\"Id\":\"1\",\"Names\":[\"/fluxweb_runs\"]}]", -1);
    check_and_notify_peers_of_running_apps(&script.task, sample_flags(&script.task));
    const struct value *apps = value_get(value_get(script_args_of(&script, "peers send", 1), "data"), "apps");

    assert_int_equal(value_count(apps), sizeof names / sizeof names[0]);
    for (uint32_t i = 0; i < value_count(apps); i++) {
        assert_string_equal(value_get_text(value_at(apps, i), "name"), names[i]);
    }
    assert_int_equal(script_calls_of(&script, "db update", NULL), sizeof names / sizeof names[0]);
    script_end(&script);
}

/* An r: app's location must say that it has run for 30 minutes; then it is kept for the next check. */
static void test_4_3_grace_of_r(void **state)
{
    static const struct {
        const char *location;
        bool kept;
    } cases[] = {{"{\"docs\":[]}", false},
                 {"{\"docs\":[{\"name\":\"app\"}]}", false},
                 {"{\"docs\":[{\"runningSince\":\"2026-03-26T23:30:00.000Z\"}]}", true},
                 {"{\"docs\":[{\"runningSince\":\"2026-03-26T23:30:00.001Z\"}]}", false},
                 {"{\"docs\":[{\"runningSince\":\"1970-01-01T00:00:00.000Z\"}]}", true}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "db find", NULL, "{\"docs\":[" R_APP "]}", -1);
        script_answer(&script, "db find", "app", cases[i].location, -1);
        script_answer(&script, "db find", "app", "{\"docs\":[" R_APP "]}", 1); /* 3.6 */
        script_answer(&script, "docker containers.list", NULL,
                      "[{\"Id\":\"1\",\"Names\":[\"/fluxweb_app\"],\"State\":\"exited\"}]", -1);
        script_answer(&script, "docker containers.list", NULL, "[{\"Id\":\"2\",\"Names\":[\"/fluxdb_app\"]}]", 1);
        check_and_notify_peers_of_running_apps(&script.task, sample_flags(&script.task));
        assert_int_equal(cell_has(&script.task, CELL_STOPPED_APPS, "web_app"), cases[i].kept);
        assert_int_equal(script_logged(&script, "info: web_app is stopped and left to syncthing"), !cases[i].kept);
        script_end(&script);
    }
}

/* A location that is not to be had says nothing of its age: handler H. */
static void test_4_3_a_location_that_is_not_to_be_had(void **state)
{
    static const char *const versions[] = {"8.9.1", "8.9.2"};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct script script;

        script_begin(&script, versions[i]);
        script_answer(&script, "db find", NULL, "{\"docs\":[" R_APP "]}", -1);
        script_fail(&script, "db find", "app", 500, "no", -1);
        script_answer(&script, "db find", "app", "{\"docs\":[" R_APP "]}", 1); /* 3.6 */
        script_answer(&script, "docker containers.list", NULL,
                      "[{\"Id\":\"1\",\"Names\":[\"/fluxweb_app\"],\"State\":\"exited\"}]", -1);
        script_answer(&script, "docker containers.list", NULL, "[{\"Id\":\"2\",\"Names\":[\"/fluxdb_app\"]}]", 1);
        check_and_notify_peers_of_running_apps(&script.task, sample_flags(&script.task));
        assert_int_equal(script_logged(&script, "APP REMOVAL TRIGGERED: app | force=false | sendMessage=true"), i == 0);
        assert_int_equal(script_logged(&script, "mainAppName is not defined"), i == 1);
        assert_false(script_logged(&script, "left to syncthing"));
        script_end(&script);
    }
}

/* Apps without compose are a TypeError there, entries without containerData as soon as one is reached. */
static void test_4_3_what_cannot_be_scanned(void **state)
{
    static const struct {
        const char *app, *stopped, *logged;
    } cases[] = {
        {"{\"version\":3,\"name\":\"app\",\"containerData\":\"/d\"}", "app",
         "Cannot read properties of undefined (reading 'find')"},
        {"{\"version\":8,\"name\":\"app\",\"compose\":[{\"name\":\"web\"}]}", "web_app",
         "Cannot read properties of undefined (reading 'includes')"},
        {"{\"version\":8,\"name\":\"app\",\"compose\":[{\"name\":\"web\",\"containerData\":\"/d\"},{\"name\":\"db\"}]}",
         "web_app", "Cannot read properties of undefined (reading 'includes')"},
        {"{\"version\":4,\"name\":\"app\",\"compose\":[{\"name\":\"web\",\"containerData\":\"g:/"
         "d\"},{\"name\":\"db\"}]}",
         "web_app", "Container for master/slave app web_app doesn't exist"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "db find", NULL, arena_printf(&script.arena, "{\"docs\":[%s]}", cases[i].app), -1);
        check_and_notify_peers_of_running_apps(&script.task, sample_flags(&script.task));
        assert_true(script_logged(&script, cases[i].logged));
        script_end(&script);
    }
}

/* 4.4: an identifier without underscore means every component, each with its tier's resources; the first failure ends
 * it. */
static void test_4_4_recreating(void **state)
{
    static const char two[] = "{\"docs\":[{\"version\":4,\"name\":\"app\",\"compose\":[{\"name\":\"db\",\"repotag\":"
                              "\"a/b:1\",\"containerData\":\"/d\",\"cpu\":1,\"ram\":1,\"hdd\":1,\"cpubasic\":2},"
                              "{\"name\":\"web\",\"repotag\":\"a/b:1\",\"containerData\":\"g:/"
                              "d\",\"cpu\":1,\"ram\":1,\"hdd\":1,\"cpubasic\":3}]}]}";
    static const struct {
        const char *docs, *message;
    } bad[] = {
        {"{\"docs\":[]}", "App app not found in local database"},
        {"{\"docs\":[{\"version\":3,\"name\":\"app\",\"compose\":[{\"name\":\"web\"}]}]}",
         "App app has no components to recreate"},
        {"{\"docs\":[{\"version\":4,\"name\":\"app\",\"compose\":[]}]}", "App app has no components to recreate"},
        {"{\"docs\":[{\"version\":4,\"name\":\"app\"}]}", "App app has no components to recreate"}};
    struct script script;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        script_begin(&script, "8.9.2");
        script_answer(&script, "db find", NULL, bad[i].docs, -1);
        assert_string_equal(recreate_missing_containers(&script.task, "app")->message, bad[i].message);
        assert_int_equal(script.call_count, 1);
        script_end(&script);
    }
    script_begin(&script, "8.9.2");
    script_answer(&script, "db find", NULL, "{\"docs\":[]}", -1);
    script_answer(&script, "db find", "app", two, -1);
    script_answer(&script, "docker containers.list", NULL, "[{\"Id\":\"1\",\"Names\":[\"/fluxdb_app\"]}]", -1);
    script_answer(&script, "host mount | grep", NULL,
                  "{\"stdout\":\"a on /flux/ZelApps/fluxdb_app type ext4\\nb on /flux/ZelApps/fluxweb_app type ext4\"}",
                  -1);
    assert_null(recreate_missing_containers(&script.task, "app"));
    assert_int_equal(script_calls_of(&script, "docker containers.create", NULL), 2);
    for (int i = 1; i <= 2; i++) {
        const struct value *body = value_get(script_args_of(&script, "docker containers.create", i), "body");

        assert_int_equal((int64_t)value_get_number(value_get(body, "HostConfig"), "NanoCPUs", 0),
                         (i + 1) * 1000000000LL);
    }
    script_forget(&script);
    script_fail(&script, "docker containers.create", NULL, 409, "in use", 1);
    assert_non_null(recreate_missing_containers(&script.task, "app"));
    assert_int_equal(script_calls_of(&script, "docker containers.create", NULL), 1);
    assert_string_equal(recreate_missing_containers(&script.task, "other_app")->message,
                        "Component other not found in app app");
    script_end(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_4_2_2_an_address_is_longer_than_5),
        cmocka_unit_test(test_4_2_9_all_components_must_run),
        cmocka_unit_test(test_4_2_10_each_app_once_in_order_of_first_appearance),
        cmocka_unit_test(test_4_3_grace_of_r),
        cmocka_unit_test(test_4_3_a_location_that_is_not_to_be_had),
        cmocka_unit_test(test_4_3_what_cannot_be_scanned),
        cmocka_unit_test(test_4_4_recreating),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
