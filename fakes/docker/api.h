/* The Engine API as HTTP, without sockets: a request becomes an effect, an answered effect a response. Engine API 1.41,
 * https://docs.docker.com/engine/api/v1.41/; routes.def is the table.
 *
 * In three steps, so that the owner of order and failure (sim/serve) can put its layers between: docker_api_parse()
 * makes an effect of a request, or the response that ends it; the effect is applied (world_apply());
 * docker_api_answer() makes the response. docker_api_request() is all three.
 */
#ifndef DRYDOCK_FAKES_DOCKER_API_H
#define DRYDOCK_FAKES_DOCKER_API_H

#include "core/effect.h"
#include "fakes/docker/reply.h"

struct docker_engine;

struct docker_http_request {
    const char *method;        /* "GET" */
    const char *target;        /* path and query as they came, percent-encoded */
    const char *content_type;  /* NULL: none */
    const char *registry_auth; /* X-Registry-Auth; NULL: none */
    const char *body;
    size_t body_length;
    bool upgrade; /* it asked for `Connection: Upgrade` */
};

/* One request on its way. Lives in the arena of docker_api_parse(). */
struct docker_api_call {
    struct docker_engine *engine;
    const struct docker_http_request *request;
    struct arena *arena;
    int status;              /* of the route */
    const char *api_version; /* "1.41" */
    struct effect effect;
    struct docker_reply reply;
    struct docker_waiter waiter;
};

struct docker_header {
    const char *name, *value;
};

struct docker_http_response {
    int status;
    const struct docker_header *headers; /* beside Content-Type and HTTP's own; a NULL name at the end. NULL: none */
    const char *content_type;            /* NULL: none, there is no body */
    const char *body;
    size_t length;
    struct docker_stream *stream; /* what follows; NULL: nothing. docker_stream_is_held(): nothing goes out before */
    bool hijacked;                /* the connection is the stream's, both ways */
    bool stays;                   /* the body lies in the arena of docker_api_parse() */
};

/* Headers that nearly every response has, a NULL name at the end. */
const struct docker_header *docker_api_headers(void);

/* true: call->effect is to be applied. false: `response` is the answer (400, 404 …). Everything in `arena`. */
bool docker_api_parse(struct docker_engine *engine, const struct docker_http_request *request, struct arena *arena,
                      struct docker_api_call *call, struct docker_http_response *response);
/* The response of an applied effect, whoever answered it: error and result, or the call's reply. */
void docker_api_answer(struct docker_api_call *call, struct docker_http_response *response);
/* A response without effect, {"message": …}. */
void docker_api_error(struct arena *arena, int status, const char *message, struct docker_http_response *response);
/* Parse, apply, answer. */
void docker_api_request(struct docker_engine *engine, const struct docker_http_request *request, struct arena *arena,
                        struct docker_api_call *call, struct docker_http_response *response);
/* The other direction: the request that asks a real Engine for a docker effect, API 1.41, everything in `arena`. false:
 * it is none of those, a path's value is missing, or its body is bytes (a pull, a load). */
bool docker_api_spell(struct arena *arena, const struct effect *effect, struct docker_http_request *request);

#endif
