#include "fakes/docker_engine_parts.h"

#include <string.h>

/* ---- the table --------------------------------------------------------------------------------------------------- */

static void touch_network(const struct docker_engine *engine, const char *name, enum touch_mode mode)
{
    touch_name(&engine->world->watch, OBJECTS_NETWORKS, name, mode);
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

const struct docker_network *engine_find_network(const struct docker_engine *engine, const char *reference)
{
    const struct docker_network *found = docker_engine_network(engine, reference);

    touch_network(engine, reference, TOUCH_READ);
    if (found != NULL && strcmp(found->name, reference) != 0) {
        touch_network(engine, found->name, TOUCH_READ);
    }
    return found;
}

bool docker_engine_network_is_predefined(const char *name)
{
    static const char *const names[] = {"bridge", "host", "none", "default"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

bool engine_can_join(const struct docker_engine *engine, const char *network)
{
    return docker_engine_network_is_predefined(network) || engine_find_network(engine, network) != NULL;
}

static void remove_network_at(struct docker_engine *engine, uint32_t index)
{
    touch_network(engine, engine->networks[index].name, TOUCH_WRITE);
    touch_network(engine, engine->networks[index].id, TOUCH_WRITE);
    touch_network(engine, engine->networks[index].subnet, TOUCH_WRITE);
    engine_note(engine, CHANGE_NETWORK_REMOVED, engine->networks[index].name);
    name_index_remove(&engine->network_names, engine->networks[index].name);
    name_index_remove(&engine->network_subnets, engine->networks[index].subnet);
    world_remove(engine->world, engine->networks, &engine->network_count, sizeof engine->networks[0], index);
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

const char *engine_subnet_address(const char *subnet, unsigned octet, struct arena *arena)
{
    size_t prefix = strcspn(subnet, "/");

    while (prefix > 0 && subnet[prefix - 1] != '.') {
        prefix--;
    }
    return arena_printf(arena, "%.*s%u", (int)prefix, subnet, octet);
}

bool docker_engine_add_network(struct docker_engine *engine, const char *name, const char *subnet)
{
    struct arena *memory = engine->world->memory;

    if (subnet == NULL) {
        subnet = next_free_subnet(engine);
    }
    if (subnet == NULL || docker_engine_network_is_predefined(name) || docker_engine_network(engine, name) != NULL ||
        subnet_taken(engine, subnet)) {
        return false;
    }
    struct docker_network *network = world_add(engine->world, (void **)&engine->networks, &engine->network_count,
                                               &engine->network_size, sizeof engine->networks[0]);
    *network = (struct docker_network){.id = world_new_id(engine->world, "network", name),
                                       .name = arena_string(memory, name),
                                       .subnet = arena_string(memory, subnet),
                                       .gateway = engine_subnet_address(subnet, 1, memory)};
    name_index_add(&engine->network_names, memory, network->name, engine->network_count - 1);
    name_index_add(&engine->network_subnets, memory, network->subnet, engine->network_count - 1);
    touch_added(&engine->world->watch, OBJECTS_NETWORKS, network->name);
    touch_network(engine, network->id, TOUCH_WRITE);
    touch_network(engine, network->subnet, TOUCH_WRITE);
    return true;
}

static bool is_in_use(const struct docker_engine *engine, const struct docker_network *network)
{
    touch_every(&engine->world->watch, OBJECTS_CONTAINERS);
    for (uint32_t i = 0; i < engine->container_count; i++) {
        if (engine_container_is_attached(&engine->containers[i], network)) {
            return true;
        }
    }
    return false;
}

bool docker_engine_remove_network(struct docker_engine *engine, const char *name)
{
    const struct docker_network *network = engine_find_network(engine, name);

    if (network == NULL || is_in_use(engine, network)) {
        return false;
    }
    remove_network_at(engine, (uint32_t)(network - engine->networks));
    return true;
}

uint64_t engine_hash_networks(const struct docker_engine *engine, uint64_t hash)
{
    for (uint32_t i = 0; i < engine->network_count; i++) {
        const struct docker_network *network = &engine->networks[i];

        hash = hash_combine(hash, hash_text(network->id));
        hash = hash_combine(hash, hash_combine(hash_text(network->name), hash_text(network->subnet)));
    }
    return hash;
}

/* ---- requests ---------------------------------------------------------------------------------------------------- */

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
    } else if (engine_find_network(engine, name) != NULL) {
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

        if (engine_container_is_attached(container, network)) {
            const char *address = engine_container_address(container, network, arena);

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
    struct container *container = engine_find_container(engine, value_get_text(effect->args, "Container"));

    if (container == NULL || !engine_container_is_attached(container, network)) {
        effect_fail(effect, answers, 404, NULL, "No such container: %s", container == NULL ? "" : container->name);
        return;
    }
    engine_disconnect_container(engine, container);
    effect->result = value_null();
}

static void apply_to_one(struct docker_engine *engine, struct effect *effect, struct arena *answers)
{
    const char *reference = value_get_text(effect->args, "network");
    const struct docker_network *network = reference == NULL ? NULL : engine_find_network(engine, reference);

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

void engine_apply_to_networks(struct docker_engine *engine, struct effect *effect, struct arena *answers)
{
    switch (effect->id) {
    case EFFECT_DOCKER_NETWORKS_CREATE:
        create_network(engine, effect, answers);
        break;
    case EFFECT_DOCKER_NETWORKS_LIST:
        list_networks(engine, effect, answers);
        break;
    case EFFECT_DOCKER_NETWORKS_PRUNE:
        prune_networks(engine, effect, answers);
        break;
    default:
        apply_to_one(engine, effect, answers);
        break;
    }
}
