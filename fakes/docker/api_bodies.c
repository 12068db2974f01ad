/* Bodies of requests. */
#include "fakes/docker/api_parts.h"
#include "fakes/docker/body_types.h"

#include <string.h>
#include <strings.h>

/* A start looks at its body from here on: an older client's HostConfig is longer. */
enum { START_BODY_MIN = 8 };

static bool is_json_type(const char *type)
{
    static const char json[] = "application/json";
    size_t length = strcspn(type, "; ");

    return length == strlen(json) && strncasecmp(type, json, length) == 0;
}

/* Bodies that the Engine does not take for a mistake of the client when it cannot read them. */
static bool is_read_late(enum effect_id effect)
{
    return effect == EFFECT_DOCKER_CONTAINERS_CREATE || effect == EFFECT_DOCKER_CONTAINER_UPDATE ||
           effect == EFFECT_DOCKER_AUTH;
}

/* Requests that are nothing without a body. */
static bool wants_body(enum effect_id effect)
{
    return effect == EFFECT_DOCKER_NETWORKS_CREATE || effect == EFFECT_DOCKER_NETWORK_CONNECT ||
           effect == EFFECT_DOCKER_NETWORK_DISCONNECT || effect == EFFECT_DOCKER_VOLUMES_CREATE;
}

/* What Go's encoding/json says of a text that is no value: where it does not even begin with one, of that; else of its
 * end. */
static const char *unreadable(struct arena *arena, const char *text)
{
    char first = text[strspn(text, " \t\r\n")];

    if (first == '\0' || strchr("{[\"-0123456789tfn", first) != NULL) {
        return "unexpected EOF";
    }
    return arena_printf(arena, "invalid character '%c' looking for beginning of value", first);
}

/* How long the first document of a body is: what comes after it is not looked at. */
static size_t document_length(const char *body, size_t length)
{
    size_t depth = 0;
    bool quoted = false;

    for (size_t i = 0; i < length; i++) {
        if (quoted) {
            quoted = body[i] != '"';
            i += body[i] == '\\';
        } else if (body[i] == '"') {
            quoted = true;
        } else if (body[i] == '{' || body[i] == '[') {
            depth++;
        } else if ((body[i] == '}' || body[i] == ']') && depth > 0 && --depth == 0) {
            return i + 1;
        }
    }
    return length;
}

/* Adds what the body says to the arguments. false, with the response set, when it is not what the route takes. */
bool api_take_body(struct docker_api_call *call, const struct api_route *route, const struct value **args,
                   struct docker_http_response *response)
{
    const struct docker_http_request *request = call->request;
    struct arena *arena = call->arena;

    if (request->body_length == 0 && wants_body(route->effect)) {
        docker_api_error(arena, 400, "got EOF while reading request body", response);
        return false;
    }
    bool passed_over = route->effect == EFFECT_DOCKER_CONTAINER_START && request->body_length < START_BODY_MIN;

    if (route->body == BODY_NONE || request->body_length == 0 || passed_over) {
        return true;
    }
    if (route->body == BODY_BYTES) {
        *args = value_with(arena, *args, "body", value_string_n(arena, request->body, request->body_length));
        return true;
    }
    const char *type = request->content_type == NULL ? "" : request->content_type;

    if (route->effect != EFFECT_DOCKER_AUTH && !is_json_type(type)) {
        docker_api_error(arena, 400,
                         arena_printf(arena, "Content-Type specified (%s) must be 'application/json'", type), response);
        return false;
    }
    const struct value *body = value_parse(arena, request->body, document_length(request->body, request->body_length));

    if (body == NULL) {
        docker_api_error(arena, is_read_late(route->effect) ? 500 : 400, unreadable(arena, request->body), response);
        return false;
    }
    const char *misfit = docker_body_misfit(arena, route->effect, body);

    if (misfit != NULL) {
        docker_api_error(arena, 400, misfit, response);
        return false;
    }
    if (route->body == BODY_JSON) {
        *args = value_with(arena, *args, "body", body);
        return true;
    }
    for (uint32_t i = 0; value_is(body, VALUE_OBJECT) && i < body->count; i++) {
        *args = value_with(arena, *args, body->members[i].key, body->members[i].value);
    }
    return true;
}
