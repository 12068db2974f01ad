/* split-primary, touched-in-backup, started-in-removal: what FluxOS does to a container at a time when it must not. */
#include "sim/oracles/oracle.h"

#include <string.h>

/* Who removes an app, as these oracles remember it. */
static const char removing[] = "oracle: removing";

static const struct scenario_component *component_of(const struct oracle_app *app, const char *container)
{
    for (uint32_t i = 0; i < app->app->component_count; i++) {
        if (strcmp(app->app->components[i].app_id, container) == 0) {
            return &app->app->components[i];
        }
    }
    return NULL;
}

static void check_primary(struct oracles *oracles, struct kernel_task *task, const struct oracle_app *app,
                          const char *container)
{
    const struct scenario_component *component = component_of(app, container);
    const char *primary = NULL;

    if (component == NULL || !component->g) {
        return;
    }
    touch_name(&oracles->kernel->world.watch, OBJECTS_PRIMARY, app->app->name, TOUCH_READ);
    if (fdm_get(&oracles->kernel->world.fdm, app->app->name, &primary) != FDM_PRIMARY ||
        strcmp(primary, oracles->node_ip) == 0) {
        oracle_weighed(oracles, ORACLE_SPLIT_PRIMARY, false);
        return;
    }
    oracle_broken(oracles, ORACLE_SPLIT_PRIMARY, task, task->event, container,
                  "%s started container %s of app %s while FDM names %s as its primary", task->task.name, container,
                  app->app->name, primary);
}

static bool in_list(const struct oracles *oracles, const struct cache *list, const char *app)
{
    return cache_get((struct cache *)(uintptr_t)list, app, oracles->kernel->world.now_ms) != NULL;
}

static void check_backup(struct oracles *oracles, struct kernel_task *task, const struct oracle_app *app,
                         const char *container, const char *what)
{
    const struct node *node = &oracles->kernel->node;
    const char *name = app->app->name;

    oracle_touch(oracles, cell_name(CELL_BACKUP_IN_PROGRESS), name, false);
    oracle_touch(oracles, cell_name(CELL_RESTORE_IN_PROGRESS), name, false);
    if (!in_list(oracles, &node->cells.caches[CELL_BACKUP_IN_PROGRESS], name) &&
        !in_list(oracles, &node->cells.caches[CELL_RESTORE_IN_PROGRESS], name)) {
        oracle_weighed(oracles, ORACLE_TOUCHED_IN_BACKUP, false);
    } else if (oracle_was_asked(oracles, task, app)) {
        oracle_weighed(oracles, ORACLE_TOUCHED_IN_BACKUP, true);
    } else {
        oracle_broken(oracles, ORACLE_TOUCHED_IN_BACKUP, task, task->event, container,
                      "%s of app %s by %s, while a backup or restore of the app is in progress", what, name,
                      task->task.name);
    }
}

static void check_removal(struct oracles *oracles, struct kernel_task *task, const struct oracle_app *app,
                          const char *container, const char *what)
{
    oracle_touch(oracles, removing, app->app->name, false);
    if (app->removing_task != RUN_NONE && app->removing_task != task->number) {
        oracle_broken(oracles, ORACLE_STARTED_IN_REMOVAL, task, task->event, container,
                      "%s of app %s by %s, while another task removes the app", what, app->app->name, task->task.name);
    } else {
        oracle_weighed(oracles, ORACLE_STARTED_IN_REMOVAL, app->removing_task == task->number);
    }
}

static void applied(struct oracles *oracles, struct kernel_task *task, const struct effect *effect,
                    enum fault_kind fault)
{
    const struct world *world = &oracles->kernel->world;

    (void)effect;
    (void)fault;
    for (uint32_t i = 0; i < world->change_count; i++) {
        const struct change *change = &world->changes[i];
        bool started = change->kind == CHANGE_CONTAINER_STARTED;
        bool created = change->kind == CHANGE_CONTAINER_CREATED;
        bool stopped = change->kind == CHANGE_CONTAINER_STOPPED || change->kind == CHANGE_CONTAINER_REMOVED;
        struct oracle_app *app =
            started || created || stopped ? oracle_app_of_container(oracles, change->object) : NULL;

        if (app == NULL) {
            continue;
        }
        check_backup(oracles, task, app, change->object, change_name(change->kind));
        if (started || created) {
            check_removal(oracles, task, app, change->object, change_name(change->kind));
        }
        if (started) {
            check_primary(oracles, task, app, change->object);
        }
    }
}

static void noted(struct oracles *oracles, struct kernel_task *task, const struct note *note)
{
    struct oracle_app *app = note->id == NOTE_REMOVAL_BEGUN ? oracle_app(oracles, note->app) : NULL;

    if (app != NULL) {
        oracle_touch(oracles, removing, app->app->name, true);
        oracle_set_task(oracles, app, &app->removing_task, task->number, &oracles->removing_count);
    }
}

static void ended(struct oracles *oracles, struct kernel_task *task, bool killed)
{
    (void)killed;
    for (uint32_t i = 0; oracles->removing_count > 0 && i < oracles->app_count; i++) {
        struct oracle_app *app = &oracles->apps[i];

        if (app->removing_task == task->number) {
            oracle_touch(oracles, removing, app->app->name, true);
            oracle_set_task(oracles, app, &app->removing_task, RUN_NONE, &oracles->removing_count);
        }
    }
}

const struct oracle_hooks conduct_hooks = {.applied = applied, .noted = noted, .ended = ended};
