#include "fakes/docker/whole.h"
#include "fakes/docker_engine_parts.h"

#include <assert.h>
#include <string.h>

/* ---- the table --------------------------------------------------------------------------------------------------- */

const char *container_state_name(enum container_state state)
{
    static const char *const names[] = {"created", "running", "exited"};

    return names[state];
}

struct container *docker_engine_container(struct docker_engine *engine, const char *name)
{
    struct name_column names = {engine->containers, sizeof engine->containers[0], offsetof(struct container, name),
                                engine->container_count};
    uint32_t at = name_index_last(&engine->container_names, name, strlen(name), &names);

    return at == NAME_NOWHERE ? NULL : &engine->containers[at];
}

static void touch_container(const struct docker_engine *engine, const char *name, enum touch_mode mode)
{
    touch_name(&engine->world->watch, OBJECTS_CONTAINERS, name, mode);
}

struct container *engine_find_container(struct docker_engine *engine, const char *reference)
{
    struct container *found = reference == NULL ? NULL : docker_engine_container(engine, reference);

    touch_container(engine, reference, TOUCH_READ);
    for (uint32_t i = 0; reference != NULL && found == NULL && i < engine->container_count; i++) {
        if (strcmp(engine->containers[i].id, reference) == 0) {
            found = &engine->containers[i];
            touch_container(engine, found->name, TOUCH_READ);
        }
    }
    return found;
}

static uint32_t container_index(const struct docker_engine *engine, const struct container *container)
{
    return (uint32_t)(container - engine->containers);
}

static void before_change(struct docker_engine *engine, const struct container *container)
{
    world_writes(engine->world, container, sizeof *container);
}

void docker_engine_container_changed(struct docker_engine *engine, struct container *container)
{
    if (container != NULL) {
        container->listed = NULL;
    }
    engine->list_all = NULL;
    engine->list_running = NULL;
    if (engine->whole != NULL) {
        docker_container_changed(engine, container);
    }
}

void docker_engine_remove_existing(struct docker_engine *engine, struct container *container)
{
    if (container->details != NULL) {
        docker_container_leaves(engine, container);
    }
    touch_container(engine, container->name, TOUCH_WRITE);
    touch_container(engine, container->id, TOUCH_WRITE);
    engine_note(engine, CHANGE_CONTAINER_REMOVED, container->name);
    name_index_remove(&engine->container_names, container->name);
    world_remove(engine->world, engine->containers, &engine->container_count, sizeof engine->containers[0],
                 container_index(engine, container));
    docker_engine_container_changed(engine, NULL);
}

void docker_engine_rename(struct docker_engine *engine, struct container *container, const char *name)
{
    struct arena *memory = engine->world->memory;

    touch_container(engine, container->name, TOUCH_WRITE);
    touch_container(engine, name, TOUCH_WRITE);
    name_index_remove(&engine->container_names, container->name);
    before_change(engine, container);
    container->name = arena_string(memory, name);
    name_index_add(&engine->container_names, memory, container->name, engine->container_count - 1);
    docker_engine_container_changed(engine, container);
}

const struct value *engine_container_listed(struct docker_engine *engine, struct container *container)
{
    struct arena *arena = engine->world->memory;
    const char *state = container_state_name(container->state);

    if (container->listed != NULL) {
        return container->listed;
    }
    before_change(engine, container);
    container->listed = OBJECT(arena, {"Id", value_string(arena, container->id)},
                               {"Names", ARRAY(arena, value_format(arena, "/%s", container->name))},
                               {"Image", value_string(arena, container->image)}, {"State", value_string(arena, state)},
                               {"Status", value_string(arena, container->state == CONTAINER_RUNNING   ? "Up"
                                                              : container->state == CONTAINER_CREATED ? "Created"
                                                                                                      : "Exited")});
    return container->listed;
}

/* A text that is kept, unless the last container has the same. */
static const char *kept_text(struct arena *memory, const char *text, const char *last)
{
    return last != NULL && strcmp(text, last) == 0 ? last : arena_string(memory, text);
}

struct container *docker_engine_add_container(struct docker_engine *engine, const char *name, const char *image,
                                              const char *network, const char *address, enum container_state state,
                                              const struct value *body)
{
    struct arena *memory = engine->world->memory;

    if (docker_engine_container(engine, name) != NULL) {
        return NULL;
    }
    struct container *container = world_add(engine->world, (void **)&engine->containers, &engine->container_count,
                                            &engine->container_size, sizeof engine->containers[0]);

    struct container none = {0}, *last = container == engine->containers ? &none : container - 1;

    *container = (struct container){.id = world_new_id(engine->world, "container", name),
                                    .name = arena_string(memory, name),
                                    .image = kept_text(memory, image, last->image),
                                    .network = kept_text(memory, network, last->network),
                                    .address = address == NULL ? NULL : arena_string(memory, address),
                                    .body = engine->whole == NULL ? value_copy(memory, body)
                                                                  : docker_container_keep_body(engine, body),
                                    .state = state,
                                    .created_ms = engine->world->now_ms,
                                    .started_ms = state == CONTAINER_CREATED ? 0 : engine->world->now_ms};
    name_index_add(&engine->container_names, memory, container->name, container_index(engine, container));
    touch_added(&engine->world->watch, OBJECTS_CONTAINERS, container->name);
    touch_container(engine, container->id, TOUCH_WRITE);
    docker_engine_container_changed(engine, NULL);
    if (engine->whole != NULL) {
        docker_container_added(engine, container);
    } else {
        (void)engine_container_listed(engine, container);
    }
    return container;
}

static uint64_t hash_of_container(const struct container *container)
{
    const uint64_t parts[] = {
        hash_text(container->name),
        hash_text(container->image),
        hash_text(container->network),
        hash_of_text(container->address),
        container->body == NULL ? 0 : container->body->hash,
        (uint64_t)container->state,
        (uint64_t)container->disconnected,
        (uint64_t)container->exit_code,
        (uint64_t)container->started_ms,
    };
    uint64_t hash = hash_text(container->id);

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        hash = hash_combine(hash, parts[i]);
    }
    return hash;
}

uint64_t engine_hash_containers(const struct docker_engine *engine, uint64_t hash)
{
    for (uint32_t i = 0; i < engine->container_count; i++) {
        hash = hash_combine(hash, hash_of_container(&engine->containers[i]));
    }
    return hash;
}

/* ---- changes of state -------------------------------------------------------------------------------------------- */

static void bind_mounts_written(struct docker_engine *engine, const struct container *container)
{
    const struct value *mounts = value_get(value_get(container->body, "HostConfig"), "Mounts");

    for (uint32_t i = 0; i < value_count(mounts); i++) {
        const char *source = value_get_text(value_at(mounts, i), "Source");

        if (source != NULL) {
            host_data_written(&engine->world->host, source);
        }
    }
}

void docker_engine_set_running(struct docker_engine *engine, struct container *container)
{
    assert(container->state != CONTAINER_RUNNING);
    assert(engine->whole != NULL || docker_engine_network_is_predefined(container->network) ||
           docker_engine_network(engine, container->network) != NULL);
    touch_container(engine, container->name, TOUCH_WRITE);
    before_change(engine, container);
    container->state = CONTAINER_RUNNING;
    container->exit_code = 0;
    container->started_ms = engine->world->now_ms;
    docker_engine_container_changed(engine, container);
    engine_note(engine, CHANGE_CONTAINER_STARTED, container->name);
    bind_mounts_written(engine, container);
    if (container->details != NULL) {
        docker_container_started(engine, container);
    }
}

void docker_engine_set_exited(struct docker_engine *engine, struct container *container, int exit_code)
{
    assert(container->state == CONTAINER_RUNNING);
    touch_container(engine, container->name, TOUCH_WRITE);
    before_change(engine, container);
    container->state = CONTAINER_EXITED;
    container->exit_code = exit_code;
    docker_engine_container_changed(engine, container);
    engine_note(engine, CHANGE_CONTAINER_STOPPED, container->name);
    if (container->details != NULL) {
        docker_container_exited(engine, container);
    }
}

void engine_set_never_ran(struct docker_engine *engine, struct container *container)
{
    if (container->exit_code != EXIT_CODE_NEVER_RAN) {
        touch_container(engine, container->name, TOUCH_WRITE);
        before_change(engine, container);
        container->exit_code = EXIT_CODE_NEVER_RAN;
    }
}

/* ---- on a network ------------------------------------------------------------------------------------------------ */

bool engine_container_is_attached(const struct container *container, const struct docker_network *network)
{
    return container->state == CONTAINER_RUNNING && !container->disconnected &&
           strcmp(container->network, network->name) == 0;
}

/* An attached container's address on its network: the fixed one, else one by its name. The real engine gives the next
 * free one, so that every container's depends on all others'; FluxOS asks for fixed ones. */
const char *engine_container_address(const struct container *container, const struct docker_network *network,
                                     struct arena *arena)
{
    enum { OCTET_FIRST = 200, OCTETS = 50 };

    return container->address != NULL
               ? container->address
               : engine_subnet_address(network->subnet, OCTET_FIRST + (unsigned)(hash_text(container->name) % OCTETS),
                                       arena);
}

void engine_disconnect_container(struct docker_engine *engine, struct container *container)
{
    touch_container(engine, container->name, TOUCH_WRITE);
    before_change(engine, container);
    container->disconnected = true;
}

/* ---- without FluxOS ---------------------------------------------------------------------------------------------- */

bool docker_engine_start_container(struct docker_engine *engine, const char *name)
{
    struct container *container = engine_find_container(engine, name);

    if (container == NULL || container->state == CONTAINER_RUNNING || !engine_can_join(engine, container->network)) {
        return false;
    }
    docker_engine_set_running(engine, container);
    return true;
}

bool docker_engine_stop_container(struct docker_engine *engine, const char *name)
{
    struct container *container = engine_find_container(engine, name);

    if (container == NULL || container->state != CONTAINER_RUNNING) {
        return false;
    }
    if (container->details != NULL) {
        container->details->stopped_by_hand = true;
    }
    docker_engine_set_exited(engine, container, EXIT_CODE_STOPPED);
    return true;
}

bool docker_engine_remove_container(struct docker_engine *engine, const char *name)
{
    struct container *container = engine_find_container(engine, name);

    if (container == NULL) {
        return false;
    }
    docker_engine_remove_existing(engine, container);
    return true;
}

static bool restarts(const struct container *container)
{
    const char *policy = value_get_text(value_get(value_get(container->body, "HostConfig"), "RestartPolicy"), "Name");

    return policy != NULL && (strcmp(policy, "always") == 0 || strcmp(policy, "unless-stopped") == 0);
}

void docker_engine_restart(struct docker_engine *engine)
{
    touch_every(&engine->world->watch, OBJECTS_CONTAINERS);
    if (engine->whole != NULL) {
        docker_containers_engine_restarted(engine, EXIT_CODE_KILLED);
        return;
    }
    for (uint32_t i = 0; i < engine->container_count; i++) {
        struct container *container = &engine->containers[i];

        if (container->state == CONTAINER_RUNNING) {
            docker_engine_set_exited(engine, container, EXIT_CODE_KILLED);
            if (restarts(container) && engine_can_join(engine, container->network)) {
                docker_engine_set_running(engine, container);
            }
        }
    }
}
