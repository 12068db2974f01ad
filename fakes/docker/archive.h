/* Paths that requests about a container's files name (moby container/archive.go): a path's last link is not followed
 * where files are read, unless a slash comes after it, and is where they are written. */
#ifndef DRYDOCK_FAKES_DOCKER_ARCHIVE_H
#define DRYDOCK_FAKES_DOCKER_ARCHIVE_H

#include "fakes/docker/container_parts.h"

/* A path of a request, found in the container. */
struct archive_spot {
    struct container *container;
    struct process_files *files;
    const char *asked;
    const char *path; /* its links followed, in the request's answers */
    const char *base; /* the last part of what was asked for, "." and "/" included */
    struct file_status status;
};

/* Finds what a request is about; false with an error set. `last`: a link at its end is followed. */
bool archive_find(struct docker_request *request, bool last, struct archive_spot *spot);
/* A path with its links followed (`last`: one at its end, too), in the request's answers. */
const char *archive_resolved(struct docker_request *request, const struct process_files *files, const char *path,
                             bool last);
/* Whether something is what the kernel mounts (/proc, /sys, devices), and so none of a container's files. */
bool archive_is_of_kernel(const char *path, const struct file_status *status);
void archive_refuse(struct docker_request *request, int status, const char *text);

#endif
