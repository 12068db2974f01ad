/* drydock serve without sockets: requests of clients as tasks of a run, its faults on what they are answered, time, and
 * the control endpoint. */
#include "sim/serve/control.h"
#include "sim/serve/faketime.h"
#include "sim/serve/session.h"
#include "sim/tests/test_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { TEXT_MAX = 65536, START_MS = 1000 };

/* What a client has got so far. */
struct client {
    int status;
    char body[TEXT_MAX];
    size_t length;
    bool ended, dropped;
};

static struct test_run test;
static struct session *session;

static void take(struct client *client, const char *bytes, size_t length)
{
    assert_true(client->length + length < TEXT_MAX);
    memcpy(client->body + client->length, bytes, length);
    client->length += length;
    client->body[client->length] = '\0';
}

static void on_answer(void *owner, const struct docker_http_response *response)
{
    struct client *client = owner;

    client->status = response->status;
    client->ended = response->stream == NULL;
    if (client->ended && response->body != NULL) {
        take(client, response->body, response->length);
    }
}

static void on_more(void *owner, const char *bytes, size_t length)
{
    take(owner, bytes, length);
}

static void on_end(void *owner)
{
    ((struct client *)owner)->ended = true;
}

static void on_drop(void *owner)
{
    ((struct client *)owner)->dropped = true;
}

static void begin(const char *json)
{
    static const struct session_handlers handlers = {on_answer, on_more, on_end, on_drop};
    static struct run_options options;

    test_run_begin(&test);
    options = (struct run_options){.revision = revision_by_name("8.9.2"), .keep_events = true, .more_faults = true};
    session =
        session_begin(test_scenario(&test, json), &options, &handlers, &test.memory, &test.arena, &test.event_arena);
    session_settle(session);
}

static void finish(void)
{
    const struct run_record *record = session_end(session);

    assert_true(record->as_expected);
    assert_string_equal(record->strategy, "clients"); /* its trace cannot be replayed */
    test_run_end(&test);
}

static struct session_request *ask(struct client *client, const char *method, const char *target, const char *body)
{
    const struct docker_http_request request = {.method = method,
                                                .target = target,
                                                .content_type = body == NULL ? NULL : "application/json",
                                                .body = body,
                                                .body_length = body == NULL ? 0 : strlen(body)};

    *client = (struct client){0};
    struct session_request *asked = session_ask(session, &request, client);

    session_settle(session);
    return asked;
}

static void expect_answer(int status, const char *part, const char *method, const char *target, const char *body)
{
    static struct client client;

    (void)ask(&client, method, target, body);
    if (client.status != status || strstr(client.body, part) == NULL) {
        fail_msg("%s %s: %d %s, expected %d and %s", method, target, client.status, client.body, status, part);
    }
    assert_true(client.ended);
}

static struct client *control(const char *method, const char *target, const char *body, bool frozen)
{
    static struct client client;
    const struct docker_http_request request = {
        .method = method, .target = target, .body = body, .body_length = body == NULL ? 0 : strlen(body)};
    struct docker_http_response response;
    struct arena arena;

    arena_init(&arena, arena_source_malloc());
    assert_true(control_wants(target));
    client = (struct client){0};
    control_answer(session, &request, frozen, &arena, &response);
    on_answer(&client, &response);
    arena_reset(&arena);
    return &client;
}

static void expect_control(int status, const char *part, const char *method, const char *target, const char *body)
{
    const struct client *client = control(method, target, body, true);

    if (client->status != status || strstr(client->body, part) == NULL) {
        fail_msg("%s %s: %d %s, expected %d and %s", method, target, client->status, client->body, status, part);
    }
}

#define EMPTY "{\"name\":\"empty\",\"actors\":[]}"

/* Makes and starts a container. */
static void run_container(const char *name, const char *body)
{
    char target[TEXT_MAX];

    expect_answer(200, "Status: ", "POST", "/v1.41/images/create?fromImage=busybox&tag=latest", NULL);
    (void)snprintf(target, sizeof target, "/v1.41/containers/create?name=%s", name);
    expect_answer(201, "\"Id\"", "POST", target, body);
    (void)snprintf(target, sizeof target, "/v1.41/containers/%s/start", name);
    expect_answer(204, "", "POST", target, NULL);
}

static const char sleeper[] = "{\"Image\":\"busybox\",\"Cmd\":[\"sleep\",\"10\"]}";

static void pass(int64_t ms)
{
    session_pass(session, session_now_ms(session) + ms);
}

/* ---- requests -----------------------------------------------------------------------------------------------------
 */

static void test_a_request_is_an_effect_of_the_run(void **state)
{
    (void)state;
    begin(EMPTY);
    run_container("one", sleeper);
    expect_answer(200, "/one", "GET", "/v1.41/containers/json", NULL);
    expect_answer(404, "No such container: two", "GET", "/v1.41/containers/two/json", NULL);
    expect_control(200, "docker containers.list", "GET", "/_drydock/trace", NULL);
    expect_control(200, "No such container: two", "GET", "/_drydock/trace", NULL);
    finish();
}

/* Each has an address of its own from the start. */
static void test_containers_that_run_at_the_start(void **state)
{
    (void)state;
    begin("{\"name\":\"two\",\"world\":{\"docker\":{\"containers\":[{\"name\":\"one\",\"image\":\"a/b:1\"},"
          "{\"name\":\"two\",\"image\":\"a/b:1\"}]}},\"actors\":[]}");
    expect_answer(200, "\"IPAddress\":\"172.17.0.2\"", "GET", "/v1.41/containers/one/json", NULL);
    expect_answer(200, "\"IPAddress\":\"172.17.0.3\"", "GET", "/v1.41/containers/two/json", NULL);
    finish();
}

static void test_who_waits_is_answered_when_it_happens(void **state)
{
    static struct client waiter, gone;

    (void)state;
    begin(EMPTY);
    run_container("one", sleeper);
    assert_false(session_is_awaited(session));
    (void)ask(&waiter, "POST", "/v1.41/containers/one/wait", NULL);
    struct session_request *left = ask(&gone, "POST", "/v1.41/containers/one/wait", NULL);

    assert_true(session_is_awaited(session));
    assert_int_equal(session_next_ms(session), session_now_ms(session) + 10 * START_MS);
    session_forget(left);
    pass(10 * START_MS - 1);
    assert_false(waiter.ended);
    pass(1);
    assert_true(waiter.ended);
    assert_non_null(strstr(waiter.body, "\"StatusCode\":0"));
    assert_false(gone.ended);
    assert_int_equal(gone.length, 0);
    assert_false(session_is_awaited(session));
    finish();
}

static void test_input_waits_for_the_start(void **state)
{
    static struct client client;

    (void)state;
    begin(EMPTY);
    expect_answer(200, "Status: ", "POST", "/v1.41/images/create?fromImage=busybox&tag=latest", NULL);
    expect_answer(201, "\"Id\"", "POST", "/v1.41/containers/create?name=cat",
                  "{\"Image\":\"busybox\",\"Cmd\":[\"cat\"],\"OpenStdin\":true,\"StdinOnce\":true}");
    struct session_request *attached =
        ask(&client, "POST", "/v1.41/containers/cat/attach?stream=1&stdin=1&stdout=1&stderr=1", NULL);

    session_input(attached, "early\n", strlen("early\n"));
    session_input_end(attached);
    session_settle(session);
    assert_int_equal(client.length, 0);
    expect_answer(204, "", "POST", "/v1.41/containers/cat/start", NULL);
    pass(1);
    assert_true(client.ended);
    assert_int_equal(client.length, 8 + strlen("early\n"));
    assert_string_equal(client.body + 8, "early\n");
    expect_answer(200, "\"ExitCode\":0", "GET", "/v1.41/containers/cat/json", NULL);
    finish();
}

/* ---- faults on the wire -------------------------------------------------------------------------------------------
 */

static void expect_fault(const char *fault, int status, const char *part, bool dropped, bool happens)
{
    static struct client client;
    char body[TEXT_MAX];

    begin(EMPTY);
    (void)snprintf(body, sizeof body, "{\"fault\":\"%s\",\"on\":\"docker volumes.create\"}", fault);
    expect_control(200, "\"fired\":0", "POST", "/_drydock/faults", body);
    (void)ask(&client, "POST", "/v1.41/volumes/create", "{\"Name\":\"data\"}");
    if (client.dropped != dropped || client.status != status || strstr(client.body, part) == NULL) {
        fail_msg("%s: %d %s%s", fault, client.status, client.body, client.dropped ? ", dropped" : "");
    }
    expect_control(200, "\"fired\":1", "GET", "/_drydock/faults", NULL);
    expect_answer(happens ? 200 : 404, happens ? "data" : "no such volume", "GET", "/v1.41/volumes/data", NULL);
    expect_answer(201, "again", "POST", "/v1.41/volumes/create", "{\"Name\":\"again\"}"); /* it hit once */
    finish();
}

static void test_faults(void **state)
{
    (void)state;
    expect_fault("error-500", 500, "{\"message\":", false, false);
    expect_fault("error-409", 409, "{\"message\":", false, false);
    expect_fault("garbled", 200, "", false, true);
    expect_fault("refused", 0, "", true, false);
    expect_fault("lost-reply", 0, "", true, true);
}

static void test_a_slow_answer_comes_late(void **state)
{
    static struct client client;

    (void)state;
    begin(EMPTY);
    expect_control(200, "slow", "POST", "/_drydock/faults",
                   "{\"fault\":\"slow\",\"on\":\"docker volumes.create\",\"delay\":\"20s\"}");
    (void)ask(&client, "POST", "/v1.41/volumes/create", "{\"Name\":\"data\"}");
    assert_int_equal(client.status, 0);
    pass(20 * START_MS);
    assert_int_equal(client.status, 201);
    finish();
}

static void test_faults_heal(void **state)
{
    (void)state;
    begin(EMPTY);
    expect_control(200, "\"number\":1", "POST", "/_drydock/faults",
                   "{\"fault\":\"error-500\",\"on\":\"docker containers.list\",\"times\":\"forever\"}");
    expect_answer(500, "server error", "GET", "/v1.41/containers/json", NULL);
    expect_answer(500, "server error", "GET", "/v1.41/containers/json", NULL);
    expect_control(404, "no such fault: 2, expected 1 to 1", "DELETE", "/_drydock/faults/2", NULL);
    expect_answer(500, "server error", "GET", "/v1.41/containers/json", NULL);
    expect_control(200, "\"healed\":true", "DELETE", "/_drydock/faults/1", NULL);
    expect_answer(200, "[]", "GET", "/v1.41/containers/json", NULL);
    finish();
}

/* ---- the control endpoint -----------------------------------------------------------------------------------------
 */

static void test_control(void **state)
{
    (void)state;
    begin(EMPTY);
    assert_false(control_wants("/v1.41/_ping"));
    expect_control(200, "GET /_drydock/state", "GET", "/_drydock/", NULL);
    run_container("one", sleeper);
    expect_control(200, "\"one\"", "GET", "/_drydock/state", NULL);
    expect_control(200, "\"nextMs\":1767225610000", "GET", "/_drydock/clock", NULL);
    expect_control(200, "00:00:04", "POST", "/_drydock/clock", "{\"advance\":\"4s\"}");
    expect_control(200, "00:00:10", "POST", "/_drydock/step", NULL);
    expect_answer(200, "\"exited\"", "GET", "/v1.41/containers/one/json", NULL);
    expect_control(409, "nothing is going to happen", "POST", "/_drydock/step", NULL);
    expect_control(200, "container.start", "GET", "/_drydock/trace", NULL);
    expect_control(200, "\"verdict\":\t\"held\"", "GET", "/_drydock/verdict", NULL);
    expect_control(200, "\"virtual_ms\":\t10000", "GET", "/_drydock/verdict", NULL);
    expect_control(200, "\"as_expected\":\ttrue", "GET", "/_drydock/verdict", NULL);
    finish();
}

static void test_a_verdict_on_the_way_leaves_no_mark(void **state)
{
    (void)state;
    begin(EMPTY);
    expect_control(200, "\"fired\":0", "POST", "/_drydock/faults",
                   "{\"fault\":\"error-500\",\"on\":\"docker containers.list\"}");
    expect_control(200, "was armed and never fired", "GET", "/_drydock/verdict", NULL);
    expect_control(200, "\"as_expected\":\tfalse", "GET", "/_drydock/verdict", NULL);
    expect_answer(500, "server error", "GET", "/v1.41/containers/json", NULL);
    expect_control(200, "\"as_expected\":\ttrue", "GET", "/_drydock/verdict", NULL);
    finish();
}

static void test_what_control_refuses(void **state)
{
    (void)state;
    begin(EMPTY);
    expect_control(404, "no such endpoint: GET /_drydock/fault", "GET", "/_drydock/fault", NULL);
    expect_control(404, "no such endpoint: PUT /_drydock/clock", "PUT", "/_drydock/clock", "{}");
    expect_control(400, "expected {", "POST", "/_drydock/clock", "{\"advance\":\"soon\"}");
    expect_control(400, "expected {", "POST", "/_drydock/clock", NULL);
    expect_control(400, "unknown fault", "POST", "/_drydock/faults", "{\"fault\":\"burnt\",\"on\":\"docker ping\"}");
    expect_control(400, "body:1:", "POST", "/_drydock/faults", "{\"fault\"");
    expect_control(400, "body:1:", "POST", "/_drydock/faults", NULL);
    expect_control(400, "body:1:1: a fault is a number, expected an object", "POST", "/_drydock/faults", "5");
    assert_int_equal(control("POST", "/_drydock/clock", "{\"advance\":\"1s\"}", false)->status, 409);
    assert_int_equal(control("POST", "/_drydock/step", NULL, false)->status, 409);
    finish();
}

/* ---- what the scenario says of processes ---------------------------------------------------------------------------
 */

#define PROCESSES(LIST) "{\"name\":\"x\",\"actors\":[],\"world\":{\"docker\":{\"processes\":[" LIST "]}}}"

static const char service[] = "{\"Image\":\"busybox\",\"Cmd\":[\"service\"]}";

static void test_processes(void **state)
{
    static struct client logs;

    (void)state;
    begin(PROCESSES("{\"container\":\"fails\",\"after\":\"5s\",\"exitCode\":3,\"output\":[{\"after\":\"1s\",\"text\":"
                    "\"out\"},{\"after\":\"2s\",\"stream\":\"stderr\",\"text\":\"err\"}]},"
                    "{\"container\":\"large\",\"after\":\"5s\",\"oomKilled\":true},"
                    "{\"image\":\"busybox\",\"ignores\":[\"TERM\"],\"onSignal\":{\"HUP\":{\"output\":\"again\\n\"},"
                    "\"USR1\":{\"after\":\"1s\",\"exitCode\":9}}}"));
    run_container("fails", service);
    run_container("large", service);
    run_container("other", service);
    pass(5 * START_MS);
    expect_answer(200, "\"ExitCode\":3", "GET", "/v1.41/containers/fails/json", NULL);
    expect_answer(200, "\"OOMKilled\":true", "GET", "/v1.41/containers/large/json", NULL);
    expect_answer(200, "\"ExitCode\":137", "GET", "/v1.41/containers/large/json", NULL);
    (void)ask(&logs, "GET", "/v1.41/containers/fails/logs?stdout=1", NULL);
    assert_memory_equal(logs.body, "\1\0\0\0\0\0\0\3out", 11);
    assert_int_equal(logs.length, 11);
    (void)ask(&logs, "POST", "/v1.41/containers/other/stop?t=10", NULL);
    pass(10 * START_MS - 1);
    assert_int_equal(logs.status, 0);
    pass(1);
    assert_int_equal(logs.status, 204);
    expect_answer(200, "\"ExitCode\":137", "GET", "/v1.41/containers/other/json", NULL);
    expect_answer(204, "", "POST", "/v1.41/containers/other/start", NULL);
    expect_answer(204, "", "POST", "/v1.41/containers/other/kill?signal=HUP", NULL);
    pass(START_MS);
    (void)ask(&logs, "GET", "/v1.41/containers/other/logs?stdout=1", NULL);
    assert_memory_equal(logs.body, "\1\0\0\0\0\0\0\6again\n", 14);
    expect_answer(204, "", "POST", "/v1.41/containers/other/kill?signal=SIGUSR1", NULL);
    pass(START_MS);
    expect_answer(200, "\"ExitCode\":9", "GET", "/v1.41/containers/other/json", NULL);
    finish();
}

static void test_health_is_what_the_scenario_says(void **state)
{
    (void)state;
    begin(PROCESSES("{\"health\":[{\"exitCode\":0},{\"after\":\"60s\",\"exitCode\":1,\"output\":\"no answer\"}]}"));
    run_container("one",
                  "{\"Image\":\"busybox\",\"Cmd\":[\"sleep\",\"1000\"],\"Healthcheck\":{\"Test\":[\"CMD\",\"check\"],"
                  "\"Interval\":10000000000,\"Retries\":2}}");
    expect_answer(200, "\"Status\":\"starting\"", "GET", "/v1.41/containers/one/json", NULL);
    pass(10 * START_MS);
    expect_answer(200, "\"Status\":\"healthy\"", "GET", "/v1.41/containers/one/json", NULL);
    pass(70 * START_MS);
    expect_answer(200, "\"Status\":\"unhealthy\"", "GET", "/v1.41/containers/one/json", NULL);
    expect_answer(200, "no answer", "GET", "/v1.41/containers/one/json", NULL);
    finish();
}

static void test_a_bridge_unless_the_scenario_has_none(void **state)
{
    (void)state;
    begin(PROCESSES(""));
    expect_answer(200, "\"Driver\":\"bridge\"", "GET", "/v1.41/networks/bridge", NULL);
    finish();
    begin("{\"name\":\"x\",\"actors\":[],\"world\":{\"docker\":{\"bridge\":false}}}");
    expect_answer(404, "network bridge not found", "GET", "/v1.41/networks/bridge", NULL);
    finish();
}

static void test_mistakes_in_the_engine(void **state)
{
    static const struct {
        const char *json, *mistake;
    } cases[] = {
        {PROCESSES("{\"exitCode\":256}"), "expected 0 to 255"},
        {PROCESSES("{\"exitCode\":1.5}"), "expected 0 to 255"},
        {PROCESSES("{\"exit\":1}"), "unknown key in a process \"exit\""},
        {PROCESSES("{\"after\":5}"), "expected"},
        {PROCESSES("{\"ignores\":[\"TREM\"]}"), "\"TREM\" is no signal"},
        {PROCESSES("{\"onSignal\":{\"TREM\":{}}}"), "\"TREM\" is no signal"},
        {PROCESSES("{\"onSignal\":[]}"), "expected an object of signals"},
        {PROCESSES("{\"output\":[{\"stream\":\"stdin\",\"text\":\"\"}]}"), "unknown stream \"stdin\""},
        {PROCESSES("{\"output\":[{}]}"), "text"},
        {PROCESSES("{\"health\":[{}]}"), "exitCode"},
        {PROCESSES("5"), "expected an object"},
        {"{\"name\":\"x\",\"actors\":[],\"world\":{\"docker\":{\"bridge\":\"no\"}}}", "expected true or false"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scenario_mistake mistake = {NULL};
        struct arena arena;

        arena_init(&arena, arena_source_malloc());
        assert_null(scenario_parse(&arena, "x", cases[i].json, strlen(cases[i].json), &mistake));
        if (strstr(mistake.text, cases[i].mistake) == NULL) {
            fail_msg("%s: %s", cases[i].json, mistake.text);
        }
        arena_reset(&arena);
    }
}

/* ---- libfaketime's file --------------------------------------------------------------------------------------------
 */

static void expect_file(const char *path, const char *expected)
{
    char text[TEXT_MAX] = "";
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    assert_true(fread(text, 1, sizeof text - 1, file) > 0);
    (void)fclose(file);
    assert_string_equal(text, expected);
}

static void test_faketime(void **state)
{
    char path[] = "/tmp/drydock-faketime-XXXXXX";
    struct faketime faketime = {.path = path};
    const int64_t now_ms = 1767225600000;

    (void)state;
    (void)close(mkstemp(path));
    faketime_write(&faketime, now_ms, 0, false);
    expect_file(path, "2026-01-01 00:00:00\n");
    faketime_write(&faketime, now_ms + 1999, 0, false);
    expect_file(path, "2026-01-01 00:00:01\n");
    faketime_write(&faketime, now_ms, now_ms + 60 * START_MS, true);
    expect_file(path, "-60\n");
    faketime_write(&faketime, now_ms + 90 * START_MS, now_ms + 60 * START_MS, true);
    expect_file(path, "+30\n");
    (void)unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_request_is_an_effect_of_the_run),
        cmocka_unit_test(test_containers_that_run_at_the_start),
        cmocka_unit_test(test_who_waits_is_answered_when_it_happens),
        cmocka_unit_test(test_input_waits_for_the_start),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_a_slow_answer_comes_late),
        cmocka_unit_test(test_faults_heal),
        cmocka_unit_test(test_control),
        cmocka_unit_test(test_a_verdict_on_the_way_leaves_no_mark),
        cmocka_unit_test(test_what_control_refuses),
        cmocka_unit_test(test_processes),
        cmocka_unit_test(test_health_is_what_the_scenario_says),
        cmocka_unit_test(test_a_bridge_unless_the_scenario_has_none),
        cmocka_unit_test(test_mistakes_in_the_engine),
        cmocka_unit_test(test_faketime),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
