/* What the files of the API share: fakes/docker/api*.c. */
#ifndef DRYDOCK_FAKES_DOCKER_API_PARTS_H
#define DRYDOCK_FAKES_DOCKER_API_PARTS_H

#include "fakes/docker/api.h"

enum { PATH_VALUES_MAX = 2 };

#define API_LAST "1.41"

enum body_kind { BODY_NONE, BODY_JSON, BODY_FLAT, BODY_BYTES };

/* A line of routes.def. */
struct api_route {
    const char *method;
    const char *path;
    enum effect_id effect;
    int status;
    enum body_kind body;
};

/* What a part of a path is that the route leaves open; not decoded. */
struct api_path_value {
    const char *name;
    size_t name_length;
    const char *text;
    size_t length;
};

/* ---- api_paths.c ----------------------------------------------------------------------------------------------- */

/* Percent-decoding (RFC 3986, 2.1); in a query `+` is a space. */
const char *api_decoded(struct arena *arena, const char *text, size_t length, bool query);
/* The query's parameters as an object of texts; of several with one name the first, or all as lines of one text
 * (`changes`, `names`). */
const struct value *api_query_values(struct arena *arena, const char *query);
/* Whether a path is one of the route's; its values in `values`, `*count` of them (0 before). */
bool api_path_fits(const char *pattern, const char *path, struct api_path_value *values, uint32_t *count);
/* The path without empty segments, "." and "..". */
const char *api_clean_path(struct arena *arena, const char *path);
/* A target without what a proxy's request has before the path. */
const char *api_without_host(const char *target);

/* ---- api_bodies.c ---------------------------------------------------------------------------------------------- */

/* Adds what the body says to the arguments. false, with the response set, when it is not what the route takes. */
bool api_take_body(struct docker_api_call *call, const struct api_route *route, const struct value **args,
                   struct docker_http_response *response);

/* ---- api_versions.c -------------------------------------------------------------------------------------------- */

/* How long "/v1.NN" at the beginning of a path is; 0: there is none. */
size_t api_version_length(const char *path);
/* false, with the response set, when the call's version is not spoken. */
bool api_speaks_version(const struct docker_api_call *call, struct docker_http_response *response);
bool api_reads_json_errors(const struct docker_api_call *call);
/* An error as clients understood it before errors were JSON. */
void api_plain_error(struct arena *arena, int status, const char *message, struct docker_http_response *response);
/* The arguments of a request as they are meant in the call's version. */
const struct value *api_version_args(const struct docker_api_call *call, enum effect_id effect,
                                     const struct value *args);

#endif
