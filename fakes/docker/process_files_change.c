/* Changes to files. */
#include "fakes/docker/process_files_table.h"

#include <errno.h>
#include <string.h>

static struct process_file *add_entry(struct process_files *files, const char *path)
{
    struct process_file *entry = pool_take(files->pool, sizeof *entry);
    struct process_file **link = &files->first;

    while (*link != NULL && strcmp((*link)->path, path) < 0) {
        link = &(*link)->next;
    }
    entry->path = files_table_string(files->pool, path);
    entry->next = *link;
    *link = entry;
    return entry;
}

/* The parent must be a folder of the same table that may be written. */
static file_error check_parent(const struct place *place)
{
    char parent[BASE_CONTENT_MAX];
    size_t length = files_table_folder_length(place->path);

    if (length >= sizeof parent) {
        return ENAMETOOLONG;
    }
    memcpy(parent, place->path, length);
    parent[length] = '\0';
    struct place above = {place->files, parent, place->read_only, length == 1 && place->files->is_volume};
    struct file_status status = files_table_status(&above);

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
    struct place place = files_table_place(files, path);
    file_error error = place.is_root ? EEXIST : check_parent(&place);
    struct process_file *entry = files_table_entry(place.files, place.path);

    if (error != 0) {
        return error;
    }
    if (entry == NULL) {
        entry = add_entry(place.files, place.path);
        entry->change = FILE_ADDED;
    } else {
        entry->change = FILE_MODIFIED; /* deleted, and here again */
    }
    entry->of_image = false;
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
    struct place place = files_table_place(files, path);
    struct process_file *entry = files_table_entry(place.files, place.path);
    const struct base_file *base = files_table_base(place.files, place.path);

    if (entry == NULL) {
        struct file_status status = files_table_status(&place);

        entry = add_entry(place.files, place.path);
        entry->change = FILE_MODIFIED;
        entry->is_folder = status.kind == FILE_FOLDER;
        entry->mode = status.mode;
        if (base != NULL && base->kind == FILE_REGULAR) {
            char content[BASE_CONTENT_MAX];

            files_table_base_content(place.files, base, content, sizeof content);
            text_add_string(place.files->pool, &entry->content, content);
            entry->size = entry->content.length;
        }
    }
    if (entry->of_image) {
        entry->of_image = false;
        entry->change = FILE_MODIFIED;
    }
    entry->mtime_ms = now_ms;
    return entry;
}

void process_files_copy(struct process_files *files, const struct process_files *from)
{
    for (const struct process_file *file = from->first; file != NULL; file = file->next) {
        struct process_file *entry = add_entry(files, file->path);

        entry->change = file->change;
        entry->is_folder = file->is_folder;
        entry->of_image = true;
        entry->mode = file->mode;
        entry->size = file->size;
        entry->mtime_ms = file->mtime_ms;
        entry->target = file->target == NULL ? NULL : files_table_string(files->pool, file->target);
        text_add(files->pool, &entry->content, file->content.bytes, file->content.length);
    }
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
        text_free(files_table_place(files, path).files->pool, &entry->content);
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
    struct pool *pool = files_table_place(files, path).files->pool;

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
    struct place place = files_table_place(files, path);
    const struct process_file *entry = files_table_entry(place.files, place.path);
    const struct base_file *base = files_table_base(place.files, place.path);
    char content[BASE_CONTENT_MAX];
    const char *held = content;
    uint64_t size = 0;
    uint64_t held_length = 0;

    if (entry != NULL) {
        held = text_string(&entry->content);
        held_length = entry->content.length;
        size = entry->change == FILE_DELETED ? 0 : entry->size;
    } else if (base != NULL) {
        files_table_base_content(place.files, base, content, sizeof content);
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
        entry->target = files_table_string(files_table_place(files, path).files->pool, target);
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
    bool of_image = false;

    while (*link != NULL && strcmp((*link)->path, place->path) != 0) {
        link = &(*link)->next;
    }
    if (*link != NULL) {
        struct process_file *entry = *link;

        of_image = entry->of_image;
        *link = entry->next;
        files_table_free_file(place->files->pool, entry);
    }
    if (of_image || files_table_base(place->files, place->path) != NULL ||
        files_table_is_base_command(place->files, place->path)) {
        struct process_file *entry = add_entry(place->files, place->path);

        entry->change = FILE_DELETED;
        entry->mtime_ms = now_ms;
    }
}

file_error process_files_remove(struct process_files *files, const char *path, int64_t now_ms)
{
    struct place place = files_table_place(files, path);
    struct file_status status = files_table_status(&place);

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
