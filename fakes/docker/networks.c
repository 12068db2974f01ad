#include "fakes/docker/handlers.h"
#include "fakes/docker/whole.h"
#include "fakes/world.h"

void docker_networks_init(struct docker_engine *engine)
{
    (void)engine;
}

bool docker_networks_plan(struct docker_engine *engine, struct docker_request *request, struct container *container,
                          const struct value *asked)
{
    (void)engine, (void)request, (void)container, (void)asked;
    return true;
}

bool docker_networks_attach(struct docker_engine *engine, struct docker_request *request, struct container *container)
{
    (void)engine, (void)request, (void)container;
    return true;
}

void docker_networks_detach(struct docker_engine *engine, struct container *container)
{
    (void)engine, (void)container;
}

const struct value *docker_networks_settings(const struct docker_engine *engine, const struct container *container,
                                             bool brief, struct arena *arena)
{
    (void)engine, (void)container, (void)brief, (void)arena;
    return value_empty_object();
}

void docker_networks_list(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}

void docker_networks_create(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}

void docker_networks_prune(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}

void docker_network_inspect(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}

void docker_network_connect(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}

void docker_network_disconnect(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}

void docker_network_remove(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}
