/* Requests to the fake Docker Engine in this process, through the door without sockets (fakes/docker/api.h). An answer
 * is waited for; after each a second goes by. */
#ifndef DRYDOCK_SIM_FUZZ_ENGINE_CLIENT_H
#define DRYDOCK_SIM_FUZZ_ENGINE_CLIENT_H

#include "fakes/world.h"

#include <stdbool.h>
#include <stddef.h>

struct engine_client {
    struct arena arena; /* of the world and of every answer */
    struct world world;
};

struct engine_answer {
    int status;
    const char *text; /* NUL-terminated */
    size_t length;
    bool endless; /* nothing will ever end it */
};

/* An empty, whole Engine without a network `bridge`. */
void engine_client_begin(struct engine_client *client);
void engine_client_end(struct engine_client *client);
/* `type` NULL: no body. */
struct engine_answer engine_client_ask(struct engine_client *client, const char *method, const char *target,
                                       const char *type, const char *body, size_t length);

#endif
