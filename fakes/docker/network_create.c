/* POST /networks/create (moby daemon/network.go, libnetwork). */
#include "fakes/docker/address.h"
#include "fakes/docker/filters.h"
#include "fakes/docker/handlers.h"
#include "fakes/docker/networks.h"
#include "fakes/world.h"

#include <string.h>

static bool fail(struct docker_request *request, int status, const char *message)
{
    effect_fail(request->effect, request->answers, status, NULL, "%s", message);
    return false;
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

/* Whether a network may have this name; false with an error set. */
static bool may_be_named(struct docker_request *request, const char *name)
{
    struct arena *arena = request->answers;
    const struct docker_network *same = docker_network_named(request->engine, name);

    if (name[0] == '\0' || name[strspn(name, " \t")] == '\0') {
        return fail(request, 500, "invalid name: ");
    }
    if (docker_engine_network_is_predefined(name)) {
        return fail(request, 403, arena_printf(arena, "operation is not permitted on predefined %s network ", name));
    }
    return same == NULL || !value_truthy(value_get(request->effect->args, "CheckDuplicate")) ||
           fail(request, 409, arena_printf(arena, "network with name %s already exists", name));
}

/* Whether a network of this name and driver may be made; false with an error set. */
static bool may_be_made(struct docker_request *request, const char *name, const char *driver)
{
    struct arena *arena = request->answers;
    const char *scope = docker_parameter(request, "Scope");

    if (!may_be_named(request, name)) {
        return false;
    }
    if (value_truthy(value_get(request->effect->args, "Ingress"))) {
        return fail(request, 403, "Ingress network can only be global scope network");
    }
    if (scope != NULL && strcmp(scope, "swarm") == 0) {
        return fail(request, 403, "cannot create a swarm scoped network when swarm is not active");
    }
    if (strcmp(driver, "overlay") == 0 || (scope != NULL && scope[0] != '\0' && strcmp(scope, "local") != 0)) {
        return fail(
            request, 500,
            "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect this "
            "node to swarm and try again.");
    }
    if (!is_driver(driver)) {
        return fail(request, 404, arena_printf(arena, "plugin \"%s\" not found", driver));
    }
    if (strcmp(driver, "host") == 0 || strcmp(driver, "null") == 0) {
        return fail(request, 403, arena_printf(arena, "only one instance of \"%s\" network is allowed", driver));
    }
    return true;
}

static bool ipam_is_known(struct docker_request *request, const struct value *driver)
{
    const char *name = value_text(driver);

    return strcmp(name, "default") == 0 || strcmp(name, "null") == 0 ||
           fail(request, 404, arena_printf(request->answers, "plugin \"%s\" not found", name));
}

static bool go_is_number(const char *text)
{
    size_t sign = text[0] == '-' || text[0] == '+';
    size_t digits = strspn(text + sign, "0123456789");

    return digits > 0 && text[sign + digits] == '\0';
}

static bool is_address(const char *text)
{
    uint32_t number = 0;

    return address_read(text, &number);
}

/* What the driver `bridge` reads of its options (libnetwork drivers/bridge/bridge.go). */
static bool options_are_valid(struct docker_request *request, const struct value *options)
{
    static const struct {
        const char *name;
        bool (*is_valid)(const char *text);
        const char *parser;
    } known[] = {
        {"com.docker.network.bridge.enable_icc", go_is_truth, "strconv.ParseBool"},
        {"com.docker.network.bridge.enable_ip_masquerade", go_is_truth, "strconv.ParseBool"},
        {"com.docker.network.bridge.default_bridge", go_is_truth, "strconv.ParseBool"},
        {"com.docker.network.driver.mtu", go_is_number, "strconv.Atoi"},
        {"com.docker.network.bridge.host_binding_ipv4", is_address, NULL},
    };
    struct arena *arena = request->answers;

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        const char *text = value_get_text(options, known[i].name);

        if (text == NULL || known[i].is_valid(text)) {
            continue;
        }
        const char *why = known[i].parser == NULL
                              ? "nil ip"
                              : arena_printf(arena, "%s: parsing \"%s\": invalid syntax", known[i].parser, text);

        return fail(request, 500, arena_printf(arena, "failed to parse %s value: %s (%s)", known[i].name, text, why));
    }
    return true;
}

static const struct value *object_or_empty(const struct value *value)
{
    return value_is(value, VALUE_OBJECT) ? value : value_empty_object();
}

/* What the request says itself; as long-lived as the request. */
static struct docker_network_details *details_asked(struct docker_request *request, const char *driver)
{
    const struct value *args = request->effect->args;
    const struct value *ipam = value_get(args, "IPAM");
    const char *ipam_driver = value_get_text(ipam, "Driver");
    struct docker_network_details *details = docker_network_new_details(request->engine, request->answers, driver);

    details->internal = value_truthy(value_get(args, "Internal"));
    details->attachable = value_truthy(value_get(args, "Attachable"));
    details->ipv6 = value_truthy(value_get(args, "EnableIPv6"));
    details->options = object_or_empty(value_get(args, "Options"));
    details->labels = object_or_empty(value_get(args, "Labels"));
    if (ipam_driver != NULL && ipam_driver[0] != '\0') {
        details->ipam_driver = value_string(request->answers, ipam_driver);
    }
    if (ipam != NULL && value_is(value_get(ipam, "Options"), VALUE_OBJECT)) {
        details->ipam_options = value_get(ipam, "Options");
    }
    if (value_count(value_get(ipam, "Config")) > 0) {
        details->ipam_config = value_get(ipam, "Config");
    }
    return details;
}

/* The same for as long as the engine lives: only now is it sure that there will be a network. */
static struct docker_network_details *kept(struct docker_engine *engine, const struct docker_network_details *asked)
{
    struct arena *memory = engine->world->memory;
    struct docker_network_details *details = arena_alloc(memory, sizeof *details);

    *details = *asked;
    details->driver = arena_string(memory, asked->driver);
    details->ipam_driver = value_copy(memory, asked->ipam_driver);
    details->ipam_options = value_copy(memory, asked->ipam_options);
    details->ipam_config = value_copy(memory, asked->ipam_config);
    details->options = value_copy(memory, asked->options);
    details->labels = value_copy(memory, asked->labels);
    return details;
}

static void finish(struct docker_request *request, const char *name, const char *subnet, const char *gateway,
                   const struct docker_network_details *details)
{
    struct docker_engine *engine = request->engine;
    const struct docker_network *same = docker_network_named(engine, name);
    const char *warning =
        same == NULL ? ""
                     : arena_printf(request->answers, "Network with name %s (id : %s) already exists", name, same->id);
    const struct docker_network *network = docker_network_add(engine, name, subnet, gateway, kept(engine, details));

    world_note_change(
        engine->world,
        (struct change){.kind = CHANGE_NETWORK_CREATED, .object = network->name, .detail = network->subnet});
    docker_network_event(engine, network, "create", NULL);
    request->effect->result = OBJECT(request->answers, {"Id", value_string(request->answers, network->id)},
                                     {"Warning", value_string(request->answers, warning)});
}

/* A network that is nothing but a configuration. */
static void create_configuration(struct docker_request *request, const char *name, const char *config_from)
{
    static const char *const operators[] = {"Ingress", "Internal", "Attachable"};
    const char *scope = docker_parameter(request, "Scope");
    bool operated = scope != NULL && scope[0] != '\0';

    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
        operated = operated || value_truthy(value_get(request->effect->args, operators[i]));
    }
    if (operated) {
        (void)fail(request, 403,
                   "configuration network can only contain network specific fields. Network operator fields like [ "
                   "ingress | internal | attachable | scope ] are not supported.");
        return;
    }
    if (config_from[0] != '\0') {
        (void)fail(request, 403, "a configuration network cannot depend on another configuration network");
        return;
    }
    struct docker_network_details *details = details_asked(request, "null");

    details->config_only = true;
    finish(request, name, "", "", details);
}

/* Takes over the configuration of another network; false with an error set. */
static bool take_configuration(struct docker_request *request, const char *config_from,
                               struct docker_network_details *details)
{
    const struct docker_network *other = docker_network_named(request->engine, config_from);

    if (other == NULL || !other->details->config_only) {
        return fail(request, 404,
                    arena_printf(request->answers, "configuration network \"%s\" does not exist", config_from));
    }
    if (value_count(details->labels) > 0 || value_count(details->options) > 0 ||
        value_count(details->ipam_config) > 0 || details->ipv6) {
        return fail(
            request, 403,
            "user specified configurations are not supported if the network depends on a configuration network");
    }
    details->config_from = other->name;
    details->labels = other->details->labels;
    details->options = other->details->options;
    details->ipam_driver = other->details->ipam_driver;
    details->ipam_options = other->details->ipam_options;
    details->ipam_config = other->details->ipam_config;
    details->ipv6 = other->details->ipv6;
    return true;
}

void docker_networks_create(struct docker_request *request)
{
    struct arena *arena = request->answers;
    const struct value *args = request->effect->args;
    const char *config_from = value_get_text(value_get(args, "ConfigFrom"), "Network");
    const char *name = docker_parameter(request, "Name");
    const char *driver = docker_parameter(request, "Driver");
    const struct value *config = NULL;
    struct subnet pool;
    uint32_t gateway = 0;

    name = name == NULL ? "" : name;
    config_from = config_from == NULL ? "" : config_from;
    driver = driver == NULL || driver[0] == '\0' ? "bridge" : driver;
    if (value_truthy(value_get(args, "ConfigOnly"))) {
        if (may_be_named(request, name)) {
            create_configuration(request, name, config_from);
        }
        return;
    }
    if (!may_be_made(request, name, driver)) {
        return;
    }
    struct docker_network_details *details = details_asked(request, driver);

    if ((config_from[0] != '\0' && !take_configuration(request, config_from, details)) ||
        !docker_network_configs_are_valid(request, details->ipam_config, driver, &config) ||
        !ipam_is_known(request, details->ipam_driver) ||
        !docker_network_choose_pool(request, config, &pool, &gateway) ||
        (strcmp(driver, "bridge") == 0 && !options_are_valid(request, details->options))) {
        return;
    }
    details->subnet_asked = config != NULL;
    if (config == NULL) {
        const struct value *asked = details->ipam_config;

        details->ipam_config = docker_network_pool(arena, subnet_text(arena, pool), address_text(arena, gateway));
        for (uint32_t i = 0; i < value_count(asked); i++) {
            details->ipam_config = value_append(arena, details->ipam_config, value_at(asked, i));
        }
    }
    finish(request, name, subnet_text(arena, pool), address_text(arena, gateway), details);
}
