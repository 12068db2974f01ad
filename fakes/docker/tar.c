#include "fakes/docker/tar.h"

#include "core/heap.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>

enum {
    MS_PER_SECOND = 1000,
    NS_PER_MS = 1000000,
    PERMISSIONS = 07777,
    FIRST_ROOM = 10240, /* a tar's smallest record */
};

/* No memory is told from everything else that can be wrong with an archive. */
static int checked(struct archive *archive, int status)
{
    if (status != ARCHIVE_OK && status != ARCHIVE_EOF && archive_errno(archive) == ENOMEM) {
        heap_is_out();
    }
    return status;
}

/* ---- reading
 * -------------------------------------------------------------------------------------------------------------------
 */

static enum tar_kind kind_of(struct archive_entry *entry)
{
    if (archive_entry_hardlink(entry) != NULL) {
        return TAR_OTHER;
    }
    switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
        return TAR_FILE;
    case AE_IFDIR:
        return TAR_FOLDER;
    case AE_IFLNK:
        return TAR_LINK;
    default:
        return TAR_OTHER;
    }
}

static struct archive *open_archive(const char *bytes, size_t length)
{
    struct archive *archive = archive_read_new();

    if (archive == NULL || archive_read_support_filter_gzip(archive) == ARCHIVE_FATAL ||
        archive_read_support_filter_bzip2(archive) == ARCHIVE_FATAL ||
        archive_read_support_filter_xz(archive) == ARCHIVE_FATAL ||
        archive_read_support_filter_zstd(archive) == ARCHIVE_FATAL ||
        archive_read_support_format_tar(archive) != ARCHIVE_OK ||
        archive_read_support_format_empty(archive) != ARCHIVE_OK) {
        heap_is_out(); /* nothing else can be the matter */
    }
    /* another error stays with it */
    (void)checked(archive, archive_read_open_memory(archive, bytes == NULL ? "" : bytes, length));
    return archive;
}

/* Its content: at most what the archive could hold, so that a head that claims more costs nothing. */
static bool read_content(struct archive *archive, struct arena *arena, struct tar_entry *entry)
{
    const void *block = NULL;
    size_t size = 0, room = 0;
    la_int64_t offset = 0;
    char *content = NULL;
    int status = checked(archive, archive_read_data_block(archive, &block, &size, &offset));

    for (; status == ARCHIVE_OK; status = checked(archive, archive_read_data_block(archive, &block, &size, &offset))) {
        size_t end = (size_t)offset + size;

        if (end > room) {
            char *grown = arena_alloc(arena, 2 * end);

            if (entry->length > 0) {
                memcpy(grown, content, entry->length);
            }
            content = grown;
            room = 2 * end;
        }
        if (size > 0) {
            memcpy(content + offset, block, size);
        }
        entry->length = end > entry->length ? end : entry->length;
    }
    entry->bytes = content == NULL ? "" : content;
    return status == ARCHIVE_EOF;
}

static struct tar_entry entry_of(struct arena *arena, struct archive_entry *head)
{
    const char *name = archive_entry_pathname(head), *target = archive_entry_symlink(head);

    return (struct tar_entry){
        .name = arena_string(arena, name == NULL ? "" : name),
        .kind = kind_of(head),
        .mode = archive_entry_perm(head),
        .mtime_ms =
            (int64_t)archive_entry_mtime(head) * MS_PER_SECOND + (int64_t)archive_entry_mtime_nsec(head) / NS_PER_MS,
        .target = target == NULL ? NULL : arena_string(arena, target),
    };
}

const char *tar_read(struct arena *arena, const char *bytes, size_t length, tar_visitor *visit, void *context)
{
    struct archive *archive = open_archive(bytes, length);
    struct archive_entry *head = NULL;
    const char *wrong = NULL;

    int status = checked(archive, archive_read_next_header(archive, &head));

    while (status == ARCHIVE_OK || status == ARCHIVE_WARN) {
        struct tar_entry entry = entry_of(arena, head);

        if (!read_content(archive, arena, &entry)) {
            status = ARCHIVE_FATAL;
        } else {
            status = visit(context, &entry) ? checked(archive, archive_read_next_header(archive, &head)) : ARCHIVE_EOF;
        }
    }
    if (status != ARCHIVE_EOF) {
        const char *text = archive_error_string(archive);

        wrong = arena_string(arena, text == NULL ? "no tar archive" : text);
    }
    (void)archive_read_free(archive);
    return wrong;
}

struct wanted {
    const char *name;
    struct tar_entry found;
};

static bool find(void *context, const struct tar_entry *entry)
{
    struct wanted *wanted = context;

    if (entry->kind != TAR_FILE || strcmp(entry->name, wanted->name) != 0) {
        return true;
    }
    wanted->found = *entry;
    return false;
}

const struct value *tar_json(struct arena *arena, const char *bytes, size_t length, const char *name)
{
    struct wanted wanted = {.name = name};

    (void)tar_read(arena, bytes, length, find, &wanted);
    return wanted.found.bytes == NULL ? NULL : value_parse(arena, wanted.found.bytes, wanted.found.length);
}

/* ---- writing
 * -------------------------------------------------------------------------------------------------------------------
 */

struct tar_writer {
    struct arena *arena;
    struct archive *archive;
    struct archive_entry *head;
    char *bytes;
    size_t length, room;
};

static la_ssize_t append(struct archive *archive, void *context, const void *bytes, size_t length)
{
    struct tar_writer *writer = context;

    (void)archive;
    if (writer->length + length > writer->room) {
        size_t room = writer->room == 0 ? FIRST_ROOM : writer->room;

        while (writer->length + length > room) {
            room *= 2;
        }
        char *grown = arena_alloc(writer->arena, room);

        if (writer->length > 0) {
            memcpy(grown, writer->bytes, writer->length);
        }
        writer->bytes = grown;
        writer->room = room;
    }
    memcpy(writer->bytes + writer->length, bytes, length);
    writer->length += length;
    return (la_ssize_t)length;
}

struct tar_writer *tar_begin(struct arena *arena)
{
    struct tar_writer *writer = arena_alloc(arena, sizeof *writer);

    *writer = (struct tar_writer){
        .arena = arena, .archive = archive_write_new(), .head = archive_entry_new(), .bytes = arena_alloc(arena, 1)};
    if (writer->archive == NULL || writer->head == NULL ||
        archive_write_set_format_pax_restricted(writer->archive) != ARCHIVE_OK ||
        archive_write_set_bytes_in_last_block(writer->archive, 1) != ARCHIVE_OK ||
        archive_write_open(writer->archive, writer, NULL, append, NULL) != ARCHIVE_OK) {
        heap_is_out(); /* nothing else can be the matter */
    }
    return writer;
}

static const unsigned types[] = {[TAR_FILE] = AE_IFREG, [TAR_FOLDER] = AE_IFDIR, [TAR_LINK] = AE_IFLNK};

void tar_add(struct tar_writer *writer, const struct tar_entry *entry)
{
    struct archive_entry *head = writer->head;

    (void)archive_entry_clear(head);
    archive_entry_set_pathname(head, entry->name);
    archive_entry_set_filetype(head, types[entry->kind]);
    archive_entry_set_perm(head, (mode_t)(entry->mode & PERMISSIONS));
    archive_entry_set_mtime(head, entry->mtime_ms / MS_PER_SECOND, entry->mtime_ms % MS_PER_SECOND * NS_PER_MS);
    archive_entry_set_size(head, entry->kind == TAR_FILE ? (la_int64_t)entry->length : 0);
    if (entry->kind == TAR_LINK) {
        archive_entry_set_symlink(head, entry->target);
    }
    (void)checked(writer->archive, archive_write_header(writer->archive, head));
    if (entry->kind == TAR_FILE && entry->length > 0) {
        if (archive_write_data(writer->archive, entry->bytes, entry->length) < 0) {
            (void)checked(writer->archive, ARCHIVE_FATAL);
        }
    }
}

const char *tar_end(struct tar_writer *writer, size_t *length)
{
    (void)checked(writer->archive, archive_write_close(writer->archive));
    (void)archive_write_free(writer->archive);
    archive_entry_free(writer->head);
    *length = writer->length;
    return writer->bytes;
}
