/* A real Docker Engine on a socket, asked with libcurl over one connection that is kept, one request after another.
 * Engine API 1.41, https://docs.docker.com/engine/api/v1.41/. */
#ifndef DRYDOCK_SIM_LIVE_CLIENT_H
#define DRYDOCK_SIM_LIVE_CLIENT_H

#include "core/effect.h"
#include "fakes/docker/api.h"

struct live_client;

struct live_answer {
    int status;
    const struct value *body; /* NULL: none, or no JSON */
};

/* `unix:///path` or `tcp://host:port`; it is not asked yet. NULL when the address is neither, with what is wrong in
 * `error`. The address must outlive the client. */
struct live_client *live_client_open(const char *address, char *error, size_t size);
void live_client_close(struct live_client *client); /* NULL is fine */

/* Asks, and waits for the whole answer, which lies in `arena`. false: none came; live_client_failure() says why. */
bool live_client_ask(struct live_client *client, const struct docker_http_request *request, struct arena *arena,
                     struct live_answer *answer);
const char *live_client_failure(const struct live_client *client);

#endif
