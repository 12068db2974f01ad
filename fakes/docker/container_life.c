/* Starting, stopping, killing, pausing (moby daemon/start.go, stop.go, kill.go, pause.go). */
#include "fakes/docker/container_parts.h"
#include "fakes/docker/handlers.h"
#include "fakes/world.h"

#include <stdlib.h>
#include <string.h>

enum { SIGNAL_KILL = 9, EXIT_KILLED = 137, EXIT_NOT_STARTED = 128, DECIMAL = 10 };

static bool is_running(const struct container *container)
{
    return container->state == CONTAINER_RUNNING;
}

static void fail(struct docker_request *request, int status, const char *format, const char *reference,
                 const struct container *container)
{
    effect_fail(request->effect, request->answers, status, NULL, format, reference, container->id);
}

/* ---- start
 * -------------------------------------------------------------------------------------------------------------------
 */

/* It could not be started: that is remembered as its end. */
static bool not_started(struct docker_engine *engine, struct container *container, int exit_code, const char *error)
{
    container->exit_code = exit_code;
    container->details->error = arena_string(engine->world->memory, error);
    docker_networks_detach(engine, container);
    docker_engine_container_changed(engine, container);
    return false;
}

bool container_start(struct docker_engine *engine, struct docker_request *request, struct container *container)
{
    struct arena *arena = request == NULL ? &engine->whole->containers.scratch : request->answers;
    const char *message = NULL;

    container->details->has_files = true;
    if (!docker_networks_attach(engine, request, container)) {
        const char *error = request == NULL ? "network not found" : request->effect->error->message;

        return not_started(engine, container, EXIT_NOT_STARTED, error);
    }
    int exit_code = container_can_run(engine, container, arena, &message);

    if (exit_code != 0) {
        const char *text = arena_printf(arena, "OCI runtime create failed: %s: unknown", message);

        if (request != NULL) {
            effect_fail(request->effect, request->answers, 400, NULL, "%s", text);
        }
        return not_started(engine, container, exit_code, text);
    }
    docker_engine_set_running(engine, container);
    return true;
}

void docker_container_start(struct docker_request *request)
{
    struct container *container = docker_find_container(request);

    if (container == NULL) {
        return;
    }
    struct container_details *details = container->details;

    if (is_running(container) && details->paused) {
        effect_fail(request->effect, request->answers, 409, NULL,
                    "cannot start a paused container, try unpause instead");
    } else if (is_running(container)) {
        effect_fail(request->effect, request->answers, 304, NULL, "container already started");
    } else {
        details->stopped_by_hand = false;
        details->restart_count = 0;
        details->restart_delay_ms = 0;
        container_stay_down(request->engine, container);
        (void)container_start(request->engine, request, container);
    }
}

/* ---- signals
 * -------------------------------------------------------------------------------------------------------------------
 */

static void note_kill(struct docker_engine *engine, const struct container *container, int signal)
{
    struct arena *scratch = &engine->whole->scratch;

    docker_event_of_container(engine, container, "kill",
                              OBJECT(scratch, {"signal", value_format(scratch, "%d", signal)}));
}

void container_kill(struct docker_engine *engine, struct container *container)
{
    container->details->stopped_by_hand = true;
    note_kill(engine, container, SIGNAL_KILL);
    docker_engine_set_exited(engine, container, EXIT_KILLED);
}

void docker_container_signal(struct docker_engine *engine, struct container *container, int signal)
{
    note_kill(engine, container, signal);
    container_process_signal(engine, container, signal);
}

void container_stay_down(struct docker_engine *engine, struct container *container)
{
    if (container->details->restarting) {
        container->details->restarting = false;
        container->details->restart_due_ms = INT64_MAX;
        docker_engine_container_changed(engine, container);
    }
}

bool container_stop(struct docker_engine *engine, struct container *container, int timeout_s)
{
    struct container_details *details = container->details;

    details->stopped_by_hand = true;
    container_stay_down(engine, container);
    if (!is_running(container)) {
        return true;
    }
    details->stopping = true;
    if (details->paused) {
        details->paused = false;
        container_process_pause(engine, container, false);
    }
    docker_container_signal(engine, container, container_stop_signal(container));
    if (is_running(container) && timeout_s == 0) {
        container_kill(engine, container);
    }
    if (is_running(container) && timeout_s > 0) {
        details->stop_due_ms = engine->world->now_ms + (int64_t)timeout_s * MS_PER_SECOND;
    }
    return !is_running(container);
}

static int timeout_of(const struct docker_request *request, const struct container *container)
{
    const char *text = docker_parameter(request, "t");
    double number = value_get_number(request->effect->args, "t", container_stop_timeout_s(container));

    return text == NULL || text[0] == '\0' ? (int)number : (int)strtol(text, NULL, DECIMAL);
}

/* Core's own requests are answered at once (fakes/docker/reply.h): time does not pass within an apply. */
static bool is_core_s(const struct docker_request *request)
{
    return request->effect->payload == NULL;
}

void docker_container_stop(struct docker_request *request)
{
    struct container *container = docker_find_container(request);

    if (container == NULL) {
        return;
    }
    if (!docker_container_is_up(container)) {
        effect_fail(request->effect, request->answers, 304, NULL, "container already stopped");
        return;
    }
    if (container_stop(request->engine, container, timeout_of(request, container))) {
        return;
    }
    if (is_core_s(request)) {
        container_kill(request->engine, container);
    } else {
        container_answer_later(request, container);
    }
}

void docker_container_restart(struct docker_request *request)
{
    struct docker_engine *engine = request->engine;
    struct container *container = docker_find_container(request);

    if (container == NULL) {
        return;
    }
    container->details->start_again = true;
    if (!container_stop(engine, container, timeout_of(request, container))) {
        if (!is_core_s(request)) {
            container_answer_later(request, container);
            return;
        }
        container_kill(engine, container);
    }
    container_start_again(engine, request, container);
}

void docker_container_kill(struct docker_request *request)
{
    struct container *container = docker_find_container(request);
    const char *name = docker_parameter(request, "signal");
    int signal = name == NULL || name[0] == '\0' ? SIGNAL_KILL : container_signal_number(name);
    const char *reference = docker_parameter(request, "container");

    if (signal < 0) {
        effect_fail(request->effect, request->answers, 400, NULL, "Invalid signal: %s", name);
    } else if (container == NULL) {
        return;
    } else if (!docker_container_is_up(container)) {
        fail(request, 409, "Cannot kill container: %s: Container %s is not running", reference, container);
    } else if (container->details->restarting) {
        container_stay_down(request->engine, container);
    } else if (signal == SIGNAL_KILL) {
        container_kill(request->engine, container);
    } else {
        container->details->stopped_by_hand =
            container->details->stopped_by_hand || signal == container_stop_signal(container);
        docker_container_signal(request->engine, container, signal);
    }
}

/* ---- pause
 * -------------------------------------------------------------------------------------------------------------------
 */

static void set_paused(struct docker_request *request, struct container *container, bool paused)
{
    container->details->paused = paused;
    container_process_pause(request->engine, container, paused);
    docker_engine_container_changed(request->engine, container);
    docker_event_of_container(request->engine, container, paused ? "pause" : "unpause", NULL);
}

void docker_container_pause(struct docker_request *request)
{
    struct container *container = docker_find_container(request);

    if (container == NULL) {
        return;
    }
    if (container->details->restarting) {
        effect_fail(request->effect, request->answers, 409, NULL,
                    "Container %s is restarting, wait until the container is running", container->id);
    } else if (!is_running(container)) {
        effect_fail(request->effect, request->answers, 409, NULL, "Container %s is not running", container->id);
    } else if (container->details->paused) {
        effect_fail(request->effect, request->answers, 409, NULL, "Container %s is already paused", container->id);
    } else {
        set_paused(request, container, true);
    }
}

void docker_container_unpause(struct docker_request *request)
{
    struct container *container = docker_find_container(request);

    if (container == NULL) {
        return;
    }
    if (!container->details->paused) {
        effect_fail(request->effect, request->answers, 500, NULL, "Container %s is not paused", container->id);
    } else {
        set_paused(request, container, false);
    }
}
