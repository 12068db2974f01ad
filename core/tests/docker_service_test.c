/* Docker's errors in the client library's words, and the primitives' look-ups: lifecycle.md 2.8, 12.8, 10.1. */
#include "core/docker_service.h"
#include "core/tests/transcript.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The fixed table per call (12.8), as docker-modem has it: status and reason. */
static const struct {
    const char *effect;
    struct {
        int status;
        const char *reason;
    } known[4];
} calls[] = {
    {"docker containers.list", {{400, "bad parameter"}, {500, "server error"}}},
    {"docker containers.prune", {{500, "server error"}}},
    {"docker containers.create",
     {{400, "bad parameter"}, {404, "no such container"}, {406, "impossible to attach"}, {500, "server error"}}},
    {"docker container.inspect", {{404, "no such container"}, {500, "server error"}}},
    {"docker container.start", {{304, "container already started"}, {404, "no such container"}, {500, "server error"}}},
    {"docker container.stop", {{304, "container already stopped"}, {404, "no such container"}, {500, "server error"}}},
    {"docker container.restart", {{404, "no such container"}, {500, "server error"}}},
    {"docker container.kill", {{404, "no such container"}, {500, "server error"}}},
    {"docker container.remove", {{400, "bad parameter"}, {404, "no such container"}, {500, "server error"}}},
    {"docker network.inspect", {{404, "no such network"}, {500, "server error"}}},
    {"docker networks.create",
     {{403, "operation not supported for pre-defined networks"}, {404, "driver not found"}, {500, "server error"}}},
    {"docker network.remove", {{404, "no such network"}, {409, "conflict"}, {500, "server error"}}},
    {"docker network.disconnect", {{404, "no such container"}, {500, "server error"}}},
    {"docker image.pull", {{404, "no such image"}, {500, "server error"}}},
    {"docker image.remove", {{404, "no such image"}, {409, "conflict"}, {500, "server error"}}},
    {"docker info", {{500, "server error"}}},
    {"docker networks.list", {{0, NULL}}},
};

static const char *reason_by_table(size_t call, int status)
{
    for (size_t i = 0; i < 4 && calls[call].known[i].reason != NULL; i++) {
        if (calls[call].known[i].status == status) {
            return calls[call].known[i].reason;
        }
    }
    return "unexpected";
}

static void test_12_8_reasons(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        for (int status = 300; status < 510; status++) {
            enum effect_id id = EFFECT_COUNT;

            assert_true(effect_by_name(calls[i].effect, &id));
            struct effect effect = {.id = id, .args = value_empty_object()};

            script.rule_count = 0;
            script.call_count = 0;
            script_fail(&script, calls[i].effect, NULL, status, "why", -1);
            const struct error *error = docker_call(&script.task, &effect);

            assert_string_equal(error->message, arena_printf(&script.arena, "(HTTP code %d) %s - why ", status,
                                                             reason_by_table(i, status)));
            assert_int_equal(error->status, status);
        }
        script_end(&script);
    }
}

/* A broken connection has no status to dress up. */
static void test_12_8_no_status(void **state)
{
    struct script script;
    const struct value *containers = value_null();

    (void)state;
    script_begin(&script, "8.9.2");
    script_fail(&script, "docker containers.list", NULL, 0, "connect ENOENT", 1);
    assert_string_equal(docker_list_containers(&script.task, true, &containers)->message, "connect ENOENT");
    assert_null(containers);
    script_end(&script);
}

/* Found by first listed name or by id; the first that fits. */
static void test_2_8_looking(void **state)
{
    static const char list[] =
        "[{\"Id\":\"0\"},{\"Id\":\"1\",\"Names\":[\"fluxa_b\"]},{\"Id\":\"2\",\"Names\":[\"/fluxc_d\",\"/"
        "fluxa_b\"]},{\"Id\":\"3\","
        "\"Names\":[\"/fluxa_b\"]},{\"Id\":\"4\",\"Names\":[\"/fluxa_b\"]},{\"Id\":\"x_y\",\"Names\":[]}]";
    static const struct {
        const char *argument, *id;
    } cases[] = {{"a_b", "3"}, {"fluxa_b", "3"}, {"c_d", "2"}, {"x_y", "x_y"}, {"4", "4"}, {"nobody", NULL}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;
        const struct value *container = value_null();

        script_begin(&script, "8.9.2");
        script_answer(&script, "docker containers.list", NULL, list, -1);
        assert_null(get_docker_container_only(&script.task, cases[i].argument, &container));
        if (cases[i].id == NULL) {
            assert_null(container);
            assert_true(script_logged(&script, "error: Container nobody not found"));
        } else {
            assert_string_equal(value_get_text(container, "Id"), cases[i].id);
            assert_int_equal(script.line_count, 0);
        }
        script_end(&script);
    }
    struct script script;
    const struct value *container = value_null();

    script_begin(&script, "8.9.2");
    script_fail(&script, "docker containers.list", NULL, 500, "no", -1);
    assert_non_null(get_docker_container_only(&script.task, "a", &container));
    assert_null(container);
    script_end(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_12_8_reasons),
        cmocka_unit_test(test_12_8_no_status),
        cmocka_unit_test(test_2_8_looking),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
