#include "fakes/docker/api.h"

#include "fakes/docker/whole.h"
#include "fakes/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { API_MINOR_FIRST = 12, API_MINOR_LAST = 41, PATH_VALUES_MAX = 2, HEX = 16 };

enum body_kind { BODY_NONE, BODY_JSON, BODY_FLAT, BODY_BYTES };

struct route {
    const char *method;
    const char *path;
    enum effect_id effect;
    int status;
    enum body_kind body;
};

static const struct route routes[] = {
#define ROUTE(method, path, effect, status, body, handler) {#method, path, EFFECT_##effect, status, BODY_##body},
#define ALIAS(method, path, effect, status, body) {#method, path, EFFECT_##effect, status, BODY_##body},
#include "fakes/docker/routes.def"
};

/* ---- paths and queries
 * ------------------------------------------------------------------------------------------------------------------ */

static int hex_digit(char digit)
{
    const char *digits = "0123456789abcdef";
    const char *found = digit == '\0' ? NULL : strchr(digits, digit >= 'A' && digit <= 'F' ? digit - 'A' + 'a' : digit);

    return found == NULL ? -1 : (int)(found - digits);
}

/* Percent-decoding (RFC 3986, 2.1); in a query `+` is a space. */
static const char *decoded(struct arena *arena, const char *text, size_t length, bool query)
{
    char *result = arena_alloc(arena, length + 1);
    size_t written = 0;

    for (size_t i = 0; i < length; i++) {
        if (text[i] == '%' && i + 2 < length && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
            result[written++] = (char)(hex_digit(text[i + 1]) * HEX + hex_digit(text[i + 2]));
            i += 2;
        } else if (text[i] == '+' && query) {
            result[written++] = ' ';
        } else {
            result[written++] = text[i];
        }
    }
    result[written] = '\0';
    return result;
}

/* The query's parameters as an object of texts; of several with one name the first. */
static const struct value *query_values(struct arena *arena, const char *query)
{
    const struct value *values = value_empty_object();

    while (*query != '\0') {
        size_t length = strcspn(query, "&");
        size_t name_length = strcspn(query, "=&");
        const char *name = decoded(arena, query, name_length, true);
        size_t value_at_byte = name_length < length ? name_length + 1 : length;

        if (name[0] != '\0' && value_get(values, name) == NULL) {
            const char *value = decoded(arena, query + value_at_byte, length - value_at_byte, true);

            values = value_with(arena, values, name, value_string(arena, value));
        }
        query += length + (query[length] == '&');
    }
    return values;
}

struct path_value {
    const char *name;
    size_t name_length;
    const char *text;
    size_t length;
};

/* Whether a path is one of the route's; its values in `values`, `*count` of them. */
static bool path_fits(const char *pattern, const char *path, struct path_value *values, uint32_t *count)
{
    while (*pattern != '\0') {
        if (*pattern != '{') {
            if (*pattern++ != *path++) {
                return false;
            }
            continue;
        }
        size_t name_length = strcspn(pattern + 1, ".}");
        bool several = pattern[1 + name_length] == '.';
        const char *after = strchr(pattern, '}') + 1;
        size_t length = strcspn(path, "/");

        if (several) {
            size_t rest = strlen(path), tail = strlen(after);

            length = rest >= tail && strcmp(path + rest - tail, after) == 0 ? rest - tail : 0;
        }
        if (length == 0 || *count == PATH_VALUES_MAX) {
            return false;
        }
        values[(*count)++] = (struct path_value){pattern + 1, name_length, path, length};
        path += length;
        pattern = after;
    }
    return *path == '\0';
}

/* ---- requests
 * ------------------------------------------------------------------------------------------------------------------ */

void docker_api_error(struct arena *arena, int status, const char *message, struct docker_http_response *response)
{
    const char *text = value_json(arena, OBJECT(arena, {"message", value_string(arena, message)}));
    char *line = arena_printf(arena, "%s\n", text);

    *response = (struct docker_http_response){
        .status = status, .content_type = "application/json", .body = line, .length = strlen(line)};
}

/* Takes "/v1.NN" off the path. false, with the response set, when this version is not spoken. */
static bool take_version(struct docker_api_call *call, const char **path, struct docker_http_response *response)
{
    unsigned major = 0, minor = 0;
    int length = 0;
    struct arena *arena = call->arena;

    call->api_version = arena_printf(arena, "1.%d", API_MINOR_LAST);
    if (sscanf(*path, "/v%u.%u%n", &major, &minor, &length) < 2 ||
        ((*path)[length] != '/' && (*path)[length] != '\0')) {
        return true;
    }
    call->api_version = arena_printf(arena, "%u.%u", major, minor);
    *path += length;
    if (major > 1 || minor > API_MINOR_LAST) {
        docker_api_error(arena, 400,
                         arena_printf(arena, "client version %u.%u is too new. Maximum supported API version is 1.%d",
                                      major, minor, API_MINOR_LAST),
                         response);
        return false;
    }
    if (major < 1 || minor < API_MINOR_FIRST) {
        docker_api_error(arena, 400,
                         arena_printf(arena,
                                      "client version %u.%u is too old. Minimum supported API version is 1.%d, please "
                                      "upgrade your client to a newer version",
                                      major, minor, API_MINOR_FIRST),
                         response);
        return false;
    }
    return true;
}

/* Adds what the body says to the arguments. false, with the response set, when it is not what the route takes. */
static bool take_body(struct docker_api_call *call, enum body_kind kind, const struct value **args,
                      struct docker_http_response *response)
{
    const struct docker_http_request *request = call->request;
    struct arena *arena = call->arena;

    if (kind == BODY_NONE || request->body_length == 0) {
        return true;
    }
    if (kind == BODY_BYTES) {
        *args = value_with(arena, *args, "body", value_string_n(arena, request->body, request->body_length));
        return true;
    }
    const struct value *body = value_parse(arena, request->body, request->body_length);

    if (body == NULL) {
        docker_api_error(arena, 400, "invalid character looking for beginning of value", response);
        return false;
    }
    if (kind == BODY_JSON) {
        *args = value_with(arena, *args, "body", body);
        return true;
    }
    for (uint32_t i = 0; value_is(body, VALUE_OBJECT) && i < body->count; i++) {
        *args = value_with(arena, *args, body->members[i].key, body->members[i].value);
    }
    return true;
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

static bool take_route(struct docker_api_call *call, const struct route *route, const char *query,
                       const struct path_value *values, uint32_t count, struct docker_http_response *response)
{
    struct arena *arena = call->arena;
    const struct value *args = query_values(arena, query);

    if (!take_body(call, route->body, &args, response)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        const char *text = decoded(arena, values[i].text, values[i].length, false);

        args = value_with(arena, args, arena_string_n(arena, values[i].name, values[i].name_length),
                          value_string(arena, text));
    }
    if (call->request->registry_auth != NULL) {
        args = value_with(arena, args, "registryAuth", value_string(arena, call->request->registry_auth));
    }
    call->status = route->status;
    call->reply.room = arena;
    call->waiter.reply = &call->reply;
    call->effect =
        (struct effect){.id = route->effect, .args = args, .object = object_of(args), .payload = &call->waiter};
    return true;
}

bool docker_api_parse(struct docker_engine *engine, const struct docker_http_request *request, struct arena *arena,
                      struct docker_api_call *call, struct docker_http_response *response)
{
    *call = (struct docker_api_call){.engine = engine, .request = request, .arena = arena};
    size_t path_length = strcspn(request->target, "?");
    const char *path = arena_string_n(arena, request->target, path_length);
    const char *query = request->target + path_length + (request->target[path_length] == '?');

    if (!take_version(call, &path, response)) {
        return false;
    }
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        struct path_value values[PATH_VALUES_MAX];
        uint32_t count = 0;

        if (strcmp(routes[i].method, request->method) == 0 && path_fits(routes[i].path, path, values, &count)) {
            return take_route(call, &routes[i], query, values, count, response);
        }
    }
    docker_api_error(arena, 404, "page not found", response);
    return false;
}

/* ---- responses
 * ------------------------------------------------------------------------------------------------------------------ */

const struct docker_header *docker_api_headers(void)
{
    static const struct docker_header headers[] = {{"Api-Version", "1.41"},
                                                   {"Docker-Experimental", "false"},
                                                   {"Ostype", "linux"},
                                                   {"Server", "Docker/" DOCKER_ENGINE_VERSION " (linux)"},
                                                   {NULL, NULL}};

    return headers;
}

void docker_api_answer(struct docker_api_call *call, struct docker_http_response *response)
{
    const struct effect *effect = &call->effect;
    struct docker_reply *reply = &call->reply;
    int status = reply->status != 0 ? reply->status : call->status;

    if (effect->error != NULL && effect->error->status == 304) {
        *response = (struct docker_http_response){.status = 304};
        return;
    }
    if (effect->error != NULL) {
        docker_api_error(call->arena, effect->error->status == 0 ? 500 : effect->error->status, effect->error->message,
                         response);
        return;
    }
    *response = (struct docker_http_response){.status = status};
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
    if (reply->stream.kind != DOCKER_STREAM_NONE) {
        response->stream = &reply->stream;
        response->content_type = reply->content_type;
        response->hijacked = reply->stream.input;
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
