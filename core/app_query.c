#include "core/app_query.h"

#include "core/db.h"
#include "core/docker_service.h"
#include "core/enterprise.h"
#include "core/names.h"

#include <string.h>

/* ---- 3.1 ----------------------------------------------------------------------------------------------------------
 */

bool installed_apps(struct task *task, struct app_list *apps)
{
    const struct value *documents = NULL;
    const struct error *error =
        find_in_database(task, LOCAL_APPS, value_empty_object(), projection_no_id(task), &documents);

    *apps = (struct app_list){NULL, 0};
    if (error != NULL) {
        log_error(task, "%s", error_text(task->arena, error));
        return false;
    }
    apps->count = value_count(documents);
    apps->apps = arena_alloc(task->arena, apps->count * sizeof *apps->apps);
    for (uint32_t i = 0; i < apps->count; i++) {
        apps->apps[i] = app_spec_from(task->arena, value_at(documents, i));
    }
    return true;
}

/* ---- 3.2 ----------------------------------------------------------------------------------------------------------
 */

static bool is_listed(const struct value *const *containers, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(first_container_name(containers[i]), name) == 0) {
            return true;
        }
    }
    return false;
}

/* 3.2 step 3: only names of version ≤ 3 apps can match, since these arrays hold app names. */
static bool in_backup_or_restore(struct task *task, const char *identifier)
{
    return cell_has(task, CELL_BACKUP_IN_PROGRESS, identifier) || cell_has(task, CELL_RESTORE_IN_PROGRESS, identifier);
}

/* Fields that nobody reads and the reply does without (3.2 step 4). */
static const struct value *stripped(struct task *task, const struct value *container)
{
    static const char *const bulky[] = {"HostConfig", "NetworkSettings", "Mounts"};

    for (size_t i = 0; i < sizeof bulky / sizeof bulky[0]; i++) {
        container = value_without(task->arena, container, bulky[i]);
    }
    return container;
}

bool list_running_apps(struct task *task, const struct value **containers)
{
    const struct value *running = NULL;
    const struct value *all = NULL;

    *containers = value_empty_array();
    if (docker_list_containers(task, false, &running) != NULL) {
        return false;
    }
    bool backups = cell_count(task, CELL_BACKUP_IN_PROGRESS) + cell_count(task, CELL_RESTORE_IN_PROGRESS) > 0;

    if (backups && docker_list_containers(task, true, &all) != NULL) {
        return false;
    }
    size_t count = 0;
    const struct value **found =
        arena_alloc(task->arena, (value_count(running) + value_count(all) + 1) * sizeof *found);

    for (uint32_t i = 0; i < value_count(running); i++) {
        if (is_flux_container(first_container_name(value_at(running, i)))) {
            found[count++] = stripped(task, value_at(running, i));
        }
    }
    for (uint32_t i = 0; i < value_count(all); i++) {
        const char *name = first_container_name(value_at(all, i));

        if (is_flux_container(name) && in_backup_or_restore(task, identifier_from_docker_name(name)) &&
            !is_listed(found, count, name)) {
            found[count++] = stripped(task, value_at(all, i));
        }
    }
    *containers = value_array(task->arena, found, count);
    return true;
}

/* ---- 3.3 ----------------------------------------------------------------------------------------------------------
 */

static const struct error *decrypt_cached(struct task *task, struct app_spec *app, struct app_spec **decrypted)
{
    const char *key = text_or_undefined(app->hash); /* all hash-less apps share one key */

    /* The object itself, for app_spec.h to change. */
    *decrypted = (struct app_spec *)(uintptr_t)cell_get(task, CELL_DECRYPTED, key);
    if (*decrypted != NULL) {
        microtask(task);
        return NULL;
    }
    TRY(check_and_decrypt_app_specs(task, task->node->memory, app, decrypted));
    app_spec_share(*decrypted, arena_string(task->node->memory, key));
    cell_set(task, CELL_DECRYPTED, key, *decrypted);
    return NULL;
}

static const struct error *decrypt_one(struct task *task, struct app_spec *app, bool format_specs,
                                       struct app_spec **decrypted)
{
    TRY(decrypt_cached(task, app, decrypted));
    return format_specs ? specification_formatter(task, *decrypted, decrypted) : NULL;
}

void decrypt_enterprise_apps(struct task *task, struct app_list apps, bool format_specs, struct app_list *decrypted)
{
    decrypted->count = apps.count;
    decrypted->apps = arena_alloc(task->arena, apps.count * sizeof *decrypted->apps);
    for (uint32_t i = 0; i < apps.count; i++) {
        struct app_spec *app = apps.apps[i];
        struct app_spec *clear = app;

        if (app->version >= 8 && app->enterprise != NULL) {
            const struct error *error = decrypt_one(task, app, format_specs, &clear);

            if (error != NULL) {
                log_error(task, "Failed to decrypt enterprise app %s: %s", app->name, error->message);
                clear = app; /* 3.3 step 4: the raw record, whose compose is empty */
            }
        }
        decrypted->apps[i] = clear;
    }
}

bool app_list_has(const struct app_list *apps, const char *name)
{
    for (uint32_t i = 0; name != NULL && i < apps->count; i++) {
        if (strcmp(apps->apps[i]->name, name) == 0) {
            return true;
        }
    }
    return false;
}
