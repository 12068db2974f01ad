#include "core/syncthing_loop.h"

#include "core/app_query.h"
#include "core/app_volume.h"
#include "core/benchmark_service.h"
#include "core/container_data.h"
#include "core/registry_manager.h"
#include "core/shell.h"
#include "core/syncthing_health.h"
#include "core/syncthing_service.h"

#include <string.h>

enum { RESTART_WAIT_MS = 5000 };

/* What one run works with. */
struct sync_run {
    struct task *task;
    struct app_list apps;
    const char *my_ip;
    const struct value *folders; /* as configured at the start */
    const struct value *wanted;  /* devices of the peers met */
    const struct value *visited; /* ids */
    const struct value *changed; /* folder configurations to be put */
    bool facts_known;            /* step 6 succeeded */
};

static const struct error *not_to_be_had(struct task *task, const char *what)
{
    return error_new(task->arena, "Error", "Syncthing: %s not to be had", what);
}

static const char *data_folder(struct task *task, const char *app_id)
{
    return arena_printf(task->arena, "%s%s", task->node->config.apps_folder, app_id);
}

static bool exists(struct task *task, const char *path)
{
    struct effect access = {.id = EFFECT_HOST_ACCESS,
                            .args = OBJECT(task->arena, {"path", value_string(task->arena, path)}),
                            .object = path};

    return perform(task, &access) == NULL && value_truthy(access.result);
}

/* ---- steps 3–7
 * -------------------------------------------------------------------------------------------------------------- */

/* 5: one folder that is not there, or neither mounted nor filled, and the whole run is off. */
static const struct error *check_folders(struct sync_run *run)
{
    struct task *task = run->task;

    for (uint32_t i = 0; i < run->apps.count; i++) {
        struct app_spec *app = run->apps.apps[i];

        for (uint32_t j = 0; j < app->component_count; j++) {
            const char *folder =
                data_folder(task, component_app_id(task, &app->components[j], app->name, app->version > 3));

            if (!exists(task, folder) ||
                (!folder_is_mounted(task, folder) && !exists(task, arena_printf(task->arena, "%s/appdata", folder)))) {
                return error_new(task->arena, "Error", "Data folder %s is not ready, syncthing is left alone", folder);
            }
        }
    }
    return NULL;
}

/* 6 */
static const struct error *learn_facts(struct sync_run *run)
{
    struct task *task = run->task;
    struct effect status = {.id = EFFECT_SYNCTHING_SYSTEM_STATUS, .args = value_empty_object()};
    struct effect devices = {.id = EFFECT_SYNCTHING_GET_DEVICES, .args = value_empty_object()};

    if (!syncthing_is_healthy(task) || perform(task, &status) != NULL ||
        value_get_text(status.result, "myID") == NULL) {
        return not_to_be_had(task, "device id");
    }
    run->my_ip = get_my_flux_ip_and_port(task);
    if (run->my_ip == NULL) {
        return not_to_be_had(task, "my address");
    }
    if (!get_config_folders(task, &run->folders)) {
        return not_to_be_had(task, "folders");
    }
    if (perform(task, &devices) != NULL) {
        return not_to_be_had(task, "devices");
    }
    run->facts_known = true;
    return NULL;
}

/* 7: after a start, what might have lost its mount must not send. */
static void secure_unmounted(struct sync_run *run)
{
    struct task *task = run->task;
    bool changed = false;

    for (uint32_t i = 0; i < value_count(run->folders); i++) {
        const struct value *folder = value_at(run->folders, i);
        const char *path = value_get_text(folder, "path");

        if (value_is_text(value_get(folder, "type"), "sendreceive") && !folder_is_mounted(task, path)) {
            changed = change_syncthing_folder_type(task, path, "receiveonly") || changed;
        }
    }
    if (changed) {
        struct effect restart = {.id = EFFECT_SYNCTHING_RESTART, .args = value_empty_object()};
        const struct error *error = perform(task, &restart);

        if (error == NULL) {
            delay(task, RESTART_WAIT_MS);
        }
        if (!get_config_folders(task, &run->folders)) {
            run->folders = value_empty_array();
        }
    }
}

/* ---- step 8: a component (7.2)
 * ------------------------------------------------------------------------------------------------ */

static const struct value *folder_by_id(const struct value *folders, const char *id)
{
    for (uint32_t i = 0; i < value_count(folders); i++) {
        if (value_is_text(value_get(value_at(folders, i), "id"), id)) {
            return value_at(folders, i);
        }
    }
    return NULL;
}

/* A peer's device id, asked for once. */
static void meet_peer(struct sync_run *run, const char *ip)
{
    struct task *task = run->task;
    const struct value *id = cell_get(task, CELL_DEVICE_IDS, ip);

    if (id == NULL) {
        struct effect ask = {.id = EFFECT_PEERS_DEVICEID,
                             .args = OBJECT(task->arena, {"peer", value_string(task->arena, ip)}),
                             .object = ip};

        if (perform(task, &ask) != NULL || value_get(ask.result, "data") == NULL) {
            return;
        }
        id = value_copy(task->node->memory, value_get(ask.result, "data"));
        cell_set(task, CELL_DEVICE_IDS, ip, id);
    }
    run->wanted = value_append(task->arena, run->wanted, OBJECT(task->arena, {"deviceID", id}));
}

static const struct error *process_component(struct sync_run *run, struct app_spec *app, uint32_t index)
{
    struct task *task = run->task;
    const struct component *component = &app->components[index];
    const char *app_id = component_app_id(task, component, app->name, app->version > 3);
    const char *path = data_folder(task, app_id);
    const char *mark = arena_printf(task->arena, "%s/.stfolder", path);
    struct command mkdir = {
        .id = EFFECT_HOST_MKDIR, .text = arena_printf(task->arena, "sudo mkdir -p %s", mark), .object = mark};
    struct container_mounts mounts;

    TRY(parse_container_data(task->arena, component->container_data, app, (int)index, &mounts));
    if (!mounts.flag_r && !mounts.flag_g && !mounts.flag_s) {
        return NULL;
    }
    struct sync_folder_task folder = {.task = task,
                                      .app = app,
                                      .component = component,
                                      .identifier = app_spec_identifier(task->arena, app, index),
                                      .app_id = app_id,
                                      .folder = path,
                                      .my_ip = run->my_ip,
                                      .configured = folder_by_id(run->folders, app_id),
                                      .r = mounts.flag_r,
                                      .type = "sendreceive",
                                      .visited = true};

    TRY(run_command(task, mkdir, NULL));
    TRY(app_location(task, app->name, &folder.locations));
    for (uint32_t i = 0; i < value_count(folder.locations); i++) {
        const char *ip = value_get_text(value_at(folder.locations, i), "ip");

        if (ip != NULL && strcmp(ip, run->my_ip) != 0) {
            meet_peer(run, ip);
        }
    }
    if (mounts.flag_r || mounts.flag_g) {
        folder.mount_is_safe = folder_is_mounted(task, path);
        TRY(manage_folder_sync_state(&folder));
    }
    if (!folder.visited) {
        return NULL;
    }
    run->visited = value_append(task->arena, run->visited, value_string(task->arena, app_id));
    if (!value_is_text(value_get(folder.configured, "type"), folder.type)) {
        run->changed = value_append(task->arena, run->changed,
                                    OBJECT(task->arena, {"id", value_string(task->arena, app_id)},
                                           {"path", value_string(task->arena, path)},
                                           {"type", value_string(task->arena, folder.type)}));
    }
    return NULL;
}

static const struct error *process_apps(struct sync_run *run)
{
    struct task *task = run->task;

    for (uint32_t i = 0; i < run->apps.count; i++) {
        struct app_spec *app = run->apps.apps[i];

        if (cell_has(task, CELL_BACKUP_IN_PROGRESS, app->name) || cell_has(task, CELL_RESTORE_IN_PROGRESS, app->name)) {
            continue;
        }
        for (uint32_t j = 0; j < app->component_count; j++) {
            TRY(process_component(run, app, j));
        }
    }
    return NULL;
}

/* ---- steps 9–12
 * ---------------------------------------------------------------------------------------------------------------- */

/* 9: whatever step 8 did not visit goes, apps in backup and apps that could not be decrypted included. */
static const struct error *delete_unvisited(struct sync_run *run)
{
    struct arena *arena = run->task->arena;

    for (uint32_t i = 0; i < value_count(run->folders); i++) {
        const struct value *id = value_get(value_at(run->folders, i), "id");

        if (!value_holds_text(run->visited, value_text(id))) {
            struct effect remove = {
                .id = EFFECT_SYNCTHING_DELETE_FOLDER, .args = OBJECT(arena, {"id", id}), .object = value_text(id)};

            TRY(perform(run->task, &remove));
        }
    }
    return NULL;
}

static const struct error *put(struct task *task, enum effect_id id, const struct value *body)
{
    struct effect effect = {.id = id, .args = OBJECT(task->arena, {"body", body})};

    return perform(task, &effect);
}

static const struct error *apply_configuration(struct sync_run *run)
{
    struct task *task = run->task;
    struct effect required = {.id = EFFECT_SYNCTHING_GET_RESTART_REQUIRED, .args = value_empty_object()};

    TRY(delete_unvisited(run));
    TRY(put(task, EFFECT_SYNCTHING_PUT_DEVICES, run->wanted)); /* 10 */
    if (value_count(run->changed) > 0) {
        TRY(put(task, EFFECT_SYNCTHING_PUT_FOLDERS, run->changed));
    }
    monitor_folder_health(task, &run->apps); /* 11 */
    TRY(perform(task, &required));           /* 12 */
    if (value_truthy(value_get(required.result, "requiresRestart"))) {
        struct effect restart = {.id = EFFECT_SYNCTHING_RESTART, .args = value_empty_object()};

        TRY(perform(task, &restart));
    }
    return NULL;
}

/* ---- the run
 * --------------------------------------------------------------------------------------------------------------------
 */

static const struct error *work(struct sync_run *run)
{
    struct app_list encrypted;

    if (!installed_apps(run->task, &encrypted)) { /* 3 */
        return error_new(run->task->arena, "Error", "Failed to get installed Apps");
    }
    decrypt_enterprise_apps(run->task, encrypted, true, &run->apps); /* 4 */
    TRY(check_folders(run));
    TRY(learn_facts(run));
    if (flag_get(run->task, FLAG_SFR)) {
        secure_unmounted(run);
    }
    TRY(process_apps(run));
    return apply_configuration(run);
}

void syncthing_apps(struct task *task)
{
    static const enum flag_id flags[] = {FLAG_INS, FLAG_REM, FLAG_SRD, FLAG_HRD, FLAG_USR};
    struct sync_run run = {
        .task = task, .wanted = value_empty_array(), .visited = value_empty_array(), .changed = value_empty_array()};

    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (flag_get(task, flags[i])) {
            return;
        }
    }
    flag_set(task, FLAG_USR, true);
    const struct error *error = work(&run);

    log_failure(task, error);
    flag_set(task, FLAG_USR, false); /* 13 */
    if (run.facts_known) {
        flag_set(task, FLAG_SFR, false);
    }
}
