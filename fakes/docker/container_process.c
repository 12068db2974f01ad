/* A container's first process (process.h): what it is, and what its doings mean for the container. */
#include "fakes/docker/container_parts.h"
#include "fakes/docker/process.h"
#include "fakes/world.h"

#include <string.h>

enum { MESSAGE_SIZE = 512, PID_FIRST = 1000 };

/* ---- what it is
 * -------------------------------------------------------------------------------------------------------------------
 */

const struct value *container_script(const struct docker_engine *engine, const struct container *container)
{
    const struct value *scripts = engine->whole->scripts;

    for (uint32_t i = 0; i < value_count(scripts); i++) {
        const struct value *script = value_at(scripts, i);
        const char *name = value_get_text(script, "container");
        const char *image = value_get_text(script, "image");

        if ((name == NULL || strcmp(name, container->name) == 0) &&
            (image == NULL || strcmp(image, container->image) == 0)) {
            return script;
        }
    }
    return NULL;
}

/* Whether a script says something of the process, and not only of the container's health. */
static bool tells_of_process(const struct value *script)
{
    static const char *const members[] = {"exitCode", "after", "oomKilled", "output", "ignores", "onSignal"};

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (value_get(script, members[i]) != NULL) {
            return true;
        }
    }
    return false;
}

bool container_is_small(const struct docker_engine *engine, const struct container *container)
{
    if (strstr(container->image, "busybox") != NULL) {
        return true;
    }
    const struct docker_image *image = docker_image_find(engine, container->details->image_id);

    for (uint32_t i = 0; image != NULL && i < value_count(image->tags); i++) {
        if (strstr(value_text(value_at(image->tags, i)), "busybox") != NULL) {
            return true;
        }
    }
    return false;
}

const char *const *container_texts(struct arena *arena, const struct value *first, const struct value *second)
{
    uint32_t firsts = value_count(first), all = firsts + value_count(second);
    const char **texts = arena_alloc(arena, (all + 1) * sizeof *texts);
    uint32_t count = 0;

    for (uint32_t i = 0; i < all; i++) {
        const char *text = value_text(i < firsts ? value_at(first, i) : value_at(second, i - firsts));

        if (text != NULL) {
            texts[count++] = text;
        }
    }
    return texts;
}

static struct process_spec spec_of(const struct docker_engine *engine, const struct container *container,
                                   struct arena *arena)
{
    const struct value *config = container->details->config;
    const struct value *script = container_script(engine, container);
    const char **argv = arena_alloc(arena, (container_word_count(container) + 1) * sizeof *argv);

    for (uint32_t i = 0; i < container_word_count(container); i++) {
        argv[i] = value_text(container_word(container, i));
    }
    return (struct process_spec){
        .argv = argv,
        .env = container_texts(arena, value_get(config, "Env"), NULL),
        .working_dir = value_get_text(config, "WorkingDir"),
        .hostname = value_get_text(config, "Hostname"),
        .user = value_get_text(config, "User"),
        .tty = value_truthy(value_get(config, "Tty")),
        .open_stdin = value_truthy(value_get(config, "OpenStdin")),
        .runs_unknown = !container_is_small(engine, container),
        .script = tells_of_process(script) ? script : NULL,
    };
}

/* ---- its life
 * -------------------------------------------------------------------------------------------------------------------
 */

int container_can_run(struct docker_engine *engine, struct container *container, struct arena *arena,
                      const char **message)
{
    char text[MESSAGE_SIZE] = "";

    struct process_files *files = container_files(engine, container);
    const struct process_spec spec = spec_of(engine, container, arena);
    int exit_code = spec.script != NULL ? 0 : process_can_start(&spec, files, text, sizeof text);

    *message = arena_string(arena, text);
    return exit_code;
}

void container_process_start(struct docker_engine *engine, struct container *container)
{
    struct docker_containers *containers = &engine->whole->containers;
    struct container_details *details = container->details;

    (void)container_files(engine, container);
    details->process = pool_take(&engine->whole->pool, sizeof *details->process);
    const struct process_spec spec = spec_of(engine, container, &containers->scratch);

    process_start(details->process, &spec, &engine->whole->pool, details->files, engine->world->now_ms);
    arena_reset(&containers->scratch);
    details->pid = PID_FIRST + ++containers->pid;
}

void container_process_end(struct docker_engine *engine, struct container *container)
{
    struct container_details *details = container->details;

    if (details->process != NULL) {
        process_free(details->process);
        pool_give(&engine->whole->pool, details->process, sizeof *details->process);
        details->process = NULL;
    }
    text_free(&engine->whole->pool, &details->input);
    details->input_ended = false;
    details->pid = 0;
}

struct writer {
    struct docker_engine *engine;
    struct container *container;
};

static void write_output(void *context, int64_t ms, enum process_stream stream, const char *bytes, size_t length)
{
    const struct writer *writer = context;

    (void)ms;
    docker_logs_write(writer->engine, writer->container, stream == PROCESS_STDERR ? DOCKER_STDERR : DOCKER_STDOUT,
                      bytes, length);
}

/* Hands over what the process takes of its input; whether it took any, or was told of the end. */
static bool took_input(struct docker_engine *engine, struct container_details *details)
{
    size_t taken = 0;

    if (details->input.length > 0) {
        taken = process_input(details->process, text_string(&details->input), details->input.length);
        text_drop_front(&details->input, taken);
    }
    if (details->input.length > 0 || !details->input_ended) {
        return taken > 0;
    }
    text_free(&engine->whole->pool, &details->input);
    details->input_ended = false;
    process_input_end(details->process);
    return true;
}

void docker_container_input(struct docker_engine *engine, struct container *container, const char *bytes, size_t length)
{
    struct container_details *details = container->details;
    size_t room = CONTAINER_INPUT_MAX - details->input.length;

    text_add(&engine->whole->pool, &details->input, bytes, length < room ? length : room);
    docker_container_due(engine, details);
    if (details->process != NULL) {
        container_process_pass(engine, container);
    }
}

void docker_container_input_end(struct docker_engine *engine, struct container *container)
{
    container->details->input_ended = true;
    docker_container_input(engine, container, "", 0);
}

void container_process_pass(struct docker_engine *engine, struct container *container)
{
    struct process *process = container->details->process;
    struct writer writer = {engine, container};
    const struct process_io io = {.context = &writer, .output = write_output};

    do {
        process_pass(process, engine->world->now_ms, &io);
    } while (process->state == PROCESS_RUNNING && took_input(engine, container->details));
    if (process->state == PROCESS_EXITED) {
        container->details->oom_killed = process->oom_killed;
        if (process->oom_killed) {
            docker_event_of_container(engine, container, "oom", NULL);
        }
        docker_engine_set_exited(engine, container, process->exit_code);
    }
}

void docker_container_signal(struct docker_engine *engine, struct container *container, int signal)
{
    struct container_details *details = container->details;

    if (details->process == NULL) {
        return;
    }
    process_signal(details->process, signal, engine->world->now_ms);
    docker_container_due(engine, details);
    container_process_pass(engine, container);
}

void container_process_pause(struct docker_engine *engine, struct container *container, bool pause)
{
    docker_execs_pause(engine, container, pause);
    docker_container_due(engine, container->details);
    if (pause) {
        process_pause(container->details->process, engine->world->now_ms);
    } else {
        process_unpause(container->details->process, engine->world->now_ms);
    }
}

int64_t container_process_next_ms(const struct container_details *details)
{
    return details->process == NULL ? INT64_MAX : process_next_ms(details->process);
}
