/* registerAppLocally, step by step: lifecycle.md 1 and 2. */
#include "core/app_installer.h"
#include "core/tests/script_door.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define OWNER "\"owner\":\"1CbErtneaX2QVyUfwU7JGB7VzvPgrgc3uC\""
static const char napp[] =
    "{\"version\":8,\"name\":\"napp\",\"description\":\"d\"," OWNER
    ",\"compose\":[{\"name\":\"api\",\"repotag\":\"runonflux/website:latest\",\"ports\":[31201],"
    "\"containerPorts\":[80],\"containerData\":\"/data\",\"cpu\":0.1,\"ram\":100,\"hdd\":1,"
    "\"environmentParameters\":[\"A=B\"],\"commands\":[\"--privileged\",\"sh\"]}],\"instances\":3,"
    "\"contacts\":[],\"geolocation\":[],\"expire\":88000,\"nodes\":[],\"staticip\":false,"
    "\"enterprise\":\"\",\"hash\":\"h1\",\"height\":5}";
static const char mount_line[] =
    "{\"stdout\":\"/flux/appvolumes/fluxapi_nappFLUXFSVOL on /flux/ZelApps/fluxapi_napp type ext4 (rw,relatime)\\n\"}";
static const char network[] = "{\"IPAM\":{\"Config\":[{\"Subnet\":\"172.23.9.0/24\",\"Gateway\":\"172.23.9.1\"}]},"
                              "\"Containers\":{}}";
static const char listed_api[] = "[{\"Id\":\"id1\",\"Names\":[\"/fluxapi_napp\"],\"State\":\"created\"}]";

/* A healthy world for the install of napp. */
static void begin(struct script *script, const char *revision)
{
    script_begin(script, revision);
    script_answer(script, "host mount | grep", NULL, mount_line, -1);
    script_answer(script, "db find", "napp", "{\"docs\":[{\"name\":\"napp\"}]}", -1);
    script_answer(script, "db find", "napp", "{\"docs\":[]}", 2); /* 1.1.9 and 1.6.2 */
    script_answer(script, "docker network.inspect", NULL, network, -1);
    script_fail(script, "docker network.inspect", NULL, 404, "network fluxDockerNetwork_napp not found", 1);
    script_answer(script, "docker container.inspect", NULL, "{\"State\":{\"Running\":true}}", -1);
}

static bool install(struct script *script, const char *json)
{
    return register_app_locally(&script->task, script_spec(script, json), NULL, NULL, false, false);
}

/* Containers of the second list (all=true after create) have the new one. */
static void answer_lists(struct script *script)
{
    script_answer(script, "docker containers.list", NULL, listed_api, -1);
    script_answer(script, "docker containers.list", NULL, "[]", 2); /* 1.1.12 and 2.7.4 */
}

static void test_12_10_whole_install_in_recorded_order(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.1");
    answer_lists(&script);
    assert_true(install(&script, napp));
    EXPECT_CALLS(&script, "daemon getzelnodestatus", "daemon getrawtransaction", "bench getbenchmarks", "db find",
                 "db find", "docker containers.list", "docker containers.prune", "docker networks.prune",
                 "docker volumes.prune", "docker images.prune", "docker network.inspect", "docker networks.create",
                 "docker networks.list", "host iptables", "db find", "db insert", "db find", "host ufw status",
                 "bench getbenchmarks", "net GET blockedrepositories.json", "net GET vettedrepositories.json",
                 "net GET /v2/IMAGE/manifests/REF", "net GET /v2/IMAGE/blobs/DIGEST", "docker image.pull", "host df",
                 "bench getbenchmarks", "db find", "host mkdir", "host fallocate", "host mke2fs", "host mkdir",
                 "host mount", "host mkdir", "host chmod", "host chmod", "host crontab -l", "host mount | grep",
                 "docker network.inspect", "docker containers.list", "docker info", "host access",
                 "docker containers.create", "docker containers.list", "docker container.start",
                 "docker container.inspect", "db find", "db update", "db delete", "clock delay", "peers send",
                 "clock delay", "clock delay", "peers send");
    assert_false(script.node.cells.flags[FLAG_INS]);
    assert_true(script.noted[NOTE_GUARD_PASSED] && script.noted[NOTE_INSTALL_DONE]);
    script_run_spawned(&script); /* the benchmark document and the crontab */
    assert_int_equal(script_calls_of(&script, "host crontab -", NULL), 1);
    /* the location, and the benchmark document: it is remembered once written, so all three calls before that ask for
     * it */
    assert_int_equal(script_calls_of(&script, "db update", NULL), 1 + 3);
    script_end(&script);
}

static void test_12_5_create_body(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.1");
    answer_lists(&script);
    assert_true(install(&script, napp));
    assert_string_equal(
        value_json(&script.arena, script_args_of(&script, "docker containers.create", 1)),
        "{\"name\":\"fluxapi_napp\",\"body\":{\"Image\":\"runonflux/website:latest\",\"name\":\"fluxapi_napp\","
        "\"Hostname\":\"api\",\"AttachStdin\":true,\"AttachStdout\":true,\"AttachStderr\":true,\"Cmd\":[\"sh\"],"
        "\"Env\":["
        "\"A=B\"],\"Tty\":false,\"ExposedPorts\":{\"31201/tcp\":{},\"31201/udp\":{},\"80/tcp\":{},\"80/udp\":{}},"
        "\"HostConfig\":{\"NanoCPUs\":100000000,\"Memory\":104857600,\"MemorySwap\":2202009600,\"Mounts\":[{\"Type\":"
        "\"bind\",\"Source\":\"/flux/ZelApps/fluxapi_napp/appdata\",\"Target\":\"/data\",\"ReadOnly\":false,"
        "\"BindOptions\":{\"Propagation\":\"rprivate\"}}],\"Ulimits\":[{\"Name\":\"nofile\",\"Soft\":100000,\"Hard\":"
        "100000}],\"PortBindings\":{\"80/tcp\":[{\"HostPort\":\"31201\"}],\"80/udp\":[{\"HostPort\":\"31201\"}]},"
        "\"RestartPolicy\":{\"Name\":\"unless-stopped\"},\"NetworkMode\":\"fluxDockerNetwork_napp\",\"LogConfig\":{"
        "\"Type\":\"json-file\",\"Config\":{\"max-file\":\"1\",\"max-size\":\"20m\"}},\"ExtraHosts\":["
        "\"fluxnode.service:169.254.43.43\"]},\"NetworkingConfig\":{\"EndpointsConfig\":{\"fluxDockerNetwork_napp\":{"
        "\"IPAMConfig\":{\"IPv4Address\":\"172.23.9.2\"}}}}}}");
    script_end(&script);
}

static void test_1_1_1_removal_in_progress_refuses(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.2");
    script.node.cells.flags[FLAG_REM] = true;
    assert_false(install(&script, napp));
    assert_int_equal(script.call_count, 0);
    assert_true(script.node.cells.flags[FLAG_REM] && !script.node.cells.flags[FLAG_INS]);
    assert_true(script_logged(&script, "Another application is undergoing removal. Installation not possible."));
    script_end(&script);
}

static void test_1_1_2_installation_in_progress_refuses(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.2");
    script.node.cells.flags[FLAG_INS] = true;
    assert_false(install(&script, napp));
    assert_int_equal(script.call_count, 0);
    assert_true(script.node.cells.flags[FLAG_INS]);
    script_end(&script);
}

static void test_1_1_5_no_tier_leaves_installation_flag_set(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.2");
    script_fail(&script, "daemon getzelnodestatus", NULL, 0, "connect ECONNREFUSED", -1);
    assert_false(install(&script, napp));
    EXPECT_CALLS(&script, "daemon getzelnodestatus");
    assert_true(script.node.cells.flags[FLAG_INS]);
    assert_true(script_logged(&script, "Failed to get Node Tier"));
    script_end(&script);
}

static void test_1_1_4_unknown_collateral_is_no_tier(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.2");
    script_answer(&script, "daemon getrawtransaction", NULL, "{\"vout\":[{\"value\":7}]}", -1);
    assert_false(install(&script, napp));
    assert_true(script.node.cells.flags[FLAG_INS]);
    script_end(&script);
}

static void test_1_1_4_status_without_collateral_is_no_tier(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.2");
    script_answer(&script, "daemon getzelnodestatus", NULL, "{\"status\":\"CONFIRMED\"}", -1);
    assert_false(install(&script, napp));
    assert_true(script.node.cells.flags[FLAG_INS]);
    script_end(&script);
}

/* E_BENCH reaches the outer catch: the flag is cleared, then the app is removed by force. */
static void test_1_1_6_benchmark_failure_removes_the_app(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.2");
    script_fail(&script, "bench getbenchmarks", NULL, 0, "connect ECONNREFUSED", 1);
    assert_false(install(&script, napp));
    assert_false(script.node.cells.flags[FLAG_INS]);
    assert_true(script_logged(&script, "FluxBench status Error. Application cannot be installed at the moment"));
    assert_true(script.noted[NOTE_INSTALL_FAILED] && script.noted[NOTE_REMOVAL_BEGUN]);
    script_end(&script);
}

static void test_1_1_7_short_address_throws(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.2");
    script_answer(&script, "bench getbenchmarks", NULL, "{\"status\":\"CUMULUS\",\"ipaddress\":\"1.1\"}", -1);
    assert_false(install(&script, napp));
    assert_true(script_logged(&script, "Unable to detect Flux IP address"));
    script_end(&script);
}

static void test_1_1_10_already_installed(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.2");
    script_answer(&script, "db find", "napp", "{\"docs\":[{\"name\":\"napp\"}]}", -1);
    assert_false(install(&script, napp));
    assert_false(script.node.cells.flags[FLAG_INS]);
    assert_false(script.noted[NOTE_REMOVAL_BEGUN]);
    assert_true(script_logged(&script, "Flux App napp already installed"));
    script_end(&script);
}

/* With a real HTTP response the write throws, and the installed app is removed. */
static void test_1_1_10_http_response_turns_it_into_a_removal(void **state)
{
    struct script script;
    const struct response response = {.http = true};

    (void)state;
    begin(&script, "8.9.2");
    script_answer(&script, "db find", "napp", "{\"docs\":[{\"name\":\"napp\"}]}", -1);
    assert_false(register_app_locally(&script.task, script_spec(&script, napp), NULL, &response, false, false));
    assert_true(script.noted[NOTE_REMOVAL_BEGUN]);
    script_end(&script);
}

static void test_1_1_11_and_12_failures_throw(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.2");
    script_fail(&script, "docker containers.list", NULL, 500, "server error", -1);
    assert_false(install(&script, napp));
    assert_true(script_logged(&script, "Unable to check running Apps"));
    script_end(&script);
    begin(&script, "8.9.2");
    script_fail(&script, "db find", NULL, 10107, "not primary", -1);
    script_answer(&script, "db find", "napp", "{\"docs\":[]}", 2);
    assert_false(install(&script, napp));
    assert_true(script_logged(&script, "Failed to get installed Apps"));
    script_end(&script);
}

/* 1.2: an enterprise record has an empty compose; 8.9.1 reads it raw, 8.9.2 decrypts (here: in vain, so it passes raw).
 */
static void test_1_2_enterprise_record_contributes_nothing(void **state)
{
    static const char *const versions[] = {"8.9.1", "8.9.2"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct script script;

        begin(&script, versions[i]);
        answer_lists(&script);
        script_answer(&script, "db find", NULL,
                      "{\"docs\":[{\"version\":8,\"name\":\"gapp\",\"compose\":[],\"enterprise\":\"YQ==\"}]}", 1);
        script_answer(&script, "db find", "napp", "{\"docs\":[{\"name\":\"napp\"}]}", -1);
        script_answer(&script, "db find", "napp", "{\"docs\":[]}", 2);
        assert_true(install(&script, napp));
        assert_int_equal(script_calls_of(&script, "docker containers.prune", NULL), 1);
        assert_int_equal(script_logged(&script, "Failed to decrypt enterprise app gapp"), i == 1);
        script_end(&script);
    }
}

static void test_1_2_4_a_stopped_component_holds_the_guard(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.1");
    answer_lists(&script);
    script_answer(&script, "db find", NULL,
                  "{\"docs\":[{\"version\":3,\"name\":\"old\"},{\"version\":8,\"name\":\"shop\",\"compose\":[{\"name\":"
                  "\"web\",\"hdd\":1}]}]}",
                  -1);
    script_answer(&script, "db find", "napp", "{\"docs\":[{\"name\":\"napp\"}]}", -1);
    script_answer(&script, "db find", "napp", "{\"docs\":[]}", 2);
    assert_true(install(&script, napp));
    assert_int_equal(script_calls_of(&script, "docker containers.prune", NULL), 0);
    assert_true(script.noted[NOTE_GUARD_HELD]);
    script_end(&script);
}

static void test_1_2_4_the_loop_holds_the_guard(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.1");
    answer_lists(&script);
    script.node.cells.flags[FLAG_MSR] = true;
    assert_true(install(&script, napp));
    assert_int_equal(script_calls_of(&script, "docker containers.prune", NULL), 0);
    script_end(&script);
}

static void test_1_2_1_compose_undefined_is_a_type_error(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.1");
    script_answer(&script, "db find", NULL, "{\"docs\":[{\"version\":4,\"name\":\"odd\"}]}", -1);
    script_answer(&script, "db find", "napp", "{\"docs\":[]}", 2);
    assert_false(install(&script, napp));
    assert_true(script_logged(&script, "TypeError: Cannot read properties of undefined"));
    script_end(&script);
}

static void test_1_3_a_failed_prune_ends_the_clean_up(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.1");
    script_fail(&script, "docker networks.prune", NULL, 500, "server error", -1);
    assert_false(install(&script, napp));
    assert_int_equal(script_calls_of(&script, "docker containers.prune", NULL), 1);
    assert_int_equal(script_calls_of(&script, "docker volumes.prune", NULL), 0);
    script_end(&script);
}

static void test_1_5_2_up_to_21_attempts(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.1");
    script_fail(&script, "docker network.inspect", NULL, 404, "not found", -1);
    script_fail(&script, "docker networks.create", NULL, 403, "Pool overlaps with other one on this address space", -1);
    assert_false(install(&script, napp));
    assert_int_equal(script_calls_of(&script, "docker networks.create", NULL), 21);
    assert_true(script_logged(&script, "Flux App network of napp failed to initiate."));
    script_end(&script);
}

static void test_1_5_2_legacy_names_have_one_attempt(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.1");
    script_fail(&script, "docker network.inspect", NULL, 404, "not found", -1);
    script_fail(&script, "docker networks.create", NULL, 403, "Pool overlaps", -1);
    assert_false(install(&script, "{\"version\":3,\"name\":\"FoldingAtHomeB\",\"containerData\":\"/d\"}"));
    assert_int_equal(script_calls_of(&script, "docker networks.create", NULL), 1);
    assert_string_equal(
        value_json(&script.arena, script_args_of(&script, "docker networks.create", 1)),
        "{\"Name\":\"fluxDockerNetwork_FoldingAtHomeB\",\"IPAM\":{\"Config\":[{\"Subnet\":\"172.23.66.0/24\","
        "\"Gateway\":\"172.23.66.1\"}]}}");
    script_end(&script);
}

static void test_1_5_5_the_chain_is_rebuilt_and_only_reported(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.1");
    answer_lists(&script);
    script_answer(&script, "docker networks.list", NULL, "[{\"Id\":\"0123456789abcdef\"}]", -1);
    script_answer(&script, "host iptables", NULL, "{\"stdout\":\"iptables v1.8.9\"}", -1);
    assert_true(install(&script, napp));
    assert_int_equal(script_calls_of(&script, "host iptables", NULL), 1 + 1 + 1 + 1 + 2 + 9 + 1);
    assert_string_equal(value_get_text(script_args_of(&script, "host iptables", 5), "command"),
                        "sudo iptables -I DOCKER-USER -i br-0123456789ab -o br-0123456789ab -j ACCEPT");
    script_end(&script);
}

/* Any failure ends it with false; the install goes on. */
static void test_1_5_5_each_failing_rule_ends_it(void **state)
{
    (void)state;
    for (int good = 1; good <= 16; good++) {
        struct script script;

        begin(&script, "8.9.1");
        answer_lists(&script);
        script_fail(&script, "host iptables", NULL, 1, "no", -1);
        script_answer(&script, "host iptables", NULL, "{\"stdout\":\"iptables v1.8.9\"}", good);
        assert_true(install(&script, napp));
        /* 15 in all: a chain or a jump that is not there is made, so that two fail there; after any other, none follows
         */
        assert_int_equal(script_calls_of(&script, "host iptables", NULL), good >= 15  ? 15
                                                                          : good <= 2 ? good + 2
                                                                                      : good + 1);
        assert_true(script.noted[NOTE_INSTALL_DONE]);
        script_end(&script);
    }
}

static void test_1_6_1_enterprise_records_keep_no_compose(void **state)
{
    struct script script;
    static const char secret[] =
        "{\"version\":8,\"name\":\"napp\",\"compose\":[{\"name\":\"api\",\"repotag\":\"a/b:c\",\"containerData\":"
        "\"g:/data\",\"cpu\":0.1,\"ram\":100,\"hdd\":1}],\"contacts\":[\"x\"],\"enterprise\":\"blob\",\"hash\":\"h\"}";

    (void)state;
    begin(&script, "8.9.1");
    assert_true(install(&script, secret));
    const struct value *record = value_at(value_get(script_args_of(&script, "db insert", 1), "documents"), 0);

    assert_int_equal(value_count(value_get(record, "compose")), 0);
    assert_int_equal(value_count(value_get(record, "contacts")), 0);
    assert_string_equal(value_get_text(record, "enterprise"), "blob");
    assert_int_equal(script_calls_of(&script, "docker container.start", NULL), 0); /* 2.1.7: g: stays created */
    assert_int_equal(script_calls_of(&script, "host write .stignore", NULL), 1);   /* 2.6.9 */
    script_end(&script);
}

static void test_1_6_2_a_record_that_is_there_is_replaced(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.1");
    answer_lists(&script);
    script_answer(&script, "db find", "napp", "{\"docs\":[{\"name\":\"napp\"}]}", -1);
    script_answer(&script, "db find", "napp", "{\"docs\":[]}", 1);
    assert_true(install(&script, napp));
    assert_int_equal(script_calls_of(&script, "db findAndModify", "napp"), 1);
    script_end(&script);
}

static void test_1_6_3_duplicate_key_throws(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.1");
    script_fail(&script, "db insert", NULL, 11000, "E11000 duplicate key error collection", -1);
    assert_false(install(&script, napp));
    assert_true(script.noted[NOTE_REMOVAL_BEGUN]);
    script_end(&script);
}

static void test_1_7_1_vanished_record_throws(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.1");
    script_answer(&script, "db find", "napp", "{\"docs\":[]}", 3);
    assert_false(install(&script, napp));
    assert_true(script_logged(&script, "vanished"));
    script_end(&script);
}

static void test_1_7_2_no_compose_entries_installs_nothing(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.1");
    assert_true(install(&script, "{\"version\":8,\"name\":\"napp\",\"compose\":[],\"hash\":\"h\"}"));
    assert_int_equal(script_calls_of(&script, "docker containers.create", NULL), 0);
    script_end(&script);
    begin(&script, "8.9.1");
    assert_false(install(&script, "{\"version\":8,\"name\":\"napp\",\"hash\":\"h\"}"));
    assert_true(script_logged(&script, "is not iterable"));
    script_end(&script);
}

static void test_1_8_installing_error_is_told(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.1");
    script_fail(&script, "docker image.pull", NULL, 500, "toomanyrequests", -1);
    assert_false(install(&script, napp));
    const struct value *data = value_get(script_args_of(&script, "peers send", 1), "data");

    assert_string_equal(value_get_text(data, "type"), "fluxappinstallingerror");
    assert_string_equal(value_get_text(data, "error"),
                        "{\"status\":\"error\",\"data\":{\"code\":500,\"name\":\"Error\",\"message\":\"(HTTP code 500) "
                        "server error - toomanyrequests \"}}");
    assert_int_equal(script_calls_of(&script, "db aggregate", NULL), 1);
    script_end(&script);
}

/* 4.7: from five on the records have no expiry. */
static void test_1_8_five_errors_extend(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.1");
    script_fail(&script, "docker image.pull", NULL, 500, "x", -1);
    script_answer(&script, "db aggregate", NULL, "{\"docs\":[{\"n\":5}]}", -1);
    assert_false(install(&script, napp));
    assert_string_equal(
        value_json(&script.arena, value_get(script_args_of(&script, "db update", 2), "updates")),
        "[{\"q\":{\"name\":\"napp\",\"hash\":\"h1\"},\"u\":{\"$set\":{\"startCacheAt\":null,\"expireAt\":null}},"
        "\"multi\":true}]");
    script_end(&script);
}

/* 1.9: a rejection there removes a fully installed app. */
static void test_1_9_failing_store_removes_the_app(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.1");
    answer_lists(&script);
    script_fail(&script, "db update", NULL, 10107, "not primary", -1);
    assert_false(install(&script, napp));
    assert_true(script.noted[NOTE_REMOVAL_BEGUN]);
    script_end(&script);
}

static void test_1_10_test_install_always_removes(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.1");
    script.node.cells.flags[FLAG_INS] = true; /* refused, and the real app is removed all the same */
    assert_false(register_app_locally(&script.task, script_spec(&script, napp), NULL, NULL, true, false));
    assert_true(script.noted[NOTE_REMOVAL_BEGUN]);
    assert_int_equal(script_calls_of(&script, "peers send", NULL), 0);
    script_end(&script);
}

static void test_1_7_component_only(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.1");
    script_answer(&script, "docker containers.list", NULL, listed_api, -1);
    script_answer(&script, "docker containers.list", NULL, "[]", 2);
    script_answer(&script, "docker network.inspect", NULL, network, -1);
    struct app_spec *app = script_spec(&script, napp);

    assert_true(register_app_locally(&script.task, app, &app->components[0], NULL, false, true));
    assert_int_equal(script_calls_of(&script, "docker networks.create", NULL), 0);
    assert_int_equal(script_calls_of(&script, "db insert", NULL), 0);
    assert_int_equal(script_calls_of(&script, "docker container.start", NULL), 1);
    script_end(&script);
}

static void test_2_1_4_mount_that_is_not_there(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.1");
    script_fail(&script, "host mount | grep", NULL, 1, "", -1);
    assert_false(install(&script, napp));
    assert_true(script_logged(&script, "Volume mount verification failed for /flux/ZelApps/fluxapi_napp. Mount does "
                                       "not exist or is not accessible."));
    script_end(&script);
}

static void test_2_2_soft_install_starts_r_but_not_g(void **state)
{
    static const struct {
        const char *container_data;
        int starts;
    } cases[] = {{"/data", 1}, {"r:/data", 1}, {"g:/data", 0}};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "docker containers.list", NULL, listed_api, -1);
        script_answer(&script, "docker container.inspect", NULL, "{\"State\":{\"Running\":true}}", -1);
        const char *json = arena_printf(&script.arena,
                                        "{\"version\":8,\"name\":\"napp\",\"compose\":[{\"name\":\"api\",\"repotag\":"
                                        "\"a/b:c\",\"containerData\":\"%s\"}]}",
                                        cases[i].container_data);
        struct app_spec *app = script_spec(&script, json);

        assert_null(install_application_soft(&script.task, &app->components[0], "napp", true, app));
        assert_int_equal(script_calls_of(&script, "docker container.start", NULL), cases[i].starts);
        assert_int_equal(script_calls_of(&script, "host fallocate", NULL), 0);
        script_end(&script);
    }
}

static void test_2_2_soft_install_without_container_data_throws(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    struct app_spec *app =
        script_spec(&script, "{\"version\":8,\"name\":\"a\",\"compose\":[{\"name\":\"x\",\"repotag\":"
                             "\"a/b:c\"}]}");

    assert_string_equal(install_application_soft(&script.task, &app->components[0], "a", true, app)->name, "TypeError");
    assert_int_equal(script_calls_of(&script, "docker image.pull", NULL), 1);
    assert_int_equal(script_calls_of(&script, "docker containers.create", NULL), 0);
    script_end(&script);
}

/* 1.6/2: a record that came meanwhile goes first; when it cannot, nothing is inserted. */
static void test_1_6_2_a_record_that_cannot_be_deleted(void **state)
{
    struct script script;

    (void)state;
    begin(&script, "8.9.2");
    answer_lists(&script);
    script_answer(&script, "db find", "napp", "{\"docs\":[{\"name\":\"napp\"}]}", -1);
    script_answer(&script, "db find", "napp", "{\"docs\":[]}", 1); /* 1.1.9 */
    script_fail(&script, "db findAndModify", NULL, 10107, "not primary", 1);
    assert_false(install(&script, napp));
    assert_int_equal(script_calls_of(&script, "db insert", NULL), 0);
    assert_true(script.noted[NOTE_INSTALL_FAILED] && script.noted[NOTE_REMOVAL_BEGUN]);
    assert_false(script.node.cells.flags[FLAG_INS]);
    script_end(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_12_10_whole_install_in_recorded_order),
        cmocka_unit_test(test_12_5_create_body),
        cmocka_unit_test(test_1_1_1_removal_in_progress_refuses),
        cmocka_unit_test(test_1_1_2_installation_in_progress_refuses),
        cmocka_unit_test(test_1_1_4_unknown_collateral_is_no_tier),
        cmocka_unit_test(test_1_1_4_status_without_collateral_is_no_tier),
        cmocka_unit_test(test_1_1_5_no_tier_leaves_installation_flag_set),
        cmocka_unit_test(test_1_1_6_benchmark_failure_removes_the_app),
        cmocka_unit_test(test_1_1_7_short_address_throws),
        cmocka_unit_test(test_1_1_10_already_installed),
        cmocka_unit_test(test_1_1_10_http_response_turns_it_into_a_removal),
        cmocka_unit_test(test_1_1_11_and_12_failures_throw),
        cmocka_unit_test(test_1_2_enterprise_record_contributes_nothing),
        cmocka_unit_test(test_1_2_4_a_stopped_component_holds_the_guard),
        cmocka_unit_test(test_1_2_4_the_loop_holds_the_guard),
        cmocka_unit_test(test_1_2_1_compose_undefined_is_a_type_error),
        cmocka_unit_test(test_1_3_a_failed_prune_ends_the_clean_up),
        cmocka_unit_test(test_1_5_2_up_to_21_attempts),
        cmocka_unit_test(test_1_5_2_legacy_names_have_one_attempt),
        cmocka_unit_test(test_1_5_5_the_chain_is_rebuilt_and_only_reported),
        cmocka_unit_test(test_1_5_5_each_failing_rule_ends_it),
        cmocka_unit_test(test_1_6_1_enterprise_records_keep_no_compose),
        cmocka_unit_test(test_1_6_2_a_record_that_is_there_is_replaced),
        cmocka_unit_test(test_1_6_3_duplicate_key_throws),
        cmocka_unit_test(test_1_7_1_vanished_record_throws),
        cmocka_unit_test(test_1_7_2_no_compose_entries_installs_nothing),
        cmocka_unit_test(test_1_7_component_only),
        cmocka_unit_test(test_1_8_installing_error_is_told),
        cmocka_unit_test(test_1_8_five_errors_extend),
        cmocka_unit_test(test_1_9_failing_store_removes_the_app),
        cmocka_unit_test(test_1_10_test_install_always_removes),
        cmocka_unit_test(test_2_1_4_mount_that_is_not_there),
        cmocka_unit_test(test_2_2_soft_install_starts_r_but_not_g),
        cmocka_unit_test(test_2_2_soft_install_without_container_data_throws),
        cmocka_unit_test(test_1_6_2_a_record_that_cannot_be_deleted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
