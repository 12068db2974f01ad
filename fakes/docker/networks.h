/* Networks of a whole engine: address pools, endpoints of containers. The table of networks is docker_engine.networks;
 * on a whole engine it holds bridge, host and none too. */
#ifndef DRYDOCK_FAKES_DOCKER_NETWORKS_H
#define DRYDOCK_FAKES_DOCKER_NETWORKS_H

#include "core/effect.h"

struct container;
struct docker_engine;
struct docker_network;
struct docker_request;
struct subnet;

/* A container's place on a network. It has an address while the container runs. */
struct docker_endpoint {
    const char *network;       /* its name */
    const char *network_id;    /* "" until it was started there */
    const char *id;            /* 64 hex digits; "" while it has no address */
    const char *address;       /* "172.18.0.2"; "" */
    const char *gateway;       /* "" */
    const char *mac;           /* "02:42:ac:12:00:02"; "" */
    int prefix_length;         /* 0 */
    const struct value *asked; /* EndpointSettings of the request; NULL: none */
    bool was_connected;        /* by the request of that name, and not when its container was made */
};

struct docker_endpoints {
    struct docker_endpoint *all; /* in order of their names */
    uint32_t count, size;
};

/* What a whole engine knows of a network beside its name and subnet. */
struct docker_network_details {
    const char *driver;
    const struct value *ipam_driver, *ipam_options, *ipam_config; /* as asked for, config an array */
    const struct value *options, *labels;                         /* objects */
    int64_t created_ms;
    const char *config_from; /* the name of the network whose configuration it has; "" */
    bool internal, attachable, predefined, ipv6;
    bool config_only;  /* it is nothing but a configuration for others */
    bool subnet_asked; /* only then a container may ask for an address */
};

/* The networks that every engine has. Their details, and those of what a lean engine had. */
void docker_networks_init(struct docker_engine *engine);
/* A container was made: its endpoints by HostConfig.NetworkMode and NetworkingConfig (`asked`, may be NULL). false,
 * with an error set, when the request makes no sense. `request` NULL: never fails. */
bool docker_networks_plan(struct docker_engine *engine, struct docker_request *request, struct container *container,
                          const struct value *asked);
/* It is about to start: addresses are taken; false, with an error set, when there is none or a network is gone.
 * `request` NULL: as far as it goes. */
bool docker_networks_attach(struct docker_engine *engine, struct docker_request *request, struct container *container);
/* It has exited: its addresses are free. */
void docker_networks_detach(struct docker_engine *engine, struct container *container);
/* NetworkSettings for inspect, or only what a list shows of it (`brief`: {Networks}). */
const struct value *docker_networks_settings(const struct docker_engine *engine, const struct container *container,
                                             bool brief, struct arena *arena);
/* Its member Ports alone. */
const struct value *docker_networks_ports(const struct container *container, struct arena *arena);

/* ---- for the files of networks --------------------------------------------------------------------------------- */

/* By id, name or unambiguous prefix of an id; NULL with a 404 or 400 set. */
struct docker_network *docker_network_of(struct docker_request *request, const char *reference);
/* Whether a running container is on it. */
bool docker_network_is_used(const struct docker_engine *engine, const struct docker_network *network);
/* Notes "connect", "disconnect" of a container (NULL for "create", "destroy"). */
void docker_network_event(struct docker_engine *engine, const struct docker_network *network, const char *action,
                          const struct container *container);
/* A new one of the table, without an event; `details` lie in world->memory, the texts are copied. */
struct docker_network *docker_network_add(struct docker_engine *engine, const char *name, const char *subnet,
                                          const char *gateway, struct docker_network_details *details);
/* Details of a network of which nothing was said, in world->memory. `driver` lives as long. */
struct docker_network_details *docker_network_new_details(struct docker_engine *engine, struct arena *arena,
                                                          const char *driver);
/* IPAM.Config of one pool. */
const struct value *docker_network_pool(struct arena *arena, const char *subnet, const char *gateway);
/* The first of this name; NULL: there is none. */
struct docker_network *docker_network_named(const struct docker_engine *engine, const char *name);

/* Whether each part of IPAM.Config has a subnet, and there are no more than the driver takes; false with an error set.
 * `*own`: the one for IPv4, NULL: there is none. */
bool docker_network_configs_are_valid(struct docker_request *request, const struct value *configs, const char *driver,
                                      const struct value **own);
/* Subnet and gateway by a part of IPAM.Config (NULL: the next pool). false with an error set. */
bool docker_network_choose_pool(struct docker_request *request, const struct value *config, struct subnet *pool,
                                uint32_t *gateway);

#endif
