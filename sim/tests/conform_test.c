/* drydock conform: every recording matches, and whatever is changed in one is found. */
#include "core/revision.h"
#include "sim/conform/replay.h"
#include "sim/scenario/file_text.h"
#include "sim/tests/test_run.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FOLDER "scenarios/recordings/"

static struct test_run test;

static int begin(void **state)
{
    (void)state;
    test_run_begin(&test);
    return 0;
}

static int end(void **state)
{
    (void)state;
    test_run_end(&test);
    return 0;
}

static char *text_of(const char *name)
{
    size_t length = 0;
    char *bytes = file_text(arena_printf(&test.arena, FOLDER "%s", name), 1 << 24, &length);

    assert_non_null(bytes);
    char *text = arena_alloc(&test.arena, length + 1);

    memcpy(text, bytes, length);
    free(bytes);
    return text;
}

static const struct conformity *replay(const char *text, const char *revision)
{
    const char *mistake = NULL;
    struct recording *recording = recording_parse(&test.arena, "test.json", text, strlen(text), &mistake);

    if (recording == NULL) {
        fail_msg("%s", mistake);
    }
    return recording_replay(recording, revision_by_name(revision == NULL ? recording->tag : revision), &test.memory,
                            &test.arena);
}

/* The text with the nth occurrence (from 1) of `old` replaced. */
static const char *changed(const char *text, const char *old, int nth, const char *by)
{
    const char *at = strstr(text, old);

    while (at != NULL && --nth > 0) {
        at = strstr(at + 1, old);
    }
    assert_non_null(at);
    return arena_printf(&test.arena, "%.*s%s%s", (int)(at - text), text, by, at + strlen(old));
}

/* Without the line in which the nth `part` stands. */
static const char *without_line(const char *text, const char *part, int nth)
{
    const char *at = strstr(text, part);

    while (at != NULL && --nth > 0) {
        at = strstr(at + 1, part);
    }
    assert_non_null(at);
    const char *begin_of_line = at;

    while (begin_of_line > text && begin_of_line[-1] != '\n') {
        begin_of_line--;
    }
    return arena_printf(&test.arena, "%.*s%s", (int)(begin_of_line - text), text, strchr(at, '\n') + 1);
}

static void expect_first(const struct conformity *result, const char *what)
{
    assert_false(conforms(result));
    assert_true(result->divergence_count > 0);
    assert_string_equal(result->divergences[0].what, what);
}

static void test_every_recording_matches_in_full(void **state)
{
    DIR *folder = opendir(FOLDER);
    uint32_t operations = 0;
    unsigned recordings = 0;

    (void)state;
    assert_non_null(folder);
    for (struct dirent *entry = NULL; (entry = readdir(folder)) != NULL;) {
        size_t length = strlen(entry->d_name);

        if (length < 6 || strcmp(entry->d_name + length - 5, ".json") != 0) {
            continue;
        }
        const struct conformity *result = replay(text_of(entry->d_name), NULL);

        if (!conforms(result)) {
            fail_msg("%s: %s, %s", entry->d_name, result->divergences[0].where, result->divergences[0].what);
        }
        assert_int_equal(result->injected_count, 0); /* all their errors are the world's own */
        assert_int_equal(result->ignored_count, 0);
        operations += result->operations;
        recordings++;
    }
    closedir(folder);
    assert_int_equal(recordings, 11);
    assert_int_equal(operations, 1254);
}

static void test_the_other_release_diverges(void **state)
{
    (void)state;
    expect_first(replay(text_of("incident-v8.9.2.json"), "8.9.1"), "another operation");
    expect_first(replay(text_of("incident-v8.9.1.json"), "8.9.2"), "another operation");
    expect_first(replay(text_of("k_mixed_app-v8.9.2.json"), "8.9.1"), "another operation");
}

static void test_changes_are_found(void **state)
{
    const char *text = text_of("incident-v8.9.1.json");
    static const struct {
        const char *old;
        int nth;
        const char *by, *what;
    } cases[] = {
        {"sudo chmod 777 $W/flux/ZelApps/fluxapi_napp\"", 1, "sudo chmod 755 $W/flux/ZelApps/fluxapi_napp\"",
         "another operation"},
        {"\"NanoCPUs\":100000000", 2, "\"NanoCPUs\":200000000", "another operation"},
        {"\"ms\":500", 2, "\"ms\":501", "another operation"},
        {"\"deleted\":[\"fluxweb_gapp\"]", 1, "\"deleted\":[]", "another answer"},
        {"{\"name\":\"fluxapi_napp\",\"state\":\"running\"}", 1, "{\"name\":\"fluxapi_napp\",\"state\":\"exited\"}",
         "another answer"},
        {"\"task\":\"check\"", 1, "\"task\":\"dance\"", "an activity that drydock does not know"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_first(replay(changed(text, cases[i].old, cases[i].nth, cases[i].by), NULL), cases[i].what);
    }
}

static void test_a_missing_and_a_superfluous_operation_are_found(void **state)
{
    const char *text = text_of("incident-v8.9.1.json");

    (void)state;
    expect_first(replay(without_line(text, "sudo fallocate -l 1G $W/fluxappvolumes/fluxapi_napp", 1), NULL),
                 "another operation");
    /* The last broadcast's end is missing: drydock does one operation more. */
    expect_first(replay(without_line(text, "\"task\":\"check\",\"port\":\"peers\"", 2), NULL), "one operation more");
}

/* It is nobody's turn to start the activity, for no answer comes after it. */
static void test_an_operation_that_nothing_answers_is_found(void **state)
{
    static const char text[] =
        "{\"kind\":\"header\",\"name\":\"t\",\"tag\":\"8.9.2\",\"started\":\"2026-11-23T18:50:20.679Z\"}\n"
        "{\"kind\":\"op\",\"i\":1,\"t\":1,\"actor\":\"node\",\"task\":\"check\",\"port\":\"docker\","
        "\"op\":\"containers.list\",\"args\":{}}\n";

    (void)state;
    expect_first(replay(text, NULL), "an operation that drydock does not ask for");
}

static void test_another_final_world_is_found(void **state)
{
    const char *text = text_of("recover_unmounted-v8.9.2.json");
    const char *final = strstr(text, "\"at\":\"final\"");

    (void)state;
    assert_non_null(final);
    const char *state_text = "\"name\":\"fluxweb_gapp\",\"state\":\"created\"";
    const char *other = changed(final, state_text, 1, "\"name\":\"fluxweb_gapp\",\"state\":\"running\"");

    expect_first(replay(arena_printf(&test.arena, "%.*s%s", (int)(final - text), text, other), NULL), "another world");
}

/* A registry that refuses is none of the world's own errors: it is given as recorded, said so, and what follows from it
 * is compared. */
static void test_an_injected_error_is_given_and_told(void **state)
{
    const char *text = text_of("incident-v8.9.1.json");
    const char *pull = strstr(strstr(text, "\"kind\":\"op\""), "\"op\":\"image.pull\"");

    (void)state;
    assert_non_null(pull);
    const char *other =
        changed(pull, "\"result\":{\"status\":200}", 1, "\"err\":{\"message\":\"toomanyrequests\",\"status\":500}");
    const struct conformity *result =
        replay(arena_printf(&test.arena, "%.*s%s", (int)(pull - text), text, other), NULL);

    assert_int_equal(result->injected_count, 1);
    assert_non_null(strstr(result->injected[0], "toomanyrequests"));
    expect_first(result, "another operation"); /* the rest of the recording is of an install that went on */
}

/* A registry that no longer has the image: the download is not compared, what follows from it is. */
static void test_a_failed_download_fails_here_too(void **state)
{
    const char *text = text_of("incident-v8.9.2.json");
    const char *run = strstr(text, "\"kind\":\"op\"");
    const char *manifest = strstr(run, "/manifests/latest");

    (void)state;
    assert_non_null(manifest);
    const char *other = changed(manifest, "{\"status\":200}", 1, "{\"status\":404}");
    const struct conformity *result =
        replay(arena_printf(&test.arena, "%.*s%s", (int)(manifest - text), text, other), NULL);

    expect_first(result, "another operation"); /* the recording goes on to pull */
    assert_non_null(strstr(result->divergences[0].recorded, "docker image.pull"));
}

/* ---- what no recording of the real system holds ------------------------------------------------------------------ */

#define HEADER "{\"kind\":\"header\",\"name\":\"odd\",\"tag\":\"8.9.1\",\"started\":\"2026-11-23T18:37:30.540Z\"}\n"
#define ASKED(number, port, op, args)                                                                                  \
    "{\"kind\":\"op\",\"i\":" number ",\"o\":" number ",\"t\":" number ",\"actor\":\"env\",\"port\":\"" port           \
    "\",\"op\":\"" op "\",\"args\":" args ",\"result\":null}\n"
#define FIND_X ASKED("2", "db", "find", "{\"db\":\"d\",\"collection\":\"c\",\"projection\":{\"x\":1}}")

/* What the database of a replay cannot be asked for is left out, and said so. */
static void test_a_request_that_no_database_takes_is_ignored(void **state)
{
    static const char *const requests[] = {
        ASKED("1", "db", "find", "{}"),
        ASKED("1", "db", "find", "{\"db\":\"d\",\"collection\":1}"),
        ASKED("1", "db", "insert", "{\"db\":\"d\",\"collection\":\"c\",\"documents\":[\"text\"]}") FIND_X,
        ASKED("1", "db", "insert", "{\"db\":\"d\",\"collection\":\"c\",\"documents\":[[{\"x\":1}]]}") FIND_X,
        ASKED("1", "db", "insert", "{\"db\":\"d\",\"collection\":\"c\",\"documents\":{\"x\":1}}") FIND_X,
        ASKED("1", "db", "find", "{\"db\":\"d\",\"collection\":\"c\",\"filter\":{\"name\":{\"$regex\":\"\"}}}"),
        ASKED("1", "db", "find", "{\"db\":\"d\",\"collection\":\"c\",\"filter\":{\"name\":{\"$regex\":\"x\"}}}"),
        ASKED("1", "db", "find", "{\"db\":\"d\",\"collection\":\"c\",\"filter\":{\"name\":{\"$regex\":\"^x\"}}}"),
        ASKED("1", "db", "find", "{\"db\":\"d\",\"collection\":\"c\",\"filter\":{\"name\":{\"$regex\":\"x$\"}}}"),
        ASKED("1", "db", "findAndModify", "{\"db\":\"d\",\"collection\":\"c\",\"query\":{\"n\":{\"$regex\":\"\"}}}"),
        ASKED("1", "db", "update",
              "{\"db\":\"d\",\"collection\":\"c\",\"updates\":[{\"q\":{\"n\":{\"$regex\":\"\"}}}]}"),
        ASKED("1", "db", "delete",
              "{\"db\":\"d\",\"collection\":\"c\",\"deletes\":[{\"q\":{\"n\":{\"$regex\":\"\"}}}]}"),
        ASKED("1", "db", "aggregate",
              "{\"db\":\"d\",\"collection\":\"c\",\"pipeline\":[{\"$match\":{\"n\":{\"$regex\":\"\"}}}]}"),
    };

    (void)state;
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        const char *text = arena_printf(&test.arena, HEADER "%s", requests[i]);
        const struct conformity *result = replay(text, NULL);

        assert_int_equal(result->ignored_count, 1);
        assert_non_null(strstr(result->ignored[0], "line 2: db "));
        assert_int_equal(result->divergence_count, 0);
    }
}

static void test_a_world_of_another_form_differs(void **state)
{
    static const char *const worlds[] = {"{\"node\":[1]}", "{\"fs\":[\"a\"]}", "{\"node\":\"abc\",\"fs\":1}",
                                         "{\"fs\":{\"mounts\":{\"a\":1}},\"docker\":{\"images\":{\"b\":2}}}"};

    (void)state;
    for (size_t i = 0; i < sizeof worlds / sizeof worlds[0]; i++) {
        const char *line = "{\"kind\":\"world\",\"at\":\"final\",\"world\":%s}\n";
        const char *text = arena_printf(&test.arena, "%s%s%s", HEADER, arena_printf(&test.arena, line, worlds[i]),
                                        ASKED("1", "driver", "note", "{\"note\":\"setup complete\"}"));

        expect_first(replay(text, NULL), "another world");
    }
}

/* A disk of such a size is none: there is no room on it. */
static void test_a_disk_that_cannot_be_is_left_out(void **state)
{
    const char *text = text_of("incident-v8.9.1.json");
    const char *line = "/dev/vda         500000000  20000000 480000000";
    static const char *const lines[] = {"/dev/vda         9223372036854775807  -9 480000000",
                                        "/dev/vda         -9223372036854775807  20000000 480000000",
                                        "/dev/vda         500000000  -9223372036854775807 480000000",
                                        "/dev/vda         500000000  9223372036854775807 480000000"};

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_false(conforms(replay(changed(text, line, 1, lines[i]), NULL)));
    }
}

/* The daemon's reply is given as recorded: nothing in it is an id of Docker's. */
static void test_a_reply_that_looks_like_a_prunes_is_given(void **state)
{
    static const char *const lines[] = {
        ASKED("1", "docker", "image.pull", "{\"image\":\"alpine\",\"tag\":\"latest\"}"),
        ASKED("2", "docker", "containers.create", "{\"name\":\"fluxa\",\"body\":{\"Image\":\"alpine:latest\"}}"),
        "{\"kind\":\"op\",\"i\":3,\"o\":3,\"t\":3,\"actor\":\"node\",\"task\":\"check\",\"port\":\"daemon\","
        "\"op\":\"getzelnodestatus\",\"args\":{\"params\":[]},\"result\":{\"ContainersDeleted\":[1]}}\n"};
    const char *text = arena_printf(&test.arena, HEADER "%s%s%s", lines[0], lines[1], lines[2]);
    const struct conformity *result = replay(text, NULL);

    (void)state;
    assert_int_equal(result->matched, 1);
    assert_true(conforms(result)); /* a node that is not confirmed has nothing to check */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_recording_matches_in_full),
        cmocka_unit_test(test_the_other_release_diverges),
        cmocka_unit_test(test_changes_are_found),
        cmocka_unit_test(test_a_missing_and_a_superfluous_operation_are_found),
        cmocka_unit_test(test_an_operation_that_nothing_answers_is_found),
        cmocka_unit_test(test_another_final_world_is_found),
        cmocka_unit_test(test_an_injected_error_is_given_and_told),
        cmocka_unit_test(test_a_failed_download_fails_here_too),
        cmocka_unit_test(test_a_request_that_no_database_takes_is_ignored),
        cmocka_unit_test(test_a_world_of_another_form_differs),
        cmocka_unit_test(test_a_disk_that_cannot_be_is_left_out),
        cmocka_unit_test(test_a_reply_that_looks_like_a_prunes_is_given),
    };

    return cmocka_run_group_tests_name("conform", tests, begin, end);
}
