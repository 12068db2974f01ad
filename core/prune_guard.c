#include "core/prune_guard.h"

#include "core/docker_service.h"
#include "core/names.h"

#include <string.h>

bool runs(const struct value *running, const char *identifier)
{
    for (uint32_t i = 0; i < value_count(running); i++) {
        const char *name = first_container_name(value_at(running, i));

        if (strcmp(identifier_from_docker_name(name), identifier) == 0) {
            return true;
        }
    }
    return false;
}

static uint32_t count_components(struct app_list apps)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < apps.count; i++) {
        count += apps.apps[i]->component_count;
    }
    return count;
}

const struct error *find_stopped(struct task *task, struct app_list apps, const struct value *running,
                                 struct identifier_list *stopped)
{
    *stopped =
        (struct identifier_list){arena_alloc(task->arena, (count_components(apps) + 1) * sizeof(const char *)), 0};
    for (uint32_t i = 0; i < apps.count; i++) {
        const struct app_spec *app = apps.apps[i];

        if (app->version >= 4 && !app->has_compose) {
            return error_new(task->arena, "TypeError", "Cannot read properties of undefined (reading 'forEach')");
        }
        for (uint32_t j = 0; j < app->component_count; j++) {
            const char *identifier = app_spec_identifier(task->arena, app, j);

            if (!runs(running, identifier)) {
                stopped->identifiers[stopped->count++] = identifier;
            }
        }
    }
    return NULL;
}

const struct error *prune_guard(struct task *task, struct app_list apps, const struct value *running, bool *passes)
{
    struct identifier_list stopped;

    TRY(find_stopped(task, apps, running, &stopped));
    *passes = stopped.count == 0 && !flag_get(task, FLAG_MSR);
    take_note(task, *passes ? NOTE_GUARD_PASSED : NOTE_GUARD_HELD, NULL,
              stopped.count > 0 ? stopped.identifiers[0] : NULL,
              *passes ? "no installed component is stopped"
                      : arena_printf(task->arena, "%u stopped%s", stopped.count,
                                     stopped.count == 0 ? ", but the master/slave loop runs" : ""));
    return NULL;
}
