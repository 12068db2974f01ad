/* Directories and files of the host, and in which volume they live: for fakes/host_*.c.
 *
 * A path below a mounted folder lives in the volume that shows there; unmounting hides it, mounting brings it back.
 */
#ifndef DRYDOCK_FAKES_HOST_PATHS_H
#define DRYDOCK_FAKES_HOST_PATHS_H

#include "fakes/host.h"
#include "fakes/touch.h"

/* Whether the path is the folder or lies below it. */
bool path_is_under(const char *path, const char *folder);
/* The mount that shows on a folder, whose name has this length; NULL: nothing is mounted there. */
const struct host_mount *mount_on(const struct host *host, const char *folder, size_t length);
/* The volume that covers a path: mounted on it or on a folder above, the innermost; NULL: none. The second way of
 * asking is for effects: it touches the mounts on all these folders. */
const char *covering_volume(const struct host *host, const char *path);
const char *find_covering_volume(const struct host *host, const char *path);
/* host_path_exists() for effects: with touches. */
bool find_path(const struct host *host, const char *path);
/* A mount comes or goes: touches its folder and its backing file. */
void touch_mount(const struct host *host, const char *folder, enum touch_mode mode);
/* Whether a file or directory is to be seen: no mount hides it, and its volume is mounted. */
bool host_path_shows(const struct host *host, const struct host_path *path);
/* mkdir -p; nothing changes for what exists. */
void add_folders(struct host *host, const char *path);
void add_path(struct host *host, const char *path, bool is_file);
/* Everything that shows at or below a path; everything in a volume, mounted or not. */
void remove_paths_under(struct host *host, const char *path);
void remove_paths_in_volume(struct host *host, const char *volume);
/* Hash of all paths, in no order. */
uint64_t hash_of_paths(const struct host *host);

#endif
