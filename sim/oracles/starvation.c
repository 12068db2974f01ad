/* starved: FDM names this node primary, nothing is wrong, and the app's g: container does not get started. */
#include "sim/oracles/oracle.h"

#include <string.h>

/* A container of the app that waits for its start; NULL when none does, or when a start could not help. */
static const char *waiting_container(const struct oracles *oracles, const struct scenario_app *app)
{
    const char *waiting = NULL;

    for (uint32_t i = 0; i < app->component_count; i++) {
        const struct container *container = oracle_container(oracles, app->components[i].app_id);

        if (container == NULL) {
            return NULL; /* container-lost's or the check's */
        }
        if (app->components[i].g && container->state != CONTAINER_RUNNING) {
            waiting = container->name;
        }
    }
    return waiting;
}

static bool needs_start(struct oracles *oracles, const struct oracle_app *app, const char **container)
{
    const struct kernel *kernel = oracles->kernel;
    const char *name = app->app->name;
    const char *primary = NULL;
    bool busy = cache_get((struct cache *)(uintptr_t)&kernel->node.cells.caches[CELL_BACKUP_IN_PROGRESS], name,
                          kernel->world.now_ms) ||
                cache_get((struct cache *)(uintptr_t)&kernel->node.cells.caches[CELL_RESTORE_IN_PROGRESS], name,
                          kernel->world.now_ms);

    *container = waiting_container(oracles, app->app);
    return *container != NULL && !busy && kernel->node_up && oracle_has_row(oracles, name) &&
           fdm_get(&kernel->world.fdm, name, &primary) == FDM_PRIMARY && strcmp(primary, oracles->node_ip) == 0;
}

static void applied(struct oracles *oracles, struct kernel_task *task, const struct effect *effect,
                    enum fault_kind fault)
{
    (void)task;
    (void)effect;
    if (fault != FAULT_NONE) {
        oracles->unhealthy_ms = oracles->kernel->world.now_ms;
    }
}

static void note_wait(struct oracles *oracles, struct oracle_app *app, int64_t since_ms, bool starved)
{
    if (app->waiting_since_ms != since_ms || app->starved != starved) {
        oracle_writes(oracles, app);
        app->waiting_since_ms = since_ms;
        app->starved = starved;
    }
}

static void time_moved(struct oracles *oracles)
{
    int64_t now_ms = oracles->kernel->world.now_ms;
    int64_t bound_ms = oracles->scenario->retry_bound_ms;

    for (uint32_t i = 0; oracles->has_loop && i < oracles->app_count; i++) {
        struct oracle_app *app = &oracles->apps[i];
        const char *container = NULL;

        if (!needs_start(oracles, app, &container)) {
            note_wait(oracles, app, -1, false);
            continue;
        }
        if (app->waiting_since_ms < oracles->unhealthy_ms) {
            note_wait(oracles, app, now_ms, app->starved); /* a failed call may be why: the bound begins anew */
        }
        if (!app->starved && now_ms - app->waiting_since_ms > bound_ms) {
            note_wait(oracles, app, app->waiting_since_ms, true);
            oracle_broken(oracles, ORACLE_STARVED, NULL, RUN_NONE, container,
                          "FDM names this node as primary of app %s, no call has failed for %lld min, and container %s "
                          "has not been started",
                          app->app->name, (long long)(bound_ms / 60000), container);
        } else if (!app->starved) {
            oracle_neared(oracles, ORACLE_STARVED, now_ms - app->waiting_since_ms, bound_ms);
        }
    }
}

const struct oracle_hooks starvation_hooks = {.applied = applied, .time_moved = time_moved};
