#include "fakes/docker/networks.h"

#include "fakes/docker/whole.h"
#include "fakes/world.h"

#include <string.h>

const struct value *docker_network_pool(struct arena *arena, const char *subnet, const char *gateway)
{
    return ARRAY(arena,
                 OBJECT(arena, {"Subnet", value_string(arena, subnet)}, {"Gateway", value_string(arena, gateway)}));
}

struct docker_network_details *docker_network_new_details(struct docker_engine *engine, struct arena *arena,
                                                          const char *driver)
{
    struct docker_network_details *details = arena_alloc(arena, sizeof *details);

    *details = (struct docker_network_details){
        .driver = driver,
        .ipam_driver = value_string(arena, "default"),
        .ipam_options = value_null(),
        .ipam_config = value_empty_array(),
        .options = value_empty_object(),
        .labels = value_empty_object(),
        .config_from = "",
        .created_ms = engine->world->now_ms,
    };
    return details;
}

struct docker_network *docker_network_add(struct docker_engine *engine, const char *name, const char *subnet,
                                          const char *gateway, struct docker_network_details *details)
{
    struct arena *memory = engine->world->memory;
    struct docker_network *network =
        table_add(memory, (void **)&engine->networks, &engine->network_count, &engine->network_size, sizeof *network);

    *network = (struct docker_network){.id = world_new_id(engine->world, "network", name),
                                       .name = arena_string(memory, name),
                                       .subnet = arena_string(memory, subnet),
                                       .gateway = arena_string(memory, gateway),
                                       .details = details};
    return network;
}

static void add_predefined(struct docker_engine *engine, const char *name, const char *driver, const char *subnet,
                           const char *gateway)
{
    struct docker_network_details *details = docker_network_new_details(engine, engine->world->memory, driver);

    details->predefined = true;
    if (subnet[0] != '\0') {
        struct arena *memory = engine->world->memory;
        static const char *const options[][2] = {{"com.docker.network.bridge.default_bridge", "true"},
                                                 {"com.docker.network.bridge.enable_icc", "true"},
                                                 {"com.docker.network.bridge.enable_ip_masquerade", "true"},
                                                 {"com.docker.network.bridge.host_binding_ipv4", "0.0.0.0"},
                                                 {"com.docker.network.bridge.name", "docker0"},
                                                 {"com.docker.network.driver.mtu", "1500"}};

        details->ipam_config = docker_network_pool(memory, subnet, gateway);
        for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
            details->options = value_with(memory, details->options, options[i][0], value_string(memory, options[i][1]));
        }
    }
    (void)docker_network_add(engine, name, subnet, gateway, details);
}

void docker_networks_init(struct docker_engine *engine)
{
    for (uint32_t i = 0; i < engine->network_count; i++) {
        struct docker_network *network = &engine->networks[i];

        network->details = docker_network_new_details(engine, engine->world->memory, "bridge");
        network->details->ipam_config = docker_network_pool(engine->world->memory, network->subnet, network->gateway);
        network->details->subnet_asked = true;
    }
    if (!engine->whole->no_bridge) {
        add_predefined(engine, "bridge", "bridge", "172.17.0.0/16", "172.17.0.1");
    }
    add_predefined(engine, "host", "host", "", "");
    add_predefined(engine, "none", "null", "", "");
}

struct docker_network *docker_network_named(const struct docker_engine *engine, const char *name)
{
    for (uint32_t i = 0; i < engine->network_count; i++) {
        if (strcmp(engine->networks[i].name, name) == 0) {
            return &engine->networks[i];
        }
    }
    return NULL;
}

struct docker_network *docker_network_of(struct docker_request *request, const char *reference)
{
    const struct docker_engine *engine = request->engine;
    const char *name = reference == NULL ? "" : reference;
    struct docker_network *found = NULL;
    uint32_t fitting = 0;

    for (uint32_t i = 0; i < engine->network_count; i++) {
        if (strcmp(engine->networks[i].id, name) == 0) {
            return &engine->networks[i];
        }
    }
    for (uint32_t i = 0; i < engine->network_count; i++) {
        if (strcmp(engine->networks[i].name, name) == 0) {
            found = &engine->networks[i];
            fitting++;
        }
    }
    if (fitting > 1) {
        const char *found_by = arena_printf(request->answers, "%u matches found based on name", fitting);

        if (request->effect->id == EFFECT_DOCKER_NETWORK_INSPECT) { /* it searches by itself, with words of its own */
            effect_fail(request->effect, request->answers, 400, NULL, "%s: network %s is ambiguous", found_by, name);
        } else {
            effect_fail(request->effect, request->answers, 400, NULL, "network %s is ambiguous (%s)", name, found_by);
        }
        return NULL;
    }
    if (found != NULL) {
        return found;
    }
    for (uint32_t i = 0; name[0] != '\0' && i < engine->network_count; i++) {
        if (strncmp(engine->networks[i].id, name, strlen(name)) == 0) {
            found = &engine->networks[i];
            fitting++;
        }
    }
    if (fitting > 1) {
        effect_fail(request->effect, request->answers, 400, NULL,
                    "network %s is ambiguous (%u matches found based on ID prefix)", name, fitting);
        return NULL;
    }
    if (found == NULL) {
        effect_fail(request->effect, request->answers, 404, NULL, "network %s not found", name);
    }
    return found;
}

bool docker_network_is_used(const struct docker_engine *engine, const struct docker_network *network)
{
    for (uint32_t i = 0; i < engine->container_count; i++) {
        const struct docker_endpoints *endpoints = &engine->containers[i].details->endpoints;

        for (uint32_t j = 0; j < endpoints->count; j++) {
            if (endpoints->all[j].id[0] != '\0' && strcmp(endpoints->all[j].network, network->name) == 0) {
                return true;
            }
        }
    }
    return false;
}

void docker_network_event(struct docker_engine *engine, const struct docker_network *network, const char *action,
                          const struct container *container)
{
    struct arena *scratch = &engine->whole->scratch;

    docker_event_note(
        engine, (struct docker_event){
                    "network", action, network->id,
                    OBJECT(scratch, {"container", container == NULL ? NULL : value_string(scratch, container->id)},
                           {"name", value_string(scratch, network->name)},
                           {"type", value_string(scratch, network->details->driver)})});
}
