#include "fakes/host.h"

#include "fakes/host_paths.h"
#include "fakes/world.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { KB_PER_GB = 1024 * 1024, EXIT_MOUNT_FAILED = 32 };

/* ---- looking
 * --------------------------------------------------------------------------------------------------------------- */

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

static void note(struct host *host, enum change_kind kind, const char *object, const char *detail, uint64_t number)
{
    world_note_change(host->world, (struct change){.kind = kind, .object = object, .detail = detail, .number = number});
}

/* ---- disks
 * -------------------------------------------------------------------------------------------------------------------
 */

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

void host_init(struct host *host, struct world *world)
{
    *host = (struct host){.world = world, .iptables_present = false};
    host_add_disk(host, "/dev/vda", "/", 500000000, 20000000); /* as in the recordings */
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

static const struct value *df(struct host *host, struct arena *arena)
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
    return OBJECT(arena, {"stdout", value_string(arena, table)});
}

/* ---- data
 * ----------------------------------------------------------------------------------------------------------------------
 */

static void lose_data(struct host *host, struct volume_file *volume)
{
    if (volume->mark != 0) {
        touch_volume(host, volume->path);
        note(host, CHANGE_DATA_LOST, volume->path, NULL, volume->mark);
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
        note(host, CHANGE_DATA_WRITTEN, volume->path, NULL, volume->mark);
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

/* ---- volumes
 * ---------------------------------------------------------------------------------------------------------------------
 */

static struct volume_file *add_volume(struct host *host, const char *path, int64_t size_gb)
{
    struct volume_file *volume =
        world_add(host->world, (void **)&host->volumes, &host->volume_count, &host->volume_size, sizeof *volume);

    *volume = (struct volume_file){.path = arena_string(host->world->memory, path), .size_gb = size_gb};
    name_index_add(&host->volume_paths, host->world->memory, volume->path, host->volume_count - 1);
    return volume;
}

static void fallocate(struct host *host, struct effect *effect, struct arena *answers)
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
        note(host, CHANGE_VOLUME_CREATED, volume->path, NULL, 0);
    }
    before_change(host, volume);
    volume->size_gb = size_gb > volume->size_gb ? size_gb : volume->size_gb;
}

static void make_file_system(struct host *host, struct effect *effect, struct arena *answers)
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
        note(host, CHANGE_VOLUME_FORMATTED, volume->path, NULL, 0);
    }
}

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

static void mount_volume(struct host *host, struct effect *effect, struct arena *answers)
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
        note(host, CHANGE_MOUNTED, host->mounts[host->mount_count - 1].folder, volume->path, 0);
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
    note(host, CHANGE_UNMOUNTED, mount->folder, mount->volume, 0);
    remove_mount(host, mount);
    return true;
}

static void umount(struct host *host, struct effect *effect, struct arena *answers)
{
    if (host_unmount(host, effect->object)) {
        return;
    }
    effect_fail(effect, answers, EXIT_MOUNT_FAILED, NULL,
                find_path(host, effect->object) ? "umount: %s: not mounted." : "umount: %s: no mount point specified.",
                effect->object);
}

/* A backing file, or a folder. What is mounted on a folder cannot be taken away, but what is in it can. */
static void remove_path(struct host *host, struct effect *effect, struct arena *answers)
{
    struct volume_file *volume = find_volume(host, effect->object);
    struct volume_file *inside = NULL;

    if (volume != NULL) {
        touch_volume(host, volume->path);
        touch_space(host, TOUCH_ADD);
        lose_data(host, volume);
        note(host, CHANGE_VOLUME_REMOVED, volume->path, NULL, 0);
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

/* ---- files
 * -------------------------------------------------------------------------------------------------------------------------
 */

static void change_mode(struct host *host, struct effect *effect, struct arena *answers)
{
    if (!find_path(host, effect->object)) {
        effect_fail(effect, answers, 1, NULL, "chmod: cannot access '%s': No such file or directory", effect->object);
    }
}

static void write_file(struct host *host, struct effect *effect, struct arena *answers)
{
    const char *slash = strrchr(effect->object, '/');
    const char *folder = arena_string_n(answers, effect->object, (size_t)(slash - effect->object));

    if (!find_path(host, folder)) {
        effect_fail(effect, answers, 2, NULL, "/bin/sh: 1: cannot create %s: Directory nonexistent", effect->object);
    } else {
        add_path(host, effect->object, true);
    }
}

/* `mount | grep "<folder>"`: every line that contains the text. */
static void grep_mounts(struct host *host, struct effect *effect, struct arena *answers)
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
        effect->result = OBJECT(answers, {"stdout", value_string(answers, found)});
    }
}

/* ---- crontab
 * -----------------------------------------------------------------------------------------------------------------------
 */

static const char CRONTAB[] = "crontab";

void host_add_crontab_line(struct host *host, const char *line)
{
    *(const char **)world_add(host->world, (void **)&host->crontab, &host->crontab_count, &host->crontab_size,
                              sizeof host->crontab[0]) = arena_string(host->world->memory, line);
}

static const struct value *load_crontab(const struct host *host, struct arena *arena)
{
    const char *table = arena_lines(arena, host->crontab, host->crontab_count);

    touch_name(&host->world->watch, OBJECTS_CRONTAB, CRONTAB, TOUCH_READ);
    return OBJECT(arena, {"code", value_number(arena, host->crontab_count == 0 ? 1 : 0)},
                  {"stdout", value_string(arena, table)});
}

static const struct value *save_crontab(struct host *host, const char *table, struct arena *arena)
{
    const char *rest = table == NULL ? "" : table;

    touch_name(&host->world->watch, OBJECTS_CRONTAB, CRONTAB, TOUCH_WRITE);
    host->crontab_count = 0;
    while (*rest != '\0') {
        size_t length = strcspn(rest, "\n");

        host_add_crontab_line(host, arena_string_n(arena, rest, length));
        rest += length + (rest[length] == '\n');
    }
    note(host, CHANGE_CRONTAB_SAVED, NULL, table, 0);
    return OBJECT(arena, {"code", value_number(arena, 0)}, {"stdout", value_string(arena, "")});
}

/* ---- firewall
 * -----------------------------------------------------------------------------------------------------------------------
 */

static int port_index(const struct host *host, double port)
{
    for (uint32_t i = 0; i < host->port_count; i++) {
        if ((int)host->ports[i] == (int)port) {
            return (int)i;
        }
    }
    return -1;
}

static void touch_port(const struct host *host, double port, enum touch_mode mode)
{
    touch_object(&host->world->watch, OBJECTS_FIREWALL, TOUCH_ONE_SET, (uint64_t)(int)port << 1 | 1, mode);
}

static const struct value *text_answer(struct arena *arena, const char *text)
{
    return OBJECT(arena, {"stdout", value_string(arena, text)});
}

static const struct value *allow_port(struct host *host, double port, struct arena *arena)
{
    touch_port(host, port, TOUCH_READ);
    if (port_index(host, port) >= 0) {
        return text_answer(arena, "Skipping adding existing rule\n");
    }
    touch_port(host, port, TOUCH_WRITE);
    *(double *)table_add(host->world->memory, (void **)&host->ports, &host->port_count, &host->port_size,
                         sizeof host->ports[0]) = port;
    return text_answer(arena, "Rule added\nRule added (v6)\n");
}

static const struct value *delete_port(struct host *host, double port, struct arena *arena)
{
    int index = port_index(host, port);

    touch_port(host, port, TOUCH_READ);
    if (index < 0) {
        return text_answer(arena, "Could not delete non-existent rule\n");
    }
    touch_port(host, port, TOUCH_WRITE);
    table_remove(host->ports, &host->port_count, sizeof host->ports[0], (uint32_t)index);
    return text_answer(arena, "Rule deleted\nRule deleted (v6)\n");
}

/* ---- commands
 * -------------------------------------------------------------------------------------------------------------------------
 */

/* A scenario writes what a message holds in clear between the two lines of the armour. */
static void pgp_decrypt(struct effect *effect, struct arena *answers)
{
    static const char opening[] = "-----BEGIN PGP MESSAGE-----";
    const char *message = value_get_text(effect->args, "message");
    const char *start = message == NULL ? NULL : strstr(message, opening);
    const char *end = start == NULL ? NULL : strstr(start, "-----END PGP MESSAGE-----");

    if (end == NULL) {
        effect_fail(effect, answers, 0, NULL, "Misformed armored text");
        return;
    }
    start += sizeof opening - 1;
    effect->result = OBJECT(answers, {"plain", value_string_n(answers, start, (size_t)(end - start))});
}

static double mounted_since(const struct host *host, const char *folder)
{
    const struct host_mount *mount = mount_on(host, folder, strlen(folder));

    touch_mount(host, folder, TOUCH_READ);
    return mount == NULL ? 0 : (double)mount->since_ms;
}

void host_apply(struct host *host, struct effect *effect, struct arena *answers)
{
    switch (effect->id) {
    case EFFECT_HOST_DF:
        effect->result = df(host, answers);
        break;
    case EFFECT_HOST_MKDIR:
        add_folders(host, effect->object);
        break;
    case EFFECT_HOST_TOUCH:
    case EFFECT_HOST_WRITE_STIGNORE:
        write_file(host, effect, answers);
        break;
    case EFFECT_HOST_FALLOCATE:
        fallocate(host, effect, answers);
        break;
    case EFFECT_HOST_MKFS:
        make_file_system(host, effect, answers);
        break;
    case EFFECT_HOST_MOUNT:
        mount_volume(host, effect, answers);
        break;
    case EFFECT_HOST_UMOUNT:
        umount(host, effect, answers);
        break;
    case EFFECT_HOST_UNTAR:
        host_data_written(host, effect->object);
        effect->result = OBJECT(answers, {"stdout", value_string(answers, "")});
        break;
    case EFFECT_HOST_TAR:
    case EFFECT_HOST_CHMOD:
        change_mode(host, effect, answers);
        break;
    case EFFECT_HOST_RM:
        remove_path(host, effect, answers);
        break;
    case EFFECT_HOST_MOUNT_GREP:
        grep_mounts(host, effect, answers);
        break;
    case EFFECT_HOST_CRONTAB_LOAD:
        effect->result = load_crontab(host, answers);
        break;
    case EFFECT_HOST_CRONTAB_SAVE:
        effect->result = save_crontab(host, effect->operand, answers);
        break;
    case EFFECT_HOST_STAT:
        effect->result = OBJECT(answers, {"mountedMs", value_number(answers, mounted_since(host, effect->object))});
        break;
    case EFFECT_HOST_ACCESS:
        effect->result = value_bool(find_path(host, effect->object));
        break;
    case EFFECT_HOST_XFS_QUOTA:
        effect_fail(effect, answers, 1, NULL, "project quota is not enabled");
        break;
    case EFFECT_HOST_PGP_DECRYPT:
        pgp_decrypt(effect, answers);
        break;
    case EFFECT_HOST_UFW_STATUS:
        touch_name(&host->world->watch, OBJECTS_FIREWALL, "active", TOUCH_READ);
        effect->result = text_answer(answers, host->firewall_active ? "Status: active\n" : "Status: inactive\n");
        break;
    case EFFECT_HOST_UFW_ALLOW:
        effect->result = allow_port(host, effect->amount, answers);
        break;
    case EFFECT_HOST_UFW_DELETE:
        effect->result = delete_port(host, effect->amount, answers);
        break;
    case EFFECT_HOST_IPTABLES:
        effect->result = text_answer(answers, host->iptables_present ? "iptables v1.8.9 (nf_tables)\n" : "");
        break;
    case EFFECT_HOST_UPNP_MAP:
    case EFFECT_HOST_UPNP_UNMAP:
        effect->result = value_empty_object();
        break;
    default:
        assert(false && "not a command of the host");
    }
    if (effect->result == NULL && effect->error == NULL) {
        effect->result = text_answer(answers, "");
    }
}

/* ---- building, and what happens without FluxOS
 * ------------------------------------------------------------------------------------ */

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

/* An @reboot job's last words: `mount -o loop <vf> <data> #<id>`. */
static void run_reboot_job(struct host *host, const char *line)
{
    static const char mount_words[] = "mount -o loop ";
    const char *mount = strstr(line, mount_words);

    if (strncmp(line, "@reboot", 7) != 0 || mount == NULL) {
        return;
    }
    mount += sizeof mount_words - 1;
    size_t volume_length = strcspn(mount, " ");
    const char *rest = mount + volume_length + (mount[volume_length] == ' ');
    const char *volume = arena_string_n(host->world->memory, mount, volume_length);
    const char *folder = arena_string_n(host->world->memory, rest, strcspn(rest, " "));
    const struct volume_file *file = find_volume(host, volume);

    if (file != NULL && file->formatted && find_path(host, folder)) {
        push_mount(host, folder, volume);
        note(host, CHANGE_MOUNTED, folder, volume, 0);
    }
}

void host_reboot(struct host *host)
{
    touch_every(&host->world->watch, OBJECTS_MOUNTS);
    while (host->mount_count > 0) {
        host_unmount(host, host->mounts[host->mount_count - 1].folder);
    }
    touch_name(&host->world->watch, OBJECTS_CRONTAB, CRONTAB, TOUCH_READ);
    for (uint32_t i = 0; i < host->crontab_count; i++) {
        run_reboot_job(host, host->crontab[i]);
    }
}

/* ---- hash
 * ------------------------------------------------------------------------------------------------------------------------
 */

static uint64_t hash_of_disks(const struct host *host)
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
static uint64_t hash_of_volumes(const struct host *host)
{
    uint64_t hash = 0;

    for (uint32_t i = 0; i < host->volume_count; i++) {
        const struct volume_file *volume = &host->volumes[i];
        uint64_t content = hash_combine(volume->mark, volume->formatted);

        hash += hash_combine(hash_text(volume->path), hash_combine((uint64_t)volume->size_gb, content));
    }
    return hash;
}

static uint64_t hash_of_mounts(const struct host *host)
{
    uint64_t hash = 0;

    for (uint32_t i = 0; i < host->mount_count; i++) {
        const struct host_mount *mount = &host->mounts[i];

        hash = hash_combine(hash, hash_combine(hash_text(mount->folder), hash_text(mount->volume)));
        hash = hash_combine(hash, (uint64_t)mount->since_ms);
    }
    return hash;
}

static uint64_t hash_of_firewall(const struct host *host)
{
    uint64_t hash = (uint64_t)host->firewall_active << 1 | (uint64_t)host->iptables_present;

    for (uint32_t i = 0; i < host->port_count; i++) { /* in no order */
        hash += hash_combine(1, hash_of_number(host->ports[i]));
    }
    return hash;
}

uint64_t host_hash(const struct host *host)
{
    uint64_t hash = hash_combine(hash_of_disks(host), hash_of_volumes(host));

    hash = hash_combine(hash, hash_of_mounts(host));
    hash = hash_combine(hash, hash_of_paths(host));
    for (uint32_t i = 0; i < host->crontab_count; i++) {
        hash = hash_combine(hash, hash_text(host->crontab[i]));
    }
    return hash_combine(hash, hash_of_firewall(host));
}
