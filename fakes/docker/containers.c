#include "fakes/docker/containers.h"

#include "fakes/docker/container_parts.h"
#include "fakes/world.h"

#include <string.h>

/* ---- hooks
 * -------------------------------------------------------------------------------------------------------------------
 */

void docker_container_started(struct docker_engine *engine, struct container *container)
{
    struct container_details *details = container->details;

    details->starts++;
    details->restarting = false;
    details->restart_due_ms = INT64_MAX;
    details->stop_due_ms = INT64_MAX;
    details->paused = details->oom_killed = details->stopping = false;
    details->has_files = true;
    details->error = "";
    container->exit_code = 0;
    (void)docker_networks_attach(engine, NULL, container);
    container_process_start(engine, container);
    container_health_start(engine, container);
    docker_event_of_container(engine, container, "start", NULL);
}

void docker_container_exited(struct docker_engine *engine, struct container *container)
{
    struct container_details *details = container->details;
    struct arena *scratch = &engine->whole->scratch;

    details->finished_ms = engine->world->now_ms;
    details->stop_due_ms = INT64_MAX;
    details->paused = false;
    container_process_end(engine, container);
    container_health_end(container);
    docker_execs_end(engine, container);
    if (details->oom_killed) {
        docker_event_of_container(engine, container, "oom", NULL);
    }
    docker_event_of_container(engine, container, "die",
                              OBJECT(scratch, {"exitCode", value_format(scratch, "%d", container->exit_code)}));
    docker_networks_detach(engine, container);
    if (details->stopping) {
        docker_event_of_container(engine, container, "stop", NULL);
        details->stopping = false;
    }
    container_plan_restart(engine, container);
    details->removing =
        !details->restarting && !details->start_again && value_truthy(value_get(details->host_config, "AutoRemove"));
}

void docker_container_leaves(struct docker_engine *engine, struct container *container)
{
    struct container_details *details = container->details;

    container_departs(engine, container);
    container_process_end(engine, container);
    docker_networks_detach(engine, container);
    docker_execs_forget(engine, container);
    docker_logs_free(engine, container);
    if (details->files != NULL) {
        process_files_free(details->files);
        pool_give(&engine->whole->pool, details->files, sizeof *details->files);
    }
    docker_event_of_container(engine, container, "destroy", NULL);
}

/* ---- time
 * -------------------------------------------------------------------------------------------------------------------
 */

static int64_t earlier(int64_t left, int64_t right)
{
    return left < right ? left : right;
}

static int64_t next_ms_of(const struct docker_engine *engine, const struct container *container)
{
    const struct container_details *details = container->details;
    int64_t next_ms = earlier(details->stop_due_ms, details->restart_due_ms);

    if (details->removing || (details->start_again && container->state != CONTAINER_RUNNING)) {
        return engine->world->now_ms;
    }
    if (details->health != NULL) {
        next_ms = earlier(next_ms, details->health->due_ms);
    }
    return earlier(next_ms, container_process_next_ms(engine, container));
}

int64_t docker_containers_next_ms(const struct docker_engine *engine)
{
    int64_t next_ms = INT64_MAX;

    for (uint32_t i = 0; i < engine->container_count; i++) {
        next_ms = earlier(next_ms, next_ms_of(engine, &engine->containers[i]));
    }
    return next_ms;
}

/* One thing that is due for a container; true when it is still there. */
static bool pass(struct docker_engine *engine, struct container *container)
{
    struct container_details *details = container->details;
    int64_t now_ms = engine->world->now_ms;

    if (details->removing) {
        docker_volumes_release(engine, container, true);
        docker_engine_remove_existing(engine, container);
        return false;
    }
    if (details->start_again && container->state != CONTAINER_RUNNING) {
        container_start_again(engine, NULL, container);
    } else if (details->stop_due_ms <= now_ms) {
        container_kill(engine, container);
    } else if (details->restart_due_ms <= now_ms) {
        details->restart_due_ms = INT64_MAX;
        details->restarting = false;
        (void)container_start(engine, NULL, container);
    } else if (container_process_next_ms(engine, container) <= now_ms) {
        container_process_pass(engine, container);
    } else {
        container_health_pass(engine, container);
    }
    return true;
}

void docker_containers_pass(struct docker_engine *engine)
{
    int64_t now_ms = engine->world->now_ms;

    for (uint32_t i = 0; i < engine->container_count;) {
        i += next_ms_of(engine, &engine->containers[i]) > now_ms || pass(engine, &engine->containers[i]);
    }
}
