/* Images of a whole engine: ids, layers, what their configuration gives to containers; pulls from the scripted registry
 * (fakes/image_registry.h), loads and imports. docker_engine.images is the same as a list of tags, for who looks at a
 * lean engine. */
#ifndef DRYDOCK_FAKES_DOCKER_IMAGES_H
#define DRYDOCK_FAKES_DOCKER_IMAGES_H

#include "core/effect.h"
#include "fakes/docker/reference.h"

struct docker_engine;
struct docker_request;

struct docker_image {
    const char *id;              /* "sha256:" and 64 hex digits */
    const struct value *config;  /* Config as inspect shows it */
    const struct value *tags;    /* array of "name:tag" */
    const struct value *digests; /* array of "name@sha256:…" */
    const struct value *layers;  /* array of diff ids, the lowest first: images may share them */
    const struct value *history; /* array of {Comment, Created, CreatedBy, Size}, the last first; NULL: of one step */
    struct process_files *files; /* of a commit: what differs from the usual image, in the pool; NULL: nothing */
    const char *comment;         /* of its last layer; "" */
    const char *author, *parent, *container; /* of a commit; "" */
    const char *docker_version;              /* that made it; "" */
    const char *architecture;                /* "amd64" */
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
/* A new image without tags, with a usual configuration for one of this name and a layer of its own; id NULL: one that
 * comes from the name. */
struct docker_image *docker_image_add(struct docker_engine *engine, const char *name, const char *id);
/* Gives a tag to an image, and takes it from another that had it. */
void docker_image_tag_as(struct docker_engine *engine, struct docker_image *image, const char *tag);
/* A configuration in which nothing is said (Go's zero values). */
const struct value *docker_image_no_config(struct arena *arena);
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
/* The digest of bytes. */
const char *docker_sha256(struct arena *arena, const void *bytes, size_t length);
/* Whether another image, or a container whose image is gone, has the layer. */
bool docker_layer_is_used(const struct docker_engine *engine, const struct docker_image *except, const char *layer);

/* Whether some image has the layer. */
bool docker_layer_is_known(const struct docker_engine *engine, const char *layer);
/* POST /images/create with fromSrc (image_import.c). */
void docker_image_import(struct docker_request *request);

/* The filter `dangling` of images, which is stricter than that of others: true or false alone. */
struct docker_filters;
bool docker_image_dangling(struct docker_request *request, const struct docker_filters *filters, bool otherwise,
                           bool *truth);
/* The answer to a request that reports its progress: an array of objects, a line each (image_progress.c). */
void docker_answer_lines(struct docker_request *request, const struct value *lines);
/* {"errorDetail", "error"}: how a line says that it went wrong. */
const struct value *docker_error_line(struct arena *arena, const char *message);
/* Lines of that: with an id ("latest": Pulling from …), a layer's state, all states of a layer that is fetched, a
 * status alone. */
const struct value *docker_line(struct arena *arena, const struct value *lines, const char *id, const char *status);
const struct value *docker_line_of_state(struct arena *arena, const struct value *lines, const char *id,
                                         const char *status);
const struct value *docker_lines_of_layer(struct arena *arena, const struct value *lines, const char *id, double bytes);
const struct value *docker_line_of_status(struct arena *arena, const struct value *lines, const char *status);
/* The parameter `changes`, instructions of a Dockerfile a line each, put onto a configuration; NULL, with a 400 set,
 * when one of them is none that may stand there (image_changes.c). */
const struct value *docker_image_changed(struct docker_request *request, const struct value *config);
/* The parameters `repo` and `tag` as a reference; *given: whether there is one. false, with an error of this status
 * set, when they are none. */
bool docker_image_new_name(struct docker_request *request, int status, struct docker_reference *reference, bool *given);

#endif
