#include "fakes/docker/networks.h"

#include "fakes/docker/address.h"
#include "fakes/docker/filters.h"
#include "fakes/docker/handlers.h"
#include "fakes/world.h"

#include <stdlib.h>
#include <string.h>

enum { POOL_BITS = 16, SMALL_POOL_BITS = 20 };

/* ---- the table
 * -------------------------------------------------------------------------------------------------------------------
 */

static const struct value *pool_config(struct arena *arena, const char *subnet, const char *gateway)
{
    return ARRAY(arena,
                 OBJECT(arena, {"Subnet", value_string(arena, subnet)}, {"Gateway", value_string(arena, gateway)}));
}

static struct docker_network_details *new_details(struct docker_engine *engine, const char *driver)
{
    struct docker_network_details *details = arena_alloc(engine->world->memory, sizeof *details);

    *details = (struct docker_network_details){
        .driver = driver,
        .ipam_driver = value_string(engine->world->memory, "default"),
        .ipam_options = value_null(),
        .ipam_config = value_empty_array(),
        .options = value_empty_object(),
        .labels = value_empty_object(),
        .created_ms = engine->world->now_ms,
    };
    return details;
}

static struct docker_network *add(struct docker_engine *engine, const char *name, const char *subnet,
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
    struct docker_network_details *details = new_details(engine, driver);

    details->predefined = true;
    if (subnet[0] != '\0') {
        struct arena *memory = engine->world->memory;
        static const char *const options[][2] = {{"com.docker.network.bridge.default_bridge", "true"},
                                                 {"com.docker.network.bridge.enable_icc", "true"},
                                                 {"com.docker.network.bridge.enable_ip_masquerade", "true"},
                                                 {"com.docker.network.bridge.host_binding_ipv4", "0.0.0.0"},
                                                 {"com.docker.network.bridge.name", "docker0"},
                                                 {"com.docker.network.driver.mtu", "1500"}};

        details->ipam_config = pool_config(memory, subnet, gateway);
        for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
            details->options = value_with(memory, details->options, options[i][0], value_string(memory, options[i][1]));
        }
    }
    (void)add(engine, name, subnet, gateway, details);
}

void docker_networks_init(struct docker_engine *engine)
{
    for (uint32_t i = 0; i < engine->network_count; i++) {
        struct docker_network *network = &engine->networks[i];

        network->details = new_details(engine, "bridge");
        network->details->ipam_config = pool_config(engine->world->memory, network->subnet, network->gateway);
        network->details->subnet_asked = true;
    }
    if (!engine->whole->no_bridge) {
        add_predefined(engine, "bridge", "bridge", "172.17.0.0/16", "172.17.0.1");
    }
    add_predefined(engine, "host", "host", "", "");
    add_predefined(engine, "none", "null", "", "");
}

static struct docker_network *by_name(const struct docker_engine *engine, const char *name)
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

/* ---- create
 * -------------------------------------------------------------------------------------------------------------------
 */

static bool is_taken(const struct docker_engine *engine, struct subnet wanted)
{
    for (uint32_t i = 0; i < engine->network_count; i++) {
        struct subnet other;

        if (subnet_read(engine->networks[i].subnet, &other) && subnets_overlap(wanted, other)) {
            return true;
        }
    }
    return false;
}

/* The next of the default address pools: 172.17.0.0/16 to 172.31.0.0/16, then 192.168.0.0/20 … (moby ipamutils). */
static bool next_pool(const struct docker_engine *engine, struct subnet *pool)
{
    static const struct {
        const char *from;
        uint32_t count;
        int bits;
    } pools[] = {{"172.17.0.0/16", 15, POOL_BITS}, {"192.168.0.0/20", 16, SMALL_POOL_BITS}};

    for (size_t i = 0; i < sizeof pools / sizeof pools[0]; i++) {
        (void)subnet_read(pools[i].from, pool);
        uint32_t first = pool->first;

        for (uint32_t n = 0; n < pools[i].count; n++) {
            pool->first = first + (n << (32 - pools[i].bits));
            if (!is_taken(engine, *pool)) {
                return true;
            }
        }
    }
    return false;
}

static bool fail(struct docker_request *request, int status, const char *message)
{
    effect_fail(request->effect, request->answers, status, NULL, "%s", message);
    return false;
}

/* Subnet and gateway by IPAM.Config, or the next pool. false with an error set. */
static bool choose_pool(struct docker_request *request, const struct value *config, struct subnet *pool,
                        uint32_t *gateway)
{
    struct arena *arena = request->answers;
    const char *subnet = value_get_text(config, "Subnet");
    const char *wanted = value_get_text(config, "Gateway");

    if (subnet == NULL || subnet[0] == '\0') {
        if (!next_pool(request->engine, pool)) {
            return fail(request, 404,
                        "could not find an available, non-overlapping IPv4 address pool among the defaults to "
                        "assign to the network");
        }
    } else if (!subnet_read(subnet, pool)) {
        return fail(request, 500, arena_printf(arena, "Invalid subnet %s : invalid CIDR address: %s", subnet, subnet));
    } else if (is_taken(request->engine, *pool)) {
        return fail(request, 403, "Pool overlaps with other one on this address space");
    }
    *gateway = pool->first + 1;
    if (wanted != NULL && wanted[0] != '\0' && !address_read(wanted, gateway)) {
        return fail(request, 500, arena_printf(arena, "invalid gateway address %s in Ipam configuration", wanted));
    }
    if (!subnet_holds(*pool, *gateway)) {
        return fail(request, 500,
                    arena_printf(arena, "failed to allocate gateway (%s): Requested address is out of range", wanted));
    }
    return true;
}

static bool is_driver(const char *name)
{
    static const char *const drivers[] = {"bridge", "host", "null", "macvlan", "ipvlan"};

    for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++) {
        if (strcmp(drivers[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* Names that are not given to another network, whether there is this one or not. */
static bool is_predefined(const char *name)
{
    static const char *const names[] = {"bridge", "host", "none", "default"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether a network of this name and driver may be made; false with an error set. */
static bool may_be_made(struct docker_request *request, const char *name, const char *driver)
{
    struct arena *arena = request->answers;
    const struct docker_network *same = by_name(request->engine, name);

    if (name[0] == '\0' || name[strspn(name, " \t")] == '\0') {
        return fail(request, 500, "invalid name: ");
    }
    if (is_predefined(name)) {
        return fail(request, 403, arena_printf(arena, "operation is not permitted on predefined %s network ", name));
    }
    if (same != NULL && value_truthy(value_get(request->effect->args, "CheckDuplicate"))) {
        return fail(request, 409, arena_printf(arena, "network with name %s already exists", name));
    }
    if (!is_driver(driver)) {
        return fail(request, 404, arena_printf(arena, "plugin \"%s\" not found", driver));
    }
    if (strcmp(driver, "host") == 0 || strcmp(driver, "null") == 0) {
        return fail(request, 403, arena_printf(arena, "only one instance of \"%s\" network is allowed", driver));
    }
    return true;
}

static const struct value *object_or_empty(struct arena *memory, const struct value *value)
{
    return value_is(value, VALUE_OBJECT) ? value_copy(memory, value) : value_empty_object();
}

void docker_networks_create(struct docker_request *request)
{
    struct docker_engine *engine = request->engine;
    struct arena *memory = engine->world->memory;
    const struct value *args = request->effect->args;
    const struct value *ipam = value_get(args, "IPAM");
    const struct value *config = value_at(value_get(ipam, "Config"), 0);
    const char *name = docker_parameter(request, "Name");
    const char *driver = docker_parameter(request, "Driver");
    struct subnet pool;
    uint32_t gateway = 0;

    name = name == NULL ? "" : name;
    driver = driver == NULL || driver[0] == '\0' ? "bridge" : driver;
    if (!may_be_made(request, name, driver) || !choose_pool(request, config, &pool, &gateway)) {
        return;
    }
    struct docker_network_details *details = new_details(engine, arena_string(memory, driver));
    const char *ipam_driver = value_get_text(ipam, "Driver");

    details->subnet_asked = value_get_text(config, "Subnet") != NULL;
    details->internal = value_truthy(value_get(args, "Internal"));
    details->attachable = value_truthy(value_get(args, "Attachable"));
    details->options = object_or_empty(memory, value_get(args, "Options"));
    details->labels = object_or_empty(memory, value_get(args, "Labels"));
    if (ipam_driver != NULL && ipam_driver[0] != '\0') {
        details->ipam_driver = value_string(memory, ipam_driver);
    }
    if (ipam != NULL && value_is(value_get(ipam, "Options"), VALUE_OBJECT)) {
        details->ipam_options = value_copy(memory, value_get(ipam, "Options"));
    } else if (ipam == NULL || value_is(ipam, VALUE_NULL)) {
        details->ipam_options = value_null();
    }
    if (value_count(value_get(ipam, "Config")) > 0 && details->subnet_asked) {
        details->ipam_config = value_copy(memory, value_get(ipam, "Config"));
    } else {
        details->ipam_config = pool_config(memory, subnet_text(memory, pool), address_text(memory, gateway));
    }
    const struct docker_network *same = by_name(engine, name);
    const char *warning =
        same == NULL ? ""
                     : arena_printf(request->answers, "Network with name %s (id : %s) already exists", name, same->id);
    const struct docker_network *network =
        add(engine, name, subnet_text(memory, pool), address_text(memory, gateway), details);

    world_note_change(engine->world, (struct change){.kind = CHANGE_NETWORK_CREATED, .object = network->name});
    docker_network_event(engine, network, "create", NULL);
    request->effect->result = OBJECT(request->answers, {"Id", value_string(request->answers, network->id)},
                                     {"Warning", value_string(request->answers, warning)});
}

/* ---- list and inspect
 * -------------------------------------------------------------------------------------------------------------------
 */

static const struct value *members_of(const struct docker_engine *engine, const struct docker_network *network,
                                      struct arena *arena)
{
    const struct value *members = value_empty_object();

    for (uint32_t i = 0; i < engine->container_count; i++) {
        const struct container *container = &engine->containers[i];
        const struct docker_endpoints *endpoints = &container->details->endpoints;

        for (uint32_t j = 0; j < endpoints->count; j++) {
            const struct docker_endpoint *endpoint = &endpoints->all[j];

            if (endpoint->id[0] != '\0' && strcmp(endpoint->network, network->name) == 0) {
                const char *address = endpoint->address[0] == '\0'
                                          ? ""
                                          : arena_printf(arena, "%s/%d", endpoint->address, endpoint->prefix_length);

                members = value_with(arena, members, container->id,
                                     OBJECT(arena, {"Name", value_string(arena, container->name)},
                                            {"EndpointID", value_string(arena, endpoint->id)},
                                            {"MacAddress", value_string(arena, endpoint->mac)},
                                            {"IPv4Address", value_string(arena, address)},
                                            {"IPv6Address", value_string(arena, "")}));
            }
        }
    }
    return members;
}

static const struct value *shown(const struct docker_engine *engine, const struct docker_network *network,
                                 bool with_members, struct arena *arena)
{
    const struct docker_network_details *details = network->details;
    const struct value *members = with_members ? members_of(engine, network, arena) : value_empty_object();

    return OBJECT(arena, {"Name", value_string(arena, network->name)}, {"Id", value_string(arena, network->id)},
                  {"Created", value_string(arena, docker_time(arena, details->created_ms))},
                  {"Scope", value_string(arena, "local")}, {"Driver", value_string(arena, details->driver)},
                  {"EnableIPv6", value_bool(false)},
                  {"IPAM", OBJECT(arena, {"Driver", details->ipam_driver}, {"Options", details->ipam_options},
                                  {"Config", details->ipam_config})},
                  {"Internal", value_bool(details->internal)}, {"Attachable", value_bool(details->attachable)},
                  {"Ingress", value_bool(false)}, {"ConfigFrom", OBJECT(arena, {"Network", value_string(arena, "")})},
                  {"ConfigOnly", value_bool(false)}, {"Containers", members}, {"Options", details->options},
                  {"Labels", details->labels});
}

void docker_network_inspect(struct docker_request *request)
{
    const struct docker_network *network = docker_network_of(request, docker_parameter(request, "network"));

    if (network != NULL) {
        request->effect->result = shown(request->engine, network, true, request->answers);
    }
}

static bool passes(struct docker_request *request, const struct docker_filters *filters,
                   const struct docker_network *network, bool dangling)
{
    const struct docker_network_details *details = network->details;
    const char *type = details->predefined ? "builtin" : "custom";

    if (docker_filter_values(filters, "dangling") != NULL &&
        dangling != (!details->predefined && !docker_network_is_used(request->engine, network))) {
        return false;
    }
    return docker_filter_is(filters, "driver", details->driver) &&
           docker_filter_pattern(filters, "name", network->name) && docker_filter_prefix(filters, "id", network->id) &&
           docker_filter_labels(filters, "label", details->labels) && docker_filter_is(filters, "scope", "local") &&
           docker_filter_is(filters, "type", type);
}

/* Whether the filter `type` has only values that there are. */
static bool types_are_known(struct docker_request *request, const struct docker_filters *filters)
{
    const struct value *types = docker_filter_values(filters, "type");

    for (uint32_t i = 0; i < value_count(types); i++) {
        const char *type = value_text(value_at(types, i));

        if (strcmp(type, "builtin") != 0 && strcmp(type, "custom") != 0) {
            return fail(request, 500, arena_printf(request->answers, "invalid filter: 'type'='%s'", type));
        }
    }
    return true;
}

void docker_networks_list(struct docker_request *request)
{
    static const char *const accepted[] = {"dangling", "driver", "id", "label", "name", "scope", "type", NULL};
    const struct docker_engine *engine = request->engine;
    struct docker_filters filters;
    const struct value *found = value_empty_array();
    bool dangling = false;

    if (!docker_filters_read(request, accepted, &filters) ||
        !docker_filter_truth(request, &filters, "dangling", false, &dangling) || !types_are_known(request, &filters)) {
        return;
    }
    for (uint32_t i = 0; i < engine->network_count; i++) {
        if (passes(request, &filters, &engine->networks[i], dangling)) {
            found = value_append(request->answers, found, shown(engine, &engine->networks[i], false, request->answers));
        }
    }
    request->effect->result = found;
}

/* ---- remove
 * -------------------------------------------------------------------------------------------------------------------
 */

static void remove_network(struct docker_engine *engine, struct docker_network *network)
{
    docker_network_event(engine, network, "destroy", NULL);
    world_note_change(engine->world, (struct change){.kind = CHANGE_NETWORK_REMOVED, .object = network->name});
    table_remove(engine->networks, &engine->network_count, sizeof *network, (uint32_t)(network - engine->networks));
}

void docker_network_remove(struct docker_request *request)
{
    struct docker_network *network = docker_network_of(request, docker_parameter(request, "network"));
    struct arena *arena = request->answers;

    if (network == NULL) {
        return;
    }
    if (network->details->predefined) {
        (void)fail(request, 403,
                   arena_printf(arena, "%s is a pre-defined network and cannot be removed", network->name));
    } else if (docker_network_is_used(request->engine, network)) {
        (void)fail(request, 403,
                   arena_printf(arena, "error while removing network: network %s id %s has active endpoints",
                                network->name, network->id));
    } else {
        remove_network(request->engine, network);
    }
}

void docker_networks_prune(struct docker_request *request)
{
    static const char *const accepted[] = {"label", "label!", "until", NULL};
    struct docker_engine *engine = request->engine;
    struct docker_filters filters;
    const struct value *deleted = value_empty_array();
    int64_t until_ms = INT64_MAX;

    if (!docker_filters_read(request, accepted, &filters) || !docker_filter_until(request, &filters, &until_ms)) {
        return;
    }
    for (uint32_t i = 0; i < engine->network_count;) {
        struct docker_network *network = &engine->networks[i];
        const struct docker_network_details *details = network->details;

        if (details->predefined || details->created_ms > until_ms || docker_network_is_used(engine, network) ||
            !docker_filter_labels(&filters, "label", details->labels) ||
            !docker_filter_labels(&filters, "label!", details->labels)) {
            i++;
            continue;
        }
        deleted = value_append(request->answers, deleted, value_string(request->answers, network->name));
        remove_network(engine, network);
    }
    docker_event_note(engine, (struct docker_event){"network", "prune", "",
                                                    OBJECT(&engine->whole->scratch,
                                                           {"reclaimed", value_string(&engine->whole->scratch, "0")})});
    request->effect->result =
        OBJECT(request->answers, {"NetworksDeleted", value_count(deleted) == 0 ? value_null() : deleted});
}
