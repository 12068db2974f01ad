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

const struct host_mount *mount_on(const struct host *host, const char *folder, size_t length)
{
    struct name_column folders = {host->mounts, sizeof host->mounts[0], offsetof(struct host_mount, folder),
                                  host->mount_count};
    uint32_t at = name_index_last(&host->mount_folders, folder, length, &folders);

    return at == NAME_NOWHERE ? NULL : &host->mounts[at];
}

/* The length of the folder that holds the first `length` bytes of a path: "/a" of "/a/b", "/" of "/a"; 0 for "/". */
static size_t folder_length(const char *path, size_t length)
{
    if (length == 1) {
        return 0;
    }
    do {
        length--;
    } while (length > 0 && path[length] != '/');
    return length == 0 && path[0] == '/' ? 1 : length;
}

/* The mount that shows what is inside the folder it is on: the latest on the longest folder above the path. */
static const struct host_mount *covering_mount(const struct host *host, const char *path)
{
    const struct host_mount *found = NULL;

    for (size_t length = strlen(path); length > 0 && found == NULL; length = folder_length(path, length)) {
        found = mount_on(host, path, length);
    }
    return found;
}

const char *covering_volume(const struct host *host, const char *path)
{
    const struct host_mount *mount = covering_mount(host, path);

    return mount == NULL ? NULL : mount->volume;
}

/* ---- what is touched: a path, whatever it lives in; the mounts on it and above; and, since whole trees and whole
 * volumes are emptied at a time, what there is below a folder and what there is in a volume
 * ------------------------------------------------------------------------------------------------------------ */

enum part { PART_BELOW = 1, PART_INSIDE = 2 };

/* A trailing slash makes no other path. */
static uint64_t path_key(const char *path, size_t length)
{
    while (length > 1 && path[length - 1] == '/') {
        length--;
    }
    return hash_bytes(path, length) | 1;
}

static uint64_t part_key(uint64_t key, enum part part)
{
    return hash_combine(key, part) | 1;
}

void touch_mount(const struct host *host, const char *folder, enum touch_mode mode)
{
    if (host->world->watch.touched != NULL) {
        touch_object(&host->world->watch, OBJECTS_MOUNTS, TOUCH_ONE_SET, path_key(folder, strlen(folder)), mode);
    }
}

/* A path with this content comes or goes. */
static void touch_entry(const struct host *host, const struct host_path *entry)
{
    const struct world_watch *watch = &host->world->watch;
    size_t whole = strlen(entry->path);

    if (watch->touched == NULL) {
        return;
    }
    touch_object(watch, OBJECTS_FILES, TOUCH_ONE_SET, path_key(entry->path, whole), TOUCH_WRITE);
    for (size_t length = whole; length > 0; length = folder_length(entry->path, length)) {
        touch_object(watch, OBJECTS_FILES, TOUCH_ONE_SET, part_key(path_key(entry->path, length), PART_BELOW),
                     TOUCH_ADD);
    }
    if (entry->volume != NULL) {
        uint64_t volume = path_key(entry->volume, strlen(entry->volume));

        touch_object(watch, OBJECTS_FILES, TOUCH_ONE_SET, part_key(volume, PART_INSIDE), TOUCH_ADD);
    }
}

/* Looks at all that is below a folder, or in a volume. */
static void touch_content(const struct host *host, const char *of, enum part part)
{
    if (host->world->watch.touched != NULL) {
        touch_object(&host->world->watch, OBJECTS_FILES, TOUCH_ONE_SET, part_key(path_key(of, strlen(of)), part),
                     TOUCH_READ);
    }
}

const char *find_covering_volume(const struct host *host, const char *path)
{
    const struct world_watch *watch = &host->world->watch;

    if (watch->touched != NULL) {
        for (size_t length = strlen(path); length > 0; length = folder_length(path, length)) {
            touch_object(watch, OBJECTS_MOUNTS, TOUCH_ONE_SET, path_key(path, length), TOUCH_READ);
        }
    }
    return covering_volume(host, path);
}

bool find_path(const struct host *host, const char *path)
{
    const struct world_watch *watch = &host->world->watch;

    (void)find_covering_volume(host, path);
    if (watch->touched != NULL && host_mounted_on(host, path) == NULL) {
        touch_object(watch, OBJECTS_VOLUMES, TOUCH_ONE_SET, touch_key(path), TOUCH_READ);
        touch_object(watch, OBJECTS_FILES, TOUCH_ONE_SET, path_key(path, strlen(path)), TOUCH_READ);
    }
    return host_path_exists(host, path);
}

/* ---- paths
 * ------------------------------------------------------------------------------------------------------------------
 */

static bool same_volume(const char *left, const char *right)
{
    return left == NULL || right == NULL ? left == right : strcmp(left, right) == 0;
}

/* A path may stand there once for each volume it lives in. */
static bool path_in_volume(const struct host *host, const char *path, const char *volume)
{
    struct name_column names = {host->paths, sizeof host->paths[0], offsetof(struct host_path, path), host->path_count};
    const struct name_place *place = name_index_find(&host->path_names, path);
    uint32_t left = place == NULL ? 0 : place->count;
    bool found = false;

    for (uint32_t i = name_index_last(&host->path_names, path, strlen(path), &names); left > 0 && !found; i--) {
        if (strcmp(host->paths[i].path, path) == 0) {
            found = same_volume(host->paths[i].volume, volume);
            left--;
        }
    }
    return found;
}

bool host_path_exists(const struct host *host, const char *path)
{
    const struct host_mount *mount = covering_mount(host, path);

    if (strcmp(path, "/") == 0 || (mount != NULL && strcmp(mount->folder, path) == 0)) {
        return true; /* a mount point shows its volume's root */
    }
    return name_index_find(&host->volume_paths, path) != NULL ||
           path_in_volume(host, path, mount == NULL ? NULL : mount->volume);
}

bool host_path_shows(const struct host *host, const struct host_path *path)
{
    return host_mounted_on(host, path->path) != NULL || same_volume(path->volume, covering_volume(host, path->path));
}

void add_path(struct host *host, const char *path, bool is_file)
{
    struct arena *memory = host->world->memory;
    const char *volume = covering_volume(host, path);

    if (find_path(host, path)) {
        return;
    }
    struct host_path *entry =
        world_add(host->world, (void **)&host->paths, &host->path_count, &host->path_size, sizeof *entry);

    *entry = (struct host_path){.path = arena_string(memory, path),
                                .is_file = is_file,
                                .volume = volume == NULL ? NULL : arena_string(memory, volume)};
    name_index_add(&host->path_names, memory, entry->path, host->path_count - 1);
    touch_entry(host, entry);
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

static void remove_entry(struct host *host, uint32_t at)
{
    touch_entry(host, &host->paths[at]);
    name_index_remove(&host->path_names, host->paths[at].path);
    world_remove(host->world, host->paths, &host->path_count, sizeof host->paths[0], at);
}

void remove_paths_under(struct host *host, const char *path)
{
    const char *volume = find_covering_volume(host, path);

    touch_content(host, path, PART_BELOW);
    for (uint32_t i = 0; i < host->path_count;) {
        const struct host_path *entry = &host->paths[i];

        if (path_is_under(entry->path, path) && same_volume(entry->volume, volume)) {
            remove_entry(host, i);
        } else {
            i++;
        }
    }
}

void remove_paths_in_volume(struct host *host, const char *volume)
{
    touch_content(host, volume, PART_INSIDE);
    for (uint32_t i = 0; i < host->path_count;) {
        if (same_volume(host->paths[i].volume, volume)) {
            remove_entry(host, i);
        } else {
            i++;
        }
    }
}

uint64_t hash_of_paths(const struct host *host)
{
    uint64_t hash = 0;

    for (uint32_t i = 0; i < host->path_count; i++) {
        const struct host_path *path = &host->paths[i];

        hash += hash_combine(hash_text(path->path), hash_combine(hash_of_text(path->volume), path->is_file));
    }
    return hash;
}
