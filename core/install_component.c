/* Installing one component: lifecycle.md 2.1–2.3. */
#include "core/app_installer.h"

#include "core/app_volume.h"
#include "core/container_data.h"
#include "core/docker_service.h"
#include "core/image_manager.h"
#include "core/names.h"
#include "core/port_manager.h"

#include <string.h>

/* What start and monitoring are called with: the identifier. */
static const char *identifier_of(struct task *task, const struct component *component, const char *app,
                                 bool is_component)
{
    return is_component ? arena_printf(task->arena, "%s_%s", component_name(component), app) : app;
}

static const struct error *start(struct task *task, const char *identifier, bool monitored)
{
    TRY(app_docker_start(task, identifier));
    if (monitored) {
        start_app_monitoring(task, identifier);
    }
    return NULL;
}

enum { ORBIT_FIRST_WAIT_MS = 5000, ORBIT_WAIT_MS = 5000, ORBIT_POLLS_MAX = 24 };

/* 1.10: a test install of an Orbit image asks the container it started until it answers, or gives up. */
static const struct error *poll_orbit(struct task *task, const struct component *component)
{
    const char *repotag = value_get_text(component->document, "repotag");

    if (strncmp(repotag, "runonflux/orbit:", strlen("runonflux/orbit:")) != 0) {
        return NULL;
    }
    const struct value *port = value_at(value_get(component->document, "ports"), 0);

    delay(task, ORBIT_FIRST_WAIT_MS);
    for (int poll = 0; poll < ORBIT_POLLS_MAX; poll++) {
        if (poll > 0) {
            delay(task, ORBIT_WAIT_MS);
        }
        struct effect status = {.id = EFFECT_NET_ORBIT_STATUS, .args = OBJECT(task->arena, {"port", port})};

        if (perform(task, &status) == NULL) {
            return NULL;
        }
    }
    return error_new(task->arena, "Error", "Orbit deployment did not answer");
}

const struct error *install_application_hard(struct task *task, struct component *component, const char *app,
                                             bool is_component, struct app_spec *full_specs, bool test)
{
    const char *app_id = component_app_id(task, component, app, is_component);

    TRY(setup_application_ports(task, component, test));                    /* 1 */
    TRY(verify_and_pull_image(task, component, full_specs));                /* 2 */
    TRY(create_app_volume(task, component, app, is_component, full_specs)); /* 3 */
    TRY(verify_app_volume_mount(task, app_id));                             /* 4 */
    TRY(app_docker_create(task, component, app, is_component, full_specs)); /* 5 */
    if (test || (!has_g(component->container_data) && !has_r(component->container_data))) {
        TRY(start(task, identifier_of(task, component, app, is_component), !test)); /* 6 */
    }
    if (test) {
        TRY(poll_orbit(task, component));
    }
    return NULL; /* 7: r: and g: stay created */
}

const struct error *install_application_soft(struct task *task, struct component *component, const char *app,
                                             bool is_component, struct app_spec *full_specs)
{
    TRY(setup_application_ports(task, component, false));
    TRY(verify_and_pull_image(task, component, full_specs));
    TRY(app_docker_create(task, component, app, is_component, full_specs));
    return has_g(component->container_data) ? NULL
                                            : start(task, identifier_of(task, component, app, is_component), true);
}

void start_app_monitoring(struct task *task, const char *identifier)
{
    cell_add(task, CELL_MONITORED, identifier);
}

void stop_app_monitoring(struct task *task, const char *identifier)
{
    cell_delete(task, CELL_MONITORED, identifier);
}
