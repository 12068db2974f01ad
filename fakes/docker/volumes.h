/* Volumes of a whole engine, named and anonymous, and the mounts of containers. */
#ifndef DRYDOCK_FAKES_DOCKER_VOLUMES_H
#define DRYDOCK_FAKES_DOCKER_VOLUMES_H

#include "core/effect.h"

struct container;
struct docker_engine;
struct docker_request;
struct process_files;
struct value;

struct docker_volume {
    const char *name;
    const char *driver;                   /* "local" */
    const struct value *labels, *options; /* objects or NULL */
    int64_t created_ms;
    bool anonymous;
    struct process_files *files; /* in the pool; NULL: nobody has looked yet */
};

/* A folder of the host that was bound into a container, each path by itself. What is in it stays as long as the world.
 */
struct docker_host_folder {
    const char *path;
    struct process_files *files;
};

struct docker_volumes {
    struct docker_volume *all; /* in order of creation */
    uint32_t count, size;
    const struct value *last_mount; /* that a container got; NULL: none did */
    struct docker_host_folder *folders;
    uint32_t folder_count, folder_size;
};

/* The mounts of a container that is made (HostConfig.Binds and Mounts, Volumes of config and image): volumes that they
 * name are created, container->details->mounts is set. false, with an error set, when one cannot be. `request` NULL:
 * never fails. */
bool docker_volumes_mount(struct docker_engine *engine, struct docker_request *request, struct container *container);
/* The files of what one of a container's mounts (details->mounts) shows: of its volume, of the host's folder. NULL: a
 * tmpfs, whose files are the container's own. */
struct process_files *docker_volumes_files(struct docker_engine *engine, const struct value *mount);
/* Notes that its volumes are mounted (it starts) or no longer (it has exited). */
void docker_volumes_note_mounts(struct docker_engine *engine, const struct container *container, bool mounted);
/* It goes; with it its anonymous volumes, if `with_anonymous`. */
void docker_volumes_release(struct docker_engine *engine, const struct container *container, bool with_anonymous);

/* ---- for the files of volumes ---------------------------------------------------------------------------------- */

/* By its name; NULL: there is none. */
struct docker_volume *docker_volume_find(const struct docker_engine *engine, const char *name);
/* A new one, with its event; `name` NULL or "": an anonymous one. Labels and options may be NULL; they are copied. */
struct docker_volume *docker_volume_add(struct docker_engine *engine, const char *name, const struct value *labels,
                                        const struct value *options);
/* Whether a volume may have this name; otherwise false with the Engine's 400. `request` NULL: nobody is told. */
bool docker_volume_may_be_named(struct docker_request *request, const char *name);
/* Notes an event of a volume; `more`: attributes beside its driver, NULL: none. */
void docker_volume_note(struct docker_engine *engine, const struct docker_volume *volume, const char *action,
                        const struct value *more);

#endif
