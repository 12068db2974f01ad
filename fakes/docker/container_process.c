/* A container's first process: what the model of processes (process.h) is told and asked. */
#include "fakes/docker/container_parts.h"
#include "fakes/docker/process.h"
#include "fakes/world.h"

#include <string.h>

enum { SIGNAL_INT = 2, SIGNAL_QUIT = 3, SIGNAL_KILL = 9, SIGNAL_TERM = 15, MESSAGE_SIZE = 512, PID_FIRST = 1000 };

/* An entry of the scenario's: for a container by its name, or for all of an image. */
const struct value *container_script(const struct docker_engine *engine, const struct container *container)
{
    const struct value *scripts = engine->whole->scripts;

    for (uint32_t i = 0; i < value_count(scripts); i++) {
        const struct value *script = value_at(scripts, i);

        if (value_is_text(value_get(script, "container"), container->name) ||
            value_is_text(value_get(script, "image"), container->image)) {
            return script;
        }
    }
    return NULL;
}

/* Whether what an image's programs are is known; in another one unknown programs are services that run for ever. */
static bool is_small_image(const struct container *container)
{
    return strncmp(container->image, "busybox", strlen("busybox")) == 0 ||
           strncmp(container->image, "alpine", strlen("alpine")) == 0;
}

static const char *const *texts_of(struct arena *arena, const struct value *array)
{
    const char **texts = arena_alloc(arena, (value_count(array) + 1) * sizeof *texts);

    for (uint32_t i = 0; i < value_count(array); i++) {
        texts[i] = value_text(value_at(array, i));
    }
    return texts;
}

static const char *const *words_of(struct arena *arena, const struct container *container)
{
    uint32_t count = container_word_count(container);
    const char **words = arena_alloc(arena, (count + 1) * sizeof *words);

    for (uint32_t i = 0; i < count; i++) {
        words[i] = value_text(container_word(container, i));
    }
    return words;
}

static struct process_spec spec_of(const struct docker_engine *engine, const struct container *container,
                                   struct arena *arena)
{
    const struct value *config = container->details->config;

    return (struct process_spec){
        .argv = words_of(arena, container),
        .env = texts_of(arena, value_get(config, "Env")),
        .working_dir = value_get_text(config, "WorkingDir"),
        .hostname = value_get_text(config, "Hostname"),
        .user = value_get_text(config, "User"),
        .tty = value_truthy(value_get(config, "Tty")),
        .open_stdin = value_truthy(value_get(config, "OpenStdin")),
        .script = container_script(engine, container),
    };
}

/* The container's files: made when it is first started. */
static struct process_files *files_of(struct docker_engine *engine, struct container *container)
{
    struct container_details *details = container->details;
    struct pool *pool = &engine->whole->pool;

    if (details->files == NULL) {
        details->files = pool_take(pool, sizeof *details->files);
        process_files_init(details->files, pool);
        details->files->read_only = value_truthy(value_get(details->host_config, "ReadonlyRootfs"));
        details->files->hostname = value_get_text(details->config, "Hostname");
    }
    return details->files;
}

int container_can_run(struct docker_engine *engine, struct container *container, struct arena *arena,
                      const char **message)
{
    struct process_spec spec = spec_of(engine, container, arena);
    char text[MESSAGE_SIZE];

    if (!is_small_image(container) || spec.script != NULL) {
        return 0;
    }
    int exit_code = process_can_start(&spec, files_of(engine, container), text, sizeof text);

    *message = arena_printf(arena, "runc create failed: %s", text);
    return exit_code;
}

void container_process_start(struct docker_engine *engine, struct container *container)
{
    struct container_details *details = container->details;
    struct docker_containers *containers = &engine->whole->containers;
    struct process_spec spec = spec_of(engine, container, &containers->scratch);
    char text[MESSAGE_SIZE];

    details->pid = PID_FIRST + ++containers->pid;
    if (spec.script != NULL || is_small_image(container) ||
        process_can_start(&spec, files_of(engine, container), text, sizeof text) == 0) {
        details->process = pool_take(&engine->whole->pool, sizeof *details->process);
        process_start(details->process, &spec, &engine->whole->pool, files_of(engine, container),
                      engine->world->now_ms);
    }
    arena_reset(&containers->scratch);
}

void container_process_end(struct docker_engine *engine, struct container *container)
{
    struct container_details *details = container->details;

    details->pid = 0;
    if (details->process != NULL) {
        details->oom_killed = details->process->oom_killed;
        process_free(details->process);
        pool_give(&engine->whole->pool, details->process, sizeof *details->process);
        details->process = NULL;
    }
}

void container_process_pause(struct docker_engine *engine, struct container *container, bool pause)
{
    struct process *process = container->details->process;

    if (process != NULL && pause) {
        process_pause(process, engine->world->now_ms);
    } else if (process != NULL) {
        process_unpause(process, engine->world->now_ms);
    }
}

int64_t container_process_next_ms(const struct docker_engine *engine, const struct container *container)
{
    (void)engine;
    return container->details->process == NULL ? INT64_MAX : process_next_ms(container->details->process);
}

struct output {
    struct docker_engine *engine;
    struct container *container;
};

static void on_output(void *context, int64_t ms, enum process_stream stream, const char *bytes, size_t length)
{
    const struct output *output = context;

    (void)ms;
    docker_logs_write(output->engine, output->container, stream == PROCESS_STDERR ? DOCKER_STDERR : DOCKER_STDOUT,
                      bytes, length);
}

void container_process_pass(struct docker_engine *engine, struct container *container)
{
    struct process *process = container->details->process;
    struct output output = {engine, container};
    const struct process_io io = {.context = &output, .output = on_output};

    if (process == NULL) {
        return;
    }
    process_pass(process, engine->world->now_ms, &io);
    if (process->state == PROCESS_EXITED) {
        docker_engine_set_exited(engine, container, process->exit_code);
    }
}

/* A service that nothing is said of shuts down in good order, and knows no other signals. */
static void signal_service(struct docker_engine *engine, struct container *container, int signal)
{
    if (signal == SIGNAL_TERM || signal == SIGNAL_INT || signal == SIGNAL_QUIT ||
        signal == container_stop_signal(container)) {
        docker_engine_set_exited(engine, container, 0);
    }
}

void container_process_signal(struct docker_engine *engine, struct container *container, int signal)
{
    if (signal == SIGNAL_KILL) {
        docker_engine_set_exited(engine, container, 128 + SIGNAL_KILL);
    } else if (container->details->process == NULL) {
        signal_service(engine, container, signal);
    } else {
        process_signal(container->details->process, signal, engine->world->now_ms);
        container_process_pass(engine, container);
    }
}
