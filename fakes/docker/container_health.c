/* Health checks (moby daemon/health.go). A check's command is not performed: the scenario says how checks end
 * ("health": their exit codes in order, the last for ever); nothing said, they succeed. */
#include "fakes/docker/container_parts.h"
#include "fakes/world.h"

#include <string.h>

enum { NS_PER_MS = 1000000, INTERVAL_MS = 30 * MS_PER_SECOND, RETRIES = 3 };

static const struct value *check_of(const struct container *container)
{
    const struct value *check = value_get(container->details->config, "Healthcheck");
    const char *first = value_text(value_at(value_get(check, "Test"), 0));

    return first == NULL || strcmp(first, "NONE") == 0 ? NULL : check;
}

static int64_t interval_ms(const struct container *container)
{
    double interval_ns = value_get_number(check_of(container), "Interval", 0);

    return interval_ns <= 0 ? INTERVAL_MS : (int64_t)(interval_ns / NS_PER_MS);
}

const char *container_health_name(const struct container *container)
{
    static const char *const names[] = {"none", "starting", "healthy", "unhealthy"};

    return names[container->details->health == NULL ? HEALTH_NONE : container->details->health->status];
}

void container_health_start(struct docker_engine *engine, struct container *container)
{
    struct docker_health_state *health = container->details->health;

    if (check_of(container) == NULL) {
        return;
    }
    if (health == NULL) {
        health = arena_alloc(engine->world->memory, sizeof *health);
        container->details->health = health;
    }
    *health = (struct docker_health_state){.status = HEALTH_STARTING,
                                           .due_ms = engine->world->now_ms + interval_ms(container)};
}

void container_health_end(struct container *container)
{
    if (container->details->health != NULL) {
        container->details->health->due_ms = INT64_MAX;
        container->details->health->status = HEALTH_UNHEALTHY;
    }
}

static int exit_code_of_probe(const struct docker_engine *engine, const struct container *container, uint32_t number)
{
    const struct value *codes = value_get(container_script(engine, container), "health");
    uint32_t count = value_count(codes);

    return count == 0 ? 0 : (int)value_to_number(value_at(codes, number < count ? number : count - 1), 0);
}

static bool is_starting_up(const struct docker_engine *engine, const struct container *container)
{
    double start_ns = value_get_number(check_of(container), "StartPeriod", 0);

    return engine->world->now_ms - container->started_ms < (int64_t)(start_ns / NS_PER_MS);
}

void container_health_pass(struct docker_engine *engine, struct container *container)
{
    struct docker_health_state *health = container->details->health;
    int64_t now_ms = engine->world->now_ms;
    enum docker_health before = health->status;
    double retries = value_get_number(check_of(container), "Retries", 0);
    int exit_code = exit_code_of_probe(engine, container, health->count);

    health->probes[health->count++ % PROBES_KEPT] = (struct docker_probe){now_ms, now_ms, exit_code, ""};
    health->due_ms = now_ms + interval_ms(container);
    if (exit_code == 0) {
        health->failing_streak = 0;
        health->status = HEALTH_HEALTHY;
    } else if (!(before == HEALTH_STARTING && is_starting_up(engine, container))) {
        health->failing_streak++;
        if (health->failing_streak >= (retries <= 0 ? RETRIES : retries)) {
            health->status = HEALTH_UNHEALTHY;
        }
    }
    if (health->status != before) {
        docker_engine_container_changed(engine, container);
        docker_event_of_container(
            engine, container, health->status == HEALTH_HEALTHY ? "health_status: healthy" : "health_status: unhealthy",
            NULL);
    }
}

const struct value *container_health_shown(const struct container *container, struct arena *arena)
{
    const struct docker_health_state *health = container->details->health;
    const struct value *log = value_empty_array();

    if (health == NULL) {
        return NULL;
    }
    for (uint32_t i = health->count < PROBES_KEPT ? 0 : health->count - PROBES_KEPT; i < health->count; i++) {
        const struct docker_probe *probe = &health->probes[i % PROBES_KEPT];

        log = value_append(arena, log,
                           OBJECT(arena, {"Start", value_string(arena, docker_time(arena, probe->start_ms))},
                                  {"End", value_string(arena, docker_time(arena, probe->end_ms))},
                                  {"ExitCode", value_number(arena, probe->exit_code)},
                                  {"Output", value_string(arena, probe->output)}));
    }
    return OBJECT(arena, {"Status", value_string(arena, container_health_name(container))},
                  {"FailingStreak", value_number(arena, health->failing_streak)}, {"Log", log});
}
