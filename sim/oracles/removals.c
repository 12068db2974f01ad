/* app-wrongly-removed and row-forgotten. */
#include "sim/oracles/oracle.h"

#include <string.h>

/* Who told the network, and who did not, as these oracles remember it. */
static const char telling[] = "oracle: telling";

static bool network_believes(const struct oracles *oracles, const char *app)
{
    touch_every(&oracles->kernel->world.watch, OBJECTS_PEER_STORES);
    return peers_expiry(&oracles->kernel->world.peers, app, oracles->node_ip) > oracles->kernel->world.now_ms;
}

static void row_removed(struct oracles *oracles, struct kernel_task *task, struct oracle_app *app)
{
    const char *name = app->app->name;

    oracle_touch(oracles, telling, name, true);
    if (!oracle_was_asked(oracles, task, app)) {
        oracle_broken(oracles, ORACLE_APP_WRONGLY_REMOVED, task, task->event, name,
                      "app %s was uninstalled in %s although nobody asked for it", name, task->task.name);
    } else {
        oracle_weighed(oracles, ORACLE_APP_WRONGLY_REMOVED, true);
    }
    if (oracle_actor_of(oracles, task).kind == ACTOR_SOFT_REMOVE) {
        return; /* the first half of a redeploy: the row comes back (6.3) */
    }
    if (app->removed_told_task != task->number && network_believes(oracles, name)) {
        oracle_set_task(oracles, app, &app->forgotten_task, task->number, &oracles->forgotten_count);
        app->forgotten_event = task->event;
    } else {
        oracle_weighed(oracles, ORACLE_ROW_FORGOTTEN, app->removed_told_task != task->number);
    }
}

static void message_sent(struct oracles *oracles, struct kernel_task *task, const struct effect *effect)
{
    const struct value *data = value_get(effect->args, "data");
    const char *type = value_get_text(data, "type");
    struct oracle_app *app = NULL;

    if (type == NULL || strcmp(type, "fluxappremoved") != 0) {
        return;
    }
    app = oracle_app(oracles, value_get_text(data, "appName"));
    if (app != NULL) {
        oracle_touch(oracles, telling, app->app->name, true);
        oracle_writes(oracles, app);
        app->removed_told_task = task->number;
        if (app->forgotten_task == task->number) {
            oracle_set_task(oracles, app, &app->forgotten_task, RUN_NONE, &oracles->forgotten_count);
        }
    }
}

static void applied(struct oracles *oracles, struct kernel_task *task, const struct effect *effect,
                    enum fault_kind fault)
{
    const struct world *world = &oracles->kernel->world;

    (void)fault;
    if (effect->id == EFFECT_PEERS_SEND && effect->error == NULL) {
        message_sent(oracles, task, effect);
    }
    for (uint32_t i = 0; i < world->change_count; i++) {
        const struct change *change = &world->changes[i];
        struct oracle_app *app =
            change->kind == CHANGE_ROW_REMOVED && strcmp(change->object, "localzelapps.zelappsinformation") == 0
                ? oracle_app(oracles, change->detail)
                : NULL;

        if (app != NULL && !oracle_has_row(oracles, app->app->name)) {
            row_removed(oracles, task, app);
        }
    }
}

/* Only now is it certain that the task tells nobody. */
static void ended(struct oracles *oracles, struct kernel_task *task, bool killed)
{
    (void)killed;
    for (uint32_t i = 0; oracles->forgotten_count > 0 && i < oracles->app_count; i++) {
        struct oracle_app *app = &oracles->apps[i];

        if (app->forgotten_task != task->number) {
            continue;
        }
        oracle_touch(oracles, telling, app->app->name, true);
        oracle_set_task(oracles, app, &app->forgotten_task, RUN_NONE, &oracles->forgotten_count);
        if (!oracle_has_row(oracles, app->app->name)) {
            oracle_broken(oracles, ORACLE_ROW_FORGOTTEN, task, app->forgotten_event, app->app->name,
                          "the local row of app %s vanished in %s, and no fluxappremoved told the network, which still "
                          "believes it runs here",
                          app->app->name, task->task.name);
        }
    }
}

const struct oracle_hooks removal_hooks = {.applied = applied, .ended = ended};
