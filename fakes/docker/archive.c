/* Files of a container, in and out: HEAD, GET, PUT /containers/{id}/archive, GET /containers/{id}/export.
 *
 * moby daemon/archive.go, pkg/archive. Of a file that is longer than FILE_MAX only so much is read. */
#include "fakes/docker/archive.h"
#include "fakes/docker/handlers.h"
#include "fakes/docker/tar.h"
#include "fakes/world.h"

#include <openssl/evp.h>
#include <string.h>

enum {
    FILE_MAX = 64 << 20,
    FOLDER_SIZE = 4096, /* as overlay2 on ext4 says */
    PERMISSIONS = 0777,
    /* bits of Unix and of Go's os.FileMode */
    UNIX_SETUID = 04000,
    UNIX_SETGID = 02000,
    UNIX_STICKY = 01000,
    GO_SETUID = 1 << 23,
    GO_SETGID = 1 << 22,
    GO_STICKY = 1 << 20,
    GO_SYMLINK = 1 << 27,
    BASE64_IN = 3,
    BASE64_OUT = 4,
};

#define GO_FOLDER (1U << 31)

/* ---- out
 * -------------------------------------------------------------------------------------------------------------------
 */

static uint32_t go_mode(const struct file_status *status)
{
    static const struct {
        uint32_t unix_bit, go_bit;
    } bits[] = {{UNIX_SETUID, GO_SETUID}, {UNIX_SETGID, GO_SETGID}, {UNIX_STICKY, GO_STICKY}};
    uint32_t mode = status->mode & PERMISSIONS;

    for (size_t i = 0; i < sizeof bits / sizeof bits[0]; i++) {
        mode |= (status->mode & bits[i].unix_bit) != 0 ? bits[i].go_bit : 0;
    }
    mode |= status->kind == FILE_FOLDER ? GO_FOLDER : 0;
    mode |= status->kind == FILE_LINK ? GO_SYMLINK : 0;
    return mode;
}

/* The header X-Docker-Container-Path-Stat: JSON as base64. */
static const char *path_stat(struct docker_request *request, const struct archive_spot *spot)
{
    struct arena *arena = request->answers;
    const struct file_status *status = &spot->status;
    double size = status->kind == FILE_FOLDER ? FOLDER_SIZE : (double)status->size;
    const char *target = status->kind == FILE_LINK ? archive_resolved(request, spot->files, spot->path, true) : "";
    const char *time = status->mtime_ms == 0 ? "1970-01-01T00:00:00Z" : docker_time(arena, status->mtime_ms);
    const char *json =
        value_json(arena, OBJECT(arena, {"name", value_string(arena, spot->base)}, {"size", value_number(arena, size)},
                                 {"mode", value_number(arena, go_mode(status))}, {"mtime", value_string(arena, time)},
                                 {"linkTarget", value_string(arena, target)}));
    char *text = arena_alloc(arena, (strlen(json) / BASE64_IN + 1) * BASE64_OUT + 1);

    (void)EVP_EncodeBlock((unsigned char *)text, (const unsigned char *)json, (int)strlen(json));
    return text;
}

struct packing {
    struct docker_request *request;
    const struct process_files *files;
    struct tar_writer *writer;
};

static void pack_file(const struct packing *packing, const char *path, const char *name,
                      const struct file_status *status)
{
    struct arena *arena = packing->request->answers;
    struct tar_entry entry = {.name = name, .mode = status->mode, .mtime_ms = status->mtime_ms};

    if (status->kind == FILE_LINK) {
        entry.kind = TAR_LINK;
        entry.target = status->target;
    } else {
        size_t length = status->size < FILE_MAX ? (size_t)status->size : FILE_MAX;
        char *bytes = arena_alloc(arena, length + 1);

        entry.kind = TAR_FILE;
        entry.bytes = bytes;
        entry.length = process_files_read(packing->files, path, 0, bytes, length);
    }
    tar_add(packing->writer, &entry);
}

/* What is at a path, as `name` (a folder's ends in a slash; "": the root, which is not written), and what is in it. */
static void pack(const struct packing *packing, const char *path, const char *name)
{
    struct arena *arena = packing->request->answers;
    struct pool *pool = &packing->request->engine->whole->pool;
    const struct file_status status = process_files_status(packing->files, path);
    struct text names = {0};

    if (status.kind == FILE_NONE || archive_is_of_kernel(path, &status)) {
        return;
    }
    if (status.kind != FILE_FOLDER) {
        pack_file(packing, path, name, &status);
        return;
    }
    if (name[0] != '\0') {
        tar_add(
            packing->writer,
            &(struct tar_entry){.name = name, .kind = TAR_FOLDER, .mode = status.mode, .mtime_ms = status.mtime_ms});
    }
    process_files_names(packing->files, path, pool, &names);
    for (uint32_t at = 0; at < names.length; at = text_next_string(&names, at)) {
        const char *inner = arena_printf(arena, "%s/%s", path[1] == '\0' ? "" : path, names.bytes + at);
        bool folder = process_files_status(packing->files, inner).kind == FILE_FOLDER;

        // NOLINTNEXTLINE(misc-no-recursion): as deep as the tree
        pack(packing, inner, arena_printf(arena, "%s%s%s", name, names.bytes + at, folder ? "/" : ""));
    }
    text_free(pool, &names);
}

static void answer_archive(struct docker_request *request, const struct process_files *files, const char *path,
                           const char *name, const char *type)
{
    const struct packing packing = {request, files, tar_begin(request->answers)};

    pack(&packing, path, name);
    request->reply->text = tar_end(packing.writer, &request->reply->text_length);
    request->reply->content_type = type;
}

void docker_container_archive_stat(struct docker_request *request)
{
    struct archive_spot spot;

    if (archive_find(request, false, &spot)) {
        request->reply->path_stat = path_stat(request, &spot);
    }
}

void docker_container_archive_get(struct docker_request *request)
{
    struct archive_spot spot;

    if (!archive_find(request, false, &spot)) {
        return;
    }
    bool folder = spot.status.kind == FILE_FOLDER && strcmp(spot.base, "/") != 0;

    request->reply->path_stat = path_stat(request, &spot);
    answer_archive(request, spot.files, spot.path,
                   folder ? arena_printf(request->answers, "%s/", spot.base) : spot.base, "application/x-tar");
    docker_event_of_container(request->engine, spot.container, "archive-path", NULL);
}

void docker_container_export(struct docker_request *request)
{
    struct container *container = docker_find_container(request);

    if (container != NULL) {
        struct process_files own = *container_files(request->engine, container);

        own.mounts = NULL;
        answer_archive(request, &own, "/", "", "application/octet-stream");
        docker_event_of_container(request->engine, container, "export", NULL);
    }
}

/* ---- in
 * -------------------------------------------------------------------------------------------------------------------
 */

struct unpacking {
    struct docker_request *request;
    const struct archive_spot *spot;
    bool keeps_kinds;  /* a folder takes no file's place, nor a file a folder's */
    const char *wrong; /* NULL: nothing was */
};

/* The folders above a path. */
static file_error make_above(const struct unpacking *unpacking, const char *path)
{
    int64_t now_ms = unpacking->request->engine->world->now_ms;
    char *above = arena_string(unpacking->request->answers, path);
    file_error error = 0;

    for (char *slash = strchr(above + 1, '/'); slash != NULL && error == 0; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (process_files_status(unpacking->spot->files, above).kind == FILE_NONE) {
            error = process_files_mkdir(unpacking->spot->files, above, now_ms);
        }
        *slash = '/';
    }
    return error;
}

static file_error write_entry(struct process_files *files, const char *path, const struct tar_entry *entry)
{
    if (entry->kind == TAR_OTHER) { /* there is none of these here */
        return 0;
    }
    bool there = process_files_status(files, path).kind == FILE_FOLDER && entry->kind == TAR_FOLDER;
    file_error error = there || process_files_status(files, path).kind == FILE_NONE
                           ? 0
                           : process_files_remove_tree(files, path, entry->mtime_ms);

    if (error != 0) {
        return error;
    }
    switch (entry->kind) {
    case TAR_FOLDER:
        error = there ? 0 : process_files_mkdir(files, path, entry->mtime_ms);
        break;
    case TAR_LINK:
        return process_files_link(files, path, entry->target, entry->mtime_ms);
    case TAR_FILE:
        error = process_files_write(files, path, 0, entry->bytes, entry->length, entry->mtime_ms);
        break;
    case TAR_OTHER:
        break;
    }
    return error != 0 ? error : process_files_chmod(files, path, entry->mode, entry->mtime_ms);
}

/* Why an entry cannot take its place; NULL: it can. */
static const char *misfit(const struct unpacking *unpacking, const char *path, const struct tar_entry *entry)
{
    const struct archive_spot *spot = unpacking->spot;
    enum file_kind kind = process_files_status(spot->files, path).kind;
    bool was_folder = kind == FILE_FOLDER, is_folder = entry->kind == TAR_FOLDER;

    if (!unpacking->keeps_kinds || kind == FILE_NONE || was_folder == is_folder) {
        return NULL;
    }
    return arena_printf(unpacking->request->answers, "cannot overwrite %s \"%s\" with %s \"%s\"",
                        was_folder ? "directory" : "non-directory", path, is_folder ? "directory" : "non-directory",
                        spot->path);
}

/* Whether a name leads out of where it is unpacked. */
static bool leads_out(const char *name)
{
    int depth = 0;

    while (*name != '\0' && depth >= 0) {
        size_t length = strcspn(name, "/");

        if (length == 2 && name[0] == '.' && name[1] == '.') {
            depth--;
        } else if (length > 0 && !(length == 1 && name[0] == '.')) {
            depth++;
        }
        name += length + (name[length] == '/');
    }
    return depth < 0;
}

/* A path inside what is unpacked, without `.`, `..` and double slashes; links are not looked at. */
static const char *clean(struct docker_request *request, const char *path)
{
    const struct process_files nothing = {.pool = &request->engine->whole->pool, .is_volume = true};

    return archive_resolved(request, &nothing, path, false);
}

/* Whether a link's target, seen from the link, is told with a path that leads out of where it is unpacked. */
static bool points_out(struct docker_request *request, const char *path, const char *target, const char *folder)
{
    const char *joined =
        clean(request, arena_printf(request->answers, "%.*s/%s", (int)(strrchr(path, '/') - path), path, target));

    return strncmp(joined, folder, strlen(folder)) != 0;
}

static bool unpack(void *context, const struct tar_entry *entry)
{
    struct unpacking *unpacking = context;
    struct docker_request *request = unpacking->request;
    const struct archive_spot *spot = unpacking->spot;
    struct arena *arena = request->answers;

    if (leads_out(entry->name)) {
        unpacking->wrong = arena_printf(arena, "\"%s\" is outside of \"%s\"", entry->name, spot->path);
        return false;
    }
    const char *inner = clean(request, arena_printf(arena, "/%s", entry->name));
    const char *path = arena_printf(arena, "%s%s", spot->path[1] == '\0' ? "" : spot->path, inner);

    if (inner[1] == '\0') { /* the folder itself */
        return true;
    }
    unpacking->wrong = misfit(unpacking, path, entry);
    if (entry->kind == TAR_LINK && points_out(request, path, entry->target, spot->path)) {
        unpacking->wrong = arena_printf(arena, "invalid symlink \"%s\" -> \"%s\"", path, entry->target);
    }
    if (unpacking->wrong == NULL) {
        file_error error = make_above(unpacking, path);

        error = error != 0 ? error : write_entry(spot->files, path, entry);
        unpacking->wrong = error == 0 ? NULL : arena_printf(arena, "%s: %s", path, strerror(error));
    }
    return unpacking->wrong == NULL;
}

/* Why nothing may be written there; NULL: it may. */
static const char *read_only_reason(const struct archive_spot *spot)
{
    if (!spot->status.read_only) {
        return NULL;
    }
    return process_files_is_mounted(spot->files, spot->path) ? "mounted volume is marked read-only"
                                                             : "container rootfs is marked read-only";
}

void docker_container_archive_put(struct docker_request *request)
{
    struct pool *pool = &request->engine->whole->pool;
    const struct value *body = value_get(request->effect->args, "body");
    struct archive_spot spot;
    bool overrun = pool->overrun;

    if (!archive_find(request, true, &spot)) {
        return;
    }
    if (spot.status.kind != FILE_FOLDER) {
        archive_refuse(request, 500, "extraction point is not a directory");
        return;
    }
    if (read_only_reason(&spot) != NULL) {
        archive_refuse(request, 500, read_only_reason(&spot));
        return;
    }
    struct unpacking unpacking = {request, &spot, docker_flag(request, "noOverwriteDirNonDir"), NULL};
    const char *unreadable =
        body == NULL ? NULL : tar_read(request->answers, body->string, body->count, unpack, &unpacking);

    pool->overrun = overrun;
    if (unpacking.wrong != NULL || unreadable != NULL) {
        archive_refuse(request, 500,
                       arena_printf(request->answers, "Error processing tar file(exit status 1): %s",
                                    unpacking.wrong != NULL ? unpacking.wrong : "unexpected EOF"));
        return;
    }
    docker_event_of_container(request->engine, spot.container, "extract-to-dir", NULL);
}
