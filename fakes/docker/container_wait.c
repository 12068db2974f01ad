/* Who waits for containers: POST wait, and stops that take time (moby container/state.go, Wait()). */
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

    for (size_t i = 0; i < DEPARTED_KEPT && i < containers->departed_count; i++) {
        if (strcmp(containers->departed[i].id, id) == 0) {
            return containers->departed[i].exit_code;
        }
    }
    return 0;
}

/* ---- streams: `position` is the number of the start whose end is waited for
 * -------------------------------------------------------------------------------------------------------------------
 */

/* Whether this run of a container has ended. */
static bool has_ended(const struct container *container, uint64_t start)
{
    return container->details->starts > start ||
           (container->details->starts == start && container->state != CONTAINER_RUNNING);
}

enum docker_stream_state docker_stopping_next(struct docker_engine *engine, struct docker_stream *stream,
                                              struct arena *arena, struct docker_chunk *chunk)
{
    const struct container *container = container_by_id(engine, stream->subject);

    (void)arena, (void)chunk;
    return container == NULL || (has_ended(container, stream->position) && !container->details->start_again)
               ? DOCKER_OVER
               : DOCKER_LATER;
}

void container_answer_later(struct docker_request *request, const struct container *container)
{
    request->reply->stream = (struct docker_stream){
        .kind = DOCKER_STREAM_STOPPING,
        .subject = container->id,
        .position = container->details->starts,
    };
}

static const struct value *answer_of(struct arena *arena, const char *error, int exit_code)
{
    return OBJECT(arena,
                  {"Error", error[0] == '\0' ? value_null() : OBJECT(arena, {"Message", value_string(arena, error)})},
                  {"StatusCode", value_number(arena, exit_code)});
}

enum docker_stream_state docker_wait_next(struct docker_engine *engine, struct docker_stream *stream,
                                          struct arena *arena, struct docker_chunk *chunk)
{
    const struct container *container = container_by_id(engine, stream->subject);
    const char *condition = value_get_text(stream->asked, "condition");
    bool removed = condition != NULL && strcmp(condition, "removed") == 0;
    bool next_exit = condition != NULL && strcmp(condition, "next-exit") == 0;

    if (container != NULL &&
        (removed || (!has_ended(container, stream->position) && (next_exit || docker_container_is_up(container))))) {
        return DOCKER_LATER;
    }
    int exit_code = container == NULL ? exit_code_of_departed(engine, stream->subject) : container->exit_code;
    const char *error = container == NULL ? "" : container->details->error;

    chunk->bytes = arena_printf(arena, "%s\n", value_json(arena, answer_of(arena, error, exit_code)));
    chunk->length = strlen(chunk->bytes);
    return DOCKER_OVER;
}

void docker_container_wait(struct docker_request *request)
{
    const struct container *container = docker_find_container(request);

    if (container == NULL) {
        return;
    }
    bool runs = container->state == CONTAINER_RUNNING;

    request->effect->result = answer_of(request->answers, container->details->error, container->exit_code);
    request->reply->content_type = "application/json";
    request->reply->stream = (struct docker_stream){
        .kind = DOCKER_STREAM_WAIT,
        .subject = container->id,
        .asked = request->effect->args,
        .position = container->details->starts + (runs ? 0 : 1),
    };
}
