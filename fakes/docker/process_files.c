#include "fakes/docker/process_files.h"

#include "fakes/docker/commands.h"

#include <errno.h>
#include <string.h>

enum { MODE_FOLDER = 0755, MODE_FILE = 0644, MODE_DEVICE = 0666, MODE_LINK = 0777, MODE_EXECUTE = 0111, LINKS_MAX = 8 };

struct base_file {
    const char *path;
    enum file_kind kind;
    const char *content;
};

static const struct base_file base_files[] = {
#define FOLDER(path) {path, FILE_FOLDER, ""},
#define REGULAR(path, content) {path, FILE_REGULAR, content},
#define DEVICE(path) {path, FILE_DEVICE, ""},
#include "fakes/docker/base_files.def"
#undef FOLDER
#undef REGULAR
#undef DEVICE
};

enum { BASE_FILE_COUNT = sizeof base_files / sizeof base_files[0] };

static const char bin_folder[] = "/bin/";

void process_files_init(struct process_files *files, struct pool *pool)
{
    *files = (struct process_files){.pool = pool};
}

static const char *pool_string(struct pool *pool, const char *string)
{
    size_t size = strlen(string) + 1;

    return memcpy(pool_take(pool, size), string, size);
}

static void give_string(struct pool *pool, const char *string)
{
    if (string != NULL) {
        pool_give(pool, (void *)(uintptr_t)string, strlen(string) + 1);
    }
}

static void free_file(struct pool *pool, struct process_file *file)
{
    text_free(pool, &file->content);
    give_string(pool, file->path);
    give_string(pool, file->target);
    pool_give(pool, file, sizeof *file);
}

void process_files_free(struct process_files *files)
{
    while (files->first != NULL) {
        struct process_file *file = files->first;

        files->first = file->next;
        free_file(files->pool, file);
    }
    while (files->mounts != NULL) {
        struct process_mount *mount = files->mounts;

        files->mounts = mount->next;
        give_string(files->pool, mount->folder);
        pool_give(files->pool, mount, sizeof *mount);
    }
}

void process_files_mount(struct process_files *files, const char *folder, struct process_files *volume, bool read_only)
{
    struct process_mount *mount = pool_take(files->pool, sizeof *mount);

    *mount = (struct process_mount){files->mounts, pool_string(files->pool, folder), volume, read_only};
    files->mounts = mount;
}

/* ---- where a path lies ------------------------------------------------------------------------------------------ */

struct place {
    struct process_files *files;
    const char *path; /* in that table */
    bool read_only;
    bool is_root; /* of what is mounted */
};

static bool lies_in(const char *path, const char *folder)
{
    size_t length = strlen(folder);

    if (strcmp(folder, "/") == 0) {
        return path[0] == '/';
    }
    return strncmp(path, folder, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

static struct place place_of(const struct process_files *files, const char *path)
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

static struct process_file *entry_of(const struct process_files *files, const char *path)
{
    for (struct process_file *file = files->first; file != NULL; file = file->next) {
        if (strcmp(file->path, path) == 0) {
            return file;
        }
    }
    return NULL;
}

static const struct base_file *base_of(const struct process_files *files, const char *path)
{
    for (uint32_t i = 0; !files->is_volume && i < BASE_FILE_COUNT; i++) {
        if (strcmp(base_files[i].path, path) == 0) {
            return &base_files[i];
        }
    }
    return NULL;
}

static bool is_base_command(const struct process_files *files, const char *path)
{
    size_t length = sizeof bin_folder - 1;

    return !files->is_volume && strncmp(path, bin_folder, length) == 0 && command_is_known(path + length);
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
static void base_content(const struct process_files *files, const struct base_file *base, char *text, size_t size)
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

enum { BASE_CONTENT_MAX = 1024 };

static struct file_status status_in(const struct place *place)
{
    const struct process_file *entry = entry_of(place->files, place->path);
    const struct base_file *base = base_of(place->files, place->path);
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
        base_content(place->files, base, content, sizeof content);
        status.size = strlen(content);
    } else if (is_base_command(place->files, place->path)) {
        status.kind = FILE_REGULAR;
        status.mode = MODE_FOLDER;
        status.executable = true;
    }
    return status;
}

struct file_status process_files_status(const struct process_files *files, const char *path)
{
    struct place place = place_of(files, path);

    return status_in(&place);
}

static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == path ? 1 : (size_t)(slash - path);
}

void process_files_follow(const struct process_files *files, const char *path, struct pool *pool, struct text *result)
{
    text_cut(result, 0);
    text_add_string(pool, result, path);
    for (int i = 0; i < LINKS_MAX; i++) {
        struct file_status status = process_files_status(files, text_string(result));

        if (status.kind != FILE_LINK) {
            return;
        }
        if (status.target[0] == '/') {
            text_cut(result, 0);
        } else {
            size_t length = folder_length(text_string(result));

            text_cut(result, length == 1 ? 0 : length);
            text_add_char(pool, result, '/');
        }
        text_add_string(pool, result, status.target);
    }
}

/* ---- changes ---------------------------------------------------------------------------------------------------- */

static struct process_file *add_entry(struct process_files *files, const char *path)
{
    struct process_file *entry = pool_take(files->pool, sizeof *entry);
    struct process_file **link = &files->first;

    while (*link != NULL && strcmp((*link)->path, path) < 0) {
        link = &(*link)->next;
    }
    entry->path = pool_string(files->pool, path);
    entry->next = *link;
    *link = entry;
    return entry;
}

/* The parent must be a folder of the same table that may be written. */
static file_error check_parent(const struct place *place)
{
    char parent[BASE_CONTENT_MAX];
    size_t length = folder_length(place->path);

    if (length >= sizeof parent) {
        return ENAMETOOLONG;
    }
    memcpy(parent, place->path, length);
    parent[length] = '\0';
    struct place above = {place->files, parent, place->read_only, length == 1 && place->files->is_volume};
    struct file_status status = status_in(&above);

    if (status.kind == FILE_NONE) {
        return ENOENT;
    }
    if (status.kind != FILE_FOLDER) {
        return ENOTDIR;
    }
    return place->read_only ? EROFS : 0;
}

static file_error create(struct process_files *files, const char *path, bool is_folder, int64_t now_ms,
                         struct process_file **created)
{
    struct place place = place_of(files, path);
    file_error error = place.is_root ? EEXIST : check_parent(&place);
    struct process_file *entry = entry_of(place.files, place.path);

    if (error != 0) {
        return error;
    }
    if (entry == NULL) {
        entry = add_entry(place.files, place.path);
        entry->change = FILE_ADDED;
    } else {
        entry->change = FILE_MODIFIED; /* deleted, and here again */
    }
    entry->is_folder = is_folder;
    entry->mode = is_folder ? MODE_FOLDER : MODE_FILE;
    entry->size = 0;
    entry->mtime_ms = now_ms;
    text_free(place.files->pool, &entry->content);
    *created = entry;
    return 0;
}

/* The entry of what exists, made from what the image brought where there is none. */
static struct process_file *entry_to_change(struct process_files *files, const char *path, int64_t now_ms)
{
    struct place place = place_of(files, path);
    struct process_file *entry = entry_of(place.files, place.path);
    const struct base_file *base = base_of(place.files, place.path);

    if (entry == NULL) {
        struct file_status status = status_in(&place);

        entry = add_entry(place.files, place.path);
        entry->change = FILE_MODIFIED;
        entry->is_folder = status.kind == FILE_FOLDER;
        entry->mode = status.mode;
        if (base != NULL && base->kind == FILE_REGULAR) {
            char content[BASE_CONTENT_MAX];

            base_content(place.files, base, content, sizeof content);
            text_add_string(place.files->pool, &entry->content, content);
            entry->size = entry->content.length;
        }
    }
    entry->mtime_ms = now_ms;
    return entry;
}

file_error process_files_mkdir(struct process_files *files, const char *path, int64_t now_ms)
{
    struct process_file *created;

    if (process_files_status(files, path).kind != FILE_NONE) {
        return EEXIST;
    }
    return create(files, path, true, now_ms, &created);
}

file_error process_files_touch(struct process_files *files, const char *path, int64_t now_ms)
{
    struct file_status status = process_files_status(files, path);
    struct process_file *created;

    if (status.kind == FILE_NONE) {
        return create(files, path, false, now_ms, &created);
    }
    if (status.kind != FILE_DEVICE) {
        if (status.read_only) {
            return EROFS;
        }
        (void)entry_to_change(files, path, now_ms);
    }
    return 0;
}

static file_error check_writable(const struct file_status *status)
{
    return status->kind == FILE_FOLDER ? EISDIR : status->read_only ? EROFS : 0;
}

file_error process_files_truncate(struct process_files *files, const char *path, int64_t now_ms)
{
    struct file_status status = process_files_status(files, path);
    struct process_file *entry;

    if (status.kind == FILE_NONE) {
        return create(files, path, false, now_ms, &entry);
    }
    if (status.kind == FILE_DEVICE) {
        return 0;
    }
    file_error error = check_writable(&status);

    if (error == 0) {
        entry = entry_to_change(files, path, now_ms);
        text_free(place_of(files, path).files->pool, &entry->content);
        entry->size = 0;
    }
    return error;
}

file_error process_files_write(struct process_files *files, const char *path, uint64_t offset, const char *bytes,
                               size_t length, int64_t now_ms)
{
    struct file_status status = process_files_status(files, path);
    struct process_file *entry;
    file_error error = status.kind == FILE_NONE ? create(files, path, false, now_ms, &entry) : check_writable(&status);

    if (error != 0 || status.kind == FILE_DEVICE) {
        return error;
    }
    entry = entry_to_change(files, path, now_ms);
    struct pool *pool = place_of(files, path).files->pool;

    if (bytes != NULL) {
        while (entry->content.length < offset && !pool->overrun) {
            text_add_char(pool, &entry->content, '\0');
        }
        for (size_t i = 0; i < length && !pool->overrun; i++) {
            if (offset + i < entry->content.length) {
                entry->content.bytes[offset + i] = bytes[i];
            } else {
                text_add(pool, &entry->content, bytes + i, length - i);
                break;
            }
        }
    }
    entry->size = offset + length > entry->size ? offset + length : entry->size;
    return 0;
}

size_t process_files_read(const struct process_files *files, const char *path, uint64_t offset, char *bytes,
                          size_t length)
{
    struct place place = place_of(files, path);
    const struct process_file *entry = entry_of(place.files, place.path);
    const struct base_file *base = base_of(place.files, place.path);
    char content[BASE_CONTENT_MAX];
    const char *held = content;
    uint64_t size = 0;
    uint64_t held_length = 0;

    if (entry != NULL) {
        held = text_string(&entry->content);
        held_length = entry->content.length;
        size = entry->change == FILE_DELETED ? 0 : entry->size;
    } else if (base != NULL) {
        base_content(place.files, base, content, sizeof content);
        held_length = size = strlen(content);
    }
    if (offset >= size) {
        return 0;
    }
    length = length < size - offset ? length : (size_t)(size - offset);
    memset(bytes, 0, length);
    if (offset < held_length) {
        memcpy(bytes, held + offset, length < held_length - offset ? length : (size_t)(held_length - offset));
    }
    return length;
}

file_error process_files_link(struct process_files *files, const char *path, const char *target, int64_t now_ms)
{
    struct process_file *entry;

    if (process_files_status(files, path).kind != FILE_NONE) {
        return EEXIST;
    }
    file_error error = create(files, path, false, now_ms, &entry);

    if (error == 0) {
        entry->mode = MODE_LINK;
        entry->target = pool_string(place_of(files, path).files->pool, target);
        entry->size = strlen(target);
    }
    return error;
}

file_error process_files_chmod(struct process_files *files, const char *path, uint32_t mode, int64_t now_ms)
{
    struct file_status status = process_files_status(files, path);

    if (status.kind == FILE_NONE) {
        return ENOENT;
    }
    if (status.read_only) {
        return EROFS;
    }
    entry_to_change(files, path, now_ms)->mode = mode;
    return 0;
}

static void remove_one(const struct place *place, int64_t now_ms)
{
    struct process_file **link = &place->files->first;

    while (*link != NULL && strcmp((*link)->path, place->path) != 0) {
        link = &(*link)->next;
    }
    if (*link != NULL) {
        struct process_file *entry = *link;

        *link = entry->next;
        free_file(place->files->pool, entry);
    }
    if (base_of(place->files, place->path) != NULL || is_base_command(place->files, place->path)) {
        struct process_file *entry = add_entry(place->files, place->path);

        entry->change = FILE_DELETED;
        entry->mtime_ms = now_ms;
    }
}

file_error process_files_remove(struct process_files *files, const char *path, int64_t now_ms)
{
    struct place place = place_of(files, path);
    struct file_status status = status_in(&place);

    if (status.kind == FILE_NONE) {
        return ENOENT;
    }
    if (place.is_root) {
        return EBUSY;
    }
    if (status.read_only) {
        return EROFS;
    }
    if (status.kind == FILE_FOLDER) {
        struct text names = {0};
        bool is_empty;

        process_files_names(files, path, files->pool, &names);
        is_empty = names.length == 0;
        text_free(files->pool, &names);
        if (!is_empty) {
            return ENOTEMPTY;
        }
    }
    remove_one(&place, now_ms);
    return 0;
}

file_error process_files_remove_tree(struct process_files *files, const char *path, int64_t now_ms)
{
    file_error error = process_files_remove(files, path, now_ms);

    if (error != ENOTEMPTY) {
        return error;
    }
    struct text names = {0};
    struct text inner = {0};

    process_files_names(files, path, files->pool, &names);
    error = 0;
    for (uint32_t at = 0; at < names.length && error == 0; at = text_next_string(&names, at)) {
        text_cut(&inner, 0);
        text_printf(files->pool, &inner, "%s/%s", strcmp(path, "/") == 0 ? "" : path, names.bytes + at);
        error = process_files_remove_tree(files, inner.bytes, now_ms); // NOLINT(misc-no-recursion): as deep as the tree
    }
    text_free(files->pool, &names);
    text_free(files->pool, &inner);
    return error != 0 ? error : process_files_remove(files, path, now_ms);
}

/* ---- looking ---------------------------------------------------------------------------------------------------- */

/* The name of a path right in a folder, or NULL. */
static const char *name_in(const char *path, const char *folder)
{
    size_t length = strcmp(folder, "/") == 0 ? 0 : strlen(folder);

    if (strncmp(path, folder, length) != 0 || path[length] != '/' || path[length + 1] == '\0' ||
        strchr(path + length + 1, '/') != NULL) {
        return NULL;
    }
    return path + length + 1;
}

/* Puts a name where it belongs in the order; once. */
static void add_name(struct pool *pool, struct text *names, const char *name)
{
    struct text rest = {0};
    uint32_t at = 0;
    int order = 1;

    while (at < names->length && (order = strcmp(names->bytes + at, name)) < 0) {
        at = text_next_string(names, at);
    }
    if (at < names->length && order == 0) {
        return;
    }
    if (at < names->length) {
        text_add(pool, &rest, names->bytes + at, names->length - at);
        text_cut(names, at);
    }
    text_append_string(pool, names, name);
    text_add(pool, names, text_string(&rest), rest.length);
    text_free(pool, &rest);
}

void process_files_names(const struct process_files *files, const char *folder, struct pool *pool, struct text *names)
{
    struct place place = place_of(files, folder);
    const char *name;

    for (uint32_t i = 0; !place.files->is_volume && i < BASE_FILE_COUNT; i++) {
        if ((name = name_in(base_files[i].path, place.path)) != NULL &&
            entry_of(place.files, base_files[i].path) == NULL) {
            add_name(pool, names, name);
        }
    }
    if (!place.files->is_volume && strcmp(place.path, "/bin") == 0) {
        for (uint32_t i = 0; (name = command_name_at(i)) != NULL; i++) {
            add_name(pool, names, name);
        }
    }
    for (const struct process_file *file = place.files->first; file != NULL; file = file->next) {
        if (file->change != FILE_DELETED && (name = name_in(file->path, place.path)) != NULL) {
            add_name(pool, names, name);
        }
    }
    for (const struct process_mount *mount = files->mounts; mount != NULL; mount = mount->next) {
        if ((name = name_in(mount->folder, folder)) != NULL) {
            add_name(pool, names, name);
        }
    }
}

enum file_change process_files_change_of(const struct process_files *files, const char *path)
{
    const struct process_file *entry = entry_of(files, path);

    return entry == NULL ? FILE_MODIFIED : entry->change;
}

void process_files_changes(const struct process_files *files, struct pool *pool, struct text *paths)
{
    struct text parent = {0};

    for (const struct process_file *file = files->first; file != NULL; file = file->next) {
        bool is_below_deleted = false;

        text_cut(&parent, 0);
        text_add_string(pool, &parent, file->path);
        while (folder_length(parent.bytes) > 1) {
            text_cut(&parent, folder_length(parent.bytes));
            is_below_deleted |= process_files_change_of(files, parent.bytes) == FILE_DELETED;
        }
        if (is_below_deleted) {
            continue;
        }
        add_name(pool, paths, file->path);
        text_cut(&parent, 0);
        text_add_string(pool, &parent, file->path);
        while (folder_length(parent.bytes) > 1) {
            text_cut(&parent, folder_length(parent.bytes));
            add_name(pool, paths, parent.bytes);
        }
    }
    text_free(pool, &parent);
}

uint64_t process_files_bytes(const struct process_files *files)
{
    uint64_t bytes = 0;

    for (const struct process_file *file = files->first; file != NULL; file = file->next) {
        bytes += file->size;
    }
    return bytes;
}
