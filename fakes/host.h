/* The host: disks, volume files, loop mounts, directories, crontab, firewall, UPnP. lifecycle.md 2.6, 12.3, 12.4.
 *
 * Every volume carries a content mark: 0 while empty, else a number that changes when a container writes. Formatting or
 * deleting a volume with a mark is a DATA_LOST change. Formatting a mounted volume fails, formatting an unmounted one
 * destroys it silently. A later mount on the same folder hides an earlier one.
 */
#ifndef DRYDOCK_FAKES_HOST_H
#define DRYDOCK_FAKES_HOST_H

#include "core/effect.h"
#include "fakes/name_index.h"

struct world;

struct disk {
    const char *device; /* "/dev/vda" */
    const char *mount;  /* "/" */
    int64_t size_kb;    /* 1 KiB blocks, as df -kP shows */
    int64_t used_kb;    /* without the volume files below */
};

struct volume_file {
    const char *path;
    int64_t size_gb;
    bool formatted;
    uint64_t mark; /* 0: empty */
};

struct host_mount {
    const char *folder;
    const char *volume; /* backing file */
    int64_t since_ms;
};

struct host_path {
    const char *path; /* a directory or file; without trailing slash */
    bool is_file;
    const char *volume; /* the volume it lives in, NULL: the root file system */
};

struct host {
    struct world *world;
    struct disk *disks;
    uint32_t disk_count, disk_size;
    struct volume_file *volumes;
    uint32_t volume_count, volume_size;
    struct name_index volume_paths;
    struct host_mount *mounts; /* in order of mounting: the last on a folder shows */
    uint32_t mount_count, mount_size;
    struct name_index mount_folders, mount_volumes;
    struct host_path *paths;
    uint32_t path_count, path_size;
    struct name_index path_names;
    const char **crontab; /* lines */
    uint32_t crontab_count, crontab_size;
    bool firewall_active;
    double *ports; /* allowed by ufw */
    uint32_t port_count, port_size;
    bool iptables_present; /* false: `iptables --version` prints nothing, as in the recordings */
};

void host_init(struct host *host, struct world *world);
void host_apply(struct host *host, struct effect *effect, struct arena *answers);
uint64_t host_hash(const struct host *host); /* world_hash() */

/* ---- building and looking -------------------------------------------------------------------------------------- */

void host_add_disk(struct host *host, const char *device, const char *mount, int64_t size_kb, int64_t used_kb);
/* Takes away the default disk and any other: for a scenario that says its own. */
void host_clear_disks(struct host *host);
/* A volume as an install leaves it: formatted file, folder; mounted with appdata in it when `mounted`; crontab job when
 * `crontab`; with_data gives it a content mark. `volume` is the backing file's path, `folder` the data folder. */
void host_add_volume(struct host *host, const char *volume, const char *folder, const char *app_id, int64_t size_gb,
                     bool mounted, bool crontab, bool with_data);
struct volume_file *host_volume(struct host *host, const char *path);
/* The backing file mounted on exactly this folder (the one that shows), NULL when none. */
const char *host_mounted_on(const struct host *host, const char *folder);
bool host_path_exists(const struct host *host, const char *path);
void host_add_crontab_line(struct host *host, const char *line);

/* ---- the world's own doings -------------------------------------------------------------------------------------- */

/* A container with a bind mount below `path` writes: a mounted volume gets a new mark. */
void host_data_written(struct host *host, const char *path);
bool host_unmount(struct host *host, const char *folder);
/* Host reboot: mounts are gone, then the crontab's @reboot jobs mount again what they name. */
void host_reboot(struct host *host);

#endif
