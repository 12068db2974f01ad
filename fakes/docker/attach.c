/* Clients at a container's terminal: attach, their input, the terminal's size (moby daemon/attach.go, resize.go). */
#include "fakes/docker/execs.h"
#include "fakes/docker/handlers.h"
#include "fakes/docker/process.h"
#include "fakes/docker/terminal_request.h"
#include "fakes/docker/whole.h"
#include "fakes/world.h"

#include <string.h>

/* ---- what a client asks of a terminal -----------------------------------------------------------------------------
 */

static bool is_detach_key(const char *key, size_t length)
{
    static const char control[] = "abcdefghijklmnopqrstuvwxyz@[\\]^_";

    return length == 1 || (length == strlen("DEL") && strncmp(key, "DEL", length) == 0) ||
           (length == strlen("ctrl-a") && strncmp(key, "ctrl-", length - 1) == 0 &&
            strchr(control, key[length - 1]) != NULL);
}

bool docker_detach_keys_valid(const char *keys)
{
    size_t length = 0;

    for (const char *at = keys; at != NULL && *keys != '\0'; at = at[length] == ',' ? at + length + 1 : NULL) {
        length = strcspn(at, ",");
        if (!is_detach_key(at, length)) {
            return false;
        }
    }
    return true;
}

static bool read_size(struct docker_request *request, const char *name, uint32_t *size)
{
    enum { DIGITS_MAX = 9, DECIMAL = 10 };
    const char *text = docker_parameter(request, name);
    const char *given = text == NULL ? "" : text;
    size_t length = strspn(given, "0123456789");

    *size = 0;
    for (size_t i = 0; i < length && i < DIGITS_MAX; i++) {
        *size = *size * DECIMAL + (uint32_t)(given[i] - '0');
    }
    if (length == 0 || given[length] != '\0') {
        effect_fail(request->effect, request->answers, 400, NULL, "strconv.Atoi: parsing \"%s\": invalid syntax",
                    given);
        return false;
    }
    return true;
}

bool docker_terminal_size(struct docker_request *request, uint32_t *rows, uint32_t *columns)
{
    return read_size(request, "h", rows) && read_size(request, "w", columns);
}

/* ---- input --------------------------------------------------------------------------------------------------------
 */

static void exec_input(struct docker_engine *engine, const struct docker_stream *stream, const char *bytes,
                       size_t length)
{
    size_t taken = 1;

    while (length > 0 && taken > 0) {
        struct docker_exec *exec = docker_exec_find(engine, stream->subject);

        taken = exec == NULL || exec->process == NULL ? 0 : process_input(exec->process, bytes, length);
        bytes += taken;
        length -= taken;
        if (length > 0) {
            docker_engine_pass(engine);
        }
    }
}

/* What an exec's process does not take at once it gets after a pass; what it does not take then is lost. */
void docker_stream_input(struct docker_engine *engine, struct docker_stream *stream, const char *bytes, size_t length)
{
    struct container *container = NULL;

    if (!stream->takes_in) {
        return;
    }
    if (stream->kind == DOCKER_STREAM_EXEC) {
        exec_input(engine, stream, bytes, length);
    } else if (docker_logs_find(engine, stream->subject, &container) != NULL && container != NULL) {
        docker_container_input(engine, container, bytes, length);
    }
}

/* A container's input ends with its first client's only if it was created so (StdinOnce). */
void docker_stream_input_end(struct docker_engine *engine, struct docker_stream *stream)
{
    struct container *container = NULL;

    if (!stream->takes_in) {
        return;
    }
    if (stream->kind == DOCKER_STREAM_EXEC) {
        struct docker_exec *exec = docker_exec_find(engine, stream->subject);

        if (exec != NULL && exec->process != NULL) {
            process_input_end(exec->process);
        }
        return;
    }
    (void)docker_logs_find(engine, stream->subject, &container);
    if (container != NULL && value_truthy(value_get(container->details->config, "StdinOnce"))) {
        docker_container_input_end(engine, container);
    }
    stream->done = !stream->gives_out && !stream->gives_err;
}

/* ---- attach -------------------------------------------------------------------------------------------------------
 */

/* Whether the run that a client is attached to has not ended: it may be yet to begin. */
static bool goes_on(const struct docker_stream *stream, const struct container *container)
{
    return container != NULL && stream->run != 0 &&
           (container->details->starts < stream->run ||
            (container->details->starts == stream->run && container->state == CONTAINER_RUNNING));
}

/* position: the number of the last entry that was given. run: 0: only what was there at the request. */
enum docker_stream_state docker_attach_next(struct docker_engine *engine, struct docker_stream *stream,
                                            struct arena *arena, struct docker_chunk *chunk)
{
    struct container *container = NULL;
    const struct docker_logs *logs = docker_logs_find(engine, stream->subject, &container);

    if (logs == NULL) {
        return DOCKER_OVER;
    }
    if (docker_logs_give(logs, stream, arena, chunk)) {
        return DOCKER_MORE;
    }
    return goes_on(stream, container) && (stream->gives_out || stream->gives_err || stream->takes_in) ? DOCKER_LATER
                                                                                                      : DOCKER_OVER;
}

static const char raw_stream[] = "application/vnd.docker.raw-stream";

/* Errors of attach are a text in the stream's own type. */
static void fail_attach(struct docker_request *request, int status, const char *message)
{
    request->effect->error = NULL;
    request->effect->result = value_null();
    request->reply->status = status;
    request->reply->text = arena_printf(request->answers, "%s\r\n", message);
    request->reply->text_length = strlen(request->reply->text);
    request->reply->content_type = raw_stream;
}

/* The container to attach to; NULL after the error was set. */
static struct container *find_to_attach(struct docker_request *request)
{
    const char *keys = docker_parameter(request, "detachKeys");
    struct container *container;

    if (keys != NULL && !docker_detach_keys_valid(keys)) {
        fail_attach(request, 400, arena_printf(request->answers, "Invalid detach keys (%s) provided", keys));
        return NULL;
    }
    container = docker_find_container(request);
    if (container == NULL) {
        fail_attach(request, request->effect->error->status, request->effect->error->message);
    } else if (container->details->paused) {
        fail_attach(request, 409,
                    arena_printf(request->answers, "container %s is paused, unpause the container before attach",
                                 docker_parameter(request, "container")));
        return NULL;
    } else if (container->details->restarting) {
        fail_attach(request, 409,
                    arena_printf(request->answers, "container %s is restarting, wait until the container is running",
                                 docker_parameter(request, "container")));
        return NULL;
    }
    return container;
}

void docker_container_attach(struct docker_request *request)
{
    struct container *container = find_to_attach(request);

    if (container == NULL) {
        return;
    }
    struct container_details *details = container->details;
    bool runs = container->state == CONTAINER_RUNNING;

    request->reply->content_type = raw_stream;
    request->reply->stream = (struct docker_stream){
        .kind = DOCKER_STREAM_ATTACH,
        .subject = container->id,
        .takes_in = docker_flag(request, "stdin"),
        .gives_out = docker_flag(request, "stdout"),
        .gives_err = docker_flag(request, "stderr"),
        .position = docker_flag(request, "logs") ? 0 : details->logs.written,
        .run = !docker_flag(request, "stream") ? 0
               : runs                          ? details->starts
                                               : details->starts + 1,
        .raw = value_truthy(value_get(details->config, "Tty")),
        .input = true,
    };
    docker_event_of_container(request->engine, container, "attach", NULL);
}

/* ---- resize -------------------------------------------------------------------------------------------------------
 */

void docker_container_resize(struct docker_request *request)
{
    struct arena *answers = request->answers;
    uint32_t rows = 0, columns = 0;
    struct container *container;

    if (!docker_terminal_size(request, &rows, &columns)) {
        return;
    }
    container = docker_find_container(request);
    if (container == NULL) {
        return;
    }
    if (container->state != CONTAINER_RUNNING) {
        effect_fail(request->effect, answers, 409, NULL, "Container %s is not running", container->id);
        return;
    }
    if (container->details->process != NULL) {
        process_resize(container->details->process, rows, columns);
        docker_container_due(request->engine, container->details);
    }
    docker_event_of_container(request->engine, container, "resize",
                              OBJECT(answers, {"height", value_format(answers, "%u", rows)},
                                     {"width", value_format(answers, "%u", columns)}));
}
