#include "core/app_control.h"

#include "core/app_installer.h"
#include "core/docker_service.h"
#include "core/names.h"
#include "core/registry_manager.h"

/* What is done to one component. */
struct control {
    const struct error *(*act)(struct task *task, const char *identifier);
    bool mounts;   /* the mount paths are made first */
    bool monitors; /* monitoring goes on afterwards; else it ends */
    bool own_g;    /* g: components that do not run are left out */
};

static const struct error *is_stopped_g(struct task *task, const struct component *component, const char *identifier,
                                        bool *stopped)
{
    const struct value *container = NULL;

    *stopped = false;
    if (!has_g(component->container_data)) {
        return NULL;
    }
    TRY(get_docker_container_only(task, identifier, &container));
    *stopped = !value_is_text(value_get(container, "State"), "running");
    return NULL;
}

static const struct error *control_component(struct task *task, const struct control *control, const char *app,
                                             struct app_spec *spec, uint32_t index)
{
    const char *identifier = app_spec_identifier(task->arena, spec, index);
    bool left_out = false;

    if (control->own_g) {
        TRY(is_stopped_g(task, &spec->components[index], identifier, &left_out));
    }
    if (left_out) {
        return NULL;
    }
    if (control->mounts) {
        TRY(ensure_mount_paths_exist(task, &spec->components[index], app, spec->version >= 4, spec));
    }
    TRY(control->act(FROM_HERE(task), identifier));
    if (control->monitors) {
        start_app_monitoring(task, identifier);
    } else {
        stop_app_monitoring(task, identifier);
    }
    return NULL;
}

static const struct error *control_app(struct task *task, const struct control *control, const char *app)
{
    struct app_spec *spec = NULL;

    TRY(get_application_specifications(task, app, &spec));
    if (spec == NULL) {
        return error_new(task->arena, "Error", "Application not found");
    }
    for (uint32_t i = 0; i < spec->component_count; i++) {
        TRY(control_component(task, control, app, spec, i));
    }
    return NULL;
}

static void do_and_log(struct task *task, struct control control, const char *app)
{
    const struct error *error = control_app(task, &control, app);

    log_failure(task, error);
}

void app_docker_restart_app(struct task *task, const char *app)
{
    do_and_log(task, (struct control){.act = app_docker_restart, .mounts = true, .monitors = true}, app);
}

void app_docker_start_app(struct task *task, const char *app)
{
    do_and_log(task, (struct control){.act = app_docker_start, .mounts = true, .monitors = true}, app);
}

void app_docker_stop_app(struct task *task, const char *app)
{
    do_and_log(task, (struct control){.act = app_docker_stop}, app);
}

void owner_app_start(struct task *task, const char *app)
{
    do_and_log(task, (struct control){.act = app_docker_start, .monitors = true, .own_g = true}, app);
}

void owner_app_restart(struct task *task, const char *app)
{
    do_and_log(task, (struct control){.act = app_docker_restart, .monitors = true, .own_g = true}, app);
}

void owner_app_stop(struct task *task, const char *app)
{
    do_and_log(task, (struct control){.act = app_docker_stop}, app);
}

void owner_app_kill(struct task *task, const char *app)
{
    do_and_log(task, (struct control){.act = app_docker_kill}, app);
}
