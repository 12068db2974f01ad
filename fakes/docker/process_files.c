#include "fakes/docker/process_files_table.h"

#include "fakes/docker/commands.h"

#include <string.h>

enum { LINKS_MAX = 8 };

const struct base_file files_base[] = {
#define FOLDER(path) {path, FILE_FOLDER, ""},
#define REGULAR(path, content) {path, FILE_REGULAR, content},
#define DEVICE(path) {path, FILE_DEVICE, ""},
#include "fakes/docker/base_files.def"
#undef FOLDER
#undef REGULAR
#undef DEVICE
};

const uint32_t files_base_count = sizeof files_base / sizeof files_base[0];

void process_files_init(struct process_files *files, struct pool *pool)
{
    *files = (struct process_files){.pool = pool};
}

const char *files_table_string(struct pool *pool, const char *string)
{
    size_t size = strlen(string) + 1;

    return memcpy(pool_take(pool, size), string, size);
}

void files_table_give_string(struct pool *pool, const char *string)
{
    if (string != NULL) {
        pool_give(pool, (void *)(uintptr_t)string, strlen(string) + 1);
    }
}

void files_table_free_file(struct pool *pool, struct process_file *file)
{
    text_free(pool, &file->content);
    files_table_give_string(pool, file->path);
    files_table_give_string(pool, file->target);
    pool_give(pool, file, sizeof *file);
}

void process_files_free(struct process_files *files)
{
    while (files->first != NULL) {
        struct process_file *file = files->first;

        files->first = file->next;
        files_table_free_file(files->pool, file);
    }
    while (files->mounts != NULL) {
        struct process_mount *mount = files->mounts;

        files->mounts = mount->next;
        files_table_give_string(files->pool, mount->folder);
        pool_give(files->pool, mount, sizeof *mount);
    }
}

void process_files_mount(struct process_files *files, const char *folder, struct process_files *volume, bool read_only)
{
    struct process_mount *mount = pool_take(files->pool, sizeof *mount);

    *mount = (struct process_mount){files->mounts, files_table_string(files->pool, folder), volume, read_only};
    files->mounts = mount;
}

/* ---- where a path lies --------------------------------------------------------------------------------------- */

static bool lies_in(const char *path, const char *folder)
{
    size_t length = strlen(folder);

    if (strcmp(folder, "/") == 0) {
        return path[0] == '/';
    }
    return strncmp(path, folder, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

struct place files_table_place(const struct process_files *files, const char *path)
{
    struct place place = {(struct process_files *)(uintptr_t)files, path, files->read_only, strcmp(path, "/") == 0};
    size_t longest = 0;

    for (const struct process_mount *mount = files->mounts; mount != NULL; mount = mount->next) {
        size_t length = strlen(mount->folder);

        if (length > longest && lies_in(path, mount->folder)) {
            longest = length;
            place = (struct place){mount->files, path[length] == '\0' ? "/" : path + length, mount->read_only,
                                   path[length] == '\0'};
        }
    }
    return place;
}

struct process_file *files_table_entry(const struct process_files *files, const char *path)
{
    for (struct process_file *file = files->first; file != NULL; file = file->next) {
        if (strcmp(file->path, path) == 0) {
            return file;
        }
    }
    return NULL;
}

const struct base_file *files_table_base(const struct process_files *files, const char *path)
{
    for (uint32_t i = 0; !files->is_volume && i < files_base_count; i++) {
        if (strcmp(files_base[i].path, path) == 0) {
            return &files_base[i];
        }
    }
    return NULL;
}

bool files_table_is_base_command(const struct process_files *files, const char *path)
{
    static const char *const folders[] = {"/bin/", "/usr/bin/"};
    uint32_t count = files->is_volume ? 0 : files->is_full ? sizeof folders / sizeof folders[0] : 1;

    for (uint32_t i = 0; i < count; i++) {
        size_t length = strlen(folders[i]);

        if (strncmp(path, folders[i], length) == 0 && command_is_known(path + length)) {
            return files->is_full || strcmp(path + length, "bash") != 0;
        }
    }
    return false;
}

/* Appends what fits; the length then. */
static size_t append(char *text, size_t size, size_t used, const char *more)
{
    size_t length = strlen(more) < size - used - 1 ? strlen(more) : size - used - 1;

    memcpy(text + used, more, length);
    text[used + length] = '\0';
    return used + length;
}

/* What an image's file holds; some name the container. */
void files_table_base_content(const struct process_files *files, const struct base_file *base, char *text, size_t size)
{
    size_t used = 0;
    const char *hostname = files->hostname == NULL ? "localhost" : files->hostname;

    text[0] = '\0';
    if (strcmp(base->path, "/etc/hostname") == 0) {
        used = append(text, size, used, hostname);
        append(text, size, used, "\n");
    } else if (strcmp(base->path, "/etc/hosts") == 0) {
        used = append(text, size, used, "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n");
        if (files->address != NULL) {
            used = append(text, size, used, files->address);
            used = append(text, size, used, "\t");
            used = append(text, size, used, hostname);
            append(text, size, used, "\n");
        }
    } else {
        append(text, size, used, base->content);
    }
}

struct file_status files_table_status(const struct place *place)
{
    const struct process_file *entry = files_table_entry(place->files, place->path);
    const struct base_file *base = files_table_base(place->files, place->path);
    struct file_status status = {.read_only = place->read_only};

    if (entry != NULL) {
        if (entry->change != FILE_DELETED) {
            status.kind = entry->is_folder ? FILE_FOLDER : entry->target != NULL ? FILE_LINK : FILE_REGULAR;
            status.mode = entry->mode;
            status.executable = !entry->is_folder && (entry->mode & MODE_EXECUTE) != 0;
            status.size = entry->size;
            status.mtime_ms = entry->mtime_ms;
            status.target = entry->target;
        }
    } else if (place->is_root) {
        status.kind = FILE_FOLDER;
        status.mode = MODE_FOLDER;
    } else if (base != NULL) {
        char content[BASE_CONTENT_MAX];

        status.kind = base->kind;
        status.mode = base->kind == FILE_FOLDER ? MODE_FOLDER : base->kind == FILE_DEVICE ? MODE_DEVICE : MODE_FILE;
        files_table_base_content(place->files, base, content, sizeof content);
        status.size = strlen(content);
    } else if (files_table_is_base_command(place->files, place->path)) {
        status.kind = FILE_REGULAR;
        status.mode = MODE_FOLDER;
        status.executable = true;
    }
    return status;
}

struct file_status process_files_status(const struct process_files *files, const char *path)
{
    struct place place = files_table_place(files, path);

    return files_table_status(&place);
}

size_t files_table_folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == path ? 1 : (size_t)(slash - path);
}

bool process_files_is_mounted(const struct process_files *files, const char *path)
{
    return files_table_place(files, path).files != files;
}

/* Away with the last part. */
static void cut_part(struct text *path)
{
    size_t length = path->length == 0 ? 0 : files_table_folder_length(text_string(path));

    text_cut(path, length <= 1 ? 0 : length);
}

void process_files_resolve(const struct process_files *files, const char *path, bool last, struct pool *pool,
                           struct text *result)
{
    struct text rest = {0}, after = {0};
    uint32_t at = 0;
    int links = 0;

    text_cut(result, 0);
    text_add_string(pool, &rest, path);
    while (at < rest.length) {
        const char *part = rest.bytes + at;
        size_t length = strcspn(part, "/");

        at += (uint32_t)length;
        if (length == 2 && part[0] == '.' && part[1] == '.') {
            cut_part(result);
        } else if (length > 0 && !(length == 1 && part[0] == '.')) {
            text_add_char(pool, result, '/');
            text_add(pool, result, part, length);
            struct file_status status = process_files_status(files, text_string(result));

            if (status.kind == FILE_LINK && (last || at < rest.length) && links++ < LINKS_MAX) {
                text_cut(&after, 0);
                text_add_string(pool, &after, status.target);
                text_add_string(pool, &after, rest.bytes + at);
                text_cut(&rest, 0);
                text_add_string(pool, &rest, text_string(&after));
                at = 0;
                cut_part(result);
                text_cut(result, status.target[0] == '/' ? 0 : result->length);
                continue;
            }
        }
        at += at < rest.length;
    }
    if (result->length == 0) {
        text_add_char(pool, result, '/');
    }
    text_free(pool, &rest);
    text_free(pool, &after);
}

void process_files_follow(const struct process_files *files, const char *path, struct pool *pool, struct text *result)
{
    process_files_resolve(files, path, true, pool, result);
}
