/* The parts of an install: image, volume, ports, specification, enterprise blob (lifecycle.md 2.4–2.7, 3.3–3.5). */
#include "core/app_query.h"
#include "core/app_installer.h"
#include "core/app_volume.h"
#include "core/base64.h"
#include "core/docker_service.h"
#include "core/enterprise.h"
#include "core/image_manager.h"
#include "core/port_manager.h"
#include "core/tests/script_door.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct app_spec *one_component(struct script *script, const char *fields)
{
    return script_spec(script,
                       arena_printf(&script->arena,
                                    "{\"version\":8,\"name\":\"app\",\"owner\":\"o\",\"hash\":\"h\",\"compose\":[{"
                                    "\"name\":\"web\"%s}]}",
                                    fields));
}

/* ---- 2.5
 * ------------------------------------------------------------------------------------------------------------- */

static const struct error *verify(struct script *script, const char *repotag)
{
    struct app_spec *app = one_component(script, arena_printf(&script->arena, ",\"repotag\":\"%s\"", repotag));

    return verify_and_pull_image(&script->task, &app->components[0], app);
}

static void test_2_5_architecture_and_names(void **state)
{
    static const char *const bad[] = {"noname", ":tag", "registry:5000/name", ""};
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_non_null(verify(&script, bad[i]));
    }
    assert_null(verify(&script, "nginx:1"));
    assert_string_equal(value_get_text(script_args_of(&script, "net GET /v2/IMAGE/manifests/REF", 1), "image"),
                        "library/nginx");
    assert_null(verify(&script, "ghcr.io/a/b:1"));
    assert_string_equal(value_get_text(script_args_of(&script, "net GET /v2/IMAGE/manifests/REF", 2), "host"),
                        "ghcr.io");
    assert_null(verify(&script, "host:5000/a:1"));
    script_answer(&script, "bench getbenchmarks", NULL, "{\"status\":\"X\",\"architecture\":\"riscv64\"}", 1);
    assert_non_null(verify(&script, "nginx:1"));
    script_answer(&script, "bench getbenchmarks", NULL, "{\"status\":\"X\"}", 1);
    assert_non_null(verify(&script, "nginx:1"));
    script_end(&script);
}

static void test_2_5_2_lists(void **state)
{
    static const char *const blocking[] = {"[\"h\"]", "[\"o\"]", "[\"a/b:1\"]", "[\"A/B\"]", "[\"a\"]"};

    (void)state;
    for (size_t i = 0; i < sizeof blocking / sizeof blocking[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "net GET blockedrepositories.json", NULL, blocking[i], -1);
        assert_non_null(verify(&script, "a/b:1"));
        assert_int_equal(script_calls_of(&script, "docker image.pull", NULL), 0);
        script_end(&script);
    }
    struct script script;

    script_begin(&script, "8.9.2");
    script_fail(&script, "net GET blockedrepositories.json", NULL, 503, "x", 1);
    assert_non_null(verify(&script, "a/b:1")); /* not to be had */
    script_answer(&script, "net GET blockedrepositories.json", NULL, "[1,\"other\"]", 1);
    script_fail(&script, "net GET vettedrepositories.json", NULL, 503, "x", 1); /* tolerated */
    assert_null(verify(&script, "a/b:1"));
    assert_null(verify(&script, "a/b:1")); /* kept for 6 h */
    assert_int_equal(script_calls_of(&script, "net GET blockedrepositories.json", NULL), 2);
    script.node.config.blocked_images = ARRAY(&script.arena, value_string(&script.arena, "a"));
    assert_non_null(verify(&script, "a/b:1")); /* the node's own list */
    script_end(&script);
}

static void test_2_5_4_manifests(void **state)
{
    static const struct {
        const char *manifest;
        bool good;
    } cases[] = {{"{\"layers\":[{\"size\":2000000001}],\"config\":{\"digest\":\"d\"}}", false},
                 {"{\"config\":{\"digest\":\"d\"}}", false},
                 {"{\"layers\":[]}", false},
                 {"{\"manifests\":[{\"digest\":\"d\",\"platform\":{\"architecture\":\"s390x\"}}]}", false},
                 {"{\"manifests\":[{\"platform\":{\"architecture\":\"amd64\"}}]}", false},
                 {"{\"manifests\":[{\"digest\":\"d\",\"platform\":{\"architecture\":\"arm64\"}}]}", false},
                 {"{\"manifests\":[{\"digest\":\"d\",\"platform\":{\"architecture\":\"amd64\"}}]}", true}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "net GET /v2/IMAGE/manifests/REF", NULL, cases[i].manifest, 1);
        assert_int_equal(verify(&script, "a/b:1") == NULL, cases[i].good);
        assert_int_equal(script_calls_of(&script, "docker image.pull", "a/b:1"), cases[i].good);
        script_end(&script);
    }
}

static void test_2_5_4_token(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_fail(&script, "net GET /v2/IMAGE/manifests/REF", NULL, 401, "https://realm", 1);
    assert_null(verify(&script, "a/b:1"));
    assert_string_equal(value_get_text(script_args_of(&script, "net GET token", 1), "realm"), "https://realm");
    script_fail(&script, "net GET /v2/IMAGE/blobs/DIGEST", NULL, 401, "https://realm", 1);
    script_fail(&script, "net GET token", NULL, 500, "x", 1);
    assert_non_null(verify(&script, "a/b:1"));
    script_answer(&script, "net GET /v2/IMAGE/blobs/DIGEST", NULL, "{\"architecture\":\"arm64\"}", 1);
    assert_non_null(verify(&script, "a/b:1"));
    script_end(&script);
}

static void test_2_5_5_in_band_error(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "docker image.pull", NULL, "{\"status\":200,\"error\":\"toomanyrequests\"}", 1);
    assert_string_equal(verify(&script, "a/b:1")->message, "toomanyrequests");
    script_end(&script);
}

static void test_2_5_3_credentials_go_with_the_pull(void **state)
{
    static const char wanted[] = "{\"username\":\"me\",\"password\":\"tok:en\"}";
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    struct app_spec *app = one_component(&script, ",\"repotag\":\"a/b:1\",\"repoauth\":\"me:tok:en\"");

    assert_null(verify_and_pull_image(&script.task, &app->components[0], app));
    const struct value *auth = value_get(script_args_of(&script, "docker image.pull", 1), "auth");

    assert_string_equal(value_json(&script.arena, auth), wanted);
    app->version = 7; /* encrypted to the node's key */
    script_answer(&script, "host pgp decrypt", NULL, "{\"plain\":\"me:tok:en\"}", 1);
    assert_null(verify_and_pull_image(&script.task, &app->components[0], app));
    auth = value_get(script_args_of(&script, "docker image.pull", 2), "auth");
    assert_string_equal(value_json(&script.arena, auth), wanted);
    script_answer(&script, "host pgp decrypt", NULL, "{\"plain\":\"no colon\"}", 1);
    assert_non_null(verify_and_pull_image(&script.task, &app->components[0], app));
    script_fail(&script, "host pgp decrypt", NULL, 0, "Misformed armored text", 1);
    assert_non_null(verify_and_pull_image(&script.task, &app->components[0], app));
    assert_int_equal(script_calls_of(&script, "docker image.pull", NULL), 2);
    script_end(&script);
}

/* ---- 2.4
 * ------------------------------------------------------------------------------------------------------------- */

static void test_2_4_ports(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    struct app_spec *app = one_component(&script, ",\"ports\":[31001,\"31002\"]");

    script_answer(&script, "host ufw status", NULL, "{\"stdout\":\"Status: active\\n\"}", -1);
    script_answer(&script, "host ufw allow", NULL, "{\"stdout\":\"Rule added\"}", -1);
    script.node.config.upnp = true;
    assert_null(setup_application_ports(&script.task, &app->components[0], false));
    EXPECT_CALLS(&script, "host ufw status", "host ufw allow", "host ufw allow", "host upnp map", "clock delay",
                 "host upnp map", "clock delay", "host upnp map", "clock delay", "host upnp map", "clock delay");
    assert_string_equal(value_get_text(script_args_of(&script, "host ufw allow", 2), "command"),
                        "LANG=\"en_US.UTF-8\" && sudo ufw allow 31002 && sudo ufw allow out 31002");
    script_fail(&script, "host upnp map", NULL, 500, "x", 1);
    assert_non_null(setup_application_ports(&script.task, &app->components[0], false));
    script_answer(&script, "host ufw allow", NULL, "{\"stdout\":\"ERROR\"}", -1);
    assert_non_null(setup_application_ports(&script.task, &app->components[0], false));
    script_fail(&script, "host ufw allow", NULL, 1, "x", -1);
    assert_non_null(setup_application_ports(&script.task, &app->components[0], false));
    script_forget(&script);
    assert_null(setup_application_ports(&script.task, &app->components[0], true)); /* test installs open nothing */
    assert_int_equal(script.call_count, 0);
    script_end(&script);
}

static void test_2_4_any_failure_of_the_status_counts_as_inactive(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    struct app_spec *app = one_component(&script, ",\"ports\":[31001]");

    script_fail(&script, "host ufw status", NULL, 1, "x", -1);
    assert_null(setup_application_ports(&script.task, &app->components[0], false));
    EXPECT_CALLS(&script, "host ufw status");
    script_end(&script);
}

/* ---- 2.6
 * ------------------------------------------------------------------------------------------------------------- */

static const struct error *make_volume(struct script *script, const char *container_data, const char *hdd)
{
    struct app_spec *app = one_component(
        script, arena_printf(&script->arena, ",\"hdd\":%s,\"containerData\":\"%s\"", hdd, container_data));

    return create_app_volume(&script->task, &app->components[0], "app", true, app);
}

static void test_2_6_3_size_tests(void **state)
{
    static const char head[] = "Filesystem 1024-blocks Used Available Capacity Mounted on\\n";
    static const struct {
        const char *disks, *hdd, *message; /* message NULL: it fits */
    } cases[] = {{"/dev/vda 500000000 20000000 480000000 4% /", "1", NULL},
                 {"/dev/vda 500000000 20000000 480000000 4% /", "450", "Space is already assigned to system files"},
                 {"/dev/vda 90000000 80000000 30000000 1% /a\\n/dev/vdb 90000000 80000000 30000000 1% /b", "30",
                  "No useable volume found"},
                 {"/dev/loop3 500000000 20000000 480000000 4% /snap\\n/dev/vda1 500000000 2000000 48000000 4% "
                  "/boot\\ntmpfs 1 1 1 "
                  "1% /t",
                  "1", "already assigned"},
                 {"/dev/loop3 500000000 20000000 480000000 4% /", "1", NULL},
                 {"/dev/vdb 500000000 20000000 480000000 4% /data", "1", NULL}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "host df", NULL,
                      arena_printf(&script.arena, "{\"stdout\":\"%s%s\\n\"}", head, cases[i].disks), -1);
        const struct error *error = make_volume(&script, "/d", cases[i].hdd);

        assert_int_equal(error == NULL, cases[i].message == NULL);
        if (error != NULL) {
            assert_non_null(strstr(error->message, cases[i].message));
            assert_int_equal(script_calls_of(&script, "host umount", NULL), 0); /* nothing to clean */
        }
        script_end(&script);
    }
}

static void test_2_6_3_locked_by_installed_apps(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(
        &script, "db find", NULL,
        "{\"docs\":[{\"version\":3,\"name\":\"a\",\"hdd\":300},{\"version\":8,\"name\":\"b\",\"compose\":[{\"hdd\":"
        "50}]}]}",
        -1);
    assert_string_equal(make_volume(&script, "/d", "1")->message,
                        "Insufficient space on Flux Node to spawn an application");
    script_end(&script);
}

/* 2.6/2: a failure leaves 0, and nothing fits. */
static void test_2_6_2_unknown_ssd(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_fail(&script, "bench getbenchmarks", NULL, 0, "x", -1);
    assert_string_equal(make_volume(&script, "/d", "1")->message,
                        "Insufficient space on Flux Node to spawn an application");
    EXPECT_CALLS(&script, "host df", "bench getbenchmarks", "db find");
    assert_true(script_logged(&script, "error: Error: x"));
    assert_true(script.node.cells.ssd_gb <= 0); /* still unknown: the next volume asks again */
    script_end(&script);
}

static void test_2_6_8_and_9_mounts_and_marks(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    assert_null(make_volume(&script, "s:/d|m:logs:/l|f:conf:/c", "1"));
    EXPECT_CALLS(&script, "host df", "bench getbenchmarks", "db find", "host mkdir", "host fallocate", "host mke2fs",
                 "host mkdir", "host mount", "host mkdir", "host mkdir", "host touch", "host chmod", "host chmod",
                 "host chmod", "host chmod", "host mkdir", "host write .stignore", "host crontab -l");
    script_end(&script);
}

static void test_2_6_clean_up(void **state)
{
    static const char *const failing[] = {"host fallocate", "host mke2fs",          "host mount",
                                          "host chmod",     "host write .stignore", "host crontab -l"};

    (void)state;
    for (size_t i = 0; i < sizeof failing / sizeof failing[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_fail(&script, failing[i], NULL, 1, "it failed", -1);
        script_fail(&script, "host rm", NULL, 1, "busy", -1);
        assert_non_null(make_volume(&script, "g:/d", "1"));
        assert_int_equal(script_calls_of(&script, "host umount", "/flux/ZelApps/fluxweb_app"), 1);
        assert_int_equal(script_calls_of(&script, "host rm", NULL), 2);
        assert_true(script_logged(&script, "Command failed: sudo rm -rf"));
        script_end(&script);
    }
    struct script script;

    script_begin(&script, "8.9.2");
    assert_non_null(make_volume(&script, "bad data", "1"));
    assert_int_equal(script_calls_of(&script, "host umount", NULL), 1);
    script_end(&script);
}

static void test_2_6_10_a_job_that_is_there_is_not_saved_again(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "host crontab -l", NULL, "{\"code\":0,\"stdout\":\"@reboot x #fluxweb_app\\n\"}", -1);
    assert_null(make_volume(&script, "/d", "1"));
    script_run_spawned(&script);
    assert_int_equal(script_calls_of(&script, "host crontab -", NULL), 0);
    script_end(&script);
}

/* ---- 2.7
 * ------------------------------------------------------------------------------------------------------------- */

static const char *created_address(struct script *script)
{
    struct app_spec *app = one_component(script, ",\"containerData\":\"/d\",\"repotag\":\"a/b:1\",\"ports\":[1,2],"
                                                 "\"containerPorts\":[80]");

    assert_null(app_docker_create(&script->task, &app->components[0], "app", true, app));
    const struct value *body = value_get(script_args_of(script, "docker containers.create", 1), "body");
    const struct value *endpoint =
        value_get(value_get(value_get(body, "NetworkingConfig"), "EndpointsConfig"), "fluxDockerNetwork_app");

    return value_get_text(value_get(endpoint, "IPAMConfig"), "IPv4Address");
}

static void test_2_7_4_next_free_address(void **state)
{
    static const char net[] = "{\"IPAM\":{\"Config\":[{\"Subnet\":\"172.23.9.0/24\",\"Gateway\":\"172.23.9.1\"}]},"
                              "\"Containers\":{\"a\":{\"IPv4Address\":\"172.23.9.2/24\"}}}";
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "docker network.inspect", NULL, net, -1);
    script_answer(
        &script, "docker containers.list", NULL,
        "[{\"Id\":\"1\",\"Names\":[\"/fluxdb_app\"]},{\"Id\":\"2\",\"Names\":[\"/fluxx_other\"]},{\"Id\":\"3\","
        "\"Names\":[\"/fluxui_app\"]},{\"Id\":\"4\"}]",
        -1);
    script_answer(&script, "docker container.inspect", NULL,
                  "{\"NetworkSettings\":{\"Networks\":{\"fluxDockerNetwork_app\":{\"IPAMConfig\":{\"IPv4Address\":"
                  "\"172.23.9.3\"}}}}}",
                  1);
    script_fail(&script, "docker container.inspect", "fluxdb_app", 500, "x", 1);
    assert_string_equal(created_address(&script), "172.23.9.4");
    assert_int_equal(script_calls_of(&script, "docker container.inspect", NULL), 2);
    assert_true(script_logged(&script, "Error in getNextAvailableIPForApp:"));
    script_end(&script);
}

static void test_2_7_4_no_address_is_no_error(void **state)
{
    static const char *const networks[] = {
        "{}", "{\"IPAM\":{\"Config\":[{\"Subnet\":\"172.23.9.0/16\"}]}}",
        "{\"IPAM\":{\"Config\":[{\"Subnet\":\"x/24\"}]}}",
        ("{\"IPAM\":{\"Config\":[{\"Subnet\":\"172.23.9.0/30\",\"Gateway\":\"172.23.9.1\"}]},\"Containers\":{\"a\":{"
         "\"IPv4Address\":\"172.23.9.2/30\"}}}")};

    (void)state;
    for (size_t i = 0; i < sizeof networks / sizeof networks[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "docker network.inspect", NULL, networks[i], -1);
        assert_null(created_address(&script));
        assert_null(
            value_get(value_get(script_args_of(&script, "docker containers.create", 1), "body"), "NetworkingConfig"));
        assert_true(script_logged(&script, "Error in getNextAvailableIPForApp: "));
        script_end(&script);
    }
}

static void test_2_7_1_restart_policies(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script.node.config.always_restarted =
        ARRAY(&script.arena, value_string(&script.arena, "x"), value_string(&script.arena, "o"));
    script_answer(&script, "docker info", NULL, "{\"DriverStatus\":[[\"Backing Filesystem\",\"xfs\"]]}", -1);
    created_address(&script);
    const struct value *host =
        value_get(value_get(script_args_of(&script, "docker containers.create", 1), "body"), "HostConfig");

    assert_string_equal(value_get_text(value_get(host, "RestartPolicy"), "Name"), "always");
    assert_string_equal(value_get_text(value_get(host, "StorageOpt"), "size"), "10G");
    script_end(&script);
}

static void test_2_7_6_info_without_status_throws(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    struct app_spec *app = one_component(&script, ",\"containerData\":\"/d\",\"repotag\":\"a/b:1\"");

    script_answer(&script, "docker info", NULL, "{}", -1);
    assert_string_equal(app_docker_create(&script.task, &app->components[0], "app", true, app)->name, "TypeError");
    assert_int_equal(script_calls_of(&script, "docker containers.create", NULL), 0);
    script_end(&script);
}

static const struct error *create_first(struct script *script, struct app_spec *app)
{
    return app_docker_create(&script->task, &app->components[0], "app", true, app);
}

static const struct value *last_body(const struct script *script)
{
    return value_get(script->args[script->call_count - 1], "body");
}

static void test_2_7_2_secrets_of_version_7_join_the_environment_in_place(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    struct app_spec *app = one_component(
        &script,
        ",\"containerData\":\"/d\",\"repotag\":\"a/b:1\",\"environmentParameters\":[\"A=1\"],\"secrets\":\"sealed\"");

    app->version = 7;
    script_answer(&script, "host pgp decrypt", NULL, "{\"plain\":\"[\\\"B=2\\\"]\"}", 1);
    assert_null(create_first(&script, app));
    assert_string_equal(script.calls[0], "host pgp decrypt");
    assert_string_equal(value_json(&script.arena, value_get(last_body(&script), "Env")), "[\"A=1\",\"B=2\"]");
    assert_int_equal(value_count(app->components[0].in_place.env), 2);
    script_answer(&script, "host pgp decrypt", NULL, "{\"plain\":\"no list\"}", 1);
    assert_non_null(create_first(&script, app));
    script_fail(&script, "host pgp decrypt", NULL, 0, "Misformed armored text", 1);
    assert_string_equal(create_first(&script, app)->message, "Misformed armored text");
    script_end(&script);
}

static void test_2_7_5_burst_for_listed_owners_is_probed_once(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    struct app_spec *app = one_component(&script, ",\"containerData\":\"/d\",\"repotag\":\"a/b:1\",\"cpu\":0.5");

    app->owner = "listed";
    script.node.config.enterprise_owners = ARRAY(&script.arena, value_string(&script.arena, "listed"));
    for (int i = 0; i < 2; i++) { /* a second probe would say no */
        script_answer(&script, "host access", "/sys/fs/cgroup/cpu.max.burst", i == 0 ? "true" : "false", 1);
        assert_null(create_first(&script, app));
        const struct value *config = value_get(last_body(&script), "HostConfig");

        assert_null(value_get(config, "NanoCPUs"));
        assert_int_equal((int)value_get_number(config, "CpuPeriod", 0), 100000);
        assert_int_equal((int)value_get_number(config, "CpuQuota", 0), 50000);
    }
    app->owner = "another";
    assert_null(create_first(&script, app));
    assert_non_null(value_get(value_get(last_body(&script), "HostConfig"), "NanoCPUs"));
    script_end(&script);
}

static void test_2_7_7_size_option_on_xfs_with_quota_only(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    struct app_spec *app = one_component(&script, ",\"containerData\":\"/d\",\"repotag\":\"a/b:1\"");

    script_answer(&script, "docker info", NULL, "{\"DriverStatus\":[[\"Backing Filesystem\",\"xfs\"]]}", -1);
    script_answer(&script, "host xfs_quota", NULL, "{\"stdout\":\"\"}", 1);
    assert_null(create_first(&script, app));
    assert_non_null(value_get(value_get(last_body(&script), "HostConfig"), "StorageOpt"));
    script_fail(&script, "host xfs_quota", NULL, 1, "not enabled", 1);
    assert_null(create_first(&script, app));
    assert_null(value_get(value_get(last_body(&script), "HostConfig"), "StorageOpt"));
    script_end(&script);
}

static void test_2_7_8_storage_gives_environment_and_commands(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    struct app_spec *app = one_component(&script, ",\"containerData\":\"/d\",\"repotag\":\"a/b:1\","
                                                  "\"environmentParameters\":[\"F_S_ENV=u1\",\"F_S_CMD=u2\"]");

    script_answer(&script, "net GET storage", "u1", "[\"E=1\"]", 1);
    script_answer(&script, "net GET storage", "u2", "[\"run\"]", 1);
    assert_null(create_first(&script, app));
    assert_string_equal(value_json(&script.arena, value_get(last_body(&script), "Env")),
                        "[\"F_S_ENV=u1\",\"F_S_CMD=u2\",\"E=1\"]");
    assert_string_equal(value_json(&script.arena, value_get(last_body(&script), "Cmd")), "[\"run\"]");
    assert_int_equal(value_count(app->components[0].in_place.env), 3); /* the spec's own array */
    script_answer(&script, "net GET storage", "u1", "{}", 1);
    assert_non_null(create_first(&script, app));
    script_fail(&script, "net GET storage", "u1", 404, "not found", 1);
    assert_int_equal(create_first(&script, app)->status, 404);
    script_end(&script);
}

static void test_2_7_3_a_component_sends_its_logs_to_the_collector(void **state)
{
    static const char collector[] =
        "{\"NetworkSettings\":{\"Networks\":{\"fluxDockerNetwork_app\":{\"IPAddress\":\"172.23.9.3\"}}}}";
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    struct app_spec *app = script_spec(&script, "{\"version\":4,\"name\":\"app\",\"compose\":["
                                                "{\"name\":\"web\",\"containerData\":\"/d\",\"repotag\":\"a/b:1\","
                                                "\"environmentParameters\":[\"LOG=SEND\"]},"
                                                "{\"name\":\"sink\",\"containerData\":\"/d\",\"repotag\":\"a/b:1\","
                                                "\"environmentParameters\":[\"LOG=COLLECT\"]}]}");

    script_answer(&script, "docker container.inspect", "fluxsink_app", collector, 1);
    assert_null(create_first(&script, app));
    assert_string_equal(script.calls[0], "docker container.inspect");
    const struct value *body = last_body(&script);

    assert_string_equal(value_json(&script.arena, value_get(value_get(body, "HostConfig"), "LogConfig")),
                        "{\"Type\":\"gelf\",\"Config\":{\"gelf-address\":\"udp://172.23.9.3:12201\"}}");
    assert_string_equal(value_json(&script.arena, value_get(body, "Labels")),
                        "{\"app_name\":\"app\",\"host_id\":\"c0ffee0\",\"host_ip\":\"198.51.100.7\"}");

    /* No collector yet: Docker keeps the logs. */
    script_fail(&script, "docker container.inspect", "fluxsink_app", 404, "no such container", 1);
    assert_null(create_first(&script, app));
    body = last_body(&script);
    assert_null(value_get(body, "Labels"));
    assert_string_equal(value_get_text(value_get(value_get(body, "HostConfig"), "LogConfig"), "Type"), "json-file");
    app->component_count = 1;
    assert_null(create_first(&script, app));
    assert_null(value_get(last_body(&script), "Labels"));
    script_end(&script);
}

static void test_2_7_3_the_collector_looks_for_an_address_once_more(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    struct app_spec *app = one_component(
        &script, ",\"containerData\":\"/d\",\"repotag\":\"a/b:1\",\"environmentParameters\":[\"LOG=COLLECT\"]");

    assert_null(create_first(&script, app));
    assert_int_equal(script_calls_of(&script, "docker network.inspect", NULL), 2);
    assert_non_null(value_get(last_body(&script), "Labels"));
    script_end(&script);
}

static void test_1_10_orbit_is_polled_in_a_test_install(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    struct app_spec *app = one_component(&script, ",\"containerData\":\"/d\",\"repotag\":\"runonflux/orbit:latest\","
                                                  "\"ports\":[31000],\"containerPorts\":[80],\"hdd\":1");

    script_answer(&script, "docker containers.list", NULL, "[{\"Id\":\"x\",\"Names\":[\"/fluxc_app\"]}]", -1);
    script_answer(&script, "net GET orbit status", NULL, "{}", -1);
    script_fail(&script, "net GET orbit status", NULL, 0, "connect ECONNREFUSED", 3);
    int64_t before_ms = script.now_ms;

    app->components[0].name = "c";
    script_answer(&script, "host mount | grep", NULL, "{\"stdout\":\"x on /flux/ZelApps/fluxc_app\"}", -1);
    assert_null(install_application_hard(&script.task, &app->components[0], "app", true, app, true));
    assert_int_equal(script_calls_of(&script, "net GET orbit status", NULL), 4);
    assert_int_equal((int)(script.now_ms - before_ms), 5000 + 3 * 5000);
    script_fail(&script, "net GET orbit status", NULL, 0, "connect ECONNREFUSED", -1);
    assert_non_null(install_application_hard(&script.task, &app->components[0], "app", true, app, true));
    assert_int_equal(script_calls_of(&script, "net GET orbit status", NULL), 4 + 24);
    script_end(&script);
}

static void test_2_5_2_marketplace_is_asked_between_the_lists_by_a_node_with_own_blocks(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    struct app_spec *app = one_component(&script, ",\"containerData\":\"/d\",\"repotag\":\"a/b:1\"");

    script.node.config.blocked_images = ARRAY(&script.arena, value_string(&script.arena, "other/image"));
    const struct error *error = verify_and_pull_image(&script.task, &app->components[0], app);

    (void)error;
    assert_int_equal(script_calls_of(&script, "net GET marketplace apps", NULL), 1);
    for (int i = 1; i + 1 < script.call_count; i++) {
        if (strcmp(script.calls[i], "net GET marketplace apps") == 0) {
            assert_string_equal(script.calls[i - 1], "net GET blockedrepositories.json");
            assert_string_equal(script.calls[i + 1], "net GET vettedrepositories.json");
        }
    }
    script_end(&script);
}

/* ---- 3.2 and 3.3
 * ------------------------------------------------------------------------------------------------------ */

static void test_3_2_backup_adds_version_3_apps(void **state)
{
    struct script script;
    const struct value *running = NULL;

    (void)state;
    script_begin(&script, "8.9.2");
    cache_set(&script.node.cells.caches[CELL_BACKUP_IN_PROGRESS], "old", &script, script.now_ms);
    script_answer(
        &script, "docker containers.list", NULL,
        "[{\"Names\":[\"/fluxold\"],\"State\":\"exited\"},{\"Names\":[\"/fluxa_b\"],\"Mounts\":[]},{\"Names\":"
        "[\"/x\"]},{}]",
        -1);
    script_answer(&script, "docker containers.list", NULL,
                  "[{\"Names\":[\"/fluxa_b\"],\"HostConfig\":{}},{\"Names\":"
                  "[\"/other\"]}]",
                  1);
    assert_true(list_running_apps(&script.task, &running));
    assert_string_equal(value_json(&script.arena, running),
                        "[{\"Names\":[\"/fluxa_b\"]},{\"Names\":[\"/fluxold\"],\"State\":\"exited\"}]");
    script_fail(&script, "docker containers.list", NULL, 500, "x", -1);
    script_answer(&script, "docker containers.list", NULL, "[]", 1);
    assert_false(list_running_apps(&script.task, &running));
    script_answer(&script, "docker containers.list", NULL, "\"garbled\"", 1);
    assert_false(list_running_apps(&script.task, &running));
    script_end(&script);
}

static struct app_spec *enterprise_app(struct script *script, size_t blob_size)
{
    unsigned char *bytes = arena_alloc(&script->arena, blob_size);

    return script_spec(script, arena_printf(&script->arena,
                                            "{\"version\":8,\"name\":\"gapp\",\"enterprise\":\"%s\",\"compose\":[]}",
                                            base64_encode(&script->arena, bytes, blob_size)));
}

static void test_3_4_what_cannot_be_decrypted(void **state)
{
    static const struct {
        const char *reply, *error;
    } cases[] = {{"\"not json\"", "SyntaxError: Unexpected token in JSON at position 0"},
                 {"\"{\\\"status\\\":\\\"error\\\"}\"", "Error: Error decrypting AES key."},
                 {"\"{\\\"status\\\":\\\"ok\\\"}\"", "RangeError: Invalid key length"},
                 {"\"{\\\"status\\\":\\\"ok\\\",\\\"message\\\":\\\"YQ==\\\"}\"", "RangeError: Invalid key length"},
                 {"\"{\\\"status\\\":\\\"ok\\\",\\\"message\\\":\\\"!!!!\\\"}\"", "RangeError: Invalid key length"},
                 /* a key of 32 bytes that is the wrong one */
                 {"\"{\\\"status\\\":\\\"ok\\\",\\\"message\\\":\\\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                  "AAAAAAAAAAAA=\\\"}\"",
                  "Error: Unsupported state or unable to authenticate data"},
                 {"{}", "Error: Error getting decrypted AES key."}};
    struct script script;
    struct app_spec *clear = NULL;

    (void)state;
    script_begin(&script, "8.9.2");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        script_answer(&script, "bench decryptrsamessage", NULL, cases[i].reply, -1);
        const struct error *error =
            check_and_decrypt_app_specs(&script.task, &script.arena, enterprise_app(&script, 300), &clear);

        assert_non_null(error);
        assert_string_equal(error_text(&script.arena, error), cases[i].error);
    }
    script_forget(&script);
    assert_string_equal(
        check_and_decrypt_app_specs(&script.task, &script.arena, enterprise_app(&script, 100), &clear)->message,
        "Invalid enterprise object");
    EXPECT_CALLS(&script, "db find", "db find");
    script.node.config.arcane = false;
    assert_string_equal(
        check_and_decrypt_app_specs(&script.task, &script.arena, enterprise_app(&script, 300), &clear)->message,
        "Application Specifications can only be decrypted on ArcaneOS.");
    EXPECT_CALLS(&script, "db find", "db find");
    assert_null(check_and_decrypt_app_specs(&script.task, &script.arena, NULL, &clear));
    assert_null(clear);
    script_end(&script);
}

static void test_3_4_6_owner_is_looked_up_when_missing(void **state)
{
    struct script script;
    struct app_spec *clear = NULL;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "db find", NULL, "{\"docs\":[{\"owner\":\"found\",\"height\":7}]}", -1);
    assert_non_null(check_and_decrypt_app_specs(&script.task, &script.arena, enterprise_app(&script, 300), &clear));
    EXPECT_CALLS(&script, "db find", "db find", "db find", "bench decryptrsamessage");
    const char *parameter =
        value_text(value_at(value_get(script_args_of(&script, "bench decryptrsamessage", 1), "params"), 0));

    assert_non_null(strstr(parameter, "\"fluxID\":\"found\""));
    assert_non_null(strstr(parameter, "\"blockHeight\":7"));
    script_end(&script);
}

/* ---- 3.5
 * ---------------------------------------------------------------------------------------------------------------- */

static void test_3_5_formatter(void **state)
{
    static const struct {
        const char *json;
        const char *formatted; /* NULL: throws */
    } cases[] = {
        {"{\"version\":0,\"name\":\"a\"}", NULL},
        {"{\"version\":1,\"name\":\"a\",\"description\":\"d\",\"owner\":\"o\",\"repotag\":\"r\",\"port\":1,"
         "\"containerPort\":2,"
         "\"containerData\":\"/"
         "d\",\"cpu\":\"1\",\"ram\":1,\"hdd\":1,\"tiered\":\"false\",\"hash\":\"h\",\"commands\":\"[]\"}",
         "{\"version\":1,\"name\":\"a\",\"description\":\"d\",\"owner\":\"o\",\"repotag\":\"r\",\"port\":1,"
         "\"containerPort\":2,"
         "\"commands\":[],\"containerData\":\"/d\",\"cpu\":1,\"ram\":1,\"hdd\":1,\"tiered\":false}"},
        {"{\"version\":4,\"name\":5,\"description\":\"d\",\"owner\":\"o\",\"compose\":[],\"instances\":3}",
         "{\"version\":4,\"name\":\"5\",\"description\":\"d\",\"owner\":\"o\",\"compose\":[],\"instances\":3}"},
        {"{\"version\":4,\"name\":\"a\",\"description\":\"d\",\"owner\":\"o\",\"compose\":1,\"instances\":3}", NULL},
        {"{\"version\":4,\"name\":\"a\",\"description\":\"d\",\"owner\":\"o\",\"compose\":\"{}\",\"instances\":3}",
         NULL},
        {"{\"version\":4,\"name\":\"a\",\"description\":\"d\",\"owner\":\"o\",\"compose\":[],\"instances\":\"x\"}",
         NULL},
        {"{\"version\":4,\"name\":\"a\",\"description\":\"d\",\"owner\":\"o\",\"compose\":[],\"instances\":[]}", NULL},
        {"{\"version\":4,\"name\":\"a\",\"description\":\"d\",\"owner\":\"o\",\"compose\":[],\"instances\":2}", NULL},
        {"{\"version\":4,\"name\":\"a\",\"description\":\"d\",\"owner\":\"o\",\"compose\":[],\"instances\":101}", NULL},
        {"{\"version\":4,\"name\":\"a\",\"description\":\"d\",\"compose\":[],\"instances\":3}", NULL},
        {"{\"version\":4,\"name\":\"a\",\"description\":null,\"owner\":\"o\",\"compose\":[],\"instances\":3}", NULL},
        {"{\"version\":8,\"name\":\"a\",\"description\":{\"x\":1},\"owner\":\"o\",\"compose\":\"[]\",\"instances\":"
         "\"3\","
         "\"contacts\":[],\"geolocation\":[],\"expire\":5000,\"nodes\":[],\"staticip\":\"false\",\"datacenter\":[7],"
         "\"enterprise\":\"\",\"height\":1}",
         "{\"version\":8,\"name\":\"a\",\"description\":\"{\\\"x\\\":1}\",\"owner\":\"o\",\"compose\":[],\"instances\":"
         "3,"
         "\"contacts\":[],\"geolocation\":[],\"expire\":5000,\"nodes\":[],\"staticip\":false,\"datacenter\":[7],"
         "\"enterprise\":\"\"}"},
        {"{\"version\":6,\"name\":\"a\",\"description\":\"d\",\"owner\":\"o\",\"compose\":[],\"instances\":3,"
         "\"contacts\":[],"
         "\"geolocation\":[],\"expire\":2000000}",
         NULL}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;
        struct app_spec *formatted = NULL;

        script_begin(&script, "8.9.2");
        const struct error *error =
            specification_formatter(&script.task, script_spec(&script, cases[i].json), &formatted);

        assert_int_equal(error == NULL, cases[i].formatted != NULL);
        if (error == NULL) {
            assert_string_equal(value_json(&script.arena, formatted->document), cases[i].formatted);
        }
        script_end(&script);
    }
}

static void test_1_6_4_tier_resources(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    struct app_spec *app = one_component(
        &script, ",\"cpu\":1,\"ram\":2,\"hdd\":3,\"cpusuper\":9,\"ramsuper\":0,\"environmentParameters\":[]");

    apply_tier_resources(&script.task, &app->components[0], "super", false);
    assert_true(app->components[0].in_place.cpu > 8.9 && app->components[0].in_place.ram < 2.1);
    assert_non_null(app_spec_component(app, "web"));
    assert_null(app_spec_component(app, "db"));
    app->components[0].in_place.env = ARRAY(&script.arena, value_string(&script.arena, "A=B"));
    struct app_spec *copy = app_spec_copy(&script.task, app); /* what was changed in place is written back */

    assert_true(copy->components[0].in_place.cpu > 8.9);
    assert_int_equal(value_count(copy->components[0].in_place.env), 1);
    apply_tier_resources(&script.task, &app->components[0], "super", true);
    assert_true(app->components[0].in_place.hdd < 2.1 && app->components[0].in_place.cpu < 0.21);
    assert_string_equal(script_spec(&script, "{}")->name, "undefined");
    assert_non_null(app_spec_document(&script.task, script_spec(&script, "{\"version\":8}")));
    script_end(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_2_5_architecture_and_names),
        cmocka_unit_test(test_2_5_2_lists),
        cmocka_unit_test(test_2_5_3_credentials_go_with_the_pull),
        cmocka_unit_test(test_2_5_4_manifests),
        cmocka_unit_test(test_2_5_4_token),
        cmocka_unit_test(test_2_5_5_in_band_error),
        cmocka_unit_test(test_2_4_ports),
        cmocka_unit_test(test_2_4_any_failure_of_the_status_counts_as_inactive),
        cmocka_unit_test(test_2_6_3_size_tests),
        cmocka_unit_test(test_2_6_3_locked_by_installed_apps),
        cmocka_unit_test(test_2_6_2_unknown_ssd),
        cmocka_unit_test(test_2_6_8_and_9_mounts_and_marks),
        cmocka_unit_test(test_2_6_clean_up),
        cmocka_unit_test(test_2_6_10_a_job_that_is_there_is_not_saved_again),
        cmocka_unit_test(test_2_7_4_next_free_address),
        cmocka_unit_test(test_2_7_4_no_address_is_no_error),
        cmocka_unit_test(test_2_7_1_restart_policies),
        cmocka_unit_test(test_2_7_6_info_without_status_throws),
        cmocka_unit_test(test_2_7_2_secrets_of_version_7_join_the_environment_in_place),
        cmocka_unit_test(test_2_7_5_burst_for_listed_owners_is_probed_once),
        cmocka_unit_test(test_2_7_3_a_component_sends_its_logs_to_the_collector),
        cmocka_unit_test(test_2_7_3_the_collector_looks_for_an_address_once_more),
        cmocka_unit_test(test_2_7_7_size_option_on_xfs_with_quota_only),
        cmocka_unit_test(test_2_7_8_storage_gives_environment_and_commands),
        cmocka_unit_test(test_1_10_orbit_is_polled_in_a_test_install),
        cmocka_unit_test(test_2_5_2_marketplace_is_asked_between_the_lists_by_a_node_with_own_blocks),
        cmocka_unit_test(test_3_2_backup_adds_version_3_apps),
        cmocka_unit_test(test_3_4_what_cannot_be_decrypted),
        cmocka_unit_test(test_3_4_6_owner_is_looked_up_when_missing),
        cmocka_unit_test(test_3_5_formatter),
        cmocka_unit_test(test_1_6_4_tier_resources),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
