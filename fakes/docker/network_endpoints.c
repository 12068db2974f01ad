/* Containers on networks: which they are to join, and the addresses that they have while they run. */
#include "fakes/docker/address.h"
#include "fakes/docker/network_parts.h"
#include "fakes/world.h"

#include <string.h>

static bool fail(struct docker_request *request, int status, const char *message)
{
    if (request != NULL) {
        effect_fail(request->effect, request->answers, status, NULL, "%s", message);
    }
    return false;
}

static struct arena *texts_of(struct docker_engine *engine, struct docker_request *request)
{
    return request == NULL ? &engine->whole->scratch : request->answers;
}

/* ---- planned
 * -------------------------------------------------------------------------------------------------------------------
 */

const char *network_mode_of(const struct container *container)
{
    const char *mode = value_get_text(container->details->host_config, "NetworkMode");

    if (mode == NULL || mode[0] == '\0' || strcmp(mode, "default") == 0) {
        return "bridge";
    }
    return mode;
}

bool network_is_shared(const char *mode)
{
    return strncmp(mode, "container:", strlen("container:")) == 0;
}

bool network_is_user_defined(const char *network)
{
    return strcmp(network, "bridge") != 0 && strcmp(network, "host") != 0 && strcmp(network, "none") != 0;
}

struct docker_endpoint *network_endpoint_on(const struct container *container, const char *network)
{
    struct docker_endpoints *endpoints = &container->details->endpoints;

    for (uint32_t i = 0; i < endpoints->count; i++) {
        if (strcmp(endpoints->all[i].network, network) == 0) {
            return &endpoints->all[i];
        }
    }
    return NULL;
}

/* Endpoints stand in the order of their names, as the Engine's maps are written. */
struct docker_endpoint *network_add_endpoint(struct docker_engine *engine, struct container *container,
                                             const char *network, const struct value *asked)
{
    struct docker_endpoints *endpoints = &container->details->endpoints;
    struct arena *memory = engine->world->memory;

    if (endpoints->size == 0) { /* most containers have one */
        endpoints->all = arena_alloc(memory, sizeof *endpoints->all);
        endpoints->size = 1;
    }
    struct docker_endpoint *endpoint =
        table_add(memory, (void **)&endpoints->all, &endpoints->count, &endpoints->size, sizeof *endpoint);

    while (endpoint > endpoints->all && strcmp(endpoint[-1].network, network) > 0) {
        *endpoint = endpoint[-1];
        endpoint--;
    }
    *endpoint = (struct docker_endpoint){
        .network = strcmp(network, container->network) == 0 ? container->network : arena_string(memory, network),
        .network_id = "",
        .id = "",
        .address = "",
        .gateway = "",
        .mac = "",
        .asked = value_is(asked, VALUE_OBJECT) ? value_copy(memory, asked) : NULL};
    return endpoint;
}

const char *network_asked_address(const struct docker_endpoint *endpoint)
{
    const char *address = value_get_text(value_get(endpoint->asked, "IPAMConfig"), "IPv4Address");

    return address != NULL && address[0] != '\0' ? address : NULL;
}

/* By name or id. */
static const struct docker_network *network_named(const struct docker_engine *engine, const char *reference)
{
    for (uint32_t i = 0; i < engine->network_count; i++) {
        if (strcmp(engine->networks[i].name, reference) == 0 || strcmp(engine->networks[i].id, reference) == 0) {
            return &engine->networks[i];
        }
    }
    return NULL;
}

bool docker_networks_plan(struct docker_engine *engine, struct docker_request *request, struct container *container,
                          const struct value *asked)
{
    const struct value *endpoints = value_get(asked, "EndpointsConfig");
    const char *mode = network_mode_of(container);
    const char *address = NULL;
    uint32_t number = 0;

    if (value_count(endpoints) > 1) {
        const char *names = "";

        for (uint32_t i = 0; i < endpoints->count; i++) {
            names =
                arena_printf(texts_of(engine, request), "%s%s%s", names, i == 0 ? "" : ", ", endpoints->members[i].key);
        }
        return fail(
            request, 400,
            arena_printf(texts_of(engine, request), "Container cannot be connected to network endpoints: %s", names));
    }
    if (network_is_shared(mode)) {
        return true;
    }
    const char *told = value_count(endpoints) == 1 ? endpoints->members[0].key : mode;
    const char *reference = strcmp(told, "default") == 0 ? mode : told; /* what is told counts, whatever the mode */
    const struct docker_network *network = network_named(engine, reference);
    const struct docker_endpoint *endpoint = network_add_endpoint(
        engine, container, network == NULL ? reference : network->name, value_get(endpoints, told));

    address = network_asked_address(endpoint);
    if (address != NULL && !address_read(address, &number)) {
        return fail(request, 400, arena_printf(texts_of(engine, request), "invalid IPv4 address: %s", address));
    }
    if (address != NULL && !network_is_user_defined(mode)) {
        return fail(request, 400, "user specified IP address is supported on user defined networks only");
    }
    return true;
}

/* ---- attached
 * -------------------------------------------------------------------------------------------------------------------
 */

static bool is_held(const struct docker_engine *engine, const char *network, uint32_t address)
{
    for (uint32_t i = 0; i < engine->container_count; i++) {
        const struct docker_endpoints *endpoints = &engine->containers[i].details->endpoints;

        for (uint32_t j = 0; j < endpoints->count; j++) {
            uint32_t held = 0;

            if (endpoints->all[j].id[0] != '\0' && strcmp(endpoints->all[j].network, network) == 0 &&
                address_read(endpoints->all[j].address, &held) && held == address) {
                return true;
            }
        }
    }
    return false;
}

/* Whether the network keeps an address from containers: its own, the gateway's, and auxiliary ones. */
static bool is_reserved(const struct docker_network *network, struct subnet subnet, uint32_t address)
{
    const struct value *auxiliary = value_get(value_at(network->details->ipam_config, 0), "AuxiliaryAddresses");
    uint32_t other = 0;

    for (uint32_t i = 0; i < value_count(auxiliary); i++) {
        const char *text = value_text(auxiliary->members[i].value);

        if (text != NULL && address_read(text, &other) && other == address) {
            return true;
        }
    }
    return address == subnet.first || address == subnet_last(subnet) ||
           (address_read(network->gateway, &other) && other == address);
}

/* The lowest address that is free, in the network's IPRange where it has one. */
static bool next_address(const struct docker_engine *engine, const struct docker_network *network, struct subnet subnet,
                         uint32_t *address)
{
    const char *range_text = value_get_text(value_at(network->details->ipam_config, 0), "IPRange");
    struct subnet range = subnet;

    if (range_text != NULL && range_text[0] != '\0') {
        (void)subnet_read(range_text, &range);
    }
    for (*address = range.first; subnet_holds(range, *address); ++*address) {
        if (!is_reserved(network, subnet, *address) && !is_held(engine, network->name, *address)) {
            return true;
        }
        if (*address == UINT32_MAX) {
            return false;
        }
    }
    return false;
}

static bool choose_address(struct docker_engine *engine, struct docker_request *request,
                           const struct docker_network *network, const struct docker_endpoint *endpoint,
                           struct subnet subnet, uint32_t *address)
{
    const char *wanted = network_asked_address(endpoint);

    if (wanted == NULL) {
        return next_address(engine, network, subnet, address) ||
               fail(request, 500,
                    arena_printf(texts_of(engine, request),
                                 "no available IPv4 addresses on this network's address pools: %s (%s)", network->name,
                                 network->id));
    }
    (void)address_read(wanted, address);
    if (!network->details->subnet_asked && network_is_user_defined(network->name)) {
        return fail(request, 400,
                    "user specified IP address is supported only when connecting to networks with user configured "
                    "subnets");
    }
    if (!subnet_holds(subnet, *address)) {
        return fail(request, 500,
                    arena_printf(texts_of(engine, request),
                                 "Invalid address %s: It does not belong to any of this network's subnets", wanted));
    }
    return !is_held(engine, network->name, *address) || fail(request, 403, "Address already in use");
}

/* Joins one network now. */
bool network_attach(struct docker_engine *engine, struct docker_request *request, struct container *container,
                    struct docker_endpoint *endpoint, const struct docker_network *network)
{
    struct arena *memory = engine->world->memory;
    struct subnet subnet;
    uint32_t address = 0;

    if (network->details->config_only) {
        return fail(request, 403, "cannot create endpoint on configuration-only network");
    }
    if (subnet_read(network->subnet, &subnet)) {
        if (!choose_address(engine, request, network, endpoint, subnet, &address)) {
            return false;
        }
        const char *given_mac = value_get_text(container->details->config, "MacAddress");

        endpoint->address = address_text(memory, address);
        endpoint->prefix_length = subnet.prefix_length;
        endpoint->gateway = network->details->internal ? "" : network->gateway;
        endpoint->mac = given_mac != NULL && given_mac[0] != '\0'
                            ? given_mac
                            : arena_printf(memory, "02:42:%02x:%02x:%02x:%02x", address >> 24, address >> 16 & 0xff,
                                           address >> 8 & 0xff, address & 0xff);
    }
    endpoint->network_id = network->id;
    endpoint->id = world_new_id(engine->world, "endpoint", container->name);
    docker_network_event(engine, network, "connect", container);
    return true;
}

/* By what an endpoint's network is looked for: one that it was on by its id, so that another of the same name is none
 * (moby getNetworkID). */
static const char *network_of(const struct docker_endpoint *endpoint)
{
    return network_is_user_defined(endpoint->network) && endpoint->network_id[0] != '\0' ? endpoint->network_id
                                                                                         : endpoint->network;
}

bool docker_networks_attach(struct docker_engine *engine, struct docker_request *request, struct container *container)
{
    struct docker_endpoints *endpoints = &container->details->endpoints;

    for (uint32_t i = 0; i < endpoints->count; i++) {
        struct docker_endpoint *endpoint = &endpoints->all[i];
        const struct docker_network *network = network_named(engine, network_of(endpoint));

        if (endpoint->id[0] != '\0') {
            continue;
        }
        if (network == NULL && engine->whole->no_bridge && strcmp(endpoint->network, "bridge") == 0) {
            continue; /* networking is disabled then: it starts without */
        }
        if (network == NULL) {
            docker_networks_detach(engine, container);
            return fail(request, 404,
                        arena_printf(texts_of(engine, request), "network %s not found", network_of(endpoint)));
        }
        if (!network_attach(engine, request, container, endpoint, network)) {
            docker_networks_detach(engine, container);
            return false;
        }
    }
    return true;
}

void network_detach(struct docker_engine *engine, const struct container *container, struct docker_endpoint *endpoint)
{
    const struct docker_network *network = network_named(engine, endpoint->network);

    if (endpoint->id[0] == '\0') {
        return;
    }
    endpoint->id = "";
    endpoint->address = "";
    endpoint->gateway = "";
    endpoint->mac = "";
    endpoint->prefix_length = 0;
    if (network != NULL) {
        docker_network_event(engine, network, "disconnect", container);
    }
}

void docker_networks_detach(struct docker_engine *engine, struct container *container)
{
    for (uint32_t i = 0; i < container->details->endpoints.count; i++) {
        network_detach(engine, container, &container->details->endpoints.all[i]);
    }
}
