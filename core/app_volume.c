#include "core/app_volume.h"

#include "core/benchmark_service.h"
#include "core/container_data.h"
#include "core/crontab.h"
#include "core/db.h"
#include "core/shell.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* lifecycle.md 2.6 step 3 and 11, in GB */
enum {
    EXTRA_PER_COMPONENT_GB = 12, /* hddFileSystemMinimum + defaultSwap */
    LOCKED_GB = 80,              /* lockedSystemResources.hdd + extraHdd */
    RESERVE_MIN_GB = 20,
    DISKS_MAX = 64,
    KB_PER_GB = 1024 * 1024,
};

struct disk_space {
    const char *mount;
    double used_gb, free_gb; /* whole GB */
};

/* What 2.6 works with. */
struct volume {
    struct task *task;
    const char *app_id;
    const char *folder;         /* <data> */
    const char *volumes_folder; /* <vols>; NULL unless the volume is on `/` */
    const char *file;           /* <vf> */
    double hdd_gb;
    struct container_mounts mounts;
};

/* ---- step 1: df
 * ------------------------------------------------------------------------------------------------------------ */

/* `/dev/` devices that are not loop devices and whose mount does not contain boot; or a loop device mounted on `/`. */
static bool is_candidate(const char *device, const char *mount)
{
    bool loop = strstr(device, "loop") != NULL;

    return strncmp(device, "/dev/", 5) == 0 &&
           ((!loop && strstr(mount, "boot") == NULL) || (loop && strcmp(mount, "/") == 0));
}

static const struct error *read_disks(struct task *task, struct disk_space disks[DISKS_MAX], uint32_t *count)
{
    struct command df = {.id = EFFECT_HOST_DF, .text = "df -kP"};
    const char *table = NULL;

    *count = 0;
    TRY(run_command(task, df, &table));
    for (const char *line = table; *line != '\0' && *count < DISKS_MAX;) {
        char device[256];
        char mount[256];
        double used_kb = 0;
        double free_kb = 0;

        if (sscanf(line, "%255s %*f %lf %lf %*s %255s", device, &used_kb, &free_kb, mount) == 4 &&
            is_candidate(device, mount)) {
            disks[(*count)++] = (struct disk_space){arena_string(task->arena, mount), floor(used_kb / KB_PER_GB),
                                                    floor(free_kb / KB_PER_GB)};
        }
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    return NULL;
}

/* ---- steps 2 and 3: is there room
 * ---------------------------------------------------------------------------------------------- */

/* Only while unknown: a failure is logged and leaves 0. */
static void learn_ssd_size(struct task *task)
{
    const struct value *benchmarks = NULL;

    if (ssd_gb_get(task) > 0) {
        return;
    }
    const struct error *error = get_benchmarks(task, &benchmarks);

    if (error != NULL) {
        log_error(task, "%s", error_text(task->arena, error));
        return;
    }
    ssd_gb_set(task, value_get_number(benchmarks, "ssd", 0));
}

/* appsResources on the raw local records: enterprise apps count as zero, every component as its hdd and the extra. */
static const struct error *locked_by_apps(struct task *task, double *locked_gb)
{
    const struct value *documents = NULL;

    *locked_gb = 0;
    TRY(find_in_database(task, LOCAL_APPS, value_empty_object(), projection_no_id(task), &documents));
    for (uint32_t i = 0; i < value_count(documents); i++) {
        const struct app_spec *spec = app_spec_from(task->arena, value_at(documents, i));

        for (uint32_t j = 0; j < spec->component_count; j++) {
            *locked_gb += component_now(task, &spec->components[j]).hdd + EXTRA_PER_COMPONENT_GB;
        }
    }
    return NULL;
}

static const struct error *choose_disk(struct volume *volume, const struct disk_space *disks, uint32_t count,
                                       double locked_gb, const struct disk_space **chosen)
{
    struct arena *arena = volume->task->arena;
    double usable_gb = 0.95 * ssd_gb_get(volume->task) - LOCKED_GB;
    double used_gb = 0;
    double free_gb = 0;

    if (usable_gb - locked_gb + EXTRA_PER_COMPONENT_GB <= 0) {
        return error_new(arena, "Error", "Insufficient space on Flux Node to spawn an application");
    }
    for (uint32_t i = 0; i < count; i++) {
        used_gb += disks[i].used_gb;
        free_gb += disks[i].free_gb;
    }
    double reserve_gb = LOCKED_GB - used_gb;

    reserve_gb = reserve_gb > RESERVE_MIN_GB ? reserve_gb : RESERVE_MIN_GB;
    if (volume->hdd_gb >= free_gb - reserve_gb) {
        return error_new(arena, "Error", "Insufficient space on Flux Node. Space is already assigned to system files");
    }
    for (uint32_t i = 0; i < count; i++) {
        if (disks[i].free_gb > volume->hdd_gb + reserve_gb) {
            *chosen = &disks[i];
            return NULL;
        }
    }
    return error_new(arena, "Error", "Insufficient space on Flux Node. No useable volume found.");
}

static const struct error *find_room(struct volume *volume)
{
    struct task *task = volume->task;
    struct disk_space disks[DISKS_MAX] = {0};
    uint32_t count = 0;
    double locked_gb = 0;
    const struct disk_space *chosen = NULL;

    TRY(read_disks(task, disks, &count)); /* 1 */
    learn_ssd_size(task);                 /* 2 */
    TRY(locked_by_apps(task, &locked_gb));
    TRY(choose_disk(volume, disks, count, locked_gb, &chosen)); /* 3 */
    if (strcmp(chosen->mount, "/") == 0) {
        volume->volumes_folder = arena_printf(task->arena, "%sappvolumes", task->node->config.flux_dir);
        volume->file = arena_printf(task->arena, "%s/%sFLUXFSVOL", volume->volumes_folder, volume->app_id);
    } else {
        volume->file = arena_printf(task->arena, "%s/%sFLUXFSVOL", chosen->mount, volume->app_id);
    }
    return NULL;
}

/* ---- steps 4–10
 * -------------------------------------------------------------------------------------------------------------------
 */

static const struct error *sudo(struct volume *volume, enum effect_id id, const char *text, const char *object)
{
    struct command command = {.id = id, .text = text, .object = object};

    return run_command(volume->task, command, NULL);
}

static const struct error *make_folder(struct volume *volume, const char *path)
{
    return sudo(volume, EFFECT_HOST_MKDIR, arena_printf(volume->task->arena, "sudo mkdir -p %s", path), path);
}

static const struct error *open_up(struct volume *volume, const char *path)
{
    return sudo(volume, EFFECT_HOST_CHMOD, arena_printf(volume->task->arena, "sudo chmod 777 %s", path), path);
}

static const struct error *make_file_system(struct volume *volume)
{
    struct arena *arena = volume->task->arena;
    struct command allocate = {.id = EFFECT_HOST_FALLOCATE, .object = volume->file, .amount = volume->hdd_gb};
    struct command mount = {.id = EFFECT_HOST_MOUNT, .object = volume->folder, .operand = volume->file};

    if (volume->volumes_folder != NULL) {
        TRY(make_folder(volume, volume->volumes_folder)); /* 4 */
    }
    allocate.text = arena_printf(arena, "sudo fallocate -l %.0fG %s", volume->hdd_gb, volume->file);
    TRY(run_command(volume->task, allocate, NULL));
    TRY(sudo(volume, EFFECT_HOST_MKFS, arena_printf(arena, "sudo mke2fs -t ext4 %s", volume->file),
             volume->file));                  /* 5 */
    TRY(make_folder(volume, volume->folder)); /* 6 */
    mount.text = arena_printf(arena, "sudo mount -o loop %s %s", volume->file, volume->folder);
    return run_command(volume->task, mount, NULL); /* 7 */
}

static const char *inside(struct volume *volume, const char *name)
{
    return arena_printf(volume->task->arena, "%s/%s", volume->folder, name);
}

static const struct error *make_further_mount(struct volume *volume, const struct mount *mount)
{
    const char *path = inside(volume, mount->sub);

    if (mount->kind == MOUNT_DIRECTORY) {
        return make_folder(volume, path);
    }
    return sudo(volume, EFFECT_HOST_TOUCH,
                arena_printf(volume->task->arena, "sudo touch %s && sudo chmod 777 %s", path, path), path);
}

/* Step 8. */
static const struct error *make_mount_points(struct volume *volume, const struct component *component,
                                             const struct app_spec *spec)
{
    const struct container_mounts *mounts = &volume->mounts;

    TRY(make_folder(volume, inside(volume, "appdata")));
    TRY(parse_container_data(volume->task->arena, component->container_data, spec, (int)(component - spec->components),
                             &volume->mounts));
    for (uint32_t i = 1; i < mounts->count; i++) {
        if (mount_is_local(&mounts->mounts[i])) {
            TRY(make_further_mount(volume, &mounts->mounts[i]));
        }
    }
    TRY(open_up(volume, volume->folder));
    TRY(open_up(volume, inside(volume, "appdata")));
    for (uint32_t i = 1; i < mounts->count; i++) {
        if (mount_is_local(&mounts->mounts[i])) {
            TRY(open_up(volume, inside(volume, mounts->mounts[i].sub)));
        }
    }
    return NULL;
}

/* Step 9. */
static const struct error *make_syncthing_marks(struct volume *volume)
{
    const char *ignore = inside(volume, ".stignore");

    if (!volume->mounts.flag_r && !volume->mounts.flag_g && !volume->mounts.flag_s) {
        return NULL;
    }
    TRY(make_folder(volume, inside(volume, ".stfolder")));
    return sudo(volume, EFFECT_HOST_WRITE_STIGNORE,
                arena_printf(volume->task->arena, "sudo echo '/backup' >| %s", ignore), ignore);
}

/* Step 10. */
static const struct error *add_reboot_job(struct volume *volume)
{
    struct crontab crontab;

    TRY(crontab_load(volume->task, &crontab));
    if (crontab_find(&crontab, volume->app_id) < 0) {
        crontab_add(volume->task, &crontab, volume->file, volume->folder, volume->app_id);
        crontab_save(volume->task, &crontab);
    }
    return NULL;
}

static const struct error *make_volume(struct volume *volume, const struct component *component,
                                       const struct app_spec *spec)
{
    TRY(make_file_system(volume));
    TRY(make_mount_points(volume, component, spec));
    TRY(make_syncthing_marks(volume));
    return add_reboot_job(volume);
}

static void clean_up_step(struct volume *volume, enum effect_id id, const char *text, const char *object, bool logged)
{
    const struct error *error = sudo(volume, id, text, object);

    if (error != NULL && logged) {
        log_error(volume->task, "%s", error_text(volume->task->arena, error));
    }
}

/* The crontab is not touched. */
static void clean_up(struct volume *volume)
{
    struct arena *arena = volume->task->arena;

    clean_up_step(volume, EFFECT_HOST_UMOUNT, arena_printf(arena, "sudo umount %s", volume->folder), volume->folder,
                  false);
    clean_up_step(volume, EFFECT_HOST_RM, arena_printf(arena, "sudo rm -rf %s", volume->file), volume->file, true);
    clean_up_step(volume, EFFECT_HOST_RM, arena_printf(arena, "sudo rm -rf %s", volume->folder), volume->folder, true);
}

const struct error *create_app_volume(struct task *task, struct component *component, const char *app,
                                      bool is_component, struct app_spec *full_specs)
{
    const char *app_id = component_app_id(task, component, app, is_component);
    struct volume volume = {
        .task = task,
        .app_id = app_id,
        .folder = arena_printf(task->arena, "%s%s", task->node->config.apps_folder, app_id),
        .hdd_gb = component_now(task, component).hdd,
    };

    TRY(find_room(&volume)); /* a throw up to here leaves an existing volume untouched */
    const struct error *error = make_volume(&volume, component, full_specs);

    if (error != NULL) {
        clean_up(&volume);
    }
    return error;
}

/* What `mount | grep` prints for the folder; NULL: no line holds it (grep's exit status 1), or the command failed. */
static const char *mount_line(struct task *task, const char *folder)
{
    struct command grep = {.id = EFFECT_HOST_MOUNT_GREP,
                           .text = arena_printf(task->arena, "mount | grep \"%s\"", folder),
                           .object = folder};
    const char *output = NULL;

    return run_command(task, grep, &output) == NULL ? output : NULL;
}

bool folder_is_mounted(struct task *task, const char *folder)
{
    return mount_line(task, folder) != NULL;
}

const struct error *verify_app_volume_mount(struct task *task, const char *app_id)
{
    const char *folder = arena_printf(task->arena, "%s%s", task->node->config.apps_folder, app_id);
    const char *line = mount_line(task, folder);

    if (line == NULL || strstr(line, folder) == NULL) {
        return error_new(task->arena, "Error",
                         "Volume mount verification failed for %s. Mount does not exist or is not accessible.", folder);
    }
    return NULL;
}
