/* container-lost and data-destroyed. */
#include "sim/oracles/oracle.h"

#include <string.h>

/* An install's roll-back is its own business only while the app was not there before. */
static void started(struct oracles *oracles, struct kernel_task *task)
{
    struct oracle_actor actor = oracle_actor_of(oracles, task);
    struct oracle_app *app = oracle_app(oracles, actor.subject);

    if (app != NULL && actor.kind == ACTOR_INSTALL && !task->spawned) {
        oracle_writes(oracles, app);
        app->installed_at_start = oracle_has_row(oracles, app->app->name);
    }
}

static void container_removed(struct oracles *oracles, struct kernel_task *task, const struct effect *effect,
                              const char *container)
{
    struct oracle_app *app = oracle_app_of_container(oracles, container);

    if (app == NULL || !oracle_has_row(oracles, app->app->name) || oracle_was_asked(oracles, task, app)) {
        oracle_weighed(oracles, ORACLE_CONTAINER_LOST, app != NULL && oracle_has_row(oracles, app->app->name));
        return;
    }
    oracle_broken(oracles, ORACLE_CONTAINER_LOST, task, task->event, container,
                  "container %s of app %s, which has a local row, was deleted by %s in %s", container, app->app->name,
                  effect_info(effect->id)->name, task->task.name);
}

static void data_lost(struct oracles *oracles, struct kernel_task *task, const struct effect *effect,
                      const char *volume)
{
    struct oracle_app *app = oracle_app_of_volume(oracles, volume);

    if (app == NULL || oracle_was_asked(oracles, task, app)) {
        oracle_weighed(oracles, ORACLE_DATA_DESTROYED, app != NULL);
        return;
    }
    oracle_broken(oracles, ORACLE_DATA_DESTROYED, task, task->event, volume,
                  "the data of app %s in %s was destroyed by %s in %s, and nobody asked to remove the app",
                  app->app->name, volume, effect_info(effect->id)->name, task->task.name);
}

static void applied(struct oracles *oracles, struct kernel_task *task, const struct effect *effect,
                    enum fault_kind fault)
{
    const struct world *world = &oracles->kernel->world;

    (void)fault;
    for (uint32_t i = 0; i < world->change_count; i++) {
        const struct change *change = &world->changes[i];

        if (change->kind == CHANGE_CONTAINER_REMOVED) {
            container_removed(oracles, task, effect, change->object);
        } else if (change->kind == CHANGE_DATA_LOST) {
            data_lost(oracles, task, effect, change->object);
        }
    }
}

const struct oracle_hooks container_hooks = {.started = started, .applied = applied};
