/* The numbers of what a node does by the clock (lifecycle.md 8), from both sides, and those that are missing. */
#include "core/tests/script_door.h"
#include "core/upkeep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool removes(struct script *script, void (*run)(struct task *task))
{
    script_forget(script);
    run(&script->task);
    return script_logged(script, "APP REMOVAL TRIGGERED");
}

static void test_8_expiry(void **state)
{
    static const struct {
        const char *height, *expire;
        int block;
        bool removed;
    } cases[] = {
        {"1000", "500", 1500, false},
        {"1000", "500", 1501, true},
        {"1000", NULL, 23000, false},
        {"1000", NULL, 23001, true},
        {"2019999", NULL, 2041999, false},
        {"2019999", NULL, 2042000, true},
        {"2020000", NULL, 2108000, false},
        {"2020000", NULL, 2108001, true},
        {NULL, NULL, 1, true}, /* no height at all */
        {"1000", "0", 23000, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;
        struct arena *arena = &script.arena;

        script_begin(&script, "8.9.2");
        const char *height = cases[i].height == NULL ? "" : arena_printf(arena, ",\"height\":%s", cases[i].height);
        const char *expire = cases[i].expire == NULL ? "" : arena_printf(arena, ",\"expire\":%s", cases[i].expire);

        script_answer(
            &script, "db find", NULL,
            arena_printf(arena, "{\"docs\":[{\"version\":4,\"name\":\"app\",\"compose\":[]%s%s}]}", height, expire),
            -1);
        script_answer(&script, "daemon getblockcount", NULL, arena_printf(arena, "%d", cases[i].block), -1);
        assert_int_equal(removes(&script, expire_global_applications), cases[i].removed);
        script_end(&script);
    }
}

/* A published record whose height is null counts from 0. */
static void test_8_expiry_of_a_published_record_without_height(void **state)
{
    static const char published[] = "{\"docs\":[{\"name\":\"app\",\"height\":null,\"expire\":500}]}";

    (void)state;
    for (int late = 0; late < 2; late++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "db find", NULL, published, 1);
        script_answer(&script, "daemon getblockcount", NULL, late ? "501" : "500", -1);
        expire_global_applications(&script.task);
        assert_int_equal(script_calls_of(&script, "db findAndModify", "app"), late);
        script_end(&script);
    }
}

static void test_8_surplus_instances(void **state)
{
    static const struct {
        const char *app, *locations;
        bool removed;
    } cases[] = {
#define L(ip, since) "{\"ip\":\"" ip "\",\"runningSince\":\"2026-03-0" since "T00:00:00Z\"}"
#define ME "198.51.100.7:16127"
        {",\"instances\":3", L("1", "1") "," L("2", "2") "," L(ME, "3"), false},
        {",\"instances\":3", L("1", "1") "," L("2", "2") "," L(ME, "3") "," L("3", "1"), true},
        {"", L("1", "1") "," L("2", "2") "," L(ME, "3"), false}, /* three by default */
        {"", L("1", "1") "," L("2", "2") "," L(ME, "3") "," L("3", "1"), true},
        {"", L("1", "1") "," L("2", "2") "," L(ME, "3") "," L("3", "4"), false}, /* another came last */
        {"", L(ME, "3") "," L("2", "2") "," L("1", "3") "," L("3", "1"), false}, /* together: the later one listed */
        {"", L("1", "3") "," L("2", "2") "," L(ME, "3") "," L("3", "1"), true},
        {"", "{\"ip\":\"9\"}," L("2", "2") "," L(ME, "3") "," L("3", "1"), true}, /* no word since when */
        {"", "{\"ip\":\"" ME "\"},{\"ip\":\"2\"},{\"ip\":\"3\"},{\"ip\":\"4\"}", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;
        struct arena *arena = &script.arena;

        script_begin(&script, "8.9.2");
        script_answer(
            &script, "db find", NULL,
            arena_printf(arena, "{\"docs\":[{\"version\":4,\"name\":\"app\",\"compose\":[]%s}]}", cases[i].app), -1);
        script_answer(&script, "db find", "app", arena_printf(arena, "{\"docs\":[%s]}", cases[i].locations), -1);
        assert_int_equal(removes(&script, check_and_remove_application_instance), cases[i].removed);
        script_end(&script);
    }
}

static void test_8_a_daemon_may_be_behind_for_two_hours(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "db find", NULL, "{\"docs\":[{\"version\":4,\"name\":\"app\",\"compose\":[]}]}", -1);
    script_fail(&script, "daemon getblockchaininfo", NULL, 0, "connect ECONNREFUSED", -1);
    assert_false(removes(&script, check_daemon_health));
    script.now_ms += 2 * 60 * 60 * 1000 - 1;
    assert_false(removes(&script, check_daemon_health));
    script.now_ms += 1;
    assert_true(removes(&script, check_daemon_health));
    script_end(&script);
}

/* A daemon that does not answer is asked ten times, two minutes apart. */
static void test_8_status_of_the_node(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "db find", NULL, "{\"docs\":[{\"version\":4,\"name\":\"app\",\"compose\":[]}]}", -1);
    script_fail(&script, "daemon getzelnodestatus", NULL, 0, "connect ECONNREFUSED", -1);
    int64_t before_ms = script.now_ms;

    assert_false(removes(&script, monitor_node_status));
    assert_int_equal(script_calls_of(&script, "daemon getzelnodestatus", NULL), 10);
    assert_int_equal(script.now_ms - before_ms, 10 * 120 * 1000);
    script_answer(&script, "daemon getzelnodestatus", NULL, "{\"status\":\"CONFIRMED\"}", -1);
    assert_false(removes(&script, monitor_node_status));
    script.now_ms += 20000;
    script_answer(&script, "daemon getzelnodestatus", NULL, "{\"status\":\"EXPIRED\"}", -1);
    assert_true(removes(&script, monitor_node_status));
    script_end(&script);
}

/* Without its start a container counts as started in 1970, without its mount a volume as never mounted. */
static void test_8_mount_recovery_without_instants(void **state)
{
    static const struct {
        const char *container, *volume;
        int restarts;
    } cases[] = {
        {"{\"State\":{\"Running\":true}}", "{\"mountedMs\":1}", 1},
        {"{\"State\":{\"Running\":true}}", "{\"mountedMs\":0}", 0},
        {"{\"State\":{\"Running\":true,\"StartedAt\":\"1970-01-01T00:00:00.000Z\"}}", "{}", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "docker containers.list", NULL, "[{\"Id\":\"1\",\"Names\":[\"/fluxweb_app\"]}]", -1);
        script_answer(&script, "docker container.inspect", NULL, cases[i].container, -1);
        script_answer(&script, "host stat", NULL, cases[i].volume, -1);
        recover_container_mounts(&script.task);
        assert_int_equal(script_calls_of(&script, "docker container.restart", NULL), cases[i].restarts);
        script_end(&script);
    }
}

/* "undefined" is what a component without a name is called; here each has one. */
static void test_8_a_crontab_job_of_a_component_called_undefined(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "db find", NULL,
                  "{\"docs\":[{\"version\":4,\"name\":\"app\",\"compose\":[{\"name\":\"web\"}]}]}", -1);
    script_answer(&script, "host crontab -l", NULL,
                  "{\"code\":0,\"stdout\":\"@reboot x #fluxundefined_app\\n@reboot x #fluxweb_app\\n\"}", -1);
    clean_up_crontab_and_mounts(&script.task);
    assert_true(script_logged(&script, "not installed: fluxundefined_app"));
    assert_false(script_logged(&script, "not installed: fluxweb_app"));
    script_end(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_8_expiry),
        cmocka_unit_test(test_8_expiry_of_a_published_record_without_height),
        cmocka_unit_test(test_8_surplus_instances),
        cmocka_unit_test(test_8_a_daemon_may_be_behind_for_two_hours),
        cmocka_unit_test(test_8_status_of_the_node),
        cmocka_unit_test(test_8_mount_recovery_without_instants),
        cmocka_unit_test(test_8_a_crontab_job_of_a_component_called_undefined),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
