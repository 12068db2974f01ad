#include "sim/fuzz/engine_client.h"

#include "fakes/docker/api.h"

#include <stdint.h>
#include <string.h>

static const int64_t START_MS = 1767225600000; /* 2026-01-01T00:00:00Z */

enum { SECOND_MS = 1000, ANSWER_MS_MAX = 60 * SECOND_MS };

void engine_client_begin(struct engine_client *client)
{
    memset(client, 0, sizeof *client);
    arena_init(&client->arena, arena_source_malloc());
    world_init(&client->world, &client->arena, 1, START_MS);
    docker_engine_make_whole(&client->world.docker, &(struct docker_whole_options){.no_bridge = true});
}

void engine_client_end(struct engine_client *client)
{
    arena_reset(&client->arena);
}

static void pass_until(struct engine_client *client, int64_t until_ms)
{
    struct docker_engine *engine = &client->world.docker;

    for (int64_t next = 0; (next = docker_engine_next_ms(engine)) <= until_ms;) {
        client->world.now_ms = next > client->world.now_ms ? next : client->world.now_ms;
        client->world.change_count = 0;
        docker_engine_pass(engine);
    }
    client->world.now_ms = until_ms;
}

static void add(struct engine_client *client, struct engine_answer *answer, const char *bytes, size_t length)
{
    char *text = arena_alloc(&client->arena, answer->length + length + 1);

    if (answer->length > 0) {
        memcpy(text, answer->text, answer->length);
    }
    if (length > 0) {
        memcpy(text + answer->length, bytes, length);
    }
    answer->text = text;
    answer->length += length;
}

/* Takes a stream to its end. false: time alone does not end it. */
static bool drain(struct engine_client *client, struct docker_stream *stream, struct engine_answer *answer)
{
    struct docker_engine *engine = &client->world.docker;
    int64_t limit_ms = client->world.now_ms + ANSWER_MS_MAX;

    for (;;) {
        struct docker_chunk chunk = {0};
        enum docker_stream_state state = docker_stream_next(engine, stream, &client->arena, &chunk);

        add(client, answer, chunk.bytes, chunk.length);
        if (state == DOCKER_OVER) {
            return true;
        }
        if (state == DOCKER_LATER) {
            int64_t next_ms = docker_engine_next_ms(engine), own_ms = docker_stream_next_ms(engine, stream);

            next_ms = own_ms < next_ms ? own_ms : next_ms;
            if (next_ms > limit_ms) {
                return false;
            }
            pass_until(client, next_ms > client->world.now_ms ? next_ms : client->world.now_ms + 1);
        }
    }
}

struct engine_answer engine_client_ask(struct engine_client *client, const char *method, const char *target,
                                       const char *type, const char *body, size_t length)
{
    struct docker_api_call *call = arena_alloc(&client->arena, sizeof *call);
    struct docker_http_request *request = arena_alloc(&client->arena, sizeof *request);
    struct docker_http_response response;
    struct engine_answer answer = {.text = ""};

    *request = (struct docker_http_request){.method = method,
                                            .target = target,
                                            .content_type = type,
                                            .body = body == NULL ? "" : body,
                                            .body_length = length};
    client->world.change_count = 0;
    docker_api_request(&client->world.docker, request, &client->arena, call, &response);
    add(client, &answer, response.body, response.length);
    answer.endless = response.stream != NULL && !drain(client, response.stream, &answer);
    answer.status = response.status;
    pass_until(client, client->world.now_ms + SECOND_MS);
    return answer;
}
