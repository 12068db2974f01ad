/* Waiting for containers: POST /containers/{id}/wait, and answers that come once a container has stopped. */
#include "fakes/docker/container_parts.h"
#include "fakes/docker/handlers.h"
#include "fakes/world.h"

#include <string.h>

struct container *container_by_id(struct docker_engine *engine, const char *id)
{
    for (uint32_t i = 0; i < engine->container_count; i++) {
        if (strcmp(engine->containers[i].id, id) == 0) {
            return &engine->containers[i];
        }
    }
    return NULL;
}

void container_departs(struct docker_engine *engine, const struct container *container)
{
    struct docker_containers *containers = &engine->whole->containers;

    containers->departed[containers->departed_count++ % DEPARTED_KEPT] =
        (struct docker_departed){container->id, container->exit_code};
}

static int exit_code_of_departed(const struct docker_engine *engine, const char *id)
{
    const struct docker_containers *containers = &engine->whole->containers;

    for (uint32_t i = 0; i < DEPARTED_KEPT; i++) {
        if (containers->departed[i].id != NULL && strcmp(containers->departed[i].id, id) == 0) {
            return containers->departed[i].exit_code;
        }
    }
    return 0;
}

/* How often a container has ended. */
static uint64_t ends_of(const struct container *container)
{
    return container->details->starts - (container->state == CONTAINER_RUNNING);
}

void container_answer_later(struct docker_request *request, const struct container *container)
{
    request->reply->stream = (struct docker_stream){
        .kind = DOCKER_STREAM_STOPPING, .subject = container->id, .position = container->details->starts};
}

/* position: which run of it is to end. */
enum docker_stream_state docker_stopping_next(struct docker_engine *engine, struct docker_stream *stream,
                                              struct arena *arena, struct docker_chunk *chunk)
{
    const struct container *container = container_by_id(engine, stream->subject);

    (void)arena, (void)chunk;
    if (container == NULL || container->details->starts > stream->position) {
        return DOCKER_OVER;
    }
    return container->state == CONTAINER_RUNNING || container->details->start_again ? DOCKER_LATER : DOCKER_OVER;
}

void docker_container_wait(struct docker_request *request)
{
    static const char *const conditions[] = {"not-running", "next-exit", "removed"};
    const struct container *container = docker_find_container(request);
    const char *condition = docker_parameter(request, "condition");
    bool known = condition == NULL || condition[0] == '\0';

    if (container == NULL) {
        return;
    }
    for (size_t i = 0; !known && i < sizeof conditions / sizeof conditions[0]; i++) {
        known = strcmp(conditions[i], condition) == 0;
    }
    if (!known) {
        effect_fail(request->effect, request->answers, 400, NULL, "invalid condition: \"%s\"", condition);
        return;
    }
    request->reply->content_type = "application/json";
    request->reply->stream = (struct docker_stream){.kind = DOCKER_STREAM_WAIT,
                                                    .subject = container->id,
                                                    .asked = value_get(request->effect->args, "condition"),
                                                    .position = ends_of(container)};
}

/* position: how often it had ended when the client asked. */
enum docker_stream_state docker_wait_next(struct docker_engine *engine, struct docker_stream *stream,
                                          struct arena *arena, struct docker_chunk *chunk)
{
    const struct container *container = container_by_id(engine, stream->subject);
    bool met = container == NULL;

    if (container != NULL && value_is_text(stream->asked, "next-exit")) {
        met = ends_of(container) > stream->position;
    } else if (container != NULL && !value_is_text(stream->asked, "removed")) {
        met = !docker_container_is_up(container);
    }
    if (!met) {
        return DOCKER_LATER;
    }
    int exit_code = container != NULL ? container->exit_code : exit_code_of_departed(engine, stream->subject);

    chunk->bytes = arena_printf(arena, "{\"Error\":null,\"StatusCode\":%d}\n", exit_code);
    chunk->length = strlen(chunk->bytes);
    return DOCKER_OVER;
}
