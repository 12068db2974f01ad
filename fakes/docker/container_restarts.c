/* What happens to containers by themselves: processes do what is due, who does not stop is killed, restart policies act
 * (moby restartmanager), what was to be removed after its end goes. */
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

static int64_t earlier(int64_t left_ms, int64_t right_ms)
{
    return left_ms < right_ms ? left_ms : right_ms;
}

static int64_t next_ms_of(const struct docker_engine *engine, const struct container *container)
{
    const struct container_details *details = container->details;
    bool has_stopped = container->state != CONTAINER_RUNNING;

    if (has_stopped && (details->removing || details->start_again)) {
        return engine->world->now_ms;
    }
    int64_t health_ms = details->health == NULL || details->paused ? INT64_MAX : details->health->due_ms;

    return earlier(earlier(details->stop_due_ms, details->restart_due_ms),
                   earlier(health_ms, container_process_next_ms(container)));
}

int64_t docker_containers_next_ms(const struct docker_engine *engine)
{
    int64_t next_ms = INT64_MAX;

    for (uint32_t i = 0; i < engine->container_count; i++) {
        next_ms = earlier(next_ms, next_ms_of(engine, &engine->containers[i]));
    }
    return next_ms;
}

/* Makes happen what is due of one; false: it is gone. */
static bool pass_one(struct docker_engine *engine, struct container *container)
{
    struct container_details *details = container->details;
    int64_t now_ms = engine->world->now_ms;

    if (container_process_next_ms(container) <= now_ms) {
        container_process_pass(engine, container);
    }
    if (container->state == CONTAINER_RUNNING && details->stop_due_ms <= now_ms) {
        container_kill(engine, container);
    }
    if (container->state == CONTAINER_RUNNING) {
        container_health_pass(engine, container);
        return true;
    }
    if (details->start_again) {
        container_start_again(engine, NULL, container);
    } else if (details->restart_due_ms <= now_ms) {
        details->restart_due_ms = INT64_MAX;
        if (!container_start(engine, NULL, container)) {
            container_stay_down(engine, container);
        }
    }
    if (container->state != CONTAINER_RUNNING && details->removing) {
        container_remove(engine, container, true);
        return false;
    }
    return true;
}

void docker_containers_pass(struct docker_engine *engine)
{
    for (uint32_t i = 0; i < engine->container_count;) {
        struct container *container = &engine->containers[i];

        if (next_ms_of(engine, container) > engine->world->now_ms || pass_one(engine, container)) {
            i++;
        }
    }
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
