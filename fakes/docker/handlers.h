/* Who answers which request, and who gives which stream: declared from routes.def and streams.def, defined in the files
 * of their subjects. */
#ifndef DRYDOCK_FAKES_DOCKER_HANDLERS_H
#define DRYDOCK_FAKES_DOCKER_HANDLERS_H

#include "fakes/docker/reply.h"
#include "fakes/docker/whole.h"

#define ROUTE(method, path, effect, status, body, handler) void handler(struct docker_request *request);
#define ALIAS(method, path, effect, status, body)
#include "fakes/docker/routes.def"

#define STREAM(ID, held, next, what)                                                                                   \
    enum docker_stream_state next(struct docker_engine *engine, struct docker_stream *stream, struct arena *arena,     \
                                  struct docker_chunk *chunk);
#include "fakes/docker/streams.def"

#endif
