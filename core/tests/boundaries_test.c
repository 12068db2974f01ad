/* The specification's numbers, from both sides: what is just enough, and what is just too much (lifecycle.md 11 and
 * where each is named). */
#include "core/app_volume.h"
#include "core/image_manager.h"
#include "core/message_store.h"
#include "core/peer_notification.h"
#include "core/syncthing_loop.h"
#include "core/tests/transcript.h"
#include "core/upkeep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct app_spec *spec_of(struct script *script, const char *json)
{
    return app_spec_from(&script->arena, value_parse(&script->arena, json, strlen(json)));
}

static const struct value *json_of(struct script *script, const char *json)
{
    return value_parse(&script->arena, json, strlen(json));
}

/* ---- 2.6 step 3 -------------------------------------------------------------------------------------------------- */

#define GB(n) ((long long)(n)*1024 * 1024)

static void test_2_6_3_room(void **state)
{
    static const struct {
        int ssd_gb, locked_gb, components; /* of what is installed: hdd, and how often */
        int used_gb, free_gb, hdd_gb;
        const char *message; /* NULL: it fits */
    } cases[] = {
        /* usable − locked + 12 ≤ 0, usable = 0.95·ssd − 80 */
        {100, 14, 1, 100, 400, 1, NULL}, /* 15 − 26 + 12 = 1 */
        {100, 15, 1, 100, 400, 1, "Insufficient space on Flux Node to spawn an application"},
        {100, 7, 2, 100, 400, 1, "Insufficient space on Flux Node to spawn an application"}, /* 15 − 38 + 12 */
        {100, 1, 2, 100, 400, 1, NULL},                                                      /* 15 − 26 + 12 */
        {200, 0, 0, 100, 400, 1, NULL},
        /* hdd ≥ Σfree − reserve, reserve = max(20, 80 − Σused) */
        {440, 0, 0, 100, 30, 9, NULL},
        {440, 0, 0, 100, 30, 10, "Insufficient space on Flux Node. Space is already assigned to system files"},
        {440, 0, 0, 60, 30, 9, NULL},
        {440, 0, 0, 59, 30, 9, "Insufficient space on Flux Node. Space is already assigned to system files"},
        {440, 0, 0, 59, 31, 9, NULL},
        {440, 0, 0, 0, 90, 9, NULL},
        {440, 0, 0, 0, 89, 9, "Insufficient space on Flux Node. Space is already assigned to system files"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;
        const char *compose = "";

        script_begin(&script, "8.9.2");
        for (int j = 0; j < cases[i].components; j++) {
            compose = arena_printf(&script.arena, "%s%s{\"name\":\"c%d\",\"hdd\":%d}", compose, j == 0 ? "" : ",", j,
                                   cases[i].locked_gb);
        }
        script_answer(
            &script, "db find", NULL,
            arena_printf(&script.arena, "{\"docs\":[{\"version\":4,\"name\":\"x\",\"compose\":[%s]}]}", compose), -1);
        script_answer(&script, "bench getbenchmarks", NULL,
                      arena_printf(&script.arena, "{\"status\":\"X\",\"ssd\":%d}", cases[i].ssd_gb), -1);
        script_answer(&script, "host df", NULL,
                      arena_printf(&script.arena, "{\"stdout\":\"/dev/vda %lld %lld %lld 4%% /\\n\"}",
                                   GB(cases[i].used_gb + cases[i].free_gb), GB(cases[i].used_gb), GB(cases[i].free_gb)),
                      -1);
        struct app_spec *app = spec_of(
            &script,
            arena_printf(
                &script.arena,
                "{\"version\":8,\"name\":\"app\",\"compose\":[{\"name\":\"web\",\"containerData\":\"/d\",\"hdd\":%d}]}",
                cases[i].hdd_gb));
        const struct error *error = create_app_volume(&script.task, &app->components[0], "app", true, app);

        assert_string_equal(error == NULL ? "fits" : error->message,
                            cases[i].message == NULL ? "fits" : cases[i].message);
        script_end(&script);
    }
}

/* Sizes count in whole GB; the first disk with room is taken. */
static void test_2_6_3_which_disk(void **state)
{
    static const struct {
        const char *table, *file; /* file NULL: none */
    } cases[] = {
        {"/dev/a 1 104857600 22020096 1% /a\\n/dev/b 1 104857600 23068672 1% /b",
         "/b/fluxweb_appFLUXFSVOL"}, /* 21 and 22 GB free; 1 + 20 */
        {"/dev/a 1 104857600 23068671 1% /a\\n/dev/b 1 104857600 23068672 1% /b",
         "/b/fluxweb_appFLUXFSVOL"}, /* a kB less */
        {"/dev/a 1 104857600 23068672 1% /a\\n/dev/b 1 104857600 23068672 1% /b", "/a/fluxweb_appFLUXFSVOL"},
        {"/dev/a 1 104857600 23068672 1% /boot/efi\\ndevtmpfs 1 104857600 23068672 1% /dev\\n/dev/b 1 104857600 "
         "23068672 1% /",
         "/fluxappvolumes/fluxweb_appFLUXFSVOL"},
        {"/dev/loop0 1 104857600 23068672 1% /", "/fluxappvolumes/fluxweb_appFLUXFSVOL"},
        {"/dev/loop0 1 104857600 23068672 1% /x", NULL},
        {"x/dev/a 1 104857600 23068672 1% /x", NULL},
        {"/dev/a 1 104857600", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "host df", NULL,
                      arena_printf(&script.arena,
                                   "{\"stdout\":\"Filesystem 1024-blocks Used Available Capacity Mounted on\\n%s\\n\"}",
                                   cases[i].table),
                      -1);
        struct app_spec *app = spec_of(
            &script,
            "{\"version\":8,\"name\":\"app\",\"compose\":[{\"name\":\"web\",\"containerData\":\"/d\",\"hdd\":1}]}");
        const struct error *error = create_app_volume(&script.task, &app->components[0], "app", true, app);

        assert_int_equal(error == NULL, cases[i].file != NULL);
        if (error == NULL) {
            assert_string_equal(value_get_text(script_args_of(&script, "host fallocate", 1), "command"),
                                arena_printf(&script.arena, "sudo fallocate -l 1G %s", cases[i].file));
        }
        script_end(&script);
    }
}

/* 2.6 step 2: asked for while it is unknown. */
static void test_2_6_2_ssd_size_is_asked_for_until_it_is_known(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    struct app_spec *app =
        spec_of(&script,
                "{\"version\":8,\"name\":\"app\",\"compose\":[{\"name\":\"web\",\"containerData\":\"/d\",\"hdd\":1}]}");

    script_answer(&script, "bench getbenchmarks", NULL, "{\"status\":\"X\",\"ssd\":1}", 1);
    script_answer(&script, "bench getbenchmarks", NULL, "{\"status\":\"X\"}", 2);
    for (int i = 0; i < 5; i++) {
        assert_non_null(create_app_volume(&script.task, &app->components[0], "app", true, app));
    }
    assert_int_equal(script_calls_of(&script, "bench getbenchmarks", NULL), 3);
    script_end(&script);
}

/* 2.6, clean-up: what umount says is ignored, what deleting says is logged, and the first error is thrown. */
static void test_2_6_clean_up_tells_what_could_not_be_deleted(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    struct app_spec *app =
        spec_of(&script,
                "{\"version\":8,\"name\":\"app\",\"compose\":[{\"name\":\"web\",\"containerData\":\"/d\",\"hdd\":1}]}");

    script_fail(&script, "host mke2fs", NULL, 1, "is mounted", -1);
    script_fail(&script, "host umount", NULL, 32, "no mount point", -1);
    script_fail(&script, "host rm", NULL, 1, "busy", -1);
    assert_string_equal(create_app_volume(&script.task, &app->components[0], "app", true, app)->message,
                        "Command failed: sudo mke2fs -t ext4 /fluxappvolumes/fluxweb_appFLUXFSVOL\nis mounted");
    assert_int_equal(script.line_count, 2);
    assert_true(
        script_logged(&script, "error: Error: Command failed: sudo rm -rf /fluxappvolumes/fluxweb_appFLUXFSVOL\nbusy"));
    assert_true(script_logged(&script, "error: Error: Command failed: sudo rm -rf /flux/ZelApps/fluxweb_app\nbusy"));
    script_end(&script);
}

/* ---- 2.5 --------------------------------------------------------------------------------------------------------- */

static const char *verified(struct script *script, const char *repotag)
{
    struct app_spec *app = spec_of(
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
        struct app_spec *app = spec_of(
            &script,
            "{\"version\":8,\"name\":\"app\",\"hash\":\"h\",\"owner\":\"o\",\"compose\":[{\"repotag\":\"a/b:1\"},"
            "{\"repotag\":\"invalid\"},{\"repotag\":\"c/d:2\"}]}");
        const struct error *error = verify_and_pull_image(&script.task, &app->components[0], app);

        assert_string_equal(error == NULL ? "good" : error->message, cases[i].message);
        script_end(&script);
    }
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

/* ---- 4.6 and 4.7 ------------------------------------------------------------------------------------------------- */

static void test_4_6_running_messages_are_good_for_125_minutes(void **state)
{
    static const struct {
        int64_t age_ms;
        bool stored;
    } cases[] = {{0, true}, {125 * 60 * 1000, true}, {125 * 60 * 1000 + 1, false}};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct script script;
        bool stored = !cases[i].stored;

        script_begin(&script, "8.9.2");
        assert_null(store_app_running_message(
            &script.task, app_running_message(&script.task, "app", "h", "1.2.3.4", script.now_ms - cases[i].age_ms, 7),
            &stored));
        assert_int_equal(stored, cases[i].stored);
        assert_int_equal(script.call_count, cases[i].stored ? 3 : 0);
        script_end(&script);
    }
}

static void test_4_6_what_is_stored(void **state)
{
    static const struct {
        const char *message, *known;
        const char *set; /* NULL: nothing */
    } cases[] = {
        {"{\"type\":\"fluxapprunning\",\"version\":1,\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":"
         "1774569600000,\"runningSince\":\"2026-03-26T00:00:00.000Z\",\"osUptime\":5,\"staticIp\":true}",
         "{\"docs\":[]}",
         "{\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":\"2026-03-27T00:00:00.000Z\",\"expireAt\":"
         "\"2026-03-27T02:05:00.000Z\",\"osUptime\":5,\"staticIp\":true,\"runningSince\":\"2026-03-26T00:00:00."
         "000Z\"}"},
        {"{\"type\":\"fluxapprunning\",\"version\":1,\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":"
         "1774569600000}",
         "{\"docs\":[{\"broadcastedAt\":\"2026-03-26T23:59:59.999Z\",\"runningSince\":\"2026-03-25T00:00:00.000Z\"}]}",
         "{\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":\"2026-03-27T00:00:00.000Z\",\"expireAt\":"
         "\"2026-03-27T02:05:00.000Z\",\"runningSince\":\"2026-03-25T00:00:00.000Z\"}"},
        {"{\"type\":\"fluxapprunning\",\"version\":1,\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":"
         "1774569600000}",
         "{\"docs\":[{}]}",
         "{\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":\"2026-03-27T00:00:00.000Z\",\"expireAt\":"
         "\"2026-03-27T02:05:00.000Z\"}"},
        {"{\"type\":\"fluxapprunning\",\"version\":1,\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":"
         "1774569600000}",
         "{\"docs\":[{\"broadcastedAt\":\"2026-03-27T00:00:00.000Z\"}]}", NULL},
        {"{\"type\":\"fluxapprunning\",\"version\":2,\"apps\":[{\"name\":\"a\",\"hash\":\"h\",\"runningSince\":\"1970-"
         "01-01T00:00:00.000Z\"}],\"ip\":\"i\",\"broadcastedAt\":1774569600000}",
         "{\"docs\":[]}",
         "{\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":\"2026-03-27T00:00:00.000Z\",\"expireAt\":"
         "\"2026-03-27T02:05:00.000Z\",\"runningSince\":\"1970-01-01T00:00:00.000Z\"}"},
        /* not valid */
        {"{\"type\":\"other\",\"version\":1,\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":"
         "1774569600000}",
         "{\"docs\":[]}", NULL},
        {"{\"type\":\"fluxapprunning\",\"version\":1,\"name\":\"a\",\"hash\":\"h\",\"broadcastedAt\":1774569600000}",
         "{\"docs\":[]}", NULL},
        {"{\"type\":\"fluxapprunning\",\"version\":1,\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":"
         "\"1774569600000\"}",
         "{\"docs\":[]}", NULL},
        {"{\"type\":\"fluxapprunning\",\"version\":1,\"name\":\"a\",\"ip\":\"i\",\"broadcastedAt\":1774569600000}",
         "{\"docs\":[]}", NULL},
        {"{\"type\":\"fluxapprunning\",\"version\":1,\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":1774569600000}",
         "{\"docs\":[]}", NULL},
        {"{\"type\":\"fluxapprunning\",\"version\":2,\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":"
         "1774569600000}",
         "{\"docs\":[]}", NULL},
        {"{\"type\":\"fluxapprunning\",\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":1774569600000}",
         "{\"docs\":[]}",
         "{\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":\"2026-03-27T00:00:00.000Z\",\"expireAt\":"
         "\"2026-03-27T02:05:00.000Z\"}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;
        bool stored = cases[i].set == NULL;

        script_begin(&script, "8.9.2");
        script_answer(&script, "db find", NULL, cases[i].known, -1);
        assert_null(store_app_running_message(&script.task, json_of(&script, cases[i].message), &stored));
        assert_int_equal(stored, cases[i].set != NULL);
        const struct value *update = value_at(value_get(script_args_of(&script, "db update", 1), "updates"), 0);

        if (cases[i].set == NULL) {
            assert_null(update);
        } else {
            assert_string_equal(value_json(&script.arena, value_get(value_get(update, "u"), "$set")), cases[i].set);
        }
        script_end(&script);
    }
}

/* 4.6: stored broadcastedAt ≥ new → the loop stops, and installing records go all the same; v2 without apps takes all
 * back. */
static void test_4_6_several_apps_and_none(void **state)
{
    static const char two[] = "{\"type\":\"fluxapprunning\",\"version\":2,\"apps\":[{\"name\":\"a\",\"hash\":\"h\"},{"
                              "\"name\":\"b\",\"hash\":\"h\"}],\"ip\":\"i\",\"broadcastedAt\":1774569600000}";
    static const char none[] =
        "{\"type\":\"fluxapprunning\",\"version\":2,\"apps\":[],\"ip\":\"i\",\"broadcastedAt\":1774569600000}";
    struct script script;
    bool stored = false;

    (void)state;
    script_begin(&script, "8.9.2");
    assert_null(store_app_running_message(&script.task, json_of(&script, two), &stored));
    assert_true(stored);
    EXPECT_CALLS(&script, "db find", "db update", "db find", "db update", "db delete", "db delete");
    script_forget(&script);
    script_answer(&script, "db find", "a", "{\"docs\":[{\"broadcastedAt\":\"2026-03-27T00:00:00.000Z\"}]}", 1);
    assert_null(store_app_running_message(&script.task, json_of(&script, two), &stored));
    assert_false(stored);
    EXPECT_CALLS(&script, "db find", "db delete", "db delete");
    script_forget(&script);
    assert_null(store_app_running_message(&script.task, json_of(&script, none), &stored));
    assert_false(stored);
    EXPECT_TRANSCRIPT(
        &script,
        "db find [] {\"db\":\"globalzelapps\",\"collection\":\"zelappslocation\",\"filter\":{\"ip\":\"i\"}}\n");
    script_answer(&script, "db find", NULL, "{\"docs\":[{}]}", -1);
    assert_null(store_app_running_message(&script.task, json_of(&script, none), &stored));
    assert_true(stored);
    EXPECT_CALLS(&script, "db find", "db delete", "db delete");
    script_end(&script);
}

static void test_4_6_and_4_7_database_errors_go_through(void **state)
{
    static const char none[] =
        "{\"type\":\"fluxapprunning\",\"version\":2,\"apps\":[],\"ip\":\"i\",\"broadcastedAt\":1774569600000}";
    static const char error[] = "{\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":1774569600000}";
    static const char *const effects[] = {"db find", "db delete", "db update", "db aggregate"};

    (void)state;
    for (int nth = 0; nth < 5; nth++) {
        for (size_t i = 0; i < sizeof effects / sizeof effects[0]; i++) {
            struct script script;
            bool stored = false;
            int calls = 0;

            script_begin(&script, "8.9.2");
            script_answer(&script, "db find", NULL, "{\"docs\":[{}]}", -1);
            script_answer(&script, "db aggregate", NULL, "{\"docs\":[{\"n\":5}]}", -1);
            script_fail(&script, effects[i], NULL, 10107, "not primary", -1);
            if (nth > 0) { /* the first of them succeed */
                script_answer(&script, effects[i], NULL, i == 0 ? "{\"docs\":[{}]}" : "{\"docs\":[{\"n\":5}]}", nth);
            }
            const struct error *thrown = store_app_running_message(&script.task, json_of(&script, none), &stored);

            calls = script.call_count;
            assert_int_equal(thrown != NULL, (i == 0 && nth == 0) || (i == 1 && nth < 2));
            assert_true(thrown == NULL || strcmp(script.calls[calls - 1], effects[i]) == 0); /* and nothing follows */
            script_end(&script);
            script_begin(&script, "8.9.2");
            script_answer(&script, "db aggregate", NULL, "{\"docs\":[{\"n\":5}]}", -1);
            script_fail(&script, effects[i], NULL, 10107, "not primary", -1);
            if (nth > 0) {
                script_answer(&script, effects[i], NULL, "{\"docs\":[]}", nth);
            }
            thrown = store_app_installing_error_message(&script.task, json_of(&script, error));
            assert_int_equal(thrown != NULL, nth == 0 || (i == 2 && nth < 2));
            script_end(&script);
        }
    }
}

static void test_4_7_installing_errors(void **state)
{
    static const struct {
        const char *message, *known;
        int count, calls; /* count: of errors of this app; calls: 0 not valid, 1 not newer, 4 stored, 5 without end */
    } cases[] = {
        {"{\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":1774566000000}", "{\"docs\":[]}", 4,
         4}, /* 60 min old */
        {"{\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":1774565999999}", "{\"docs\":[]}", 4, 0},
        {"{\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":1774569600000}", "{\"docs\":[]}", 5, 5},
        {"{\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":1774569600000}",
         "{\"docs\":[{\"broadcastedAt\":\"2026-03-27T00:00:00.000Z\"}]}", 0, 1},
        {"{\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":1774569600000}",
         "{\"docs\":[{\"broadcastedAt\":\"2026-03-26T23:59:59.999Z\"}]}", 0, 4},
        {"{\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":1774569600000}", "{\"docs\":[{}]}", 0, 4},
        {"{\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":1774569600000}", "{\"docs\":[]}", 0, 0},
        {"{\"name\":\"a\",\"ip\":\"i\",\"broadcastedAt\":1774569600000}", "{\"docs\":[]}", 0, 0},
        {"{\"name\":\"a\",\"hash\":\"h\",\"broadcastedAt\":1774569600000}", "{\"docs\":[]}", 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "db find", NULL, cases[i].known, -1);
        script_answer(&script, "db aggregate", NULL,
                      arena_printf(&script.arena, "{\"docs\":[{\"n\":%d}]}", cases[i].count), -1);
        assert_null(store_app_installing_error_message(&script.task, json_of(&script, cases[i].message)));
        assert_int_equal(script.call_count, cases[i].calls);
        script_end(&script);
    }
}

/* 12.6: seconds, rounded to hundredths. */
static void test_12_6_uptime(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script.now_ms += 12345;
    assert_string_equal(value_json(&script.arena, value_number(&script.arena, os_uptime_s(&script.task))), "1012.35");
    script.now_ms += 1000 * 1000;
    assert_string_equal(value_json(&script.arena, value_number(&script.arena, os_uptime_s(&script.task))), "2012.35");
    assert_string_equal(value_get_text(app_running_message(&script.task, "a", "h", "i", 1, 0), "runningSince"),
                        "1970-01-01T00:00:00.000Z");
    script_end(&script);
}

/* 4.7: a peer whose sending failed is left out from then on. */
static void test_4_7_a_failed_send_closes_the_peer(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script.node.config.outbound_peers = json_of(&script, "[\"p\",\"q\",\"r\"]");
    script_fail(&script, "peers send", NULL, 0, "closed", 1);
    assert_null(broadcast_message_to_all(&script.task, app_removed_message(&script.task, "a", "i", 5)));
    EXPECT_CALLS(&script, "clock delay", "peers send", "clock delay", "peers send", "clock delay", "peers send",
                 "clock delay", "clock delay", "peers send");
    script_forget(&script);
    assert_null(broadcast_message_to_all(&script.task, app_removed_message(&script.task, "a", "i", 5)));
    EXPECT_TRANSCRIPT(&script,
                      "clock delay [] {\"ms\":25}\npeers send [a] "
                      "{\"peer\":\"q\",\"data\":{\"type\":\"fluxappremoved\",\"version\":1,\"appName\":\"a\",\"ip\":"
                      "\"i\",\"broadcastedAt\":5},\"signed\":true,\"pubKey\":true}\n"
                      "clock delay [] {\"ms\":25}\npeers send [a] "
                      "{\"peer\":\"r\",\"data\":{\"type\":\"fluxappremoved\",\"version\":1,\"appName\":\"a\",\"ip\":"
                      "\"i\",\"broadcastedAt\":5},\"signed\":true,\"pubKey\":true}\n"
                      "clock delay [] {\"ms\":500}\n"
                      "clock delay [] {\"ms\":25}\npeers send [a] "
                      "{\"peer\":\"203.0.113.2\",\"data\":{\"type\":\"fluxappremoved\",\"version\":1,\"appName\":\"a\","
                      "\"ip\":\"i\",\"broadcastedAt\":5},\"signed\":true,\"pubKey\":true}\n");
    script_end(&script);
}

/* ---- 4.3 and 4.4 ------------------------------------------------------------------------------------------------- */

#define R_APP                                                                                                          \
    "{\"version\":8,\"name\":\"app\",\"description\":\"d\",\"owner\":\"o\",\"hash\":\"h\",\"compose\":[{\"name\":"     \
    "\"db\",\"containerData\":\"/d\"},{\"name\":\"web\",\"containerData\":\"r:/d\"}]}"

/* An r: app's location must say that it has run for 30 minutes; then it is kept for the next check. */
static void test_4_3_grace_of_r(void **state)
{
    static const struct {
        const char *location;
        bool kept;
    } cases[] = {{"{\"docs\":[]}", false},
                 {"{\"docs\":[{\"name\":\"app\"}]}", false},
                 {"{\"docs\":[{\"runningSince\":\"2026-03-26T23:30:00.000Z\"}]}", true},
                 {"{\"docs\":[{\"runningSince\":\"2026-03-26T23:30:00.001Z\"}]}", false},
                 {"{\"docs\":[{\"runningSince\":\"1970-01-01T00:00:00.000Z\"}]}", true}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "db find", NULL, "{\"docs\":[" R_APP "]}", -1);
        script_answer(&script, "db find", "app", cases[i].location, -1);
        script_answer(&script, "db find", "app", "{\"docs\":[" R_APP "]}", 1); /* 3.6 */
        script_answer(&script, "docker containers.list", NULL,
                      "[{\"Id\":\"1\",\"Names\":[\"/fluxweb_app\"],\"State\":\"exited\"}]", -1);
        script_answer(&script, "docker containers.list", NULL, "[{\"Id\":\"2\",\"Names\":[\"/fluxdb_app\"]}]", 1);
        check_and_notify_peers_of_running_apps(&script.task, sample_flags(&script.task));
        assert_int_equal(cell_has(&script.task, CELL_STOPPED_APPS, "web_app"), cases[i].kept);
        assert_int_equal(script_logged(&script, "info: web_app is stopped and left to syncthing"), !cases[i].kept);
        script_end(&script);
    }
}

/* Apps without compose are a TypeError there, entries without containerData as soon as one is reached. */
static void test_4_3_what_cannot_be_scanned(void **state)
{
    static const struct {
        const char *app, *stopped, *logged;
    } cases[] = {
        {"{\"version\":3,\"name\":\"app\",\"containerData\":\"/d\"}", "app",
         "Cannot read properties of undefined (reading 'find')"},
        {"{\"version\":8,\"name\":\"app\",\"compose\":[{\"name\":\"web\"}]}", "web_app",
         "Cannot read properties of undefined (reading 'includes')"},
        {"{\"version\":8,\"name\":\"app\",\"compose\":[{\"name\":\"web\",\"containerData\":\"/d\"},{\"name\":\"db\"}]}",
         "web_app", "Cannot read properties of undefined (reading 'includes')"},
        {"{\"version\":4,\"name\":\"app\",\"compose\":[{\"name\":\"web\",\"containerData\":\"g:/"
         "d\"},{\"name\":\"db\"}]}",
         "web_app", "Container for master/slave app web_app doesn't exist"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "db find", NULL, arena_printf(&script.arena, "{\"docs\":[%s]}", cases[i].app), -1);
        check_and_notify_peers_of_running_apps(&script.task, sample_flags(&script.task));
        assert_true(script_logged(&script, cases[i].logged));
        script_end(&script);
    }
}

/* 4.4: an identifier without underscore means every component, each with its tier's resources; the first failure ends
 * it. */
static void test_4_4_recreating(void **state)
{
    static const char two[] = "{\"docs\":[{\"version\":4,\"name\":\"app\",\"compose\":[{\"name\":\"db\",\"repotag\":"
                              "\"a/b:1\",\"containerData\":\"/d\",\"cpu\":1,\"ram\":1,\"hdd\":1,\"cpubasic\":2},"
                              "{\"name\":\"web\",\"repotag\":\"a/b:1\",\"containerData\":\"g:/"
                              "d\",\"cpu\":1,\"ram\":1,\"hdd\":1,\"cpubasic\":3}]}]}";
    static const struct {
        const char *docs, *message;
    } bad[] = {
        {"{\"docs\":[]}", "App app not found in local database"},
        {"{\"docs\":[{\"version\":3,\"name\":\"app\",\"compose\":[{\"name\":\"web\"}]}]}",
         "App app has no components to recreate"},
        {"{\"docs\":[{\"version\":4,\"name\":\"app\",\"compose\":[]}]}", "App app has no components to recreate"},
        {"{\"docs\":[{\"version\":4,\"name\":\"app\"}]}", "App app has no components to recreate"}};
    struct script script;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        script_begin(&script, "8.9.2");
        script_answer(&script, "db find", NULL, bad[i].docs, -1);
        assert_string_equal(recreate_missing_containers(&script.task, "app")->message, bad[i].message);
        assert_int_equal(script.call_count, 1);
        script_end(&script);
    }
    script_begin(&script, "8.9.2");
    script_answer(&script, "db find", NULL, "{\"docs\":[]}", -1);
    script_answer(&script, "db find", "app", two, -1);
    script_answer(&script, "docker containers.list", NULL, "[{\"Id\":\"1\",\"Names\":[\"/fluxdb_app\"]}]", -1);
    script_answer(&script, "host mount | grep", NULL,
                  "{\"stdout\":\"a on /flux/ZelApps/fluxdb_app type ext4\\nb on /flux/ZelApps/fluxweb_app type ext4\"}",
                  -1);
    assert_null(recreate_missing_containers(&script.task, "app"));
    assert_int_equal(script_calls_of(&script, "docker containers.create", NULL), 2);
    for (int i = 1; i <= 2; i++) {
        const struct value *body = value_get(script_args_of(&script, "docker containers.create", i), "body");

        assert_int_equal((int64_t)value_get_number(value_get(body, "HostConfig"), "NanoCPUs", 0),
                         (i + 1) * 1000000000LL);
    }
    script_forget(&script);
    script_fail(&script, "docker containers.create", NULL, 409, "in use", 1);
    assert_non_null(recreate_missing_containers(&script.task, "app"));
    assert_int_equal(script_calls_of(&script, "docker containers.create", NULL), 1);
    assert_string_equal(recreate_missing_containers(&script.task, "other_app")->message,
                        "Component other not found in app app");
    script_end(&script);
}

/* ---- 7.3, transition --------------------------------------------------------------------------------------------- */

#define AT(ip, at, more) "{\"ip\":\"" ip "\",\"broadcastedAt\":\"2026-03-27T00:00:" at "Z\"" more "}"

static void test_7_3_transition(void **state)
{
    static const struct {
        const char *locations, *status; /* status NULL: syncthing cannot tell */
        int executions;
        const char *type;
    } cases[] = {
        /* alone, or first: beyond 5 s by broadcast, else by address */
        {"[" AT("5", "10.000", "") "]", NULL, 1, "sendreceive"},
        {"[" AT("5", "10.000", "") "," AT("9", "04.999", "") "]", NULL, 1, "receiveonly"},
        {"[" AT("5", "10.000", "") "," AT("9", "05.000", "") "]", NULL, 1, "sendreceive"},
        {"[" AT("5", "10.000", "") "," AT("1", "15.000", "") "]", NULL, 1, "receiveonly"},
        {"[" AT("5", "10.000", "") "," AT("1", "15.001", "") "]", NULL, 1, "sendreceive"},
        {"[" AT("1", "10.000", "") "," AT("5", "10.000", "") "]", NULL, 1, "receiveonly"},
        {"[" AT("5", "10.000", "") "," AT("9", "20.000", ",\"runningSince\":\"x\"") "]", NULL, 0, "receiveonly"},
        {"[" AT("5", "10.000", ",\"runningSince\":\"x\"") "," AT("9", "20.000", "") "]", NULL, 1, "sendreceive"},
        {"[" AT("9", "20.000", "") "]", NULL, 0, "receiveonly"}, /* not listed */
        /* in sync */
        {"[" AT("1", "10.000", "") "," AT("5", "10.000", "") "]", "{\"inSyncBytes\":9,\"globalBytes\":9}", 1,
         "sendreceive"},
        {"[" AT("1", "10.000", "") "," AT("5", "10.000", "") "]", "{\"inSyncBytes\":8,\"globalBytes\":9}", 1,
         "receiveonly"},
        {"[" AT("1", "10.000", "") "," AT("5", "10.000", "") "]", "{\"inSyncBytes\":8,\"globalBytes\":9}", 118,
         "receiveonly"},
        {"[" AT("1", "10.000", "") "," AT("5", "10.000", "") "]", "{\"inSyncBytes\":8,\"globalBytes\":9}", 119,
         "sendreceive"}, /* the 120th */
        {"[" AT("1", "10.000", "") "," AT("5", "10.000", "") "]", "{\"inSyncBytes\":8}", 1,
         "receiveonly"}, /* no word on the whole */
        /* no status: 2 + 10 for each that comes before */
        {"[" AT("1", "10.000", "") "," AT("5", "10.000", "") "]", NULL, 10, "receiveonly"},
        {"[" AT("1", "10.000", "") "," AT("5", "10.000", "") "]", NULL, 11, "sendreceive"},
        {"[" AT("1", "10.000", "") "," AT("5", "10.000", "") "," AT("2", "10.000", "") "]", NULL, 20, "receiveonly"},
        {"[" AT("1", "10.000", "") "," AT("5", "10.000", "") "," AT("2", "10.000", "") "]", NULL, 21, "sendreceive"},
        {"[" AT("9", "20.000", "") "]", NULL, 1, "sendreceive"}, /* not listed: 2 */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;
        struct sync_state *sync = NULL;

        script_begin(&script, "8.9.2");
        script.node.cells.flags[FLAG_SFR] = false;
        if (cases[i].status == NULL) {
            script_fail(&script, "syncthing GET /rest/db/status", NULL, 500, "no", -1);
        } else {
            script_answer(&script, "syncthing GET /rest/db/status", NULL, cases[i].status, -1);
        }
        sync = arena_alloc(&script.arena, sizeof *sync);
        sync->executions = cases[i].executions;
        cell_set(&script.task, CELL_RECEIVE_ONLY, "fluxweb_app", sync);
        struct sync_folder_task folder = {.task = &script.task,
                                          .identifier = "web_app",
                                          .app_id = "fluxweb_app",
                                          .folder = "/flux/ZelApps/fluxweb_app",
                                          .my_ip = "5",
                                          .locations = json_of(&script, cases[i].locations),
                                          .configured = json_of(&script, "{\"type\":\"receiveonly\"}"),
                                          .mount_is_safe = true};

        assert_null(manage_folder_sync_state(&folder));
        assert_string_equal(folder.type, cases[i].type);
        assert_int_equal(sync->restarted, strcmp(cases[i].type, "sendreceive") == 0);
        assert_true(folder.visited);
        script_end(&script);
    }
}

/* Rows 2 and 10: a container that cannot be looked at does not run, and is started when the flag is r; errors are
 * swallowed. */
static void test_7_3_what_docker_does_not_tell(void **state)
{
    (void)state;
    for (int r = 0; r < 2; r++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_fail(&script, "docker container.inspect", NULL, 500, "no", 1);
        script_answer(&script, "docker containers.list", NULL, "[{\"Id\":\"1\",\"Names\":[\"/fluxweb_app\"]}]", -1);
        struct sync_folder_task folder = {.task = &script.task,
                                          .identifier = "web_app",
                                          .app_id = "fluxweb_app",
                                          .folder = "/flux/ZelApps/fluxweb_app",
                                          .configured = json_of(&script, "{\"type\":\"sendreceive\"}"),
                                          .r = r == 1,
                                          .mount_is_safe = true};

        assert_null(manage_folder_sync_state(&folder));
        assert_string_equal(folder.type, "sendreceive");
        assert_int_equal(script_calls_of(&script, "docker container.start", NULL), r);
        assert_int_equal(script_logged(&script, "error: Error: (HTTP code 500)"), !r);
        script_end(&script);
    }
}

/* ---- 8: what a node does by the clock ---------------------------------------------------------------------------- */

static bool removes(struct script *script, void (*run)(struct task *task))
{
    script_forget(script);
    run(&script->task);
    return script_logged(script, "APP REMOVAL TRIGGERED");
}

static void test_8_expiry(void **state)
{
    static const struct {
        const char *height, *expire;
        int block;
        bool removed;
    } cases[] = {
        {"1000", "500", 1500, false},
        {"1000", "500", 1501, true},
        {"1000", NULL, 23000, false},
        {"1000", NULL, 23001, true},
        {"2019999", NULL, 2041999, false},
        {"2019999", NULL, 2042000, true},
        {"2020000", NULL, 2108000, false},
        {"2020000", NULL, 2108001, true},
        {NULL, NULL, 1, true}, /* no height at all */
        {"1000", "0", 23000, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;
        struct arena *arena = &script.arena;

        script_begin(&script, "8.9.2");
        const char *height = cases[i].height == NULL ? "" : arena_printf(arena, ",\"height\":%s", cases[i].height);
        const char *expire = cases[i].expire == NULL ? "" : arena_printf(arena, ",\"expire\":%s", cases[i].expire);

        script_answer(
            &script, "db find", NULL,
            arena_printf(arena, "{\"docs\":[{\"version\":4,\"name\":\"app\",\"compose\":[]%s%s}]}", height, expire),
            -1);
        script_answer(&script, "daemon getblockcount", NULL, arena_printf(arena, "%d", cases[i].block), -1);
        assert_int_equal(removes(&script, expire_global_applications), cases[i].removed);
        script_end(&script);
    }
}

static void test_8_surplus_instances(void **state)
{
    static const struct {
        const char *app, *locations;
        bool removed;
    } cases[] = {
#define L(ip, since) "{\"ip\":\"" ip "\",\"runningSince\":\"2026-03-0" since "T00:00:00Z\"}"
#define ME "198.51.100.7:16127"
        {",\"instances\":3", L("1", "1") "," L("2", "2") "," L(ME, "3"), false},
        {",\"instances\":3", L("1", "1") "," L("2", "2") "," L(ME, "3") "," L("3", "1"), true},
        {"", L("1", "1") "," L("2", "2") "," L(ME, "3"), false}, /* three by default */
        {"", L("1", "1") "," L("2", "2") "," L(ME, "3") "," L("3", "1"), true},
        {"", L("1", "1") "," L("2", "2") "," L(ME, "3") "," L("3", "4"), false}, /* another came last */
        {"", L(ME, "3") "," L("2", "2") "," L("1", "3") "," L("3", "1"), false}, /* together: the later one listed */
        {"", L("1", "3") "," L("2", "2") "," L(ME, "3") "," L("3", "1"), true},
        {"", "{\"ip\":\"9\"}," L("2", "2") "," L(ME, "3") "," L("3", "1"), true}, /* no word since when */
        {"", "{\"ip\":\"" ME "\"},{\"ip\":\"2\"},{\"ip\":\"3\"},{\"ip\":\"4\"}", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;
        struct arena *arena = &script.arena;

        script_begin(&script, "8.9.2");
        script_answer(
            &script, "db find", NULL,
            arena_printf(arena, "{\"docs\":[{\"version\":4,\"name\":\"app\",\"compose\":[]%s}]}", cases[i].app), -1);
        script_answer(&script, "db find", "app", arena_printf(arena, "{\"docs\":[%s]}", cases[i].locations), -1);
        assert_int_equal(removes(&script, check_and_remove_application_instance), cases[i].removed);
        script_end(&script);
    }
}

static void test_8_a_daemon_may_be_behind_for_two_hours(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "db find", NULL, "{\"docs\":[{\"version\":4,\"name\":\"app\",\"compose\":[]}]}", -1);
    script_fail(&script, "daemon getblockchaininfo", NULL, 0, "connect ECONNREFUSED", -1);
    assert_false(removes(&script, check_daemon_health));
    script.now_ms += 2 * 60 * 60 * 1000 - 1;
    assert_false(removes(&script, check_daemon_health));
    script.now_ms += 1;
    assert_true(removes(&script, check_daemon_health));
    script_end(&script);
}

/* A daemon that does not answer is asked ten times, two minutes apart. */
static void test_8_status_of_the_node(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "db find", NULL, "{\"docs\":[{\"version\":4,\"name\":\"app\",\"compose\":[]}]}", -1);
    script_fail(&script, "daemon getzelnodestatus", NULL, 0, "connect ECONNREFUSED", -1);
    int64_t before_ms = script.now_ms;

    assert_false(removes(&script, monitor_node_status));
    assert_int_equal(script_calls_of(&script, "daemon getzelnodestatus", NULL), 10);
    assert_int_equal(script.now_ms - before_ms, 10 * 120 * 1000);
    script_answer(&script, "daemon getzelnodestatus", NULL, "{\"status\":\"CONFIRMED\"}", -1);
    assert_false(removes(&script, monitor_node_status));
    script.now_ms += 20000;
    script_answer(&script, "daemon getzelnodestatus", NULL, "{\"status\":\"EXPIRED\"}", -1);
    assert_true(removes(&script, monitor_node_status));
    script_end(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_2_6_3_room),
        cmocka_unit_test(test_2_6_3_which_disk),
        cmocka_unit_test(test_2_6_2_ssd_size_is_asked_for_until_it_is_known),
        cmocka_unit_test(test_2_6_clean_up_tells_what_could_not_be_deleted),
        cmocka_unit_test(test_2_5_4_a_list_is_as_good_as_its_entries),
        cmocka_unit_test(test_2_5_2_what_is_blocked),
        cmocka_unit_test(test_8_images_have_updates_by_digest),
        cmocka_unit_test(test_2_5_4_sizes_of_images),
        cmocka_unit_test(test_2_5_4_a_list_of_manifests),
        cmocka_unit_test(test_4_6_running_messages_are_good_for_125_minutes),
        cmocka_unit_test(test_4_6_what_is_stored),
        cmocka_unit_test(test_4_6_several_apps_and_none),
        cmocka_unit_test(test_4_6_and_4_7_database_errors_go_through),
        cmocka_unit_test(test_4_7_installing_errors),
        cmocka_unit_test(test_7_3_what_docker_does_not_tell),
        cmocka_unit_test(test_12_6_uptime),
        cmocka_unit_test(test_4_7_a_failed_send_closes_the_peer),
        cmocka_unit_test(test_4_3_grace_of_r),
        cmocka_unit_test(test_4_3_what_cannot_be_scanned),
        cmocka_unit_test(test_4_4_recreating),
        cmocka_unit_test(test_7_3_transition),
        cmocka_unit_test(test_8_expiry),
        cmocka_unit_test(test_8_surplus_instances),
        cmocka_unit_test(test_8_a_daemon_may_be_behind_for_two_hours),
        cmocka_unit_test(test_8_status_of_the_node),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
