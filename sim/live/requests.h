/* How an effect is put to a real Engine: with this run's label, and without what FluxOS asks of its host. */
#ifndef DRYDOCK_SIM_LIVE_REQUESTS_H
#define DRYDOCK_SIM_LIVE_REQUESTS_H

#include "fakes/docker/api.h"
#include "fakes/host.h"

#define LIVE_LABEL "io.drydock.run"       /* what a run has made, and may remove */
#define LIVE_BASE_LABEL "io.drydock.base" /* the container that the run's images are made of */

/* The request for an effect; `host` is the scenario's. false: a real Engine is not asked for this one (an image is
 * made, not pulled: mirror.h). */
bool live_request(struct arena *arena, const char *run, const struct host *host, const struct effect *effect,
                  struct docker_http_request *request);

/* What a container is really created with, for what FluxOS says in `body`; NULL: nothing but its image and network. */
const struct value *live_container_body(struct arena *arena, const char *run, const struct host *host,
                                        const struct value *body, const char *image, const char *network);
/* {"label": ["io.drydock.run=<run>"]} and what `filters` (JSON text or NULL) says, as JSON text. */
const char *live_filters(struct arena *arena, const char *run, const char *filters);

#endif
