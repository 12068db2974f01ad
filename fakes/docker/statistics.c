#include "fakes/docker/handlers.h"
#include "fakes/docker/whole.h"
#include "fakes/world.h"

int64_t docker_stream_next_ms(const struct docker_engine *engine, const struct docker_stream *stream)
{
    (void)engine, (void)stream;
    return INT64_MAX;
}

enum docker_stream_state docker_stats_next(struct docker_engine *engine, struct docker_stream *stream,
                                           struct arena *arena, struct docker_chunk *chunk)
{
    (void)engine, (void)stream, (void)arena, (void)chunk;
    return DOCKER_OVER;
}

void docker_container_top(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}

void docker_container_stats(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}

void docker_container_changes(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}
