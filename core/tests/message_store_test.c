/* Messages of other nodes: how old they may be and what is kept of them (lifecycle.md 4.6 and 4.7). */
#include "core/message_store.h"
#include "core/peer_notification.h"
#include "core/tests/transcript.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_4_6_running_messages_are_good_for_125_minutes(void **state)
{
    static const struct {
        int64_t age_ms;
        bool stored;
    } cases[] = {{0, true}, {125 * 60 * 1000, true}, {125 * 60 * 1000 + 1, false}};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct script script;
        bool stored = !cases[i].stored;

        script_begin(&script, "8.9.2");
        assert_null(store_app_running_message(
            &script.task, app_running_message(&script.task, "app", "h", "1.2.3.4", script.now_ms - cases[i].age_ms, 7),
            &stored));
        assert_int_equal(stored, cases[i].stored);
        assert_int_equal(script.call_count, cases[i].stored ? 3 : 0);
        script_end(&script);
    }
}

static void test_4_6_what_is_stored(void **state)
{
    static const struct {
        const char *message, *known;
        const char *set; /* NULL: nothing */
    } cases[] = {
        {"{\"type\":\"fluxapprunning\",\"version\":1,\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":"
         "1774569600000,\"runningSince\":\"2026-03-26T00:00:00.000Z\",\"osUptime\":5,\"staticIp\":true}",
         "{\"docs\":[]}",
         "{\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":\"2026-03-27T00:00:00.000Z\",\"expireAt\":"
         "\"2026-03-27T02:05:00.000Z\",\"osUptime\":5,\"staticIp\":true,\"runningSince\":\"2026-03-26T00:00:00."
         "000Z\"}"},
        {"{\"type\":\"fluxapprunning\",\"version\":1,\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":"
         "1774569600000}",
         "{\"docs\":[{\"broadcastedAt\":\"2026-03-26T23:59:59.999Z\",\"runningSince\":\"2026-03-25T00:00:00.000Z\"}]}",
         "{\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":\"2026-03-27T00:00:00.000Z\",\"expireAt\":"
         "\"2026-03-27T02:05:00.000Z\",\"runningSince\":\"2026-03-25T00:00:00.000Z\"}"},
        {"{\"type\":\"fluxapprunning\",\"version\":1,\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":"
         "1774569600000}",
         "{\"docs\":[{}]}",
         "{\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":\"2026-03-27T00:00:00.000Z\",\"expireAt\":"
         "\"2026-03-27T02:05:00.000Z\"}"},
        {"{\"type\":\"fluxapprunning\",\"version\":1,\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":"
         "1774569600000}",
         "{\"docs\":[{\"broadcastedAt\":\"2026-03-27T00:00:00.000Z\"}]}", NULL},
        {"{\"type\":\"fluxapprunning\",\"version\":2,\"apps\":[{\"name\":\"a\",\"hash\":\"h\",\"runningSince\":\"1970-"
         "01-01T00:00:00.000Z\"}],\"ip\":\"i\",\"broadcastedAt\":1774569600000}",
         "{\"docs\":[]}",
         "{\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":\"2026-03-27T00:00:00.000Z\",\"expireAt\":"
         "\"2026-03-27T02:05:00.000Z\",\"runningSince\":\"1970-01-01T00:00:00.000Z\"}"},
        /* the message's word comes before the app's */
        {"{\"type\":\"fluxapprunning\",\"version\":2,\"apps\":[{\"name\":\"a\",\"hash\":\"h\",\"runningSince\":\"2026-"
         "03-26T00:00:00.000Z\"}],\"ip\":\"i\",\"broadcastedAt\":1774569600000,\"runningSince\":\"1970-01-01T00:00:00."
         "000Z\"}",
         "{\"docs\":[]}",
         "{\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":\"2026-03-27T00:00:00.000Z\",\"expireAt\":"
         "\"2026-03-27T02:05:00.000Z\",\"runningSince\":\"1970-01-01T00:00:00.000Z\"}"},
        /* not valid */
        {"{\"type\":\"other\",\"version\":1,\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":"
         "1774569600000}",
         "{\"docs\":[]}", NULL},
        {"{\"type\":\"fluxapprunning\",\"version\":1,\"name\":\"a\",\"hash\":\"h\",\"broadcastedAt\":1774569600000}",
         "{\"docs\":[]}", NULL},
        {"{\"type\":\"fluxapprunning\",\"version\":1,\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":"
         "\"1774569600000\"}",
         "{\"docs\":[]}", NULL},
        {"{\"type\":\"fluxapprunning\",\"version\":1,\"name\":\"a\",\"ip\":\"i\",\"broadcastedAt\":1774569600000}",
         "{\"docs\":[]}", NULL},
        {"{\"type\":\"fluxapprunning\",\"version\":1,\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":1774569600000}",
         "{\"docs\":[]}", NULL},
        {"{\"type\":\"fluxapprunning\",\"version\":2,\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":"
         "1774569600000}",
         "{\"docs\":[]}", NULL},
        {"{\"type\":\"fluxapprunning\",\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":1774569600000}",
         "{\"docs\":[]}",
         "{\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":\"2026-03-27T00:00:00.000Z\",\"expireAt\":"
         "\"2026-03-27T02:05:00.000Z\"}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;
        bool stored = cases[i].set == NULL;

        script_begin(&script, "8.9.2");
        script_answer(&script, "db find", NULL, cases[i].known, -1);
        assert_null(store_app_running_message(&script.task, script_json(&script, cases[i].message), &stored));
        assert_int_equal(stored, cases[i].set != NULL);
        const struct value *update = value_at(value_get(script_args_of(&script, "db update", 1), "updates"), 0);

        if (cases[i].set == NULL) {
            assert_null(update);
        } else {
            assert_string_equal(value_json(&script.arena, value_get(value_get(update, "u"), "$set")), cases[i].set);
        }
        script_end(&script);
    }
}

/* 4.6: stored broadcastedAt ≥ new → the loop stops, and installing records go all the same; v2 without apps takes all
 * back. */
static void test_4_6_several_apps_and_none(void **state)
{
    static const char two[] = "{\"type\":\"fluxapprunning\",\"version\":2,\"apps\":[{\"name\":\"a\",\"hash\":\"h\"},{"
                              "\"name\":\"b\",\"hash\":\"h\"}],\"ip\":\"i\",\"broadcastedAt\":1774569600000}";
    static const char none[] =
        "{\"type\":\"fluxapprunning\",\"version\":2,\"apps\":[],\"ip\":\"i\",\"broadcastedAt\":1774569600000}";
    struct script script;
    bool stored = false;

    (void)state;
    script_begin(&script, "8.9.2");
    assert_null(store_app_running_message(&script.task, script_json(&script, two), &stored));
    assert_true(stored);
    EXPECT_CALLS(&script, "db find", "db update", "db find", "db update", "db delete", "db delete");
    script_forget(&script);
    script_answer(&script, "db find", "a", "{\"docs\":[{\"broadcastedAt\":\"2026-03-27T00:00:00.000Z\"}]}", 1);
    assert_null(store_app_running_message(&script.task, script_json(&script, two), &stored));
    assert_false(stored);
    EXPECT_CALLS(&script, "db find", "db delete", "db delete");
    script_forget(&script);
    assert_null(store_app_running_message(&script.task, script_json(&script, none), &stored));
    assert_false(stored);
    EXPECT_TRANSCRIPT(
        &script,
        "db find [] {\"db\":\"globalzelapps\",\"collection\":\"zelappslocation\",\"filter\":{\"ip\":\"i\"}}\n");
    script_answer(&script, "db find", NULL, "{\"docs\":[{}]}", -1);
    assert_null(store_app_running_message(&script.task, script_json(&script, none), &stored));
    assert_true(stored);
    EXPECT_CALLS(&script, "db find", "db delete", "db delete");
    script_end(&script);
}

static void test_4_6_and_4_7_database_errors_go_through(void **state)
{
    static const char none[] =
        "{\"type\":\"fluxapprunning\",\"version\":2,\"apps\":[],\"ip\":\"i\",\"broadcastedAt\":1774569600000}";
    static const char error[] = "{\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":1774569600000}";
    static const char *const effects[] = {"db find", "db delete", "db update", "db aggregate"};

    (void)state;
    for (int nth = 0; nth < 5; nth++) {
        for (size_t i = 0; i < sizeof effects / sizeof effects[0]; i++) {
            struct script script;
            bool stored = false;
            int calls = 0;

            script_begin(&script, "8.9.2");
            script_answer(&script, "db find", NULL, "{\"docs\":[{}]}", -1);
            script_answer(&script, "db aggregate", NULL, "{\"docs\":[{\"n\":5}]}", -1);
            script_fail(&script, effects[i], NULL, 10107, "not primary", -1);
            if (nth > 0) { /* the first of them succeed */
                script_answer(&script, effects[i], NULL, i == 0 ? "{\"docs\":[{}]}" : "{\"docs\":[{\"n\":5}]}", nth);
            }
            const struct error *thrown = store_app_running_message(&script.task, script_json(&script, none), &stored);

            calls = script.call_count;
            assert_int_equal(thrown != NULL, (i == 0 && nth == 0) || (i == 1 && nth < 2));
            assert_true(thrown == NULL || strcmp(script.calls[calls - 1], effects[i]) == 0); /* and nothing follows */
            script_end(&script);
            script_begin(&script, "8.9.2");
            script_answer(&script, "db aggregate", NULL, "{\"docs\":[{\"n\":5}]}", -1);
            script_fail(&script, effects[i], NULL, 10107, "not primary", -1);
            if (nth > 0) {
                script_answer(&script, effects[i], NULL, "{\"docs\":[]}", nth);
            }
            thrown = store_app_installing_error_message(&script.task, script_json(&script, error));
            assert_int_equal(thrown != NULL, nth == 0 || (i == 2 && nth < 2));
            script_end(&script);
        }
    }
}

static void test_4_7_installing_errors(void **state)
{
    static const struct {
        const char *message, *known;
        int count, calls; /* count: of errors of this app; calls: 0 not valid, 1 not newer, 4 stored, 5 without end */
    } cases[] = {
        {"{\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":1774566000000}", "{\"docs\":[]}", 4,
         4}, /* 60 min old */
        {"{\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":1774565999999}", "{\"docs\":[]}", 4, 0},
        {"{\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":1774569600000}", "{\"docs\":[]}", 5, 5},
        {"{\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":1774569600000}",
         "{\"docs\":[{\"broadcastedAt\":\"2026-03-27T00:00:00.000Z\"}]}", 0, 1},
        {"{\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":1774569600000}",
         "{\"docs\":[{\"broadcastedAt\":\"2026-03-26T23:59:59.999Z\"}]}", 0, 4},
        {"{\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":1774569600000}", "{\"docs\":[{}]}", 0, 4},
        {"{\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":1774569600000}", "{\"docs\":[]}", 0, 0},
        {"{\"name\":\"a\",\"ip\":\"i\",\"broadcastedAt\":1774569600000}", "{\"docs\":[]}", 0, 0},
        {"{\"name\":\"a\",\"hash\":\"h\",\"broadcastedAt\":1774569600000}", "{\"docs\":[]}", 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "db find", NULL, cases[i].known, -1);
        script_answer(&script, "db aggregate", NULL,
                      arena_printf(&script.arena, "{\"docs\":[{\"n\":%d}]}", cases[i].count), -1);
        assert_null(store_app_installing_error_message(&script.task, script_json(&script, cases[i].message)));
        assert_int_equal(script.call_count, cases[i].calls);
        script_end(&script);
    }
}

/* 12.6: seconds, rounded to hundredths. */
static void test_12_6_uptime(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script.now_ms += 12345;
    assert_string_equal(value_json(&script.arena, value_number(&script.arena, os_uptime_s(&script.task))), "1012.35");
    script.now_ms += 1000 * 1000;
    assert_string_equal(value_json(&script.arena, value_number(&script.arena, os_uptime_s(&script.task))), "2012.35");
    assert_string_equal(value_get_text(app_running_message(&script.task, "a", "h", "i", 1, 0), "runningSince"),
                        "1970-01-01T00:00:00.000Z");
    script_end(&script);
}

/* 4.7: a peer whose sending failed is left out from then on. */
static void test_4_7_a_failed_send_closes_the_peer(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script.node.config.outbound_peers = script_json(&script, "[\"p\",\"q\",\"r\"]");
    script_fail(&script, "peers send", NULL, 0, "closed", 1);
    broadcast_message_to_all(&script.task, app_removed_message(&script.task, "a", "i", 5));
    EXPECT_CALLS(&script, "clock delay", "peers send", "clock delay", "peers send", "clock delay", "peers send",
                 "clock delay", "clock delay", "peers send");
    script_forget(&script);
    broadcast_message_to_all(&script.task, app_removed_message(&script.task, "a", "i", 5));
    EXPECT_TRANSCRIPT(&script,
                      "clock delay [] {\"ms\":25}\npeers send [a] "
                      "{\"peer\":\"q\",\"data\":{\"type\":\"fluxappremoved\",\"version\":1,\"appName\":\"a\",\"ip\":"
                      "\"i\",\"broadcastedAt\":5},\"signed\":true,\"pubKey\":true}\n"
                      "clock delay [] {\"ms\":25}\npeers send [a] "
                      "{\"peer\":\"r\",\"data\":{\"type\":\"fluxappremoved\",\"version\":1,\"appName\":\"a\",\"ip\":"
                      "\"i\",\"broadcastedAt\":5},\"signed\":true,\"pubKey\":true}\n"
                      "clock delay [] {\"ms\":500}\n"
                      "clock delay [] {\"ms\":25}\npeers send [a] "
                      "{\"peer\":\"203.0.113.2\",\"data\":{\"type\":\"fluxappremoved\",\"version\":1,\"appName\":\"a\","
                      "\"ip\":\"i\",\"broadcastedAt\":5},\"signed\":true,\"pubKey\":true}\n");
    script_end(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_4_6_running_messages_are_good_for_125_minutes),
        cmocka_unit_test(test_4_6_what_is_stored),
        cmocka_unit_test(test_4_6_several_apps_and_none),
        cmocka_unit_test(test_4_6_and_4_7_database_errors_go_through),
        cmocka_unit_test(test_4_7_installing_errors),
        cmocka_unit_test(test_12_6_uptime),
        cmocka_unit_test(test_4_7_a_failed_send_closes_the_peer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
