/* Containers on networks: which they are to join, the addresses that they have while they run, connect and disconnect.
 */
#include "fakes/docker/address.h"
#include "fakes/docker/handlers.h"
#include "fakes/docker/networks.h"
#include "fakes/world.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { ID_LENGTH = 64, SHORT_ID_LENGTH = 12, PORT_FIRST = 32768 };

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

static const char *mode_of(const struct container *container)
{
    const char *mode = value_get_text(container->details->host_config, "NetworkMode");

    if (mode == NULL || mode[0] == '\0' || strcmp(mode, "default") == 0) {
        return "bridge";
    }
    return mode;
}

static bool is_shared(const char *mode)
{
    return strncmp(mode, "container:", strlen("container:")) == 0;
}

static bool is_user_defined(const char *network)
{
    return strcmp(network, "bridge") != 0 && strcmp(network, "host") != 0 && strcmp(network, "none") != 0;
}

static struct docker_endpoint *endpoint_on(const struct container *container, const char *network)
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
static struct docker_endpoint *add_endpoint(struct docker_engine *engine, struct container *container,
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

static const char *asked_address(const struct docker_endpoint *endpoint)
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
    const char *mode = mode_of(container);
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
    if (is_shared(mode)) {
        return true;
    }
    const struct value *own = value_get(endpoints, mode);
    const char *reference = value_count(endpoints) == 1 ? endpoints->members[0].key : mode; /* what is told counts */
    const struct docker_network *network = network_named(engine, reference);
    const struct docker_endpoint *endpoint =
        add_endpoint(engine, container, network == NULL ? reference : network->name,
                     own != NULL ? own : value_get(endpoints, reference));

    address = asked_address(endpoint);
    if (address != NULL && !address_read(address, &number)) {
        return fail(request, 400, arena_printf(texts_of(engine, request), "invalid IPv4 address: %s", address));
    }
    if (address != NULL && !is_user_defined(mode)) {
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
    const char *wanted = asked_address(endpoint);

    if (wanted == NULL) {
        return next_address(engine, network, subnet, address) ||
               fail(request, 500,
                    arena_printf(texts_of(engine, request),
                                 "no available IPv4 addresses on this network's address pools: %s (%s)", network->name,
                                 network->id));
    }
    (void)address_read(wanted, address);
    if (!network->details->subnet_asked && is_user_defined(network->name)) {
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
static bool attach(struct docker_engine *engine, struct docker_request *request, struct container *container,
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

bool docker_networks_attach(struct docker_engine *engine, struct docker_request *request, struct container *container)
{
    struct docker_endpoints *endpoints = &container->details->endpoints;

    for (uint32_t i = 0; i < endpoints->count; i++) {
        struct docker_endpoint *endpoint = &endpoints->all[i];
        const struct docker_network *network = network_named(engine, endpoint->network);

        if (endpoint->id[0] != '\0') {
            continue;
        }
        if (network == NULL && engine->whole->no_bridge && strcmp(endpoint->network, "bridge") == 0) {
            continue; /* networking is disabled then: it starts without */
        }
        if (network == NULL) {
            docker_networks_detach(engine, container);
            return fail(request, 404,
                        arena_printf(texts_of(engine, request), "network %s not found",
                                     endpoint->network_id[0] != '\0' ? endpoint->network_id : endpoint->network));
        }
        if (!attach(engine, request, container, endpoint, network)) {
            docker_networks_detach(engine, container);
            return false;
        }
    }
    return true;
}

static void detach(struct docker_engine *engine, const struct container *container, struct docker_endpoint *endpoint)
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
        detach(engine, container, &container->details->endpoints.all[i]);
    }
}

/* ---- connect and disconnect
 * -------------------------------------------------------------------------------------------------------------------
 */

static struct container *container_of(struct docker_request *request)
{
    const char *reference = docker_parameter(request, "Container");

    if (reference == NULL || reference[0] == '\0') {
        (void)fail(request, 400, "invalid name or ID supplied: \"\"");
        return NULL;
    }
    struct effect effect = {.id = request->effect->id,
                            .args = OBJECT(request->answers, {"container", value_string(request->answers, reference)})};
    struct docker_request inner = {request->engine, &effect, request->answers, request->reply, request->lasting};
    struct container *container = docker_find_container(&inner);

    request->effect->error = effect.error;
    return container;
}

void docker_network_connect(struct docker_request *request)
{
    struct docker_engine *engine = request->engine;
    struct arena *arena = request->answers;
    const struct docker_network *network = docker_network_of(request, docker_parameter(request, "network"));
    struct container *container = network == NULL ? NULL : container_of(request);
    uint32_t number = 0;

    if (container == NULL) {
        return;
    }
    const char *mode = mode_of(container);

    if (strcmp(mode, "host") == 0 || is_shared(mode)) {
        (void)fail(
            request, 400,
            "container sharing network namespace with another container or host cannot be connected to any other "
            "network");
        return;
    }
    if (strcmp(network->name, "none") == 0 || strcmp(mode, "none") == 0) {
        (void)fail(request, 400,
                   "container cannot be connected to multiple networks with one of the networks in private (none) "
                   "mode");
        return;
    }
    if (strcmp(network->name, "host") == 0) {
        (void)fail(request, 400, "container cannot be disconnected from host network or connected to host network");
        return;
    }
    if (endpoint_on(container, network->name) != NULL) {
        (void)fail(
            request, 403,
            arena_printf(arena, "endpoint with name %s already exists in network %s", container->name, network->name));
        return;
    }
    struct docker_endpoint *endpoint =
        add_endpoint(engine, container, network->name, value_get(request->effect->args, "EndpointConfig"));
    const char *address = asked_address(endpoint);

    endpoint->was_connected = true;
    if (address != NULL && !address_read(address, &number)) {
        (void)fail(request, 400, arena_printf(arena, "invalid IPv4 address: %s", address));
    } else if (container->state == CONTAINER_RUNNING) {
        (void)attach(engine, request, container, endpoint, network);
    }
    if (request->effect->error != NULL) {
        struct docker_endpoints *endpoints = &container->details->endpoints;

        table_remove(endpoints->all, &endpoints->count, sizeof *endpoint, (uint32_t)(endpoint - endpoints->all));
    }
    docker_engine_container_changed(engine, container);
}

void docker_network_disconnect(struct docker_request *request)
{
    struct docker_engine *engine = request->engine;
    struct arena *arena = request->answers;
    const struct docker_network *network = docker_network_of(request, docker_parameter(request, "network"));
    struct container *container = network == NULL ? NULL : container_of(request);

    if (network != NULL && container == NULL && value_truthy(value_get(request->effect->args, "Force"))) {
        (void)fail(request, 404, arena_printf(arena, "endpoint %s not found", docker_parameter(request, "Container")));
    }
    if (container == NULL) {
        return;
    }
    struct docker_endpoint *endpoint = endpoint_on(container, network->name);

    if (endpoint == NULL) {
        (void)fail(request, 500,
                   arena_printf(arena, "container %s is not connected to %snetwork %s", container->id,
                                container->state == CONTAINER_RUNNING ? "" : "the ", network->name));
    } else {
        struct docker_endpoints *endpoints = &container->details->endpoints;

        detach(engine, container, endpoint);
        if (container->state == CONTAINER_RUNNING) {
            docker_network_event(engine, network, "disconnect", container); /* the API tells what libnetwork told */
        }
        table_remove(endpoints->all, &endpoints->count, sizeof *endpoint, (uint32_t)(endpoint - endpoints->all));
        container->disconnected = container->disconnected || strcmp(container->network, network->name) == 0;
        docker_engine_container_changed(engine, container);
    }
}

/* ---- what inspect shows
 * -------------------------------------------------------------------------------------------------------------------
 */

static const struct value *text_or_empty(struct arena *arena, const char *text)
{
    return value_string(arena, text == NULL ? "" : text);
}

static const struct value *or_null(const struct value *value)
{
    return value == NULL ? value_null() : value;
}

/* What was asked for, and on a user's network the short id once it has been there or was connected. */
static const struct value *aliases_of(const struct container *container, const struct docker_endpoint *endpoint,
                                      struct arena *arena)
{
    const struct value *aliases = value_get(endpoint->asked, "Aliases");

    if (!is_user_defined(endpoint->network) || (endpoint->network_id[0] == '\0' && !endpoint->was_connected)) {
        return or_null(aliases);
    }
    aliases = value_is(aliases, VALUE_ARRAY) ? aliases : value_empty_array();
    return value_append(arena, aliases, value_string_n(arena, container->id, SHORT_ID_LENGTH));
}

static const struct value *endpoint_shown(const struct container *container, const struct docker_endpoint *endpoint,
                                          struct arena *arena)
{
    const struct value *empty = value_string(arena, "");
    const struct value *asked = endpoint->asked;

    return OBJECT(
        arena, {"IPAMConfig", or_null(value_get(asked, "IPAMConfig"))}, {"Links", or_null(value_get(asked, "Links"))},
        {"Aliases", aliases_of(container, endpoint, arena)}, {"NetworkID", value_string(arena, endpoint->network_id)},
        {"EndpointID", value_string(arena, endpoint->id)}, {"Gateway", value_string(arena, endpoint->gateway)},
        {"IPAddress", value_string(arena, endpoint->address)},
        {"IPPrefixLen", value_number(arena, endpoint->prefix_length)}, {"IPv6Gateway", empty},
        {"GlobalIPv6Address", empty}, {"GlobalIPv6PrefixLen", value_number(arena, 0)},
        {"MacAddress", value_string(arena, endpoint->mac)}, {"DriverOpts", or_null(value_get(asked, "DriverOpts"))});
}

/* A list does not show names and links (`brief`). */
static const struct value *endpoints_shown(const struct container *container, bool brief, struct arena *arena)
{
    static const char *const left_out[] = {"Links", "Aliases", "DriverOpts"};
    const struct docker_endpoints *endpoints = &container->details->endpoints;
    struct value_member *members = arena_alloc(arena, (endpoints->count + 1) * sizeof *members);

    for (uint32_t i = 0; i < endpoints->count; i++) {
        const struct value *shown = endpoint_shown(container, &endpoints->all[i], arena);

        for (size_t j = 0; brief && j < sizeof left_out / sizeof left_out[0]; j++) {
            if (!value_is(value_get(shown, left_out[j]), VALUE_NULL)) {
                shown = value_with(arena, shown, left_out[j], value_null());
            }
        }
        members[i] = (struct value_member){endpoints->all[i].network, shown};
    }
    return value_object(arena, members, endpoints->count);
}

/* A published port as it is bound: where the request left it open, one that the container's id and the port give. */
static const struct value *bound(const struct container *container, const char *port, const struct value *binding,
                                 struct arena *arena)
{
    const char *address = value_get_text(binding, "HostIp");
    const char *number = value_get_text(binding, "HostPort");
    unsigned open = PORT_FIRST + (unsigned)(hash_combine(hash_text(container->id), hash_text(port)) % PORT_FIRST) / 2;

    return OBJECT(arena, {"HostIp", value_string(arena, address != NULL && address[0] != '\0' ? address : "0.0.0.0")},
                  {"HostPort", number != NULL && number[0] != '\0' && strcmp(number, "0") != 0
                                   ? value_string(arena, number)
                                   : value_format(arena, "%u", open)});
}

/* Ports of a running container: exposed ones, and where they are published. */
const struct value *docker_networks_ports(const struct container *container, struct arena *arena)
{
    const struct value *exposed = value_get(container->details->config, "ExposedPorts");
    const struct value *bindings = value_get(container->details->host_config, "PortBindings");
    const struct value *ports = value_empty_object();

    if (container->state != CONTAINER_RUNNING || strcmp(mode_of(container), "host") == 0 ||
        strcmp(mode_of(container), "none") == 0) {
        return ports;
    }
    for (uint32_t i = 0; i < value_count(exposed); i++) {
        ports = value_with(arena, ports, exposed->members[i].key, value_null());
    }
    for (uint32_t i = 0; i < value_count(bindings); i++) {
        const char *port = bindings->members[i].key;
        const struct value *places = value_empty_array();

        for (uint32_t j = 0; j < value_count(bindings->members[i].value); j++) {
            places =
                value_append(arena, places, bound(container, port, value_at(bindings->members[i].value, j), arena));
        }
        ports = value_with(arena, ports, port, places);
    }
    return ports;
}

/* The id of its network namespace: its own read backwards. */
static const char *sandbox_of(const struct container *container, struct arena *arena)
{
    size_t length = strlen(container->id);
    char *id = arena_string(arena, container->id);

    for (size_t i = 0; i < length; i++) {
        id[i] = container->id[length - 1 - i];
    }
    return id;
}

const struct value *docker_networks_settings(const struct docker_engine *engine, const struct container *container,
                                             bool brief, struct arena *arena)
{
    const struct value *networks = endpoints_shown(container, brief, arena);
    const struct docker_endpoint *bridge = endpoint_on(container, "bridge");
    const struct value *empty = value_string(arena, "");
    const struct value *zero = value_number(arena, 0);
    bool running = container->state == CONTAINER_RUNNING;

    (void)engine;
    if (brief) {
        return OBJECT(arena, {"Networks", networks});
    }
    const char *sandbox_id = sandbox_of(container, arena);
    const struct value *sandbox = container->started_ms == 0 ? empty : value_string(arena, sandbox_id);
    const char *key =
        strcmp(mode_of(container), "host") == 0 ? "default" : arena_string_n(arena, sandbox_id, SHORT_ID_LENGTH);

    return OBJECT(
        arena, {"Bridge", empty}, {"SandboxID", sandbox}, {"HairpinMode", value_bool(false)},
        {"LinkLocalIPv6Address", empty}, {"LinkLocalIPv6PrefixLen", zero},
        {"Ports", docker_networks_ports(container, arena)},
        {"SandboxKey", container->started_ms == 0 ? empty : value_format(arena, "/var/run/docker/netns/%s", key)},
        {"SecondaryIPAddresses", value_null()}, {"SecondaryIPv6Addresses", value_null()},
        {"EndpointID", text_or_empty(arena, bridge == NULL ? NULL : bridge->id)},
        {"Gateway", text_or_empty(arena, bridge == NULL ? NULL : bridge->gateway)}, {"GlobalIPv6Address", empty},
        {"GlobalIPv6PrefixLen", zero}, {"IPAddress", text_or_empty(arena, bridge == NULL ? NULL : bridge->address)},
        {"IPPrefixLen", value_number(arena, bridge == NULL || !running ? 0 : bridge->prefix_length)},
        {"IPv6Gateway", empty}, {"MacAddress", text_or_empty(arena, bridge == NULL ? NULL : bridge->mac)},
        {"Networks", networks});
}
