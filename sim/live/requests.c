#include "sim/live/requests.h"

#include <string.h>

/* It waits, and ends at once when it is stopped: sleep alone would not, as the first process of its container. */
static const char waits[] = "trap 'exit 0' TERM INT; while :; do sleep 3600 & wait; done";

const char *live_filters(struct arena *arena, const char *run, const char *filters)
{
    const struct value *labels = ARRAY(arena, value_format(arena, LIVE_LABEL "=%s", run));
    const struct value *given = filters == NULL ? NULL : value_parse(arena, filters, strlen(filters));

    return value_json(arena, value_with(arena, given == NULL ? value_empty_object() : given, "label", labels));
}

/* Bind mounts, which the Engine looks for on its host: those that the scenario's host has are left out, so that the
 * Engine misses what that one lacks. */
static const struct value *missing_mounts(struct arena *arena, const struct host *host, const struct value *mounts)
{
    const struct value *missing = value_empty_array();

    for (uint32_t i = 0; i < value_count(mounts); i++) {
        const char *source = value_get_text(value_at(mounts, i), "Source");

        if (source != NULL && !host_path_exists(host, source)) {
            missing = value_append(arena, missing, value_at(mounts, i));
        }
    }
    return missing;
}

/* HostConfig by what of it matters: a test Engine has no memory, processors, host ports or log servers to give away,
 * and nothing but FluxOS starts a container again. */
const struct value *live_container_body(struct arena *arena, const char *run, const struct host *host,
                                        const struct value *body, const char *image, const char *network)
{
    const struct value *labels = value_get(body, "Labels");
    const struct value *host_config =
        OBJECT(arena, {"NetworkMode", value_string(arena, network)},
               {"Mounts", missing_mounts(arena, host, value_get(value_get(body, "HostConfig"), "Mounts"))},
               {"RestartPolicy", OBJECT(arena, {"Name", value_string(arena, "no")})});

    labels = value_with(arena, value_is(labels, VALUE_OBJECT) ? labels : value_empty_object(), LIVE_LABEL,
                        value_string(arena, run));
    return OBJECT(
        arena, {"Image", value_string(arena, image)}, {"Hostname", value_get(body, "Hostname")},
        {"Env", value_get(body, "Env")}, {"Entrypoint", value_empty_array()},
        {"Cmd", ARRAY(arena, value_string(arena, "sh"), value_string(arena, "-c"), value_string(arena, waits))},
        {"Labels", labels}, {"HostConfig", host_config}, {"NetworkingConfig", value_get(body, "NetworkingConfig")});
}

static const struct value *with_container(struct arena *arena, const char *run, const struct host *host,
                                          const struct value *args)
{
    const struct value *body = value_get(args, "body");
    const char *image = value_get_text(body, "Image");
    const char *network = value_get_text(value_get(body, "HostConfig"), "NetworkMode");

    return value_with(
        arena, args, "body",
        live_container_body(arena, run, host, body, image == NULL ? "" : image, network == NULL ? "bridge" : network));
}

bool live_request(struct arena *arena, const char *run, const struct host *host, const struct effect *effect,
                  struct docker_http_request *request)
{
    struct effect asked = *effect;
    const char *filters = value_get_text(effect->args, "filters");

    switch (effect->id) {
    case EFFECT_DOCKER_IMAGE_PULL:
        return false;
    case EFFECT_DOCKER_CONTAINERS_LIST:
    case EFFECT_DOCKER_CONTAINERS_PRUNE:
    case EFFECT_DOCKER_NETWORKS_LIST:
    case EFFECT_DOCKER_NETWORKS_PRUNE:
    case EFFECT_DOCKER_VOLUMES_PRUNE:
    case EFFECT_DOCKER_IMAGES_LIST:
    case EFFECT_DOCKER_IMAGES_PRUNE:
        asked.args = value_with(arena, effect->args, "filters", value_string(arena, live_filters(arena, run, filters)));
        break;
    case EFFECT_DOCKER_CONTAINERS_CREATE:
        asked.args = with_container(arena, run, host, effect->args);
        break;
    case EFFECT_DOCKER_NETWORKS_CREATE:
        asked.args = value_with(arena, effect->args, "Labels", OBJECT(arena, {LIVE_LABEL, value_string(arena, run)}));
        asked.args = value_with(arena, asked.args, "CheckDuplicate", value_bool(true));
        break;
    default:
        break;
    }
    return docker_api_spell(arena, &asked, request);
}
