/* Image registries whose content the scenario says (docker_whole_options.registries, an array of
 *
 *   {"host", "down": true, "denied": [path], "images": [{"name": "app:1", "layers": [text], "architecture",
 * "command"}]}
 *
 * ). Such a registry has these images and no others; any other host has every image (fakes/image_registry.h). The same
 * layers and command are the same image; a layer is its text. */
#ifndef DRYDOCK_FAKES_DOCKER_REGISTRIES_H
#define DRYDOCK_FAKES_DOCKER_REGISTRIES_H

#include "fakes/docker/reference.h"
#include "fakes/docker_engine.h"

struct registry_answer {
    bool is_scripted;          /* the host is one of the scenario's */
    const struct value *image; /* its entry; NULL: none, or not scripted */
    const char *error;         /* what the Engine says of a scripted host without it; NULL: nothing */
    bool is_down;
};

/* What the host of a reference answers of it. Texts are in `arena`. */
struct registry_answer docker_registry_ask(const struct docker_engine *engine, struct arena *arena,
                                           const struct docker_reference *reference);
/* `Get "http://host/v2/": dial tcp host: connect: connection refused` of a host that is down; NULL: it is not. */
const char *docker_registry_down(const struct docker_engine *engine, struct arena *arena, const char *host);

/* Of an entry: the ids of its image, of its manifest ("sha256:…"), and of its layers (an array). */
const char *docker_registry_image_id(struct arena *arena, const struct value *image);
const char *docker_registry_manifest(struct arena *arena, const struct value *image);
const struct value *docker_registry_layers(struct arena *arena, const struct value *image);

#endif
