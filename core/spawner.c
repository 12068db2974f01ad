#include "core/spawner.h"

#include "core/app_installer.h"
#include "core/app_query.h"
#include "core/app_uninstaller.h"
#include "core/benchmark_service.h"
#include "core/db.h"
#include "core/docker_service.h"
#include "core/message_store.h"
#include "core/names.h"
#include "core/registry_manager.h"

#include <string.h>

enum {
    ANNOUNCED_WAIT_MS = 90 * 1000,
    RECOUNT_WAIT_MS = 60 * 1000,
    ROUND_WAIT_MINUTES = 30,
    INSTANCES_DEFAULT = 3,
    REINSTALL_WAIT_MS = 30 * 1000,
};

/* ---- trySpawningGlobalApplication
 * ---------------------------------------------------------------------------------------- */

static double instances_of(const struct value *app)
{
    return value_get_number(app, "instances", INSTANCES_DEFAULT);
}

static const struct error *has_too_few(struct task *task, const struct value *app, bool *too_few)
{
    const struct value *locations = NULL;

    TRY(app_location(task, value_get_text(app, "name"), &locations));
    *too_few = value_count(locations) < instances_of(app);
    return NULL;
}

/* One of the published apps that run on too few nodes and not on this one; NULL: there is none. */
static const struct error *pick(struct task *task, const struct value **picked)
{
    const struct value *published = NULL;
    const struct value *wanting = value_empty_array();
    struct app_list apps;

    *picked = NULL;
    TRY(find_in_database(task, INFO, value_empty_object(), projection_no_id(task), &published));
    if (!installed_apps(task, &apps)) {
        return error_new(task->arena, "Error", "Failed to get installed Apps");
    }
    for (uint32_t i = 0; i < value_count(published); i++) {
        const struct value *app = value_at(published, i);
        bool too_few = false;

        if (!app_list_has(&apps, value_get_text(app, "name"))) {
            TRY(has_too_few(task, app, &too_few));
        }
        wanting = too_few ? value_append(task->arena, wanting, app) : wanting;
    }
    if (value_count(wanting) > 0) {
        *picked = value_at(wanting, random_below(task, value_count(wanting)));
    }
    return NULL;
}

/* fluxappinstalling (4.7): kept here and told to the peers. */
static const struct error *announce(struct task *task, const char *app, const char *ip)
{
    struct arena *arena = task->arena;
    int64_t at_ms = now_ms(task);
    const struct value *message =
        OBJECT(arena, {"type", value_string(arena, "fluxappinstalling")}, {"version", value_number(arena, 1)},
               {"name", value_string(arena, app)}, {"ip", value_string(arena, ip)},
               {"broadcastedAt", value_number(arena, (double)at_ms)});
    const struct value *record = OBJECT(arena, {"name", value_string(arena, app)}, {"ip", value_string(arena, ip)},
                                        {"broadcastedAt", value_date(arena, at_ms)});

    TRY(update_one_in_database(task, INSTL, filter_name_ip(task, app, ip), record));
    broadcast_message_to_all(task, message);
    return NULL;
}

static void remove_surplus(struct task *task, const void *argument)
{
    remove_app_locally(task, *(const char *const *)argument, true, true, "trySpawningGlobalApplication");
}

static const struct error *install(struct task *task, const struct value *app)
{
    const char *name = value_get_text(app, "name");
    struct app_spec *spec = NULL;
    bool too_few = false;
    const struct value *locations = NULL;

    TRY(has_too_few(task, app, &too_few)); /* others were quicker */
    TRY(get_application_global_specifications(task, name, &spec));
    if (!too_few || spec == NULL || !register_app_locally(task, spec, NULL, NULL, false, false)) {
        return NULL;
    }
    delay(task, RECOUNT_WAIT_MS);
    TRY(app_location(task, name, &locations));
    if (value_count(locations) > instances_of(app)) {
        /* A row without a name is looked up, and installed, as the app "undefined". */
        const char *kept = arena_string(task->node->memory, text_or_undefined(name));

        log_warn(task, "REMOVAL REASON: Surplus instance - %s (trySpawningGlobalApplication)", kept);
        node_spawn(task, remove_surplus, &kept, sizeof kept);
    }
    return NULL;
}

static const struct error *spawn_one(struct task *task)
{
    const struct value *running = NULL;
    const struct value *app = NULL;
    const char *ip = get_my_flux_ip_and_port(task);

    if (ip == NULL) {
        return error_new(task->arena, "Error", "Unable to detect Flux IP address");
    }
    TRY(pick(task, &app));
    if (app == NULL) {
        return NULL;
    }
    if (!list_running_apps(task, &running)) {
        return error_new(task->arena, "Error", "Unable to check running Apps");
    }
    TRY(announce(task, value_get_text(app, "name"), ip));
    delay(task, ANNOUNCED_WAIT_MS);
    return install(task, app);
}

static void next_round(struct task *task, const void *argument)
{
    (void)argument;
    try_spawning_global_application(task);
}

void try_spawning_global_application(struct task *task)
{
    log_failure(task, spawn_one(task));
    delay(task, (int64_t)(1 + random_below(task, ROUND_WAIT_MINUTES)) * 60 * 1000);
    node_spawn(task, next_round, NULL, 0);
}

/* ---- reinstallOldApplications
 * ---------------------------------------------------------------------------------------------- */

static bool is_free(struct task *task)
{
    return !flag_get(task, FLAG_REM) && !flag_get(task, FLAG_INS) && !flag_get(task, FLAG_SRD) &&
           !flag_get(task, FLAG_HRD);
}

static const struct error *reinstall_if_old(struct task *task, const struct app_spec *installed)
{
    struct app_spec *published = NULL;

    TRY(get_application_global_specifications(task, installed->name, &published));
    if (published == NULL) {
        return NULL;
    }
    if (installed->hash != NULL && published->hash != NULL && strcmp(installed->hash, published->hash) == 0) {
        /* Unchanged: the decrypted specification is written back, which opens an enterprise app's record. */
        const struct value *row = app_spec_document(task, published);

        return update_one_in_database(task, LOCAL_APPS, filter_name(task, installed->name), row);
    }
    if (random_below(task, 2) == 0 || !is_free(task)) {
        return NULL;
    }
    log_warn(task, "REMOVAL REASON: Newer specification - %s (reinstallOldApplications)", installed->name);
    remove_app_locally(task, installed->name, false, false, "reinstallOldApplications");
    delay(task, REINSTALL_WAIT_MS);
    register_app_locally(task, published, NULL, NULL, false, true);
    return NULL;
}

void reinstall_old_applications(struct task *task)
{
    struct app_list apps;

    if (!installed_apps(task, &apps)) {
        return;
    }
    flag_set(task, FLAG_ROA, true);
    for (uint32_t i = 0; i < apps.count; i++) {
        log_failure(task, reinstall_if_old(task, apps.apps[i]));
    }
    flag_set(task, FLAG_ROA, false);
}

/* ---- SIGTERM
 * ------------------------------------------------------------------------------------------------------------------ */

static void stop_one(struct task *task, const void *argument)
{
    log_failure(task, app_docker_stop(task, *(const char *const *)argument));
}

static const struct error *tell_sigterm(struct task *task)
{
    struct arena *arena = task->arena;
    const char *ip = get_my_flux_ip_and_port(task);

    if (ip == NULL) {
        return error_new(arena, "Error", "Unable to detect Flux IP address");
    }
    const struct value *message =
        OBJECT(arena, {"type", value_string(arena, "fluxnodesigterm")}, {"version", value_number(arena, 1)},
               {"ip", value_string(arena, ip)}, {"broadcastedAt", value_number(arena, (double)now_ms(task))});

    broadcast_message_to_all(task, message);
    return NULL;
}

void shut_down(struct task *task)
{
    const struct value *containers = NULL;

    log_failure(task, tell_sigterm(task));
    const struct error *error = docker_list_containers(task, false, &containers);

    for (uint32_t i = 0; error == NULL && i < value_count(containers); i++) {
        const char *name = value_text(value_at(value_get(value_at(containers, i), "Names"), 0));

        if (name != NULL && is_flux_container(name)) {
            const char *identifier = arena_string(task->node->memory, identifier_from_docker_name(name));

            node_spawn(task, stop_one, &identifier, sizeof identifier); /* all at once */
        }
    }
    log_failure(task, error);
}
