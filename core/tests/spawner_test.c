/* 8: the spawner, reinstallOldApplications and SIGTERM, and how they end when calls fail. */
#include "core/spawner.h"
#include "core/tests/script_door.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SPEC(hash)                                                                                                     \
    "{\"version\":4,\"name\":\"app\",\"description\":\"d\",\"owner\":\"o\",\"instances\":3,\"hash\":\"" hash           \
    "\",\"height\":1,\"compose\":[{\"name\":\"web\",\"description\":\"c\",\"repotag\":\"a/b:1\",\"ports\":[31001],"    \
    "\"domains\":[\"\"],\"environmentParameters\":[],\"commands\":[],\"containerPorts\":[80],\"containerData\":\"/"    \
    "d\","                                                                                                             \
    "\"cpu\":0.1,\"ram\":100,\"hdd\":1,\"tiered\":false}]}"
#define DOCS(...) "{\"docs\":[" __VA_ARGS__ "]}"

static void test_8_spawner_failures_end_the_round_and_the_next_is_due(void **state)
{
    static const char *const failing[] = {"bench getbenchmarks", "db find", "docker containers.list", "db update"};

    (void)state;
    for (size_t i = 0; i < sizeof failing / sizeof failing[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "db find", NULL, DOCS(), -1);
        script_answer(&script, "db find", NULL, DOCS(SPEC("h")), 1);
        script_fail(&script, failing[i], NULL, 500, "no", -1);
        try_spawning_global_application(&script.task);
        assert_int_equal(script_calls_of(&script, "docker image.pull", NULL), 0);
        assert_int_equal(script_calls_of(&script, "peers send", NULL), 0);
        assert_int_equal(script_calls_of(&script, "clock delay", NULL), 1);
        assert_int_equal(script.spawned_count, 1 + (i > 0)); /* the benchmark document is stored unawaited too */
        script_end(&script);
    }
}

static void test_8_spawner_leaves_apps_that_have_enough(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "db find", NULL, DOCS(), -1);
    script_answer(&script, "db find", "app", DOCS("{\"ip\":\"1\"},{\"ip\":\"2\"},{\"ip\":\"3\"}"), -1);
    script_answer(&script, "db find", NULL, DOCS(SPEC("h")), 1);
    try_spawning_global_application(&script.task);
    assert_int_equal(script_calls_of(&script, "docker containers.list", NULL), 0);
    script_end(&script);
}

/* Others were quicker during the 90 s. */
static void test_8_spawner_gives_up_when_others_were_quicker(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "db find", NULL, DOCS(), -1);
    script_answer(&script, "db find", "app", DOCS("{\"ip\":\"1\"},{\"ip\":\"2\"},{\"ip\":\"3\"}"), -1);
    script_answer(&script, "db find", "app", DOCS(), 1);
    script_answer(&script, "db find", NULL, DOCS(SPEC("h")), 1);
    try_spawning_global_application(&script.task);
    assert_int_equal(script_calls_of(&script, "peers send", NULL), 2);
    assert_int_equal(script_calls_of(&script, "docker image.pull", NULL), 0);
    script_end(&script);
}

/* A published row without a name stands for an app called undefined, in whatever JavaScript puts into a text. */
static void test_8_spawner_and_a_row_without_a_name(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "db find", NULL, DOCS(), -1);
    script_answer(&script, "host mount | grep", NULL, "{\"stdout\":\"/v on /flux/ZelApps/fluxweb_app type ext4\"}", -1);
    script_answer(&script, "docker containers.list", NULL, "[{\"Id\":\"1\",\"Names\":[\"/fluxweb_app\"]}]", -1);
    script_answer(&script, "docker containers.list", NULL, "[]", 1);
    script_answer(&script, "db find", "app", DOCS(), -1);
    script_answer(&script, "db find", "app", DOCS("{\"name\":\"app\"}"), 1); /* 1.7/1 */
    script_answer(&script, "db find", "app", DOCS(), 2);
    script_answer(&script, "db find", "undefined", DOCS("{\"ip\":\"1\"}"), -1);
    script_answer(&script, "db find", "undefined", DOCS(SPEC("h")), 1);
    script_answer(&script, "db find", "undefined", DOCS(), 2); /* no location, and still none */
    script_answer(&script, "db find", NULL, DOCS("{\"version\":4,\"instances\":0.5}"), 1);
    try_spawning_global_application(&script.task);
    assert_true(script_logged(&script, "REMOVAL REASON: Surplus instance - undefined (trySpawningGlobalApplication)"));
    script_end(&script);
}

static void reinstall(struct script *script, const char *installed, const char *published, uint32_t chance)
{
    script_begin(script, "8.9.2");
    script_answer(script, "db find", "app", published, -1);
    script_answer(script, "db find", NULL, installed, 1);
    script->random_next = chance;
    reinstall_old_applications(&script->task);
    assert_false(script->node.cells.flags[FLAG_ROA]);
}

static void test_8_reinstall(void **state)
{
    struct script script;

    (void)state;
    reinstall(&script, DOCS(SPEC("one")), DOCS(), 1); /* not published any more */
    assert_int_equal(script_calls_of(&script, "db update", NULL), 0);
    script_end(&script);
    reinstall(&script, DOCS(SPEC("one")), DOCS(SPEC("two")), 0); /* by chance not now */
    assert_false(script_logged(&script, "REMOVAL REASON"));
    script_end(&script);
    reinstall(&script, DOCS(SPEC("one")), DOCS(SPEC("two")), 1);
    assert_true(script_logged(&script, "REMOVAL REASON: Newer specification - app"));
    script_end(&script);
    script_begin(&script, "8.9.2");
    script_fail(&script, "db find", NULL, 500, "no", -1);
    reinstall_old_applications(&script.task);
    assert_int_equal(script.call_count, 1);
    script_end(&script);
}

static void test_8_sigterm_stops_all_even_when_the_network_is_not_told(void **state)
{
    static const char containers[] = "[{\"Id\":\"1\",\"Names\":[\"/fluxa_app\"],\"State\":\"running\"},"
                                     "{\"Id\":\"2\",\"Names\":[\"/other\"],\"State\":\"running\"},{}]";
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_fail(&script, "bench getbenchmarks", NULL, 500, "no", -1);
    script_answer(&script, "docker containers.list", NULL, containers, -1);
    script_answer(&script, "docker container.inspect", NULL, "{\"Id\":\"1\",\"State\":{\"Running\":true}}", -1);
    shut_down(&script.task);
    assert_int_equal(script.spawned_count, 1);
    script_run_spawned(&script);
    assert_int_equal(script_calls_of(&script, "docker container.stop", NULL), 1);
    assert_int_equal(script_calls_of(&script, "peers send", NULL), 0);
    script_end(&script);
    script_begin(&script, "8.9.2");
    script_fail(&script, "docker containers.list", NULL, 500, "no", -1);
    shut_down(&script.task);
    assert_int_equal(script.spawned_count, 1); /* the benchmark document */
    assert_int_equal(script_calls_of(&script, "peers send", NULL), 2);
    script_end(&script);
}

/* A published app without a name is installed nowhere, and nobody knows where it runs. */
static void test_8_spawner_app_without_a_name(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "db find", NULL, DOCS(), -1);
    script_answer(&script, "db find", NULL, DOCS(SPEC("h")), 1);
    script_answer(&script, "db find", NULL, DOCS("{\"version\":4,\"instances\":0}"), 1);
    try_spawning_global_application(&script.task);
    assert_int_equal(script_calls_of(&script, "db find", NULL), 3);
    assert_int_equal(script_calls_of(&script, "peers send", NULL), 0);
    script_end(&script);
}

/* Withdrawn during the 90 s. */
static void test_8_spawner_an_app_that_is_gone_by_then(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "db find", NULL, DOCS(), -1);
    script_answer(&script, "db find", "app", DOCS(), -1);
    script_answer(&script, "db find", NULL, DOCS(SPEC("h")), 1);
    try_spawning_global_application(&script.task);
    assert_int_equal(script_calls_of(&script, "peers send", NULL), 2);
    assert_int_equal(script_calls_of(&script, "db find", "app"), 3);
    assert_int_equal(script_calls_of(&script, "daemon getzelnodestatus", NULL), 0);
    script_end(&script);
}

/* 8: REM, INS, SRD and HRD are tested just before acting. */
static void test_8_reinstall_is_refused_by_flags(void **state)
{
    static const enum flag_id flags[] = {FLAG_REM, FLAG_INS, FLAG_SRD, FLAG_HRD};

    (void)state;
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "db find", "app", DOCS(SPEC("two")), -1);
        script_answer(&script, "db find", NULL, DOCS(SPEC("one")), 1);
        script.random_next = 1;
        script.node.cells.flags[flags[i]] = true;
        reinstall_old_applications(&script.task);
        assert_false(script_logged(&script, "REMOVAL REASON"));
        assert_int_equal(script.call_count, 2);
        assert_true(script.node.cells.flags[flags[i]]);
        assert_false(script.node.cells.flags[FLAG_ROA]);
        script_end(&script);
    }
}

/* Only equal hashes are unchanged: without one, or with none published, the app counts as obsolete. */
static void test_8_reinstall_without_a_hash(void **state)
{
    static const char hashless[] = DOCS("{\"version\":4,\"name\":\"app\",\"compose\":[]}");
    struct script script;

    (void)state;
    reinstall(&script, hashless, DOCS(SPEC("two")), 1);
    assert_true(script_logged(&script, "REMOVAL REASON: Newer specification - app"));
    script_end(&script);
    reinstall(&script, DOCS(SPEC("one")), hashless, 1);
    assert_true(script_logged(&script, "REMOVAL REASON: Newer specification - app"));
    script_end(&script);
    reinstall(&script, DOCS(SPEC("one")), DOCS(SPEC("one")), 1);
    assert_false(script_logged(&script, "REMOVAL REASON"));
    assert_int_equal(script_calls_of(&script, "db update", "app"), 1);
    script_end(&script);
}

static void test_8_reinstall_goes_on_after_a_failure(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "db find", "app", DOCS(SPEC("one")), -1);
    script_fail(&script, "db find", "app", 500, "no", 1);
    script_answer(&script, "db find", NULL, DOCS(SPEC("one") "," SPEC("one")), 1);
    reinstall_old_applications(&script.task);
    assert_true(script_logged(&script, "error: MongoServerError: no"));
    assert_int_equal(script_calls_of(&script, "db update", "app"), 1); /* the second of the two */
    assert_false(script.node.cells.flags[FLAG_ROA]);
    script_end(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_8_spawner_failures_end_the_round_and_the_next_is_due),
        cmocka_unit_test(test_8_spawner_leaves_apps_that_have_enough),
        cmocka_unit_test(test_8_spawner_gives_up_when_others_were_quicker),
        cmocka_unit_test(test_8_spawner_and_a_row_without_a_name),
        cmocka_unit_test(test_8_reinstall),
        cmocka_unit_test(test_8_sigterm_stops_all_even_when_the_network_is_not_told),
        cmocka_unit_test(test_8_spawner_app_without_a_name),
        cmocka_unit_test(test_8_spawner_an_app_that_is_gone_by_then),
        cmocka_unit_test(test_8_reinstall_is_refused_by_flags),
        cmocka_unit_test(test_8_reinstall_without_a_hash),
        cmocka_unit_test(test_8_reinstall_goes_on_after_a_failure),
    };

    return cmocka_run_group_tests_name("spawner", tests, NULL, NULL);
}
