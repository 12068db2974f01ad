/* What a container takes (GET stats): the stream's own instants. */
#ifndef DRYDOCK_FAKES_DOCKER_STATISTICS_H
#define DRYDOCK_FAKES_DOCKER_STATISTICS_H

#include "fakes/docker/stream.h"

/* When a stream of statistics gives its next object by itself; INT64_MAX: not before its container runs. */
int64_t docker_stats_next_ms(const struct docker_engine *engine, const struct docker_stream *stream);

#endif
