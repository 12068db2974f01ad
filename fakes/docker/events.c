#include "fakes/docker/handlers.h"
#include "fakes/docker/whole.h"
#include "fakes/world.h"

void docker_event_note(struct docker_engine *engine, struct docker_event event)
{
    (void)engine, (void)event;
}

void docker_event_of_container(struct docker_engine *engine, const struct container *container, const char *action,
                               const struct value *more)
{
    (void)engine, (void)container, (void)action, (void)more;
}

enum docker_stream_state docker_events_next(struct docker_engine *engine, struct docker_stream *stream,
                                            struct arena *arena, struct docker_chunk *chunk)
{
    (void)engine, (void)stream, (void)arena, (void)chunk;
    return DOCKER_OVER;
}

void docker_events(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 501, NULL, "not implemented");
}
