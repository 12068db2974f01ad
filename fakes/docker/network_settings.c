/* NetworkSettings of containers. */
#include "fakes/docker/network_parts.h"
#include "fakes/world.h"

#include <string.h>

enum { SHORT_ID_LENGTH = 12, PORT_FIRST = 32768 };

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

    if (!network_is_user_defined(endpoint->network) || (endpoint->network_id[0] == '\0' && !endpoint->was_connected)) {
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

    if (container->state != CONTAINER_RUNNING || strcmp(network_mode_of(container), "host") == 0 ||
        strcmp(network_mode_of(container), "none") == 0) {
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
    const struct docker_endpoint *bridge = network_endpoint_on(container, "bridge");
    const struct value *empty = value_string(arena, "");
    const struct value *zero = value_number(arena, 0);
    bool running = container->state == CONTAINER_RUNNING;

    (void)engine;
    if (brief) {
        return OBJECT(arena, {"Networks", networks});
    }
    const char *sandbox_id = sandbox_of(container, arena);
    const struct value *sandbox = container->started_ms == 0 ? empty : value_string(arena, sandbox_id);
    const char *key = strcmp(network_mode_of(container), "host") == 0
                          ? "default"
                          : arena_string_n(arena, sandbox_id, SHORT_ID_LENGTH);

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
