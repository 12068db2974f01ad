#include "fakes/docker/handlers.h"
#include "fakes/docker/whole.h"
#include "fakes/world.h"

bool docker_volumes_mount(struct docker_engine *engine, struct docker_request *request, struct container *container)
{
    (void)engine, (void)request, (void)container;
    return true;
}

void docker_volumes_release(struct docker_engine *engine, const struct container *container, bool with_anonymous)
{
    (void)engine, (void)container, (void)with_anonymous;
}

void docker_volumes_list(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}

void docker_volumes_create(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}

void docker_volumes_prune(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}

void docker_volume_inspect(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}

void docker_volume_remove(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}
