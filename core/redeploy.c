#include "core/redeploy.h"

#include "core/app_installer.h"
#include "core/app_network.h"
#include "core/app_query.h"
#include "core/app_uninstaller.h"
#include "core/container_data.h"
#include "core/daemon_service.h"
#include "core/db.h"
#include "core/image_manager.h"
#include "core/names.h"
#include "core/syncthing_service.h"

#include <string.h>

enum { REDEPLOY_DELAY_MS = 30 * 1000 }; /* section 11 */

/* ---- softRegisterAppLocally ----------------------------------------------------------------------------------------
 */

/* Syncthing's state machine takes the data for good (7.4). */
static void trust_data(struct task *task, const struct app_spec *app)
{
    for (uint32_t i = 0; i < app->component_count; i++) {
        const struct component *component = &app->components[i];

        if (has_r(component->container_data) || has_g(component->container_data)) {
            set_sync_state(task, component_app_id(task, component, app->name, app->version > 3),
                           (struct sync_state){.restarted = true});
        }
    }
}

static const struct error *soft_register(struct task *task, struct app_spec *app, const char *tier)
{
    const struct value *present = NULL;
    bool inserted = false;

    TRY(find_one_in_database(task, LOCAL_APPS, filter_name(task, app->name), projection_name(task), &present));
    if (present != NULL) {
        return error_new(task->arena, "Error", "Flux App %s already installed", app->name);
    }
    TRY(set_up_app_network(task, app->name));
    TRY(insert_one_to_database(task, LOCAL_APPS, app_record(task, app), &inserted));
    for (uint32_t i = 0; i < app->component_count; i++) {
        apply_tier_resources(task, &app->components[i], tier, false);
        TRY(install_application_soft(task, &app->components[i], app->name, app->version > 3, app));
    }
    trust_data(task, app);
    return NULL;
}

/* The failed app's removal: by force, and nobody waits for it. */
static void remove_failed(struct task *task, const void *argument)
{
    remove_app_locally(task, *(const char *const *)argument, true, true, "softRegisterAppLocally");
}

bool soft_register_app_locally(struct task *task, struct app_spec *app)
{
    if (flag_get(task, FLAG_REM) || flag_get(task, FLAG_INS)) {
        log_warn(task, "Another application is undergoing %s. Installation not possible.",
                 flag_get(task, FLAG_REM) ? "removal" : "installation");
        return false;
    }
    flag_set(task, FLAG_INS, true);
    const char *tier = tier_to_register(task);

    if (tier == NULL) {
        return false; /* 1.11: the flag is never reset on this path */
    }
    const struct error *error = soft_register(task, app, tier);

    flag_set(task, FLAG_INS, false);
    if (error != NULL) {
        const char *name = arena_string(task->node->memory, app->name);

        log_error(task, "%s", error_text(task->arena, error));
        node_spawn(task, remove_failed, &name, sizeof name);
    }
    return error == NULL;
}

/* ---- redeploys ------------------------------------------------------------------------------------------------------
 */

static bool is_refused(struct task *task, const char *app)
{
    static const enum flag_id flags[] = {FLAG_REM, FLAG_INS, FLAG_SRD, FLAG_HRD};

    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (flag_get(task, flags[i])) {
            log_warn(task, "Redeploy of %s not possible: %s", app, flag_name(flags[i]));
            return true;
        }
    }
    return false;
}

void soft_redeploy(struct task *task, struct app_spec *app)
{
    if (is_refused(task, app->name)) {
        return;
    }
    flag_set(task, FLAG_SRD, true);
    const struct error *error = soft_remove_app_locally(task, app->name);

    if (error == NULL) {
        delay(task, REDEPLOY_DELAY_MS);
        soft_register_app_locally(task, app);
    } else {
        log_error(task, "%s", error_text(task->arena, error));
        remove_app_locally(task, app->name, true, true, "softRedeploy");
    }
    flag_set(task, FLAG_SRD, false);
}

void hard_redeploy(struct task *task, struct app_spec *app)
{
    if (is_refused(task, app->name)) {
        return;
    }
    flag_set(task, FLAG_HRD, true);
    remove_app_locally(task, app->name, false, false, "hardRedeploy");
    delay(task, REDEPLOY_DELAY_MS);
    register_app_locally(task, app, NULL, NULL, false, true); /* its result is ignored */
    flag_set(task, FLAG_HRD, false);
}

/* ---- of one component -----------------------------------------------------------------------------------------------
 */

static const struct error *redeploy_component_softly(struct task *task, struct app_spec *app,
                                                     struct component *component)
{
    TRY(soft_uninstall_nameless_component(task, app, component));
    delay(task, REDEPLOY_DELAY_MS);
    flag_set(task, FLAG_INS, true);
    const char *tier = tier_to_register(task);

    if (tier == NULL) {
        return NULL; /* 1.11, as above */
    }
    apply_tier_resources(task, component, tier, false);
    const struct error *error = install_application_soft(task, component, app->name, true, app);

    flag_set(task, FLAG_INS, false);
    return error;
}

static const struct error *redeploy_component_hard(struct task *task, struct app_spec *app, struct component *component)
{
    TRY(hard_uninstall_nameless_component(task, app, component));
    delay(task, REDEPLOY_DELAY_MS);
    register_app_locally(task, app, component, NULL, false,
                         true); /* its result is ignored; a failure removes the app */
    return NULL;
}

static void redeploy_component(struct task *task, struct app_spec *app, const char *name, bool soft)
{
    struct component *component = app_spec_component(app, name);
    enum flag_id flag = soft ? FLAG_SRD : FLAG_HRD;

    if (is_refused(task, app->name)) {
        return;
    }
    if (component == NULL) {
        log_error(task, "Error: Component %s of %s not found", name, app->name);
        return;
    }
    flag_set(task, flag, true);
    const struct error *error =
        soft ? redeploy_component_softly(task, app, component) : redeploy_component_hard(task, app, component);

    if (error != NULL) {
        log_error(task, "%s", error_text(task->arena, error));
        remove_app_locally(task, app->name, true, true, soft ? "softRedeployComponent" : "hardRedeployComponent");
    }
    flag_set(task, flag, false);
}

void soft_redeploy_component(struct task *task, struct app_spec *app, const char *component)
{
    redeploy_component(task, app, component, true);
}

void hard_redeploy_component(struct task *task, struct app_spec *app, const char *component)
{
    redeploy_component(task, app, component, false);
}

/* ---- image updates
 * --------------------------------------------------------------------------------------------------- */

static const struct error *any_image_newer(struct task *task, const struct app_spec *app, bool *newer)
{
    *newer = false;
    for (uint32_t i = 0; i < app->component_count && !*newer; i++) {
        TRY(image_has_update(task, value_get_text(app->components[i].document, "repotag"), newer));
    }
    return NULL;
}

void update_images(struct task *task)
{
    struct app_list stored;
    struct app_list apps;

    if (!installed_apps(task, &stored)) {
        return;
    }
    decrypt_enterprise_apps(task, stored, true, &apps);
    for (uint32_t i = 0; i < apps.count && !is_refused(task, apps.apps[i]->name); i++) {
        bool newer = false;
        const struct error *error = any_image_newer(task, apps.apps[i], &newer);

        log_failure(task, error);
        if (newer) {
            soft_redeploy(task, apps.apps[i]);
        }
    }
}
