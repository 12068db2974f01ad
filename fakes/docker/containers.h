/* What a whole engine (whole.h) knows of a container beside its state, and what happens to containers by themselves:
 * processes end, health checks run, restart policies act.
 *
 * The state of a container is struct container's (docker_engine.h); everything that changes it calls the hooks here, so
 * that logs, addresses, events and processes follow, whoever did it: a client, FluxOS, an actor of the world.
 */
#ifndef DRYDOCK_FAKES_DOCKER_CONTAINERS_H
#define DRYDOCK_FAKES_DOCKER_CONTAINERS_H

#include "fakes/docker/logs.h"
#include "fakes/docker/networks.h"
#include "fakes/docker_engine.h"

struct process;
struct docker_request;

enum docker_health { HEALTH_NONE, HEALTH_STARTING, HEALTH_HEALTHY, HEALTH_UNHEALTHY };

struct container_details {
    const struct value *config;      /* Config as inspect shows it: the image's defaults filled in */
    const struct value *host_config; /* the same of HostConfig */
    const struct value *mounts;      /* Mounts */
    const char *image_id;            /* "sha256:…" */
    struct process *process;         /* while it runs; NULL for one that nothing is said of: it runs until stopped */
    struct docker_logs logs;
    struct docker_endpoints endpoints;
    const char *error; /* State.Error; "" */
    int64_t finished_ms;
    int64_t stop_due_ms;    /* being stopped: when it is killed; INT64_MAX: not */
    int64_t restart_due_ms; /* when its restart policy starts it again; INT64_MAX: not */
    int64_t health_due_ms;  /* the next check; INT64_MAX: none */
    uint32_t restart_count;
    uint32_t restarts_in_a_row; /* the delay doubles with each */
    uint32_t starts;            /* how often it was started: a waiter knows its run by it */
    int pid;
    enum docker_health health;
    uint32_t failing_streak;
    const struct value *health_log;
    bool paused, restarting, oom_killed, dead;
    bool stopped_by_hand; /* a restart policy leaves it alone until it is started */
    bool removing;        /* AutoRemove, once it has exited */
};

/* ---- hooks of docker_engine.c: nothing on a lean engine -------------------------------------------------------- */

/* A container has come: details are made of its body. */
void docker_container_added(struct docker_engine *engine, struct container *container);
/* It runs now; it has ended with container->exit_code; it goes. */
void docker_container_started(struct docker_engine *engine, struct container *container);
void docker_container_exited(struct docker_engine *engine, struct container *container);
void docker_container_leaves(struct docker_engine *engine, struct container *container);

/* ---- time ------------------------------------------------------------------------------------------------------- */

/* When something happens to a container by itself, and making happen what is due now. */
int64_t docker_containers_next_ms(const struct docker_engine *engine);
void docker_containers_pass(struct docker_engine *engine);

/* ---- for the other parts ---------------------------------------------------------------------------------------- */

/* "running", "paused", "restarting", "exited", "created", "dead", "removing". */
const char *docker_container_status(const struct container *container);
/* "Up 3 minutes (healthy)", "Exited (0) 2 hours ago". Text in `arena`. */
const char *docker_container_status_text(const struct docker_engine *engine, const struct container *container,
                                         struct arena *arena);
/* RFC 3339 with nanoseconds as Go writes it, "0001-01-01T00:00:00Z" for 0 ms. */
const char *docker_time(struct arena *arena, int64_t ms);
/* The same without a fraction. */
const char *docker_time_to_seconds(struct arena *arena, int64_t ms);
/* Sends a signal to a running container's first process. */
void docker_container_signal(struct docker_engine *engine, struct container *container, int signal);

#endif
