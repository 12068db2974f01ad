#include "core/app_installer.h"

#include "core/app_network.h"
#include "core/app_query.h"
#include "core/app_uninstaller.h"
#include "core/benchmark_service.h"
#include "core/daemon_service.h"
#include "core/db.h"
#include "core/docker_service.h"
#include "core/message_store.h"
#include "core/port_manager.h"
#include "core/prune_guard.h"

#include <string.h>

/* What one registerAppLocally works with. */
struct registration {
    struct task *task;
    struct app_spec *app;
    struct component *component; /* NULL: the whole app */
    const struct response *response;
    bool test;
    const char *tier;
    const char *ip;
};

/* ---- 1.3
 * ---------------------------------------------------------------------------------------------------------------- */

const struct error *perform_docker_cleanup(struct task *task)
{
    static const enum effect_id prunes[] = {EFFECT_DOCKER_CONTAINERS_PRUNE, EFFECT_DOCKER_NETWORKS_PRUNE,
                                            EFFECT_DOCKER_VOLUMES_PRUNE, EFFECT_DOCKER_IMAGES_PRUNE};

    for (size_t i = 0; i < sizeof prunes / sizeof prunes[0]; i++) {
        struct effect effect = {.id = prunes[i], .args = value_empty_object()};

        TRY(docker_call(task, &effect));
    }
    return NULL;
}

/* ---- 1.1 steps 6–15
 * --------------------------------------------------------------------------------------------------------- */

/* Steps 6 and 7. */
static const struct error *learn_address(struct registration *registration)
{
    struct task *task = registration->task;
    const struct value *benchmarks = NULL;

    if (get_benchmarks(task, &benchmarks) != NULL) {
        return error_new(task->arena, "Error", "FluxBench status Error. Application cannot be installed at the moment");
    }
    registration->ip = value_get_text(benchmarks, "ipaddress");
    if (registration->ip == NULL || strlen(registration->ip) <= 5) {
        return error_new(task->arena, "Error", "Unable to detect Flux IP address");
    }
    return NULL;
}

/* Steps 11–15: the guard and, when it passes, the clean-up. */
static const struct error *clean_up_docker(struct task *task)
{
    struct app_list apps;
    const struct value *running = NULL;
    bool passes = false;

    if (!installed_apps(task, &apps)) {
        return error_new(task->arena, "Error", "Failed to get installed Apps"); /* 11 */
    }
    if (!list_running_apps(task, &running)) {
        return error_new(task->arena, "Error", "Unable to check running Apps"); /* 12 */
    }
    if (revision_has(task, SWITCH_GUARD_DECRYPTS)) {
        decrypt_enterprise_apps(task, apps, false, &apps); /* 13: the snapshot of 12 is not refreshed */
    }
    TRY(prune_guard(task, apps, running, &passes));      /* 14 */
    return passes ? perform_docker_cleanup(task) : NULL; /* 15 */
}

/* ---- 1.6
 * -------------------------------------------------------------------------------------------------------------------------
 */

static const struct error *store_record(struct registration *registration)
{
    struct task *task = registration->task;
    const struct app_spec *app = registration->app;
    const struct value *record = app_record(task, app); /* 1 */
    const struct value *filter = filter_name(task, app->name);
    const struct value *present = NULL;
    bool inserted = false;

    TRY(find_one_in_database(task, LOCAL_APPS, filter, NULL, &present)); /* 2 */
    if (present != NULL) {
        TRY(find_one_and_delete_in_database(task, LOCAL_APPS, filter));
    }
    TRY(insert_one_to_database(task, LOCAL_APPS, record, &inserted)); /* 3 */
    if (!inserted) {
        return error_new(task->arena, "Error", "Failed to store Flux App %s locally: duplicate key", app->name);
    }
    return NULL;
}

/* Step 4, for the object at hand: a component, or a flat (version ≤ 3) app. For version ≥ 4 apps the fields do not
 * exist. */
static const struct error *register_in_database(struct registration *registration)
{
    struct app_spec *app = registration->app;

    if (registration->component != NULL) {
        apply_tier_resources(registration->task, registration->component, registration->tier, registration->test);
        return NULL;
    }
    TRY(store_record(registration));
    if (app->version <= 3) {
        apply_tier_resources(registration->task, &app->components[0], registration->tier, registration->test);
    }
    return NULL;
}

/* ---- 1.7
 * ---------------------------------------------------------------------------------------------------------------------------
 */

static const struct error *install_components(struct registration *registration)
{
    struct task *task = registration->task;
    struct app_spec *app = registration->app;
    struct component *component = registration->component;

    if (component == NULL) {
        const struct value *present = NULL;

        TRY(find_one_in_database(task, LOCAL_APPS, filter_name(task, app->name), projection_name(task), &present));
        if (present == NULL) {
            return error_new(task->arena, "Error", "Flux App %s vanished from the database during its installation",
                             app->name);
        }
    }
    if (component != NULL) { /* a component object has no version: step 3 */
        return install_application_hard(task, component, app->name, true, app, registration->test);
    }
    if (app->version <= 3) {
        return install_application_hard(task, &app->components[0], app->name, false, app, registration->test);
    }
    if (!app->has_compose) {
        return error_new(task->arena, "TypeError", "appSpecsCompose is not iterable");
    }
    for (uint32_t i = 0; i < app->component_count; i++) { /* 2, in spec order */
        apply_tier_resources(task, &app->components[i], registration->tier, registration->test);
        TRY(install_application_hard(task, &app->components[i], app->name, true, app, registration->test));
    }
    return NULL;
}

/* ---- 1.8 and 1.9
 * ---------------------------------------------------------------------------------------------------------------------
 */

/* JSON text {status, data {code?, name, message}} (12.6). */
static const char *error_json(struct task *task, const struct error *error)
{
    struct arena *arena = task->arena;
    const struct value *code = error->code != NULL  ? value_string(arena, error->code)
                               : error->status != 0 ? value_number(arena, error->status)
                                                    : NULL;
    const struct value *data = OBJECT(arena, {"code", code}, {"name", value_string(arena, error->name)},
                                      {"message", value_string(arena, error->message)});

    return value_json(arena, OBJECT(arena, {"status", value_string(arena, "error")}, {"data", data}));
}

static const struct error *tell_installing_error(struct registration *registration, const struct error *error)
{
    struct task *task = registration->task;
    struct arena *arena = task->arena;
    const struct app_spec *app = registration->app;
    const struct value *message =
        OBJECT(arena, {"type", value_string(arena, "fluxappinstallingerror")}, {"version", value_number(arena, 1)},
               {"name", value_string(arena, app->name)}, {"hash", value_string(arena, app->hash)},
               {"error", value_string(arena, error_json(task, error))}, {"ip", value_string(arena, registration->ip)},
               {"broadcastedAt", value_number(arena, (double)now_ms(task))});

    TRY(store_app_installing_error_message(task, message));
    broadcast_message_to_all(task, message);
    return NULL;
}

static const struct error *tell_running(struct registration *registration)
{
    struct task *task = registration->task;
    int64_t at_ms = now_ms(task);
    bool stored = false;
    const struct value *message =
        app_running_message(task, registration->app->name, registration->app->hash, registration->ip, at_ms, at_ms);

    TRY(store_app_running_message(task, message, &stored));
    broadcast_message_to_all(task, message);
    return NULL;
}

/* ---- 1.1
 * --------------------------------------------------------------------------------------------------------------------------------
 */

static const struct error *install_and_tell(struct registration *registration)
{
    const struct error *error = install_components(registration); /* 18 */

    if (error != NULL) {
        if (!registration->test) {
            TRY(tell_installing_error(registration, error)); /* 19: a rejection replaces the original error */
        }
        return error;
    }
    return registration->test ? NULL : tell_running(registration); /* 20 */
}

/* Steps 6–20. *already := step 10 ended the work without an error. */
static const struct error *work(struct registration *registration, bool *already)
{
    struct task *task = registration->task;
    const struct app_spec *app = registration->app;
    const struct value *present = NULL;

    TRY(learn_address(registration));
    TRY(find_one_in_database(task, LOCAL_APPS, filter_name(task, app->name), projection_name(task), &present)); /* 9 */
    if (present != NULL && registration->component == NULL) {                                                   /* 10 */
        flag_set(task, FLAG_INS, false);
        log_error(task, "Flux App %s already installed", app->name);
        if (registration->response != NULL && registration->response->http) {
            return error_new(task->arena, "TypeError",
                             "The \"chunk\" argument must be of type string or an instance of Buffer or Uint8Array. "
                             "Received an instance of Object");
        }
        *already = true;
        return NULL;
    }
    TRY(clean_up_docker(task));
    if (registration->component == NULL) {
        TRY(set_up_app_network(task, app->name)); /* 16 */
    }
    TRY(register_in_database(registration)); /* 17 */
    return install_and_tell(registration);
}

/* 1.4: the whole app goes, even when only a component was being installed. */
static void give_up(struct registration *registration, const struct error *error, bool send_removal_message)
{
    struct task *task = registration->task;
    const char *app = registration->app->name;

    flag_set(task, FLAG_INS, false);
    log_error(task, "%s", error_text(task->arena, error));
    take_note(task, NOTE_INSTALL_FAILED, app, NULL, error->message);
    if (!registration->test) {
        log_warn(task, "REMOVAL REASON: Installation failure - %s failed to install: %s (appInstaller)", app,
                 error->message);
        remove_app_locally(task, app, true, send_removal_message, "registerAppLocally");
    }
}

/* Steps 1–21. */
static bool register_app(struct registration *registration, bool send_removal_message)
{
    struct task *task = registration->task;
    const char *app = registration->app->name;
    bool already = false;

    if (flag_get(task, FLAG_REM)) { /* 1 */
        log_warn(task, "Another application is undergoing removal. Installation not possible.");
        return false;
    }
    if (flag_get(task, FLAG_INS)) { /* 2 */
        log_warn(task, "Another application is undergoing installation. Installation not possible");
        return false;
    }
    flag_set(task, FLAG_INS, true); /* 3 */
    take_note(task, NOTE_INSTALL_BEGUN, app, NULL, NULL);
    registration->tier = tier_to_register(task); /* 4 */
    if (registration->tier == NULL) {
        return false; /* 5: the flag is never reset on this path */
    }
    const struct error *error = work(registration, &already);

    if (error != NULL) {
        give_up(registration, error, send_removal_message);
        return false;
    }
    if (already) {
        return false;
    }
    flag_set(task, FLAG_INS, false); /* 21 */
    take_note(task, NOTE_INSTALL_DONE, app, NULL, NULL);
    return true;
}

bool register_app_locally(struct task *task, struct app_spec *app, struct component *component,
                          const struct response *response, bool test, bool send_removal_message)
{
    struct registration registration = {
        .task = task, .app = app, .component = component, .response = response, .test = test};
    bool registered = register_app(&registration, send_removal_message);

    if (test) { /* 22 and 1.10: on every exit, whatever app it was */
        remove_app_locally(task, app->name, true, false, "registerAppLocally (test)");
    }
    return registered;
}
