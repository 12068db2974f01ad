/* Versions of the API: which are spoken, and what was otherwise in older ones. */
#include "fakes/docker/api_parts.h"

#include <stdlib.h>
#include <string.h>

#define API_FIRST "1.12"
#define API_JSON_ERRORS "1.23"    /* the first whose errors are JSON */
#define API_WAIT_CONDITION "1.30" /* the first that waits for a condition */
#define API_PRIVATE_IPC "1.40"    /* the first that leaves IpcMode to the Engine */

/* How long "/v1.NN" at the beginning of a path is; 0: there is none. */
size_t api_version_length(const char *path)
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
void api_plain_error(struct arena *arena, int status, const char *message, struct docker_http_response *response)
{
    docker_api_error(arena, status, "", response);
    response->content_type = "text/plain; charset=utf-8";
    response->body = arena_printf(arena, "%s\n", message);
    response->length = strlen(response->body);
}

bool api_reads_json_errors(const struct docker_api_call *call)
{
    return compare_versions(call->api_version, API_JSON_ERRORS) >= 0;
}

/* false, with the response set, when the call's version is not spoken. */
bool api_speaks_version(const struct docker_api_call *call, struct docker_http_response *response)
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
        api_plain_error(arena, 400,
                        arena_printf(arena,
                                     "client version %s is too old. Minimum supported API version is " API_FIRST
                                     ", please upgrade your client to a newer version",
                                     call->api_version),
                        response);
        return false;
    }
    return true;
}

/* An older client's container, whose memory others may share unless it said something else. */
static const struct value *with_shareable_ipc(struct arena *arena, const struct value *body)
{
    const struct value *host_config = value_get(body, "HostConfig");
    const char *mode = value_get_text(host_config, "IpcMode");

    if (!value_is(body, VALUE_OBJECT) || (mode != NULL && mode[0] != '\0')) {
        return body;
    }
    host_config = value_is(host_config, VALUE_OBJECT) ? host_config : value_empty_object();
    return value_with(arena, body, "HostConfig",
                      value_with(arena, host_config, "IpcMode", value_string(arena, "shareable")));
}

const struct value *api_version_args(const struct docker_api_call *call, enum effect_id effect,
                                     const struct value *args)
{
    const struct value *body = value_get(args, "body");

    if (effect == EFFECT_DOCKER_CONTAINERS_CREATE && body != NULL &&
        compare_versions(call->api_version, API_PRIVATE_IPC) < 0) {
        return value_with(call->arena, args, "body", with_shareable_ipc(call->arena, body));
    }
    if (effect == EFFECT_DOCKER_CONTAINER_WAIT && value_get(args, "condition") != NULL &&
        compare_versions(call->api_version, API_WAIT_CONDITION) < 0) {
        return value_with(call->arena, args, "condition", NULL);
    }
    return args;
}
