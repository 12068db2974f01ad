/* The files that a container's processes see: what every image here brings (busybox's directories and its /etc), and
 * what was created, changed or deleted since, for GET /containers/{id}/changes, `docker cp` and the commands
 * themselves.
 *
 * One table per container and one per volume; a volume's table is mounted into a container's. Paths are absolute and
 * normal (no `.`, `..`, double or trailing slash). Content lies in the pool; a file may be longer than its content, the
 * rest reads as zeros (dd if=/dev/zero). Owners: everything is root's.
 *
 * Kinds of change: https://docs.docker.com/engine/api/v1.41/#operation/ContainerChanges.
 */
#ifndef DRYDOCK_FAKES_DOCKER_PROCESS_FILES_H
#define DRYDOCK_FAKES_DOCKER_PROCESS_FILES_H

#include "fakes/docker/pool.h"

enum file_change { FILE_MODIFIED = 0, FILE_ADDED = 1, FILE_DELETED = 2 }; /* as the API numbers them */

struct process_file {
    struct process_file *next; /* by path, in byte order */
    const char *path;          /* in the pool */
    enum file_change change;
    bool is_folder;
    bool of_image; /* not changed here: a commit's, which the container is made of */
    uint32_t mode; /* permissions */
    struct text content;
    uint64_t size; /* ≥ content.length */
    int64_t mtime_ms;
    const char *target; /* of a symbolic link, in the pool; NULL: none */
};

struct process_mount {
    struct process_mount *next;
    const char *folder; /* in the pool */
    struct process_files *files;
    bool read_only;
};

struct process_files {
    struct pool *pool;
    bool is_volume;       /* empty but for its root; else what an image brings is there */
    bool read_only;       /* HostConfig.ReadonlyRootfs */
    bool is_full;         /* the image is no bare busybox: it has bash, and commands in /usr/bin too */
    const char *hostname; /* for /etc/hostname and /etc/hosts; NULL: none */
    const char *address;  /* the same */
    struct process_file *first;
    struct process_mount *mounts;
};

enum file_kind { FILE_NONE, FILE_REGULAR, FILE_FOLDER, FILE_DEVICE, FILE_LINK };

/* What there is at a path. */
struct file_status {
    enum file_kind kind;
    bool executable;
    bool read_only; /* nothing may be changed there */
    uint32_t mode;
    uint64_t size;
    int64_t mtime_ms;
    const char *target; /* of a link */
};

/* Why something failed: 0 or an errno. */
typedef int file_error;

void process_files_init(struct process_files *files, struct pool *pool);
/* Gives all memory back: the container or volume is removed. What is mounted stays. */
void process_files_free(struct process_files *files);
/* What differs in `from`, as what an image brings. */
void process_files_copy(struct process_files *files, const struct process_files *from);
/* Shows a volume's (or host folder's) files at a folder of the container. */
void process_files_mount(struct process_files *files, const char *folder, struct process_files *volume, bool read_only);

struct file_status process_files_status(const struct process_files *files, const char *path); /* follows no link */
/* A path as a client gives it, with `.`, `..` and slashes, without them and with its links followed, at most eight: in
 * the pool's `result`. `last`: a link that it ends in, too. */
void process_files_resolve(const struct process_files *files, const char *path, bool last, struct pool *pool,
                           struct text *result);
/* Whether a path lies in something mounted. */
bool process_files_is_mounted(const struct process_files *files, const char *path);
/* The same of a path that has none of these. */
void process_files_follow(const struct process_files *files, const char *path, struct pool *pool, struct text *result);

/* ENOENT, ENOTDIR, EEXIST, EISDIR, ENOTEMPTY, EROFS as the calls of the same names give them. */
file_error process_files_mkdir(struct process_files *files, const char *path, int64_t now_ms);
/* Creates an empty file or sets the time of one (or of a folder). */
file_error process_files_touch(struct process_files *files, const char *path, int64_t now_ms);
/* Makes a file empty, creates it when there is none. */
file_error process_files_truncate(struct process_files *files, const char *path, int64_t now_ms);
/* Writes at an offset; `bytes` NULL: zeros. */
file_error process_files_write(struct process_files *files, const char *path, uint64_t offset, const char *bytes,
                               size_t length, int64_t now_ms);
/* Reads at most `length` bytes at an offset; the number of bytes, 0 at the end. */
size_t process_files_read(const struct process_files *files, const char *path, uint64_t offset, char *bytes,
                          size_t length);
file_error process_files_link(struct process_files *files, const char *path, const char *target, int64_t now_ms);
file_error process_files_chmod(struct process_files *files, const char *path, uint32_t mode, int64_t now_ms);
/* A file, or an empty folder; a whole tree. */
file_error process_files_remove(struct process_files *files, const char *path, int64_t now_ms);
file_error process_files_remove_tree(struct process_files *files, const char *path, int64_t now_ms);

/* The names in a folder, in byte order, appended to a list (pool.h). */
void process_files_names(const struct process_files *files, const char *folder, struct pool *pool, struct text *names);

/* The paths that differ from the image, in byte order, with the folders above each (modified), as the Engine lists
 * them; what is mounted is none, and of a deleted folder only itself. Appended to a list (pool.h). */
void process_files_changes(const struct process_files *files, struct pool *pool, struct text *paths);
enum file_change process_files_change_of(const struct process_files *files, const char *path); /* one of those */
/* Bytes that the container itself wrote: SizeRw. */
uint64_t process_files_bytes(const struct process_files *files);

#endif
