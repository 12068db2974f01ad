/* routes.def read from right to left: a docker effect as the request that asks for it. */
#include "fakes/docker/api_parts.h"

#include <ctype.h>
#include <string.h>

static const struct api_route routes[] = {
#define ROUTE(method, path, effect, status, body, handler) {#method, path, EFFECT_##effect, status, BODY_##body},
#define ALIAS(method, path, effect, status, body)
#include "fakes/docker/routes.def"
};

#define VERSION "/v" API_LAST

/* Percent-encoding (RFC 3986, 2.1) of all but the unreserved characters and those of `kept`. */
static const char *encoded(struct arena *arena, const char *text, const char *kept)
{
    static const char digits[] = "0123456789ABCDEF";
    enum { ENCODED_SIZE = 3, HIGH = 4, LOW = 15 };
    char *result = arena_alloc(arena, ENCODED_SIZE * strlen(text) + 1), *end = result;

    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;

        if (isalnum(byte) || strchr("-._~", byte) != NULL || strchr(kept, byte) != NULL) {
            *end++ = *text;
        } else {
            *end++ = '%';
            *end++ = digits[byte >> HIGH];
            *end++ = digits[byte & LOW];
        }
    }
    *end = '\0';
    return result;
}

/* What a query says of a value: a text as it is, else JSON. */
static const char *spelled(struct arena *arena, const struct value *value)
{
    return value_is(value, VALUE_STRING) ? value_text(value) : value_json(arena, value);
}

/* The route's path with its values, which are taken out of `args`. NULL: one is missing. */
static const char *spell_path(struct arena *arena, const struct api_route *route, const struct value **args)
{
    const char *path = VERSION, *pattern = route->path;

    while (*pattern != '\0') {
        size_t plain = strcspn(pattern, "{");

        path = arena_printf(arena, "%s%.*s", path, (int)plain, pattern);
        pattern += plain;
        if (*pattern == '{') {
            size_t length = strcspn(pattern + 1, ".}");
            const char *name = arena_string_n(arena, pattern + 1, length);
            const char *value = value_get_text(*args, name);

            if (value == NULL || value[0] == '\0') {
                return NULL;
            }
            path = arena_printf(arena, "%s%s", path, encoded(arena, value, pattern[1 + length] == '.' ? "/:@" : ":"));
            *args = value_without(arena, *args, name);
            pattern = strchr(pattern, '}') + 1;
        }
    }
    return path;
}

static const char *spell_query(struct arena *arena, const char *path, const struct value *args)
{
    const char *separator = "?";

    for (uint32_t i = 0; i < value_count(args); i++) {
        path = arena_printf(arena, "%s%s%s=%s", path, separator, encoded(arena, args->members[i].key, ""),
                            encoded(arena, spelled(arena, args->members[i].value), ""));
        separator = "&";
    }
    return path;
}

bool docker_api_spell(struct arena *arena, const struct effect *effect, struct docker_http_request *request)
{
    const struct api_route *route = routes;
    const struct api_route *end = routes + sizeof routes / sizeof routes[0];
    const struct value *args = effect->args;
    const struct value *body = NULL;

    while (route < end && route->effect != effect->id) {
        route++;
    }
    const char *path = route == end ? NULL : spell_path(arena, route, &args);

    if (path == NULL || route->body == BODY_BYTES) {
        return false;
    }
    if (route->body == BODY_FLAT) {
        body = args;
        args = NULL;
    } else if (route->body == BODY_JSON) {
        body = value_get(args, "body");
        args = value_without(arena, args, "body");
    }
    *request = (struct docker_http_request){.method = route->method, .target = spell_query(arena, path, args)};
    if (body != NULL) {
        request->content_type = "application/json";
        request->body = value_json(arena, body);
        request->body_length = strlen(request->body);
    }
    return true;
}
