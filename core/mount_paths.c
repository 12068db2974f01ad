/* ensureMountPathsExist: lifecycle.md 2.7 step 9, 5.4, 12.3. */
#include "core/docker_service.h"

#include "core/container_data.h"
#include "core/shell.h"

static bool path_exists(struct task *task, const char *path)
{
    struct effect effect = {.id = EFFECT_HOST_ACCESS,
                            .args = OBJECT(task->arena, {"path", value_string(task->arena, path)}),
                            .object = path};

    /* access() rejecting is how absence shows */
    return perform(task, &effect) == NULL && value_truthy(effect.result);
}

static const struct error *create_path(struct task *task, const char *path, bool is_file)
{
    struct command command = {.id = is_file ? EFFECT_HOST_TOUCH : EFFECT_HOST_MKDIR, .object = path};

    command.text = is_file ? arena_printf(task->arena, "sudo touch %s && sudo chmod 777 %s", path, path)
                           : arena_printf(task->arena, "sudo mkdir -p %s", path);
    log_warn(task, "Path missing, creating: %s", path);
    return run_command(task, command, NULL);
}

static const struct error *ensure_mounts(struct task *task, const struct container_mounts *mounts, bool local,
                                         const struct app_spec *spec, const char *app_id)
{
    for (uint32_t i = 0; i < mounts->count; i++) {
        const struct mount *mount = &mounts->mounts[i];

        if (mount_is_local(mount) != local) {
            continue;
        }
        const char *path = mount_host_path(task, mount, spec, app_id);

        if (!path_exists(task, path)) {
            TRY(create_path(task, path, mount->kind == MOUNT_FILE || mount->kind == MOUNT_COMPONENT_FILE));
        }
    }
    return NULL;
}

const struct error *ensure_mount_paths_exist(struct task *task, const struct component *component, const char *app,
                                             bool is_component, const struct app_spec *spec)
{
    struct container_mounts mounts;
    const char *app_id = component_app_id(task, component, app, is_component);

    TRY(parse_container_data(task->arena, component->container_data, spec, (int)(component - spec->components),
                             &mounts));
    TRY(ensure_mounts(task, &mounts, true, spec, app_id));
    return ensure_mounts(task, &mounts, false, spec, app_id);
}
