#include "fakes/docker/tar.h"

#include "core/arena.h"

#include <archive.h>
#include <archive_entry.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { SEEN_MAX = 8, COMPRESSED_MAX = 8192 };

struct seen {
    struct tar_entry entries[SEEN_MAX];
    size_t count, enough;
};

static bool see(void *context, const struct tar_entry *entry)
{
    struct seen *seen = context;

    assert_true(seen->count < SEEN_MAX);
    seen->entries[seen->count++] = *entry;
    return seen->count != seen->enough;
}

static const struct tar_entry sample[] = {
    {.name = "etc/", .kind = TAR_FOLDER, .mode = 0755, .mtime_ms = 1767225600000},
    {.name = "etc/motd", .kind = TAR_FILE, .mode = 0640, .mtime_ms = 1767225601000, .bytes = "hello\n", .length = 6},
    {.name = "etc/empty", .kind = TAR_FILE, .mode = 0644},
    {.name = "m", .kind = TAR_LINK, .mode = 0777, .target = "etc/motd"},
};

static const char *write_sample(struct arena *arena, size_t *length)
{
    struct tar_writer *writer = tar_begin(arena);

    for (size_t i = 0; i < sizeof sample / sizeof sample[0]; i++) {
        tar_add(writer, &sample[i]);
    }
    return tar_end(writer, length);
}

static void check_sample(struct arena *arena, const char *bytes, size_t length)
{
    struct seen seen = {0};

    assert_null(tar_read(arena, bytes, length, see, &seen));
    assert_int_equal(seen.count, sizeof sample / sizeof sample[0]);
    for (size_t i = 0; i < seen.count; i++) {
        assert_string_equal(seen.entries[i].name, sample[i].name);
        assert_int_equal(seen.entries[i].kind, sample[i].kind);
        assert_int_equal(seen.entries[i].mode, sample[i].mode);
        assert_int_equal(seen.entries[i].mtime_ms, sample[i].mtime_ms);
        assert_int_equal(seen.entries[i].length, sample[i].length);
    }
    assert_memory_equal(seen.entries[1].bytes, "hello\n", 6);
    assert_string_equal(seen.entries[3].target, "etc/motd");
}

static void what_is_written_is_read(void **state)
{
    struct arena *arena = *state;
    size_t length = 0;
    const char *bytes = write_sample(arena, &length);

    check_sample(arena, bytes, length);
}

static void the_same_entries_are_the_same_bytes(void **state)
{
    size_t first = 0, second = 0;
    const char *one = write_sample(*state, &first), *other = write_sample(*state, &second);

    assert_int_equal(first, second);
    assert_memory_equal(one, other, first);
}

static void gzip_is_taken_off(void **state)
{
    static char compressed[COMPRESSED_MAX];
    struct arena *arena = *state;
    size_t used = 0, length = 0;
    struct archive *gzip = archive_write_new();
    struct archive_entry *head = archive_entry_new();
    const char *plain = write_sample(arena, &length);

    archive_write_add_filter_gzip(gzip);
    archive_write_set_format_raw(gzip);
    assert_int_equal(archive_write_open_memory(gzip, compressed, sizeof compressed, &used), ARCHIVE_OK);
    archive_entry_set_filetype(head, AE_IFREG);
    archive_write_header(gzip, head);
    archive_write_data(gzip, plain, length);
    archive_write_free(gzip);
    archive_entry_free(head);
    assert_true(used < length);
    check_sample(arena, compressed, used);
}

static void a_visitor_that_has_enough_sees_no_more(void **state)
{
    struct seen seen = {.enough = 2};
    size_t length = 0;
    const char *bytes = write_sample(*state, &length);

    assert_null(tar_read(*state, bytes, length, see, &seen));
    assert_int_equal(seen.count, 2);
}

static void what_is_cut_or_no_archive_is_refused(void **state)
{
    struct seen seen = {0};
    size_t length = 0;
    const char *bytes = write_sample(*state, &length);

    assert_non_null(tar_read(*state, bytes, 512 + 512 + 3, see, &seen));
    assert_int_equal(seen.count, 1);
    assert_non_null(tar_read(*state, "no archive at all", 17, see, &seen));
    assert_null(tar_read(*state, NULL, 0, see, &seen));
    assert_int_equal(seen.count, 1);
}

static void json_is_found_by_its_name(void **state)
{
    struct tar_writer *writer = tar_begin(*state);
    size_t length = 0;

    tar_add(writer, &(struct tar_entry){.name = "a", .kind = TAR_FILE, .bytes = "{", .length = 1});
    tar_add(writer, &(struct tar_entry){.name = "b", .kind = TAR_FILE, .bytes = "{\"x\": 1}", .length = 8});
    const char *bytes = tar_end(writer, &length);

    assert_null(tar_json(*state, bytes, length, "a"));
    assert_int_equal((int)value_get_number(tar_json(*state, bytes, length, "b"), "x", 0), 1);
    assert_null(tar_json(*state, bytes, length, "c"));
}

static int new_arena(void **state)
{
    static struct arena arena;

    arena_init(&arena, arena_source_malloc());
    *state = &arena;
    return 0;
}

static int end_arena(void **state)
{
    arena_reset(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(the_same_entries_are_the_same_bytes),
        cmocka_unit_test(gzip_is_taken_off),
        cmocka_unit_test(a_visitor_that_has_enough_sees_no_more),
        cmocka_unit_test(what_is_cut_or_no_archive_is_refused),
        cmocka_unit_test(json_is_found_by_its_name),
    };

    return cmocka_run_group_tests(tests, new_arena, end_arena);
}
