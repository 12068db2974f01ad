/* Names of images: [host[:port]/]path[:tag][@digest]. Grammar and messages: github.com/distribution/reference. */
#ifndef DRYDOCK_FAKES_DOCKER_REFERENCE_H
#define DRYDOCK_FAKES_DOCKER_REFERENCE_H

#include "core/effect.h"

#include <stdbool.h>

struct docker_reference {
    const char *host;   /* "docker.io" where none was given */
    const char *path;   /* on the host: "library/busybox" */
    const char *name;   /* as people write it: "busybox", "localhost:5000/a/b" */
    const char *tag;    /* NULL: none was given */
    const char *digest; /* "sha256:…"; NULL */
};

/* Reads a reference; NULL, or what is wrong with it: "invalid reference format …". Texts are in `arena`. */
const char *docker_reference_read(struct arena *arena, const char *text, struct docker_reference *reference);
/* name:tag, with "latest" where there is no tag. */
const char *docker_reference_tagged(struct arena *arena, const struct docker_reference *reference);

/* Whether a text may be a tag. */
bool docker_reference_is_tag(const char *tag);

#endif
