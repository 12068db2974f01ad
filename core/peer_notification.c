#include "core/peer_notification.h"

#include "core/app_installer.h"
#include "core/app_query.h"
#include "core/app_uninstaller.h"
#include "core/benchmark_service.h"
#include "core/daemon_service.h"
#include "core/db.h"
#include "core/docker_service.h"
#include "core/message_store.h"
#include "core/names.h"
#include "core/prune_guard.h"
#include "core/registry_manager.h"

#include <string.h>

enum { R_GRACE_MS = 30 * 60 * 1000 }; /* 4.3: an r: app's runningSince must be older */

/* What one check works with. */
struct check {
    struct task *task;
    const char *ip;
    struct app_list apps;        /* the snapshot of step 3, decrypted */
    const struct value *running; /* the snapshot of step 4 */
    struct identifier_list stopped;
    struct app_spec **announced; /* installedAndRunning, then msList: duplicates possible */
    uint32_t announced_count;
    struct app_spec **ms_list;
    uint32_t ms_count;
};

struct sampled_flags sample_flags(struct task *task)
{
    return (struct sampled_flags){flag_get(task, FLAG_REM), flag_get(task, FLAG_INS), flag_get(task, FLAG_SRD),
                                  flag_get(task, FLAG_HRD), flag_get(task, FLAG_ROA)};
}

/* ---- 4.4
 * ---------------------------------------------------------------------------------------------------------------- */

static const struct error *recreate(struct task *task, const char *identifier, const char *app)
{
    const struct value *document = NULL;
    const char *tier = NULL;

    TRY(find_one_in_database(task, LOCAL_APPS, filter_name(task, app), projection_no_id(task), &document)); /* 1 */
    if (document == NULL) {
        return error_new(task->arena, "Error", "App %s not found in local database", app);
    }
    struct app_spec *raw = app_spec_from(task->arena, document);
    struct app_list one = {&raw, 1};

    decrypt_enterprise_apps(task, one, false, &one); /* 2 */
    struct app_spec *spec = one.apps[0];

    if (spec->version <= 3 || !spec->has_compose || spec->component_count == 0) { /* 3 */
        return error_new(task->arena, "Error", "App %s has no components to recreate", app);
    }
    TRY(node_tier(task, &tier)); /* 4 */
    const char *underscore = strchr(identifier, '_');

    if (underscore != NULL) { /* 5 */
        const char *name = arena_string_n(task->arena, identifier, (size_t)(underscore - identifier));
        struct component *component = app_spec_component(spec, name);

        if (component == NULL) {
            return error_new(task->arena, "Error", "Component %s not found in app %s", name, app);
        }
        apply_tier_resources(task, component, tier, false);
        return install_application_hard(task, component, app, true, spec, false);
    }
    for (uint32_t i = 0; i < spec->component_count; i++) {
        apply_tier_resources(task, &spec->components[i], tier, false);
        TRY(install_application_hard(task, &spec->components[i], app, true, spec, false));
    }
    return NULL;
}

const struct error *recreate_missing_containers(struct task *task, const char *identifier)
{
    const char *app = main_app_name(task->arena, identifier);

    take_note(task, NOTE_RECREATE_BEGUN, app, identifier, NULL);
    const struct error *error = recreate(task, identifier, app);

    if (error != NULL) {
        take_note(task, NOTE_RECREATE_FAILED, app, identifier, error->message);
    }
    return error;
}

/* ---- 4.5
 * ---------------------------------------------------------------------------------------------------------------- */

const struct error *handle_missing_master_slave_container(struct task *task, const char *identifier, const char *app)
{
    const struct value *container = NULL;

    TRY(get_docker_container_only(task, identifier, &container)); /* 1 */
    if (container != NULL) {
        return NULL; /* a stopped container is left alone */
    }
    log_warn(task, "Container for master/slave app %s doesn't exist, recreating...", identifier);
    const struct error *error = recreate_missing_containers(task, identifier); /* 2 */

    if (error == NULL) {
        start_app_monitoring(task, identifier);
        return NULL;
    }
    log_error(task, "Failed to recreate master/slave app %s: %s", identifier, error->message);
    if (revision_has(task, SWITCH_RECHECK_BEFORE_REMOVAL)) { /* 3 */
        TRY(get_docker_container_only(task, identifier, &container));
        if (container != NULL) {
            log_warn(task, "Container for master/slave app %s exists now, it is not removed", identifier);
            return NULL;
        }
    }
    if (revision_has(task, SWITCH_REMOVAL_FALLBACK)) { /* 4 */
        log_warn(task, "REMOVAL REASON: Master/slave container recreation failure - %s (peerNotification)", app);
        remove_app_locally(task, app, false, true, "handleMissingMasterSlaveContainer");
    }
    return NULL;
}

/* ---- 4.3
 * ---------------------------------------------------------------------------------------------------------------- */

static struct app_spec *snapshot_of(const struct check *check, const char *app)
{
    for (uint32_t i = 0; i < check->apps.count; i++) {
        if (strcmp(check->apps.apps[i]->name, app) == 0) {
            return check->apps.apps[i];
        }
    }
    return NULL;
}

/* Whether some compose entry contains g: (or, with r too, g: or r:). Stops at the first hit, so that an entry without
 * containerData is an error only when it is reached. */
static const struct error *scan_compose(struct check *check, const struct app_spec *app, bool r_too, bool *hit)
{
    struct arena *arena = check->task->arena;

    *hit = false;
    if (app == NULL || app->version <= 3) { /* without compose, step 6 has thrown */
        return error_new(arena, "TypeError", "Cannot read properties of undefined (reading 'find')");
    }
    for (uint32_t i = 0; i < app->component_count && !*hit; i++) {
        const char *container_data = app->components[i].container_data;

        if (container_data == NULL) {
            return error_new(arena, "TypeError", "Cannot read properties of undefined (reading 'includes')");
        }
        *hit = has_g(container_data) || (r_too && has_r(container_data));
    }
    return NULL;
}

static bool in_backup_or_restore(struct task *task, const char *identifier)
{
    return cell_has(task, CELL_BACKUP_IN_PROGRESS, identifier) || cell_has(task, CELL_RESTORE_IN_PROGRESS, identifier);
}

/* The 30-minute rule of r: apps: syncthing starts them, unless it had its time. */
static const struct error *is_too_young(struct check *check, const char *app, bool *young)
{
    struct task *task = check->task;
    const struct value *location = NULL;

    TRY(find_one_in_database(task, LOC, filter_name_ip(task, app, check->ip), NULL, &location));
    int64_t since_ms = value_to_instant(value_get(location, "runningSince"), -1);

    *young = since_ms < 0 || now_ms(task) - since_ms < R_GRACE_MS;
    return NULL;
}

static void recreate_or_remove(struct check *check, const char *identifier, const char *app)
{
    struct task *task = check->task;

    log_warn(task, "Container for app %s doesn't exist, recreating...", identifier);
    const struct error *error = recreate_missing_containers(task, identifier);

    if (error == NULL) {
        start_app_monitoring(task, identifier);
        return;
    }
    log_error(task, "Failed to recreate app %s: %s", identifier, error->message);
    log_warn(task, "REMOVAL REASON: Container recreation failure - %s failed to recreate: %s (peerNotification)", app,
             error->message);
    remove_app_locally(task, app, false, true, "checkAndNotifyPeersOfRunningApps");
}

/* Not anyG. */
static const struct error *handle_stopped(struct check *check, const char *identifier, const char *app, bool any_rg)
{
    struct task *task = check->task;
    const struct value *container = NULL;
    bool young = false;

    TRY(get_docker_container_only(task, identifier, &container));
    if (container == NULL) {
        recreate_or_remove(check, identifier, app);
        return NULL;
    }
    if (any_rg) {
        TRY(is_too_young(check, app, &young));
        if (young) {
            log_info(task, "%s is stopped and left to syncthing", identifier);
            return NULL;
        }
    }
    if (!cell_has(task, CELL_STOPPED_APPS, identifier)) {
        log_info(task, "%s is stopped, it will be started if it still is at the next check", identifier);
        cell_add(task, CELL_STOPPED_APPS, identifier);
        return NULL;
    }
    TRY(app_docker_start(task, identifier));
    start_app_monitoring(task, identifier);
    return NULL;
}

static const struct error *handle_identifier(struct check *check, const char *identifier, const char *app_name)
{
    struct task *task = check->task;
    struct app_spec *details = NULL;
    bool any_rg = false;
    bool any_g = false;

    log_info(task, "%s is stopped but should be running", identifier);
    TRY(get_application_global_specifications(task, app_name, &details));
    struct app_spec *app = snapshot_of(check, app_name);

    TRY(scan_compose(check, app, true, &any_rg));
    TRY(scan_compose(check, app, false, &any_g));
    if (any_rg) {
        check->ms_list[check->ms_count++] = app;
    }
    if (details == NULL) {
        return NULL;
    }
    if (any_g) {
        bool spared = revision_has(task, SWITCH_BACKUP_AWARE) && in_backup_or_restore(task, identifier);

        return revision_has(task, SWITCH_RECOVER_MASTER_SLAVE) && !spared
                   ? handle_missing_master_slave_container(task, identifier, app_name)
                   : NULL;
    }
    if (in_backup_or_restore(task, identifier)) {
        log_info(task, "%s is in backup or restore", identifier);
        return NULL;
    }
    return handle_stopped(check, identifier, app_name, any_rg);
}

/* Handler H. What it returns ends the whole check. */
static const struct error *handler_h(struct task *task, const char *app, const struct error *error)
{
    log_error(task, "%s", error_text(task->arena, error));
    if (revision_has(task, SWITCH_HANDLER_SCOPE)) {
        return error_new(task->arena, "ReferenceError", "mainAppName is not defined");
    }
    log_warn(task, "REMOVAL REASON: App start failure - %s failed to start with error: %s (peerNotification)", app,
             error->message);
    remove_app_locally(task, app, false, true, "checkAndNotifyPeersOfRunningApps");
    return NULL;
}

/* ---- 4.2
 * ---------------------------------------------------------------------------------------------------------------- */

/* Step 8. */
static const struct error *handle_stopped_apps(struct check *check, struct sampled_flags flags)
{
    struct task *task = check->task;

    if (flags.removal || flags.installation || flags.soft_redeploy || flags.hard_redeploy || flags.reinstallation) {
        log_warn(task, "Stopped application checks not running, some removal or installation is in progress");
        take_note(task, NOTE_CHECK_SKIPPED, NULL, NULL, NULL);
        return NULL;
    }
    for (uint32_t i = 0; i < check->stopped.count; i++) {
        const char *identifier = check->stopped.identifiers[i];
        const char *app = main_app_name(task->arena, identifier);
        const struct error *error = handle_identifier(check, identifier, app);

        if (error != NULL) {
            TRY(handler_h(task, app, error));
        }
    }
    return NULL;
}

/* All compose entries in the snapshot of step 4: an empty compose passes vacuously. */
static bool is_running(const struct check *check, const struct app_spec *app)
{
    for (uint32_t i = 0; i < app->component_count; i++) {
        if (!runs(check->running, app_spec_identifier(check->task->arena, app, i))) {
            return false;
        }
    }
    return true;
}

/* Step 9. */
static void collect_announced(struct check *check)
{
    check->announced =
        arena_alloc(check->task->arena, (check->apps.count + check->ms_count) * sizeof *check->announced);
    for (uint32_t i = 0; i < check->apps.count; i++) {
        if (is_running(check, check->apps.apps[i])) {
            check->announced[check->announced_count++] = check->apps.apps[i];
        }
    }
    for (uint32_t i = 0; i < check->ms_count; i++) {
        check->announced[check->announced_count++] = check->ms_list[i];
    }
}

static bool stands_earlier(const struct check *check, uint32_t index)
{
    for (uint32_t i = 0; i < index; i++) {
        if (check->announced[i] == check->announced[index]) {
            return true;
        }
    }
    return false;
}

/* Step 10, one app; *entry := its form in a v2 message. */
static const struct error *announce(struct check *check, const struct app_spec *app, const struct value **entry)
{
    struct task *task = check->task;
    struct arena *arena = task->arena;
    const struct value *location = NULL;
    bool stored = false;

    TRY(find_one_in_database(task, LOC, filter_name_ip(task, app->name, check->ip), NULL, &location));
    int64_t at_ms = now_ms(task);
    int64_t since_ms = value_to_instant(value_get(location, "runningSince"), at_ms);

    *entry = OBJECT(arena, {"name", value_string(arena, app->name)}, {"hash", value_string(arena, app->hash)},
                    {"runningSince", value_string(arena, value_iso_date(arena, since_ms))});
    const struct value *message = app_running_message(task, app->name, app->hash, check->ip, at_ms, since_ms);

    TRY(store_app_running_message(task, message, &stored));
    if (check->announced_count == 1) {
        broadcast_message_to_all(task, message);
    }
    return NULL;
}

static const struct value *v2_message(struct check *check, const struct value *entries)
{
    struct task *task = check->task;
    struct arena *arena = task->arena;

    return OBJECT(
        arena, {"type", value_string(arena, "fluxapprunning")}, {"version", value_number(arena, 2)}, {"apps", entries},
        {"ip", value_string(arena, check->ip)}, {"broadcastedAt", value_number(arena, (double)now_ms(task))},
        {"osUptime", value_number(arena, os_uptime_s(task))}, {"staticIp", value_bool(task->node->config.static_ip)});
}

/* Steps 10 and 11; the entries pushed so far in *entries, also when it throws. */
static const struct error *announce_all(struct check *check, const struct value **entries)
{
    struct task *task = check->task;

    for (uint32_t i = 0; i < check->announced_count; i++) {
        const struct value *entry = NULL;

        if (stands_earlier(check, i)) {
            continue;
        }
        const struct error *error = announce(check, check->announced[i], &entry);

        if (entry != NULL) {
            *entries = value_append(task->arena, *entries, entry);
        }
        TRY(error);
    }
    if (check->announced_count > 1) {
        broadcast_message_to_all(task, v2_message(check, *entries));
    } else if (check->announced_count == 0 && !first_check_done_get(task)) {
        broadcast_message_to_all(task, v2_message(check, value_empty_array()));
        first_check_done_set(task, true);
    }
    return NULL;
}

/* Step 13. */
static void refill_running_apps(struct task *task, const struct value *entries)
{
    cell_clear(task, CELL_RUNNING_APPS);
    for (uint32_t i = 0; i < value_count(entries); i++) {
        cell_add(task, CELL_RUNNING_APPS, value_get_text(value_at(entries, i), "name"));
    }
}

/* Steps 2–13. */
static const struct error *check_and_notify(struct check *check, struct sampled_flags flags)
{
    struct task *task = check->task;
    const struct value *benchmarks = NULL;
    const struct value *entries = value_empty_array();

    TRY(get_benchmarks(task, &benchmarks)); /* 2 */
    check->ip = value_get_text(benchmarks, "ipaddress");
    if (check->ip == NULL || strlen(check->ip) <= 5) {
        return error_new(task->arena, "Error", "Unable to detect Flux IP address");
    }
    if (!installed_apps(task, &check->apps)) { /* 3 */
        return error_new(task->arena, "Error", "Failed to get installed Apps");
    }
    if (!list_running_apps(task, &check->running)) { /* 4 */
        return error_new(task->arena, "Error", "Unable to check running Apps");
    }
    decrypt_enterprise_apps(task, check->apps, false, &check->apps);                          /* 5 */
    TRY(find_stopped(task, check->apps, check->running, &check->stopped));                    /* 6 */
    check->ms_list = arena_alloc(task->arena, check->stopped.count * sizeof *check->ms_list); /* 7 */
    TRY(handle_stopped_apps(check, flags));                                                   /* 8 */
    collect_announced(check);                                                                 /* 9 */
    const struct error *error = announce_all(check, &entries);                                /* 10, 11 */

    if (error != NULL) {
        log_error(task, "%s", error_text(task->arena, error)); /* 12 */
    }
    refill_running_apps(task, entries); /* 13 */
    return NULL;
}

void check_and_notify_peers_of_running_apps(struct task *task, struct sampled_flags flags)
{
    struct check check = {.task = task};

    if (!is_node_status_confirmed(task)) { /* 1 */
        return;
    }
    const struct error *error = check_and_notify(&check, flags);

    if (error != NULL) {
        log_error(task, "%s", error_text(task->arena, error)); /* 14: steps 9–13 are skipped */
    }
}
