#include "core/syncthing_health.h"

#include "core/app_uninstaller.h"
#include "core/app_volume.h"
#include "core/container_data.h"
#include "core/docker_service.h"

enum {
    CHECK_EVERY_MS = 5 * 60 * 1000,
    WARN_AFTER_MS = 5 * 60 * 1000,
    STOP_AFTER_MS = 10 * 60 * 1000,
    RESTART_AFTER_MS = 15 * 60 * 1000,
    REMOVE_AFTER_MS = 150 * 60 * 1000,
};

/* One folder under the monitor's eyes. */
struct watched {
    struct task *task;
    const struct app_spec *app;
    const char *identifier, *app_id;
    const struct folder_health *health;
};

/* Its entry, to write to: once after each await. */
static struct folder_health *change(const struct watched *watched)
{
    return cell_change(watched->task, CELL_FOLDER_HEALTH, watched->app_id, watched->health);
}

static bool may_run(struct task *task)
{
    static const enum flag_id flags[] = {FLAG_INS, FLAG_REM, FLAG_SRD, FLAG_HRD};

    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (flag_get(task, flags[i])) {
            return false;
        }
    }
    if (cell_count(task, CELL_BACKUP_IN_PROGRESS) + cell_count(task, CELL_RESTORE_IN_PROGRESS) > 0) {
        return false;
    }
    int64_t checked_ms = health_checked_ms_get(task);

    if (checked_ms != 0 && now_ms(task) - checked_ms < CHECK_EVERY_MS) {
        return false;
    }
    health_checked_ms_set(task, now_ms(task));
    return true;
}

/* Syncthing cannot tell, or has less than its peers. */
static bool is_ill(struct task *task, const char *app_id)
{
    struct effect status = {.id = EFFECT_SYNCTHING_FOLDER_STATUS,
                            .args = OBJECT(task->arena, {"folder", value_string(task->arena, app_id)}),
                            .object = app_id};

    return perform(task, &status) != NULL ||
           value_get_number(status.result, "inSyncBytes", 0) < value_get_number(status.result, "globalBytes", 0);
}

static void restart_syncthing(struct task *task)
{
    struct effect restart = {.id = EFFECT_SYNCTHING_RESTART, .args = value_empty_object()};

    log_failure(task, perform(task, &restart));
}

static void treat_ill(const struct watched *watched, struct folder_health *health)
{
    struct task *task = watched->task;
    int64_t ill_ms = now_ms(task) - health->ill_since_ms;

    if (ill_ms >= REMOVE_AFTER_MS) {
        log_warn(task, "REMOVAL REASON: Syncthing folder unhealthy - %s (syncthingHealth)", watched->app->name);
        remove_app_locally(task, watched->app->name, true, false, "syncthingHealth");
    } else if (ill_ms >= RESTART_AFTER_MS && !health->restarted) {
        health->restarted = true;
        restart_syncthing(task);
    } else if (ill_ms >= STOP_AFTER_MS && !health->stopped) {
        health->stopped = true;
        log_failure(task, app_docker_stop(task, watched->identifier));
    } else if (ill_ms >= WARN_AFTER_MS) {
        log_warn(task, "Syncthing folder %s has not been healthy for %d min", watched->app_id, (int)(ill_ms / 60000));
    }
}

static const struct folder_health *health_of(struct task *task, const char *app_id)
{
    const struct folder_health *health = cell_get(task, CELL_FOLDER_HEALTH, app_id);

    if (health == NULL) {
        health = arena_alloc(task->node->memory, sizeof *health);
        cell_set(task, CELL_FOLDER_HEALTH, app_id, health);
    }
    return health;
}

static void watch(const struct watched *watched)
{
    struct task *task = watched->task;
    bool ill = is_ill(task, watched->app_id);
    struct folder_health *health = change(watched);

    if (ill) {
        health->ill_since_ms = health->ill_since_ms == 0 ? now_ms(task) : health->ill_since_ms;
        treat_ill(watched, health);
        return;
    }
    if (health->stopped) {
        log_failure(task, app_docker_start(task, watched->identifier));
        health = change(watched);
    }
    *health = (struct folder_health){0};
}

void monitor_folder_health(struct task *task, const struct app_list *apps)
{
    if (!may_run(task)) {
        return;
    }
    for (uint32_t i = 0; i < apps->count; i++) {
        const struct app_spec *app = apps->apps[i];

        for (uint32_t j = 0; j < app->component_count; j++) {
            const char *app_id = component_app_id(task, &app->components[j], app->name, app->version > 3);
            const struct sync_state *state = cell_get(task, CELL_RECEIVE_ONLY, app_id);

            if (state != NULL && state->restarted &&
                folder_is_mounted(task, arena_printf(task->arena, "%s%s", task->node->config.apps_folder, app_id))) {
                watch(&(struct watched){task, app, app_spec_identifier(task->arena, app, j), app_id,
                                        health_of(task, app_id)});
            }
        }
    }
}
