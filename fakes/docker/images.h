/* Images of a whole engine: ids, layers, what their configuration gives to containers; pulls from the scripted registry
 * (fakes/image_registry.h), loads and imports. The table of tags is docker_engine.images. */
#ifndef DRYDOCK_FAKES_DOCKER_IMAGES_H
#define DRYDOCK_FAKES_DOCKER_IMAGES_H

#include "core/value.h"

struct docker_engine;

struct docker_image {
    const char *id;                     /* "sha256:" and 64 hex digits */
    const struct value *config;         /* Config as inspect shows it */
    const struct value *tags, *digests; /* arrays of text */
    const struct value *history, *layers;
    const char *parent; /* "" */
    int64_t created_ms;
    double size_bytes;
};

struct docker_images {
    struct docker_image *all;
    uint32_t count, size;
};

/* Images that the scenario's containers and tags name are there from the start. */
void docker_images_init(struct docker_engine *engine);
/* By tag ("busybox", "busybox:1", "host:5000/a/b:c"), digest, id or unambiguous prefix of an id; NULL: none. */
const struct docker_image *docker_image_find(const struct docker_engine *engine, const char *reference);

#endif
