/* Networks listed, inspected and removed. */
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
                  {"EnableIPv6", value_bool(details->ipv6)},
                  {"IPAM", OBJECT(arena, {"Driver", details->ipam_driver}, {"Options", details->ipam_options},
                                  {"Config", details->ipam_config})},
                  {"Internal", value_bool(details->internal)}, {"Attachable", value_bool(details->attachable)},
                  {"Ingress", value_bool(false)},
                  {"ConfigFrom", OBJECT(arena, {"Network", value_string(arena, details->config_from)})},
                  {"ConfigOnly", value_bool(details->config_only)}, {"Containers", members},
                  {"Options", details->options}, {"Labels", details->labels});
}

void docker_network_inspect(struct docker_request *request)
{
    const char *verbose = docker_parameter(request, "verbose");
    const char *scope = docker_parameter(request, "scope");
    const char *reference = docker_parameter(request, "network");

    if (verbose != NULL && verbose[0] != '\0' && !go_is_truth(verbose)) {
        (void)fail(request, 400,
                   arena_printf(request->answers,
                                "invalid value for verbose: %s: strconv.ParseBool: parsing \"%s\": invalid syntax",
                                verbose, verbose));
        return;
    }
    const struct docker_network *network = docker_network_of(request, reference);

    if (network != NULL && scope != NULL && scope[0] != '\0' && strcmp(scope, "local") != 0) {
        (void)fail(request, 404, arena_printf(request->answers, "network %s not found", reference));
    } else if (network != NULL) {
        request->effect->result = shown(request->engine, network, true, request->answers);
    }
}

static bool passes(const struct docker_filters *filters, const struct docker_network *network, bool dangling)
{
    const struct docker_network_details *details = network->details;
    const char *type = details->predefined ? "builtin" : "custom";

    if (docker_filter_values(filters, "dangling") != NULL &&
        dangling == details->predefined) { /* its lists know no endpoints: all but its own are dangling */
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

    if (!docker_filters_read(request, accepted, &filters) || !types_are_known(request, &filters)) {
        return;
    }
    if (!docker_filter_truth(request, &filters, "dangling", false, &dangling)) {
        (void)fail(request, 400,
                   "invalid value for filter 'dangling', must be \"true\" (or \"1\"), or \"false\" (or \"0\")");
        return;
    }
    for (uint32_t i = 0; i < engine->network_count; i++) {
        if (passes(&filters, &engine->networks[i], dangling)) {
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

/* Whether another network has its configuration from it. */
static bool gives_configuration(const struct docker_engine *engine, const struct docker_network *network)
{
    for (uint32_t i = 0; network->details->config_only && i < engine->network_count; i++) {
        if (strcmp(engine->networks[i].details->config_from, network->name) == 0) {
            return true;
        }
    }
    return false;
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
    } else if (gives_configuration(request->engine, network)) {
        (void)fail(
            request, 403,
            arena_printf(arena, "error while removing network: configuration network \"%s\" is in use", network->name));
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
            gives_configuration(engine, network) || !docker_filter_labels(&filters, "label", details->labels) ||
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
