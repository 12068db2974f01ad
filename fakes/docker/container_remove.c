/* DELETE /containers/{id}, and POST /containers/prune (moby daemon/delete.go, prune.go). */
#include "fakes/docker/container_parts.h"
#include "fakes/docker/filters.h"
#include "fakes/docker/handlers.h"
#include "fakes/world.h"

void container_remove(struct docker_engine *engine, struct container *container, bool with_volumes)
{
    docker_volumes_release(engine, container, with_volumes);
    docker_event_of_container(engine, container, "destroy", NULL);
    docker_engine_remove_existing(engine, container);
}

void docker_container_remove(struct docker_request *request)
{
    struct docker_engine *engine = request->engine;
    struct container *container = docker_find_container(request);

    if (container == NULL) {
        return;
    }
    if (docker_flag(request, "link")) {
        effect_fail(request->effect, request->answers, 500, NULL,
                    "Conflict, cannot remove the default link name of the container");
        return;
    }
    if (docker_container_is_up(container) && !docker_flag(request, "force")) {
        bool paused = container->details->paused;

        effect_fail(request->effect, request->answers, 409, NULL, "You cannot remove a %s container %s. %s",
                    docker_container_status(container), container->id,
                    paused ? "Unpause and then stop the container before attempting removal or force remove"
                           : "Stop the container before attempting removal or force remove");
        return;
    }
    container_kill(engine, container);
    container_remove(engine, container, docker_flag(request, "v"));
}

/* ---- prune
 * -------------------------------------------------------------------------------------------------------------------
 */

/* Reads the filters; what is wrong with `until` is a 500 here. */
static bool read_filters(struct docker_request *request, struct docker_filters *filters, int64_t *until_ms)
{
    static const char *const names[] = {"label", "label!", "until", NULL};

    *until_ms = INT64_MAX;
    if (!docker_filters_read(request, names, filters)) {
        if (filters->unreadable) {
            effect_fail(request->effect, request->answers, 400, NULL, "%s", request->effect->error->message);
        }
        return false;
    }
    if (!docker_filter_until(request, filters, until_ms)) {
        effect_fail(request->effect, request->answers, 500, NULL, "%s", request->effect->error->message);
        return false;
    }
    return true;
}

static bool is_to_go(const struct container *container, const struct docker_filters *filters, int64_t until_ms)
{
    const struct value *labels = value_get(container->details->config, "Labels");

    return !docker_container_is_up(container) && container->created_ms <= until_ms &&
           docker_filter_labels(filters, "label", labels) && docker_filter_labels(filters, "label!", labels);
}

void docker_containers_prune(struct docker_request *request)
{
    struct docker_engine *engine = request->engine;
    struct arena *arena = request->answers;
    struct docker_filters filters;
    int64_t until_ms = INT64_MAX;

    if (!read_filters(request, &filters, &until_ms)) {
        return;
    }
    const struct value **deleted = arena_alloc(arena, (engine->container_count + 1) * sizeof *deleted);
    uint32_t count = 0;

    for (uint32_t i = engine->container_count; i > 0; i--) {
        struct container *container = &engine->containers[i - 1];

        if (is_to_go(container, &filters, until_ms)) {
            deleted[count++] = value_string(arena, container->id);
            container_remove(engine, container, false);
        }
    }
    docker_event_note(engine, (struct docker_event){"container", "prune", "",
                                                    OBJECT(arena, {"reclaimed", value_string(arena, "0")})});
    request->effect->result =
        OBJECT(arena, {"ContainersDeleted", count == 0 ? value_null() : value_array(arena, deleted, count)},
               {"SpaceReclaimed", value_number(arena, 0)});
}
