/* Health checks (moby daemon/health.go). What a check finds is the scenario's word, or comes from its command: `true`
 * and what is not known are well, `false` and `exit n` are not. */
#include "fakes/docker/container_parts.h"
#include "fakes/world.h"

#include <stdlib.h>
#include <string.h>

enum { NS_PER_MS = 1000000, INTERVAL_MS = 30 * MS_PER_SECOND, RETRIES = 3 };

const char *container_health_name(const struct container *container)
{
    static const char *const names[] = {"none", "starting", "healthy", "unhealthy"};

    return names[container->details->health == NULL ? HEALTH_NONE : container->details->health->status];
}

static const struct value *check_of(const struct container *container)
{
    return value_get(container->details->config, "Healthcheck");
}

/* Whether there is a command to check with. */
static bool has_check(const struct container *container)
{
    const struct value *test = value_get(check_of(container), "Test");
    const char *kind = value_text(value_at(test, 0));

    return kind != NULL && strcmp(kind, "NONE") != 0 && kind[0] != '\0';
}

static int64_t duration_ms(const struct container *container, const char *member, int64_t otherwise_ms)
{
    double ns = value_get_number(check_of(container), member, 0);

    return ns == 0 ? otherwise_ms : (int64_t)(ns / NS_PER_MS);
}

void container_health_start(struct docker_engine *engine, struct container *container)
{
    struct container_details *details = container->details;

    if (!has_check(container)) {
        return;
    }
    if (details->health == NULL) {
        details->health = arena_alloc(engine->world->memory, sizeof *details->health);
    }
    *details->health = (struct docker_health_state){
        .status = HEALTH_STARTING, .due_ms = engine->world->now_ms + duration_ms(container, "Interval", INTERVAL_MS)};
}

void container_health_end(struct container *container)
{
    if (container->details->health != NULL) {
        container->details->health->status = HEALTH_UNHEALTHY;
        container->details->health->due_ms = INT64_MAX;
    }
}

/* ---- a check
 * -------------------------------------------------------------------------------------------------------------------
 */

/* What the scenario says of checks by now: the last of `health` [{after: ms, exitCode, output}] that has begun. */
static const struct value *scripted(const struct docker_engine *engine, const struct container *container)
{
    const struct value *said = value_get(container_script(engine, container), "health");
    const struct value *now = NULL;

    for (uint32_t i = 0; i < value_count(said); i++) {
        const struct value *one = value_at(said, i);

        if (container->started_ms + value_get_whole(one, "after", 0) <= engine->world->now_ms) {
            now = one;
        }
    }
    return now;
}

static int exit_code_of_command(const struct container *container)
{
    const struct value *test = value_get(check_of(container), "Test");
    const char *command = value_text(value_at(test, 1));

    if (command == NULL) {
        return 0;
    }
    if (strncmp(command, "exit ", strlen("exit ")) == 0) {
        return (int)strtol(command + strlen("exit "), NULL, 10);
    }
    return strcmp(command, "false") == 0 || strcmp(command, "/bin/false") == 0;
}

static void perform_check(struct docker_engine *engine, const struct container *container)
{
    struct docker_health_state *health = container->details->health;
    const struct value *said = scripted(engine, container);
    const char *output = value_get_text(said, "output");
    int64_t now_ms = engine->world->now_ms;

    health->probes[health->count++ % PROBES_KEPT] = (struct docker_probe){
        .start_ms = now_ms,
        .end_ms = now_ms,
        .exit_code = said != NULL ? value_get_int(said, "exitCode", 0) : exit_code_of_command(container),
        .output = output == NULL ? "" : output,
    };
}

/* What the last check means. */
static void conclude(struct docker_engine *engine, const struct container *container)
{
    struct docker_health_state *health = container->details->health;
    double retries = value_get_number(check_of(container), "Retries", 0);
    bool in_start_period = health->status == HEALTH_STARTING &&
                           engine->world->now_ms - container->started_ms < duration_ms(container, "StartPeriod", 0);

    if (health->probes[(health->count - 1) % PROBES_KEPT].exit_code == 0) {
        health->failing_streak = 0;
        health->status = HEALTH_HEALTHY;
    } else if (!in_start_period && ++health->failing_streak >= (retries <= 0 ? RETRIES : retries)) {
        health->status = HEALTH_UNHEALTHY;
    }
}

void container_health_pass(struct docker_engine *engine, struct container *container)
{
    struct docker_health_state *health = container->details->health;

    if (health == NULL || container->details->paused || health->due_ms > engine->world->now_ms) {
        return;
    }
    enum docker_health before = health->status;

    health->due_ms = engine->world->now_ms + duration_ms(container, "Interval", INTERVAL_MS);
    perform_check(engine, container);
    conclude(engine, container);
    if (health->status != before) {
        docker_engine_container_changed(engine, container);
        docker_event_of_container(
            engine, container, health->status == HEALTH_HEALTHY ? "health_status: healthy" : "health_status: unhealthy",
            NULL);
    }
}

/* ---- shown
 * -------------------------------------------------------------------------------------------------------------------
 */

const struct value *container_health_shown(const struct container *container, struct arena *arena)
{
    const struct docker_health_state *health = container->details->health;
    const struct value *log = value_empty_array();

    if (health == NULL) {
        return NULL;
    }
    for (uint32_t i = health->count > PROBES_KEPT ? health->count - PROBES_KEPT : 0; i < health->count; i++) {
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
