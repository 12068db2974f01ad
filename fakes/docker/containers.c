#include "fakes/docker/handlers.h"
#include "fakes/docker/whole.h"
#include "fakes/world.h"

void docker_container_added(struct docker_engine *engine, struct container *container)
{
    (void)engine, (void)container;
}

void docker_container_started(struct docker_engine *engine, struct container *container)
{
    (void)engine, (void)container;
}

void docker_container_exited(struct docker_engine *engine, struct container *container)
{
    (void)engine, (void)container;
}

void docker_container_leaves(struct docker_engine *engine, struct container *container)
{
    (void)engine, (void)container;
}

int64_t docker_containers_next_ms(const struct docker_engine *engine)
{
    (void)engine;
    return INT64_MAX;
}

void docker_containers_pass(struct docker_engine *engine)
{
    (void)engine;
}

const char *docker_container_status(const struct container *container)
{
    return container_state_name(container->state);
}

const char *docker_container_status_text(const struct docker_engine *engine, const struct container *container,
                                         struct arena *arena)
{
    (void)engine, (void)arena;
    return container_state_name(container->state);
}

const char *docker_time(struct arena *arena, int64_t ms)
{
    return value_iso_date(arena, ms);
}

const char *docker_time_to_seconds(struct arena *arena, int64_t ms)
{
    return value_iso_date(arena, ms);
}

void docker_container_signal(struct docker_engine *engine, struct container *container, int signal)
{
    (void)engine, (void)container, (void)signal;
}

enum docker_stream_state docker_stopping_next(struct docker_engine *engine, struct docker_stream *stream,
                                              struct arena *arena, struct docker_chunk *chunk)
{
    (void)engine, (void)stream, (void)arena, (void)chunk;
    return DOCKER_OVER;
}

enum docker_stream_state docker_wait_next(struct docker_engine *engine, struct docker_stream *stream,
                                          struct arena *arena, struct docker_chunk *chunk)
{
    (void)engine, (void)stream, (void)arena, (void)chunk;
    return DOCKER_OVER;
}

void docker_containers_list(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}

void docker_containers_create(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}

void docker_containers_prune(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}

void docker_container_inspect(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}

void docker_container_start(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}

void docker_container_stop(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}

void docker_container_restart(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}

void docker_container_kill(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}

void docker_container_pause(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}

void docker_container_unpause(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}

void docker_container_wait(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}

void docker_container_rename(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}

void docker_container_update(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}

void docker_container_remove(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}
