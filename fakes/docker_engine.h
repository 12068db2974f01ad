/* The Docker Engine: containers, networks, images, as Engine API 1.41 shows them
 * (https://docs.docker.com/engine/api/v1.41/). lifecycle.md 10.1, 12.5.
 *
 * Invariants, asserted: names and ids are unique; a running container's network exists; a container moves only along
 * created → running ↔ exited (or → removed).
 */
#ifndef DRYDOCK_FAKES_DOCKER_ENGINE_H
#define DRYDOCK_FAKES_DOCKER_ENGINE_H

#include "core/effect.h"
#include "fakes/name_index.h"

struct world;
struct docker_engine;
struct container_details;
struct docker_network_details;
struct docker_whole;

enum container_state { CONTAINER_CREATED, CONTAINER_RUNNING, CONTAINER_EXITED };

struct container {
    const char *id;      /* 64 hex digits */
    const char *name;    /* without the leading slash */
    const char *image;   /* repotag */
    const char *network; /* NetworkMode; may name a network that does not exist */
    const char *address; /* fixed IPv4 address asked for, NULL when none */
    const struct value *body;
    enum container_state state;
    bool disconnected; /* from its network, by force */
    int exit_code;
    int64_t created_ms;
    int64_t started_ms;                /* 0: never */
    struct container_details *details; /* of a whole engine (fakes/docker/whole.h); NULL on a lean one */
    const struct value *listed;        /* its entry in the last answers to containers.list; NULL once it changed */
};

struct docker_network {
    const char *id;
    const char *name;
    const char *subnet; /* "172.23.5.0/24" */
    const char *gateway;
    struct docker_network_details *details; /* of a whole engine; NULL on a lean one */
};

/* How a whole engine was started and what it finds; all zero: as usual. */
struct docker_whole_options {
    const struct value *scripts;    /* what the scenario says of processes (fakes/docker/process.h), an array or NULL */
    const struct value *registries; /* whose content the scenario says (fakes/docker/registries.h), an array or NULL */
    bool no_bridge;                 /* dockerd --bridge=none: there is no network `bridge` */
};

/* Who answers in place of the fake: a real Engine (sim/live/). It must keep the fake in step, which oracles and other
 * fakes look at: docker_engine_answer(). */
struct docker_backend {
    void (*apply)(struct docker_backend *backend, struct docker_engine *engine, struct effect *effect,
                  struct arena *answers);
};

struct docker_engine {
    struct world *world;
    struct docker_backend *backend; /* NULL: the fake answers */
    struct container *containers;   /* in order of creation; lists show the newest first */
    uint32_t container_count, container_size;
    struct name_index container_names;
    struct docker_network *networks;
    uint32_t network_count, network_size;
    struct name_index network_names, network_subnets;
    const char **images; /* repotags present */
    uint32_t image_count, image_size;
    struct docker_whole *whole; /* NULL: a lean engine, which shows what FluxOS reads */
    const struct value *list_all,
        *list_running; /* the last answers to containers.list; NULL once a container changed */
};

void docker_engine_init(struct docker_engine *engine, struct world *world);
void docker_engine_apply(struct docker_engine *engine, struct effect *effect, struct arena *answers);
/* The same, by the fake alone. */
void docker_engine_answer(struct docker_engine *engine, struct effect *effect, struct arena *answers);
/* From now on the engine shows and does all that a real one does; containers, networks and images that it has stay.
 * Once only. What `options` leads to is copied; NULL: all as by default. */
void docker_engine_make_whole(struct docker_engine *engine, const struct docker_whole_options *options);
/* When something happens in the engine by itself (INT64_MAX: never; always so on a lean one), and making happen what is
 * due at world->now_ms: the owner of time calls both. */
int64_t docker_engine_next_ms(struct docker_engine *engine);
void docker_engine_pass(struct docker_engine *engine);
uint64_t docker_engine_hash(const struct docker_engine *engine); /* world_hash() */

/* ---- building and looking (scenario loader, oracles, expectations) --------------------------------------------- */

/* All strings are copied. The network need not exist. `body` may be NULL. NULL is returned when the name is taken. */
struct container *docker_engine_add_container(struct docker_engine *engine, const char *name, const char *image,
                                              const char *network, const char *address, enum container_state state,
                                              const struct value *body);
/* false when the name or subnet is taken. `subnet` NULL: the next free 172.23.n.0/24. */
bool docker_engine_add_network(struct docker_engine *engine, const char *name, const char *subnet);
void docker_engine_add_image(struct docker_engine *engine, const char *repotag);
void docker_engine_drop_image(struct docker_engine *engine, const char *repotag); /* nothing, when it is not there */
/* 12 hex digits that stand for a lean engine's image's id: the same reference, the same id. */
const char *docker_engine_image_id(const char *repotag, struct arena *arena);
struct container *docker_engine_container(struct docker_engine *engine, const char *name);
const struct docker_network *docker_engine_network(const struct docker_engine *engine, const char *name);
const char *container_state_name(enum container_state state); /* "created", "running", "exited" */

/* ---- what happens to an engine without FluxOS (actors of the world) -------------------------------------------- */

/* Each returns false when there is no such object, or it is in no state for that. */
bool docker_engine_start_container(struct docker_engine *engine, const char *name);
bool docker_engine_stop_container(struct docker_engine *engine, const char *name);
bool docker_engine_remove_container(struct docker_engine *engine, const char *name); /* with force */
bool docker_engine_remove_network(struct docker_engine *engine, const char *name);
/* The engine (or the host) restarts: running containers exit, those with a restart policy other than `no` start again.
 */
void docker_engine_restart(struct docker_engine *engine);

/* ---- for fakes/docker/: changes of state ----------------------------------------------------------------------- */

/* It runs; it has ended. Asserted: it did not, it did; its network exists. */
void docker_engine_set_running(struct docker_engine *engine, struct container *container);
void docker_engine_set_exited(struct docker_engine *engine, struct container *container, int exit_code);
/* It goes, whatever its state: pointers to containers are void. */
void docker_engine_remove_existing(struct docker_engine *engine, struct container *container);
/* Another name, which is free. */
void docker_engine_rename(struct docker_engine *engine, struct container *container, const char *name);
/* Something that lists show of it has changed. NULL: one came or went. */
void docker_engine_container_changed(struct docker_engine *engine, struct container *container);
/* Whether an Engine has this network by itself, so that the name is given to no other. */
bool docker_engine_network_is_predefined(const char *name);

#endif
