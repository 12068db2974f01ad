#include "fakes/docker/handlers.h"
#include "fakes/docker/whole.h"
#include "fakes/world.h"

void docker_stream_input(struct docker_engine *engine, struct docker_stream *stream, const char *bytes, size_t length)
{
    (void)engine, (void)stream, (void)bytes, (void)length;
}

void docker_stream_input_end(struct docker_engine *engine, struct docker_stream *stream)
{
    (void)engine, (void)stream;
}

enum docker_stream_state docker_attach_next(struct docker_engine *engine, struct docker_stream *stream,
                                            struct arena *arena, struct docker_chunk *chunk)
{
    (void)engine, (void)stream, (void)arena, (void)chunk;
    return DOCKER_OVER;
}

void docker_container_attach(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}

void docker_container_resize(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}
