/* Which addresses a network gets: as asked for, or the next of the default pools (libnetwork ipam, ipamutils). */
#include "fakes/docker/address.h"
#include "fakes/docker/networks.h"
#include "fakes/docker/whole.h"
#include "fakes/world.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum { POOL_BITS = 16, SMALL_POOL_BITS = 20, IPV6_BITS = 128, GATEWAY_BITS_MAX = 30 };

static bool fail(struct docker_request *request, int status, const char *message)
{
    effect_fail(request->effect, request->answers, status, NULL, "%s", message);
    return false;
}

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

static bool is_ipv6(const struct value *config)
{
    const char *subnet = value_get_text(config, "Subnet");

    return subnet != NULL && strchr(subnet, ':') != NULL;
}

/* "fd00::/64". */
static bool is_ipv6_subnet(const char *text)
{
    char address[INET6_ADDRSTRLEN] = "";
    struct in6_addr number;
    size_t length = strcspn(text, "/");
    char *end = NULL;

    if (text[length] != '/' || length >= sizeof address) {
        return false;
    }
    memcpy(address, text, length);
    long bits = strtol(text + length + 1, &end, 10);

    return inet_pton(AF_INET6, address, &number) == 1 && *end == '\0' && end != text + length + 1 && bits >= 0 &&
           bits <= IPV6_BITS;
}

/* Whether each part of IPAM.Config has a subnet, and there are no more than the driver takes; false with an error set.
 * `*own`: the one for IPv4, NULL: there is none. */
bool docker_network_configs_are_valid(struct docker_request *request, const struct value *configs, const char *driver,
                                      const struct value **own)
{
    bool has_ipv6 = false;
    uint32_t count = 0;

    *own = NULL;
    for (uint32_t i = 0; i < value_count(configs); i++) {
        const struct value *config = value_at(configs, i);
        const char *subnet = value_get_text(config, "Subnet");
        struct subnet read;

        subnet = subnet == NULL ? "" : subnet;
        if (is_ipv6(config) ? !is_ipv6_subnet(subnet) : !subnet_read(subnet, &read)) {
            return fail(request, 500,
                        arena_printf(request->answers, "Invalid subnet %s : invalid CIDR address: %s", subnet, subnet));
        }
        has_ipv6 = has_ipv6 || is_ipv6(config);
        if (!is_ipv6(config)) {
            *own = count++ == 0 ? config : *own;
        }
    }
    if (value_truthy(value_get(request->effect->args, "EnableIPv6")) && !has_ipv6) {
        return fail(request, 404,
                    "could not find an available, non-overlapping IPv6 address pool among the defaults to assign to "
                    "the network");
    }
    return count <= 1 || strcmp(driver, "bridge") != 0 ||
           fail(request, 403, "bridge driver doesn't support multiple subnets");
}

/* Subnet and gateway by IPAM.Config, or the next pool. false with an error set. */
bool docker_network_choose_pool(struct docker_request *request, const struct value *config, struct subnet *pool,
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
    } else if (subnet_read(subnet, pool) && is_taken(request->engine, *pool)) {
        return fail(request, 403, "Pool overlaps with other one on this address space");
    }
    *gateway = pool->first + 1;
    if (pool->prefix_length > GATEWAY_BITS_MAX) {
        return fail(request, 500, "failed to allocate gateway (): No available addresses on this pool");
    }
    if (wanted != NULL && wanted[0] != '\0' && !address_read(wanted, gateway)) {
        return fail(request, 500, arena_printf(arena, "invalid gateway address %s in Ipam configuration", wanted));
    }
    if (!subnet_holds(*pool, *gateway)) {
        return fail(request, 500,
                    arena_printf(arena, "failed to allocate gateway (%s): Requested address is out of range", wanted));
    }
    return true;
}
