#include "fakes/tests/whole_engine.h"

#include "fakes/docker/whole.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct arena memory, answers;
struct world world;
struct docker_engine *engine;
struct docker_api_call last_call;
struct docker_http_response response;

static const struct value *parsed(const char *json)
{
    return json == NULL ? NULL : value_parse(&memory, json, strlen(json));
}

void whole_engine_begin(int64_t now_ms, const char *scripts, const char *registries)
{
    arena_init(&memory, arena_source_malloc());
    arena_init(&answers, arena_source_malloc());
    world_init(&world, &memory, 1, now_ms);
    engine = &world.docker;
    docker_engine_add_image(engine, "busybox:latest");
    docker_engine_make_whole(
        engine, &(struct docker_whole_options){.scripts = parsed(scripts), .registries = parsed(registries)});
}

int whole_engine_end(void **state)
{
    (void)state;
    arena_reset(&answers);
    arena_reset(&engine->whole->scratch);
    arena_reset(&engine->whole->containers.scratch);
    arena_reset(&memory);
    return 0;
}

int send_bytes(const char *method, const char *target, const char *body, size_t length)
{
    const struct docker_http_request request = {.method = method,
                                                .target = target,
                                                .content_type = "application/json",
                                                .registry_auth = "e30=",
                                                .body = body,
                                                .body_length = length};

    docker_api_request(engine, &request, &answers, &last_call, &response);
    return response.status;
}

int ask(const char *method, const char *target, const char *body)
{
    return send_bytes(method, target, body, body == NULL ? 0 : strlen(body));
}

const struct value *answer(void)
{
    const struct value *value = value_parse(&answers, response.body, response.length);

    assert_non_null(value);
    return value;
}

void pass(int64_t ms)
{
    int64_t end_ms = world.now_ms + ms;

    while (docker_engine_next_ms(engine) <= end_ms) {
        int64_t next_ms = docker_engine_next_ms(engine);

        if (next_ms > world.now_ms) {
            world.now_ms = next_ms;
        }
        docker_engine_pass(engine);
    }
    world.now_ms = end_ms;
}
