/* Images of a whole engine through the API, where the conformance cases do not look: saves that are loaded again,
 * layers that images share, what a commit keeps, registries that the scenario writes. */
#include "fakes/docker/images.h"
#include "fakes/docker/whole.h"
#include "fakes/tests/whole_engine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define NOW_MS INT64_C(1774569600000)

static const char registries[] =
    "[{\"host\":\"r:1\",\"denied\":[\"secret\"],\"images\":[{\"name\":\"app:1\",\"layers\":[\"a\"]},"
    "{\"name\":\"app:2\",\"layers\":[\"a\",\"b\"],\"command\":[\"run\"]}]},{\"host\":\"gone:1\",\"down\":true}]";

static int set_up(void **state)
{
    (void)state;
    whole_engine_begin(NOW_MS, NULL, registries);
    return 0;
}

/* Reads the last response's stream, if it is one, into its body; returns the status. */
static int read_stream(int status)
{
    enum docker_stream_state state = response.stream == NULL ? DOCKER_OVER : DOCKER_MORE;
    const char *text = "";

    while (state == DOCKER_MORE) {
        struct docker_chunk chunk = {0};

        state = docker_stream_next(engine, response.stream, &answers, &chunk);
        text = arena_printf(&answers, "%s%.*s", text, (int)chunk.length, chunk.length == 0 ? "" : chunk.bytes);
    }
    if (response.stream != NULL) {
        response.body = text;
        response.length = strlen(text);
    }
    return status;
}

static void expect(int status, const char *part, const char *method, const char *target)
{
    assert_int_equal(read_stream(ask(method, target, NULL)), status);
    if (response.body == NULL || strstr(response.body, part) == NULL) {
        fail_msg("%s %s: %s", method, target, response.body);
    }
}

static unsigned occurrences(const char *text, const char *part)
{
    unsigned count = 0;

    for (; (text = strstr(text, part)) != NULL; text++) {
        count++;
    }
    return count;
}

static const char *image_id(const char *name)
{
    const struct docker_image *image = docker_image_find(engine, name);

    assert_non_null(image);
    return image->id;
}

static void what_is_saved_is_loaded_again(void **state)
{
    (void)state;
    expect(200, "Downloaded newer image", "POST", "/v1.41/images/create?fromImage=r:1/app&tag=1");
    expect(200, "Downloaded newer image", "POST", "/v1.41/images/create?fromImage=r:1/app&tag=2");
    const char *first = image_id("r:1/app:1"), *second = image_id("r:1/app:2");

    assert_int_equal(ask("GET", "/v1.41/images/get?names=r:1/app:1&names=r:1/app:2", NULL), 200);
    const char *tar = response.body;
    size_t length = response.length;

    assert_string_equal(response.content_type, "application/x-tar");
    expect(200, "Deleted", "DELETE", "/v1.41/images/r:1/app:1");
    expect(200, "Deleted", "DELETE", "/v1.41/images/r:1/app:2");
    assert_null(docker_image_find(engine, first));
    assert_int_equal(read_stream(send_bytes("POST", "/v1.41/images/load?quiet=1", tar, length)), 200);
    assert_non_null(strstr(response.body, "Loaded image: r:1/app:1"));
    assert_non_null(strstr(response.body, "Loaded image: r:1/app:2"));
    assert_string_equal(image_id("r:1/app:1"), first);
    assert_string_equal(image_id("r:1/app:2"), second);
    expect(200, "\"Cmd\":[\"run\"]", "GET", "/v1.41/images/r:1/app:2/json");
    assert_int_equal(value_count(docker_image_find(engine, second)->layers), 2);
}

static void a_cut_tar_loads_nothing(void **state)
{
    (void)state;
    assert_int_equal(ask("GET", "/v1.41/images/busybox/get", NULL), 200);
    assert_int_equal(read_stream(send_bytes("POST", "/v1.41/images/load", response.body, 700)), 200);
    assert_non_null(strstr(response.body, "errorDetail"));
    assert_int_equal(engine->whole->images.count, 1);
}

static void layers_are_fetched_once_and_deleted_with_their_last_image(void **state)
{
    (void)state;
    expect(200, "Pull complete", "POST", "/v1.41/images/create?fromImage=r:1/app:1");
    expect(200, "Already exists", "POST", "/v1.41/images/create?fromImage=r:1/app:2");
    assert_int_equal(occurrences(response.body, "Pull complete"), 1);
    expect(200, "Deleted", "DELETE", "/v1.41/images/r:1/app:1");
    assert_int_equal(occurrences(response.body, "Deleted"), 1); /* the other has its layer */
    expect(200, "Deleted", "DELETE", "/v1.41/images/r:1/app:2");
    assert_int_equal(occurrences(response.body, "Deleted"), 3);
}

static void an_image_is_pulled_by_its_digest(void **state)
{
    (void)state;
    expect(200, "Digest: ", "POST", "/v1.41/images/create?fromImage=r:1/app:1");
    const char *digest = strstr(response.body, "sha256:");

    expect(200, "Image is up to date", "POST",
           arena_printf(&answers, "/v1.41/images/create?fromImage=r:1/app@%.*s", IMAGE_ID_LENGTH, digest));
}

static void scripted_registries_have_no_more_than_the_scenario_says(void **state)
{
    (void)state;
    expect(500, "manifest unknown", "POST", "/v1.41/images/create?fromImage=r:1/app:3");
    expect(500, "name unknown", "POST", "/v1.41/images/create?fromImage=r:1/other:1");
    expect(500, "unauthorized", "POST", "/v1.41/images/create?fromImage=r:1/secret:1");
    expect(500, "connection refused", "POST", "/v1.41/images/create?fromImage=gone:1/app:1");
    expect(200, "Downloaded newer image", "POST", "/v1.41/images/create?fromImage=elsewhere/app:1");
    expect(404, "manifest unknown", "GET", "/v1.41/distribution/r:1/app:3/json");
    expect(500, "connection refused", "GET", "/v1.41/distribution/gone:1/app/json");
}

static void a_commit_keeps_what_the_container_is(void **state)
{
    (void)state;
    assert_int_equal(ask("POST", "/v1.41/containers/create?name=c1",
                         "{\"Image\":\"busybox\",\"Cmd\":[\"true\"],\"Env\":[\"A=1\"],\"Labels\":{\"a\":\"1\"}}"),
                     201);
    assert_int_equal(
        ask("POST", "/v1.41/commit?container=c1&repo=made&changes=LABEL%20b%3D2%20c%3D%22x%20y%22&changes=USER%20u",
            "{\"WorkingDir\":\"/w\"}"),
        201);
    expect(200, "\"Labels\":{\"a\":\"1\",\"b\":\"2\",\"c\":\"x y\"}", "GET", "/v1.41/images/made/json");
    assert_non_null(strstr(response.body, "\"User\":\"u\""));
    assert_non_null(strstr(response.body, "\"WorkingDir\":\"/w\""));
    assert_non_null(strstr(response.body, "\"Env\":[\"A=1\""));
    assert_non_null(strstr(response.body, arena_printf(&answers, "\"Parent\":\"%s\"", image_id("busybox"))));
    /* again by the same name: the first loses it */
    const char *first = image_id("made");

    assert_int_equal(ask("POST", "/v1.41/commit?container=c1&repo=made", NULL), 201);
    assert_string_not_equal(image_id("made"), first);
    expect(200, first, "POST", "/v1.41/images/prune");
    assert_null(docker_image_find(engine, first));
}

static void run(const char *name, const char *image, const char *command)
{
    const char *body = arena_printf(&answers,
                                    "{\"Image\":\"%s\",\"Cmd\":[\"sh\",\"-c\",\"%s\"],\"HostConfig\":{"
                                    "\"NetworkMode\":\"none\"}}",
                                    image, command);

    assert_int_equal(ask("POST", arena_printf(&answers, "/v1.41/containers/create?name=%s", name), body), 201);
    assert_int_equal(ask("POST", arena_printf(&answers, "/v1.41/containers/%s/start", name), NULL), 204);
    pass(1000);
}

static void a_container_has_its_images_environment_but_for_its_own(void **state)
{
    (void)state;
    run("writer", "busybox", "true");
    assert_int_equal(
        ask("POST",
            "/v1.41/"
            "commit?container=writer&repo=made&changes=ENV%20A=1%20AB=2&changes=ENV%20C%20d%20e&changes=ENV%20AB=3",
            NULL),
        201);
    assert_int_equal(ask("POST", "/v1.41/containers/create?name=c1", "{\"Image\":\"made\",\"Env\":[\"A=9\",\"X=y\"]}"),
                     201);
    expect(200, "\"Env\":[\"A=9\",\"X=y\"", "GET", "/v1.41/containers/c1/json");
    assert_non_null(strstr(response.body, "\"AB=3\""));
    assert_null(strstr(response.body, "\"AB=2\""));
    assert_non_null(strstr(response.body, "\"C=d e\""));
    assert_null(strstr(response.body, "\"A=1\""));
}

static void prune_leaves_the_images_of_containers(void **state)
{
    static const char all[] = "/v1.41/images/prune?filters=%7B%22dangling%22%3A%7B%22false%22%3Atrue%7D%7D";

    (void)state;
    run("writer", "busybox", "true");
    assert_int_equal(ask("POST", "/v1.41/commit?container=writer&repo=made", NULL), 201);
    assert_int_equal(ask("POST", "/v1.41/commit?container=writer&repo=unused", NULL), 201);
    run("runs", "made", "sleep 1000");
    expect(200, "unused:latest", "POST", all);
    assert_null(strstr(response.body, "made:latest"));
    assert_null(strstr(response.body, "busybox:latest"));
    assert_int_equal(ask("POST", "/v1.41/containers/runs/kill", NULL), 204);
    expect(200, "\"ImagesDeleted\":null", "POST", all);
    assert_int_equal(ask("DELETE", "/v1.41/containers/runs", NULL), 204);
    expect(200, "made:latest", "POST", all);
}

static void the_newest_image_is_listed_first(void **state)
{
    static const char *const names[] = {"one", "two", "three"};
    const char *at;

    (void)state;
    run("writer", "busybox", "true");
    for (uint32_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        pass(1000);
        assert_int_equal(ask("POST", arena_printf(&answers, "/v1.41/commit?container=writer&repo=%s", names[i]), NULL),
                         201);
    }
    expect(200, "\"three:latest\"", "GET", "/v1.41/images/json");
    at = response.body;
    for (uint32_t i = sizeof names / sizeof names[0]; i > 0; i--) {
        at = strstr(at, arena_printf(&answers, "\"%s:latest\"", names[i - 1]));
        assert_non_null(at);
    }
    assert_non_null(strstr(at, "\"busybox:latest\""));
}

static void files_of_a_commit_are_the_images(void **state)
{
    (void)state;
    run("writer", "busybox", "echo hi >/tmp/x; echo more >/tmp/y; rm /etc/group");
    assert_int_equal(ask("POST", "/v1.41/commit?container=writer&repo=made", NULL), 201);
    run("reader", "made", "cat /tmp/x");
    expect(200, "\"ExitCode\":0", "GET", "/v1.41/containers/reader/json");
    expect(200, "null", "GET", "/v1.41/containers/reader/changes");
    run("changer", "made", "rm /tmp/x; echo again >>/tmp/y; test ! -e /etc/group");
    expect(200, "\"ExitCode\":0", "GET", "/v1.41/containers/changer/json");
    expect(200, "{\"Path\":\"/tmp/x\",\"Kind\":2}", "GET", "/v1.41/containers/changer/changes");
    assert_non_null(strstr(response.body, "{\"Path\":\"/tmp/y\",\"Kind\":0}"));
    assert_null(strstr(response.body, "/etc"));
    expect(200, "Deleted", "DELETE", "/v1.41/images/made?force=1");
    expect(200, "/tmp/y", "GET", "/v1.41/containers/changer/changes");
}

static void a_push_says_what_the_registry_takes(void **state)
{
    (void)state;
    expect(200, "latest: digest: sha256:", "POST", "/v1.41/images/busybox/push");
    assert_int_equal(ask("POST", "/v1.41/images/busybox/tag?repo=gone:1/x", NULL), 201);
    expect(200, "connection refused", "POST", "/v1.41/images/gone:1/x/push");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, whole_engine_end)
    const struct CMUnitTest tests[] = {
        TEST(what_is_saved_is_loaded_again),
        TEST(a_cut_tar_loads_nothing),
        TEST(layers_are_fetched_once_and_deleted_with_their_last_image),
        TEST(an_image_is_pulled_by_its_digest),
        TEST(scripted_registries_have_no_more_than_the_scenario_says),
        TEST(a_commit_keeps_what_the_container_is),
        TEST(a_container_has_its_images_environment_but_for_its_own),
        TEST(prune_leaves_the_images_of_containers),
        TEST(the_newest_image_is_listed_first),
        TEST(files_of_a_commit_are_the_images),
        TEST(a_push_says_what_the_registry_takes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
