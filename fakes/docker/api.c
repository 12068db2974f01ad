#include "fakes/docker/api_parts.h"

#include "fakes/docker/whole.h"
#include "fakes/world.h"

#include <stdio.h>
#include <string.h>

static const struct api_route routes[] = {
#define ROUTE(method, path, effect, status, body, handler) {#method, path, EFFECT_##effect, status, BODY_##body},
#define ALIAS(method, path, effect, status, body) {#method, path, EFFECT_##effect, status, BODY_##body},
#include "fakes/docker/routes.def"
};

/* ---- requests
 * ------------------------------------------------------------------------------------------------------------------ */

void docker_api_error(struct arena *arena, int status, const char *message, struct docker_http_response *response)
{
    const char *text = value_json(arena, OBJECT(arena, {"message", value_string(arena, message)}));
    char *line = arena_printf(arena, "%s\n", text);

    *response = (struct docker_http_response){
        .status = status,
        .headers = docker_api_headers(),
        .content_type = "application/json",
        .body = line,
        .length = strlen(line),
    };
}

/* What the request is about, for the trace. */
static const char *object_of(const struct value *args)
{
    static const char *const names[] = {"container", "network", "image", "volume", "exec", "name", "Name", "fromImage"};
    const char *object = NULL;

    for (size_t i = 0; object == NULL && i < sizeof names / sizeof names[0]; i++) {
        object = value_get_text(args, names[i]);
    }
    return object;
}

static bool take_route(struct docker_api_call *call, const struct api_route *route, const char *query,
                       const struct api_path_value *values, uint32_t count, struct docker_http_response *response)
{
    struct arena *arena = call->arena;
    const struct value *args = api_query_values(arena, query);

    if (!api_take_body(call, route, &args, response)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        const char *text = api_decoded(arena, values[i].text, values[i].length, false);

        args = value_with(arena, args, arena_string_n(arena, values[i].name, values[i].name_length),
                          value_string(arena, text));
    }
    if (call->request->registry_auth != NULL) {
        args = value_with(arena, args, "registryAuth", value_string(arena, call->request->registry_auth));
    }
    args = api_version_args(call, route->effect, args);
    call->status = route->status;
    call->waiter = (struct docker_waiter){&call->reply, arena};
    call->effect =
        (struct effect){.id = route->effect, .args = args, .object = object_of(args), .payload = &call->waiter};
    return true;
}

/* Its router sends clients to a clean path. */
static void redirect(struct arena *arena, const char *target, struct docker_http_response *response)
{
    struct docker_header *headers = arena_alloc(arena, 2 * sizeof *headers);

    headers[0] = (struct docker_header){"Location", target};
    headers[1] = (struct docker_header){NULL, NULL};
    *response = (struct docker_http_response){.status = 301, .headers = headers};
}

bool docker_api_parse(struct docker_engine *engine, const struct docker_http_request *request, struct arena *arena,
                      struct docker_api_call *call, struct docker_http_response *response)
{
    *call = (struct docker_api_call){.engine = engine, .request = request, .arena = arena};
    const char *target = api_without_host(request->target);
    size_t path_length = strcspn(target, "?");
    const char *path = arena_string_n(arena, target, path_length);
    const char *query = target + path_length + (target[path_length] == '?');
    const char *clean = path[0] == '/' ? api_clean_path(arena, path) : path;

    if (strcmp(clean, path) != 0) {
        redirect(arena, arena_printf(arena, "%s%s", clean, target + path_length), response);
        return false;
    }
    if (strcmp(request->method, "OPTIONS") == 0) {
        bool of_the_server = strcmp(target, "*") == 0; /* is answered before the Engine sees it */

        *response =
            (struct docker_http_response){.status = 200, .headers = of_the_server ? NULL : docker_api_headers()};
        return false;
    }
    size_t version = api_version_length(path);

    call->api_version = version == 0 ? API_LAST : arena_string_n(arena, path + 2, version - 2);
    path += version;
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        struct api_path_value values[PATH_VALUES_MAX];
        uint32_t count = 0;

        if (strcmp(routes[i].method, request->method) == 0 && api_path_fits(routes[i].path, path, values, &count)) {
            return api_speaks_version(call, response) && take_route(call, &routes[i], query, values, count, response);
        }
    }
    docker_api_error(arena, 404, "page not found", response);
    response->headers = NULL; /* its router answers before it has set any */
    return false;
}

/* ---- responses
 * ------------------------------------------------------------------------------------------------------------------ */

#define ENGINE_HEADERS                                                                                                 \
    {"Api-Version", API_LAST}, {"Docker-Experimental", "false"}, {"Ostype", "linux"},                                  \
    {                                                                                                                  \
        "Server", "Docker/" DOCKER_ENGINE_VERSION " (linux)"                                                           \
    }

static const struct docker_header engine_headers[] = {ENGINE_HEADERS, {NULL, NULL}};
/* Nobody between may keep the answer to a ping. */
static const struct docker_header ping_headers[] = {
    ENGINE_HEADERS, {"Cache-Control", "no-cache, no-store, must-revalidate"}, {"Pragma", "no-cache"}, {NULL, NULL}};

const struct docker_header *docker_api_headers(void)
{
    return engine_headers;
}

/* The Engine's headers, and what a file of a container is. */
static const struct docker_header *headers_with_stat(struct arena *arena, const char *path_stat)
{
    enum { COUNT = sizeof engine_headers / sizeof engine_headers[0] };
    struct docker_header *headers = arena_alloc(arena, (COUNT + 1) * sizeof *headers);

    memcpy(headers, engine_headers, sizeof engine_headers);
    headers[COUNT - 1] = (struct docker_header){"X-Docker-Container-Path-Stat", path_stat};
    headers[COUNT] = (struct docker_header){NULL, NULL};
    return headers;
}

void docker_api_answer(struct docker_api_call *call, struct docker_http_response *response)
{
    const struct effect *effect = &call->effect;
    struct docker_reply *reply = &call->reply;
    int status = reply->status != 0 ? reply->status : call->status;

    if (effect->error != NULL && effect->error->status == 304) {
        *response = (struct docker_http_response){.status = 304, .headers = docker_api_headers()};
        return;
    }
    if (effect->error != NULL) {
        int failed = effect->error->status == 0 ? 500 : effect->error->status;

        (api_reads_json_errors(call) ? docker_api_error : api_plain_error)(call->arena, failed, effect->error->message,
                                                                           response);
        return;
    }
    *response = (struct docker_http_response){
        .status = status, .headers = effect->id == EFFECT_DOCKER_PING ? ping_headers : docker_api_headers()};
    if (reply->path_stat != NULL) {
        response->headers = headers_with_stat(call->arena, reply->path_stat);
    }
    if (reply->text != NULL) {
        response->content_type = reply->content_type == NULL ? "text/plain; charset=utf-8" : reply->content_type;
        response->body = reply->text;
        response->length = reply->text_length;
        response->stays = reply->text_stays;
    } else if (reply->stream.kind == DOCKER_STREAM_NONE && !value_is(effect->result, VALUE_NULL)) {
        char *line = arena_printf(call->arena, "%s\n", value_json(call->arena, effect->result));

        response->content_type = "application/json";
        response->body = line;
        response->length = strlen(line);
    }
    if (strcmp(call->request->method, "HEAD") == 0) {
        response->length = 0;
    }
    if (reply->stream.kind != DOCKER_STREAM_NONE) {
        response->stream = &reply->stream;
        response->content_type = reply->content_type;
        response->hijacked = reply->stream.input;
        response->headers = response->hijacked ? NULL : response->headers;
    }
}

void docker_api_request(struct docker_engine *engine, const struct docker_http_request *request, struct arena *arena,
                        struct docker_api_call *call, struct docker_http_response *response)
{
    if (docker_api_parse(engine, request, arena, call, response)) {
        world_apply(engine->world, &call->effect, arena);
        docker_api_answer(call, response);
    }
}
