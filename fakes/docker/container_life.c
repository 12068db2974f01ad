/* What makes containers start, and what belongs to each change of state (moby daemon/start.go, monitor.go). */
#include "fakes/docker/container_parts.h"
#include "fakes/docker/handlers.h"
#include "fakes/world.h"

#include <string.h>

enum { EXIT_CODE_NOT_STARTED = 128, BODY_LENGTH_MAX = 7 };

void container_event_with(struct docker_engine *engine, const struct container *container, const char *action,
                          const char *name, int number)
{
    struct arena *scratch = &engine->whole->containers.scratch;

    docker_event_of_container(engine, container, action, OBJECT(scratch, {name, value_format(scratch, "%d", number)}));
    arena_reset(scratch);
}

/* ---- hooks
 * -------------------------------------------------------------------------------------------------------------------
 */

void docker_container_started(struct docker_engine *engine, struct container *container)
{
    struct container_details *details = container->details;

    container->exit_code = 0;
    details->error = "";
    details->starts++;
    details->restarting = false;
    details->paused = false;
    details->oom_killed = false;
    details->has_files = true;
    details->restart_due_ms = INT64_MAX;
    details->stop_due_ms = INT64_MAX;
    (void)docker_networks_attach(engine, NULL, container); /* an actor of the world may have started it */
    docker_volumes_note_mounts(engine, container, true);
    container_process_start(engine, container);
    container_health_start(engine, container);
    docker_event_of_container(engine, container, "start", NULL);
}

/* Its own restart, or its removal, is left to the next pass: whoever ended it still looks at it. */
void docker_container_exited(struct docker_engine *engine, struct container *container)
{
    struct container_details *details = container->details;
    bool was_stopped = details->stopping;

    details->finished_ms = engine->world->now_ms;
    details->stop_due_ms = INT64_MAX;
    details->paused = false;
    details->stopping = false;
    container_process_end(engine, container);
    container_health_end(container);
    docker_execs_end(engine, container);
    container_event_with(engine, container, "die", "exitCode", container->exit_code);
    docker_networks_detach(engine, container);
    docker_volumes_note_mounts(engine, container, false);
    if (was_stopped) {
        docker_event_of_container(engine, container, "stop", NULL);
    }
    if (!details->start_again) {
        container_plan_restart(engine, container);
        details->removing = !details->restarting && value_truthy(value_get(details->host_config, "AutoRemove"));
    }
}

void docker_container_leaves(struct docker_engine *engine, struct container *container)
{
    container_departs(engine, container);
    docker_execs_end(engine, container);
    docker_execs_forget(engine, container);
    docker_logs_free(engine, container);
    docker_networks_detach(engine, container);
    container_process_end(engine, container);
    container_files_end(engine, container);
    container->details->removing = container->details->start_again = false;
    container->details->health = NULL;
    container->details->stop_due_ms = container->details->restart_due_ms = INT64_MAX;
    docker_container_due(engine, container->details); /* nothing, from now on */
}

/* ---- starting
 * -------------------------------------------------------------------------------------------------------------------
 */

/* It could not be started: State says why. */
static void keep_failure(struct docker_engine *engine, struct container *container, int exit_code, const char *message)
{
    struct container_details *details = container->details;

    world_writes(engine->world, container, sizeof *container);
    container->exit_code = exit_code;
    if (strcmp(details->error, message) != 0) {
        details->error = arena_string(engine->world->memory, message);
    }
    details->removing = value_truthy(value_get(details->host_config, "AutoRemove"));
    docker_engine_container_changed(engine, container);
}

const char *container_shared_network(const struct value *host_config)
{
    static const char prefix[] = "container:";
    const char *mode = value_get_text(host_config, "NetworkMode");

    return mode != NULL && strncmp(mode, prefix, sizeof prefix - 1) == 0 ? mode + sizeof prefix - 1 : NULL;
}

/* Whether the container whose network it shares runs; otherwise why not, in `*wrong`, and a status. */
static int check_shared_network(struct docker_engine *engine, const struct container *container, struct arena *arena,
                                const char **wrong)
{
    const char *reference = container_shared_network(container->details->host_config);
    uint32_t fitting = 0;
    const struct container *other = reference == NULL ? NULL : docker_container_find(engine, reference, &fitting);

    if (reference == NULL || (other != NULL && other->state == CONTAINER_RUNNING)) {
        return 0;
    }
    *wrong = other == NULL ? arena_printf(arena, "No such container: %s", reference)
                           : arena_printf(arena, "cannot join network of a non running container: %s", other->id);
    return other == NULL ? 404 : 409;
}

/* It does not start: what it says of that, and what who asked is told. It keeps an exit code that it has. */
static bool fail_start(struct docker_engine *engine, struct docker_request *request, struct container *container,
                       int status, const char *message)
{
    keep_failure(engine, container, container->exit_code == 0 ? EXIT_CODE_NOT_STARTED : container->exit_code, message);
    if (request != NULL) {
        effect_fail(request->effect, request->answers, status, NULL, "%s", message);
    }
    return false;
}

bool container_start(struct docker_engine *engine, struct docker_request *request, struct container *container)
{
    struct arena *arena = request == NULL ? &engine->whole->containers.scratch : request->answers;
    const char *wrong = "";
    int status = check_shared_network(engine, container, arena, &wrong);

    if (status != 0) {
        return fail_start(engine, request, container, status, wrong);
    }
    if (!docker_networks_attach(engine, request, container)) {
        return request == NULL ? fail_start(engine, NULL, container, 0, "network not found")
                               : fail_start(engine, request, container, request->effect->error->status,
                                            request->effect->error->message);
    }
    container->details->has_files = true;
    wrong = container_no_user(container_files(engine, container), value_get_text(container->details->config, "User"),
                              arena);
    if (wrong != NULL && container_is_small(engine, container)) {
        docker_networks_detach(engine, container);
        return fail_start(engine, request, container, 500, wrong);
    }
    int exit_code = container_can_run(engine, container, arena, &wrong);

    if (exit_code != 0) {
        docker_networks_detach(engine, container);
        world_writes(engine->world, container, sizeof *container);
        container->exit_code = exit_code;
        return fail_start(engine, request, container, 400,
                          arena_printf(arena,
                                       "failed to create shim task: OCI runtime create failed: runc create failed: %s",
                                       wrong));
    }
    docker_engine_set_running(engine, container);
    return true;
}

void docker_container_start(struct docker_request *request)
{
    const struct value *body = value_get(request->effect->args, "body");
    const char *checkpoint = docker_parameter(request, "checkpoint");

    if (body != NULL && strlen(value_json(request->answers, body)) > BODY_LENGTH_MAX) {
        effect_fail(request->effect, request->answers, 400, NULL,
                    "starting container with non-empty request body was deprecated since API v1.22 and removed in "
                    "v1.24");
        return;
    }
    if (checkpoint != NULL && checkpoint[0] != '\0') {
        effect_fail(request->effect, request->answers, 400, NULL, "checkpoint is only supported in experimental mode");
        return;
    }
    struct container *container = docker_find_container(request);

    if (container == NULL) {
        return;
    }
    if (container->details->paused) {
        effect_fail(request->effect, request->answers, 409, NULL,
                    "cannot start a paused container, try unpause instead");
    } else if (docker_container_is_up(container)) {
        effect_fail(request->effect, request->answers, 304, NULL, "container already started");
    } else if (container->details->removing) {
        effect_fail(request->effect, request->answers, 409, NULL,
                    "container is marked for removal and cannot be started");
    } else {
        container->details->stopped_by_hand = false;
        container->details->restart_count = 0;
        container->details->restart_delay_ms = 0;
        (void)container_start(request->engine, request, container);
    }
}
