/* Requests about executions (moby daemon/exec.go, api/server/router/container/exec.go). */
#include "fakes/docker/container_parts.h"
#include "fakes/docker/execs.h"
#include "fakes/docker/handlers.h"
#include "fakes/docker/process.h"
#include "fakes/docker/terminal_request.h"
#include "fakes/docker/whole.h"
#include "fakes/world.h"

#include <string.h>

enum { EXIT_CANNOT_RUN = 126, PID_FIRST = 20000, MESSAGE_SIZE = 512 };

/* ---- create -------------------------------------------------------------------------------------------------------
 */

/* "exec_create: echo hi", with the execution's id. */
static void note(struct docker_request *request, const struct container *container, const struct docker_exec *exec,
                 const char *action)
{
    struct arena *arena = request->answers;
    const struct value *command = value_get(exec->asked, "Cmd");
    const char *text = arena_printf(arena, "%s:", action);

    for (uint32_t i = 0; i < value_count(command); i++) {
        const char *word = value_text(value_at(command, i));

        text = arena_printf(arena, "%s %s", text, word == NULL ? "" : word);
    }
    docker_event_of_container(request->engine, container, text,
                              OBJECT(arena, {"execID", value_string(arena, exec->id)}));
}

static const char *go_kind(const struct value *value)
{
    switch (value->kind) {
    case VALUE_BOOL:
        return "bool";
    case VALUE_NUMBER:
        return "number";
    case VALUE_OBJECT:
        return "object";
    default:
        return "string";
    }
}

static bool is_body_valid(struct docker_request *request, const struct value *body)
{
    const struct value *command = value_get(body, "Cmd");

    if (body == NULL) {
        effect_fail(request->effect, request->answers, 400, NULL, "got EOF while reading request body");
    } else if (command != NULL && !value_is(command, VALUE_ARRAY) && !value_is(command, VALUE_NULL)) {
        effect_fail(request->effect, request->answers, 400, NULL,
                    "json: cannot unmarshal %s into Go struct field ExecConfig.Cmd of type []string", go_kind(command));
    } else if (value_count(command) == 0) {
        effect_fail(request->effect, request->answers, 400, NULL, "No exec command specified");
    }
    return request->effect->error == NULL;
}

/* Whether something can be executed in it; else the error is set. */
static bool is_active(struct docker_request *request, const struct container *container, const char *name)
{
    if (container->state != CONTAINER_RUNNING && !container->details->restarting) {
        effect_fail(request->effect, request->answers, 409, NULL, "Container %s is not running", container->id);
    } else if (container->details->paused) {
        effect_fail(request->effect, request->answers, 409, NULL,
                    "Container %s is paused, unpause the container before exec", name);
    } else if (container->details->restarting) {
        effect_fail(request->effect, request->answers, 409, NULL,
                    "Container %s is restarting, wait until the container is running", container->id);
    }
    return request->effect->error == NULL;
}

/* A body that outlives the request: the same as another execution's, where there is such a one. */
static const struct value *kept_body(struct docker_engine *engine, const struct value *body)
{
    const struct docker_execs *execs = &engine->whole->execs;

    for (uint32_t i = 0; i < execs->count; i++) {
        if (value_equal(execs->all[i].asked, body)) {
            return execs->all[i].asked;
        }
    }
    return value_copy(engine->world->memory, body);
}

void docker_exec_create(struct docker_request *request)
{
    struct docker_engine *engine = request->engine;
    struct docker_execs *execs = &engine->whole->execs;
    const struct value *body = value_get(request->effect->args, "body");
    const char *keys = value_get_text(body, "DetachKeys");
    struct container *container;

    if (!is_body_valid(request, body) || (container = docker_find_container(request)) == NULL ||
        !is_active(request, container, docker_parameter(request, "container"))) {
        return;
    }
    if (keys != NULL && !docker_detach_keys_valid(keys)) {
        effect_fail(request->effect, request->answers, 500, NULL, "Invalid escape keys (%s) provided", keys);
        return;
    }
    docker_execs_drop_old(engine);
    const struct value *asked = kept_body(engine, body);
    struct docker_exec *exec =
        table_add(engine->world->memory, (void **)&execs->all, &execs->count, &execs->size, sizeof *exec);

    *exec = (struct docker_exec){
        .id = world_new_id(engine->world, "exec", container->name), .container = container->id, .asked = asked};
    note(request, container, exec, "exec_create");
    request->effect->result = OBJECT(request->answers, {"Id", value_string(request->answers, exec->id)});
}

/* ---- start --------------------------------------------------------------------------------------------------------
 */

/* The execution that a request names; NULL after a 404 was set. */
static struct docker_exec *find(struct docker_request *request)
{
    const char *id = docker_parameter(request, "exec");
    struct docker_exec *exec = docker_exec_find(request->engine, id);

    if (exec == NULL) {
        effect_fail(request->effect, request->answers, 404, NULL, "No such exec instance: %s", id);
    }
    return exec;
}

static const char *text_or(const char *text, const char *otherwise)
{
    return text == NULL || text[0] == '\0' ? otherwise : text;
}

static struct process_spec spec_of(const struct container *container, const struct docker_exec *exec,
                                   struct arena *arena)
{
    const struct value *config = container->details->config;

    return (struct process_spec){
        .argv = container_texts(arena, value_get(exec->asked, "Cmd"), NULL),
        .env = container_texts(arena, value_get(config, "Env"), value_get(exec->asked, "Env")),
        .working_dir = text_or(value_get_text(exec->asked, "WorkingDir"), value_get_text(config, "WorkingDir")),
        .hostname = value_get_text(config, "Hostname"),
        .user = text_or(value_get_text(exec->asked, "User"), value_get_text(config, "User")),
        .tty = value_truthy(value_get(exec->asked, "Tty")),
        .open_stdin = value_truthy(value_get(exec->asked, "AttachStdin")),
        .is_exec = true,
    };
}

/* Why an execution cannot be run, as the Engine says it; NULL: it can. */
static const char *hindrance(const struct container *container, const struct process_spec *spec, struct arena *arena)
{
    char message[MESSAGE_SIZE];
    const char *no_user = container_no_user(container->details->files, spec->user, arena);

    if (no_user != NULL) {
        return no_user;
    }
    if (process_can_start(spec, container->details->files, message, sizeof message) != 0) {
        return arena_printf(arena, "OCI runtime exec failed: exec failed: %s", message);
    }
    return NULL;
}

/* In an image that is not known, a program that is not known ends at once, with nothing said. */
static const struct value *silence(struct docker_engine *engine)
{
    struct docker_execs *execs = &engine->whole->execs;
    struct arena *memory = engine->world->memory;

    if (execs->silence == NULL) {
        execs->silence = OBJECT(memory, {"after", value_number(memory, 0)}, {"exitCode", value_number(memory, 0)});
    }
    return execs->silence;
}

/* Runs it; NULL, or why it cannot be. */
static const char *run(struct docker_request *request, const struct container *container, struct docker_exec *exec)
{
    struct docker_engine *engine = request->engine;
    struct docker_execs *execs = &engine->whole->execs;
    struct process_files *files = container->details->files;
    struct process_spec spec = spec_of(container, exec, request->answers);
    const char *message = files == NULL ? "" : hindrance(container, &spec, request->answers);

    exec->started = true;
    if (message != NULL && container_is_small(engine, container)) {
        exec->exit_code = EXIT_CANNOT_RUN;
        exec->finished_ms = engine->world->now_ms;
        return message;
    }
    if (message != NULL) {
        spec.script = silence(engine);
    }
    exec->pid = PID_FIRST + ++execs->pid;
    exec->running = true;
    execs->running++;
    exec->process = pool_take(&engine->whole->pool, sizeof *exec->process);
    process_start(exec->process, &spec, &engine->whole->pool, files, engine->world->now_ms);
    return NULL;
}

/* What a client that stays is given: the output, or what is said in place of it (DOCKER_EXEC_RAN …; 0: nothing). */
static void give_stream(struct docker_request *request, const struct docker_exec *exec, uint32_t said, bool failed)
{
    bool has_terminal = value_truthy(value_get(exec->asked, "Tty"));

    request->reply->content_type = "application/vnd.docker.raw-stream";
    request->reply->stream = (struct docker_stream){
        .kind = DOCKER_STREAM_EXEC,
        .subject = exec->id,
        .run = said,
        .takes_in = said == 0 && value_truthy(value_get(exec->asked, "AttachStdin")),
        .gives_out = failed || has_terminal || value_truthy(value_get(exec->asked, "AttachStdout")),
        .gives_err = value_truthy(value_get(exec->asked, "AttachStderr")),
        .raw = value_truthy(value_get(value_get(request->effect->args, "body"), "Tty")),
        .input = true,
    };
}

/* Errors of one that is attached are the output of the process. */
static void write_error(struct docker_engine *engine, struct docker_exec *exec, const char *message)
{
    static const char end[] = "\r\n";

    docker_logs_add(&engine->whole->pool, &exec->output, engine->world->now_ms, 0, DOCKER_STDOUT, message,
                    strlen(message));
    docker_logs_add(&engine->whole->pool, &exec->output, engine->world->now_ms, 0, DOCKER_STDOUT, end, strlen(end));
}

void docker_exec_start(struct docker_request *request)
{
    const struct value *body = value_get(request->effect->args, "body");
    struct container *container = NULL;
    struct docker_exec *exec;

    if (body == NULL) {
        effect_fail(request->effect, request->answers, 400, NULL, "got EOF while reading request body");
        return;
    }
    exec = find(request);
    if (exec == NULL) {
        return;
    }
    (void)docker_logs_find(request->engine, exec->container, &container);
    if (!is_active(request, container, container->id)) {
        return;
    }
    bool detached = value_truthy(value_get(body, "Detach"));
    uint32_t said = exec->running ? DOCKER_EXEC_RUNS : exec->started ? DOCKER_EXEC_RAN : 0;

    if (said != 0 && detached) {
        effect_fail(request->effect, request->answers, 409, NULL, "%s",
                    docker_exec_started(request->answers, exec->id, said));
        return;
    }
    if (said != 0) {
        give_stream(request, exec, said, false);
        return;
    }
    exec->detached = detached;
    note(request, container, exec, "exec_start");
    const char *message = run(request, container, exec);

    if (detached && message != NULL) {
        effect_fail(request->effect, request->answers, 400, NULL, "%s", message);
    } else if (!detached) {
        if (message != NULL) {
            write_error(request->engine, exec, message);
        }
        give_stream(request, exec, 0, message != NULL);
    }
}

/* ---- inspect, resize ----------------------------------------------------------------------------------------------
 */

static const struct value *process_config(const struct docker_exec *exec, struct arena *arena)
{
    const struct value *command = value_get(exec->asked, "Cmd");
    const char *user = value_get_text(exec->asked, "User");
    const struct value *arguments = value_empty_array();

    for (uint32_t i = 1; i < value_count(command); i++) {
        arguments = value_append(arena, arguments, value_at(command, i));
    }
    return OBJECT(arena, {"tty", value_bool(value_truthy(value_get(exec->asked, "Tty")))},
                  {"entrypoint", value_at(command, 0)}, {"arguments", arguments},
                  {"privileged", value_bool(value_truthy(value_get(exec->asked, "Privileged")))},
                  {"user", user == NULL || user[0] == '\0' ? NULL : value_string(arena, user)});
}

void docker_exec_inspect(struct docker_request *request)
{
    struct arena *arena = request->answers;
    const struct docker_exec *exec = find(request);

    if (exec == NULL) {
        return;
    }
    bool is_over = exec->started && !exec->running;
    const char *keys = value_get_text(exec->asked, "DetachKeys");

    request->effect->result =
        OBJECT(arena, {"ID", value_string(arena, exec->id)}, {"Running", value_bool(exec->running)},
               {"ExitCode", is_over ? value_number(arena, exec->exit_code) : value_null()},
               {"ProcessConfig", process_config(exec, arena)},
               {"OpenStdin", value_bool(value_truthy(value_get(exec->asked, "AttachStdin")))},
               {"OpenStderr", value_bool(value_truthy(value_get(exec->asked, "AttachStderr")))},
               {"OpenStdout", value_bool(value_truthy(value_get(exec->asked, "AttachStdout")))},
               {"CanRemove", value_bool(false)}, {"ContainerID", value_string(arena, exec->container)},
               {"DetachKeys", value_string(arena, keys == NULL ? "" : keys)}, {"Pid", value_number(arena, exec->pid)});
}

void docker_exec_resize(struct docker_request *request)
{
    uint32_t rows = 0, columns = 0;
    struct docker_exec *exec;

    if (!docker_terminal_size(request, &rows, &columns) || (exec = find(request)) == NULL) {
        return;
    }
    if (!exec->started) {
        effect_fail(request->effect, request->answers, 500, NULL, "timeout waiting for exec session ready");
    } else if (exec->running) {
        process_resize(exec->process, rows, columns);
    }
}
