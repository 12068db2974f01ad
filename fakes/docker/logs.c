#include "fakes/docker/handlers.h"
#include "fakes/docker/whole.h"
#include "fakes/world.h"

void docker_logs_write(struct docker_engine *engine, struct container *container, enum docker_output output,
                       const char *bytes, size_t length)
{
    (void)engine, (void)container, (void)output, (void)bytes, (void)length;
}

enum docker_stream_state docker_logs_next(struct docker_engine *engine, struct docker_stream *stream,
                                          struct arena *arena, struct docker_chunk *chunk)
{
    (void)engine, (void)stream, (void)arena, (void)chunk;
    return DOCKER_OVER;
}

void docker_container_logs(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}
