/* Images of a whole engine: ids, layers, what their configuration gives to containers; pulls from the scripted registry
 * (fakes/image_registry.h), loads and imports. docker_engine.images is the same as a list of tags, for who looks at a
 * lean engine. */
#ifndef DRYDOCK_FAKES_DOCKER_IMAGES_H
#define DRYDOCK_FAKES_DOCKER_IMAGES_H

#include "core/effect.h"

struct docker_engine;
struct docker_request;

struct docker_image {
    const char *id;              /* "sha256:" and 64 hex digits */
    const struct value *config;  /* Config as inspect shows it */
    const struct value *tags;    /* array of "name:tag" */
    const struct value *digests; /* array of "name@sha256:…" */
    const char *comment;         /* of its last layer; "" */
    const char *architecture;    /* "amd64" */
    int64_t created_ms;
    int64_t tagged_ms; /* when it got its last tag; 0: none here */
    double size_bytes;
};

struct docker_images {
    struct docker_image *all; /* in order of arrival */
    uint32_t count, size;
};

enum { IMAGE_ID_PREFIX = 7 /* "sha256:" */, SHORT_ID = 12, IMAGE_ID_LENGTH = 71 };

/* Images that the scenario's tags name are there from the start. */
void docker_images_init(struct docker_engine *engine);
/* By tag ("busybox", "busybox:1", "host:5000/a/b:c"), digest, id or unambiguous prefix of an id; NULL: none. */
struct docker_image *docker_image_find(const struct docker_engine *engine, const char *reference);

/* ---- for the files of images ----------------------------------------------------------------------------------- */

/* The image that the request's path names; NULL after its 404 or 400 was set. */
struct docker_image *docker_image_of(struct docker_request *request);
/* A new image without tags, with a usual configuration for one of this name; id NULL: one that comes from the name. */
struct docker_image *docker_image_add(struct docker_engine *engine, const char *name, const char *id);
/* Gives a tag to an image, and takes it from another that had it. */
void docker_image_tag_as(struct docker_engine *engine, struct docker_image *image, const char *tag);
/* Takes a tag or a digest from an image; one that has none is left, dangling. */
void docker_image_untag(struct docker_engine *engine, struct docker_image *image, const char *reference);
/* Notes "pull", "tag", "untag", "delete", "import", "load" of an image; `id` is the actor's, `name` its attribute. */
void docker_image_event(struct docker_engine *engine, const struct docker_image *image, const char *action,
                        const char *id, const char *name);
/* Removes an image that nothing uses and adds {"Deleted"} of it and its layers to `removed`. */
const struct value *docker_image_delete(struct docker_engine *engine, struct docker_image *image,
                                        const struct value *removed, struct arena *arena);
/* "sha256:" and 64 digits that stand for a text. */
const char *docker_digest(struct arena *arena, const char *text);
/* The digest of its only layer, "sha256:…". */
const char *docker_image_layer(const struct docker_image *image, struct arena *arena);

#endif
