#include "fakes/docker/api.h"

#include "fakes/docker/whole.h"
#include "fakes/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A start looks at its body from here on: an older client's HostConfig is longer. */
enum { START_BODY_MIN = 8 };
enum { PATH_VALUES_MAX = 2, HEX = 16 };

#define API_FIRST "1.12"
#define API_LAST "1.41"
#define API_JSON_ERRORS "1.23" /* the first whose errors are JSON */

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

/* Parameters that may be given several times: they are kept as lines of one. */
static bool is_repeated(const char *name)
{
    return strcmp(name, "changes") == 0 || strcmp(name, "names") == 0;
}

/* The query's parameters as an object of texts; of several with one name mostly the first. */
static const struct value *query_values(struct arena *arena, const char *query)
{
    const struct value *values = value_empty_object();

    while (*query != '\0') {
        size_t length = strcspn(query, "&");
        size_t name_length = strcspn(query, "=&");
        const char *name = decoded(arena, query, name_length, true);
        size_t value_at_byte = name_length < length ? name_length + 1 : length;

        const char *before = value_get_text(values, name);

        if (name[0] != '\0' && (before == NULL || is_repeated(name))) {
            const char *value = decoded(arena, query + value_at_byte, length - value_at_byte, true);

            value = before == NULL ? value : arena_printf(arena, "%s\n%s", before, value);
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
        .status = status,
        .headers = docker_api_headers(),
        .content_type = "application/json",
        .body = line,
        .length = strlen(line),
    };
}

/* How long "/v1.NN" at the beginning of a path is; 0: there is none. */
static size_t version_length(const char *path)
{
    size_t digits = strncmp(path, "/v", 2) == 0 ? strspn(path + 2, "0123456789.") : 0;

    return digits > 0 && path[2 + digits] == '/' ? 2 + digits : 0;
}

/* Versions by their numbers ("1.9" < "1.10", "1.41" < "1.41.1"): <0, 0, >0. */
static long compare_versions(const char *left, const char *right)
{
    long difference = 0;

    while (difference == 0 && (*left != '\0' || *right != '\0')) {
        char *left_end = NULL, *right_end = NULL;

        difference = strtol(left, &left_end, 10) - strtol(right, &right_end, 10);
        left = left_end + (*left_end == '.');
        right = right_end + (*right_end == '.');
    }
    return difference;
}

/* An error as clients of that time understood it. */
static void plain_error(struct arena *arena, int status, const char *message, struct docker_http_response *response)
{
    docker_api_error(arena, status, "", response);
    response->content_type = "text/plain; charset=utf-8";
    response->body = arena_printf(arena, "%s\n", message);
    response->length = strlen(response->body);
}

static bool reads_json_errors(const struct docker_api_call *call)
{
    return compare_versions(call->api_version, API_JSON_ERRORS) >= 0;
}

/* false, with the response set, when the call's version is not spoken. */
static bool speaks_version(const struct docker_api_call *call, struct docker_http_response *response)
{
    struct arena *arena = call->arena;

    if (compare_versions(call->api_version, API_LAST) > 0) {
        docker_api_error(arena, 400,
                         arena_printf(arena, "client version %s is too new. Maximum supported API version is " API_LAST,
                                      call->api_version),
                         response);
        return false;
    }
    if (compare_versions(call->api_version, API_FIRST) < 0) {
        plain_error(arena, 400,
                    arena_printf(arena,
                                 "client version %s is too old. Minimum supported API version is " API_FIRST
                                 ", please upgrade your client to a newer version",
                                 call->api_version),
                    response);
        return false;
    }
    return true;
}

/* The path without empty segments, "." and "..". */
static const char *clean_path(struct arena *arena, const char *path)
{
    char *clean = arena_alloc(arena, strlen(path) + 2);
    size_t length = 0;

    while (*path == '/') {
        size_t segment = strcspn(++path, "/");
        bool last = path[segment] == '\0';

        if (segment == 2 && strncmp(path, "..", segment) == 0) {
            while (length > 0 && clean[--length] != '/') {
            }
        } else if ((segment > 0 && !(segment == 1 && *path == '.')) || last) {
            clean[length++] = '/';
            memcpy(clean + length, path, segment);
            length += segment;
        }
        path += segment;
    }
    clean[length] = '\0';
    return length == 0 ? "/" : clean;
}

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

/* Adds what the body says to the arguments. false, with the response set, when it is not what the route takes. */
static bool take_body(struct docker_api_call *call, const struct route *route, const struct value **args,
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
    const struct value *body = value_parse(arena, request->body, request->body_length);

    if (body == NULL) {
        docker_api_error(arena, is_read_late(route->effect) ? 500 : 400, unreadable(arena, request->body), response);
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

    if (!take_body(call, route, &args, response)) {
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

/* RFC 7230 5.3: a proxy's request names the host too. */
static const char *without_host(const char *target)
{
    const char *host = target[0] == '/' ? NULL : strstr(target, "://");
    const char *path = host == NULL ? NULL : strchr(host + strlen("://"), '/');

    return path == NULL ? target : path;
}

bool docker_api_parse(struct docker_engine *engine, const struct docker_http_request *request, struct arena *arena,
                      struct docker_api_call *call, struct docker_http_response *response)
{
    *call = (struct docker_api_call){.engine = engine, .request = request, .arena = arena};
    const char *target = without_host(request->target);
    size_t path_length = strcspn(target, "?");
    const char *path = arena_string_n(arena, target, path_length);
    const char *query = target + path_length + (target[path_length] == '?');
    const char *clean = path[0] == '/' ? clean_path(arena, path) : path;

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
    size_t version = version_length(path);

    call->api_version = version == 0 ? API_LAST : arena_string_n(arena, path + 2, version - 2);
    path += version;
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        struct path_value values[PATH_VALUES_MAX];
        uint32_t count = 0;

        if (strcmp(routes[i].method, request->method) == 0 && path_fits(routes[i].path, path, values, &count)) {
            return speaks_version(call, response) && take_route(call, &routes[i], query, values, count, response);
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

        (reads_json_errors(call) ? docker_api_error : plain_error)(call->arena, failed, effect->error->message,
                                                                   response);
        return;
    }
    *response = (struct docker_http_response){
        .status = status, .headers = effect->id == EFFECT_DOCKER_PING ? ping_headers : docker_api_headers()};
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
