/* What the files of the lean Engine share: fakes/docker_engine*.c. */
#ifndef DRYDOCK_FAKES_DOCKER_ENGINE_PARTS_H
#define DRYDOCK_FAKES_DOCKER_ENGINE_PARTS_H

#include "fakes/docker_engine.h"
#include "fakes/world.h"

/* Exit codes: by SIGKILL, by a stop, and of one whose start failed. */
enum { EXIT_CODE_KILLED = 137, EXIT_CODE_STOPPED = 0, EXIT_CODE_NEVER_RAN = 128 };

static inline void engine_note(struct docker_engine *engine, enum change_kind kind, const char *object)
{
    world_note_change(engine->world, (struct change){.kind = kind, .object = object});
}

/* ---- docker_engine_containers.c -------------------------------------------------------------------------------- */

/* What a request names, by name or whole id; NULL: not there, or `reference` is NULL. Either way that is observed: the
 * touches say so. */
struct container *engine_find_container(struct docker_engine *engine, const char *reference);
/* Its entry of containers.list, made when it came or changed: a list shows them all. */
const struct value *engine_container_listed(struct docker_engine *engine, struct container *container);
/* A start that failed shows in an inspect. */
void engine_set_never_ran(struct docker_engine *engine, struct container *container);
/* Whether it holds an endpoint of the network: a stopped one holds none. */
bool engine_container_is_attached(const struct container *container, const struct docker_network *network);
/* Its address there, when it is attached: the fixed one, else one by its name. In `arena`, or the container's own. */
const char *engine_container_address(const struct container *container, const struct docker_network *network,
                                     struct arena *arena);
void engine_disconnect_container(struct docker_engine *engine, struct container *container); /* by force */
uint64_t engine_hash_containers(const struct docker_engine *engine, uint64_t hash);

/* ---- docker_engine_container_requests.c ------------------------------------------------------------------------ */

/* Answers the effects docker.containers.* and docker.container.*. */
void engine_apply_to_containers(struct docker_engine *engine, struct effect *effect, struct arena *answers);

/* ---- docker_engine_networks.c ---------------------------------------------------------------------------------- */

/* As engine_find_container(); `reference` is not NULL. */
const struct docker_network *engine_find_network(const struct docker_engine *engine, const char *reference);
/* The address of a /24 ("172.23.5.0/24") with this last octet, in `arena`. */
const char *engine_subnet_address(const char *subnet, unsigned octet, struct arena *arena);
/* Whether a container of this NetworkMode can start; observed. */
bool engine_can_join(const struct docker_engine *engine, const char *network);
/* Answers the effects docker.networks.* and docker.network.*. */
void engine_apply_to_networks(struct docker_engine *engine, struct effect *effect, struct arena *answers);
uint64_t engine_hash_networks(const struct docker_engine *engine, uint64_t hash);

/* ---- docker_engine_images.c ------------------------------------------------------------------------------------ */

bool engine_has_image(const struct docker_engine *engine, const char *repotag); /* observed; NULL is none */
/* Answers the effects docker.image.* and docker.images.*. */
void engine_apply_to_images(struct docker_engine *engine, struct effect *effect, struct arena *answers);
uint64_t engine_hash_images(const struct docker_engine *engine, uint64_t hash);

#endif
