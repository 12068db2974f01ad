/* The image registry and the lists of blocked and vetted repositories on GitHub. lifecycle.md 2.5. Any image is known,
 * small and built for amd64 unless the scenario says otherwise.
 */
#ifndef DRYDOCK_FAKES_IMAGE_REGISTRY_H
#define DRYDOCK_FAKES_IMAGE_REGISTRY_H

#include "core/effect.h"

struct world;

struct registry_image {
    const char *repotag;
    bool missing;      /* 404 */
    bool token_wanted; /* 401 with a www-authenticate realm until a token was fetched */
    bool token_given;  /* fetched in this run */
    bool manifest_list;
    bool updated;             /* a newer image stands under the tag than nodes have pulled */
    const char *architecture; /* "amd64" */
    double size_bytes;        /* sum of layers */
};

struct image_registry {
    struct world *world;
    struct registry_image *images; /* exceptions only */
    uint32_t image_count, image_size;
    const struct value *blocked; /* array of text */
    const struct value *vetted;
};

void image_registry_init(struct image_registry *registry, struct world *world);
void image_registry_apply(struct image_registry *registry, struct effect *effect, struct arena *answers);
uint64_t image_registry_hash(const struct image_registry *registry); /* world_hash() */
/* What the scenario says of an image; NULL: nothing in particular. */
const struct registry_image *image_registry_find(const struct image_registry *registry, const char *repotag);
struct registry_image *image_registry_add(struct image_registry *registry, const char *repotag);

/* The digest under a tag, before or after an update; text in `arena`. */
const char *image_registry_digest(const char *repotag, bool updated, struct arena *arena);

#endif
