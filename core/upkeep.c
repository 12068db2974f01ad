#include "core/upkeep.h"

#include "core/app_control.h"
#include "core/app_query.h"
#include "core/app_uninstaller.h"
#include "core/app_volume.h"
#include "core/benchmark_service.h"
#include "core/crontab.h"
#include "core/daemon_service.h"
#include "core/db.h"
#include "core/docker_service.h"
#include "core/names.h"
#include "core/registry_manager.h"
#include "core/shell.h"

#include <string.h>

enum {
    FORCED_REMOVAL_WAIT_MS = 3 * 60 * 1000,
    INSTANCE_REMOVAL_WAIT_MS = 300 * 1000,
    REMOVAL_WAIT_MS = 60 * 1000,
    RECOVERY_WAIT_MS = 2 * 1000,
    INSTANCES_DEFAULT = 3,
    STATUS_RETRY_MS = 2 * 60 * 1000,
    STATUS_ATTEMPTS_MAX = 10,
    BEHIND_MAX_MS = 2 * 60 * 60 * 1000,
};

/* Blocks an app lives without a word of its own: 22,000, four times as many since blocks come four times as fast. */
static const double EXPIRE_DEFAULT = 22000;
static const double FASTER_BLOCKS_HEIGHT = 2020000;
static const double FASTER_BLOCKS_FACTOR = 4;

/* ---- forceAppRemovals
 * ------------------------------------------------------------------------------------------------ */

/* Apps of listed Flux containers, each once, in list order. */
static const struct value *apps_of_containers(struct task *task, const struct value *containers)
{
    const struct value *apps = value_empty_array();

    for (uint32_t i = 0; i < value_count(containers); i++) {
        const char *name = first_container_name(value_at(containers, i));
        const char *app =
            is_flux_container(name) ? main_app_name(task->arena, identifier_from_docker_name(name)) : NULL;

        if (app != NULL && !value_holds_text(apps, app)) {
            apps = value_append(task->arena, apps, value_string(task->arena, app));
        }
    }
    return apps;
}

static const struct error *remove_unknown_apps(struct task *task)
{
    const struct value *containers = NULL;
    struct app_list apps;

    TRY(docker_list_containers(task, true, &containers));
    if (!installed_apps(task, &apps)) {
        return error_new(task->arena, "Error", "Failed to get installed Apps");
    }
    const struct value *found = apps_of_containers(task, containers);

    for (uint32_t i = 0; i < value_count(found); i++) {
        const char *app = value_text(value_at(found, i));
        const struct value *location = NULL;

        if (app_list_has(&apps, app)) {
            continue;
        }
        TRY(find_one_in_database(task, LOC, filter_name(task, app), NULL, &location));
        log_warn(task, "REMOVAL REASON: App container without local record - %s (forceAppRemovals)", app);
        remove_app_locally(task, app, true, location != NULL, "forceAppRemovals");
        delay(task, FORCED_REMOVAL_WAIT_MS);
    }
    return NULL;
}

void force_app_removals(struct task *task)
{
    static const enum flag_id flags[] = {FLAG_REM, FLAG_INS, FLAG_SRD, FLAG_HRD, FLAG_ROA};

    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (flag_get(task, flags[i])) {
            return;
        }
    }
    log_failure(task, remove_unknown_apps(task));
}

/* ---- checkAndRemoveApplicationInstance
 * --------------------------------------------------------------------------------- */

/* Whether the location at `ip` is the one that came last. */
static bool is_newest(const struct value *locations, const char *ip)
{
    int64_t newest_ms = INT64_MIN;
    const char *newest = NULL;

    for (uint32_t i = 0; i < value_count(locations); i++) {
        int64_t since_ms = value_to_instant(value_get(value_at(locations, i), "runningSince"), INT64_MIN);

        if (since_ms != INT64_MIN && since_ms >= newest_ms) {
            newest_ms = since_ms;
            newest = value_get_text(value_at(locations, i), "ip");
        }
    }
    return newest != NULL && strcmp(newest, ip) == 0;
}

static const struct error *remove_surplus_instances(struct task *task)
{
    const char *ip = get_my_flux_ip_and_port(task);
    struct app_list apps;

    if (ip == NULL) {
        return error_new(task->arena, "Error", "Unable to detect Flux IP address");
    }
    if (!installed_apps(task, &apps)) {
        return error_new(task->arena, "Error", "Failed to get installed Apps");
    }
    for (uint32_t i = 0; i < apps.count; i++) {
        const struct app_spec *app = apps.apps[i];
        double wanted = value_get_number(app->document, "instances", INSTANCES_DEFAULT);
        const struct value *locations = NULL;

        TRY(app_location(task, app->name, &locations));
        if (value_count(locations) > wanted && is_newest(locations, ip)) {
            log_warn(task, "REMOVAL REASON: Surplus instance - %s (checkAndRemoveApplicationInstance)", app->name);
            remove_app_locally(task, app->name, false, true, "checkAndRemoveApplicationInstance");
            delay(task, INSTANCE_REMOVAL_WAIT_MS);
        }
    }
    return NULL;
}

void check_and_remove_application_instance(struct task *task)
{
    log_failure(task, remove_surplus_instances(task));
}

/* ---- expireGlobalApplications
 * -------------------------------------------------------------------------------------------- */

static bool is_expired(const struct value *app, double block)
{
    double height = value_get_number(app, "height", 0);
    double life = value_get_number(app, "expire", 0);

    if (life == 0) {
        life = height >= FASTER_BLOCKS_HEIGHT ? EXPIRE_DEFAULT * FASTER_BLOCKS_FACTOR : EXPIRE_DEFAULT;
    }
    return height + life < block;
}

static const struct error *expire(struct task *task)
{
    const struct value *published = NULL;
    struct app_list apps;
    double block = 0;

    TRY(get_block_count(task, &block));
    TRY(find_in_database(task, INFO, value_empty_object(), projection_no_id(task), &published));
    for (uint32_t i = 0; i < value_count(published); i++) {
        const struct value *app = value_at(published, i);
        const char *name = value_get_text(app, "name");

        if (is_expired(app, block)) {
            log_info(task, "Expired application %s", text_or_undefined(name));
            TRY(find_one_and_delete_in_database(task, INFO, filter_name(task, name)));
        }
    }
    if (!installed_apps(task, &apps)) {
        return error_new(task->arena, "Error", "Failed to get installed Apps");
    }
    for (uint32_t i = 0; i < apps.count; i++) {
        const struct app_spec *app = apps.apps[i];

        if (value_get(app->document, "height") == NULL || is_expired(app->document, block)) {
            log_warn(task, "REMOVAL REASON: App expired - %s (expireGlobalApplications)", app->name);
            remove_app_locally(task, app->name, true, false, "expireGlobalApplications");
            delay(task, REMOVAL_WAIT_MS);
        }
    }
    return NULL;
}

void expire_global_applications(struct task *task)
{
    log_failure(task, expire(task));
}

/* ---- monitorNodeStatus
 * --------------------------------------------------------------------------------------------------- */

/* A daemon that does not answer is asked again every 2 min, until the next round. */
static bool is_confirmed_in_the_end(struct task *task)
{
    bool confirmed = true;

    for (int attempt = 0; attempt < STATUS_ATTEMPTS_MAX; attempt++) {
        const struct error *error = node_confirmation(task, &confirmed);

        if (error == NULL) {
            return confirmed;
        }
        log_failure(task, error);
        delay(task, STATUS_RETRY_MS);
    }
    return true; /* nobody said that it is not */
}

void monitor_node_status(struct task *task)
{
    struct app_list apps;

    if (is_confirmed_in_the_end(task) || !installed_apps(task, &apps)) {
        return;
    }
    for (uint32_t i = 0; i < apps.count; i++) {
        log_warn(task, "REMOVAL REASON: Node not confirmed - %s (monitorNodeStatus)", apps.apps[i]->name);
        remove_app_locally(task, apps.apps[i]->name, true, false, "monitorNodeStatus");
        delay(task, REMOVAL_WAIT_MS);
    }
}

/* ---- checkDaemonHealth
 * ------------------------------------------------------------------------------------------------------- */

static bool has_been_behind(struct task *task)
{
    bool synced = true;
    const struct error *error = daemon_is_synced(task, &synced);

    log_failure(task, error); /* a daemon that does not answer is not in sync either */
    if (error == NULL && synced) {
        daemon_behind_ms_set(task, 0);
        return false;
    }
    int64_t since_ms = daemon_behind_ms_get(task);

    if (since_ms == 0) {
        since_ms = now_ms(task);
        daemon_behind_ms_set(task, since_ms);
    }
    return now_ms(task) - since_ms >= BEHIND_MAX_MS;
}

void check_daemon_health(struct task *task)
{
    static const enum flag_id flags[] = {FLAG_REM, FLAG_INS, FLAG_SRD, FLAG_HRD};
    struct app_list apps;

    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (flag_get(task, flags[i])) {
            return;
        }
    }
    if (!has_been_behind(task) || !installed_apps(task, &apps)) {
        return;
    }
    for (uint32_t i = 0; i < apps.count; i++) {
        log_warn(task, "REMOVAL REASON: Daemon not in sync - %s (checkDaemonHealth)", apps.apps[i]->name);
        remove_app_locally(task, apps.apps[i]->name, true, true, "checkDaemonHealth");
        delay(task, FORCED_REMOVAL_WAIT_MS);
    }
}

/* ---- stopAllNonFluxRunningApps
 * --------------------------------------------------------------------------------------------- */

void stop_all_non_flux_running_apps(struct task *task)
{
    const struct value *containers = NULL;
    const struct error *error = docker_list_containers(task, false, &containers);

    for (uint32_t i = 0; error == NULL && i < value_count(containers); i++) {
        const char *name = first_container_name(value_at(containers, i));

        if (!is_flux_container(name)) {
            struct effect stop = {.id = EFFECT_DOCKER_CONTAINER_STOP,
                                  .args = OBJECT(task->arena, {"container", value_get(value_at(containers, i), "Id")}),
                                  .object = name + (name[0] == '/')};

            log_failure(task, docker_call(task, &stop));
        }
    }
    log_failure(task, error);
}

/* ---- stoppedAppsRecovery (7.6)
 * ----------------------------------------------------------------------------------------------- */

static bool any_g(const struct app_spec *app)
{
    for (uint32_t i = 0; i < app->component_count; i++) {
        if (has_g(app->components[i].container_data)) {
            return true;
        }
    }
    return false;
}

/* Errors of the location query count as valid. */
static bool is_known_here(struct task *task, const char *app)
{
    const char *ip = get_my_flux_ip_and_port(task);
    const struct value *location = NULL;

    if (ip == NULL || find_one_in_database(task, LOC, filter_name_ip(task, app, ip), NULL, &location) != NULL) {
        return true;
    }
    return value_to_instant(value_get(location, "expireAt"), 0) > now_ms(task);
}

static void recover_app(struct task *task, const struct app_list *apps, const char *app)
{
    struct app_spec *spec = NULL;

    if (!app_list_has(apps, app) || get_application_specifications(task, app, &spec) != NULL || spec == NULL ||
        any_g(spec)) {
        return;
    }
    if (is_known_here(task, app)) {
        app_docker_start_app(task, app);
    } else {
        log_warn(task, "REMOVAL REASON: Stopped app without valid location - %s (stoppedAppsRecovery)", app);
        remove_app_locally(task, app, true, true, "stoppedAppsRecovery");
    }
    delay(task, RECOVERY_WAIT_MS);
}

static const struct value *stopped_only(struct task *task, const struct value *containers)
{
    const struct value *stopped = value_empty_array();

    for (uint32_t i = 0; i < value_count(containers); i++) {
        if (!value_is_text(value_get(value_at(containers, i), "State"), "running")) {
            stopped = value_append(task->arena, stopped, value_at(containers, i));
        }
    }
    return stopped;
}

void stopped_apps_recovery(struct task *task)
{
    const struct value *containers = NULL;
    const struct error *error = docker_list_containers(task, true, &containers);
    struct app_list apps;

    if (error != NULL) {
        log_failure(task, error);
        return;
    }
    if (!installed_apps(task, &apps)) {
        return;
    }
    const struct value *found = apps_of_containers(task, stopped_only(task, containers));

    for (uint32_t i = 0; i < value_count(found); i++) {
        recover_app(task, &apps, value_text(value_at(found, i)));
    }
}

/* ---- crontab and mounts at start
 * ----------------------------------------------------------------------------------------------- */

/* Raw records: an enterprise app's compose is empty, so none of its components is installed in here. */
static bool is_of_installed_component(struct task *task, const struct app_list *apps, const char *line)
{
    const char *comment = strrchr(line, '#');

    for (uint32_t i = 0; i < apps->count; i++) {
        const struct app_spec *app = apps->apps[i];

        for (uint32_t j = 0; j < app->component_count; j++) {
            const char *identifier = app_spec_identifier(task->arena, app, j);

            if (strcmp(comment + 1, get_app_identifier(task->arena, identifier)) == 0) {
                return true;
            }
        }
    }
    return false;
}

static const struct error *mount_missing(struct task *task, const char *line)
{
    const char *volume = crontab_volume(task->arena, line);
    const char *app_id = strrchr(line, '#') + 1;
    const char *folder = arena_printf(task->arena, "%s%s", task->node->config.apps_folder, app_id);

    if (volume == NULL || folder_is_mounted(task, folder)) {
        return NULL;
    }
    struct command mount = {.id = EFFECT_HOST_MOUNT,
                            .text = arena_printf(task->arena, "sudo mount -o loop %s %s", volume, folder),
                            .object = folder,
                            .operand = volume};

    return run_command(task, mount, NULL);
}

void clean_up_crontab_and_mounts(struct task *task)
{
    struct crontab crontab;
    struct app_list apps;
    uint32_t before = 0;

    if (!installed_apps(task, &apps)) {
        return;
    }
    const struct error *error = crontab_load(task, &crontab);

    if (error != NULL) {
        log_failure(task, error);
        return;
    }
    before = crontab.count;
    for (uint32_t i = 0; i < crontab.count;) {
        if (strrchr(crontab.lines[i], '#') != NULL && !is_of_installed_component(task, &apps, crontab.lines[i])) {
            log_info(task, "Removing crontab job of a component that is not installed: %s",
                     strrchr(crontab.lines[i], '#') + 1);
            crontab_remove(&crontab, (int)i);
        } else {
            i++;
        }
    }
    if (crontab.count != before) {
        crontab_save(task, &crontab);
    }
    for (uint32_t i = 0; i < crontab.count; i++) {
        if (strrchr(crontab.lines[i], '#') != NULL) {
            log_failure(task, mount_missing(task, crontab.lines[i]));
        }
    }
}

/* ---- container mount recovery
 * ---------------------------------------------------------------------------------------------- */

static const struct error *restart_if_older_than_mount(struct task *task, const char *identifier)
{
    const char *app_id = get_app_identifier(task->arena, identifier);
    const char *folder = arena_printf(task->arena, "%s%s", task->node->config.apps_folder, app_id);
    struct effect inspect = {.id = EFFECT_DOCKER_CONTAINER_INSPECT,
                             .args = OBJECT(task->arena, {"container", value_string(task->arena, app_id)}),
                             .object = app_id};
    struct effect stat = {.id = EFFECT_HOST_STAT,
                          .args = OBJECT(task->arena, {"path", value_string(task->arena, folder)}),
                          .object = folder};

    TRY(docker_call(task, &inspect));
    TRY(perform(task, &stat));
    int64_t started_ms = value_to_instant(value_get(value_get(inspect.result, "State"), "StartedAt"), 0);

    if ((double)started_ms < value_get_number(stat.result, "mountedMs", 0)) {
        log_info(task, "Container %s was started before its volume was mounted, restarting", app_id);
        return app_docker_restart(task, identifier);
    }
    return NULL;
}

void recover_container_mounts(struct task *task)
{
    const struct value *containers = NULL;
    const struct error *error = docker_list_containers(task, false, &containers);

    for (uint32_t i = 0; error == NULL && i < value_count(containers); i++) {
        const char *name = first_container_name(value_at(containers, i));

        if (is_flux_container(name)) {
            log_failure(task, restart_if_older_than_mount(task, identifier_from_docker_name(name)));
        }
    }
    log_failure(task, error);
}
