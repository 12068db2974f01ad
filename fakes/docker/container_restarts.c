/* Restart policies (moby restartmanager, daemon.go restore()). */
#include "fakes/docker/container_parts.h"
#include "fakes/world.h"

#include <string.h>

enum { DELAY_FIRST_MS = 100, DELAY_MAX_MS = 60 * MS_PER_SECOND, LONG_RUN_MS = 10 * MS_PER_SECOND };

/* `by_hand`: it was stopped by a client, or is taken for such. */
static bool policy_wants(const struct container *container, bool by_hand)
{
    const struct value *policy = value_get(container->details->host_config, "RestartPolicy");
    const char *name = value_get_text(policy, "Name");
    double most = value_get_number(policy, "MaximumRetryCount", 0);

    if (name == NULL || by_hand) {
        return false;
    }
    if (strcmp(name, "on-failure") == 0) {
        return container->exit_code != 0 && (most == 0 || container->details->restart_count < most);
    }
    return strcmp(name, "always") == 0 || strcmp(name, "unless-stopped") == 0;
}

void container_plan_restart(struct docker_engine *engine, struct container *container)
{
    struct container_details *details = container->details;
    int64_t now_ms = engine->world->now_ms;

    if (!policy_wants(container, container->details->stopped_by_hand)) {
        return;
    }
    if (now_ms - container->started_ms >= LONG_RUN_MS) {
        details->restart_delay_ms = 0;
    }
    details->restart_delay_ms = details->restart_delay_ms == 0 ? DELAY_FIRST_MS : 2 * details->restart_delay_ms;
    if (details->restart_delay_ms > DELAY_MAX_MS) {
        details->restart_delay_ms = DELAY_MAX_MS;
    }
    details->restart_count++;
    details->restarting = true;
    details->restart_due_ms = now_ms + details->restart_delay_ms;
    docker_engine_container_changed(engine, container);
}

/* `always` starts again even what a client had stopped before. */
static bool comes_back(const struct container *container)
{
    const char *name = value_get_text(value_get(container->details->host_config, "RestartPolicy"), "Name");
    bool is_always = name != NULL && strcmp(name, "always") == 0;

    return container->state == CONTAINER_EXITED &&
           policy_wants(container, container->details->stopped_by_hand && !is_always);
}

void docker_containers_engine_restarted(struct docker_engine *engine, int exit_code)
{
    for (uint32_t i = 0; i < engine->container_count; i++) {
        struct container *container = &engine->containers[i];

        container->details->start_again = false;
        if (container->state == CONTAINER_RUNNING) {
            docker_engine_set_exited(engine, container, exit_code);
        }
        container->details->restarting = false;
        container->details->restart_due_ms = INT64_MAX;
        if (comes_back(container)) {
            (void)container_start(engine, NULL, container);
        }
        docker_engine_container_changed(engine, container);
    }
}
