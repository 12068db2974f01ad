#include "fakes/docker_engine.h"

#include "fakes/docker/whole.h"
#include "fakes/host_paths.h"
#include "fakes/world.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { EXIT_CODE_KILLED = 137, EXIT_CODE_STOPPED = 0, EXIT_CODE_NEVER_RAN = 128 };

/* ---- tables
 * ------------------------------------------------------------------------------------------------------------ */

void docker_engine_init(struct docker_engine *engine, struct world *world)
{
    *engine = (struct docker_engine){.world = world};
}

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

/* ---- what a request looks up: an id and a name are observed, there or not
 * ------------------------------------------------------------------------------------------------ */

static void touch_container(const struct docker_engine *engine, const char *name, enum touch_mode mode)
{
    touch_name(&engine->world->watch, OBJECTS_CONTAINERS, name, mode);
}

static void touch_network(const struct docker_engine *engine, const char *name, enum touch_mode mode)
{
    touch_name(&engine->world->watch, OBJECTS_NETWORKS, name, mode);
}

static struct container *find_container(struct docker_engine *engine, const char *reference)
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

static const struct docker_network *find_network(const struct docker_engine *engine, const char *reference)
{
    const struct docker_network *found = docker_engine_network(engine, reference);

    touch_network(engine, reference, TOUCH_READ);
    if (found != NULL && strcmp(found->name, reference) != 0) {
        touch_network(engine, found->name, TOUCH_READ);
    }
    return found;
}

const struct docker_network *docker_engine_network(const struct docker_engine *engine, const char *name)
{
    struct name_column names = {engine->networks, sizeof engine->networks[0], offsetof(struct docker_network, name),
                                engine->network_count};
    uint32_t at = name_index_last(&engine->network_names, name, strlen(name), &names);

    for (uint32_t i = 0; at == NAME_NOWHERE && i < engine->network_count; i++) {
        at = strcmp(engine->networks[i].id, name) == 0 ? i : NAME_NOWHERE;
    }
    return at == NAME_NOWHERE ? NULL : &engine->networks[at];
}

/* Networks that every engine has. */
static bool is_predefined(const char *network)
{
    return strcmp(network, "bridge") == 0 || strcmp(network, "host") == 0 || strcmp(network, "none") == 0 ||
           strcmp(network, "default") == 0;
}

static bool has_image(const struct docker_engine *engine, const char *repotag)
{
    touch_name(&engine->world->watch, OBJECTS_IMAGES, repotag, TOUCH_READ);
    for (uint32_t i = 0; repotag != NULL && i < engine->image_count; i++) {
        if (strcmp(engine->images[i], repotag) == 0) {
            return true;
        }
    }
    return false;
}

static void note(struct docker_engine *engine, enum change_kind kind, const char *object)
{
    world_note_change(engine->world, (struct change){.kind = kind, .object = object});
}

static uint32_t container_index(const struct docker_engine *engine, const struct container *container)
{
    return (uint32_t)(container - engine->containers);
}

/* ---- state transitions
 * ----------------------------------------------------------------------------------------------------- */

static void before_change(struct docker_engine *engine, const struct container *container)
{
    world_writes(engine->world, container, sizeof *container);
}

/* container NULL: one came or went. */
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
    assert(engine->whole != NULL || is_predefined(container->network) ||
           docker_engine_network(engine, container->network) != NULL);
    touch_container(engine, container->name, TOUCH_WRITE);
    before_change(engine, container);
    container->state = CONTAINER_RUNNING;
    container->exit_code = 0;
    container->started_ms = engine->world->now_ms;
    docker_engine_container_changed(engine, container);
    note(engine, CHANGE_CONTAINER_STARTED, container->name);
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
    note(engine, CHANGE_CONTAINER_STOPPED, container->name);
    if (container->details != NULL) {
        docker_container_exited(engine, container);
    }
}

static void remove_at(struct docker_engine *engine, uint32_t index)
{
    if (engine->containers[index].details != NULL) {
        docker_container_leaves(engine, &engine->containers[index]);
    }
    touch_container(engine, engine->containers[index].name, TOUCH_WRITE);
    touch_container(engine, engine->containers[index].id, TOUCH_WRITE);
    note(engine, CHANGE_CONTAINER_REMOVED, engine->containers[index].name);
    name_index_remove(&engine->container_names, engine->containers[index].name);
    world_remove(engine->world, engine->containers, &engine->container_count, sizeof engine->containers[0], index);
    docker_engine_container_changed(engine, NULL);
}

void docker_engine_remove_existing(struct docker_engine *engine, struct container *container)
{
    remove_at(engine, container_index(engine, container));
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

static void remove_network_at(struct docker_engine *engine, uint32_t index)
{
    touch_network(engine, engine->networks[index].name, TOUCH_WRITE);
    touch_network(engine, engine->networks[index].id, TOUCH_WRITE);
    touch_network(engine, engine->networks[index].subnet, TOUCH_WRITE);
    note(engine, CHANGE_NETWORK_REMOVED, engine->networks[index].name);
    name_index_remove(&engine->network_names, engine->networks[index].name);
    name_index_remove(&engine->network_subnets, engine->networks[index].subnet);
    world_remove(engine->world, engine->networks, &engine->network_count, sizeof engine->networks[0], index);
}

/* An entry of containers.list, made when a container comes or changes: a list shows them all. */
static const struct value *listed(struct docker_engine *engine, struct container *container)
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

/* ---- building
 * ------------------------------------------------------------------------------------------------------------------ */

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
        (void)listed(engine, container);
    }
    return container;
}

static bool subnet_taken(const struct docker_engine *engine, const char *subnet)
{
    touch_network(engine, subnet, TOUCH_READ);
    return name_index_find(&engine->network_subnets, subnet) != NULL;
}

static const char *next_free_subnet(struct docker_engine *engine)
{
    for (int octet = 0; octet < 256; octet++) {
        const char *subnet = arena_printf(engine->world->memory, "172.23.%d.0/24", octet);

        if (!subnet_taken(engine, subnet)) {
            return subnet;
        }
    }
    return NULL;
}

bool docker_engine_add_network(struct docker_engine *engine, const char *name, const char *subnet)
{
    struct arena *memory = engine->world->memory;

    if (subnet == NULL) {
        subnet = next_free_subnet(engine);
    }
    if (subnet == NULL || is_predefined(name) || docker_engine_network(engine, name) != NULL ||
        subnet_taken(engine, subnet)) {
        return false;
    }
    struct docker_network *network = world_add(engine->world, (void **)&engine->networks, &engine->network_count,
                                               &engine->network_size, sizeof engine->networks[0]);
    size_t prefix = strcspn(subnet, "/");

    while (prefix > 0 && subnet[prefix - 1] != '.') {
        prefix--;
    }
    *network = (struct docker_network){.id = world_new_id(engine->world, "network", name),
                                       .name = arena_string(memory, name),
                                       .subnet = arena_string(memory, subnet),
                                       .gateway = arena_printf(memory, "%.*s1", (int)prefix, subnet)};
    name_index_add(&engine->network_names, memory, network->name, engine->network_count - 1);
    name_index_add(&engine->network_subnets, memory, network->subnet, engine->network_count - 1);
    touch_added(&engine->world->watch, OBJECTS_NETWORKS, network->name);
    touch_network(engine, network->id, TOUCH_WRITE);
    touch_network(engine, network->subnet, TOUCH_WRITE);
    return true;
}

void docker_engine_add_image(struct docker_engine *engine, const char *repotag)
{
    if (!has_image(engine, repotag)) {
        touch_added(&engine->world->watch, OBJECTS_IMAGES, repotag);
        *(const char **)world_add(engine->world, (void **)&engine->images, &engine->image_count, &engine->image_size,
                                  sizeof engine->images[0]) = arena_string(engine->world->memory, repotag);
    }
}

void docker_engine_drop_image(struct docker_engine *engine, const char *repotag)
{
    for (uint32_t i = 0; i < engine->image_count; i++) {
        if (strcmp(engine->images[i], repotag) == 0) {
            note(engine, CHANGE_IMAGE_REMOVED, engine->images[i]);
            world_remove(engine->world, engine->images, &engine->image_count, sizeof engine->images[0], i);
            break;
        }
    }
}

/* ---- answers
 * -------------------------------------------------------------------------------------------------------------------
 */

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
                items[count++] = listed(engine, &engine->containers[i - 1]);
            }
        }
        *kept = value_array(memory, items, count);
    }
    return *kept;
}

/* An attached container's address on its network: the fixed one, else one by its name. The real engine gives the next
 * free one, so that every container's depends on all others'; FluxOS asks for fixed ones. */
static const char *address_of(const struct container *container, const struct docker_network *network,
                              struct arena *arena)
{
    enum { OCTET_FIRST = 200, OCTETS = 50 };
    size_t prefix = strcspn(network->subnet, "/");

    if (container->address != NULL) {
        return container->address;
    }
    while (prefix > 0 && network->subnet[prefix - 1] != '.') {
        prefix--;
    }
    return arena_printf(arena, "%.*s%u", (int)prefix, network->subnet,
                        OCTET_FIRST + (unsigned)(hash_text(container->name) % OCTETS));
}

static const struct value *inspected(const struct docker_engine *engine, const struct container *container,
                                     struct arena *arena)
{
    bool running = container->state == CONTAINER_RUNNING;
    const struct docker_network *network = running ? find_network(engine, container->network) : NULL;
    const struct value *ipam = container->address == NULL
                                   ? value_null()
                                   : OBJECT(arena, {"IPv4Address", value_string(arena, container->address)});
    const char *address = network != NULL ? address_of(container, network, arena) : "";
    const struct value *endpoint = OBJECT(arena, {"IPAMConfig", ipam}, {"IPAddress", value_string(arena, address)});

    return OBJECT(arena, {"Id", value_string(arena, container->id)},
                  {"Name", value_format(arena, "/%s", container->name)},
                  {"State", OBJECT(arena, {"Status", value_string(arena, container_state_name(container->state))},
                                   {"Running", value_bool(running)},
                                   {"StartedAt", value_string(arena, value_iso_date(arena, container->started_ms))},
                                   {"ExitCode", value_number(arena, container->exit_code)})},
                  {"NetworkSettings", OBJECT(arena, {"Networks", OBJECT(arena, {container->network, endpoint})})});
}

static void no_such_container(struct effect *effect, struct arena *answers, const char *reference)
{
    effect_fail(effect, answers, 404, NULL, "No such container: %s", reference == NULL ? "" : reference);
}

/* ---- containers
 * ------------------------------------------------------------------------------------------------------------------ */

static void prune_containers(struct docker_engine *engine, struct effect *effect, struct arena *answers)
{
    const struct value *deleted = value_empty_array();

    touch_every(&engine->world->watch, OBJECTS_CONTAINERS);
    for (uint32_t i = 0; i < engine->container_count;) {
        if (engine->containers[i].state == CONTAINER_RUNNING) {
            i++;
        } else {
            deleted = value_append(answers, deleted, value_string(answers, engine->containers[i].id));
            remove_at(engine, i);
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
    } else if (!has_image(engine, image)) {
        effect_fail(effect, answers, 404, NULL, "No such image: %s", image);
    } else if ((taken = find_container(engine, name)) != NULL) {
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

        note(engine, CHANGE_CONTAINER_CREATED, container->name);
        effect->result = OBJECT(answers, {"Id", value_string(answers, container->id)});
    }
}

/* A start that fails shows in an inspect. */
static void set_never_ran(struct docker_engine *engine, struct container *container)
{
    if (container->exit_code != EXIT_CODE_NEVER_RAN) {
        touch_container(engine, container->name, TOUCH_WRITE);
        before_change(engine, container);
        container->exit_code = EXIT_CODE_NEVER_RAN;
    }
}

static void start_container(struct docker_engine *engine, struct effect *effect, struct arena *answers,
                            struct container *container)
{
    if (container->state == CONTAINER_RUNNING) {
        effect_fail(effect, answers, 304, NULL, "container already started");
    } else if (!is_predefined(container->network) && find_network(engine, container->network) == NULL) {
        effect_fail(effect, answers, 404, NULL, "network %s not found", container->network);
        set_never_ran(engine, container);
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
    remove_at(engine, container_index(engine, container));
}

static void apply_to_container(struct docker_engine *engine, struct effect *effect, struct arena *answers)
{
    const char *reference = value_get_text(effect->args, "container");
    struct container *container = find_container(engine, reference);

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

/* ---- networks
 * ------------------------------------------------------------------------------------------------------------------------
 */

static bool is_attached(const struct container *container, const struct docker_network *network)
{
    return container->state == CONTAINER_RUNNING && !container->disconnected &&
           strcmp(container->network, network->name) == 0;
}

static bool is_in_use(const struct docker_engine *engine, const struct docker_network *network)
{
    touch_every(&engine->world->watch, OBJECTS_CONTAINERS);
    for (uint32_t i = 0; i < engine->container_count; i++) {
        if (is_attached(&engine->containers[i], network)) {
            return true;
        }
    }
    return false;
}

/* A stopped container's network counts as unused. */
static void prune_networks(struct docker_engine *engine, struct effect *effect, struct arena *answers)
{
    const struct value *deleted = value_empty_array();

    touch_every(&engine->world->watch, OBJECTS_NETWORKS);
    for (uint32_t i = 0; i < engine->network_count;) {
        if (is_in_use(engine, &engine->networks[i])) {
            i++;
        } else {
            deleted = value_append(answers, deleted, value_string(answers, engine->networks[i].name));
            remove_network_at(engine, i);
        }
    }
    effect->result = OBJECT(answers, {"NetworksDeleted", deleted});
}

static void create_network(struct docker_engine *engine, struct effect *effect, struct arena *answers)
{
    const char *name = value_get_text(effect->args, "Name");
    const char *subnet = value_get_text(value_at(value_get(value_get(effect->args, "IPAM"), "Config"), 0), "Subnet");

    if (name == NULL) {
        effect_fail(effect, answers, 400, NULL, "invalid reference format");
    } else if (find_network(engine, name) != NULL) {
        effect_fail(effect, answers, 409, NULL, "network with name %s already exists", name);
    } else if (!docker_engine_add_network(engine, name, subnet)) {
        effect_fail(effect, answers, 403, NULL, "Pool overlaps with other one on this address space");
    } else {
        const struct docker_network *network = docker_engine_network(engine, name);

        world_note_change(
            engine->world,
            (struct change){.kind = CHANGE_NETWORK_CREATED, .object = network->name, .detail = network->subnet});
        effect->result = OBJECT(answers, {"Id", value_string(answers, network->id)});
    }
}

/* Whether a name passes the name filters of the JSON text {"name": [part…]}. */
static bool passes_filters(const struct value *filters, const char *name)
{
    const struct value *parts = value_get(filters, "name");

    for (uint32_t i = 0; i < value_count(parts); i++) {
        const char *part = value_text(value_at(parts, i));

        if (part != NULL && strstr(name, part) != NULL) {
            return true;
        }
    }
    return value_count(parts) == 0;
}

static void list_networks(struct docker_engine *engine, struct effect *effect, struct arena *answers)
{
    const char *text = value_get_text(effect->args, "filters");
    const struct value *filters = text == NULL ? NULL : value_parse(answers, text, strlen(text));
    const struct value *found = value_empty_array();

    touch_every(&engine->world->watch, OBJECTS_NETWORKS);
    for (uint32_t i = 0; i < engine->network_count; i++) {
        const struct docker_network *network = &engine->networks[i];

        if (passes_filters(filters, network->name)) {
            found = value_append(answers, found,
                                 OBJECT(answers, {"Name", value_string(answers, network->name)},
                                        {"Id", value_string(answers, network->id)}));
        }
    }
    effect->result = found;
}

static const struct value *inspected_network(struct docker_engine *engine, const struct docker_network *network,
                                             struct arena *arena)
{
    const struct value *endpoints = value_empty_object();
    const struct value *config = OBJECT(arena, {"Subnet", value_string(arena, network->subnet)},
                                        {"Gateway", value_string(arena, network->gateway)});

    touch_every(&engine->world->watch, OBJECTS_CONTAINERS);
    for (uint32_t i = 0; i < engine->container_count; i++) {
        const struct container *container = &engine->containers[i];

        if (is_attached(container, network)) {
            const char *address = address_of(container, network, arena);

            endpoints = value_with(arena, endpoints, container->id,
                                   OBJECT(arena, {"Name", value_string(arena, container->name)},
                                          {"IPv4Address", value_format(arena, "%s/24", address)}));
        }
    }
    return OBJECT(arena, {"Name", value_string(arena, network->name)}, {"Id", value_string(arena, network->id)},
                  {"IPAM", OBJECT(arena, {"Config", ARRAY(arena, config)})}, {"Containers", endpoints});
}

static void disconnect(struct docker_engine *engine, struct effect *effect, struct arena *answers,
                       const struct docker_network *network)
{
    struct container *container = find_container(engine, value_get_text(effect->args, "Container"));

    if (container == NULL || !is_attached(container, network)) {
        effect_fail(effect, answers, 404, NULL, "No such container: %s", container == NULL ? "" : container->name);
        return;
    }
    touch_container(engine, container->name, TOUCH_WRITE);
    before_change(engine, container);
    container->disconnected = true;
    effect->result = value_null();
}

static void apply_to_network(struct docker_engine *engine, struct effect *effect, struct arena *answers)
{
    const char *reference = value_get_text(effect->args, "network");
    const struct docker_network *network = reference == NULL ? NULL : find_network(engine, reference);

    if (network == NULL) {
        effect_fail(effect, answers, 404, NULL, "network %s not found", reference == NULL ? "" : reference);
    } else if (effect->id == EFFECT_DOCKER_NETWORK_INSPECT) {
        effect->result = inspected_network(engine, network, answers);
    } else if (effect->id == EFFECT_DOCKER_NETWORK_DISCONNECT) {
        disconnect(engine, effect, answers, network);
    } else if (is_in_use(engine, network)) {
        effect_fail(effect, answers, 403, NULL, "error while removing network: network %s id %s has active endpoints",
                    network->name, network->id);
    } else {
        remove_network_at(engine, (uint32_t)(network - engine->networks));
        effect->result = value_null();
    }
}

/* ---- images
 * ----------------------------------------------------------------------------------------------------------------------------
 */

static void pull_image(struct docker_engine *engine, struct effect *effect, struct arena *answers)
{
    const char *image = value_get_text(effect->args, "image");
    const char *tag = value_get_text(effect->args, "tag");
    const char *repotag = arena_printf(answers, "%s:%s", image == NULL ? "" : image, tag == NULL ? "latest" : tag);

    if (!has_image(engine, repotag)) {
        docker_engine_add_image(engine, repotag);
        note(engine, CHANGE_IMAGE_PULLED, engine->images[engine->image_count - 1]);
    }
    effect->result = OBJECT(answers, {"status", value_number(answers, 200)});
}

const char *docker_engine_image_id(const char *repotag, struct arena *arena)
{
    return arena_printf(arena, "%012llx", (unsigned long long)(hash_text(repotag) & 0xffffffffffffu));
}

static void remove_image(struct docker_engine *engine, struct effect *effect, struct arena *answers)
{
    const char *repotag = value_get_text(effect->args, "image");

    if (!has_image(engine, repotag)) {
        effect_fail(effect, answers, 404, NULL, "No such image: %s", repotag == NULL ? "" : repotag);
        return;
    }
    touch_every(&engine->world->watch, OBJECTS_CONTAINERS);
    for (uint32_t i = 0; i < engine->container_count; i++) {
        if (strcmp(engine->containers[i].image, repotag) == 0) {
            effect_fail(
                effect, answers, 409, NULL,
                "conflict: unable to remove repository reference \"%s\" (must force) - container %.12s is using "
                "its referenced image %s",
                repotag, engine->containers[i].id, docker_engine_image_id(repotag, answers));
            return;
        }
    }
    touch_name(&engine->world->watch, OBJECTS_IMAGES, repotag, TOUCH_WRITE);
    docker_engine_drop_image(engine, repotag);
    effect->result = value_null();
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

/* Each image as it was pulled: its digest is the registry's of before any update. */
static const struct value *list_images(const struct docker_engine *engine, struct arena *arena)
{
    const struct value *images = value_empty_array();

    touch_every(&engine->world->watch, OBJECTS_IMAGES);
    for (uint32_t i = 0; i < engine->image_count; i++) {
        const char *digest = image_registry_digest(engine->images[i], false, arena);

        images = value_append(
            arena, images,
            OBJECT(arena, {"RepoTags", ARRAY(arena, value_string(arena, engine->images[i]))},
                   {"RepoDigests", ARRAY(arena, value_format(arena, "%s@%s", engine->images[i], digest))}));
    }
    return images;
}

void docker_engine_apply(struct docker_engine *engine, struct effect *effect, struct arena *answers)
{
    if (engine->backend != NULL) {
        engine->backend->apply(engine->backend, engine, effect, answers);
    } else {
        docker_engine_answer(engine, effect, answers);
    }
}

void docker_engine_answer(struct docker_engine *engine, struct effect *effect, struct arena *answers)
{
    if (engine->whole != NULL) {
        docker_whole_apply(engine, effect, answers);
        return;
    }
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
    case EFFECT_DOCKER_CONTAINER_INSPECT:
    case EFFECT_DOCKER_CONTAINER_START:
    case EFFECT_DOCKER_CONTAINER_STOP:
    case EFFECT_DOCKER_CONTAINER_RESTART:
    case EFFECT_DOCKER_CONTAINER_KILL:
    case EFFECT_DOCKER_CONTAINER_REMOVE:
        apply_to_container(engine, effect, answers);
        break;
    case EFFECT_DOCKER_NETWORK_INSPECT:
    case EFFECT_DOCKER_NETWORK_REMOVE:
    case EFFECT_DOCKER_NETWORK_DISCONNECT:
        apply_to_network(engine, effect, answers);
        break;
    case EFFECT_DOCKER_NETWORKS_CREATE:
        create_network(engine, effect, answers);
        break;
    case EFFECT_DOCKER_NETWORKS_LIST:
        list_networks(engine, effect, answers);
        break;
    case EFFECT_DOCKER_NETWORKS_PRUNE:
        prune_networks(engine, effect, answers);
        break;
    case EFFECT_DOCKER_VOLUMES_PRUNE: /* Flux data is bind mounted: there are no anonymous volumes */
        effect->result = OBJECT(answers, {"VolumesDeleted", value_empty_array()});
        break;
    case EFFECT_DOCKER_IMAGES_PRUNE: /* dangling images only: there are none */
        effect->result = OBJECT(answers, {"ImagesDeleted", value_empty_array()});
        break;
    case EFFECT_DOCKER_IMAGE_PULL:
        pull_image(engine, effect, answers);
        break;
    case EFFECT_DOCKER_IMAGE_REMOVE:
        remove_image(engine, effect, answers);
        break;
    case EFFECT_DOCKER_IMAGES_LIST:
        effect->result = list_images(engine, answers);
        break;
    case EFFECT_DOCKER_INFO:
        effect->result = info(answers);
        break;
    default:
        assert(false && "not a docker effect");
    }
}

/* ---- without FluxOS
 * ------------------------------------------------------------------------------------------------------------------------
 */

bool docker_engine_start_container(struct docker_engine *engine, const char *name)
{
    struct container *container = find_container(engine, name);

    if (container == NULL || container->state == CONTAINER_RUNNING ||
        (!is_predefined(container->network) && find_network(engine, container->network) == NULL)) {
        return false;
    }
    docker_engine_set_running(engine, container);
    return true;
}

bool docker_engine_stop_container(struct docker_engine *engine, const char *name)
{
    struct container *container = find_container(engine, name);

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
    struct container *container = find_container(engine, name);

    if (container == NULL) {
        return false;
    }
    remove_at(engine, container_index(engine, container));
    return true;
}

bool docker_engine_remove_network(struct docker_engine *engine, const char *name)
{
    const struct docker_network *network = find_network(engine, name);

    if (network == NULL || is_in_use(engine, network)) {
        return false;
    }
    remove_network_at(engine, (uint32_t)(network - engine->networks));
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
            if (restarts(container) &&
                (is_predefined(container->network) || find_network(engine, container->network) != NULL)) {
                docker_engine_set_running(engine, container);
            }
        }
    }
}

/* ---- hash
 * ------------------------------------------------------------------------------------------------------------------------
 */

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

/* Containers, networks and images in the order in which lists show them. */
uint64_t docker_engine_hash(const struct docker_engine *engine)
{
    uint64_t hash = engine->container_count;

    for (uint32_t i = 0; i < engine->container_count; i++) {
        hash = hash_combine(hash, hash_of_container(&engine->containers[i]));
    }
    hash = hash_combine(hash, engine->network_count);
    for (uint32_t i = 0; i < engine->network_count; i++) {
        const struct docker_network *network = &engine->networks[i];

        hash = hash_combine(hash, hash_text(network->id));
        hash = hash_combine(hash, hash_combine(hash_text(network->name), hash_text(network->subnet)));
    }
    for (uint32_t i = 0; i < engine->image_count; i++) {
        hash = hash_combine(hash, hash_text(engine->images[i]));
    }
    return hash;
}
