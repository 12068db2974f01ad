#include "core/backup.h"

#include "core/app_control.h"
#include "core/container_data.h"
#include "core/docker_service.h"
#include "core/names.h"
#include "core/registry_manager.h"
#include "core/shell.h"
#include "core/syncthing_service.h"

#include <string.h>

enum { CHUNK_WAIT_MS = 3 * 1000, PHASE_WAIT_MS = 5 * 1000, REDEPLOY_WAIT_MS = 60 * 1000 };

/* ---- what both do
 * ------------------------------------------------------------------------------------------------------ */

static bool uses_syncthing(const struct app_spec *spec)
{
    for (uint32_t i = 0; i < spec->component_count; i++) {
        const char *data = spec->components[i].container_data;

        if (has_g(data) || has_r(data) || (data != NULL && strstr(data, "s:") != NULL)) {
            return true;
        }
    }
    return false;
}

/* Up to the stop of the app: the same for both. */
static const struct error *bring_to_rest(struct task *task, const char *app, struct app_spec **spec)
{
    TRY(get_application_global_specifications(task, app, spec));
    if (*spec == NULL || !(*spec)->has_compose) {
        return error_new(task->arena, "TypeError", "Cannot read properties of undefined (reading 'some')");
    }
    if (uses_syncthing(*spec)) {
        delay(task, CHUNK_WAIT_MS);
        /* By app name, so it finds no component's folder (5.6): syncthing goes on until its own loop drops the folder.
         */
        TRY(stop_syncthing_app(task, get_app_identifier(task->arena, app)));
    }
    delay(task, CHUNK_WAIT_MS);
    app_docker_stop_app(task, app);
    delay(task, PHASE_WAIT_MS);
    return NULL;
}

static const char *data_folder(struct task *task, const struct app_spec *spec, uint32_t index)
{
    return arena_printf(task->arena, "%s%s", task->node->config.apps_folder,
                        component_app_id(task, &spec->components[index], spec->name, true));
}

/* ---- backup
 * ------------------------------------------------------------------------------------------------------------ */

static const struct error *pack(struct task *task, const struct app_spec *spec)
{
    for (uint32_t i = 0; i < spec->component_count; i++) {
        const char *folder = data_folder(task, spec, i);
        struct command tar = {.id = EFFECT_HOST_TAR,
                              .text = arena_printf(task->arena,
                                                   "sudo tar -czf %s/backup/local/backup_%s.tar.gz -C %s/appdata .",
                                                   folder, component_name(&spec->components[i]), folder),
                              .object = folder};

        TRY(run_command(task, tar, NULL));
    }
    return NULL;
}

/* Without syncthing the whole app; else each component without g:. */
static void start_after_backup(struct task *task, const char *app, const struct app_spec *spec)
{
    if (!uses_syncthing(spec)) {
        app_docker_start_app(task, app);
        return;
    }
    for (uint32_t i = 0; i < spec->component_count; i++) {
        const char *identifier = app_spec_identifier(task->arena, spec, i);
        const struct error *error =
            has_g(spec->components[i].container_data) ? NULL : app_docker_start(task, identifier);

        log_failure(task, error);
    }
}

static const struct error *back_up(struct task *task, const char *app)
{
    struct app_spec *spec = NULL;

    TRY(bring_to_rest(task, app, &spec));
    TRY(pack(task, spec));
    delay(task, PHASE_WAIT_MS);
    start_after_backup(task, app, spec);
    delay(task, PHASE_WAIT_MS);
    return NULL;
}

void backup_app(struct task *task, const char *app)
{
    cell_add(task, CELL_BACKUP_IN_PROGRESS, app);
    const struct error *error = back_up(task, app);

    log_failure(task, error);
    cell_delete(task, CELL_BACKUP_IN_PROGRESS, app);
}

/* ---- restore
 * ------------------------------------------------------------------------------------------------------------ */

static const struct error *unpack(struct task *task, const struct app_spec *spec)
{
    for (uint32_t i = 0; i < spec->component_count; i++) {
        const char *folder = data_folder(task, spec, i);
        const char *data = arena_printf(task->arena, "%s/appdata", folder);
        struct command remove = {
            .id = EFFECT_HOST_RM, .text = arena_printf(task->arena, "sudo rm -rf %s/*", data), .object = data};
        struct effect download = {
            .id = EFFECT_NET_BACKUP,
            .args = OBJECT(task->arena, {"component", value_string(task->arena, spec->components[i].name)}),
            .object = spec->name};
        struct command untar = {.id = EFFECT_HOST_UNTAR,
                                .text =
                                    arena_printf(task->arena, "sudo tar -xzf %s/backup/upload/backup_%s.tar.gz -C %s",
                                                 folder, component_name(&spec->components[i]), data),
                                .object = data};

        TRY(run_command(task, remove, NULL));
        TRY(perform(task, &download));
        TRY(run_command(task, untar, NULL));
    }
    return NULL;
}

static void trust_restored(struct task *task, const struct app_spec *spec)
{
    for (uint32_t i = 0; i < spec->component_count; i++) {
        const struct component *component = &spec->components[i];

        if (has_g(component->container_data) || has_r(component->container_data)) {
            set_sync_state(task, component_app_id(task, component, spec->name, true),
                           (struct sync_state){.restarted = true, .executions = 10});
        }
    }
}

static const struct error *restore(struct task *task, const char *app)
{
    struct app_spec *spec = NULL;

    TRY(bring_to_rest(task, app, &spec));
    TRY(unpack(task, spec));
    trust_restored(task, spec);
    delay(task, PHASE_WAIT_MS);
    app_docker_start_app(task, app); /* all components, g: too */
    if (uses_syncthing(spec)) {
        delay(task, REDEPLOY_WAIT_MS); /* the other locations redeploy; their side is not ours */
    }
    delay(task, PHASE_WAIT_MS);
    return NULL;
}

void restore_app(struct task *task, const char *app)
{
    cell_add(task, CELL_RESTORE_IN_PROGRESS, app);
    const struct error *error = restore(task, app);

    log_failure(task, error);
    cell_delete(task, CELL_RESTORE_IN_PROGRESS, app);
}
