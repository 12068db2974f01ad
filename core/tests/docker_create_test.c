/* 2.7 where the specification or the Engine's answers are odd: addresses, environment, burst, logs, images. */
#include "core/app_installer.h"
#include "core/docker_service.h"
#include "core/image_manager.h"
#include "core/log_collector.h"
#include "core/tests/script_door.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define PROBE "/sys/fs/cgroup/cpu.max.burst"
#define NETWORK(config, containers) "{\"IPAM\":{\"Config\":[{" config "}]},\"Containers\":" containers "}"

static struct app_spec *app_of(struct script *script, int version, const char *components)
{
    const char *json = arena_printf(&script->arena,
                                    "{\"version\":%d,\"name\":\"app\",\"owner\":\"o\",\"hash\":\"h\",\"compose\":[%s]}",
                                    version, components);

    return app_spec_from(&script->arena, value_parse(&script->arena, json, strlen(json)));
}

#define COMPONENT(name, more) "{\"name\":\"" name "\",\"containerData\":\"/d\",\"repotag\":\"a/b:1\"" more "}"

static const struct error *create(struct script *script, struct app_spec *app)
{
    return app_docker_create(&script->task, &app->components[0], "app", true, app);
}

static const struct value *body_of(const struct script *script)
{
    return value_get(
        script_args_of(script, "docker containers.create", script_calls_of(script, "docker containers.create", NULL)),
        "body");
}

/* The address that the first component gets of a network, "" when none. */
static const char *address_in(struct script *script, const char *network)
{
    script_answer(script, "docker network.inspect", NULL, network, 1);
    assert_null(create(script, app_of(script, 8, COMPONENT("web", ""))));
    const struct value *endpoint = value_get(
        value_get(value_get(body_of(script), "NetworkingConfig"), "EndpointsConfig"), "fluxDockerNetwork_app");
    const char *address = value_get_text(value_get(endpoint, "IPAMConfig"), "IPv4Address");

    return address == NULL ? "" : address;
}

#define ENDPOINT(address) "{\"a\":{\"IPv4Address\":\"" address "\"}}"
#define FULL "No available IP addresses in the subnet"
#define NO_SUBNET "Cannot read properties of undefined (reading 'Subnet')"

static void test_2_7_4_networks(void **state)
{
    static const struct {
        const char *network, *address, *error; /* error NULL: none is logged */
    } cases[] = {
        {NETWORK("\"Subnet\":\"172.23.9.0/24\",\"Gateway\":\"172.23.9.1\"", "{}"), "172.23.9.2", NULL},
        {NETWORK("\"Subnet\":\"172.23.9.0/30\"", "{}"), "172.23.9.1", NULL},
        {NETWORK("\"Subnet\":\"172.23.9.0/30\",\"Gateway\":\"172.23.9.1\"", "{}"), "172.23.9.2", NULL},
        {NETWORK("\"Subnet\":\"172.23.9.0/30\",\"Gateway\":\"172.23.9.1\"", ENDPOINT("172.23.9.2/30")), "", FULL},
        {NETWORK("\"Subnet\":\"172.23.9.0/24\",\"Gateway\":\"10.0.0.1\"", "{}"), "172.23.9.1", NULL},
        {NETWORK("\"Subnet\":\"172.23.9.0/24\",\"Gateway\":\"172.23.9.1\"", "[\"172.23.9.2\"]"), "172.23.9.2", NULL},
        {NETWORK("\"Subnet\":\"172.23.9.0/24\"", ENDPOINT("")), "172.23.9.1", NULL},
        {NETWORK("\"Subnet\":\"172.23.9.0/24\"", ENDPOINT("172.23.10.0/24")), "172.23.9.1", NULL},
        {NETWORK("\"Subnet\":\"172.23.9.0/24\"",
                 "{\"a\":{\"IPv4Address\":\"172.23.9.1/24\"},\"b\":{\"IPv4Address\":\"172.23.9.2/24\"}}"),
         "172.23.9.3", NULL},
        {NETWORK("\"Subnet\":\"172.23.9.0/31\"", "{}"), "", NO_SUBNET},
        {NETWORK("\"Subnet\":\"172.23.9.0/23\"", "{}"), "", NO_SUBNET},
        {NETWORK("\"Subnet\":\"172.23.9.0/x\"", "{}"), "", NO_SUBNET},
        {NETWORK("\"Subnet\":\"172.23.9.0\"", "{}"), "", NO_SUBNET},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        assert_string_equal(address_in(&script, cases[i].network), cases[i].address);
        assert_int_equal(script.line_count, cases[i].error != NULL);
        if (cases[i].error != NULL) {
            assert_string_equal(
                script.lines[0],
                arena_printf(&script.arena, "error: Error in getNextAvailableIPForApp: %s", cases[i].error));
        }
        script_end(&script);
    }
}

/* Whichever of its names ends in the app's. */
static void test_2_7_4_containers_of_the_app(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "docker containers.list", NULL,
                  "[{\"Id\":\"1\",\"Names\":[null,\"/a\",\"/fluxdb_app\"]},{\"Id\":\"2\",\"Names\":[\"fluxui_app\"]},"
                  "{\"Id\":\"3\",\"Names\":[\"/fluxui_apps\"]},{\"Id\":\"4\",\"Names\":[\"_app\"]}]",
                  -1);
    for (int i = 0; i < 3; i++) {
        script_answer(&script, "docker container.inspect", NULL,
                      arena_printf(&script.arena,
                                   "{\"NetworkSettings\":{\"Networks\":{\"fluxDockerNetwork_app\":{"
                                   "\"IPAMConfig\":{\"IPv4Address\":\"172.23.9.%d\"}}}}}",
                                   4 - i),
                      1);
    }
    assert_string_equal(address_in(&script, NETWORK("\"Subnet\":\"172.23.9.0/24\",\"Gateway\":\"172.23.9.1\"", "{}")),
                        "172.23.9.5");
    assert_int_equal(script_calls_of(&script, "docker container.inspect", NULL), 3);
    assert_int_equal(script_calls_of(&script, "docker container.inspect", "fluxui_app"), 1);
    script_end(&script);
}

static void test_2_7_9_a_path_that_cannot_be_made_ends_it(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "host access", NULL, "false", -1);
    script_fail(&script, "host mkdir", NULL, 1, "read-only file system", -1);
    assert_non_null(
        strstr(create(&script, app_of(&script, 8, COMPONENT("web", "")))->message, "read-only file system"));
    assert_int_equal(script_calls_of(&script, "docker containers.create", NULL), 0);
    script_end(&script);
}

static void test_2_7_2_secrets(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    assert_null(create(&script, app_of(&script, 7, COMPONENT("web", ""))));
    assert_null(create(&script, app_of(&script, 7, COMPONENT("web", ",\"secrets\":\"\""))));
    assert_null(create(&script, app_of(&script, 8, COMPONENT("web", ",\"secrets\":\"sealed\""))));
    assert_int_equal(script_calls_of(&script, "host pgp decrypt", NULL), 0);
    assert_int_equal(value_count(value_get(body_of(&script), "Env")), 0);

    script_answer(&script, "host pgp decrypt", NULL, "{\"plain\":\"[\\\"A=1\\\"]\"}", 1);
    assert_null(create(&script, app_of(&script, 7, COMPONENT("web", ",\"secrets\":\"sealed\""))));
    assert_string_equal(value_json(&script.arena, value_get(body_of(&script), "Env")), "[\"A=1\"]");
    script_answer(&script, "host pgp decrypt", NULL, "{\"plain\":\"[\\\"B=2\\\",\\\"C=3\\\"]\"}", 1);
    assert_null(create(&script, app_of(&script, 7, COMPONENT("web", ",\"secrets\":\"s\""))));
    assert_string_equal(value_json(&script.arena, value_get(body_of(&script), "Env")), "[\"B=2\",\"C=3\"]");

    script_answer(&script, "host pgp decrypt", NULL, "{}", 1);
    assert_string_equal(create(&script, app_of(&script, 7, COMPONENT("web", ",\"secrets\":\"sealed\"")))->message,
                        "Environment parameters from secrets are invalid");
    /* An environment that is no array takes nothing in: its members are no entries. */
    static const char *const odd[] = {"{\"\\u0004\":1}", "\"A=1\"", "7"};

    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        const char *more = arena_printf(&script.arena,
                                        "{\"name\":\"web\",\"containerData\":\"/d\",\"secrets\":\"sealed\","
                                        "\"environmentParameters\":%s}",
                                        odd[i]);

        script_answer(&script, "host pgp decrypt", NULL, "{\"plain\":\"[\\\"A=1\\\"]\"}", 1);
        const struct error *error = create(&script, app_of(&script, 7, more));

        assert_non_null(error);
        assert_string_equal(error->message, "envParams.push is not a function");
        script_answer(&script, "host pgp decrypt", NULL, "{\"plain\":\"[]\"}", 1);
        assert_null(create(&script, app_of(&script, 7, more)));
    }
    script_end(&script);
}

static void test_2_7_5_a_host_that_cannot_burst(void **state)
{
    (void)state;
    for (int fails = 0; fails < 2; fails++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script.node.config.enterprise_owners = ARRAY(&script.arena, value_string(&script.arena, "o"));
        script_answer(&script, "host access", PROBE, "true", -1); /* a second probe would say yes */
        if (fails) {
            script_fail(&script, "host access", PROBE, 1, "ENOENT", 1);
        } else {
            script_answer(&script, "host access", PROBE, "false", 1);
        }
        for (int i = 0; i < 2; i++) {
            assert_null(create(&script, app_of(&script, 8, COMPONENT("web", ",\"cpu\":0.5"))));
            assert_null(value_get(value_get(body_of(&script), "HostConfig"), "CpuQuota"));
            assert_non_null(value_get(value_get(body_of(&script), "HostConfig"), "NanoCPUs"));
        }
        assert_int_equal(script_calls_of(&script, "host access", PROBE), 1);
        script_end(&script);
    }
}

static void test_2_7_8_entries_that_are_no_texts(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "net GET storage", "u", "[\"E=1\"]", -1);
    assert_null(
        create(&script, app_of(&script, 8, COMPONENT("web", ",\"environmentParameters\":[1,null,\"F_S_ENV=u\"]"))));
    assert_string_equal(value_json(&script.arena, value_get(body_of(&script), "Env")),
                        "[1,null,\"F_S_ENV=u\",\"E=1\"]");
    script_end(&script);
}

#define SENDS ",\"environmentParameters\":[\"LOG=SEND\"]"
#define COLLECTS ",\"environmentParameters\":[\"LOG=COLLECT\"]"

static const char *log_type(struct script *script, const char *networks)
{
    script_answer(script, "docker container.inspect", NULL,
                  arena_printf(&script->arena, "{\"NetworkSettings\":{\"Networks\":%s}}", networks), 1);
    assert_null(
        create(script, app_of(script, 8,
                              COMPONENT("web", SENDS) "," COMPONENT("one", COLLECTS) "," COMPONENT("two", COLLECTS))));
    return value_get_text(value_get(value_get(body_of(script), "HostConfig"), "LogConfig"), "Type");
}

static void test_2_7_3_the_first_collector_with_an_address(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    assert_string_equal(log_type(&script, "{\"fluxDockerNetwork_app\":{\"IPAddress\":\"172.23.9.3\"}}"), "gelf");
    assert_string_equal(log_type(&script, "{\"fluxDockerNetwork_app\":{\"IPAddress\":\"\"}}"), "json-file");
    assert_string_equal(log_type(&script, "{\"bridge\":{\"IPAddress\":\"172.17.0.2\"}}"), "json-file");
    assert_int_equal(script_calls_of(&script, "docker container.inspect", "fluxone_app"), 3);
    assert_int_equal(script_calls_of(&script, "docker container.inspect", "fluxtwo_app"), 0);
    script_end(&script);
}

/* Whichever place it has among the components; an error of the look-up is logged, and Docker keeps the logs. */
static void test_2_7_3_the_collector_may_come_first(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    struct app_spec *app = app_of(&script, 4, COMPONENT("sink", COLLECTS) "," COMPONENT("web", SENDS));

    script_answer(&script, "docker container.inspect", "fluxsink_app",
                  "{\"NetworkSettings\":{\"Networks\":{\"fluxDockerNetwork_app\":{\"IPAddress\":\"172.23.9.3\"}}}}", 1);
    assert_null(app_docker_create(&script.task, &app->components[1], "app", true, app));
    assert_string_equal(value_json(&script.arena, value_get(value_get(body_of(&script), "HostConfig"), "LogConfig")),
                        "{\"Type\":\"gelf\",\"Config\":{\"gelf-address\":\"udp://172.23.9.3:12201\"}}");
    script_forget(&script);
    script_fail(&script, "docker container.inspect", "fluxsink_app", 404, "no such container: fluxsink_app", 1);
    assert_null(app_docker_create(&script.task, &app->components[1], "app", true, app));
    assert_true(script_logged(&script, "error: Error: (HTTP code 404) no such container - "));
    assert_string_equal(value_get_text(value_get(value_get(body_of(&script), "HostConfig"), "LogConfig"), "Type"),
                        "json-file");
    script_end(&script);
}

static void test_2_7_3_no_collector(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    struct app_spec *app = app_of(&script, 4, COMPONENT("db", "") "," COMPONENT("web", SENDS));

    assert_null(log_collector_ip(&script.task, app, "app", "net"));
    assert_int_equal(script.call_count, 0);
    script_end(&script);
}

/* 0.3: up to version 3 the container bears the app's name, with components theirs too. */
static void test_2_7_3_the_collectors_container(void **state)
{
    static const struct {
        const char *json, *container;
    } cases[] = {
        {"{\"version\":3,\"name\":\"app\",\"environmentParameters\":[\"LOG=COLLECT\"]}", "fluxapp"},
        {"{\"version\":4,\"name\":\"app\",\"compose\":[" COMPONENT("one", "") "," COMPONENT("two", COLLECTS) "]}",
         "fluxtwo_app"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        assert_null(log_collector_ip(&script.task, script_spec(&script, cases[i].json), "app", "net"));
        assert_int_equal(script.call_count, 1);
        assert_string_equal(script.objects[0], cases[i].container);
        script_end(&script);
    }
}

/* The mounts are parsed first: no call is made for what is none. */
static void test_2_7_1_mounts_that_are_none(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    struct app_spec *app =
        app_of(&script, 8, "{\"name\":\"web\",\"containerData\":\"/d|nothing\",\"repotag\":\"a/b:1\"}");

    assert_non_null(strstr(create(&script, app)->message, "nothing"));
    assert_int_equal(script.call_count, 0);
    script_end(&script);
}

/* The size option is for xfs only, whatever the place of the entry that says so, and for no file system unnamed. */
static void test_2_7_6_the_backing_filesystem(void **state)
{
    static const struct {
        const char *status;
        bool is_xfs;
    } cases[] = {
        {"[[\"Supports d_type\",\"true\"],[\"Backing Filesystem\",\"xfs\"]]", true},
        {"[[\"Backing Filesystem\",\"xfs\"],[\"Supports d_type\",\"true\"]]", true},
        {"[[\"Backing Filesystem\",\"extfs\"],[\"Supports d_type\",\"xfs\"]]", false},
        {"[[\"Supports d_type\",\"true\"]]", false},
        {"[]", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "docker info", NULL,
                      arena_printf(&script.arena, "{\"DriverStatus\":%s}", cases[i].status), 1);
        assert_null(create(&script, app_of(&script, 8, COMPONENT("web", ""))));
        assert_int_equal(value_get(value_get(body_of(&script), "HostConfig"), "StorageOpt") != NULL, cases[i].is_xfs);
        assert_int_equal(script_calls_of(&script, "host xfs_quota", NULL), cases[i].is_xfs);
        script_end(&script);
    }
}

/* ---- 12.5 -------------------------------------------------------------------------------------------------------- */

/* Versions up to 3 are one component, which is not named. */
static struct app_spec *flat_app(struct script *script, int version, const char *more)
{
    return script_spec(script, arena_printf(&script->arena,
                                            "{\"version\":%d,\"name\":\"app\",\"owner\":\"o\",\"hash\":\"h\","
                                            "\"containerData\":\"/d\",\"repotag\":\"a/b:1\"%s}",
                                            version, more));
}

static void test_12_5_the_host_is_named_after_app_or_component(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    for (int version = 1; version <= 8; version++) {
        struct app_spec *app =
            version <= 3 ? flat_app(&script, version, "") : app_of(&script, version, COMPONENT("web", ""));

        assert_null(app_docker_create(&script.task, &app->components[0], "app", version > 3, app));
        assert_string_equal(value_get_text(body_of(&script), "Hostname"), version <= 3 ? "app" : "web");
    }
    script_end(&script);
}

#define EXPOSED(port) "\"" port "/tcp\":{},\"" port "/udp\":{}"
#define BOUND(port, host)                                                                                              \
    "\"" port "/tcp\":[{\"HostPort\":\"" host "\"}],\"" port "/udp\":[{\"HostPort\":\"" host "\"}]"

static void test_12_5_ports(void **state)
{
    static const struct {
        const char *ports, *exposed, *bindings;
    } cases[] = {
        {"", "{}", "{}"},
        {",\"port\":31001,\"containerPort\":80", "{" EXPOSED("31001") "," EXPOSED("80") "}",
         "{" BOUND("80", "31001") "}"},
        {",\"ports\":[31001,\"31002\"],\"containerPorts\":[80,443]",
         "{" EXPOSED("31001") "," EXPOSED("31002") "," EXPOSED("80") "," EXPOSED("443") "}",
         "{" BOUND("80", "31001") "," BOUND("443", "31002") "}"},
        /* where both are there, the lists count */
        {",\"ports\":[31001],\"containerPorts\":[80],\"port\":31009,\"containerPort\":89",
         "{" EXPOSED("31001") "," EXPOSED("80") "}", "{" BOUND("80", "31001") "}"},
        /* what has no counterpart is exposed and not bound */
        {",\"ports\":[31001,31002],\"containerPorts\":[80]",
         "{" EXPOSED("31001") "," EXPOSED("31002") "," EXPOSED("80") "}", "{" BOUND("80", "31001") "}"},
        {",\"ports\":[31001],\"containerPorts\":[80,443]",
         "{" EXPOSED("31001") "," EXPOSED("80") "," EXPOSED("443") "}", "{" BOUND("80", "31001") "}"},
        {",\"port\":31001", "{" EXPOSED("31001") "}", "{}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        struct app_spec *app = flat_app(&script, 1, cases[i].ports);

        assert_null(app_docker_create(&script.task, &app->components[0], "app", false, app));
        assert_string_equal(value_json(&script.arena, value_get(body_of(&script), "ExposedPorts")), cases[i].exposed);
        assert_string_equal(
            value_json(&script.arena, value_get(value_get(body_of(&script), "HostConfig"), "PortBindings")),
            cases[i].bindings);
        script_end(&script);
    }
}

/* ---- 2.5 and image updates --------------------------------------------------------------------------------------- */

static void test_2_5_a_component_without_an_image(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    struct app_spec *app = app_of(&script, 8, "{\"name\":\"bare\",\"containerData\":\"/d\"}," COMPONENT("web", ""));

    /* Nothing on the list blocks it; it just has no name to pull. */
    script_answer(&script, "net GET blockedrepositories.json", NULL, "[\"x/y\"]", -1);
    assert_string_equal(verify_and_pull_image(&script.task, &app->components[0], app)->message,
                        "Repository is not in valid format namespace/repository:tag");
    assert_null(verify_and_pull_image(&script.task, &app->components[1], app));
    assert_int_equal(script_calls_of(&script, "docker image.pull", NULL), 1);
    script_end(&script);
}

/* Every entry of a supported architecture is looked at, one second after the other (2.5 step 4). */
static void test_2_5_4_every_supported_entry_is_looked_at(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    struct app_spec *app = app_of(&script, 8, COMPONENT("web", ""));

    script_answer(
        &script, "net GET /v2/IMAGE/manifests/REF", NULL,
        "{\"manifests\":[{\"digest\":\"a\",\"platform\":{\"architecture\":\"amd64\"}},{\"digest\":\"b\","
        "\"platform\":{\"architecture\":\"arm64\"}},{\"digest\":\"c\",\"platform\":{\"architecture\":\"amd64\"}}]}",
        1);
    assert_null(verify_and_pull_image(&script.task, &app->components[0], app));
    assert_int_equal(script_calls_of(&script, "net GET /v2/IMAGE/manifests/REF", NULL), 4);
    assert_int_equal(script_calls_of(&script, "clock delay", NULL), 3);
    script_end(&script);
}

static void test_2_5_3_credentials_that_pgp_does_not_give(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    struct app_spec *app = app_of(&script, 7, COMPONENT("web", ",\"repoauth\":\"sealed\""));

    script_answer(&script, "host pgp decrypt", NULL, "{}", 1);
    assert_string_equal(verify_and_pull_image(&script.task, &app->components[0], app)->message,
                        "Invalid login credentials for the image registry");
    assert_int_equal(script_calls_of(&script, "docker image.pull", NULL), 0);
    script_end(&script);
}

static void test_8_what_is_a_newer_image(void **state)
{
    static const struct {
        const char *images, *head;
        bool newer;
    } cases[] = {
        {"[{\"RepoTags\":[\"a/b:1\"],\"RepoDigests\":[\"a/b@sha256:1\"]}]", "{\"digest\":\"sha256:1\"}", false},
        {"[{\"RepoTags\":[\"a/b:1\"],\"RepoDigests\":[\"a/b@sha256:1\"]}]", "{\"digest\":\"sha256:2\"}", true},
        {"[{\"RepoTags\":[\"a/b:1\"],\"RepoDigests\":[\"sha256:1\"]}]", "{\"digest\":\"sha256:1\"}", false},
        {"[{\"RepoTags\":[\"a/b:1\"]},{\"RepoTags\":[\"a/b:1\"],\"RepoDigests\":[\"x@sha256:1\"]}]",
         "{\"digest\":\"sha256:2\"}", true},
        {"[{\"RepoTags\":[\"a/b:2\"],\"RepoDigests\":[\"a/b@sha256:1\"]}]", "{\"digest\":\"sha256:2\"}", false},
        {"[]", "{\"digest\":\"sha256:2\"}", false},
        {"[{\"RepoTags\":[\"a/b:1\"],\"RepoDigests\":[\"a/b@sha256:1\"]}]", "{}", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;
        bool newer = !cases[i].newer;

        script_begin(&script, "8.9.2");
        script_answer(&script, "docker images.list", NULL, cases[i].images, -1);
        script_answer(&script, "net HEAD /v2/IMAGE/manifests/REF", NULL, cases[i].head, -1);
        assert_null(image_has_update(&script.task, "a/b:1", &newer));
        assert_int_equal(newer, cases[i].newer);
        assert_non_null(image_has_update(&script.task, "noname", &newer));
        assert_false(newer);
        script_end(&script);
    }
    for (int call = 1; call <= 2; call++) {
        struct script script;
        bool newer = true;

        script_begin(&script, "8.9.2");
        script_answer(&script, "docker images.list", NULL, cases[1].images, -1);
        script_answer(&script, "net HEAD /v2/IMAGE/manifests/REF", NULL, cases[1].head, -1);
        script.fails_at = call;
        assert_non_null(image_has_update(&script.task, "a/b:1", &newer));
        assert_false(newer);
        assert_int_equal(script.call_count, call);
        script_end(&script);
    }
}

/* ---- what is written back (1.6) ---------------------------------------------------------------------------------- */

static void test_1_6_1_what_was_changed_in_place_is_stored(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    struct app_spec *app =
        app_of(&script, 8,
               "{\"name\":\"one\",\"cpu\":2,\"cpubasic\":1,\"ram\":5,\"environmentParameters\":[\"A\"]},"
               "{\"name\":\"two\",\"cpu\":1},{\"cpu\":3}");

    assert_ptr_equal(app_spec_document(&script.task, app), app->document); /* nothing was */
    apply_tier_resources(&script.task, &app->components[0], "basic", false);
    const struct value *compose = value_get(app_spec_document(&script.task, app), "compose");

    assert_string_equal(value_json(&script.arena, compose),
                        "[{\"name\":\"one\",\"cpu\":1,\"cpubasic\":1,\"ram\":5,\"environmentParameters\":[\"A\"]},"
                        "{\"name\":\"two\",\"cpu\":1},{\"cpu\":3}]");
    component_set_env(&script.task, &app->components[0], NULL);
    assert_string_equal(
        value_json(&script.arena, value_at(value_get(app_spec_document(&script.task, app), "compose"), 0)),
        "{\"name\":\"one\",\"cpu\":1,\"cpubasic\":1,\"ram\":5,\"environmentParameters\":[\"A\"]}");
    assert_ptr_equal(app_spec_component(app, "two"), &app->components[1]);
    assert_null(app_spec_component(app, "three")); /* past the one that has no name */
    script_end(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_2_7_4_networks),
        cmocka_unit_test(test_2_7_4_containers_of_the_app),
        cmocka_unit_test(test_2_7_9_a_path_that_cannot_be_made_ends_it),
        cmocka_unit_test(test_2_7_2_secrets),
        cmocka_unit_test(test_2_7_5_a_host_that_cannot_burst),
        cmocka_unit_test(test_2_7_8_entries_that_are_no_texts),
        cmocka_unit_test(test_2_7_3_the_first_collector_with_an_address),
        cmocka_unit_test(test_2_7_3_the_collector_may_come_first),
        cmocka_unit_test(test_2_7_3_no_collector),
        cmocka_unit_test(test_2_7_3_the_collectors_container),
        cmocka_unit_test(test_2_7_1_mounts_that_are_none),
        cmocka_unit_test(test_2_7_6_the_backing_filesystem),
        cmocka_unit_test(test_12_5_the_host_is_named_after_app_or_component),
        cmocka_unit_test(test_12_5_ports),
        cmocka_unit_test(test_2_5_a_component_without_an_image),
        cmocka_unit_test(test_2_5_4_every_supported_entry_is_looked_at),
        cmocka_unit_test(test_2_5_3_credentials_that_pgp_does_not_give),
        cmocka_unit_test(test_8_what_is_a_newer_image),
        cmocka_unit_test(test_1_6_1_what_was_changed_in_place_is_stored),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
