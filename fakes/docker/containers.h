/* What a whole engine (whole.h) knows of a container beside its state, and what happens to containers by themselves:
 * processes end, health checks run, restart policies act.
 *
 * The state of a container is struct container's (docker_engine.h); everything that changes it calls the hooks here, so
 * that logs, addresses, events and processes follow, whoever did it: a client, FluxOS, an actor of the world.
 */
#ifndef DRYDOCK_FAKES_DOCKER_CONTAINERS_H
#define DRYDOCK_FAKES_DOCKER_CONTAINERS_H

#include "fakes/docker/container_config.h"
#include "fakes/docker/logs.h"
#include "fakes/docker/networks.h"
#include "fakes/docker_engine.h"

struct process;
struct process_files;
struct docker_request;

enum docker_health { HEALTH_NONE, HEALTH_STARTING, HEALTH_HEALTHY, HEALTH_UNHEALTHY };

/* One check of a container's health. */
struct docker_probe {
    int64_t start_ms, end_ms;
    int exit_code;
    const char *output; /* in world->memory, of a scenario; "" */
};

enum { PROBES_KEPT = 5 }; /* moby daemon/health.go: maxLogEntries */

struct docker_health_state {
    enum docker_health status;
    uint32_t failing_streak;
    int64_t due_ms; /* the next check; INT64_MAX: none */
    uint32_t count; /* checks since it was started; the last PROBES_KEPT of them are probes[i % PROBES_KEPT] */
    struct docker_probe probes[PROBES_KEPT];
};

/* Its entry in lists as JSON text, but for what changes with time. */
struct docker_listing {
    char *text;
    uint32_t length, size; /* length 0: to be made */
    uint32_t sizes_at;     /* where SizeRw and SizeRootFs go */
    uint32_t status_at;    /* where the text of its status goes */
};

struct container_details {
    const struct value *config;      /* the members of Config that differ from their fallbacks (container_config.h) */
    const struct value *host_config; /* the same of HostConfig */
    const struct value *mounts;      /* Mounts; NULL: none */
    const char *image_id;            /* "sha256:…" */
    const char *image_tag;           /* the tag by which it was asked for; NULL: by id */
    struct process *process;         /* while it runs, else NULL; in the pool */
    struct process_files *files;     /* what its processes see, from its first start on; in the pool */
    struct text input;               /* what clients sent and its process has not taken yet; in the pool */
    struct docker_logs logs;
    struct docker_endpoints endpoints;
    const char *error; /* State.Error; "" */
    int64_t finished_ms;
    int64_t stop_due_ms;                    /* being stopped: when it is killed; INT64_MAX: not */
    int64_t restart_due_ms;                 /* when its restart policy starts it again; INT64_MAX: not */
    int64_t restart_delay_ms;               /* the last one: it doubles with each restart in a row */
    uint32_t restart_count;                 /* since a client started it */
    uint32_t starts;                        /* how often it was started: a waiter knows its run by it */
    int64_t due_ms;                         /* when something is due, as far as the clock has looked */
    struct container_details *next_touched; /* of docker_clock.touched */
    int pid;                                /* 0: it does not run */
    struct docker_health_state *health;     /* NULL: it has no health check */
    struct docker_listing listing;
    bool paused, oom_killed, dead;
    bool restarting;      /* it has exited, and its policy will start it again */
    bool stopped_by_hand; /* a restart policy leaves it alone until it is started */
    bool stopping;        /* a client waits for its end, which is then a "stop" */
    bool start_again;     /* it is started once it has stopped */
    bool removing;        /* AutoRemove, once it has exited */
    bool is_touched;      /* it is among docker_clock.touched */
    bool input_ended;     /* nothing comes after `input` */
    bool has_files;       /* it came as far as having a hostname file and a log */
};

/* The exit code of a container that is gone, for who waited for that. */
struct docker_departed {
    const char *id;
    int exit_code;
};

enum { DEPARTED_KEPT = 64, LISTS_KEPT = 2 };

/* An answer to GET /containers/json, kept until something changes or time makes another of it. */
struct docker_kept_list {
    char *text;
    size_t length, size;
    int64_t until_ms; /* 0: none is kept */
};

/* When the next thing happens to any container by itself (container_clock.c). */
struct docker_clock {
    int64_t due_ms;
    bool is_old;                       /* due_ms may be later by now */
    struct container_details *touched; /* those whose due_ms may be another */
};

struct docker_containers {
    struct docker_clock clock;
    struct config_fallbacks fallbacks;
    struct arena scratch; /* within one call here */
    char *bench;          /* LISTING_BENCH bytes, in which entries of lists are put together */
    struct docker_departed departed[DEPARTED_KEPT];
    uint64_t departed_count;
    struct docker_kept_list lists[LISTS_KEPT]; /* the running ones, all */
    int pid;                                   /* the last that was given */
    const struct value *last_body;             /* of the last that came; NULL: none did */
    struct docker_request *creating;           /* whose container is being added; NULL: nobody's */
};

void docker_containers_init(struct docker_engine *engine);

/* ---- hooks of docker_engine_containers.c: nothing on a lean engine -------------------------------------------- */

/* The body of a container that is to come, in world->memory. What is as in the last one's is kept once: apps are much
 * alike, and a container that is made again is as it was. */
const struct value *docker_container_keep_body(struct docker_engine *engine, const struct value *body);
/* A container has come: details are made of its body. */
void docker_container_added(struct docker_engine *engine, struct container *container);
/* It runs now; it has ended with container->exit_code; it goes. */
void docker_container_started(struct docker_engine *engine, struct container *container);
void docker_container_exited(struct docker_engine *engine, struct container *container);
void docker_container_leaves(struct docker_engine *engine, struct container *container);
/* What a list shows of it has changed; NULL: one came or went. */
void docker_container_changed(struct docker_engine *engine, struct container *container);

/* The engine was stopped, and with it every container with this exit code, and is there again: policies act at once. */
void docker_containers_engine_restarted(struct docker_engine *engine, int exit_code);

/* ---- time ------------------------------------------------------------------------------------------------------- */

/* When something happens to a container by itself, and making happen what is due now. */
int64_t docker_containers_next_ms(struct docker_engine *engine);
void docker_containers_pass(struct docker_engine *engine);
/* When something is next due for a container may have changed: its process got input, a deadline was set. */
void docker_container_due(struct docker_engine *engine, struct container_details *details);

/* What lists show of every container may have changed: names of images, of networks. */
void docker_containers_forget_lists(struct docker_engine *engine);

/* ---- for the other parts ---------------------------------------------------------------------------------------- */

/* "running", "paused", "restarting", "exited", "created", "dead", "removing". */
const char *docker_container_status(const struct container *container);
/* "Up 3 minutes (healthy)", "Exited (0) 2 hours ago". Text in `arena`. */
const char *docker_container_status_text(const struct docker_engine *engine, const struct container *container,
                                         struct arena *arena);
/* RFC 3339 with nanoseconds as Go writes it, "0001-01-01T00:00:00Z" for 0 ms. */
const char *docker_time(struct arena *arena, int64_t ms);
const char *docker_time_us(struct arena *arena, int64_t us);
/* The same without a fraction. */
const char *docker_time_to_seconds(struct arena *arena, int64_t ms);
/* Seconds since the epoch, as a number without a fraction. */
const struct value *docker_unix_seconds(struct arena *arena, int64_t ms);
/* Whether it counts as running: it does so between an exit and its restart. */
bool docker_container_is_up(const struct container *container);
/* A member of its configuration, with what the Engine takes where nothing was said; NULL: left out. */
const struct value *docker_container_config(const struct docker_engine *engine, const struct container *container,
                                            enum config_member member);
/* Bytes for the standard input of its process, kept until that takes them: it may be yet to start. What is more than
 * CONTAINER_INPUT_MAX is lost. */
enum { CONTAINER_INPUT_MAX = 1 << 20 };
void docker_container_input(struct docker_engine *engine, struct container *container, const char *bytes,
                            size_t length);
void docker_container_input_end(struct docker_engine *engine, struct container *container);
/* Sends a signal to a running container's first process. */
void docker_container_signal(struct docker_engine *engine, struct container *container, int signal);

#endif
