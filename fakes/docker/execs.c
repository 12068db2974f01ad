#include "fakes/docker/execs.h"

#include "fakes/docker/handlers.h"
#include "fakes/docker/process.h"
#include "fakes/docker/whole.h"
#include "fakes/world.h"

#include <signal.h>
#include <string.h>

enum { SIGNALS_MAX = 8, INIT_PID = 1, KILLED = 128 + SIGKILL };

/* ---- the table ----------------------------------------------------------------------------------------------------
 */

struct docker_exec *docker_exec_find(struct docker_engine *engine, const char *id)
{
    struct docker_execs *execs = &engine->whole->execs;

    for (uint32_t i = 0; id != NULL && i < execs->count; i++) {
        if (strcmp(execs->all[i].id, id) == 0) {
            return &execs->all[i];
        }
    }
    return NULL;
}

static struct container *container_of(struct docker_engine *engine, const struct docker_exec *exec)
{
    struct container *container = NULL;

    (void)docker_logs_find(engine, exec->container, &container);
    return container;
}

static void free_process(struct docker_engine *engine, struct docker_exec *exec)
{
    if (exec->process != NULL) {
        process_free(exec->process);
        pool_give(&engine->whole->pool, exec->process, sizeof *exec->process);
        exec->process = NULL;
    }
}

/* It has ended with exec->exit_code. */
static void finish(struct docker_engine *engine, struct docker_exec *exec, int exit_code)
{
    const struct container *container = container_of(engine, exec);
    struct arena *scratch = &engine->whole->scratch;

    free_process(engine, exec);
    exec->running = false;
    exec->exit_code = exit_code;
    exec->finished_ms = engine->world->now_ms;
    engine->whole->execs.running--;
    if (container != NULL) {
        docker_event_of_container(engine, container, "exec_die",
                                  OBJECT(scratch, {"execID", value_string(scratch, exec->id)},
                                         {"exitCode", value_format(scratch, "%d", exit_code)}));
    }
}

static void remove_at(struct docker_engine *engine, uint32_t index)
{
    struct docker_execs *execs = &engine->whole->execs;

    docker_logs_clear(&engine->whole->pool, &execs->all[index].output);
    execs->count--;
    memmove(&execs->all[index], &execs->all[index + 1], (execs->count - index) * sizeof execs->all[0]);
}

void docker_execs_end(struct docker_engine *engine, const struct container *container)
{
    struct docker_execs *execs = &engine->whole->execs;

    for (uint32_t i = execs->count; i > 0; i--) {
        struct docker_exec *exec = &execs->all[i - 1];

        if (strcmp(exec->container, container->id) != 0) {
            continue;
        }
        if (exec->running) {
            finish(engine, exec, KILLED);
        } else if (!exec->started) {
            remove_at(engine, i - 1);
        }
    }
}

void docker_execs_forget(struct docker_engine *engine, const struct container *container)
{
    struct docker_execs *execs = &engine->whole->execs;

    docker_execs_end(engine, container);
    for (uint32_t i = execs->count; i > 0; i--) {
        if (strcmp(execs->all[i - 1].container, container->id) == 0) {
            remove_at(engine, i - 1);
        }
    }
}

void docker_execs_drop_old(struct docker_engine *engine)
{
    enum { KEPT_MS = 600000 };
    struct docker_execs *execs = &engine->whole->execs;

    for (uint32_t i = execs->count; i > 0; i--) {
        const struct docker_exec *exec = &execs->all[i - 1];

        if (exec->started && !exec->running && engine->world->now_ms - exec->finished_ms >= KEPT_MS) {
            remove_at(engine, i - 1);
        }
    }
}

void docker_execs_pause(struct docker_engine *engine, const struct container *container, bool pause)
{
    struct docker_execs *execs = &engine->whole->execs;

    for (uint32_t i = 0; i < execs->count; i++) {
        struct docker_exec *exec = &execs->all[i];

        if (!exec->running || strcmp(exec->container, container->id) != 0) {
            continue;
        }
        if (pause) {
            process_pause(exec->process, engine->world->now_ms);
        } else {
            process_unpause(exec->process, engine->world->now_ms);
        }
    }
}

/* ---- time ---------------------------------------------------------------------------------------------------------
 */

int64_t docker_execs_next_ms(const struct docker_engine *engine)
{
    const struct docker_execs *execs = &engine->whole->execs;
    int64_t next = INT64_MAX;

    for (uint32_t i = 0; execs->running > 0 && i < execs->count; i++) {
        int64_t its = execs->all[i].running ? process_next_ms(execs->all[i].process) : INT64_MAX;

        next = its < next ? its : next;
    }
    return next;
}

/* What executions do to the containers that they are in: it happens after all of them had their pass, because the end
 * of a container is the end of its executions. */
struct signals {
    struct {
        const char *container;
        int number;
    } all[SIGNALS_MAX];
    uint32_t count;
};

struct pass {
    struct docker_engine *engine;
    struct docker_exec *exec;
    struct signals *signals;
};

static void on_output(void *context, int64_t ms, enum process_stream stream, const char *bytes, size_t length)
{
    const struct pass *pass = context;

    (void)ms;
    if (!pass->exec->detached) {
        docker_logs_add(&pass->engine->whole->pool, &pass->exec->output, pass->engine->world->now_ms, 0,
                        stream == PROCESS_STDERR ? DOCKER_STDERR : DOCKER_STDOUT, bytes, length);
    }
}

static bool on_kill(void *context, int pid, int number)
{
    const struct pass *pass = context;
    struct signals *signals = pass->signals;

    if (pid == INIT_PID && signals->count < SIGNALS_MAX) {
        signals->all[signals->count].container = pass->exec->container;
        signals->all[signals->count++].number = number;
    }
    return pid == INIT_PID;
}

void docker_execs_pass(struct docker_engine *engine)
{
    struct docker_execs *execs = &engine->whole->execs;
    struct signals signals = {.count = 0};

    for (uint32_t i = 0; execs->running > 0 && i < execs->count; i++) {
        struct docker_exec *exec = &execs->all[i];
        struct pass pass = {engine, exec, &signals};
        const struct process_io io = {&pass, on_output, on_kill};

        if (exec->running) {
            process_pass(exec->process, engine->world->now_ms, &io);
            if (exec->process->state == PROCESS_EXITED) {
                finish(engine, exec, exec->process->exit_code);
            }
        }
    }
    for (uint32_t i = 0; i < signals.count; i++) {
        struct container *container = NULL;

        (void)docker_logs_find(engine, signals.all[i].container, &container);
        if (container != NULL && container->state == CONTAINER_RUNNING && signals.all[i].number > 0) {
            docker_container_signal(engine, container, signals.all[i].number);
        }
    }
}

/* ---- its stream ---------------------------------------------------------------------------------------------------
 */

const char *docker_exec_started(struct arena *arena, const char *id, uint32_t state)
{
    return arena_printf(arena, "Error: Exec command %s %s", id,
                        state == DOCKER_EXEC_RUNS ? "is already running" : "has already run");
}

/* position: the number of the last entry that was given. run: DOCKER_EXEC_RAN, DOCKER_EXEC_RUNS: it is said in place of
 * the output. */
enum docker_stream_state docker_exec_next(struct docker_engine *engine, struct docker_stream *stream,
                                          struct arena *arena, struct docker_chunk *chunk)
{
    struct docker_exec *exec = docker_exec_find(engine, stream->subject);

    if (stream->run != 0) {
        const char *message = arena_printf(arena, "%s\r\n", docker_exec_started(arena, stream->subject, stream->run));

        docker_stream_frame(stream, arena, chunk, DOCKER_STDOUT, message, strlen(message));
        return DOCKER_OVER;
    }
    if (exec == NULL) {
        return DOCKER_OVER;
    }
    if (docker_logs_give(&exec->output, stream, arena, chunk)) {
        return DOCKER_MORE;
    }
    if (exec->running) {
        return DOCKER_LATER;
    }
    docker_logs_clear(&engine->whole->pool, &exec->output);
    return DOCKER_OVER;
}
