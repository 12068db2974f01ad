#include "fakes/host_parts.h"
#include "fakes/host_paths.h"

#include <math.h>
#include <string.h>

enum { KB_PER_GB = 1024 * 1024, EXIT_MOUNT_FAILED = 32 };

/* ---- looking ----------------------------------------------------------------------------------------------------- */

struct volume_file *host_volume(struct host *host, const char *path)
{
    struct name_column paths = {host->volumes, sizeof host->volumes[0], offsetof(struct volume_file, path),
                                host->volume_count};
    uint32_t at = path == NULL ? NAME_NOWHERE : name_index_last(&host->volume_paths, path, strlen(path), &paths);

    return at == NAME_NOWHERE ? NULL : &host->volumes[at];
}

const char *host_mounted_on(const struct host *host, const char *folder)
{
    const struct host_mount *mount = mount_on(host, folder, strlen(folder));

    return mount == NULL ? NULL : mount->volume;
}

static struct volume_file *find_volume(struct host *host, const char *path)
{
    touch_name(&host->world->watch, OBJECTS_VOLUMES, path, TOUCH_READ);
    return host_volume(host, path);
}

static void touch_volume(const struct host *host, const char *path)
{
    touch_name(&host->world->watch, OBJECTS_VOLUMES, path, TOUCH_WRITE);
}

static void before_change(const struct host *host, const struct volume_file *volume)
{
    world_writes(host->world, volume, sizeof *volume);
}

static void touch_space(const struct host *host, enum touch_mode mode)
{
    touch_object(&host->world->watch, OBJECTS_VOLUMES, TOUCH_ONE_SET, TOUCH_SPACE, mode);
}

static bool is_mounted(const struct host *host, const char *volume)
{
    touch_mount(host, volume, TOUCH_READ);
    return name_index_find(&host->mount_volumes, volume) != NULL;
}

/* ---- disks ------------------------------------------------------------------------------------------------------- */

void host_add_disk(struct host *host, const char *device, const char *mount, int64_t size_kb, int64_t used_kb)
{
    struct arena *memory = host->world->memory;
    struct disk *disk = table_add(memory, (void **)&host->disks, &host->disk_count, &host->disk_size, sizeof *disk);

    *disk = (struct disk){arena_string(memory, device), arena_string(memory, mount), size_kb, used_kb};
}

void host_clear_disks(struct host *host)
{
    host->disk_count = 0;
}

/* The disk a path lies on: the one with the longest mount point above it. */
static struct disk *disk_of(struct host *host, const char *path)
{
    struct disk *found = NULL;

    for (uint32_t i = 0; i < host->disk_count; i++) {
        struct disk *disk = &host->disks[i];

        if (path_is_under(path, disk->mount) && (found == NULL || strlen(disk->mount) > strlen(found->mount))) {
            found = disk;
        }
    }
    return found;
}

static int64_t volumes_kb_on(struct host *host, const struct disk *disk)
{
    int64_t used_kb = 0;

    for (uint32_t i = 0; i < host->volume_count; i++) {
        if (disk_of(host, host->volumes[i].path) == disk) {
            used_kb += host->volumes[i].size_gb * KB_PER_GB;
        }
    }
    return used_kb;
}

static int64_t free_kb(struct host *host, const struct disk *disk)
{
    int64_t available_kb = disk->size_kb - disk->used_kb - volumes_kb_on(host, disk);

    return available_kb > 0 ? available_kb : 0;
}

const struct value *host_df(struct host *host, struct arena *arena)
{
    const char *table = "Filesystem     1024-blocks      Used Available Capacity Mounted on\n";

    touch_space(host, TOUCH_READ);
    for (uint32_t i = 0; i < host->disk_count; i++) {
        const struct disk *disk = &host->disks[i];
        long long used_kb = (long long)(disk->used_kb + volumes_kb_on(host, disk));
        /* Volumes can take more than there is on any disk: a hundred times that is no whole number any more. */
        double percent = disk->size_kb == 0 ? 100 : floor((double)used_kb * 100 / (double)disk->size_kb);

        table = arena_printf(arena, "%s%-14s %11lld %9lld %9lld %7.0f%% %s\n", table, disk->device,
                             (long long)disk->size_kb, used_kb, (long long)free_kb(host, disk), percent, disk->mount);
    }
    return host_text_answer(arena, table);
}

/* ---- data -------------------------------------------------------------------------------------------------------- */

static void lose_data(struct host *host, struct volume_file *volume)
{
    if (volume->mark != 0) {
        touch_volume(host, volume->path);
        host_note(host, CHANGE_DATA_LOST, volume->path, NULL, volume->mark);
        before_change(host, volume);
        volume->mark = 0;
    }
}

static void write_data(struct host *host, struct volume_file *volume)
{
    if (volume->mark == 0) {
        touch_volume(host, volume->path);
        before_change(host, volume);
        volume->mark = world_made(host->world, "content", volume->path);
        host_note(host, CHANGE_DATA_WRITTEN, volume->path, NULL, volume->mark);
    }
}

/* A mark stays the same once it is set: an unchanged mark means that the data survived. */
void host_data_written(struct host *host, const char *path)
{
    struct volume_file *volume = find_volume(host, find_covering_volume(host, path));

    if (volume != NULL) {
        write_data(host, volume);
    }
}

/* ---- volumes ----------------------------------------------------------------------------------------------------- */

static struct volume_file *add_volume(struct host *host, const char *path, int64_t size_gb)
{
    struct volume_file *volume =
        world_add(host->world, (void **)&host->volumes, &host->volume_count, &host->volume_size, sizeof *volume);

    *volume = (struct volume_file){.path = arena_string(host->world->memory, path), .size_gb = size_gb};
    name_index_add(&host->volume_paths, host->world->memory, volume->path, host->volume_count - 1);
    return volume;
}

void host_fallocate(struct host *host, struct effect *effect, struct arena *answers)
{
    struct volume_file *volume = find_volume(host, effect->object);
    const struct disk *disk = disk_of(host, effect->object);
    int64_t size_gb = number_to_whole(effect->amount);
    int64_t present_gb = volume == NULL ? 0 : volume->size_gb;

    touch_space(host, TOUCH_READ);
    if (size_gb < 0) { /* nobody checks what a row says that a component takes */
        effect_fail(effect, answers, 1, NULL, "fallocate: invalid length value specified");
        return;
    }
    if (disk == NULL || size_gb - present_gb > free_kb(host, disk) / KB_PER_GB) {
        effect_fail(effect, answers, 1, NULL, "fallocate: fallocate failed: No space left on device");
        return;
    }
    if (volume == NULL || size_gb > present_gb) {
        touch_space(host, TOUCH_WRITE);
        touch_volume(host, effect->object);
    }
    if (volume == NULL) {
        volume = add_volume(host, effect->object, size_gb);
        host_note(host, CHANGE_VOLUME_CREATED, volume->path, NULL, 0);
    }
    before_change(host, volume);
    volume->size_gb = size_gb > volume->size_gb ? size_gb : volume->size_gb;
}

void host_make_file_system(struct host *host, struct effect *effect, struct arena *answers)
{
    struct volume_file *volume = find_volume(host, effect->object);

    if (volume == NULL) {
        effect_fail(effect, answers, 1, NULL, "The file %s does not exist and no size was specified.", effect->object);
    } else if (is_mounted(host, effect->object)) {
        effect_fail(effect, answers, 1, NULL, "%s is mounted; will not make a filesystem here!", effect->object);
    } else {
        touch_volume(host, volume->path);
        lose_data(host, volume); /* an unmounted file is reformatted without a word */
        remove_paths_in_volume(host, volume->path);
        before_change(host, volume);
        volume->formatted = true;
        host_note(host, CHANGE_VOLUME_FORMATTED, volume->path, NULL, 0);
    }
}

/* ---- mounts ------------------------------------------------------------------------------------------------------ */

static void push_mount(struct host *host, const char *folder, const char *volume)
{
    struct arena *memory = host->world->memory;
    struct host_mount *mount =
        world_add(host->world, (void **)&host->mounts, &host->mount_count, &host->mount_size, sizeof *mount);

    *mount = (struct host_mount){arena_string(memory, folder), arena_string(memory, volume), host->world->now_ms};
    name_index_add(&host->mount_folders, memory, mount->folder, host->mount_count - 1);
    name_index_add(&host->mount_volumes, memory, mount->volume, host->mount_count - 1);
    touch_mount(host, folder, TOUCH_WRITE);
    touch_mount(host, volume, TOUCH_WRITE);
    touch_object(&host->world->watch, OBJECTS_MOUNTS, TOUCH_ONE_SET, TOUCH_ORDER, TOUCH_WRITE);
}

void host_mount(struct host *host, struct effect *effect, struct arena *answers)
{
    const struct volume_file *volume = NULL;

    if (!find_path(host, effect->object)) {
        effect_fail(effect, answers, EXIT_MOUNT_FAILED, NULL, "mount: %s: mount point does not exist.", effect->object);
    } else if ((volume = find_volume(host, effect->operand)) == NULL) {
        effect_fail(effect, answers, EXIT_MOUNT_FAILED, NULL, "mount: %s: failed to setup loop device for %s.",
                    effect->object, effect->operand);
    } else if (!volume->formatted) {
        effect_fail(effect, answers, EXIT_MOUNT_FAILED, NULL,
                    "mount: %s: wrong fs type, bad option, bad superblock on /dev/loop0, missing codepage or helper "
                    "program, or other error.",
                    effect->object);
    } else {
        push_mount(host, effect->object, volume->path);
        host_note(host, CHANGE_MOUNTED, host->mounts[host->mount_count - 1].folder, volume->path, 0);
    }
}

static void remove_mount(struct host *host, const struct host_mount *mount)
{
    name_index_remove(&host->mount_folders, mount->folder);
    name_index_remove(&host->mount_volumes, mount->volume);
    world_remove(host->world, host->mounts, &host->mount_count, sizeof host->mounts[0],
                 (uint32_t)(mount - host->mounts));
}

bool host_unmount(struct host *host, const char *folder)
{
    const struct host_mount *mount = mount_on(host, folder, strlen(folder));

    touch_mount(host, folder, TOUCH_READ);
    if (mount == NULL) {
        return false;
    }
    touch_mount(host, folder, TOUCH_WRITE);
    touch_mount(host, mount->volume, TOUCH_WRITE);
    host_note(host, CHANGE_UNMOUNTED, mount->folder, mount->volume, 0);
    remove_mount(host, mount);
    return true;
}

void host_umount(struct host *host, struct effect *effect, struct arena *answers)
{
    if (host_unmount(host, effect->object)) {
        return;
    }
    effect_fail(effect, answers, EXIT_MOUNT_FAILED, NULL,
                find_path(host, effect->object) ? "umount: %s: not mounted." : "umount: %s: no mount point specified.",
                effect->object);
}

void host_mount_at_boot(struct host *host, const char *volume, const char *folder)
{
    const struct volume_file *file = find_volume(host, volume);

    if (file != NULL && file->formatted && find_path(host, folder)) {
        push_mount(host, folder, volume);
        host_note(host, CHANGE_MOUNTED, folder, volume, 0);
    }
}

/* `mount | grep "<folder>"`: every line that contains the text. */
void host_grep_mounts(struct host *host, struct effect *effect, struct arena *answers)
{
    const char *found = "";

    touch_every(&host->world->watch, OBJECTS_MOUNTS);
    for (uint32_t i = 0; i < host->mount_count; i++) {
        const struct host_mount *mount = &host->mounts[i];

        if (strstr(mount->folder, effect->object) != NULL || strstr(mount->volume, effect->object) != NULL) {
            found = arena_printf(answers, "%s%s on %s type ext4 (rw,relatime)\n", found, mount->volume, mount->folder);
        }
    }
    if (found[0] == '\0') {
        effect_fail(effect, answers, 1, NULL, "%s", "");
    } else {
        effect->result = host_text_answer(answers, found);
    }
}

double host_mounted_since(const struct host *host, const char *folder)
{
    const struct host_mount *mount = mount_on(host, folder, strlen(folder));

    touch_mount(host, folder, TOUCH_READ);
    return mount == NULL ? 0 : (double)mount->since_ms;
}

/* ---- what comes and goes as a whole ------------------------------------------------------------------------------ */

/* A backing file, or a folder. What is mounted on a folder cannot be taken away, but what is in it can. */
void host_remove(struct host *host, struct effect *effect, struct arena *answers)
{
    struct volume_file *volume = find_volume(host, effect->object);
    struct volume_file *inside = NULL;

    if (volume != NULL) {
        touch_volume(host, volume->path);
        touch_space(host, TOUCH_ADD);
        lose_data(host, volume);
        host_note(host, CHANGE_VOLUME_REMOVED, volume->path, NULL, 0);
        name_index_remove(&host->volume_paths, volume->path);
        world_remove(host->world, host->volumes, &host->volume_count, sizeof host->volumes[0],
                     (uint32_t)(volume - host->volumes));
        return;
    }
    touch_mount(host, effect->object, TOUCH_READ);
    inside = find_volume(host, host_mounted_on(host, effect->object));
    if (inside != NULL) {
        lose_data(host, inside);
        remove_paths_in_volume(host, inside->path);
        effect_fail(effect, answers, 1, NULL, "rm: cannot remove '%s': Device or resource busy", effect->object);
    } else {
        remove_paths_under(host, effect->object);
    }
}

void host_add_volume(struct host *host, const char *volume, const char *folder, const char *app_id, int64_t size_gb,
                     bool mounted, bool crontab, bool with_data)
{
    struct arena *memory = host->world->memory;
    struct volume_file *file = add_volume(host, volume, size_gb);

    file->formatted = true;
    if (with_data) {
        file->mark = world_made(host->world, "content", volume);
    }
    add_folders(host, folder);
    push_mount(host, folder, volume);
    add_folders(host,
                arena_printf(memory, "%s/appdata", folder)); /* inside the volume: hidden while it is not mounted */
    if (!mounted) {
        remove_mount(host, &host->mounts[host->mount_count - 1]);
    }
    if (crontab) {
        host_add_crontab_line(
            host, arena_printf(memory, "@reboot while [ ! -f %s ]; do sleep 5; done && sudo mount -o loop %s %s #%s",
                               volume, volume, folder, app_id));
    }
}

/* ---- hash -------------------------------------------------------------------------------------------------------- */

uint64_t hash_of_disks(const struct host *host)
{
    uint64_t hash = 0;

    for (uint32_t i = 0; i < host->disk_count; i++) {
        const struct disk *disk = &host->disks[i];

        hash = hash_combine(hash, hash_combine(hash_text(disk->device), hash_text(disk->mount)));
        hash = hash_combine(hash, hash_combine((uint64_t)disk->size_kb, (uint64_t)disk->used_kb));
    }
    return hash;
}

/* In no order: nobody lists volume files. */
uint64_t hash_of_volumes(const struct host *host)
{
    uint64_t hash = 0;

    for (uint32_t i = 0; i < host->volume_count; i++) {
        const struct volume_file *volume = &host->volumes[i];
        uint64_t content = hash_combine(volume->mark, volume->formatted);

        hash += hash_combine(hash_text(volume->path), hash_combine((uint64_t)volume->size_gb, content));
    }
    return hash;
}

uint64_t hash_of_mounts(const struct host *host)
{
    uint64_t hash = 0;

    for (uint32_t i = 0; i < host->mount_count; i++) {
        const struct host_mount *mount = &host->mounts[i];

        hash = hash_combine(hash, hash_combine(hash_text(mount->folder), hash_text(mount->volume)));
        hash = hash_combine(hash, (uint64_t)mount->since_ms);
    }
    return hash;
}
