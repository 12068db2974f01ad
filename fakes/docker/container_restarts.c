/* Restart policies (moby restartmanager/restartmanager.go), and restarts that a client asked for. */
#include "fakes/docker/container_parts.h"
#include "fakes/world.h"

#include <string.h>

enum { DELAY_FIRST_MS = 100, DELAY_LAST_MS = 60 * MS_PER_SECOND, STEADY_MS = 10 * MS_PER_SECOND };

static bool is_wanted(const struct container *container, const struct value *policy)
{
    const char *name = value_get_text(policy, "Name");
    double most = value_get_number(policy, "MaximumRetryCount", 0);
    bool by_hand = container->details->stopped_by_hand;

    if (name == NULL || container->details->start_again) {
        return false;
    }
    if (strcmp(name, "always") == 0 || strcmp(name, "unless-stopped") == 0) {
        return !by_hand;
    }
    return strcmp(name, "on-failure") == 0 && !by_hand && container->exit_code != 0 &&
           (most == 0 || container->details->restart_count < most);
}

/* The delay doubles with each restart, and begins anew after a run of ten seconds. */
void container_plan_restart(struct docker_engine *engine, struct container *container)
{
    struct container_details *details = container->details;
    int64_t now_ms = engine->world->now_ms;
    int64_t delay_ms = details->restart_delay_ms * 2;

    if (!is_wanted(container, value_get(details->host_config, "RestartPolicy"))) {
        return;
    }
    if (delay_ms == 0 || now_ms - container->started_ms >= STEADY_MS) {
        delay_ms = DELAY_FIRST_MS;
    }
    details->restart_delay_ms = delay_ms > DELAY_LAST_MS ? DELAY_LAST_MS : delay_ms;
    details->restart_due_ms = now_ms + details->restart_delay_ms;
    details->restarting = true;
    details->restart_count++;
}

void container_start_again(struct docker_engine *engine, struct docker_request *request, struct container *container)
{
    container->details->start_again = false;
    container->details->stopped_by_hand = false;
    if (container_start(engine, request, container)) {
        docker_event_of_container(engine, container, "restart", NULL);
    }
}
