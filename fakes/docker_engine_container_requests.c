#include "fakes/docker_engine_parts.h"
#include "fakes/host_paths.h"

#include <string.h>

/* The newest first. The answer is kept until a container changes: a loop asks for it thousands of times. */
static const struct value *list_containers(struct docker_engine *engine, bool all)
{
    const struct value **kept = all ? &engine->list_all : &engine->list_running;
    struct arena *memory = engine->world->memory;

    touch_every(&engine->world->watch, OBJECTS_CONTAINERS);
    if (*kept == NULL) {
        const struct value **items = arena_alloc(memory, (engine->container_count + 1) * sizeof *items);
        size_t count = 0;

        for (uint32_t i = engine->container_count; i > 0; i--) {
            if (all || engine->containers[i - 1].state == CONTAINER_RUNNING) {
                items[count++] = engine_container_listed(engine, &engine->containers[i - 1]);
            }
        }
        *kept = value_array(memory, items, count);
    }
    return *kept;
}

static const struct value *inspected(const struct docker_engine *engine, const struct container *container,
                                     struct arena *arena)
{
    bool running = container->state == CONTAINER_RUNNING;
    const struct docker_network *network = running ? engine_find_network(engine, container->network) : NULL;
    const struct value *ipam = container->address == NULL
                                   ? value_null()
                                   : OBJECT(arena, {"IPv4Address", value_string(arena, container->address)});
    const char *address = network != NULL ? engine_container_address(container, network, arena) : "";
    const struct value *endpoint = OBJECT(arena, {"IPAMConfig", ipam}, {"IPAddress", value_string(arena, address)});

    return OBJECT(arena, {"Id", value_string(arena, container->id)},
                  {"Name", value_format(arena, "/%s", container->name)},
                  {"State", OBJECT(arena, {"Status", value_string(arena, container_state_name(container->state))},
                                   {"Running", value_bool(running)},
                                   {"StartedAt", value_string(arena, value_iso_date(arena, container->started_ms))},
                                   {"ExitCode", value_number(arena, container->exit_code)})},
                  {"NetworkSettings", OBJECT(arena, {"Networks", OBJECT(arena, {container->network, endpoint})})});
}

static void prune_containers(struct docker_engine *engine, struct effect *effect, struct arena *answers)
{
    const struct value *deleted = value_empty_array();

    touch_every(&engine->world->watch, OBJECTS_CONTAINERS);
    for (uint32_t i = 0; i < engine->container_count;) {
        if (engine->containers[i].state == CONTAINER_RUNNING) {
            i++;
        } else {
            deleted = value_append(answers, deleted, value_string(answers, engine->containers[i].id));
            docker_engine_remove_existing(engine, &engine->containers[i]);
        }
    }
    effect->result = OBJECT(answers, {"ContainersDeleted", deleted});
}

/* The source of the first bind mount that does not exist on the host; NULL when all do. */
static const char *missing_source(struct docker_engine *engine, const struct value *body)
{
    const struct value *mounts = value_get(value_get(body, "HostConfig"), "Mounts");

    for (uint32_t i = 0; i < value_count(mounts); i++) {
        const char *source = value_get_text(value_at(mounts, i), "Source");

        if (source != NULL && !find_path(&engine->world->host, source)) {
            return source;
        }
    }
    return NULL;
}

static const char *fixed_address(const struct value *body, const char *network)
{
    const struct value *endpoints = value_get(value_get(body, "NetworkingConfig"), "EndpointsConfig");

    return value_get_text(value_get(value_get(endpoints, network), "IPAMConfig"), "IPv4Address");
}

static void create_container(struct docker_engine *engine, struct effect *effect, struct arena *answers)
{
    const char *name = value_get_text(effect->args, "name");
    const struct value *body = value_get(effect->args, "body");
    const char *image = value_get_text(body, "Image");
    const char *network = value_get_text(value_get(body, "HostConfig"), "NetworkMode");
    const struct container *taken = NULL;
    const char *missing = NULL;

    if (name == NULL || image == NULL) {
        effect_fail(effect, answers, 400, NULL, "No command specified");
    } else if (!engine_has_image(engine, image)) {
        effect_fail(effect, answers, 404, NULL, "No such image: %s", image);
    } else if ((taken = engine_find_container(engine, name)) != NULL) {
        effect_fail(
            effect, answers, 409, NULL,
            "Conflict. The container name \"/%s\" is already in use by container \"%s\". You have to remove (or "
            "rename) that container to be able to reuse that name.",
            name, taken->id);
    } else if ((missing = missing_source(engine, body)) != NULL) {
        effect_fail(effect, answers, 400, NULL,
                    "invalid mount config for type \"bind\": bind source path does not exist: %s", missing);
    } else {
        network = network == NULL ? "bridge" : network;
        const struct container *container = docker_engine_add_container(
            engine, name, image, network, fixed_address(body, network), CONTAINER_CREATED, body);

        engine_note(engine, CHANGE_CONTAINER_CREATED, container->name);
        effect->result = OBJECT(answers, {"Id", value_string(answers, container->id)});
    }
}

static void start_container(struct docker_engine *engine, struct effect *effect, struct arena *answers,
                            struct container *container)
{
    if (container->state == CONTAINER_RUNNING) {
        effect_fail(effect, answers, 304, NULL, "container already started");
    } else if (!engine_can_join(engine, container->network)) {
        effect_fail(effect, answers, 404, NULL, "network %s not found", container->network);
        engine_set_never_ran(engine, container);
    } else {
        docker_engine_set_running(engine, container);
    }
}

static void restart_container(struct docker_engine *engine, struct effect *effect, struct arena *answers,
                              struct container *container)
{
    if (container->state == CONTAINER_RUNNING) {
        docker_engine_set_exited(engine, container, EXIT_CODE_STOPPED);
    }
    start_container(engine, effect, answers, container);
}

static void stop_container(struct docker_engine *engine, struct effect *effect, struct arena *answers,
                           struct container *container)
{
    if (container->state != CONTAINER_RUNNING) {
        effect_fail(effect, answers, 304, NULL, "container already stopped");
    } else {
        docker_engine_set_exited(engine, container, EXIT_CODE_STOPPED);
    }
}

static void kill_container(struct docker_engine *engine, struct effect *effect, struct arena *answers,
                           struct container *container)
{
    if (container->state != CONTAINER_RUNNING) {
        effect_fail(effect, answers, 409, NULL, "Cannot kill container: %s: Container %s is not running", container->id,
                    container->id);
    } else {
        docker_engine_set_exited(engine, container, EXIT_CODE_KILLED);
    }
}

static void remove_container(struct docker_engine *engine, struct effect *effect, struct arena *answers,
                             struct container *container)
{
    if (container->state == CONTAINER_RUNNING && !value_truthy(value_get(effect->args, "force"))) {
        effect_fail(effect, answers, 409, NULL,
                    "You cannot remove a running container %s. Stop the container before attempting removal or force "
                    "remove",
                    container->id);
        return;
    }
    if (container->state == CONTAINER_RUNNING) {
        docker_engine_set_exited(engine, container, EXIT_CODE_KILLED);
    }
    docker_engine_remove_existing(engine, container);
}

static void no_such_container(struct effect *effect, struct arena *answers, const char *reference)
{
    effect_fail(effect, answers, 404, NULL, "No such container: %s", reference == NULL ? "" : reference);
}

static void apply_to_one(struct docker_engine *engine, struct effect *effect, struct arena *answers)
{
    const char *reference = value_get_text(effect->args, "container");
    struct container *container = engine_find_container(engine, reference);

    if (container == NULL) {
        no_such_container(effect, answers, reference);
        return;
    }
    switch (effect->id) {
    case EFFECT_DOCKER_CONTAINER_INSPECT:
        effect->result = inspected(engine, container, answers);
        return;
    case EFFECT_DOCKER_CONTAINER_START:
        start_container(engine, effect, answers, container);
        break;
    case EFFECT_DOCKER_CONTAINER_RESTART:
        restart_container(engine, effect, answers, container);
        break;
    case EFFECT_DOCKER_CONTAINER_STOP:
        stop_container(engine, effect, answers, container);
        break;
    case EFFECT_DOCKER_CONTAINER_KILL:
        kill_container(engine, effect, answers, container);
        break;
    default:
        remove_container(engine, effect, answers, container);
        break;
    }
    if (effect->error == NULL) {
        effect->result = value_null();
    }
}

void engine_apply_to_containers(struct docker_engine *engine, struct effect *effect, struct arena *answers)
{
    switch (effect->id) {
    case EFFECT_DOCKER_CONTAINERS_LIST:
        effect->result = list_containers(engine, value_truthy(value_get(effect->args, "all")));
        break;
    case EFFECT_DOCKER_CONTAINERS_PRUNE:
        prune_containers(engine, effect, answers);
        break;
    case EFFECT_DOCKER_CONTAINERS_CREATE:
        create_container(engine, effect, answers);
        break;
    default:
        apply_to_one(engine, effect, answers);
        break;
    }
}
