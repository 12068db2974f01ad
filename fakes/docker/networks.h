/* Networks of a whole engine: address pools, endpoints of containers. The table of networks is struct docker_network's
 * (docker_engine.h). */
#ifndef DRYDOCK_FAKES_DOCKER_NETWORKS_H
#define DRYDOCK_FAKES_DOCKER_NETWORKS_H

#include "core/value.h"

struct container;
struct docker_engine;
struct docker_request;

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
};

struct docker_endpoints {
    struct docker_endpoint *all; /* in order of their names */
    uint32_t count, size;
};

struct docker_networks {
    const struct value *more; /* what a whole engine knows of each network beside its table: object by id */
};

/* The networks that every engine has: bridge, host, none. */
void docker_networks_init(struct docker_engine *engine);
/* A container was made: its endpoints by HostConfig.NetworkMode and NetworkingConfig (`asked`, may be NULL). false,
 * with an error set, when the request makes no sense. `request` NULL: never fails. */
bool docker_networks_plan(struct docker_engine *engine, struct docker_request *request, struct container *container,
                          const struct value *asked);
/* It is about to start: addresses are taken; false, with an error set, when there is none or a network is gone. */
bool docker_networks_attach(struct docker_engine *engine, struct docker_request *request, struct container *container);
/* It has exited: its addresses are free. */
void docker_networks_detach(struct docker_engine *engine, struct container *container);
/* NetworkSettings for inspect, and what a list shows of it (`brief`). */
const struct value *docker_networks_settings(const struct docker_engine *engine, const struct container *container,
                                             bool brief, struct arena *arena);

#endif
