/* phantom-running and dark. */
#include "sim/oracles/oracle.h"

#include <string.h>

enum { VALIDITY_MS = 125 * 60 * 1000 }; /* of a running message: lifecycle.md 4.6 */

/* ---- phantom-running ------------------------------------------------------------------------------------------ */

static void app_announced(struct oracles *oracles, struct kernel_task *task, const char *name)
{
    struct oracle_app *app = oracle_app(oracles, name);

    for (uint32_t i = 0; app != NULL && i < app->app->component_count; i++) {
        const char *container = app->app->components[i].app_id;

        if (oracle_container(oracles, container) == NULL) {
            oracles->recorder->record->counts[RUN_COUNT_PHANTOM_ANNOUNCEMENTS]++;
            oracle_broken(oracles, ORACLE_PHANTOM_RUNNING, task, task->event, name,
                          "%s announces app %s as running, but its container %s does not exist", task->task.name, name,
                          container);
            return; /* one announcement, one violation */
        }
    }
    if (app != NULL) {
        oracle_weighed(oracles, ORACLE_PHANTOM_RUNNING, false);
    }
}

static void message_sent(struct oracles *oracles, struct kernel_task *task, const struct effect *effect)
{
    const struct value *data = value_get(effect->args, "data");
    const struct value *apps = value_get(data, "apps");

    if (!oracles->recorder->sent_is_new || !value_is_text(value_get(data, "type"), "fluxapprunning")) {
        return; /* the same message to another peer, or another kind */
    }
    if (apps == NULL) {
        app_announced(oracles, task, value_get_text(data, "name"));
    }
    for (uint32_t i = 0; i < value_count(apps); i++) {
        app_announced(oracles, task, value_get_text(value_at(apps, i), "name"));
    }
}

static void applied(struct oracles *oracles, struct kernel_task *task, const struct effect *effect,
                    enum fault_kind fault)
{
    (void)fault;
    if (effect->id == EFFECT_PEERS_SEND) {
        message_sent(oracles, task, effect);
    }
}

/* ---- dark ------------------------------------------------------------------------------------------------------- */

static bool runs_whole(struct oracles *oracles, const struct scenario_app *app)
{
    if (app->component_count == 0 || !oracle_has_row(oracles, app->name)) {
        return false;
    }
    for (uint32_t i = 0; i < app->component_count; i++) {
        const struct container *container = oracle_container(oracles, app->components[i].app_id);

        if (container == NULL || container->state != CONTAINER_RUNNING) {
            return false;
        }
    }
    return true;
}

static void note_whole(struct oracles *oracles, struct oracle_app *app, int64_t since_ms, bool lapsed)
{
    if (app->whole_since_ms != since_ms || app->lapsed != lapsed) {
        oracle_writes(oracles, app);
        app->whole_since_ms = since_ms;
        app->lapsed = lapsed;
    }
}

static void time_moved(struct oracles *oracles)
{
    const struct world *world = &oracles->kernel->world;
    int64_t now_ms = world->now_ms;

    if (!oracles->has_check || world->peers.peer_count == 0) {
        return;
    }
    for (uint32_t i = 0; i < oracles->app_count; i++) {
        struct oracle_app *app = &oracles->apps[i];

        if (!runs_whole(oracles, app->app)) {
            note_whole(oracles, app, -1, app->lapsed);
            continue;
        }
        if (app->whole_since_ms < 0) {
            note_whole(oracles, app, now_ms, app->lapsed);
        }
        int64_t expiry_ms = peers_expiry(&world->peers, app->app->name, oracles->node_ip);
        int64_t due_ms = expiry_ms > app->whole_since_ms ? expiry_ms : app->whole_since_ms + VALIDITY_MS;

        if (due_ms >= now_ms) {
            oracle_neared(oracles, ORACLE_DARK, VALIDITY_MS - (due_ms - now_ms), VALIDITY_MS);
            note_whole(oracles, app, app->whole_since_ms, false);
        } else if (!app->lapsed) {
            note_whole(oracles, app, app->whole_since_ms, true);
            oracle_broken(oracles, ORACLE_DARK, NULL, RUN_NONE, app->app->name,
                          "every container of app %s runs, but no announcement of it is younger than 125 min: the "
                          "network takes it for gone",
                          app->app->name);
        }
    }
}

const struct oracle_hooks announcement_hooks = {.applied = applied, .time_moved = time_moved};
