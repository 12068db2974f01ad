/* A whole Docker Engine: everything that Docker's clients can see of one, Engine API 1.41.
 *
 * FluxOS looks at little, and a search makes millions of runs; so an engine is *lean* unless told otherwise: it has the
 * states, names, networks and images that FluxOS's logic depends on (fakes/docker_engine.h), and answers with the
 * members that it reads. docker_engine_make_whole() adds the rest to the same tables: configurations with their
 * defaults, processes inside containers, logs, executions, volumes, addresses, health, restart policies, events. What
 * changes a container's state is the same code for both.
 *
 * Each part owns a member here and a pair of files in fakes/docker/. Times are virtual ms since the epoch.
 * A whole engine is for serving (`drydock serve`, fakes/docker/api.h) and for runs; searches use the lean one: what the
 * whole one touches is not told object by object (fakes/touch.h), but class by class.
 */
#ifndef DRYDOCK_FAKES_DOCKER_WHOLE_H
#define DRYDOCK_FAKES_DOCKER_WHOLE_H

#include "fakes/docker/containers.h"
#include "fakes/docker/events.h"
#include "fakes/docker/execs.h"
#include "fakes/docker/images.h"
#include "fakes/docker/networks.h"
#include "fakes/docker/pool.h"
#include "fakes/docker/process_files.h"
#include "fakes/docker/volumes.h"
#include "fakes/docker_engine.h"

/* The engine that is modelled: Debian 12's docker.io. */
#define DOCKER_ENGINE_VERSION "20.10.24+dfsg1"

struct docker_whole {
    struct docker_containers containers;
    struct docker_volumes volumes;
    struct docker_images images;
    struct docker_execs execs;
    struct docker_events events;
    struct docker_gone_logs gone_logs;
    struct pool pool;     /* of processes, files, logs */
    struct arena scratch; /* for texts and values within a call; void after a call into another part, which resets it */
    const struct value *scripts;    /* what the scenario says of processes, array; NULL: nothing */
    const struct value *registries; /* whose content the scenario says (registries.h), array; NULL: none */
    bool no_bridge;                 /* dockerd --bridge=none */
};

/* A request as a handler sees it. */
struct docker_request {
    struct docker_engine *engine;
    struct effect *effect;      /* args, to be answered: result, or effect_fail() */
    struct arena *answers;      /* for what the answer holds */
    struct docker_reply *reply; /* never NULL */
    struct arena *lasting;      /* for what the reply's stream looks at: `answers` is void once the answer is given */
};

/* Answers one request on a whole engine; the handlers are in routes.def. */
void docker_whole_apply(struct docker_engine *engine, struct effect *effect, struct arena *answers);

/* ---- for the handlers ----------------------------------------------------------------------------------------- */

/* Query parameters are texts: whether one says true, as the Engine reads it ("", "0", "no", "false", "none": false). */
bool docker_flag(const struct docker_request *request, const char *name);
/* The text of a parameter; NULL when it was not given. */
const char *docker_parameter(const struct docker_request *request, const char *name);
/* A container by name, id, or the beginning of an id; NULL where `*fitting`, how many it could be, is not 1. */
struct container *docker_container_find(struct docker_engine *engine, const char *reference, uint32_t *fitting);
/* A container or a 404 by id, name or unambiguous prefix of an id; NULL after the error was set. */
struct container *docker_find_container(struct docker_request *request);

#endif
