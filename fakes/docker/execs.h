/* Executions inside running containers (docker exec). */
#ifndef DRYDOCK_FAKES_DOCKER_EXECS_H
#define DRYDOCK_FAKES_DOCKER_EXECS_H

#include "fakes/docker/logs.h"

struct process;
struct container;
struct docker_engine;

/* What a client that comes too late is told. */
enum { DOCKER_EXEC_RAN = 1, DOCKER_EXEC_RUNS = 2 };

struct docker_exec {
    const char *id;
    const char *container;     /* its id */
    const struct value *asked; /* ExecConfig: as it was created */
    struct process *process;   /* while it runs */
    struct docker_logs output;
    int exit_code;
    int pid;
    int64_t finished_ms;
    bool started, running, detached;
};

struct docker_execs {
    struct docker_exec *all;
    uint32_t count, size;
    uint32_t running;
    int pid;                     /* the last that was given */
    const struct value *silence; /* a script that ends at once; NULL: not needed yet */
};

int64_t docker_execs_next_ms(const struct docker_engine *engine);
void docker_execs_pass(struct docker_engine *engine);
/* A container has exited: what ran in it is over. */
void docker_execs_end(struct docker_engine *engine, const struct container *container);
/* A container is removed: its executions are unknown from now on. */
void docker_execs_forget(struct docker_engine *engine, const struct container *container);
/* Those that ended long ago are unknown from now on (moby daemon/exec.go: execCommandGC). */
void docker_execs_drop_old(struct docker_engine *engine);
/* A container is paused, or no longer: what runs in it, too. */
void docker_execs_pause(struct docker_engine *engine, const struct container *container, bool pause);
/* Why it is not started once more: DOCKER_EXEC_RAN, DOCKER_EXEC_RUNS. */
const char *docker_exec_started(struct arena *arena, const char *id, uint32_t state);
/* NULL: there is none of this id. */
struct docker_exec *docker_exec_find(struct docker_engine *engine, const char *id);

#endif
