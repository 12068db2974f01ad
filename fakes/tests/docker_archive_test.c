/* Files of containers in and out of a whole engine, through the API. Expected texts are those of Docker 20.10.24. */
#include "fakes/docker/tar.h"
#include "fakes/docker/whole.h"
#include "fakes/tests/whole_engine.h"

#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { STAT_SIZE = 1024, MODE = 0640 };

#define NOW_MS INT64_C(1774569600000)
#define MTIME_MS INT64_C(1767225600000)

static int set_up(void **state)
{
    (void)state;
    whole_engine_begin(NOW_MS, NULL, NULL);
    return 0;
}

static void refused(int status, const char *message)
{
    assert_int_equal(response.status, status);
    assert_string_equal(value_get_text(answer(), "message"), message);
}

static void create(const char *name, const char *host_config)
{
    const char *body =
        arena_printf(&answers, "{\"Image\":\"busybox\",\"Cmd\":[\"sleep\",\"100\"],\"HostConfig\":%s}", host_config);

    assert_int_equal(ask("POST", arena_printf(&answers, "/containers/create?name=%s", name), body), 201);
}

static const struct tar_entry sample[] = {
    {.name = "d/", .kind = TAR_FOLDER, .mode = 0750, .mtime_ms = MTIME_MS},
    {.name = "d/f", .kind = TAR_FILE, .mode = MODE, .mtime_ms = MTIME_MS, .bytes = "hello\n", .length = 6},
    {.name = "d/empty", .kind = TAR_FILE, .mode = 0644, .mtime_ms = MTIME_MS},
    {.name = "d/l", .kind = TAR_LINK, .mode = 0777, .mtime_ms = MTIME_MS, .target = "f"},
    {.name = "e", .kind = TAR_LINK, .mode = 0777, .mtime_ms = MTIME_MS, .target = "/etc"},
};

static int put_entries(const char *name, const char *query, const struct tar_entry *entries, size_t count)
{
    struct tar_writer *writer = tar_begin(&answers);
    size_t length = 0;

    for (size_t i = 0; i < count; i++) {
        tar_add(writer, &entries[i]);
    }
    const char *bytes = tar_end(writer, &length);

    return send_bytes("PUT", arena_printf(&answers, "/containers/%s/archive?path=%s", name, query), bytes, length);
}

static int put(const char *name, const char *query)
{
    return put_entries(name, query, sample, sizeof sample / sizeof sample[0]);
}

static int put_one(const char *name, const char *query, const char *path, enum tar_kind kind)
{
    return put_entries(name, query,
                       &(struct tar_entry){.name = path, .kind = kind, .mode = 0755, .bytes = "x", .length = 1}, 1);
}

static int get(const char *method, const char *name, const char *path)
{
    return ask(method, arena_printf(&answers, "/containers/%s/archive?path=%s", name, path), NULL);
}

/* "name " of each entry, a link's with its target, a file's with its content. */
static bool list(void *context, const struct tar_entry *entry)
{
    const char **text = context;

    *text = arena_printf(&answers, "%s%s%s%s ", *text, entry->name,
                         entry->kind == TAR_LINK ? arena_printf(&answers, "->%s", entry->target) : "",
                         entry->kind == TAR_FILE ? arena_printf(&answers, "=%s", entry->bytes) : "");
    return true;
}

static const char *listed(void)
{
    const char *text = "";

    assert_int_equal(response.status, 200);
    assert_null(tar_read(&answers, response.body, response.length, list, &text));
    return text;
}

static const struct value *path_stat(void)
{
    char text[STAT_SIZE] = "";
    const char *header = NULL;

    for (const struct docker_header *at = response.headers; at->name != NULL; at++) {
        header = strcmp(at->name, "X-Docker-Container-Path-Stat") == 0 ? at->value : header;
    }
    assert_non_null(header);
    assert_true(strlen(header) < sizeof text);
    assert_true(EVP_DecodeBlock((unsigned char *)text, (const unsigned char *)header, (int)strlen(header)) > 0);
    return value_parse(&answers, text, strlen(text));
}

static const char *stat_json(const char *name, const char *path)
{
    assert_int_equal(get("HEAD", name, path), 200);
    assert_int_equal(response.length, 0);
    return value_json(&answers, path_stat());
}

/* ---- tests
 * -------------------------------------------------------------------------------------------------------------------
 */

static void test_tree_goes_in_and_out(void **state)
{
    (void)state;
    create("c1", "{}");
    assert_int_equal(put("c1", "/tmp"), 200);
    assert_int_equal(get("GET", "c1", "/tmp/d"), 200);
    assert_string_equal(response.content_type, "application/x-tar");
    assert_string_equal(listed(), "d/ d/empty= d/f=hello\n d/l->f ");
    assert_string_equal(value_get_text(path_stat(), "name"), "d");
    get("GET", "c1", "/tmp/d/f");
    assert_string_equal(listed(), "f=hello\n ");
    get("GET", "c1", "/tmp/d/.");
    assert_string_equal(listed(), "./ ./empty= ./f=hello\n ./l->f ");
    get("GET", "c1", "/tmp/e/hostname"); /* a link on the way is followed */
    assert_string_equal(listed(), arena_printf(&answers, "hostname=%.12s\n ", engine->containers[0].id));
}

static void test_stat(void **state)
{
    (void)state;
    create("c1", "{}");
    put("c1", "tmp");
    assert_string_equal(stat_json("c1", "/tmp/d/f"), "{\"name\":\"f\",\"size\":6,\"mode\":416,"
                                                     "\"mtime\":\"2026-01-01T00:00:00Z\",\"linkTarget\":\"\"}");
    assert_string_equal(stat_json("c1", "/tmp/d/"), "{\"name\":\"d\",\"size\":4096,\"mode\":2147484136,"
                                                    "\"mtime\":\"2026-01-01T00:00:00Z\",\"linkTarget\":\"\"}");
    assert_string_equal(stat_json("c1", "/tmp/d/l"), "{\"name\":\"l\",\"size\":1,\"mode\":134218239,"
                                                     "\"mtime\":\"2026-01-01T00:00:00Z\",\"linkTarget\":\"/tmp/d/f\"}");
    assert_string_equal(
        value_get_text(value_parse(&answers, stat_json("c1", "/"), strlen(stat_json("c1", "/"))), "name"), "/");
    get("GET", "c1", "/etc/passwd/");
    assert_int_equal(response.status, 500);
    get("GET", "c1", "/dev/null");
    refused(404, "Could not find the file /dev/null in container c1");
}

static void test_into_a_link_and_a_volume(void **state)
{
    (void)state;
    create("c1", "{\"Binds\":[\"v1:/data\"]}");
    create("c2", "{\"Binds\":[\"v1:/shared\"]}");
    put("c1", "/tmp");
    assert_int_equal(put_one("c1", "/tmp/e", "new", TAR_FILE), 200);
    get("GET", "c1", "/etc/new");
    assert_string_equal(listed(), "new=x ");
    assert_int_equal(put_one("c1", "/data", "deep/er/file", TAR_FILE), 200);
    get("GET", "c2", "/shared");
    assert_string_equal(listed(), "shared/ shared/deep/ shared/deep/er/ shared/deep/er/file=x ");
}

static void test_what_may_not_be_written(void **state)
{
    (void)state;
    create("c1", "{\"ReadonlyRootfs\":true,\"Binds\":[\"v1:/data\",\"v2:/fixed:ro\"]}");
    put("c1", "/tmp");
    refused(500, "container rootfs is marked read-only");
    assert_int_equal(put("c1", "/data"), 200);
    put("c1", "/fixed");
    refused(500, "mounted volume is marked read-only");
    put("c1", "/etc/passwd");
    refused(500, "extraction point is not a directory");
    put_one("c1", "/data", "../out", TAR_FILE);
    refused(500, "Error processing tar file(exit status 1): \"../out\" is outside of \"/data\"");
    put_entries("c1", "/data", &(struct tar_entry){.name = "l", .kind = TAR_LINK, .mode = 0777, .target = "../etc"}, 1);
    refused(500, "Error processing tar file(exit status 1): invalid symlink \"/data/l\" -> \"../etc\"");
    ask("PUT", "/containers/c1/archive?path=/data", "no tar");
    refused(500, "Error processing tar file(exit status 1): unexpected EOF");
    assert_int_equal(ask("PUT", "/containers/c1/archive?path=/data", NULL), 200);
}

static void test_what_takes_whose_place(void **state)
{
    (void)state;
    create("c1", "{}");
    assert_int_equal(put_one("c1", "/tmp", "a", TAR_FILE), 200);
    put_one("c1", "/tmp&noOverwriteDirNonDir=1", "a/", TAR_FOLDER);
    refused(
        500,
        "Error processing tar file(exit status 1): cannot overwrite non-directory \"/tmp/a\" with directory \"/tmp\"");
    assert_int_equal(put_one("c1", "/tmp", "a/", TAR_FOLDER), 200);
    assert_int_equal(put_one("c1", "/tmp", "a/b", TAR_FILE), 200);
    put_one("c1", "/tmp&noOverwriteDirNonDir=1", "a", TAR_FILE);
    refused(
        500,
        "Error processing tar file(exit status 1): cannot overwrite directory \"/tmp/a\" with non-directory \"/tmp\"");
    assert_int_equal(put_one("c1", "/tmp", "a", TAR_FILE), 200);
    get("GET", "c1", "/tmp/a");
    assert_string_equal(listed(), "a=x ");
}

static void test_export_and_changes(void **state)
{
    (void)state;
    create("c1", "{\"Binds\":[\"v1:/data\"]}");
    put("c1", "/tmp");
    put_one("c1", "/data", "kept", TAR_FILE);
    assert_int_equal(ask("GET", "/containers/c1/export", NULL), 200);
    assert_string_equal(response.content_type, "application/octet-stream");
    const char *all = listed();

    assert_non_null(strstr(all, "tmp/d/f=hello\n"));
    assert_non_null(strstr(all, " data/ "));
    assert_null(strstr(all, "kept"));     /* what is mounted is none of its files */
    assert_null(strstr(all, "dev/null")); /* nor what the kernel mounts */
    assert_int_equal(ask("GET", "/containers/c1/changes", NULL), 200);
    assert_non_null(strstr(response.body, "{\"Path\":\"/data\",\"Kind\":1}"));
    assert_non_null(strstr(response.body, "{\"Path\":\"/tmp/d/l\",\"Kind\":1}"));
    assert_null(strstr(response.body, "kept"));
}

static void test_a_volume_goes_with_its_files(void **state)
{
    (void)state;
    create("c1", "{\"Binds\":[\"v1:/data\"]}");
    put_one("c1", "/data", "kept", TAR_FILE);
    assert_int_equal(ask("DELETE", "/containers/c1", NULL), 204);
    create("c1", "{\"Binds\":[\"v1:/data\"]}");
    get("GET", "c1", "/data/kept");
    assert_string_equal(listed(), "kept=x ");
    assert_int_equal(ask("DELETE", "/containers/c1", NULL), 204);
    assert_int_equal(ask("DELETE", "/volumes/v1", NULL), 204);
    create("c1", "{\"Binds\":[\"v1:/data\"]}");
    get("GET", "c1", "/data/kept");
    refused(404, "Could not find the file /data/kept in container c1");
}

static void test_a_new_volume_has_what_the_image_has(void **state)
{
    (void)state;
    create("c1", "{\"Binds\":[\"v1:/etc\",\"v2:/var:nocopy\",\"/srv:/root\"]}");
    get("GET", "c1", "/etc/passwd");
    assert_non_null(strstr(listed(), "nobody:x:65534"));
    get("GET", "c1", "/etc/network");
    assert_string_equal(listed(), "network/ ");
    get("GET", "c1", "/var");
    assert_string_equal(listed(), "var/ ");
    put_one("c1", "/etc", "mine", TAR_FILE);
    create("c2", "{\"Binds\":[\"v1:/tmp\"]}"); /* once it has something, it stays as it is */
    get("GET", "c2", "/tmp/mine");
    assert_string_equal(listed(), "mine=x ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_tree_goes_in_and_out, set_up, whole_engine_end),
        cmocka_unit_test_setup_teardown(test_stat, set_up, whole_engine_end),
        cmocka_unit_test_setup_teardown(test_into_a_link_and_a_volume, set_up, whole_engine_end),
        cmocka_unit_test_setup_teardown(test_what_may_not_be_written, set_up, whole_engine_end),
        cmocka_unit_test_setup_teardown(test_what_takes_whose_place, set_up, whole_engine_end),
        cmocka_unit_test_setup_teardown(test_export_and_changes, set_up, whole_engine_end),
        cmocka_unit_test_setup_teardown(test_a_new_volume_has_what_the_image_has, set_up, whole_engine_end),
        cmocka_unit_test_setup_teardown(test_a_volume_goes_with_its_files, set_up, whole_engine_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
