/* Images: what a registry tells of them, what is blocked and what is too large (lifecycle.md 2.5), and updates (8). */
#include "core/image_manager.h"
#include "core/tests/transcript.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char *verified(struct script *script, const char *repotag)
{
    struct app_spec *app = script_spec(
        script,
        arena_printf(&script->arena,
                     "{\"version\":8,\"name\":\"app\",\"compose\":[{\"name\":\"web\",\"repotag\":\"%s\"}]}", repotag));
    const struct error *error = verify_and_pull_image(&script->task, &app->components[0], app);

    return error == NULL ? "good" : error->message;
}

static void test_2_5_4_sizes_of_images(void **state)
{
    static const struct {
        const char *layers, *message;
    } cases[] = {{"[{\"size\":2000000000}]", "good"},
                 {"[{\"size\":2000000001}]", "Docker image size is over Flux limit"},
                 {"[{\"size\":1000000000},{\"size\":1000000000},{}]", "good"},
                 {"[{\"size\":1},{\"size\":1000000000},{\"size\":1000000000}]", "Docker image size is over Flux limit"},
                 {"[]", "good"},
                 {"{}", "Manifest has no layers"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(
            &script, "net GET /v2/IMAGE/manifests/REF", NULL,
            arena_printf(&script.arena, "{\"config\":{\"digest\":\"sha256:c\"},\"layers\":%s}", cases[i].layers), -1);
        assert_string_equal(verified(&script, "a/b:1"), cases[i].message);
        script_end(&script);
    }
}

static void test_2_5_4_a_list_of_manifests(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "net GET /v2/IMAGE/manifests/REF", NULL, "{\"layers\":[{\"size\":1}]}", -1);
    script_answer(&script, "net GET /v2/IMAGE/manifests/REF", NULL,
                  "{\"manifests\":[{\"platform\":{\"architecture\":\"amd64\"},\"digest\":\"sha256:a\"},"
                  "{\"platform\":{\"architecture\":\"s390x\"},\"digest\":\"sha256:s\"},{\"platform\":{\"architecture\":"
                  "\"arm64\"}},{},"
                  "{\"platform\":{\"architecture\":\"arm64\"},\"digest\":\"sha256:b\"}]}",
                  1);
    assert_string_equal(verified(&script, "reg.example:5000/a/b:1"), "good");
    EXPECT_TRANSCRIPT(
        &script, "bench getbenchmarks [] {\"params\":[]}\n"
                 "net GET blockedrepositories.json [] {\"host\":\"raw.githubusercontent.com\"}\n"
                 "net GET vettedrepositories.json [] {\"host\":\"raw.githubusercontent.com\"}\n"
                 "net GET /v2/IMAGE/manifests/REF [reg.example:5000/a/b:1] "
                 "{\"host\":\"reg.example:5000\",\"image\":\"a/b\",\"reference\":\"1\"}\n"
                 "clock delay [] {\"ms\":1000}\n"
                 "net GET /v2/IMAGE/manifests/REF [reg.example:5000/a/b:1] "
                 "{\"host\":\"reg.example:5000\",\"image\":\"a/b\",\"reference\":\"sha256:a\"}\n"
                 "clock delay [] {\"ms\":1000}\n"
                 "net GET /v2/IMAGE/manifests/REF [reg.example:5000/a/b:1] "
                 "{\"host\":\"reg.example:5000\",\"image\":\"a/b\",\"reference\":\"sha256:b\"}\n"
                 "docker image.pull [reg.example:5000/a/b:1] {\"image\":\"reg.example:5000/a/b\",\"tag\":\"1\"}\n");
    script_answer(&script, "net GET /v2/IMAGE/manifests/REF", NULL,
                  "{\"manifests\":[{\"platform\":{\"architecture\":\"arm64\"},\"digest\":\"sha256:a\"}]}", 1);
    assert_string_equal(verified(&script, "a/b:1"), "Architecture amd64 not supported by the image");
    script_end(&script);
}

static void test_2_5_4_a_list_is_as_good_as_its_entries(void **state)
{
    static const char list[] = "{\"manifests\":[{\"platform\":{\"architecture\":\"arm64\"},\"digest\":\"sha256:b\"},"
                               "{\"platform\":{\"architecture\":\"amd64\"},\"digest\":\"sha256:a\"}]}";
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "net GET /v2/IMAGE/manifests/REF", NULL, "{\"layers\":[{\"size\":1}]}", -1);
    script_answer(&script, "net GET /v2/IMAGE/manifests/REF", NULL, "{\"layers\":[{\"size\":2000000001}]}", 1);
    script_answer(&script, "net GET /v2/IMAGE/manifests/REF", NULL, list, 1);
    assert_string_equal(verified(&script, "a/b:1"),
                        "Docker image size is over Flux limit"); /* even of another architecture */
    script_fail(&script, "net GET /v2/IMAGE/manifests/REF", NULL, 500, "gone", 1);
    script_answer(&script, "net GET /v2/IMAGE/manifests/REF", NULL, list, 1);
    assert_string_equal(verified(&script, "a/b:1"), "gone");
    script_answer(&script, "net GET /v2/IMAGE/manifests/REF", NULL, list, 1);
    assert_string_equal(verified(&script, "a/b:1"), "good");
    script_end(&script);
}

/* 2.5 step 2: every entry of the list, every image of the app. */
static void test_2_5_2_what_is_blocked(void **state)
{
    static const struct {
        const char *list, *message;
    } cases[] = {
        {"[7,\"x\",\"h\"]", "h is not allowed to run on Flux Network"},
        {"[\"x\",\"o\"]", "o is not allowed to run on Flux Network"},
        {"[\"x\",\"c/d\"]", "Image c/d:2 is blocked. Application app connot be spawned."},
        {"[\"x\",\"c/d:2\"]", "Image c/d:2 is blocked. Application app connot be spawned."},
        {"[\"x\",\"C\"]", "Image c/d:2 is blocked. Application app connot be spawned."},
        {"[\"x\",\"d\"]", "good"},
        {"[]", "good"},
        {"7", "Unable to communicate with Flux Services! Try again later."},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "net GET blockedrepositories.json", NULL, cases[i].list, -1);
        struct app_spec *app = script_spec(
            &script,
            "{\"version\":8,\"name\":\"app\",\"hash\":\"h\",\"owner\":\"o\",\"compose\":[{\"repotag\":\"a/b:1\"},"
            "{\"repotag\":\"invalid\"},{\"repotag\":\"c/d:2\"}]}");
        const struct error *error = verify_and_pull_image(&script.task, &app->components[0], app);

        assert_string_equal(error == NULL ? "good" : error->message, cases[i].message);
        script_end(&script);
    }
}

/* 12.1: each list is asked for once; what is kept costs a micro-await (0.2), an empty list too. */
static void test_2_5_2_lists_that_are_kept(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    assert_string_equal(verified(&script, "a/b:1"), "good");
    assert_int_equal(script.microtask_count, 0);
    assert_string_equal(verified(&script, "a/b:1"), "good");
    assert_int_equal(script.microtask_count, 2);
    assert_int_equal(script_calls_of(&script, "net GET blockedrepositories.json", NULL), 1);
    assert_int_equal(script_calls_of(&script, "net GET vettedrepositories.json", NULL), 1);
    script_end(&script);
}

static void test_8_images_have_updates_by_digest(void **state)
{
    static const struct {
        const char *images, *remote;
        bool updated;
    } cases[] = {
        {"[{\"RepoTags\":[\"x:1\"],\"RepoDigests\":[\"x@sha256:new\"]},{\"RepoTags\":[\"x:2\",\"a/"
         "b:1\"],\"RepoDigests\":[\"a/b@sha256:old\"]}]",
         "sha256:new", true},
        {"[{\"RepoTags\":[\"a/b:1\"],\"RepoDigests\":[\"a/b@sha256:new\"]}]", "sha256:new", false},
        {"[{\"RepoTags\":[\"a/b:1\"],\"RepoDigests\":[\"sha256:new\"]}]", "sha256:new", false},
        {"[{\"RepoTags\":[\"a/b:1\"],\"RepoDigests\":[]},{\"RepoTags\":[\"a/b:1\"],\"RepoDigests\":[\"a/"
         "b@sha256:old\"]}]",
         "sha256:new", true},
        {"[]", "sha256:new", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;
        bool updated = !cases[i].updated;

        script_begin(&script, "8.9.2");
        script_answer(&script, "docker images.list", NULL, cases[i].images, -1);
        script_answer(&script, "net HEAD /v2/IMAGE/manifests/REF", NULL,
                      arena_printf(&script.arena, "{\"digest\":\"%s\"}", cases[i].remote), -1);
        assert_null(image_has_update(&script.task, "a/b:1", &updated));
        assert_int_equal(updated, cases[i].updated);
        script_end(&script);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_2_5_4_sizes_of_images),
        cmocka_unit_test(test_2_5_4_a_list_of_manifests),
        cmocka_unit_test(test_2_5_4_a_list_is_as_good_as_its_entries),
        cmocka_unit_test(test_2_5_2_what_is_blocked),
        cmocka_unit_test(test_2_5_2_lists_that_are_kept),
        cmocka_unit_test(test_8_images_have_updates_by_digest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
