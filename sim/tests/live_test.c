/* The live backend without an Engine: effects spelled as requests and read back, answers held against the fake's, ids.
 */
#include "fakes/docker/api.h"
#include "fakes/docker/whole.h"
#include "fakes/world.h"
#include "sim/live/fit.h"
#include "sim/live/ids.h"
#include "sim/live/requests.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define FAKE "00000000000000000000000000000000000000000000000000000000000000aa"
#define REAL "11111111111111111111111111111111111111111111111111111111111111bb"

static struct arena arena;
static struct world world;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, arena_source_malloc());
    world_init(&world, &arena, 1, 0);
    docker_engine_make_whole(&world.docker, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_reset(&world.docker.whole->scratch);
    arena_reset(&world.docker.whole->containers.scratch);
    arena_reset(&arena);
    return 0;
}

static const struct value *json(const char *text)
{
    const struct value *value = value_parse(&arena, text, strlen(text));

    assert_non_null(value);
    return value;
}

/* ---- requests ---- */

static void every_effect_of_core_is_read_as_it_was_spelled(void **state)
{
    static const struct {
        enum effect_id id;
        const char *args, *method, *target, *body;
    } cases[] = {
        {EFFECT_DOCKER_CONTAINERS_LIST, "{\"all\":\"true\"}", "GET", "/v1.41/containers/json?all=true", NULL},
        {EFFECT_DOCKER_CONTAINERS_PRUNE, "{}", "POST", "/v1.41/containers/prune", NULL},
        {EFFECT_DOCKER_CONTAINERS_CREATE, "{\"name\":\"a b\",\"body\":{\"Image\":\"x\"}}", "POST",
         "/v1.41/containers/create?name=a%20b", "{\"Image\":\"x\"}"},
        {EFFECT_DOCKER_CONTAINER_INSPECT, "{\"container\":\"c\"}", "GET", "/v1.41/containers/c/json", NULL},
        {EFFECT_DOCKER_CONTAINER_START, "{\"container\":\"c\"}", "POST", "/v1.41/containers/c/start", NULL},
        {EFFECT_DOCKER_CONTAINER_STOP, "{\"container\":\"c\"}", "POST", "/v1.41/containers/c/stop", NULL},
        {EFFECT_DOCKER_CONTAINER_RESTART, "{\"container\":\"c\"}", "POST", "/v1.41/containers/c/restart", NULL},
        {EFFECT_DOCKER_CONTAINER_KILL, "{\"container\":\"c\"}", "POST", "/v1.41/containers/c/kill", NULL},
        {EFFECT_DOCKER_CONTAINER_REMOVE, "{\"force\":\"true\",\"container\":\"c\"}", "DELETE",
         "/v1.41/containers/c?force=true", NULL},
        {EFFECT_DOCKER_NETWORK_INSPECT, "{\"network\":\"n\"}", "GET", "/v1.41/networks/n", NULL},
        {EFFECT_DOCKER_NETWORKS_CREATE, "{\"Name\":\"n\"}", "POST", "/v1.41/networks/create", "{\"Name\":\"n\"}"},
        {EFFECT_DOCKER_NETWORKS_LIST, "{\"filters\":\"{\\\"name\\\":[\\\"n\\\"]}\"}", "GET",
         "/v1.41/networks?filters=%7B%22name%22%3A%5B%22n%22%5D%7D", NULL},
        {EFFECT_DOCKER_NETWORK_REMOVE, "{\"network\":\"n\"}", "DELETE", "/v1.41/networks/n", NULL},
        {EFFECT_DOCKER_NETWORK_DISCONNECT, "{\"Container\":\"c\",\"Force\":true,\"network\":\"n\"}", "POST",
         "/v1.41/networks/n/disconnect", "{\"Container\":\"c\",\"Force\":true}"},
        {EFFECT_DOCKER_NETWORKS_PRUNE, "{}", "POST", "/v1.41/networks/prune", NULL},
        {EFFECT_DOCKER_VOLUMES_PRUNE, "{}", "POST", "/v1.41/volumes/prune", NULL},
        {EFFECT_DOCKER_IMAGES_PRUNE, "{}", "POST", "/v1.41/images/prune", NULL},
        {EFFECT_DOCKER_IMAGE_REMOVE, "{\"image\":\"r:5000/a/b:1\"}", "DELETE", "/v1.41/images/r:5000/a/b:1", NULL},
        {EFFECT_DOCKER_IMAGES_LIST, "{}", "GET", "/v1.41/images/json", NULL},
        {EFFECT_DOCKER_INFO, "{}", "GET", "/v1.41/info", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct effect effect = {.id = cases[i].id, .args = json(cases[i].args)};
        struct docker_http_request request;
        struct docker_api_call call;
        struct docker_http_response response;

        assert_true(docker_api_spell(&arena, &effect, &request));
        assert_string_equal(request.method, cases[i].method);
        assert_string_equal(request.target, cases[i].target);
        assert_string_equal(request.body == NULL ? "" : request.body, cases[i].body == NULL ? "" : cases[i].body);
        assert_true(docker_api_parse(&world.docker, &request, &arena, &call, &response));
        assert_int_equal(call.effect.id, effect.id);
        assert_string_equal(value_json(&arena, call.effect.args), value_json(&arena, effect.args));
    }
}

static void what_is_no_request_is_not_spelled(void **state)
{
    const struct effect nameless = {.id = EFFECT_DOCKER_CONTAINER_START, .args = value_empty_object()};
    const struct effect pull = {.id = EFFECT_DOCKER_IMAGE_PULL, .args = json("{\"image\":\"a\"}")};
    const struct effect other = {.id = EFFECT_CLOCK_DELAY, .args = value_empty_object()};
    struct docker_http_request request;

    (void)state;
    assert_false(docker_api_spell(&arena, &nameless, &request));
    assert_false(docker_api_spell(&arena, &pull, &request));
    assert_false(docker_api_spell(&arena, &other, &request));
}

static void a_run_asks_for_its_own_label_only(void **state)
{
    const struct effect prune = {.id = EFFECT_DOCKER_CONTAINERS_PRUNE, .args = value_empty_object()};
    struct docker_http_request request;

    (void)state;
    assert_string_equal(live_filters(&arena, "7", "{\"name\":[\"n\"]}"),
                        "{\"name\":[\"n\"],\"label\":[\"io.drydock.run=7\"]}");
    assert_true(live_request(&arena, "7", &world.host, &prune, &request));
    assert_string_equal(request.target,
                        "/v1.41/containers/prune?filters=%7B%22label%22%3A%5B%22io.drydock.run%3D7%22%5D%7D");
}

static void a_container_keeps_of_its_host_only_what_it_lacks(void **state)
{
    const struct effect create = {
        .id = EFFECT_DOCKER_CONTAINERS_CREATE,
        .args =
            json("{\"name\":\"c\",\"body\":{\"Image\":\"i:1\",\"Labels\":{\"a\":\"1\"},\"HostConfig\":{"
                 "\"NetworkMode\":\"n\",\"Memory\":5,\"PortBindings\":{\"80/tcp\":[]},\"Mounts\":[{\"Source\":\"/\"},"
                 "{\"Source\":\"/gone\"}]}}}")};
    struct docker_http_request request;

    (void)state;
    assert_true(live_request(&arena, "7", &world.host, &create, &request));
    const struct value *body = json(request.body), *host_config = value_get(body, "HostConfig");

    assert_string_equal(value_json(&arena, value_get(host_config, "Mounts")), "[{\"Source\":\"/gone\"}]");
    assert_string_equal(value_get_text(host_config, "NetworkMode"), "n");
    assert_null(value_get(host_config, "Memory"));
    assert_null(value_get(host_config, "PortBindings"));
    assert_string_equal(value_json(&arena, value_get(body, "Labels")), "{\"a\":\"1\",\"io.drydock.run\":\"7\"}");
}

/* ---- ids ---- */

static void ids_are_put_in_the_other_sides_words(void **state)
{
    struct live_ids ids = {.arena = &arena};
    const struct value *value = json("{\"" REAL "\":[\"no " REAL ", 111111111111\",\"1111\"]}");

    (void)state;
    live_ids_add(&ids, FAKE, REAL);
    assert_string_equal(value_json(&arena, live_ids_value(&ids, &arena, value, false)),
                        "{\"" FAKE "\":[\"no " FAKE ", 000000000000\",\"1111\"]}");
    assert_string_equal(live_ids_text(&ids, &arena, "/containers/" FAKE "/json", true), "/containers/" REAL "/json");
    assert_string_equal(live_ids_text(&ids, &arena, "/containers/" REAL "/json", true), "/containers/" REAL "/json");
}

static void a_short_id_is_never_written_over_a_long_one(void **state)
{
    struct live_ids ids = {.arena = &arena};

    (void)state;
    live_ids_add(&ids, "abcdefabcdef", REAL);
    assert_string_equal(live_ids_text(&ids, &arena, "image 111111111111", false), "image abcdefabcdef");
    assert_string_equal(live_ids_text(&ids, &arena, REAL, false), REAL);
}

/* ---- answers ---- */

static void expect_fit(enum effect_id effect, const char *fake, const char *real, const char *fitted,
                       const char *difference)
{
    const struct value *made = live_fit(&arena, effect, json(fake), json(real));
    const char *found = live_difference(&arena, json(fake), made);

    assert_string_equal(value_json(&arena, made), fitted);
    assert_string_equal(found == NULL ? "" : found, difference);
}

static void only_what_the_fake_answers_is_looked_at(void **state)
{
    (void)state;
    expect_fit(EFFECT_DOCKER_CONTAINER_INSPECT, "{\"State\":{\"Running\":true}}",
               "{\"State\":{\"Running\":true,\"Pid\":5},\"Path\":\"sh\"}", "{\"State\":{\"Running\":true}}", "");
    expect_fit(EFFECT_DOCKER_CONTAINER_INSPECT, "{\"State\":{\"ExitCode\":0}}", "{\"State\":{\"ExitCode\":128}}",
               "{\"State\":{\"ExitCode\":128}}", "State.ExitCode: the fake answers 0, the Engine 128");
    expect_fit(EFFECT_DOCKER_CONTAINER_INSPECT, "{\"State\":1}", "{}", "{\"State\":null}",
               "State: the fake answers 1, the Engine null");
    expect_fit(EFFECT_DOCKER_IMAGE_REMOVE, "null", "[{\"Untagged\":\"a:1\"}]", "null", "");
}

static void what_each_engine_has_of_its_own_is_no_difference(void **state)
{
    (void)state;
    expect_fit(EFFECT_DOCKER_CONTAINERS_LIST, "[{\"Status\":\"Up\",\"StartedAt\":\"x\"}]",
               "[{\"Status\":\"Up 3 seconds\",\"StartedAt\":\"y\"}]", "[{\"Status\":\"Up\",\"StartedAt\":\"x\"}]", "");
    expect_fit(EFFECT_DOCKER_NETWORKS_LIST, "[{\"Id\":\"a\"},{\"Id\":\"b\"}]", "[{\"Id\":\"b\"},{\"Id\":\"a\"}]",
               "[{\"Id\":\"a\"},{\"Id\":\"b\"}]", "");
    expect_fit(EFFECT_DOCKER_CONTAINERS_PRUNE, "{\"ContainersDeleted\":[\"a\",\"b\"]}",
               "{\"ContainersDeleted\":[\"b\",\"a\"]}", "{\"ContainersDeleted\":[\"a\",\"b\"]}", "");
    expect_fit(EFFECT_DOCKER_CONTAINERS_PRUNE, "{\"ContainersDeleted\":[]}", "{\"ContainersDeleted\":null}",
               "{\"ContainersDeleted\":[]}", "");
}

static void more_or_others_are_a_difference(void **state)
{
    (void)state;
    expect_fit(EFFECT_DOCKER_CONTAINERS_PRUNE, "{\"ContainersDeleted\":[\"a\"]}",
               "{\"ContainersDeleted\":[\"a\",\"b\"]}", "{\"ContainersDeleted\":[\"a\",\"b\"]}",
               "ContainersDeleted: the fake answers [\"a\"], the Engine [\"a\",\"b\"]");
    expect_fit(EFFECT_DOCKER_CONTAINERS_LIST, "[{\"Id\":\"a\"},{\"Id\":\"b\"}]", "[{\"Id\":\"b\"},{\"Id\":\"a\"}]",
               "[{\"Id\":\"b\"},{\"Id\":\"a\"}]", "[0].Id: the fake answers \"a\", the Engine \"b\"");
    expect_fit(EFFECT_DOCKER_NETWORK_INSPECT, "{\"Containers\":{}}", "{\"Containers\":{\"x\":{\"Name\":\"c\"}}}",
               "{\"Containers\":{\"x\":{\"Name\":\"c\"}}}",
               "Containers: the fake answers {}, the Engine {\"x\":{\"Name\":\"c\"}}");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(every_effect_of_core_is_read_as_it_was_spelled),
        TEST(what_is_no_request_is_not_spelled),
        TEST(a_run_asks_for_its_own_label_only),
        TEST(a_container_keeps_of_its_host_only_what_it_lacks),
        TEST(ids_are_put_in_the_other_sides_words),
        TEST(a_short_id_is_never_written_over_a_long_one),
        TEST(only_what_the_fake_answers_is_looked_at),
        TEST(what_each_engine_has_of_its_own_is_no_difference),
        TEST(more_or_others_are_a_difference),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
