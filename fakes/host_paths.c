#include "fakes/host_paths.h"

#include "fakes/world.h"

#include <string.h>

bool path_is_under(const char *path, const char *folder)
{
    size_t length = strlen(folder);

    while (length > 0 && folder[length - 1] == '/') {
        length--;
    }
    return strncmp(path, folder, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

/* The mount that shows what is inside the folder it is on: the latest with the longest folder above the path. */
static const struct host_mount *covering_mount(const struct host *host, const char *path)
{
    const struct host_mount *found = NULL;

    for (uint32_t i = 0; i < host->mount_count; i++) {
        const struct host_mount *mount = &host->mounts[i];

        if (path_is_under(path, mount->folder) && (found == NULL || strlen(mount->folder) >= strlen(found->folder))) {
            found = mount;
        }
    }
    return found;
}

const char *covering_volume(const struct host *host, const char *path)
{
    const struct host_mount *mount = covering_mount(host, path);

    return mount == NULL ? NULL : mount->volume;
}

static bool same_volume(const char *left, const char *right)
{
    return left == NULL || right == NULL ? left == right : strcmp(left, right) == 0;
}

bool host_path_exists(const struct host *host, const char *path)
{
    const struct host_mount *mount = covering_mount(host, path);

    if (strcmp(path, "/") == 0 || (mount != NULL && strcmp(mount->folder, path) == 0)) {
        return true; /* a mount point shows its volume's root */
    }
    for (uint32_t i = 0; i < host->volume_count; i++) {
        if (strcmp(host->volumes[i].path, path) == 0) {
            return true;
        }
    }
    for (uint32_t i = 0; i < host->path_count; i++) {
        if (strcmp(host->paths[i].path, path) == 0 &&
            same_volume(host->paths[i].volume, mount == NULL ? NULL : mount->volume)) {
            return true;
        }
    }
    return false;
}

bool host_path_shows(const struct host *host, const struct host_path *path)
{
    return host_mounted_on(host, path->path) != NULL || same_volume(path->volume, covering_volume(host, path->path));
}

void add_path(struct host *host, const char *path, bool is_file)
{
    struct arena *memory = host->world->memory;
    const char *volume = covering_volume(host, path);

    if (host_path_exists(host, path)) {
        return;
    }
    struct host_path *entry =
        table_add(memory, (void **)&host->paths, &host->path_count, &host->path_size, sizeof *entry);

    *entry = (struct host_path){.path = arena_string(memory, path),
                                .is_file = is_file,
                                .volume = volume == NULL ? NULL : arena_string(memory, volume)};
}

void add_folders(struct host *host, const char *path)
{
    for (size_t i = 1; path[i] != '\0'; i++) {
        if (path[i] == '/' && path[i + 1] != '\0') {
            add_path(host, arena_string_n(host->world->memory, path, i), false);
        }
    }
    add_path(host, path, false);
}

void remove_paths_under(struct host *host, const char *path)
{
    const char *volume = covering_volume(host, path);

    for (uint32_t i = 0; i < host->path_count;) {
        const struct host_path *entry = &host->paths[i];

        if (path_is_under(entry->path, path) && same_volume(entry->volume, volume)) {
            table_remove(host->paths, &host->path_count, sizeof host->paths[0], i);
        } else {
            i++;
        }
    }
}

void remove_paths_in_volume(struct host *host, const char *volume)
{
    for (uint32_t i = 0; i < host->path_count;) {
        if (same_volume(host->paths[i].volume, volume)) {
            table_remove(host->paths, &host->path_count, sizeof host->paths[0], i);
        } else {
            i++;
        }
    }
}
