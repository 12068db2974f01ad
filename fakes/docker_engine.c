#include "fakes/docker/whole.h"
#include "fakes/docker_engine_parts.h"

#include <assert.h>

void docker_engine_init(struct docker_engine *engine, struct world *world)
{
    *engine = (struct docker_engine){.world = world};
}

void docker_engine_apply(struct docker_engine *engine, struct effect *effect, struct arena *answers)
{
    if (engine->backend != NULL) {
        engine->backend->apply(engine->backend, engine, effect, answers);
    } else {
        docker_engine_answer(engine, effect, answers);
    }
}

static const struct value *info(struct arena *arena)
{
    static const char *const status[][2] = {{"Backing Filesystem", "extfs"},
                                            {"Supports d_type", "true"},
                                            {"Native Overlay Diff", "true"},
                                            {"userxattr", "false"}};
    const struct value *list = value_empty_array();

    for (size_t i = 0; i < sizeof status / sizeof status[0]; i++) {
        list = value_append(arena, list,
                            ARRAY(arena, value_string(arena, status[i][0]), value_string(arena, status[i][1])));
    }
    return OBJECT(arena, {"Driver", value_string(arena, "overlay2")}, {"DriverStatus", list});
}

void docker_engine_answer(struct docker_engine *engine, struct effect *effect, struct arena *answers)
{
    if (engine->whole != NULL) {
        docker_whole_apply(engine, effect, answers);
        return;
    }
    switch (effect->id) {
    case EFFECT_DOCKER_CONTAINERS_LIST:
    case EFFECT_DOCKER_CONTAINERS_PRUNE:
    case EFFECT_DOCKER_CONTAINERS_CREATE:
    case EFFECT_DOCKER_CONTAINER_INSPECT:
    case EFFECT_DOCKER_CONTAINER_START:
    case EFFECT_DOCKER_CONTAINER_STOP:
    case EFFECT_DOCKER_CONTAINER_RESTART:
    case EFFECT_DOCKER_CONTAINER_KILL:
    case EFFECT_DOCKER_CONTAINER_REMOVE:
        engine_apply_to_containers(engine, effect, answers);
        break;
    case EFFECT_DOCKER_NETWORKS_CREATE:
    case EFFECT_DOCKER_NETWORKS_LIST:
    case EFFECT_DOCKER_NETWORKS_PRUNE:
    case EFFECT_DOCKER_NETWORK_INSPECT:
    case EFFECT_DOCKER_NETWORK_REMOVE:
    case EFFECT_DOCKER_NETWORK_DISCONNECT:
        engine_apply_to_networks(engine, effect, answers);
        break;
    case EFFECT_DOCKER_IMAGE_PULL:
    case EFFECT_DOCKER_IMAGE_REMOVE:
    case EFFECT_DOCKER_IMAGES_LIST:
    case EFFECT_DOCKER_IMAGES_PRUNE:
        engine_apply_to_images(engine, effect, answers);
        break;
    case EFFECT_DOCKER_VOLUMES_PRUNE: /* Flux data is bind mounted: there are no anonymous volumes */
        effect->result = OBJECT(answers, {"VolumesDeleted", value_empty_array()});
        break;
    case EFFECT_DOCKER_INFO:
        effect->result = info(answers);
        break;
    default:
        assert(false && "not a docker effect");
    }
}

/* Containers, networks and images in the order in which lists show them. */
uint64_t docker_engine_hash(const struct docker_engine *engine)
{
    uint64_t hash = engine_hash_containers(engine, engine->container_count);

    hash = engine_hash_networks(engine, hash_combine(hash, engine->network_count));
    return engine_hash_images(engine, hash);
}
