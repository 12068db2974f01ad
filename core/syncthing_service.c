#define CALLS_FOR_ITS_CALLERS /* see FROM_HERE */
#include "core/syncthing_service.h"

#include <string.h>

/* The helpers return a status instead of throwing (10.3): NULL when the call failed. */
static const struct value *call(struct task *task, enum effect_id id, const struct value *args, const char *object)
{
    struct effect effect = {.id = id, .args = args, .object = object};

    return perform(task, &effect) == NULL ? effect.result : NULL;
}

bool syncthing_is_healthy(struct task *task)
{
    const struct value *health = call(task, EFFECT_SYNCTHING_HEALTH, value_empty_object(), NULL);

    return value_is_text(value_get(health, "status"), "OK");
}

bool get_config_folders(struct task *task, const struct value **folders)
{
    *folders = call(task, EFFECT_SYNCTHING_GET_FOLDERS, value_empty_object(), NULL);
    return value_is(*folders, VALUE_ARRAY);
}

static const struct value *folder_of_path(const struct value *folders, const char *path)
{
    for (uint32_t i = 0; i < value_count(folders); i++) {
        if (value_is_text(value_get(value_at(folders, i), "path"), path)) {
            return value_at(folders, i);
        }
    }
    return NULL;
}

bool syncthing_folder_has_type(struct task *task, const char *path, const char *type)
{
    const struct value *folders = NULL;

    return get_config_folders(task, &folders) && value_is_text(value_get(folder_of_path(folders, path), "type"), type);
}

bool change_syncthing_folder_type(struct task *task, const char *path, const char *type)
{
    const struct value *folders = NULL;

    if (!get_config_folders(task, &folders)) {
        return false;
    }
    const struct value *folder = folder_of_path(folders, path);

    if (folder == NULL) {
        return false;
    }
    if (value_is_text(value_get(folder, "type"), type)) {
        return true;
    }
    const struct value *body = OBJECT(task->arena, {"type", value_string(task->arena, type)});

    return call(task, EFFECT_SYNCTHING_PATCH_FOLDER,
                OBJECT(task->arena, {"id", value_get(folder, "id")}, {"body", body}),
                value_get_text(folder, "id")) != NULL;
}

/* Whether the path is the folder or lies under it. */
static bool lies_under(const char *path, const char *folder)
{
    size_t length = strlen(folder);

    return strncmp(path, folder, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

static const struct error *delete_folder(struct task *task, const struct value *folder)
{
    const char *id = value_get_text(folder, "id");

    if (call(task, EFFECT_SYNCTHING_DELETE_FOLDER, OBJECT(task->arena, {"id", value_get(folder, "id")}), id) == NULL) {
        return error_new(task->arena, "Error", "Failed to remove syncthing folder %s", text_or_undefined(id));
    }
    const struct value *required = call(task, EFFECT_SYNCTHING_GET_RESTART_REQUIRED, value_empty_object(), NULL);

    if (value_truthy(value_get(required, "requiresRestart")) &&
        call(task, EFFECT_SYNCTHING_RESTART, value_empty_object(), NULL) == NULL) {
        return error_new(task->arena, "Error", "Failed to restart syncthing");
    }
    return NULL;
}

const struct error *stop_syncthing_app(struct task *task, const char *app_id)
{
    const struct value *folders = NULL;
    const char *data_folder = arena_printf(task->arena, "%s%s", task->node->config.apps_folder, app_id);

    if (!get_config_folders(task, &folders)) {
        return error_new(task->arena, "Error", "Failed to get syncthing folders");
    }
    for (uint32_t i = 0; i < value_count(folders); i++) {
        const char *path = value_get_text(value_at(folders, i), "path");

        if (path != NULL && lies_under(path, data_folder)) {
            TRY(delete_folder(task, value_at(folders, i)));
        }
    }
    cell_delete(task, CELL_RECEIVE_ONLY, app_id);
    return NULL;
}

struct sync_state *set_sync_state(struct task *task, const char *app_id, struct sync_state state)
{
    struct sync_state *kept = arena_alloc(task->node->memory, sizeof *kept);

    *kept = state;
    cell_set(task, CELL_RECEIVE_ONLY, app_id, kept);
    return kept;
}
