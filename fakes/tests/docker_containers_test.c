/* Containers of a whole engine through the API: every handler, its errors, filters, lists, and what happens to
 * containers by themselves as time passes. Expected texts are those of Docker 20.10.24. */
#include "fakes/docker/process.h"
#include "fakes/docker/whole.h"
#include "fakes/tests/whole_engine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SECOND = 1000 };

#define NOW_MS INT64_C(1774569600000)
#define NONE "\"HostConfig\":{\"NetworkMode\":\"none\"}"

static const char scripts[] = "[{\"container\":\"three\",\"after\":1000,\"exitCode\":3},"
                              " {\"container\":\"long\",\"after\":20000,\"exitCode\":1},"
                              " {\"container\":\"oom\",\"after\":500,\"oomKilled\":true},"
                              " {\"container\":\"deaf\",\"ignores\":[\"TERM\"]},"
                              " {\"container\":\"seven\",\"onSignal\":{\"TERM\":{\"after\":300,\"exitCode\":7}}},"
                              " {\"container\":\"sick\",\"health\":[{\"after\":0,\"exitCode\":0},{\"after\":3000,"
                              "\"exitCode\":1,\"output\":\"no\"}]}]";

static int set_up(void **state)
{
    (void)state;
    whole_engine_begin(NOW_MS, scripts, NULL);
    return 0;
}

/* Asserts a status and, of an error, its message. */
static void refused(int status, const char *message, const char *method, const char *target, const char *body)
{
    assert_int_equal(ask(method, target, body), status);
    assert_string_equal(value_get_text(answer(), "message"), message);
}

/* A member of an inspected container by its path, "State.Status". */
static const struct value *member(const char *name, const char *path)
{
    assert_int_equal(ask("GET", arena_printf(&answers, "/v1.41/containers/%s/json", name), NULL), 200);
    const struct value *value = answer();

    while (*path != '\0') {
        size_t length = strcspn(path, ".");

        value = value_get(value, arena_string_n(&answers, path, length));
        assert_non_null(value);
        path += length + (path[length] == '.');
    }
    return value;
}

static void is_text(const char *name, const char *path, const char *expected)
{
    const struct value *value = member(name, path);

    assert_non_null(value_text(value));
    assert_string_equal(value_text(value), expected);
}

static void is_json(const char *name, const char *path, const char *expected)
{
    assert_string_equal(value_json(&answers, member(name, path)), expected);
}

static const char *create(const char *name, const char *body)
{
    assert_int_equal(ask("POST", arena_printf(&answers, "/containers/create?name=%s", name), body), 201);
    assert_int_equal(value_count(value_get(answer(), "Warnings")), 0);
    return value_get_text(answer(), "Id");
}

static int act(const char *name, const char *action)
{
    return ask("POST", arena_printf(&answers, "/containers/%s/%s", name, action), NULL);
}

/* A container that sleeps, running. */
static const char *run(const char *name)
{
    const char *id = create(name, "{\"Image\":\"busybox\",\"Cmd\":[\"sleep\",\"1000\"]," NONE "}");

    assert_int_equal(act(name, "start"), 204);
    pass(1);
    return id;
}

/* The names in a list, joined by spaces. */
static const char *names(const char *query)
{
    const char *joined = "";

    assert_int_equal(ask("GET", arena_printf(&answers, "/containers/json%s", query), NULL), 200);
    const struct value *list = answer();

    for (uint32_t i = 0; i < value_count(list); i++) {
        joined = arena_printf(&answers, "%s%s%s", joined, i == 0 ? "" : " ",
                              value_text(value_at(value_get(value_at(list, i), "Names"), 0)) + 1);
    }
    return joined;
}

static const char *status_line(uint32_t index)
{
    assert_int_equal(ask("GET", "/containers/json?all=1", NULL), 200);
    return value_get_text(value_at(answer(), index), "Status");
}

/* Asks a stream for what it has; its text, or NULL when it says: later. */
static const char *next_of(struct docker_stream *stream)
{
    struct docker_chunk chunk;
    enum docker_stream_state state = docker_stream_next(engine, stream, &answers, &chunk);

    return state == DOCKER_LATER ? NULL : arena_string_n(&answers, chunk.length == 0 ? "" : chunk.bytes, chunk.length);
}

/* ---- create
 * -------------------------------------------------------------------------------------------------------------------
 */

static void test_create(void **state)
{
    const char *id =
        create("aa", "{\"Image\":\"busybox\",\"Cmd\":[\"sh\",\"-c\",\"echo a b\"],\"Labels\":{\"x\":\"y\"}," NONE "}");

    (void)state;
    assert_int_equal(strlen(id), 64);
    is_text("aa", "Id", id);
    is_text(id, "Name", "/aa");
    is_text(arena_string_n(&answers, id, 12), "Path", "sh");
    is_json("aa", "Args", "[\"-c\",\"echo a b\"]");
    is_json("aa", "State",
            "{\"Status\":\"created\",\"Running\":false,\"Paused\":false,\"Restarting\":false,\"OOMKilled\":false,"
            "\"Dead\":false,\"Pid\":0,\"ExitCode\":0,\"Error\":\"\",\"StartedAt\":\"0001-01-01T00:00:00Z\","
            "\"FinishedAt\":\"0001-01-01T00:00:00Z\"}");
    is_text("aa", "Created", "2026-03-27T00:00:00Z");
    is_text("aa", "ResolvConfPath", "");
    is_text("aa", "HostConfig.NetworkMode", "none");
    is_text("aa", "HostConfig.IpcMode", "private");
    is_json("aa", "HostConfig.RestartPolicy", "{\"Name\":\"\",\"MaximumRetryCount\":0}");
    is_json("aa", "HostConfig.ShmSize", "67108864");
    is_text("aa", "Config.Hostname", arena_string_n(&answers, id, 12));
    is_json("aa", "Config.Cmd", "[\"sh\",\"-c\",\"echo a b\"]");
    is_json("aa", "Config.Labels", "{\"x\":\"y\"}");
    is_json("aa", "Config.Volumes", "null");
    assert_int_equal(value_count(member("aa", "Config")), 17);
    assert_int_equal(value_count(member("aa", "HostConfig")), 65);
    is_json("aa", "Mounts", "[]");
    ask("GET", "/containers/aa/json?size=1", NULL);
    assert_non_null(value_get(answer(), "SizeRootFs"));
}

/* Members in their order, nested ones complete, texts where lists may be. */
static void test_create_normalises(void **state)
{
    (void)state;
    create("aa",
           "{\"image\":\"busybox\",\"Cmd\":\"true\",\"WorkingDir\":\"/x/\",\"StopSignal\":\"SIGINT\",\"hostconfig\":{"
           "\"NetworkMode\":\"none\",\"Memory\":10000000,\"PidsLimit\":0,\"PidMode\":\"host\",\"Init\":true,"
           "\"LogConfig\":{\"Config\":{\"max-size\":\"1m\"}},\"Ulimits\":[{\"Soft\":1,\"Name\":\"nofile\"}],"
           "\"PortBindings\":{\"80/tcp\":[{\"HostPort\":\"8080\"}]}}}");
    is_json("aa", "Config.Cmd", "[\"true\"]");
    is_text("aa", "Config.WorkingDir", "/x");
    is_text("aa", "Config.StopSignal", "SIGINT");
    is_json("aa", "HostConfig.MemorySwap", "20000000");
    is_json("aa", "HostConfig.PidsLimit", "null");
    is_json("aa", "HostConfig.SecurityOpt", "[\"label=disable\"]");
    is_json("aa", "HostConfig.LogConfig", "{\"Type\":\"json-file\",\"Config\":{\"max-size\":\"1m\"}}");
    is_json("aa", "HostConfig.Ulimits", "[{\"Name\":\"nofile\",\"Hard\":0,\"Soft\":1}]");
    is_json("aa", "HostConfig.PortBindings", "{\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"8080\"}]}");
    is_json("aa", "HostConfig.Init", "true");
}

static void test_create_refuses(void **state)
{
    static const struct {
        int status;
        const char *message, *body;
    } cases[] = {
        {400, "Config cannot be empty in order to create a container", "{}"},
        {400, "Config cannot be empty in order to create a container", "{\"HostConfig\":{}}"},
        {400, "No command specified", "{\"Image\":\"\"}"},
        {400, "No command specified", "{\"Image\":\"busybox\",\"Entrypoint\":[\"\"]}"},
        {404, "No such image: nope:latest", "{\"Image\":\"nope\"}"},
        {404, "No such image: host:5000/a/b:latest", "{\"Image\":\"host:5000/a/b\",\"Cmd\":[\"x\"]}"},
        {400, "invalid reference format: repository name must be lowercase", "{\"Image\":\"UPPER\"}"},
        {500, "json: cannot unmarshal number into Go struct field ContainerConfigWrapper.Image of type string",
         "{\"Image\":5}"},
        {500, "json: cannot unmarshal string into Go struct field ContainerConfigWrapper.Env of type []string",
         "{\"Image\":\"busybox\",\"Env\":\"x\"}"},
        {500, "json: cannot unmarshal number into Go struct field ContainerConfigWrapper.Labels of type string",
         "{\"Image\":\"busybox\",\"Labels\":{\"a\":5}}"},
        {500, "json: cannot unmarshal string into Go struct field HostConfig.HostConfig.Memory of type int64",
         "{\"Image\":\"busybox\",\"HostConfig\":{\"Memory\":\"1g\"}}"},
        {500, "json: cannot unmarshal number 1.5 into Go struct field HostConfig.HostConfig.Memory of type int64",
         "{\"Image\":\"busybox\",\"HostConfig\":{\"Memory\":1.5}}"},
        {500,
         "json: cannot unmarshal string into Go struct field HostConfig.HostConfig.RestartPolicy of type "
         "container.RestartPolicy",
         "{\"Image\":\"busybox\",\"HostConfig\":{\"RestartPolicy\":\"always\"}}"},
        {500,
         "json: cannot unmarshal array into Go struct field ContainerConfigWrapper.HostConfig of type "
         "container.HostConfig",
         "{\"Image\":\"busybox\",\"HostConfig\":[]}"},
        {500, "json: cannot unmarshal array into Go value of type runconfig.ContainerConfigWrapper", "[]"},
        {400, "invalid restart policy 'foo'",
         "{\"Image\":\"busybox\",\"HostConfig\":{\"RestartPolicy\":{\"Name\":\"foo\"}}}"},
        {400, "maximum retry count cannot be used with restart policy 'always'",
         "{\"Image\":\"busybox\",\"HostConfig\":{\"RestartPolicy\":{\"Name\":\"always\",\"MaximumRetryCount\":3}}}"},
        {400, "maximum retry count cannot be negative",
         "{\"Image\":\"busybox\",\"HostConfig\":{\"RestartPolicy\":{\"Name\":\"on-failure\",\"MaximumRetryCount\":-3}}"
         "}"},
        {400, "can't create 'AutoRemove' container with restart policy",
         "{\"Image\":\"busybox\",\"HostConfig\":{\"AutoRemove\":true,\"RestartPolicy\":{\"Name\":\"always\"}}}"},
        {400, "Minimum memory limit allowed is 6MB", "{\"Image\":\"busybox\",\"HostConfig\":{\"Memory\":1000}}"},
        {400, "Minimum memoryswap limit should be larger than memory limit, see usage",
         "{\"Image\":\"busybox\",\"HostConfig\":{\"Memory\":6291456,\"MemorySwap\":1}}"},
        {400, "You should always set the Memory limit when using Memoryswap limit, see usage",
         "{\"Image\":\"busybox\",\"HostConfig\":{\"MemorySwap\":6291456}}"},
        {400, "Minimum memory limit can not be less than memory reservation limit, see usage",
         "{\"Image\":\"busybox\",\"HostConfig\":{\"MemoryReservation\":8291456,\"Memory\":6291456}}"},
        {400, "Minimum kernel memory limit allowed is 6MB",
         "{\"Image\":\"busybox\",\"HostConfig\":{\"KernelMemory\":1}}"},
        {400, "Invalid value: 200, valid memory swappiness range is 0-100",
         "{\"Image\":\"busybox\",\"HostConfig\":{\"MemorySwappiness\":200}}"},
        {400, "Range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available",
         "{\"Image\":\"busybox\",\"HostConfig\":{\"NanoCpus\":-1}}"},
        {400, "Conflicting options: Nano CPUs and CPU Period cannot both be set",
         "{\"Image\":\"busybox\",\"HostConfig\":{\"NanoCpus\":1000,\"CpuPeriod\":100}}"},
        {400, "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)",
         "{\"Image\":\"busybox\",\"HostConfig\":{\"CpuPeriod\":100}}"},
        {400, "CPU cfs quota can not be less than 1ms (i.e. 1000)",
         "{\"Image\":\"busybox\",\"HostConfig\":{\"CpuQuota\":100}}"},
        {400, "Requested CPUs are not available - requested 9, available: 0-1",
         "{\"Image\":\"busybox\",\"HostConfig\":{\"CpusetCpus\":\"9\"}}"},
        {400, "Invalid value x for cpuset cpus: invalid format: x",
         "{\"Image\":\"busybox\",\"HostConfig\":{\"CpusetCpus\":\"x\"}}"},
        {400, "Invalid value 2000, range for oom score adj is [-1000, 1000]",
         "{\"Image\":\"busybox\",\"HostConfig\":{\"OomScoreAdj\":2000}}"},
        {400, "SHM size can not be less than 0", "{\"Image\":\"busybox\",\"HostConfig\":{\"ShmSize\":-1}}"},
        {400, "error looking up logging plugin foo: plugin \"foo\" not found",
         "{\"Image\":\"busybox\",\"Cmd\":[\"x\"],\"HostConfig\":{\"LogConfig\":{\"Type\":\"foo\"}}}"},
        {400, "unknown log opt 'foo' for json-file log driver",
         "{\"Image\":\"busybox\",\"Cmd\":[\"x\"],\"HostConfig\":{\"LogConfig\":{\"Type\":\"json-file\",\"Config\":{"
         "\"foo\":\"1\"}}}}"},
        {400, "invalid CapAdd: unknown capability: \"CAP_FOO\"",
         "{\"Image\":\"busybox\",\"HostConfig\":{\"CapAdd\":[\"foo\"]}}"},
        {400, "Unknown runtime specified foo", "{\"Image\":\"busybox\",\"HostConfig\":{\"Runtime\":\"foo\"}}"},
        {400, "invalid port specification: \"foo\"",
         "{\"Image\":\"busybox\",\"HostConfig\":{\"PortBindings\":{\"foo\":[{}]}}}"},
        {400, "invalid port specification: \"99999\"",
         "{\"Image\":\"busybox\",\"HostConfig\":{\"PortBindings\":{\"80/tcp\":[{\"HostPort\":\"99999\"}]}}}"},
        {400, "bad format for add-host: \"foo\"", "{\"Image\":\"busybox\",\"HostConfig\":{\"ExtraHosts\":[\"foo\"]}}"},
        {400, "Invalid signal: FOO", "{\"Image\":\"busybox\",\"StopSignal\":\"FOO\"}"},
        {400, "the working directory 'rel' is invalid, it needs to be an absolute path",
         "{\"Image\":\"busybox\",\"WorkingDir\":\"rel\"}"},
        {400, "invalid environment variable: =x", "{\"Image\":\"busybox\",\"Env\":[\"=x\"]}"},
        {400, "Interval in Healthcheck cannot be less than 1ms",
         "{\"Image\":\"busybox\",\"Healthcheck\":{\"Interval\":100}}"},
        {400, "Retries in Healthcheck cannot be negative", "{\"Image\":\"busybox\",\"Healthcheck\":{\"Retries\":-1}}"},
        {400, "conflicting options: mac-address and the network mode",
         "{\"Image\":\"busybox\",\"MacAddress\":\"02:42:ac:11:00:02\",\"HostConfig\":{\"NetworkMode\":\"host\"}}"},
        {400, "conflicting options: hostname and the UTS mode",
         "{\"Image\":\"busybox\",\"Hostname\":\"h\",\"HostConfig\":{\"UTSMode\":\"host\"}}"},
        {500, "Invalid isolation: \"hyperv\" - linux only supports 'default'",
         "{\"Image\":\"busybox\",\"HostConfig\":{\"Isolation\":\"hyperv\"}}"},
        {500, "invalid --security-opt 1: \"foo\"",
         "{\"Image\":\"busybox\",\"Cmd\":[\"x\"],\"HostConfig\":{\"SecurityOpt\":[\"foo\"]}}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        refused(cases[i].status, cases[i].message, "POST", "/containers/create", cases[i].body);
    }
    refused(500, "EOF", "POST", "/containers/create", NULL);
    refused(404,
            "image with reference busybox was found but does not match the specified platform: wanted windows/amd64, "
            "actual: linux/amd64",
            "POST", "/containers/create?platform=windows/amd64", "{\"Image\":\"busybox\",\"Cmd\":[\"x\"]}");
    assert_string_equal(names("?all=1"), "");
}

static void test_ports(void **state)
{
    static const char body[] =
        "{\"Image\":\"busybox\",\"Cmd\":[\"sleep\",\"9\"],\"HostConfig\":{\"PortBindings\":{"
        "\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"8080\"}],\"90-99/tcp\":[{\"HostPort\":\"%s\"}]}}}";
    const char *bad[] = {"900-90x", "90x-909", "900-", "-909"};

    (void)state;
    for (uint32_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        refused(400, arena_printf(&answers, "invalid port specification: \"%s\"", bad[i]), "POST", "/containers/create",
                arena_printf(&answers, body, bad[i]));
    }
    create("aa", arena_printf(&answers, body, "900-909"));
    assert_int_equal(act("aa", "start"), 204);
    assert_string_equal(value_json(&answers, value_get(member("aa", "NetworkSettings.Ports"), "80/tcp")),
                        "[{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"8080\"}]");
}

static void test_names(void **state)
{
    static const char *const wrong[] = {"a", "_x", "a%20b", "/", "//bb", "-x"};
    const char *body = "{\"Image\":\"busybox\",\"Cmd\":[\"x\"]," NONE "}";
    const char *id = create("/bc", body);

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(ask("POST", arena_printf(&answers, "/containers/create?name=%s", wrong[i]), body), 400);
    }
    refused(400, "Invalid container name (a), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed", "POST",
            "/containers/create?name=a", body);
    refused(
        409,
        arena_printf(&answers,
                     "Conflict. The container name \"/bc\" is already in use by container \"%s\". You have to remove "
                     "(or rename) that container to be able to reuse that name.",
                     id),
        "POST", "/containers/create?name=bc", body);
    assert_int_equal(ask("POST", "/containers/create", body), 201);
    assert_int_equal(ask("POST", "/containers/create", body), 201);
    const char *made_up = names("?all=1&limit=1");

    assert_non_null(strchr(made_up, '_'));
    assert_string_not_equal(made_up, strchr(names("?all=1&limit=2"), ' ') + 1);
    refused(404, "No such container: nope", "GET", "/containers/nope/json", NULL);
}

/* ---- start, stop, kill, pause
 * -------------------------------------------------------------------------------------------------------------------
 */

static void test_start_stop(void **state)
{
    const char *id = create("seven", "{\"Image\":\"busybox\",\"Cmd\":[\"x\"]," NONE "}");

    (void)state;
    assert_int_equal(act("seven", "stop"), 304);
    refused(409, arena_printf(&answers, "Cannot kill container: seven: Container %s is not running", id), "POST",
            "/containers/seven/kill", NULL);
    assert_int_equal(act("seven", "start"), 204);
    assert_int_equal(act("seven", "start"), 304);
    is_text("seven", "State.Status", "running");
    assert_true(member("seven", "State.Pid")->number > 0);
    is_text("seven", "State.StartedAt", "2026-03-27T00:00:00Z");
    assert_true(strncmp(value_text(member("seven", "LogPath")), "/var/lib/docker/containers/", 27) == 0);
    refused(400, "checkpoint is only supported in experimental mode", "POST", "/containers/seven/start?checkpoint=x",
            NULL);
    refused(400, "starting container with non-empty request body was deprecated since API v1.22 and removed in v1.24",
            "POST", "/containers/seven/start", "{\"abc\":1}");
    refused(404, "No such container: nope", "POST", "/containers/nope/start", NULL);
    refused(500, "strconv.Atoi: parsing \"x\": invalid syntax", "POST", "/containers/seven/stop?t=x", NULL);
    /* It takes its time: the answer is held until it has ended. */
    assert_int_equal(act("seven", "stop"), 204);
    struct docker_stream *stopping = response.stream;

    assert_non_null(stopping);
    assert_true(docker_stream_is_held(stopping));
    assert_null(next_of(stopping));
    pass(299);
    assert_null(next_of(stopping));
    pass(1);
    assert_string_equal(next_of(stopping), "");
    is_json("seven", "State.ExitCode", "7");
    is_text("seven", "State.FinishedAt", "2026-03-27T00:00:00.3Z");
    is_json("seven", "State.Pid", "0");
}

static void test_stop_kills(void **state)
{
    (void)state;
    create("deaf", "{\"Image\":\"busybox\",\"Cmd\":[\"x\"]," NONE "}");
    act("deaf", "start");
    assert_int_equal(act("deaf", "stop"), 204);
    struct docker_stream *stopping = response.stream;

    pass(9999);
    assert_null(next_of(stopping));
    pass(1);
    assert_non_null(next_of(stopping));
    is_json("deaf", "State.ExitCode", "137");
    act("deaf", "start");
    assert_int_equal(act("deaf", "stop?t=0"), 204);
    assert_null(response.stream);
    is_text("deaf", "State.Status", "exited");
    /* Who asks in process is answered at once. */
    act("deaf", "start");
    struct effect effect = {.id = EFFECT_DOCKER_CONTAINER_STOP,
                            .args = OBJECT(&answers, {"container", value_string(&answers, "deaf")})};

    world_apply(&world, &effect, &answers);
    assert_null(effect.error);
    is_text("deaf", "State.Status", "exited");
}

static void test_cannot_start(void **state)
{
    static const char message[] =
        "failed to create shim task: OCI runtime create failed: runc create failed: unable to "
        "start container process: exec: \"nope\": executable file not found in $PATH: unknown";

    (void)state;
    create("aa", "{\"Image\":\"busybox\",\"Cmd\":[\"nope\"]," NONE "}");
    refused(400, message, "POST", "/containers/aa/start", NULL);
    is_text("aa", "State.Status", "created");
    is_text("aa", "State.Error", message);
    is_json("aa", "State.ExitCode", "127");
    create("bb", "{\"Image\":\"busybox\",\"Cmd\":[\"true\"],\"HostConfig\":{\"NetworkMode\":\"noo\"}}");
    refused(404, "network noo not found", "POST", "/containers/bb/start", NULL);
    is_json("bb", "State.ExitCode", "128");
    create("cc",
           "{\"Image\":\"busybox\",\"Cmd\":[\"nope\"],\"HostConfig\":{\"NetworkMode\":\"none\",\"AutoRemove\":true}}");
    assert_int_equal(act("cc", "start"), 400);
    pass(0);
    refused(404, "No such container: cc", "GET", "/containers/cc/json", NULL);
}

/* A start that fails at the second network takes nothing of the first. */
static void test_a_start_without_a_network_leaves_the_others(void **state)
{
    (void)state;
    assert_int_equal(ask("POST", "/networks/create", "{\"Name\":\"first\"}"), 201);
    assert_int_equal(ask("POST", "/networks/create", "{\"Name\":\"second\"}"), 201);
    create("aa", "{\"Image\":\"busybox\",\"Cmd\":[\"sleep\",\"9\"],\"HostConfig\":{\"NetworkMode\":\"first\"}}");
    assert_int_equal(ask("POST", "/networks/second/connect", "{\"Container\":\"aa\"}"), 200);
    assert_int_equal(ask("DELETE", "/networks/second", NULL), 204);
    assert_int_equal(act("aa", "start"), 404);
    assert_int_equal(ask("GET", "/networks/first", NULL), 200);
    assert_int_equal(value_count(value_get(answer(), "Containers")), 0);
    assert_int_equal(ask("DELETE", "/networks/first", NULL), 204);
}

static void test_kill(void **state)
{
    const char *id = run("aa");

    (void)state;
    refused(400, "Invalid signal: FOO", "POST", "/containers/aa/kill?signal=FOO", NULL);
    refused(400, "Invalid signal: 0", "POST", "/containers/aa/kill?signal=0", NULL);
    refused(500, "Cannot kill container: aa: The linux daemon does not support signal 99", "POST",
            "/containers/aa/kill?signal=99", NULL);
    refused(404, "Cannot kill container: nope: No such container: nope", "POST", "/containers/nope/kill", NULL);
    assert_int_equal(act("aa", "kill?signal=WINCH"), 204);
    assert_int_equal(act("aa", "kill?signal=rtmin%2B3"), 204);
    is_text("aa", "State.Status", "running");
    assert_int_equal(act("aa", "kill?signal=9"), 204);
    is_json("aa", "State.ExitCode", "137");
    assert_int_equal(act("aa", "kill"), 409);
    assert_non_null(id);
}

static void test_pause(void **state)
{
    const char *id = run("aa");

    (void)state;
    refused(500, arena_printf(&answers, "Container %s is not paused", id), "POST", "/containers/aa/unpause", NULL);
    assert_int_equal(act("aa", "pause"), 204);
    is_text("aa", "State.Status", "paused");
    is_json("aa", "State.Running", "true");
    refused(409, arena_printf(&answers, "Container %s is already paused", id), "POST", "/containers/aa/pause", NULL);
    refused(409, "cannot start a paused container, try unpause instead", "POST", "/containers/aa/start", NULL);
    refused(409,
            arena_printf(&answers,
                         "You cannot remove a paused container %s. Unpause and then stop the container before "
                         "attempting removal or force remove",
                         id),
            "DELETE", "/containers/aa", NULL);
    assert_string_equal(status_line(0), "Up Less than a second (Paused)");
    assert_int_equal(act("aa", "unpause"), 204);
    is_text("aa", "State.Status", "running");
    act("aa", "pause");
    assert_int_equal(act("aa", "kill"), 204);
    is_text("aa", "State.Status", "exited");
    refused(409, arena_printf(&answers, "Container %s is not running", id), "POST", "/containers/aa/pause", NULL);
}

static void test_what_is_paused_does_nothing(void **state)
{
    (void)state;
    create("aa", "{\"Image\":\"busybox\",\"Cmd\":[\"sh\",\"-c\",\"sleep 1; exit 4\"]," NONE "}");
    act("aa", "start");
    pass(500);
    assert_int_equal(act("aa", "pause"), 204);
    pass(5 * SECOND);
    is_text("aa", "State.Status", "paused");
    assert_int_equal(act("aa", "unpause"), 204);
    pass(SECOND);
    is_text("aa", "State.Status", "exited");
    is_json("aa", "State.ExitCode", "4");
}

static void test_restart(void **state)
{
    (void)state;
    run("aa");
    pass(SECOND);
    assert_int_equal(act("aa", "restart?t=1"), 204);
    struct docker_stream *stopping = response.stream;

    assert_non_null(stopping); /* sleep does not hear TERM as process 1 */
    pass(SECOND);
    assert_non_null(next_of(stopping));
    is_text("aa", "State.Status", "running");
    is_text("aa", "State.StartedAt", "2026-03-27T00:00:02.001Z");
    is_json("aa", "RestartCount", "0");
    act("aa", "kill");
    assert_int_equal(act("aa", "restart"), 204);
    is_text("aa", "State.Status", "running");
    refused(404, "No such container: nope", "POST", "/containers/nope/restart", NULL);
}

/* ---- what happens by itself
 * -------------------------------------------------------------------------------------------------------------------
 */

static void test_exits(void **state)
{
    (void)state;
    create("aa", "{\"Image\":\"busybox\",\"Cmd\":[\"sh\",\"-c\",\"sleep 1; exit 4\"]," NONE "}");
    act("aa", "start");
    pass(999);
    is_text("aa", "State.Status", "running");
    pass(1);
    is_text("aa", "State.Status", "exited");
    is_json("aa", "State.ExitCode", "4");
    assert_string_equal(status_line(0), "Exited (4) Less than a second ago");
    create("oom", "{\"Image\":\"busybox\",\"Cmd\":[\"x\"]," NONE "}");
    act("oom", "start");
    pass(SECOND);
    is_json("oom", "State.OOMKilled", "true");
    is_json("oom", "State.ExitCode", "137");
}

static void create_with_policy(const char *name, const char *policy)
{
    create(name, arena_printf(&answers,
                              "{\"Image\":\"busybox\",\"Cmd\":[\"x\"],\"HostConfig\":{\"NetworkMode\":\"none\","
                              "\"RestartPolicy\":%s}}",
                              policy));
    assert_int_equal(act(name, "start"), 204);
}

static void test_restart_policy(void **state)
{
    (void)state;
    create_with_policy("three", "{\"Name\":\"on-failure\",\"MaximumRetryCount\":2}");
    pass(1050);
    is_text("three", "State.Status", "restarting");
    is_json("three", "State.Running", "true");
    is_json("three", "State.ExitCode", "3");
    assert_string_equal(status_line(0), "Restarting (3) Less than a second ago");
    assert_string_equal(names(""), "three");
    refused(409,
            arena_printf(&answers, "Container %s is restarting, wait until the container is running",
                         value_text(member("three", "Id"))),
            "POST", "/containers/three/pause", NULL);
    pass(50); /* 100 ms after its end */
    is_text("three", "State.Status", "running");
    is_json("three", "RestartCount", "1");
    pass(1100);
    is_text("three", "State.Status", "restarting");
    pass(100); /* 200 ms after */
    is_text("three", "State.Status", "running");
    pass(2000);
    is_text("three", "State.Status", "exited");
    is_json("three", "RestartCount", "2");
}

/* The delay doubles up to a minute; a run of ten seconds starts it anew. */
static void test_restart_delay(void **state)
{
    (void)state;
    create_with_policy("three", "{\"Name\":\"always\"}");
    for (int64_t delay_ms = 100; delay_ms < 60000; delay_ms *= 2) {
        pass(SECOND + delay_ms - 1);
        is_text("three", "State.Status", "restarting");
        pass(1);
        is_text("three", "State.Status", "running");
    }
    pass(SECOND + 59999);
    is_text("three", "State.Status", "restarting");
    pass(1);
    is_text("three", "State.Status", "running");
    act("three", "stop");
    create_with_policy("long", "{\"Name\":\"unless-stopped\"}");
    for (int i = 0; i < 3; i++) {
        pass(20000 + 99);
        is_text("long", "State.Status", "restarting");
        pass(1);
        is_text("long", "State.Status", "running");
    }
}

/* What has run for as much starts anew, what has run for less does not. */
static void test_a_long_run_is_ten_seconds(void **state)
{
    static const struct {
        const char *name, *seconds;
        int64_t delay_ms;
    } runs[] = {{"just", "10", 100}, {"short", "9.999", 200}};

    (void)state;
    for (uint32_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        create(runs[i].name, arena_printf(&answers,
                                          "{\"Image\":\"busybox\",\"Cmd\":[\"sleep\",\"%s\"],\"HostConfig\":{"
                                          "\"NetworkMode\":\"none\",\"RestartPolicy\":{\"Name\":\"always\"}}}",
                                          runs[i].seconds));
        act(runs[i].name, "start");
        int64_t run_ms = (int64_t)(strtod(runs[i].seconds, NULL) * SECOND);

        pass(run_ms + 100); /* the first delay is that */
        is_text(runs[i].name, "State.Status", "running");
        pass(run_ms + runs[i].delay_ms - 1);
        is_text(runs[i].name, "State.Status", "restarting");
        pass(1);
        is_text(runs[i].name, "State.Status", "running");
        act(runs[i].name, "kill");
    }
}

static void test_restart_policy_ends(void **state)
{
    (void)state;
    create_with_policy("three", "{\"Name\":\"always\"}");
    pass(SECOND);
    is_text("three", "State.Status", "restarting");
    assert_int_equal(act("three", "kill"), 204);
    is_text("three", "State.Status", "exited");
    assert_int_equal(act("three", "stop"), 304);
    pass(10 * SECOND);
    is_text("three", "State.Status", "exited");
    act("three", "start");
    assert_int_equal(act("three", "stop"), 204);
    pass(10 * SECOND);
    is_text("three", "State.Status", "exited");
    act("three", "start");
    pass(SECOND);
    refused(409,
            arena_printf(&answers,
                         "You cannot remove a restarting container %s. Stop the container before attempting "
                         "removal or force remove",
                         value_text(member("three", "Id"))),
            "DELETE", "/containers/three", NULL);
    assert_int_equal(ask("DELETE", "/containers/three?force=1", NULL), 204);
    assert_true(docker_engine_next_ms(engine) == INT64_MAX);
}

static void test_auto_remove(void **state)
{
    (void)state;
    create("three",
           "{\"Image\":\"busybox\",\"Cmd\":[\"x\"],\"HostConfig\":{\"NetworkMode\":\"none\",\"AutoRemove\":true}}");
    act("three", "start");
    assert_int_equal(act("three", "wait?condition=removed"), 200);
    struct docker_stream *removed = response.stream;

    assert_null(next_of(removed));
    pass(SECOND);
    assert_string_equal(next_of(removed), "{\"Error\":null,\"StatusCode\":3}\n");
    refused(404, "No such container: three", "GET", "/containers/three/json", NULL);
}

static void test_health(void **state)
{
    (void)state;
    create("sick", "{\"Image\":\"busybox\",\"Cmd\":[\"sleep\",\"100\"],\"Healthcheck\":{\"Test\":[\"CMD\",\"x\"],"
                   "\"Interval\":1000000000,\"Retries\":2}," NONE "}");
    assert_string_equal(names("?all=1&filters={\"health\":[\"none\"]}"), "sick");
    act("sick", "start");
    is_json("sick", "State.Health", "{\"Status\":\"starting\",\"FailingStreak\":0,\"Log\":[]}");
    assert_string_equal(status_line(0), "Up Less than a second (health: starting)");
    pass(SECOND);
    is_text("sick", "State.Health.Status", "healthy");
    assert_string_equal(status_line(0), "Up 1 second (healthy)");
    pass(2 * SECOND);
    is_text("sick", "State.Health.Status", "healthy");
    is_json("sick", "State.Health.FailingStreak", "1");
    pass(SECOND);
    is_text("sick", "State.Health.Status", "unhealthy");
    assert_string_equal(names("?filters={\"health\":[\"unhealthy\"]}"), "sick");
    pass(10 * SECOND);
    assert_int_equal(value_count(member("sick", "State.Health.Log")), 5);
    act("sick", "kill");
    is_text("sick", "State.Health.Status", "unhealthy");
}

static void test_wait(void **state)
{
    (void)state;
    refused(404, "No such container: nope", "POST", "/containers/nope/wait", NULL);
    create("aa", "{\"Image\":\"busybox\",\"Cmd\":[\"sh\",\"-c\",\"sleep 1; exit 5\"]," NONE "}");
    act("aa", "wait?condition=next-exit");
    struct docker_api_call next_exit = last_call;

    assert_false(docker_stream_is_held(&next_exit.reply.stream));
    assert_null(next_of(&next_exit.reply.stream));
    act("aa", "wait");
    struct docker_api_call not_running = last_call;

    assert_string_equal(next_of(&not_running.reply.stream), "{\"Error\":null,\"StatusCode\":0}\n");
    act("aa", "start");
    act("aa", "wait");
    not_running = last_call;
    assert_null(next_of(&not_running.reply.stream));
    pass(SECOND);
    assert_string_equal(next_of(&not_running.reply.stream), "{\"Error\":null,\"StatusCode\":5}\n");
    assert_string_equal(next_of(&next_exit.reply.stream), "{\"Error\":null,\"StatusCode\":5}\n");
    act("aa", "wait?condition=removed");
    struct docker_api_call removed = last_call;

    assert_null(next_of(&removed.reply.stream));
    ask("DELETE", "/containers/aa", NULL);
    assert_string_equal(next_of(&removed.reply.stream), "{\"Error\":null,\"StatusCode\":5}\n");
}

/* ---- lists
 * -------------------------------------------------------------------------------------------------------------------
 */

static void test_list(void **state)
{
    const char *id = create(
        "aa", "{\"Image\":\"busybox\",\"Cmd\":[\"sh\",\"-c\",\"echo \\\"a\\\" b\"],\"Labels\":{\"x\":\"y\"}," NONE "}");

    (void)state;
    assert_int_equal(ask("GET", "/containers/json?all=1", NULL), 200);
    assert_string_equal(response.content_type, "application/json");
    const struct value *entry = value_at(answer(), 0);

    assert_string_equal(value_get_text(entry, "Id"), id);
    assert_string_equal(value_get_text(entry, "Command"), "sh -c 'echo \"a\" b'");
    assert_string_equal(value_get_text(entry, "Status"), "Created");
    assert_string_equal(value_get_text(entry, "State"), "created");
    assert_int_equal(value_get_number(entry, "Created", 0), NOW_MS / 1000);
    assert_int_equal(entry->count, 13);
    assert_string_equal(value_json(&answers, value_get(entry, "HostConfig")), "{\"NetworkMode\":\"none\"}");
    ask("GET", "/containers/json?all=1&size=1", NULL);
    assert_non_null(value_get(value_at(answer(), 0), "SizeRootFs"));
    assert_string_equal(names(""), "");
    act("aa", "start");
    assert_string_equal(names(""), "aa");
}

static void test_status_texts(void **state)
{
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {
        {500, "Up Less than a second"},
        {1000, "Up 1 second"},
        {59999, "Up 59 seconds"},
        {60000, "Up About a minute"},
        {119999, "Up About a minute"},
        {120000, "Up 2 minutes"},
        {3599999, "Up 59 minutes"},
        {3600000, "Up About an hour"},
        {5399999, "Up About an hour"},
        {5400000, "Up 2 hours"},
        {INT64_C(172800000), "Up 2 days"},
        {INT64_C(1209600000), "Up 2 weeks"},
        {INT64_C(5184000000), "Up 2 months"},
        {INT64_C(63072000000), "Up 2 years"},
    };

    (void)state;
    run("aa");
    int64_t started_ms = world.now_ms - 1;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        world.now_ms = started_ms + cases[i].ms; /* kept answers must notice */
        assert_string_equal(status_line(0), cases[i].text);
        assert_string_equal(status_line(0), cases[i].text);
    }
}

static void test_filters(void **state)
{
    const char *first = create(
        "web1",
        "{\"Image\":\"busybox\",\"Cmd\":[\"false\"],\"Labels\":{\"a\":\"1\",\"b\":\"2\"},"
        "\"ExposedPorts\":{\"80/tcp\":{}},\"HostConfig\":{\"NetworkMode\":\"none\",\"Binds\":[\"data:/data\"]}}");

    (void)state;
    world.now_ms += SECOND;
    run("web2");
    create("db", "{\"Image\":\"busybox\",\"Cmd\":[\"true\"],\"Labels\":{\"a\":\"2\"},\"HostConfig\":{\"NetworkMode\":"
                 "\"host\"}}");
    act("web1", "start");
    pass(10);
    assert_string_equal(names(""), "web2");
    assert_string_equal(names("?all=1"), "db web2 web1");
    assert_string_equal(names("?limit=2"), "db web2");
    assert_string_equal(names("?all=1&filters={\"name\":[\"web\"]}"), "web2 web1");
    assert_string_equal(names("?all=1&filters={\"name\":{\"^/db$\":true}}"), "db");
    assert_string_equal(names("?all=1&filters={\"name\":[\"[a\"]}"), "");
    assert_string_equal(names(arena_printf(&answers, "?all=1&filters={\"id\":[\"%.10s\"]}", first)), "web1");
    assert_string_equal(names("?all=1&filters={\"label\":[\"a\"]}"), "db web1");
    assert_string_equal(names("?all=1&filters={\"label\":[\"a=1\",\"b\"]}"), "web1");
    assert_string_equal(names("?filters={\"status\":[\"created\",\"exited\"]}"), "db web1");
    assert_string_equal(names("?all=1&filters={\"exited\":[\"1\"]}"), "web1");
    assert_string_equal(names("?all=1&filters={\"exited\":[\"0\"]}"), "");
    assert_string_equal(names("?all=1&filters={\"before\":[\"web2\"]}"), "web1");
    assert_string_equal(names("?all=1&filters={\"since\":[\"web1\"]}"), "db web2");
    assert_string_equal(names("?all=1&filters={\"ancestor\":[\"busybox\"]}&limit=1"), "db");
    assert_string_equal(names("?all=1&filters={\"ancestor\":[\"other\"]}"), "");
    assert_string_equal(names("?all=1&filters={\"network\":[\"host\"]}"), "db");
    assert_string_equal(names("?all=1&filters={\"volume\":[\"data\"]}"), "web1");
    assert_string_equal(names("?all=1&filters={\"volume\":[\"/data\"]}"), "web1");
    assert_string_equal(names("?all=1&filters={\"expose\":[\"80\"]}"), ""); /* only what runs has ports */
    create("ports", "{\"Image\":\"busybox\",\"Cmd\":[\"sleep\",\"9\"],\"ExposedPorts\":{\"80/tcp\":{}}}");
    act("ports", "start");
    assert_string_equal(names("?filters={\"expose\":[\"79-81\"]}"), "ports");
    assert_string_equal(names("?filters={\"publish\":[\"80\"]}"), "");
    assert_string_equal(names("?filters={\"is-task\":[\"true\"]}"), "");
    refused(500, "invalid character 'x' looking for beginning of value", "GET", "/containers/json?filters=x", NULL);
    refused(400, "Invalid filter 'foo'", "GET", "/containers/json?filters={\"foo\":[\"x\"]}", NULL);
    refused(400, "Invalid filter 'status=x'", "GET", "/containers/json?filters={\"status\":[\"x\"]}", NULL);
    refused(400, "Unrecognised filter value for health: x", "GET", "/containers/json?filters={\"health\":[\"x\"]}",
            NULL);
    refused(500, "strconv.Atoi: parsing \"x\": invalid syntax", "GET", "/containers/json?filters={\"exited\":[\"x\"]}",
            NULL);
    refused(500, "strconv.Atoi: parsing \"x\": invalid syntax", "GET", "/containers/json?limit=x", NULL);
    refused(500, "no such container x", "GET", "/containers/json?filters={\"before\":[\"x\"]}", NULL);
    refused(500, "error while looking up for publish x: strconv.ParseUint: parsing \"x\": invalid syntax", "GET",
            "/containers/json?filters={\"publish\":[\"x\"]}", NULL);
}

/* What is kept of a list does not outlive the name of an image. */
static void test_a_list_knows_where_a_tag_went(void **state)
{
    (void)state;
    struct docker_image *other = docker_image_add(engine, "other:latest", NULL);

    assert_int_equal(
        ask("POST", "/v1.41/containers/create?name=cc", "{\"Image\":\"busybox\",\"Cmd\":[\"true\"]," NONE "}"), 201);
    assert_int_equal(ask("GET", "/v1.41/containers/json?all=1", NULL), 200);
    assert_string_equal(value_get_text(value_at(answer(), 0), "Image"), "busybox");
    assert_true(response.stays);
    docker_image_tag_as(engine, other, "busybox:latest");
    assert_int_equal(ask("GET", "/v1.41/containers/json?all=1", NULL), 200);
    assert_string_equal(value_get_text(value_at(answer(), 0), "Image"),
                        value_get_text(value_at(answer(), 0), "ImageID"));
}

/* In process the list is a value. */
static void test_list_in_process(void **state)
{
    struct effect effect = {.id = EFFECT_DOCKER_CONTAINERS_LIST, .args = OBJECT(&answers, {"all", value_bool(true)})};

    (void)state;
    run("aa");
    world_apply(&world, &effect, &answers);
    assert_int_equal(value_count(effect.result), 1);
    assert_string_equal(value_get_text(value_at(effect.result, 0), "State"), "running");
}

/* ---- remove, prune, rename, update
 * -------------------------------------------------------------------------------------------------------------------
 */

static void test_remove(void **state)
{
    const char *id = run("aa");

    (void)state;
    refused(404, "No such container: nope", "DELETE", "/containers/nope", NULL);
    refused(409,
            arena_printf(&answers,
                         "You cannot remove a running container %s. Stop the container before attempting "
                         "removal or force remove",
                         id),
            "DELETE", "/containers/aa", NULL);
    refused(500, "Conflict, cannot remove the default link name of the container", "DELETE", "/containers/aa?link=1",
            NULL);
    assert_int_equal(ask("DELETE", "/containers/aa?force=1", NULL), 204);
    assert_string_equal(names("?all=1"), "");
    run("aa");
    act("aa", "kill");
    assert_int_equal(ask("DELETE", "/containers/aa?v=1", NULL), 204);
}

static void test_prune(void **state)
{
    const char *created =
        create("created", "{\"Image\":\"busybox\",\"Cmd\":[\"x\"],\"Labels\":{\"keep\":\"1\"}," NONE "}");
    const char *paused = run("paused");

    (void)state;
    act("paused", "pause");
    create_with_policy("three", "{\"Name\":\"always\"}");
    pass(SECOND);
    is_text("three", "State.Status", "restarting");
    const char *exited = run("exited");

    act("exited", "kill");
    refused(400, "Invalid filter 'foo'", "POST", "/containers/prune?filters={\"foo\":[\"x\"]}", NULL);
    refused(500, "failed to parse value as time or duration: \"x\"", "POST",
            "/containers/prune?filters={\"until\":[\"x\"]}", NULL);
    refused(500, "more than one until filter specified", "POST",
            "/containers/prune?filters={\"until\":[\"1h\",\"2h\"]}", NULL);
    assert_int_equal(ask("POST", "/containers/prune?filters={\"until\":[\"1h\"]}", NULL), 200);
    assert_string_equal(value_json(&answers, answer()), "{\"ContainersDeleted\":null,\"SpaceReclaimed\":0}");
    ask("POST", "/containers/prune?filters={\"label!\":[\"keep\"]}", NULL);
    assert_string_equal(value_json(&answers, value_get(answer(), "ContainersDeleted")),
                        arena_printf(&answers, "[\"%s\"]", exited));
    ask("POST", "/containers/prune", NULL);
    assert_string_equal(value_json(&answers, value_get(answer(), "ContainersDeleted")),
                        arena_printf(&answers, "[\"%s\"]", created));
    assert_string_equal(names("?all=1"), "three paused");
    assert_non_null(paused);
}

static void test_rename(void **state)
{
    (void)state;
    run("aa");
    const char *id = run("bb");

    refused(400, "Neither old nor new names may be empty", "POST", "/containers/aa/rename", NULL);
    refused(400, "Renaming a container with the same name as its current name", "POST",
            "/containers/aa/rename?name=/aa", NULL);
    refused(400,
            "Error when allocating new name: Invalid container name (/x), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed",
            "POST", "/containers/aa/rename?name=x", NULL);
    refused(
        409,
        arena_printf(&answers,
                     "Error when allocating new name: Conflict. The container name \"/bb\" is already in use by "
                     "container \"%s\". You have to remove (or rename) that container to be able to reuse that name.",
                     id),
        "POST", "/containers/aa/rename?name=bb", NULL);
    refused(404, "No such container: nope", "POST", "/containers/nope/rename?name=cc", NULL);
    assert_int_equal(act("aa", "rename?name=cc"), 204);
    assert_string_equal(names(""), "bb cc");
    refused(404, "No such container: aa", "GET", "/containers/aa/json", NULL);
    is_text("cc", "Name", "/cc");
    assert_int_equal(act("bb", "rename?name=/aa"), 204);
    assert_string_equal(names(""), "aa cc");
}

static void test_update(void **state)
{
    (void)state;
    run("aa");
    assert_int_equal(ask("POST", "/containers/aa/update", "{}"), 200);
    assert_string_equal(value_json(&answers, answer()), "{\"Warnings\":null}");
    refused(500, "EOF", "POST", "/containers/aa/update", NULL);
    refused(404, "No such container: nope", "POST", "/containers/nope/update", "{}");
    refused(400, "invalid restart policy 'foo'", "POST", "/containers/aa/update",
            "{\"RestartPolicy\":{\"Name\":\"foo\"}}");
    refused(400, "Minimum memory limit allowed is 6MB", "POST", "/containers/aa/update", "{\"Memory\":100}");
    assert_int_equal(ask("POST", "/containers/aa/update",
                         "{\"Memory\":314572800,\"MemorySwap\":514288000,\"CpuShares\":512,"
                         "\"RestartPolicy\":{\"Name\":\"on-failure\",\"MaximumRetryCount\":2}}"),
                     200);
    is_json("aa", "HostConfig.Memory", "314572800");
    is_json("aa", "HostConfig.CpuShares", "512");
    is_json("aa", "HostConfig.RestartPolicy", "{\"Name\":\"on-failure\",\"MaximumRetryCount\":2}");
    refused(
        409,
        arena_printf(&answers,
                     "Cannot update container %s: Memory limit should be smaller than already set memoryswap limit, "
                     "update the memoryswap at the same time",
                     value_text(member("aa", "Id"))),
        "POST", "/containers/aa/update", "{\"Memory\":614572800}");
    ask("POST", "/containers/aa/update", "{\"BlkioWeight\":1}");
    assert_int_equal(value_count(value_get(answer(), "Warnings")), 1);
}

/* ---- many
 * -------------------------------------------------------------------------------------------------------------------
 */

/* Actors of the world and a restart of the engine act on a whole engine too. */
static void test_without_requests(void **state)
{
    (void)state;
    docker_engine_add_container(engine, "old", "busybox:latest", "bridge", NULL, CONTAINER_CREATED, NULL);
    assert_true(docker_engine_start_container(engine, "old"));
    is_text("old", "State.Status", "running");
    assert_true(docker_engine_stop_container(engine, "old"));
    is_text("old", "State.Status", "exited");
    create_with_policy("three", "{\"Name\":\"always\"}");
    assert_true(docker_engine_stop_container(engine, "three"));
    pass(SECOND);
    is_text("three", "State.Status", "exited");
    act("three", "start");
    docker_engine_restart(engine);
    is_text("three", "State.Status", "running");
    assert_true(docker_engine_remove_container(engine, "three"));
    assert_string_equal(names("?all=1"), "old");
}

static void test_many(void **state)
{
    enum { MANY = 500 };

    (void)state;
    for (int i = 0; i < MANY; i++) {
        run(arena_printf(&answers, "c%d", i));
    }
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ask("GET", "/containers/json", NULL), 200);
        assert_int_equal(value_count(answer()), MANY);
    }
    act("c7", "kill");
    ask("GET", "/containers/json", NULL);
    assert_int_equal(value_count(answer()), MANY - 1);
    ask("GET", "/containers/json?all=1", NULL);
    assert_int_equal(value_count(answer()), MANY);
    for (int i = 0; i < MANY; i++) {
        ask("DELETE", arena_printf(&answers, "/containers/c%d?force=1", i), NULL);
    }
    assert_string_equal(names("?all=1"), "");
}

/* The value of a header of the last answer; NULL: it has none of this name. */
static const char *header(const char *name)
{
    for (const struct docker_header *each = response.headers; each != NULL && each->name != NULL; each++) {
        if (strcmp(each->name, name) == 0) {
            return each->value;
        }
    }
    return NULL;
}

/* What is answered before a handler is asked, and with which headers. */
static void test_door(void **state)
{
    (void)state;
    assert_int_equal(ask("GET", "/v1.41//containers/x/../json?all=1", NULL), 301);
    assert_string_equal(header("Location"), "/v1.41/containers/json?all=1");
    assert_null(header("Server"));
    assert_int_equal(ask("OPTIONS", "/anything", NULL), 200);
    refused(404, "page not found", "GET", "/v1.42/nosuch", NULL);
    assert_null(header("Api-Version"));
    refused(400, "client version 1.41.1 is too new. Maximum supported API version is 1.41", "GET", "/v1.41.1/info",
            NULL);
    assert_string_equal(header("Api-Version"), "1.41");
    assert_int_equal(ask("GET", "/v1/info", NULL), 400);
    assert_string_equal(response.content_type, "text/plain; charset=utf-8");
    assert_int_equal(ask("GET", "/_ping", NULL), 200);
    assert_string_equal(header("Pragma"), "no-cache");
    refused(400, "got EOF while reading request body", "POST", "/networks/create", NULL);
    refused(400, "invalid character 'x' looking for beginning of value", "POST", "/networks/create", "x");
}

/* The lines of a pull are looked at after its answer was given: they may not lie in the answers' memory. */
static void test_progress_outlives_the_answer(void **state)
{
    static const struct docker_http_request request = {.method = "POST", .target = "/images/create?fromImage=a&tag=1"};
    struct arena lasting, short_lived;
    struct docker_api_call call;
    struct docker_chunk chunk = {0};

    (void)state;
    arena_init(&lasting, arena_source_malloc());
    arena_init(&short_lived, arena_source_malloc());
    assert_true(docker_api_parse(engine, &request, &lasting, &call, &response));
    world_apply(engine->world, &call.effect, &short_lived);
    arena_reset(&short_lived);
    docker_api_answer(&call, &response);
    assert_int_equal(docker_stream_next(engine, response.stream, &lasting, &chunk), DOCKER_MORE);
    assert_string_equal(chunk.bytes, "{\"status\":\"Pulling from library/a\",\"id\":\"1\"}\r\n");
    arena_reset(&lasting);
}

/* Docker's command line names the endpoint "default" where no network was said. */
static void test_endpoint_default(void **state)
{
    (void)state;
    assert_int_equal(
        ask("POST", "/containers/create?name=c1",
            "{\"Image\":\"busybox\",\"Cmd\":[\"sleep\",\"9\"],\"HostConfig\":{\"NetworkMode\":\"default\"},"
            "\"NetworkingConfig\":{\"EndpointsConfig\":{\"default\":{}}}}"),
        201);
    assert_int_equal(ask("POST", "/containers/c1/start", NULL), 204);
    is_text("c1", "NetworkSettings.Networks.bridge.IPAddress", "172.17.0.2");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, whole_engine_end)
    const struct CMUnitTest tests[] = {
        TEST(create),
        TEST(endpoint_default),
        TEST(create_normalises),
        TEST(create_refuses),
        TEST(ports),
        TEST(names),
        TEST(start_stop),
        TEST(stop_kills),
        TEST(cannot_start),
        TEST(a_start_without_a_network_leaves_the_others),
        TEST(kill),
        TEST(pause),
        TEST(what_is_paused_does_nothing),
        TEST(restart),
        TEST(exits),
        TEST(restart_policy),
        TEST(restart_delay),
        TEST(a_long_run_is_ten_seconds),
        TEST(restart_policy_ends),
        TEST(auto_remove),
        TEST(health),
        TEST(wait),
        TEST(list),
        TEST(a_list_knows_where_a_tag_went),
        TEST(status_texts),
        TEST(filters),
        TEST(list_in_process),
        TEST(remove),
        TEST(prune),
        TEST(rename),
        TEST(update),
        TEST(without_requests),
        TEST(many),
        TEST(door),
        TEST(progress_outlives_the_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
