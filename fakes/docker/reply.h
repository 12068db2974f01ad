/* What an answer of the Engine has beside its value: an HTTP status of its own, bytes instead of JSON, a stream.
 *
 * An effect's answer is a value or an error (core/effect.h). A request that came over a wire waits for more than that:
 * effect.payload then leads to a struct docker_waiter, and the handlers fill its reply in. Requests of core have none.
 */
#ifndef DRYDOCK_FAKES_DOCKER_REPLY_H
#define DRYDOCK_FAKES_DOCKER_REPLY_H

#include "fakes/docker/stream.h"

struct docker_reply {
    int status;       /* 0: the route's (routes.def) */
    const char *text; /* the body where it is no JSON value; NULL: effect.result is */
    size_t text_length;
    const char *content_type; /* NULL: application/json, with text text/plain */
    bool text_stays;          /* the text lives as long as the call */
    const char *path_stat;    /* the header X-Docker-Container-Path-Stat; NULL: none */
    struct docker_stream stream;
};

struct docker_waiter {
    struct docker_reply *reply;
    struct arena *arena; /* lives as long as the call: for what a stream goes on looking at */
};

#endif
