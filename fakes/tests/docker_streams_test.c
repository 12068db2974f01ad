/* What a whole engine gives bit by bit: logs, attach, executions; and top, stats, changes. Expectations are what a real
 * Engine answered (fakes/tests/conformance/). */
#include "fakes/docker/process.h"
#include "fakes/docker/whole.h"
#include "fakes/tests/whole_engine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { START_MS = 1000, TEXT_MAX = 8192 };

/* A container as it is once it has been started; what it runs is the test's. */
static struct container *make_container(const char *config)
{
    struct container *container =
        docker_engine_add_container(engine, "c1", "busybox:latest", "none", NULL, CONTAINER_CREATED, NULL);
    struct container_details *details = arena_alloc(&memory, sizeof *details);

    details->config = value_parse(&memory, config, strlen(config));
    details->host_config = value_empty_object();
    details->files = arena_alloc(&memory, sizeof *details->files);
    process_files_init(details->files, &engine->whole->pool);
    details->starts = 1;
    details->pid = 1001;
    details->stop_due_ms = details->restart_due_ms = INT64_MAX;
    container->details = details;
    container->state = CONTAINER_RUNNING;
    container->started_ms = world.now_ms;
    return container;
}

static int set_up(void **state)
{
    (void)state;
    whole_engine_begin(START_MS, NULL, NULL);
    return 0;
}

static void write_log(struct container *container, enum docker_output output, const char *text)
{
    docker_logs_write(engine, container, output, text, strlen(text));
}

/* All that a stream gives now, frames as "1:text|", and "." when it is over. */
static const char *given(struct docker_stream *stream)
{
    char *text = arena_alloc(&answers, TEXT_MAX);
    enum docker_stream_state state;
    struct docker_chunk chunk;
    size_t at = 0;

    do {
        state = docker_stream_next(engine, stream, &answers, &chunk);
        if (chunk.length > 0 && stream->raw) {
            memcpy(text + at, chunk.bytes, chunk.length);
            at += chunk.length;
        } else if (chunk.length > 0) {
            text[at++] = (char)('0' + chunk.bytes[0]);
            text[at++] = ':';
            memcpy(text + at, chunk.bytes + 8, chunk.length - 8);
            at += chunk.length - 8;
            text[at++] = '|';
        }
    } while (state == DOCKER_MORE);
    if (state == DOCKER_OVER) {
        text[at] = '.';
    }
    return text;
}

static const char *logs(const char *query)
{
    assert_int_equal(ask("GET", arena_printf(&answers, "/v1.41/containers/c1/logs?%s", query), NULL), 200);
    return given(response.stream);
}

static void test_logs_are_lines(void **state)
{
    struct container *container = make_container("{}");

    (void)state;
    write_log(container, DOCKER_STDOUT, "1\n2\n3");
    write_log(container, DOCKER_STDERR, "e\n");
    world.now_ms += 500;
    write_log(container, DOCKER_STDOUT, "3\n4");
    assert_string_equal(logs("stdout=1&stderr=1"), "1:1\n|1:2\n|2:e\n|1:33\n|.");
    assert_string_equal(logs("stdout=1&tail=2"), "1:33\n|.");
    assert_string_equal(logs("stdout=1&tail=x"), "1:1\n|1:2\n|1:33\n|.");
    assert_string_equal(logs("stderr=true&tail=0"), ".");
    assert_string_equal(logs("stderr=1&timestamps=1&details=1"), "2:1970-01-01T00:00:01.000000000Z  e\n|.");
    assert_string_equal(logs("stdout=1&since=1.2"), "1:33\n|.");
    assert_string_equal(logs("stdout=1&until=1.2"), "1:1\n|1:2\n|.");
    container->state = CONTAINER_EXITED;
    assert_string_equal(logs("stdout=1&tail=1"), "1:4|.");
}

static void test_logs_follow_a_run(void **state)
{
    struct container *container = make_container("{}");
    struct docker_stream stream;

    (void)state;
    write_log(container, DOCKER_STDOUT, "a\n");
    assert_string_equal(logs("stdout=1&follow=1"), "1:a\n|");
    stream = *response.stream;
    write_log(container, DOCKER_STDOUT, "b");
    assert_string_equal(given(&stream), "");
    container->state = CONTAINER_EXITED;
    assert_string_equal(given(&stream), "1:b|.");
}

static void test_logs_stay_bounded(void **state)
{
    struct container *container = make_container("{\"Tty\": true}");
    char line[1024];

    (void)state;
    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = '\n';
    for (int i = 0; i < 5000; i++) {
        docker_logs_write(engine, container, DOCKER_STDOUT, line, sizeof line);
    }
    assert_int_equal(container->details->logs.written, 5000);
    assert_true(container->details->logs.bytes <= LOGS_BYTES_MAX);
    assert_int_equal(strlen(logs("stdout=1&tail=2")), 2 * sizeof line + 1);
}

static void test_bad_logs(void **state)
{
    (void)state;
    make_container("{}");
    assert_int_equal(ask("GET", "/v1.41/containers/nosuch/logs", NULL), 400);
    assert_non_null(strstr(response.body, "Bad parameters: you must choose at least one stream"));
    assert_int_equal(ask("GET", "/v1.41/containers/nosuch/logs?stdout=1", NULL), 404);
    assert_int_equal(ask("GET", "/v1.41/containers/c1/logs?stdout=1&since=x", NULL), 500);
    assert_string_equal(logs("stdout=1&since=9223372036854775807"), ".");
    assert_string_equal(logs("stdout=1&until=-9223372036854775808"), ".");
    assert_int_equal(ask("GET", "/v1.41/events?since=-9223372036854775808&until=9223372036854775807", NULL), 200);
}

static void test_attach(void **state)
{
    struct container *container = make_container("{}");
    struct docker_stream stream;

    (void)state;
    write_log(container, DOCKER_STDOUT, "a\n");
    assert_int_equal(ask("POST", "/v1.41/containers/c1/attach?stream=1&stdout=1&logs=1", NULL), 200);
    assert_true(response.hijacked);
    stream = *response.stream;
    assert_string_equal(given(&stream), "1:a\n|");
    write_log(container, DOCKER_STDERR, "e");
    write_log(container, DOCKER_STDOUT, "b\nc");
    assert_string_equal(given(&stream), "1:b\nc|");
    /* What was written last is given though the container is gone. */
    write_log(container, DOCKER_STDOUT, "d");
    container->state = CONTAINER_EXITED;
    docker_logs_free(engine, container);
    engine->container_count = 0;
    assert_string_equal(given(&stream), "1:d|.");
}

static void test_attach_before_the_start(void **state)
{
    struct container *container = make_container("{\"Tty\": true}");
    struct docker_stream stream;

    (void)state;
    container->state = CONTAINER_CREATED;
    container->details->starts = 0;
    assert_int_equal(ask("POST", "/v1.41/containers/c1/attach?stream=1&stdout=1", NULL), 200);
    stream = *response.stream;
    assert_string_equal(given(&stream), "");
    container->state = CONTAINER_RUNNING;
    container->details->starts = 1;
    write_log(container, DOCKER_STDOUT, "a\r\n");
    assert_string_equal(given(&stream), "a\r\n");
    container->state = CONTAINER_EXITED;
    assert_string_equal(given(&stream), ".");
}

static void test_attach_errors(void **state)
{
    (void)state;
    make_container("{}");
    assert_int_equal(ask("POST", "/v1.41/containers/nosuch/attach?stream=1", NULL), 404);
    assert_string_equal(response.content_type, "application/vnd.docker.raw-stream");
    assert_memory_equal(response.body, "No such container: nosuch\r\n", response.length);
    assert_int_equal(ask("POST", "/v1.41/containers/c1/attach?detachKeys=nosuch", NULL), 400);
    assert_int_equal(ask("POST", "/v1.41/containers/c1/attach?detachKeys=ctrl-p,ctrl-q", NULL), 200);
}

/* ---- executions ---------------------------------------------------------------------------------------------------
 */

static const char *create_exec(const char *body)
{
    assert_int_equal(ask("POST", "/v1.41/containers/c1/exec", body), 201);
    return value_get_text(answer(), "Id");
}

static int start_exec(const char *id, const char *body)
{
    return ask("POST", arena_printf(&answers, "/v1.41/exec/%s/start", id), body);
}

static const struct value *inspect_exec(const char *id)
{
    assert_int_equal(ask("GET", arena_printf(&answers, "/v1.41/exec/%s/json", id), NULL), 200);
    return answer();
}

static void test_exec(void **state)
{
    const char *id, *pattern = "Error: Exec command %s has already run";

    (void)state;
    make_container("{\"Env\": [\"A=1\"]}");
    id = create_exec("{\"AttachStdout\": true, \"AttachStderr\": true, \"Env\": [\"B=2\"], \"User\": \"nobody\","
                     " \"WorkingDir\": \"/tmp\", \"Cmd\": [\"sh\", \"-c\", \"echo $A $B; id -u; pwd; exit 5\"]}");
    assert_true(value_is(value_get(inspect_exec(id), "ExitCode"), VALUE_NULL));
    assert_int_equal(start_exec(id, "{}"), 200);
    struct docker_stream stream = *response.stream;

    assert_string_equal(given(&stream), "");
    assert_true(docker_execs_next_ms(engine) <= world.now_ms);
    docker_execs_pass(engine);
    assert_string_equal(given(&stream), "1:1 2\n65534\n/tmp\n|.");
    assert_int_equal((int)value_get_number(inspect_exec(id), "ExitCode", -1), 5);
    assert_int_equal(start_exec(id, "{}"), 200);
    assert_string_equal(given(response.stream),
                        arena_printf(&answers, "1:%s\r\n|.", arena_printf(&answers, pattern, id)));
    assert_int_equal(start_exec(id, "{\"Detach\": true}"), 409);
}

static void test_exec_input(void **state)
{
    const char *id;

    (void)state;
    make_container("{}");
    id = create_exec("{\"AttachStdin\": true, \"AttachStdout\": true, \"Cmd\": [\"cat\"]}");
    assert_int_equal(start_exec(id, "{}"), 200);
    struct docker_stream stream = *response.stream;

    docker_stream_input(engine, &stream, "one\ntwo\n", strlen("one\ntwo\n"));
    docker_execs_pass(engine);
    assert_string_equal(given(&stream), "1:one\ntwo\n|");
    docker_stream_input_end(engine, &stream);
    docker_execs_pass(engine);
    assert_string_equal(given(&stream), ".");
}

static void test_exec_that_cannot_run(void **state)
{
    const char *id;

    (void)state;
    make_container("{}");
    id = create_exec("{\"AttachStdout\": true, \"Cmd\": [\"nosuch\"]}");
    assert_int_equal(start_exec(id, "{}"), 200);
    assert_string_equal(given(response.stream),
                        "1:OCI runtime exec failed: exec failed: unable to start container process: exec: \"nosuch\": "
                        "executable file not found in $PATH: unknown\r\n|.");
    assert_int_equal((int)value_get_number(inspect_exec(id), "ExitCode", -1), 126);
    assert_int_equal(start_exec(create_exec("{\"Cmd\": [\"nosuch\"]}"), "{\"Detach\": true}"), 400);
    assert_int_equal(start_exec(create_exec("{\"Cmd\": [\"true\"], \"User\": \"nosuch\"}"), "{}"), 200);
    assert_string_equal(given(response.stream),
                        "1:unable to find user nosuch: no matching entries in passwd file\r\n|.");
}

static void test_exec_ends_with_its_container(void **state)
{
    struct container *container = make_container("{}");
    const char *runs, *waits;

    (void)state;
    runs = create_exec("{\"AttachStdout\": true, \"Cmd\": [\"sleep\", \"50\"]}");
    waits = create_exec("{\"AttachStdout\": true, \"Cmd\": [\"true\"]}");
    assert_int_equal(start_exec(runs, "{}"), 200);
    struct docker_stream stream = *response.stream;

    docker_execs_pass(engine);
    assert_true(value_truthy(value_get(inspect_exec(runs), "Running")));
    container->state = CONTAINER_EXITED;
    docker_execs_end(engine, container);
    assert_string_equal(given(&stream), ".");
    assert_int_equal((int)value_get_number(inspect_exec(runs), "ExitCode", -1), 137);
    assert_int_equal(start_exec(waits, "{}"), 404);
    assert_int_equal(ask("POST", "/v1.41/containers/c1/exec", "{\"Cmd\": [\"true\"]}"), 409);
    docker_execs_forget(engine, container);
    assert_int_equal(start_exec(runs, "{}"), 404);
}

static void test_exec_is_paused_with_its_container(void **state)
{
    struct container *container = make_container("{}");
    const char *id;

    (void)state;
    id = create_exec("{\"AttachStdout\": true, \"Cmd\": [\"sh\", \"-c\", \"sleep 1; echo a\"]}");
    assert_int_equal(start_exec(id, "{}"), 200);
    struct docker_stream stream = *response.stream;

    docker_execs_pass(engine);
    docker_execs_pause(engine, container, true);
    assert_true(docker_execs_next_ms(engine) == INT64_MAX);
    world.now_ms += 5000;
    docker_execs_pass(engine);
    assert_string_equal(given(&stream), "");
    docker_execs_pause(engine, container, false);
    assert_true(docker_execs_next_ms(engine) == world.now_ms + 1000);
    world.now_ms += 1000;
    docker_execs_pass(engine);
    assert_string_equal(given(&stream), "1:a\n|.");
}

static void test_exec_that_makes_no_sense(void **state)
{
    (void)state;
    make_container("{}");
    assert_int_equal(ask("POST", "/v1.41/containers/c1/exec", "{\"Cmd\": []}"), 400);
    assert_int_equal(ask("POST", "/v1.41/containers/c1/exec", "{\"Cmd\": \"true\"}"), 400);
    assert_int_equal(ask("POST", "/v1.41/containers/c1/exec", NULL), 400);
    assert_int_equal(ask("POST", "/v1.41/containers/c1/exec", "{\"Cmd\": [\"a\"], \"DetachKeys\": \"nosuch\"}"), 500);
    assert_int_equal(ask("POST", "/v1.41/exec/x/resize?h=x&w=2", NULL), 400);
    assert_int_equal(ask("POST", "/v1.41/exec/x/resize?h=1&w=2", NULL), 404);
}

/* ---- top, stats, changes ------------------------------------------------------------------------------------------
 */

static void test_top(void **state)
{
    struct container *container = make_container("{\"Cmd\": [\"sleep\", \"100\"]}");

    (void)state;
    assert_int_equal(ask("GET", "/v1.41/containers/c1/top?ps_args=-o%20pid,comm", NULL), 200);
    assert_string_equal(response.body, "{\"Processes\":[[\"1001\",\"sleep\"]],\"Titles\":[\"PID\",\"COMMAND\"]}\n");
    assert_int_equal(ask("GET", "/v1.41/containers/c1/top", NULL), 200);
    assert_non_null(strstr(response.body, "\"UID\",\"PID\",\"PPID\",\"C\",\"STIME\",\"TTY\",\"TIME\",\"CMD\""));
    assert_non_null(strstr(response.body, "\"sleep 100\""));
    assert_int_equal(ask("GET", "/v1.41/containers/c1/top?ps_args=-o%20comm", NULL), 500);
    container->state = CONTAINER_EXITED;
    assert_int_equal(ask("GET", "/v1.41/containers/c1/top", NULL), 409);
}

static void test_stats(void **state)
{
    struct docker_chunk chunk;

    (void)state;
    make_container("{}");
    assert_int_equal(ask("GET", "/v1.41/containers/c1/stats?stream=1&one-shot=1", NULL), 400);
    assert_int_equal(ask("GET", "/v1.41/containers/c1/stats?stream=0&one-shot=1", NULL), 200);
    assert_null(response.stream);
    assert_int_equal(ask("GET", "/v1.41/containers/c1/stats", NULL), 200);
    struct docker_stream stream = *response.stream;

    assert_int_equal(docker_stream_next(engine, &stream, &answers, &chunk), DOCKER_MORE);
    assert_int_equal(docker_stream_next(engine, &stream, &answers, &chunk), DOCKER_LATER);
    assert_int_equal(docker_stream_next_ms(engine, &stream), world.now_ms + 1000);
}

static void test_changes(void **state)
{
    struct container *container = make_container("{}");

    (void)state;
    assert_int_equal(ask("GET", "/v1.41/containers/c1/changes", NULL), 200);
    assert_int_equal(process_files_touch(container->details->files, "/tmp/a", 1), 0);
    assert_int_equal(ask("GET", "/v1.41/containers/c1/changes", NULL), 200);
    assert_string_equal(response.body, "[{\"Path\":\"/tmp\",\"Kind\":0},{\"Path\":\"/tmp/a\",\"Kind\":1}]\n");
}

/* The clock stands, and yet there is a before and an after. */
static void test_events_between_two_instants_of_a_millisecond(void **state)
{
    const char *instants[2];
    const char *text = "";
    enum docker_stream_state next = DOCKER_MORE;

    (void)state;
    assert_int_equal(ask("POST", "/v1.41/volumes/create", "{\"Name\":\"before\"}"), 201);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ask("GET", "/v1.41/info", NULL), 200);
        const struct value *info = answer();
        const char *time = value_get_text(info, "SystemTime");
        int64_t ms = 0;

        assert_true(parse_iso_date(arena_printf(&answers, "%.19sZ", time), &ms));
        instants[i] = arena_printf(&answers, "%lld%.*s", (long long)ms / 1000, (int)strcspn(time + 19, "Z"), time + 19);
        assert_int_equal(
            ask("POST", "/v1.41/volumes/create", i == 0 ? "{\"Name\":\"between\"}" : "{\"Name\":\"after\"}"), 201);
    }
    assert_int_equal(
        ask("GET", arena_printf(&answers, "/v1.41/events?since=%s&until=%s", instants[0], instants[1]), NULL), 200);
    while (next == DOCKER_MORE) {
        struct docker_chunk chunk = {0};

        next = docker_stream_next(engine, response.stream, &answers, &chunk);
        text = arena_printf(&answers, "%s%.*s", text, (int)chunk.length, chunk.length == 0 ? "" : chunk.bytes);
    }
    assert_int_equal(next, DOCKER_OVER);
    assert_non_null(strstr(text, "between"));
    assert_null(strstr(text, "before"));
    assert_null(strstr(text, "after"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_logs_are_lines, set_up, whole_engine_end),
        cmocka_unit_test_setup_teardown(test_logs_follow_a_run, set_up, whole_engine_end),
        cmocka_unit_test_setup_teardown(test_logs_stay_bounded, set_up, whole_engine_end),
        cmocka_unit_test_setup_teardown(test_bad_logs, set_up, whole_engine_end),
        cmocka_unit_test_setup_teardown(test_events_between_two_instants_of_a_millisecond, set_up, whole_engine_end),
        cmocka_unit_test_setup_teardown(test_attach, set_up, whole_engine_end),
        cmocka_unit_test_setup_teardown(test_attach_before_the_start, set_up, whole_engine_end),
        cmocka_unit_test_setup_teardown(test_attach_errors, set_up, whole_engine_end),
        cmocka_unit_test_setup_teardown(test_exec, set_up, whole_engine_end),
        cmocka_unit_test_setup_teardown(test_exec_input, set_up, whole_engine_end),
        cmocka_unit_test_setup_teardown(test_exec_that_cannot_run, set_up, whole_engine_end),
        cmocka_unit_test_setup_teardown(test_exec_ends_with_its_container, set_up, whole_engine_end),
        cmocka_unit_test_setup_teardown(test_exec_is_paused_with_its_container, set_up, whole_engine_end),
        cmocka_unit_test_setup_teardown(test_exec_that_makes_no_sense, set_up, whole_engine_end),
        cmocka_unit_test_setup_teardown(test_top, set_up, whole_engine_end),
        cmocka_unit_test_setup_teardown(test_stats, set_up, whole_engine_end),
        cmocka_unit_test_setup_teardown(test_changes, set_up, whole_engine_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
