/* POST stop, restart, kill, pause, unpause, and what else stops containers (moby daemon/stop.go, kill.go, pause.go). */
#include "fakes/docker/container_parts.h"
#include "fakes/docker/handlers.h"
#include "fakes/world.h"

#include <inttypes.h>
#include <stdlib.h>

enum { SIGNAL_KILL = 9, SIGNAL_LAST = 64 };

void container_stay_down(struct docker_engine *engine, struct container *container)
{
    container->details->stopped_by_hand = true;
    container->details->restart_due_ms = INT64_MAX;
    if (container->details->restarting) {
        container->details->restarting = false;
        container->details->removing = value_truthy(value_get(container->details->host_config, "AutoRemove"));
        docker_engine_container_changed(engine, container);
    }
}

/* Sends a signal that a client asked for. */
static void send_signal(struct docker_engine *engine, struct container *container, int signal)
{
    struct container_details *details = container->details;
    bool has_stop_signal = value_get(details->config, "StopSignal") != NULL && signal != SIGNAL_KILL;

    details->stopped_by_hand = true;
    container_event_with(engine, container, "kill", "signal", signal);
    if (details->paused && (!has_stop_signal || container_stop_signal(container) == signal)) {
        details->paused = false;
        container_process_pause(engine, container, false);
        docker_engine_container_changed(engine, container);
    }
    docker_container_signal(engine, container, signal);
}

void container_kill(struct docker_engine *engine, struct container *container)
{
    if (container->state == CONTAINER_RUNNING) {
        send_signal(engine, container, SIGNAL_KILL);
    }
    container_stay_down(engine, container);
}

bool container_stop(struct docker_engine *engine, struct container *container, int timeout_s)
{
    struct container_details *details = container->details;

    if (container->state != CONTAINER_RUNNING) {
        container_stay_down(engine, container);
        return true;
    }
    details->stopping = true;
    docker_container_due(engine, details);
    send_signal(engine, container, container_stop_signal(container));
    if (container->state != CONTAINER_RUNNING) {
        return true;
    }
    if (timeout_s >= 0) {
        details->stop_due_ms = engine->world->now_ms + (int64_t)timeout_s * MS_PER_SECOND;
    }
    if (timeout_s == 0) {
        container_kill(engine, container);
    }
    return container->state != CONTAINER_RUNNING;
}

/* The parameter t, or what the container's configuration says; false with a 500 set when it is no number. */
static bool read_timeout(struct docker_request *request, const struct container *container, int *timeout_s)
{
    const char *text = docker_parameter(request, "t");
    char *end = NULL;

    *timeout_s = value_get_int(request->effect->args, "t", container_stop_timeout_s(container));
    if (text == NULL || text[0] == '\0') {
        return true;
    }
    *timeout_s = (int)strtol(text, &end, 10);
    if (*end != '\0' || text[0] == ' ') {
        effect_fail(request->effect, request->answers, 500, NULL, "strconv.Atoi: parsing \"%s\": invalid syntax", text);
        return false;
    }
    return true;
}

/* Who asks in process gets its answer at once, and so its end. */
static bool stop_for(struct docker_request *request, struct container *container, int timeout_s)
{
    if (container_stop(request->engine, container, timeout_s)) {
        return true;
    }
    if (request->effect->payload == NULL) {
        container_kill(request->engine, container);
        return true;
    }
    container_answer_later(request, container);
    return false;
}

/* Parameters are read before the container is looked for. */
static struct container *find_to_stop(struct docker_request *request, int *timeout_s)
{
    const char *text = docker_parameter(request, "t");
    const struct container nobody = {.details = &(struct container_details){0}};

    if (text != NULL && !read_timeout(request, &nobody, timeout_s)) {
        return NULL;
    }
    struct container *container = docker_find_container(request);

    return container != NULL && read_timeout(request, container, timeout_s) ? container : NULL;
}

void docker_container_stop(struct docker_request *request)
{
    int timeout_s = 0;
    struct container *container = find_to_stop(request, &timeout_s);

    if (container != NULL && !docker_container_is_up(container)) {
        effect_fail(request->effect, request->answers, 304, NULL, "container already stopped");
    } else if (container != NULL) {
        (void)stop_for(request, container, timeout_s);
    }
}

void container_start_again(struct docker_engine *engine, struct docker_request *request, struct container *container)
{
    container->details->start_again = false;
    container->details->stopped_by_hand = false;
    container->details->restart_count = 0;
    container->details->restart_delay_ms = 0;
    if (container_start(engine, request, container)) {
        docker_event_of_container(engine, container, "restart", NULL);
    } else if (request != NULL) {
        effect_fail(request->effect, request->answers, 500, NULL, "Cannot restart container %s: %s",
                    docker_parameter(request, "container"), request->effect->error->message);
    }
}

void docker_container_restart(struct docker_request *request)
{
    struct docker_engine *engine = request->engine;
    int timeout_s = 0;
    struct container *container = find_to_stop(request, &timeout_s);

    if (container == NULL) {
        return;
    }
    container->details->start_again = true;
    docker_container_due(engine, container->details);
    if (!docker_container_is_up(container) || stop_for(request, container, timeout_s)) {
        container_start_again(engine, request, container);
    }
}

/* ---- signals
 * -------------------------------------------------------------------------------------------------------------------
 */

/* Fails as the Engine does where a container cannot be killed: it says first what it could not do. */
static struct container *find_to_kill(struct docker_request *request)
{
    struct container *container = docker_find_container(request);
    const char *reference = docker_parameter(request, "container");

    if (container == NULL) {
        const struct error *error = request->effect->error;

        effect_fail(request->effect, request->answers, error->status, NULL, "Cannot kill container: %s: %s", reference,
                    error->message);
    } else if (!docker_container_is_up(container)) {
        effect_fail(request->effect, request->answers, 409, NULL,
                    "Cannot kill container: %s: Container %s is not running", reference, container->id);
        return NULL;
    }
    return container;
}

void docker_container_kill(struct docker_request *request)
{
    const char *name = docker_parameter(request, "signal");
    int64_t signal = SIGNAL_KILL;

    if (name != NULL && name[0] != '\0' && !container_signal_number(name, &signal)) {
        effect_fail(request->effect, request->answers, 400, NULL, "Invalid signal: %s", name);
        return;
    }
    struct container *container = find_to_kill(request);

    if (container == NULL) {
        return;
    }
    if (signal > SIGNAL_LAST || signal < 0) {
        effect_fail(request->effect, request->answers, 500, NULL,
                    "Cannot kill container: %s: The linux daemon does not support signal %" PRIu64,
                    docker_parameter(request, "container"), (uint64_t)signal);
    } else if (container->state != CONTAINER_RUNNING) {
        container_stay_down(request->engine, container);
    } else {
        send_signal(request->engine, container, (int)signal);
    }
}

/* ---- pausing
 * -------------------------------------------------------------------------------------------------------------------
 */

void docker_container_pause(struct docker_request *request)
{
    struct container *container = docker_find_container(request);

    if (container == NULL) {
        return;
    }
    if (!docker_container_is_up(container)) {
        effect_fail(request->effect, request->answers, 409, NULL, "Container %s is not running", container->id);
    } else if (container->details->paused) {
        effect_fail(request->effect, request->answers, 409, NULL, "Container %s is already paused", container->id);
    } else if (container->details->restarting) {
        effect_fail(request->effect, request->answers, 409, NULL,
                    "Container %s is restarting, wait until the container is running", container->id);
    } else {
        container->details->paused = true;
        container_process_pause(request->engine, container, true);
        docker_engine_container_changed(request->engine, container);
        docker_event_of_container(request->engine, container, "pause", NULL);
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
        return;
    }
    container->details->paused = false;
    container_process_pause(request->engine, container, false);
    docker_engine_container_changed(request->engine, container);
    docker_event_of_container(request->engine, container, "unpause", NULL);
}
