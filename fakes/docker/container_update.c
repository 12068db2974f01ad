/* POST /containers/{id}/rename and /update (moby daemon/rename.go, update.go). */
#include "fakes/docker/container_parts.h"
#include "fakes/docker/handlers.h"
#include "fakes/world.h"

#include <string.h>

/* ---- rename
 * -------------------------------------------------------------------------------------------------------------------
 */

void docker_container_rename(struct docker_request *request)
{
    static const char prefix[] = "Error when allocating new name: ";
    struct docker_engine *engine = request->engine;
    struct arena *arena = request->answers;
    const char *name = docker_parameter(request, "name");

    if (name == NULL || name[0] == '\0') {
        effect_fail(request->effect, arena, 400, NULL, "Neither old nor new names may be empty");
        return;
    }
    struct container *container = docker_find_container(request);

    if (container == NULL) {
        return;
    }
    name += name[0] == '/';
    if (strcmp(container->name, name) == 0) {
        effect_fail(request->effect, arena, 400, NULL, "Renaming a container with the same name as its current name");
        return;
    }
    if (!container_name_is_valid(name)) {
        effect_fail(request->effect, arena, 400, NULL,
                    "%sInvalid container name (/%s), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed", prefix, name);
        return;
    }
    if (!container_name_is_free(request, name, prefix)) {
        return;
    }
    const struct value *old_name = value_format(arena, "/%s", container->name);

    docker_engine_rename(engine, container, name);
    docker_event_of_container(engine, container, "rename", OBJECT(arena, {"oldName", old_name}));
}

/* ---- update
 * -------------------------------------------------------------------------------------------------------------------
 */

/* Those of HostConfig that can be changed. */
static const char *const changeable[] = {
    "CpuShares",  "Memory",     "NanoCpus",      "BlkioWeight",       "CpuPeriod",
    "CpuQuota",   "CpusetCpus", "CpusetMems",    "KernelMemory",      "MemoryReservation",
    "MemorySwap", "PidsLimit",  "RestartPolicy", "CpuRealtimePeriod", "CpuRealtimeRuntime",
};

static bool conflict(struct docker_request *request, const struct container *container, const char *text)
{
    effect_fail(request->effect, request->answers, 409, NULL, "Cannot update container %s: %s", container->id, text);
    return false;
}

/* What contradicts the limits that it has. */
static bool is_compatible(struct docker_request *request, const struct container *container, const struct value *asked)
{
    const struct value *has = container->details->host_config;
    double swap = value_get_number(has, "MemorySwap", 0);
    double memory = value_get_number(asked, "Memory", 0);

    if (value_get_number(has, "NanoCpus", 0) > 0 && value_get_number(asked, "CpuPeriod", 0) > 0) {
        return conflict(request, container,
                        "Conflicting options: CPU Period cannot be updated as NanoCPUs has already been set");
    }
    if (value_get_number(has, "NanoCpus", 0) > 0 && value_get_number(asked, "CpuQuota", 0) > 0) {
        return conflict(request, container,
                        "Conflicting options: CPU Quota cannot be updated as NanoCPUs has already been set");
    }
    if (value_get_number(asked, "NanoCpus", 0) > 0 && value_get_number(has, "CpuPeriod", 0) > 0) {
        return conflict(request, container,
                        "Conflicting options: Nano CPUs cannot be updated as CPU Period has already been set");
    }
    if (value_get_number(asked, "NanoCpus", 0) > 0 && value_get_number(has, "CpuQuota", 0) > 0) {
        return conflict(request, container,
                        "Conflicting options: Nano CPUs cannot be updated as CPU Quota has already been set");
    }
    if (memory > 0 && swap > 0 && memory > swap && value_get_number(asked, "MemorySwap", 0) == 0) {
        return conflict(
            request, container,
            "Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the "
            "same time");
    }
    return true;
}

/* A HostConfig with what was asked for; memory is taken only where it differs. */
static void change(struct docker_engine *engine, struct container *container, const struct value *asked,
                   struct arena *arena)
{
    const struct config_fallbacks *fallbacks = &engine->whole->containers.fallbacks;
    const struct value *now = container->details->host_config;

    for (size_t i = 0; i < sizeof changeable / sizeof changeable[0]; i++) {
        const struct value *value = value_get(asked, changeable[i]);

        if (value != NULL && strcmp(changeable[i], "BlkioWeight") != 0) {
            now = config_with(fallbacks, SHAPE_HOST_CONFIG, now, changeable[i], value, arena);
        }
    }
    if (!value_equal(now, container->details->host_config)) {
        container->details->host_config = value_copy(engine->world->memory, now);
    }
}

void docker_container_update(struct docker_request *request)
{
    struct docker_engine *engine = request->engine;
    struct arena *arena = request->answers;
    const struct value *body = value_get(request->effect->args, "body");
    const struct value *warnings = value_empty_array();
    struct config_error error = {0};

    if (body == NULL) {
        effect_fail(request->effect, arena, 500, NULL, "EOF");
        return;
    }
    const struct value *asked =
        config_read(&engine->whole->containers.fallbacks, SHAPE_HOST_CONFIG, body, "UpdateConfig", arena, &error);

    if (error.text != NULL) {
        effect_fail(request->effect, arena, 500, NULL, "%s", error.text);
        return;
    }
    struct container *container =
        container_host_config_is_valid(request, asked, true, &warnings) ? docker_find_container(request) : NULL;

    if (container == NULL || !is_compatible(request, container, asked)) {
        return;
    }
    if (value_get(asked, "RestartPolicy") != NULL &&
        value_truthy(value_get(container->details->host_config, "AutoRemove"))) {
        effect_fail(request->effect, arena, 400, NULL,
                    "Restart policy cannot be updated because AutoRemove is enabled for the container");
        return;
    }
    change(engine, container, asked, arena);
    docker_event_of_container(engine, container, "update", NULL);
    request->effect->result = OBJECT(arena, {"Warnings", value_count(warnings) == 0 ? value_null() : warnings});
}
