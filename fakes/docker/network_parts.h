/* What the files of containers' networks share: fakes/docker/network_*.c. */
#ifndef DRYDOCK_FAKES_DOCKER_NETWORK_PARTS_H
#define DRYDOCK_FAKES_DOCKER_NETWORK_PARTS_H

#include "fakes/docker/networks.h"
#include "fakes/docker/whole.h"

/* HostConfig.NetworkMode, "bridge" where nothing was said. */
const char *network_mode_of(const struct container *container);
/* Whether a mode is another container's network. */
bool network_is_shared(const char *mode);
/* Whether a name is of none of the predefined networks. */
bool network_is_user_defined(const char *network);
/* A container's endpoint on a network, by that one's name; NULL: it has none. */
struct docker_endpoint *network_endpoint_on(const struct container *container, const char *network);
/* A new one, without an address; `asked`: EndpointSettings, copied; NULL: none. */
struct docker_endpoint *network_add_endpoint(struct docker_engine *engine, struct container *container,
                                             const char *network, const struct value *asked);
/* The address that was asked for; NULL: none. */
const char *network_asked_address(const struct docker_endpoint *endpoint);
/* Joins one network now; false, with an error set, when there is no address. `request` NULL: nobody is told. */
bool network_attach(struct docker_engine *engine, struct docker_request *request, struct container *container,
                    struct docker_endpoint *endpoint, const struct docker_network *network);
/* Leaves it; nothing if it was not there. */
void network_detach(struct docker_engine *engine, const struct container *container, struct docker_endpoint *endpoint);

#endif
