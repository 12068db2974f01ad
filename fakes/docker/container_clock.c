/* What happens to containers by themselves: processes do what is due, who does not stop is killed, restart policies
 * act, health is checked, what was to be removed after its end goes.
 *
 * When something is due is known per container and for all: whatever changes that of one calls docker_container_due(),
 * and it is looked at again when somebody asks. So asking costs nothing beside ten thousand containers that sleep.
 */
#include "fakes/docker/container_parts.h"
#include "fakes/world.h"

void docker_container_due(struct docker_engine *engine, struct container_details *details)
{
    struct docker_clock *clock = &engine->whole->containers.clock;

    if (!details->is_touched) {
        details->is_touched = true;
        details->next_touched = clock->touched;
        clock->touched = details;
    }
}

static int64_t earlier(int64_t left_ms, int64_t right_ms)
{
    return left_ms < right_ms ? left_ms : right_ms;
}

static int64_t due_ms_of(const struct docker_engine *engine, const struct container_details *details)
{
    if (details->process == NULL && (details->removing || details->start_again)) {
        return engine->world->now_ms;
    }
    int64_t health_ms = details->health == NULL || details->paused ? INT64_MAX : details->health->due_ms;

    return earlier(earlier(details->stop_due_ms, details->restart_due_ms),
                   earlier(health_ms, container_process_next_ms(details)));
}

/* Looks at those that were touched; `clock->due_ms` is true afterwards, or to be found anew. */
static void settle(struct docker_engine *engine)
{
    struct docker_clock *clock = &engine->whole->containers.clock;

    while (clock->touched != NULL) {
        struct container_details *details = clock->touched;
        int64_t due_ms = due_ms_of(engine, details);

        clock->is_old = clock->is_old || (details->due_ms == clock->due_ms && due_ms > details->due_ms);
        clock->due_ms = earlier(clock->due_ms, due_ms);
        clock->touched = details->next_touched;
        details->due_ms = due_ms;
        details->is_touched = false;
    }
}

int64_t docker_containers_next_ms(struct docker_engine *engine)
{
    struct docker_clock *clock = &engine->whole->containers.clock;

    settle(engine);
    if (clock->is_old) {
        clock->is_old = false;
        clock->due_ms = INT64_MAX;
        for (uint32_t i = 0; i < engine->container_count; i++) {
            clock->due_ms = earlier(clock->due_ms, engine->containers[i].details->due_ms);
        }
    }
    return clock->due_ms;
}

/* Makes happen what is due of one; false: it is gone. */
static bool pass_one(struct docker_engine *engine, struct container *container)
{
    struct container_details *details = container->details;
    int64_t now_ms = engine->world->now_ms;

    docker_container_due(engine, details);
    if (container_process_next_ms(details) <= now_ms) {
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
    if (docker_containers_next_ms(engine) > engine->world->now_ms) {
        return;
    }
    for (uint32_t i = 0; i < engine->container_count;) {
        struct container *container = &engine->containers[i];

        if (container->details->due_ms > engine->world->now_ms || pass_one(engine, container)) {
            i++;
        }
    }
}
