/* Names in a folder, and what differs from the image. */
#include "fakes/docker/process_files_table.h"

#include "fakes/docker/commands.h"

#include <string.h>

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
    struct place place = files_table_place(files, folder);
    const char *name;

    for (uint32_t i = 0; !place.files->is_volume && i < files_base_count; i++) {
        if ((name = name_in(files_base[i].path, place.path)) != NULL &&
            files_table_entry(place.files, files_base[i].path) == NULL) {
            add_name(pool, names, name);
        }
    }
    if (!place.files->is_volume && strcmp(place.path, "/bin") == 0) {
        for (uint32_t i = 0; (name = command_name_at(i)) != NULL; i++) {
            if (place.files->is_full || strcmp(name, "bash") != 0) {
                add_name(pool, names, name);
            }
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
    const struct process_file *entry = files_table_entry(files, path);

    return entry == NULL ? FILE_MODIFIED : entry->change;
}

void process_files_changes(const struct process_files *files, struct pool *pool, struct text *paths)
{
    struct text parent = {0};

    for (const struct process_file *file = files->first; file != NULL; file = file->next) {
        bool is_below_deleted = false;

        if (file->of_image) {
            continue;
        }
        text_cut(&parent, 0);
        text_add_string(pool, &parent, file->path);
        while (files_table_folder_length(parent.bytes) > 1) {
            text_cut(&parent, files_table_folder_length(parent.bytes));
            is_below_deleted |= process_files_change_of(files, parent.bytes) == FILE_DELETED;
        }
        if (is_below_deleted) {
            continue;
        }
        add_name(pool, paths, file->path);
        text_cut(&parent, 0);
        text_add_string(pool, &parent, file->path);
        while (files_table_folder_length(parent.bytes) > 1) {
            text_cut(&parent, files_table_folder_length(parent.bytes));
            add_name(pool, paths, parent.bytes);
        }
    }
    text_free(pool, &parent);
}

uint64_t process_files_bytes(const struct process_files *files)
{
    uint64_t bytes = 0;

    for (const struct process_file *file = files->first; file != NULL; file = file->next) {
        bytes += file->of_image ? 0 : file->size;
    }
    return bytes;
}
