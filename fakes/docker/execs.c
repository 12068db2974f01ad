#include "fakes/docker/handlers.h"
#include "fakes/docker/whole.h"
#include "fakes/world.h"

int64_t docker_execs_next_ms(const struct docker_engine *engine)
{
    (void)engine;
    return INT64_MAX;
}

void docker_execs_pass(struct docker_engine *engine)
{
    (void)engine;
}

void docker_execs_end(struct docker_engine *engine, const struct container *container)
{
    (void)engine, (void)container;
}

void docker_execs_forget(struct docker_engine *engine, const struct container *container)
{
    (void)engine, (void)container;
}

enum docker_stream_state docker_exec_next(struct docker_engine *engine, struct docker_stream *stream,
                                          struct arena *arena, struct docker_chunk *chunk)
{
    (void)engine, (void)stream, (void)arena, (void)chunk;
    return DOCKER_OVER;
}

void docker_exec_create(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}

void docker_exec_start(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}

void docker_exec_inspect(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}

void docker_exec_resize(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}
