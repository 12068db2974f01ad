/* POST /networks/{id}/connect and disconnect. */
#include "fakes/docker/address.h"
#include "fakes/docker/handlers.h"
#include "fakes/docker/network_parts.h"
#include "fakes/world.h"

#include <string.h>

static bool fail(struct docker_request *request, int status, const char *message)
{
    effect_fail(request->effect, request->answers, status, NULL, "%s", message);
    return false;
}

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
    const char *mode = network_mode_of(container);

    if (strcmp(mode, "host") == 0 || network_is_shared(mode)) {
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
    if (network_endpoint_on(container, network->name) != NULL) {
        (void)fail(
            request, 403,
            arena_printf(arena, "endpoint with name %s already exists in network %s", container->name, network->name));
        return;
    }
    struct docker_endpoint *endpoint =
        network_add_endpoint(engine, container, network->name, value_get(request->effect->args, "EndpointConfig"));
    const char *address = network_asked_address(endpoint);

    endpoint->was_connected = true;
    if (address != NULL && !address_read(address, &number)) {
        (void)fail(request, 400, arena_printf(arena, "invalid IPv4 address: %s", address));
    } else if (container->state == CONTAINER_RUNNING) {
        (void)network_attach(engine, request, container, endpoint, network);
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
    struct docker_endpoint *endpoint = network_endpoint_on(container, network->name);

    if (endpoint == NULL) {
        (void)fail(request, 500,
                   arena_printf(arena, "container %s is not connected to %snetwork %s", container->id,
                                container->state == CONTAINER_RUNNING ? "" : "the ", network->name));
    } else {
        struct docker_endpoints *endpoints = &container->details->endpoints;

        network_detach(engine, container, endpoint);
        if (container->state == CONTAINER_RUNNING) {
            docker_network_event(engine, network, "disconnect", container); /* the API tells what libnetwork told */
        }
        table_remove(endpoints->all, &endpoints->count, sizeof *endpoint, (uint32_t)(endpoint - endpoints->all));
        container->disconnected = container->disconnected || strcmp(container->network, network->name) == 0;
        docker_engine_container_changed(engine, container);
    }
}
