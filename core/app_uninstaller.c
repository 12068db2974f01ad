#include "core/app_uninstaller.h"

#include "core/app_installer.h"
#include "core/benchmark_service.h"
#include "core/container_data.h"
#include "core/crontab.h"
#include "core/db.h"
#include "core/docker_service.h"
#include "core/enterprise.h"
#include "core/message_store.h"
#include "core/names.h"
#include "core/port_manager.h"
#include "core/shell.h"
#include "core/syncthing_service.h"

#include <string.h>

enum { FORCED_NETWORK_WAIT_MS = 2000 }; /* 6.1 step 10 */

/* What one removal works with. */
struct removal {
    struct task *task;
    const char *argument;  /* app name or component identifier */
    const char *app;       /* main app name */
    const char *component; /* NULL: the whole app */
    bool force;
};

/* ---- 6.2
 * ---------------------------------------------------------------------------------------------------------------- */

/* Step 2. */
static void stop_container(struct removal *removal, const char *app_id)
{
    struct task *task = removal->task;

    if (removal->force) {
        const struct error *error = app_docker_kill(task, app_id);

        if (error != NULL) {
            log_error(task, "Failed to kill container %s: %s", app_id, error->message);
        }
    } else {
        const struct error *error = app_docker_stop(task, app_id);

        (void)error; /* swallowed in silence (12.8) */
    }
}

/* Step 4. */
static bool delete_container(struct removal *removal, const char *app_id)
{
    struct task *task = removal->task;
    const struct error *error =
        removal->force ? app_docker_force_remove(task, app_id) : app_docker_remove(task, app_id);

    if (error != NULL) {
        log_error(task, removal->force ? "Force remove failed for %s: %s" : "Container remove failed for %s: %s",
                  app_id, error->message);
        log_warn(task, "WARNING: Container %s may not have been fully removed. Network cleanup may fail.", app_id);
    }
    return error == NULL;
}

static void delete_path(struct task *task, const char *path)
{
    struct command command = {
        .id = EFFECT_HOST_RM, .text = arena_printf(task->arena, "sudo rm -rf %s", path), .object = path};

    log_failure(task, run_command(task, command, NULL));
}

/* Steps 6–9. */
static void delete_volume(struct task *task, const char *app_id)
{
    const char *folder = arena_printf(task->arena, "%s%s", task->node->config.apps_folder, app_id);
    struct command umount = {
        .id = EFFECT_HOST_UMOUNT, .text = arena_printf(task->arena, "sudo umount %s", folder), .object = folder};
    struct crontab crontab;

    log_failure(task, run_command(task, umount, NULL));       /* 6 */
    delete_path(task, folder);                                /* 7 */
    const struct error *error = crontab_load(task, &crontab); /* 8 */

    if (error != NULL) {
        log_failure(task, error);
        return;
    }
    int job = crontab_find(&crontab, app_id);

    if (job < 0) {
        return; /* the backing file is left behind */
    }
    const char *volume = crontab_volume(task->arena, crontab.lines[job]);

    crontab_remove(&crontab, job);
    crontab_save(task, &crontab);
    if (volume != NULL) {
        delete_path(task, volume); /* 9 */
    }
}

static const struct error *hard_uninstall(struct removal *removal, const struct component *component,
                                          const char *identifier, const char *app_id)
{
    struct task *task = removal->task;

    stop_app_monitoring(task, identifier);               /* 1 */
    stop_container(removal, app_id);                     /* 2 */
    log_failure(task, stop_syncthing_app(task, app_id)); /* 3 */
    bool removed = delete_container(removal, app_id);    /* 4 */

    TRY(cleanup_ports(task, component)); /* 5: not swallowed */
    delete_volume(task, app_id);         /* 6–9 */
    if (removed) {                       /* 10 */
        const char *repotag = value_get_text(component->document, "repotag");

        log_failure(task, app_docker_image_remove(task, text_or_undefined(repotag)));
    } else {
        log_warn(task, "Skipping image removal for %s because container removal failed", app_id);
    }
    return NULL;
}

static const struct error *hard_uninstall_component(struct removal *removal, const struct component *component)
{
    const char *identifier = arena_printf(removal->task->arena, "%s_%s", component_name(component), removal->app);

    return hard_uninstall(removal, component, identifier, get_app_identifier(removal->task->arena, identifier));
}

/* 6.1 step 8. */
static const struct error *uninstall_containers(struct removal *removal, const struct app_spec *spec)
{
    struct task *task = removal->task;

    if (spec->version <= 3) {
        return hard_uninstall(removal, &spec->components[0], removal->app,
                              get_app_identifier(task->arena, removal->app));
    }
    if (removal->component != NULL) {
        const struct component *component = app_spec_component(spec, removal->component);

        return component != NULL
                   ? hard_uninstall_component(removal, component)
                   : error_new(task->arena, "TypeError", "Cannot read properties of undefined (reading 'name')");
    }
    for (uint32_t i = spec->component_count; i > 0; i--) {
        TRY(hard_uninstall_component(removal, &spec->components[i - 1]));
    }
    return NULL;
}

/* ---- 6.1
 * ------------------------------------------------------------------------------------------------------------------ */

/* The newest of all permanent messages about the app, by height. */
static const struct value *newest_message_spec(const struct value *messages, const char *app)
{
    const struct value *newest = NULL;
    double height = -1;

    for (uint32_t i = 0; i < value_count(messages); i++) {
        const struct value *message = value_at(messages, i);
        const struct value *spec = value_get(message, "appSpecifications");

        if (value_is_text(value_get(spec, "name"), app) && value_get_number(message, "height", 0) > height) {
            newest = spec;
            height = value_get_number(message, "height", 0);
        }
    }
    return newest;
}

static const struct value *find_by_name(const struct value *documents, const char *app)
{
    for (uint32_t i = 0; i < value_count(documents); i++) {
        if (value_is_text(value_get(value_at(documents, i), "name"), app)) {
            return value_at(documents, i);
        }
    }
    return NULL;
}

/* Step 4, forced: specifications from wherever they are known. */
static const struct error *find_elsewhere(struct removal *removal, const struct value **document)
{
    struct task *task = removal->task;
    const struct value *global = NULL;
    const struct value *local = NULL;
    const struct value *messages = NULL;

    TRY(find_one_in_database(task, INFO, filter_name(task, removal->app), NULL, document));
    if (*document != NULL) {
        return NULL;
    }
    TRY(find_in_database(task, INFO, value_empty_object(), projection_no_id(task), &global));
    TRY(find_in_database(task, LOCAL_APPS, value_empty_object(), projection_no_id(task), &local));
    *document = find_by_name(global, removal->app);
    if (*document == NULL) {
        *document = find_by_name(local, removal->app);
    }
    if (*document != NULL) {
        return NULL;
    }
    TRY(find_in_database(task, MSG, value_empty_object(), projection_no_id(task), &messages));
    *document = newest_message_spec(messages, removal->app);
    return NULL;
}

/* Steps 4–7. */
static const struct error *find_specification(struct removal *removal, struct app_spec **spec)
{
    struct task *task = removal->task;
    const struct value *document = NULL;

    TRY(find_one_in_database(task, LOCAL_APPS, filter_name(task, removal->app), NULL, &document)); /* 4 */
    if (document == NULL && !removal->force) {
        return error_new(task->arena, "Error", "Flux App not found");
    }
    if (document == NULL) {
        TRY(find_elsewhere(removal, &document));
    }
    if (document == NULL) { /* 5 */
        return error_new(task->arena, "Error", "Flux App not found");
    }
    TRY(check_and_decrypt_app_specs(task, task->arena, app_spec_from(task->arena, document), spec)); /* 6 */
    return specification_formatter(task, *spec, spec);                                               /* 7 */
}

/* Step 9: before network and database are cleaned up. */
static void tell_removed(struct removal *removal)
{
    struct task *task = removal->task;
    const char *ip = get_my_flux_ip_and_port(task);

    if (ip != NULL) {
        broadcast_message_to_all(task, app_removed_message(task, removal->app, ip, now_ms(task)));
    }
    cell_delete(task, CELL_RUNNING_APPS, removal->app);
}

/* Step 10. */
static void remove_network(struct removal *removal)
{
    struct task *task = removal->task;

    if (removal->force) {
        delay(task, FORCED_NETWORK_WAIT_MS);
        log_failure(task, force_remove_flux_app_docker_network(task, removal->app));
    } else {
        log_failure(task, remove_flux_app_docker_network(task, removal->app));
    }
}

/* Steps 3–12. */
static const struct error *remove_app(struct removal *removal, bool send_message)
{
    struct task *task = removal->task;
    struct app_spec *spec = NULL;

    if (removal->argument == NULL || removal->argument[0] == '\0') {
        return error_new(task->arena, "Error", "No App specified"); /* 3 */
    }
    TRY(find_specification(removal, &spec));
    TRY(uninstall_containers(removal, spec)); /* 8 */
    if (send_message) {
        tell_removed(removal); /* 9 */
    }
    if (removal->component == NULL) {
        remove_network(removal);                                                                 /* 10 */
        TRY(find_one_and_delete_in_database(task, LOCAL_APPS, filter_name(task, removal->app))); /* 11 */
        take_note(task, NOTE_REMOVAL_DONE, removal->app, NULL, NULL);
    }
    log_info(task, "Removal step done. Result: Flux App %s was successfully removed", removal->argument); /* 12 */
    return NULL;
}

/* Step 1. Forced removals pass. */
static bool is_refused(struct task *task, bool force)
{
    if (!force && flag_get(task, FLAG_REM)) {
        log_warn(task, "Another application is undergoing removal. Removal not possible.");
        return true;
    }
    if (!force && flag_get(task, FLAG_INS)) {
        log_warn(task, "Another application is undergoing installation. Removal not possible.");
        return true;
    }
    return false;
}

void remove_app_locally(struct task *task, const char *app, bool force, bool send_message, const char *caller)
{
    struct removal removal = {.task = task, .argument = app, .app = app == NULL ? "" : app, .force = force};
    const char *underscore = app == NULL ? NULL : strchr(app, '_');

    if (underscore != NULL) {
        removal.component = arena_string_n(task->arena, app, (size_t)(underscore - app));
        removal.app = main_app_name(task->arena, app);
    }
    log_warn(task, "APP REMOVAL TRIGGERED: %s | force=%s | sendMessage=%s | caller: %s",
             removal.argument == NULL ? "" : app, force ? "true" : "false", send_message ? "true" : "false", caller);
    if (!is_refused(task, force)) {
        flag_set(task, FLAG_REM, true); /* 2 */
        take_note(task, NOTE_REMOVAL_BEGUN, removal.app, removal.component, caller);
        const struct error *error = remove_app(&removal, send_message);

        log_failure(task, error);
    }
    flag_set(task, FLAG_REM, false); /* finally: also when refused, whoever holds it */
}

/* ---- 6.3
 * --------------------------------------------------------------------------------------------------------------------
 */

static const struct error *soft_uninstall(struct removal *removal, const struct component *component,
                                          const char *identifier, const char *app_id)
{
    struct task *task = removal->task;

    stop_app_monitoring(task, identifier);
    stop_container(removal, app_id);
    TRY(app_docker_remove(task, app_id)); /* not swallowed */
    const char *repotag = value_get_text(component->document, "repotag");

    log_failure(task, app_docker_image_remove(task, text_or_undefined(repotag)));
    return cleanup_ports(task, component);
}

static const struct error *soft_uninstall_all(struct removal *removal, const struct app_spec *spec)
{
    if (spec->version <= 3) {
        return soft_uninstall(removal, &spec->components[0], removal->app,
                              get_app_identifier(removal->task->arena, removal->app));
    }
    for (uint32_t i = spec->component_count; i > 0; i--) {
        const struct component *component = &spec->components[i - 1];
        const char *identifier = arena_printf(removal->task->arena, "%s_%s", component_name(component), removal->app);

        TRY(soft_uninstall(removal, component, identifier, get_app_identifier(removal->task->arena, identifier)));
    }
    return NULL;
}

static const struct error *soft_remove(struct removal *removal)
{
    struct task *task = removal->task;
    struct app_spec *spec = NULL;

    TRY(find_specification(removal, &spec));
    TRY(soft_uninstall_all(removal, spec));
    return find_one_and_delete_in_database(task, LOCAL_APPS, filter_name(task, removal->app));
}

const struct error *soft_remove_app_locally(struct task *task, const char *app)
{
    struct removal removal = {.task = task, .argument = app, .app = app};

    if (flag_get(task, FLAG_REM) || flag_get(task, FLAG_INS)) {
        return error_new(task->arena, "Error", "Another application is undergoing %s. Removal not possible.",
                         flag_get(task, FLAG_REM) ? "removal" : "installation");
    }
    flag_set(task, FLAG_REM, true);
    const struct error *error = soft_remove(&removal);

    flag_set(task, FLAG_REM, false);
    return error;
}

/* ---- component redeploys (8) ---------------------------------------------------------------------------------------
 */

static const char nameless[] = "null";

static struct removal component_removal(struct task *task, const struct app_spec *app,
                                        const struct component *component)
{
    return (struct removal){.task = task, .argument = app->name, .app = app->name, .component = component->name};
}

const struct error *hard_uninstall_nameless_component(struct task *task, const struct app_spec *app,
                                                      const struct component *component)
{
    struct removal removal = component_removal(task, app, component);

    return hard_uninstall(&removal, component, nameless, nameless);
}

const struct error *soft_uninstall_nameless_component(struct task *task, const struct app_spec *app,
                                                      const struct component *component)
{
    struct removal removal = component_removal(task, app, component);

    return soft_uninstall(&removal, component, nameless, nameless);
}
