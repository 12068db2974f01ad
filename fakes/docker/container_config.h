/* Config and HostConfig of containers: as clients give them, and as the Engine shows them (container_members.def).
 *
 * What is kept of one has only the members that differ from what every container has, so that ten thousand containers
 * cost little: who reads a member takes its absence for the fallback.
 */
#ifndef DRYDOCK_FAKES_DOCKER_CONTAINER_CONFIG_H
#define DRYDOCK_FAKES_DOCKER_CONTAINER_CONFIG_H

#include "core/effect.h"

enum config_shape {
    SHAPE_NONE,
    SHAPE_CONFIG,
    SHAPE_HOST_CONFIG,
    SHAPE_HEALTHCHECK,
    SHAPE_LOG_CONFIG,
    SHAPE_PORT_BINDING,
    SHAPE_RESTART_POLICY,
    SHAPE_DEVICE,
    SHAPE_ULIMIT,
    SHAPE_MOUNT,
};

enum config_member {
#define MEMBER(shape, name, kind, of, type, fallback) MEMBER_##shape##_##name,
#include "fakes/docker/container_members.def"
    MEMBER_COUNT
};

/* The fallbacks as values, made once per engine. */
struct config_fallbacks {
    const struct value *all[MEMBER_COUNT]; /* NULL: left out */
};

void config_fallbacks_init(struct config_fallbacks *fallbacks, struct arena *memory);

/* Where a member does not fit: what Go's encoding/json says of it. */
struct config_error {
    const char *text; /* NULL: nothing was wrong */
};

/* The members of a shape in `given` (their names in any case) that differ from their fallbacks, in the shape's order;
 * STRUCTs in it are complete. Values are shared with `given`; new ones are in `arena`. `owner` is the Go struct's name
 * and path for errors. */
const struct value *config_read(const struct config_fallbacks *fallbacks, enum config_shape shape,
                                const struct value *given, const char *owner, struct arena *arena,
                                struct config_error *error);
/* All members of a shape as the Engine shows them. */
const struct value *config_shown(const struct config_fallbacks *fallbacks, enum config_shape shape,
                                 const struct value *kept, struct arena *arena);
/* An object with its members in the order of their names, as Go writes maps. */
const struct value *config_sorted(struct arena *arena, const struct value *object);
/* A member by its name as clients may have written it (in any case); NULL: there is none. */
const struct value *config_given(const struct value *object, const char *name);
/* A member of what is kept of the two, or its fallback; NULL: it is left out. */
const struct value *config_member_of(const struct config_fallbacks *fallbacks, const struct value *config,
                                     const struct value *host_config, enum config_member member);
/* Whether a body names any member of a shape, in any case. */
bool config_mentions(enum config_shape shape, const struct value *body);
/* A new object like `kept` with a member set, in the shape's order; equal to its fallback or NULL: without it. */
const struct value *config_with(const struct config_fallbacks *fallbacks, enum config_shape shape,
                                const struct value *kept, const char *name, const struct value *value,
                                struct arena *arena);
/* What a container's Config is when its image has this one: the image's where the client said nothing. */
const struct value *config_merged(const struct config_fallbacks *fallbacks, const struct value *config,
                                  const struct value *image, struct arena *arena);

#endif
