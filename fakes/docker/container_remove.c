/* Removing, renaming and updating containers (moby daemon/delete.go, prune.go, rename.go, update.go). */
#include "fakes/docker/container_parts.h"
#include "fakes/docker/filters.h"
#include "fakes/docker/handlers.h"
#include "fakes/world.h"

#include <string.h>

static bool is_running(const struct container *container)
{
    return container->state == CONTAINER_RUNNING;
}

static void remove_container(struct docker_engine *engine, struct container *container, bool with_volumes)
{
    docker_volumes_release(engine, container, with_volumes);
    docker_engine_remove_existing(engine, container);
}

void docker_container_remove(struct docker_request *request)
{
    struct docker_engine *engine = request->engine;
    struct container *container = docker_find_container(request);
    bool force = docker_flag(request, "force");

    if (container == NULL) {
        return;
    }
    if (docker_flag(request, "link")) {
        effect_fail(request->effect, request->answers, 500, NULL, "Could not get parent  for %s", container->id);
        return;
    }
    if (docker_container_is_up(container) && !force) {
        const char *state = container->details->paused       ? "a paused container"
                            : container->details->restarting ? "a restarting container"
                                                             : "a running container";
        const char *procedure = container->details->paused
                                    ? "Unpause and then stop the container before attempting removal or force remove"
                                    : "Stop the container before attempting removal or force remove";

        effect_fail(request->effect, request->answers, 409, NULL, "You cannot remove %s %s. %s", state, container->id,
                    procedure);
        return;
    }
    container_stay_down(engine, container);
    if (is_running(container)) {
        container_kill(engine, container);
    }
    remove_container(engine, container, docker_flag(request, "v"));
}

void docker_containers_prune(struct docker_request *request)
{
    static const char *const accepted[] = {"label", "label!", "until", NULL};
    struct docker_engine *engine = request->engine;
    struct arena *arena = request->answers;
    struct docker_filters filters;
    const struct value *deleted = value_empty_array();
    int64_t until_ms = INT64_MAX;

    if (!docker_filters_read(request, accepted, &filters) || !docker_filter_until(request, &filters, &until_ms)) {
        return;
    }
    for (uint32_t i = 0; i < engine->container_count;) {
        struct container *container = &engine->containers[i];
        const struct value *labels = value_get(container->details->config, "Labels");

        if (docker_container_is_up(container) || container->created_ms > until_ms ||
            !docker_filter_labels(&filters, "label", labels) || !docker_filter_labels(&filters, "label!", labels)) {
            i++;
            continue;
        }
        deleted = value_append(arena, deleted, value_string(arena, container->id));
        remove_container(engine, container, false);
    }
    docker_event_note(engine, (struct docker_event){"container", "prune", "",
                                                    OBJECT(&engine->whole->scratch,
                                                           {"reclaimed", value_string(&engine->whole->scratch, "0")})});
    request->effect->result = OBJECT(arena, {"ContainersDeleted", value_count(deleted) == 0 ? value_null() : deleted},
                                     {"SpaceReclaimed", value_number(arena, 0)});
}

void docker_container_rename(struct docker_request *request)
{
    struct docker_engine *engine = request->engine;
    const char *name = docker_parameter(request, "name");
    struct container *container = docker_find_container(request);
    struct arena *scratch = &engine->whole->scratch;

    if (container == NULL) {
        return;
    }
    if (name == NULL || name[0] == '\0') {
        effect_fail(request->effect, request->answers, 400, NULL, "Neither old nor new names may be empty");
        return;
    }
    name += name[0] == '/';
    if (strcmp(name, container->name) == 0) {
        effect_fail(request->effect, request->answers, 400, NULL,
                    "Renaming a container with the same name as its current name");
        return;
    }
    if (!container_name_is_valid(name)) {
        effect_fail(request->effect, request->answers, 400, NULL,
                    "Error when allocating new name: Invalid container name (%s), only [a-zA-Z0-9][a-zA-Z0-9_.-] are "
                    "allowed",
                    name);
        return;
    }
    if (!container_name_is_free(request, name, "Error when allocating new name: ")) {
        return;
    }
    const char *old_name = container->name;

    docker_engine_rename(engine, container, name);
    docker_event_of_container(engine, container, "rename",
                              OBJECT(scratch, {"oldName", value_format(scratch, "/%s", old_name)}));
}

/* The members of HostConfig that an update may change (UpdateConfig: Resources and RestartPolicy). */
void docker_container_update(struct docker_request *request)
{
    struct docker_engine *engine = request->engine;
    struct container *container = docker_find_container(request);
    const struct config_fallbacks *fallbacks = &engine->whole->containers.fallbacks;
    const struct value *body = value_get(request->effect->args, "body");
    struct arena *arena = request->answers;
    const struct value *warnings = value_empty_array();
    struct config_error error = {0};

    if (container == NULL) {
        return;
    }
    const struct value *asked = config_read(fallbacks, SHAPE_HOST_CONFIG, body, "UpdateConfig", arena, &error);

    if (error.text != NULL) {
        effect_fail(request->effect, arena, 400, NULL, "%s", error.text);
        return;
    }
    if (!container_host_config_is_valid(request, asked, true, &warnings)) {
        return;
    }
    if (container->details->removing || container->details->dead) {
        effect_fail(request->effect, arena, 409, NULL,
                    "Cannot update container %s: Container is marked for removal and cannot be \"update\".",
                    container->id);
        return;
    }
    const struct value *kept = container->details->host_config;

    for (uint32_t i = 0; i < value_count(asked); i++) {
        kept = config_with(fallbacks, SHAPE_HOST_CONFIG, kept, asked->members[i].key, asked->members[i].value,
                           engine->world->memory);
    }
    container->details->host_config = value_copy(engine->world->memory, kept);
    docker_engine_container_changed(engine, container);
    docker_event_of_container(engine, container, "update", NULL);
    request->effect->result = OBJECT(arena, {"Warnings", value_count(warnings) == 0 ? value_null() : warnings});
}
