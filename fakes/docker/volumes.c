#include "fakes/docker/volumes.h"

#include "fakes/docker/filters.h"
#include "fakes/docker/handlers.h"
#include "fakes/world.h"

#include <string.h>

#define VOLUMES_ROOT "/var/lib/docker/volumes"

static bool fail(struct docker_request *request, int status, const char *message)
{
    if (request != NULL) {
        effect_fail(request->effect, request->answers, status, NULL, "%s", message);
    }
    return false;
}

/* ---- the table
 * -------------------------------------------------------------------------------------------------------------------
 */

struct docker_volume *docker_volume_find(const struct docker_engine *engine, const char *name)
{
    const struct docker_volumes *volumes = &engine->whole->volumes;

    for (uint32_t i = 0; i < volumes->count; i++) {
        if (strcmp(volumes->all[i].name, name) == 0) {
            return &volumes->all[i];
        }
    }
    return NULL;
}

void docker_volume_note(struct docker_engine *engine, const struct docker_volume *volume, const char *action,
                        const struct value *more)
{
    struct arena *scratch = &engine->whole->scratch;
    const struct value *attributes = OBJECT(scratch, {"driver", value_string(scratch, volume->driver)});

    for (uint32_t i = 0; more != NULL && i < value_count(more); i++) {
        attributes = value_with(scratch, attributes, more->members[i].key, more->members[i].value);
    }
    docker_event_note(engine, (struct docker_event){"volume", action, volume->name, attributes});
}

struct docker_volume *docker_volume_add(struct docker_engine *engine, const char *name, const struct value *labels,
                                        const struct value *options)
{
    struct docker_volumes *volumes = &engine->whole->volumes;
    struct arena *memory = engine->world->memory;
    struct docker_volume *volume =
        table_add(memory, (void **)&volumes->all, &volumes->count, &volumes->size, sizeof *volume);
    bool anonymous = name == NULL || name[0] == '\0';

    *volume = (struct docker_volume){
        .name = anonymous ? world_new_id(engine->world, "volume", "") : arena_string(memory, name),
        .driver = "local",
        .labels = value_is(labels, VALUE_OBJECT) ? value_copy(memory, labels) : NULL,
        .options = value_is(options, VALUE_OBJECT) && value_count(options) > 0 ? value_copy(memory, options) : NULL,
        .created_ms = engine->world->now_ms,
        .anonymous = anonymous,
    };
    docker_volume_note(engine, volume, "create", NULL);
    return volume;
}

/* Names of volumes: [a-zA-Z0-9][a-zA-Z0-9_.-]* of two characters and more (moby volume/service). */
static bool is_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    static const char rest[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

    return name[0] != '\0' && strchr(letters, name[0]) != NULL && name[1] != '\0' && strspn(name, rest) == strlen(name);
}

bool docker_volume_may_be_named(struct docker_request *request, const char *name)
{
    if (is_name(name)) {
        return true;
    }
    if (request == NULL) {
        return false;
    }
    if (strlen(name) == 1) {
        return fail(request, 400,
                    arena_printf(request->answers,
                                 "create %s: volume name is too short, names should be at least two alphanumeric "
                                 "characters",
                                 name));
    }
    return fail(request, 400,
                arena_printf(request->answers,
                             "create %s: \"%s\" includes invalid characters for a local volume name, only "
                             "\"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use "
                             "absolute path",
                             name, name));
}

static bool mounts_it(const struct container *container, const char *volume)
{
    const struct value *mounts = container->details->mounts;

    for (uint32_t i = 0; i < value_count(mounts); i++) {
        if (value_is_text(value_get(value_at(mounts, i), "Name"), volume)) {
            return true;
        }
    }
    return false;
}

/* A container, running or not, other than this one (NULL: any) that mounts a volume; NULL: none. */
static const struct container *user_of(const struct docker_engine *engine, const char *volume,
                                       const struct container *but)
{
    for (uint32_t i = 0; i < engine->container_count; i++) {
        if (&engine->containers[i] != but && mounts_it(&engine->containers[i], volume)) {
            return &engine->containers[i];
        }
    }
    return NULL;
}

/* ---- requests
 * -------------------------------------------------------------------------------------------------------------------
 */

static const struct value *or_null(const struct value *value)
{
    return value == NULL ? value_null() : value;
}

static const struct value *shown(const struct docker_volume *volume, struct arena *arena)
{
    return OBJECT(arena, {"CreatedAt", value_string(arena, docker_time_to_seconds(arena, volume->created_ms))},
                  {"Driver", value_string(arena, volume->driver)}, {"Labels", or_null(volume->labels)},
                  {"Mountpoint", value_format(arena, VOLUMES_ROOT "/%s/_data", volume->name)},
                  {"Name", value_string(arena, volume->name)}, {"Options", or_null(volume->options)},
                  {"Scope", value_string(arena, "local")});
}

/* What the driver `local` takes: all or none of a mount's. */
static bool options_are_valid(struct docker_request *request, const char *name, const struct value *options)
{
    static const char *const known[] = {"device", "type", "o"}; /* the first two must be there */
    struct arena *arena = request->answers;

    for (uint32_t i = 0; i < value_count(options); i++) {
        bool is_known = false;

        for (size_t j = 0; j < sizeof known / sizeof known[0]; j++) {
            is_known |= strcmp(options->members[i].key, known[j]) == 0;
        }
        if (!is_known) {
            return fail(request, 400,
                        arena_printf(arena, "create %s: invalid option: \"%s\"", name, options->members[i].key));
        }
    }
    for (size_t j = 0; value_count(options) > 0 && j < 2; j++) {
        if (value_get(options, known[j]) == NULL) {
            return fail(request, 400,
                        arena_printf(arena, "create %s: missing required option: \"%s\"", name, known[j]));
        }
    }
    return true;
}

void docker_volumes_create(struct docker_request *request)
{
    const struct value *body = value_get(request->effect->args, "body");
    const char *name = value_get_text(body, "Name");
    const char *driver = value_get_text(body, "Driver");
    struct arena *arena = request->answers;
    const struct docker_volume *volume = NULL;

    if (driver != NULL && driver[0] != '\0' && strcmp(driver, "local") != 0) {
        (void)fail(request, 404,
                   arena_printf(arena, "create %s: error looking up volume plugin %s: plugin \"%s\" not found",
                                name == NULL ? "" : name, driver, driver));
        return;
    }
    if (name != NULL && name[0] != '\0') {
        if (!docker_volume_may_be_named(request, name)) {
            return;
        }
        volume = docker_volume_find(request->engine, name);
    }
    if (volume == NULL) {
        const struct value *labels = value_get(body, "Labels");

        if (!options_are_valid(request, name == NULL ? "" : name, value_get(body, "DriverOpts"))) {
            return;
        }
        volume = docker_volume_add(request->engine, name, value_is(labels, VALUE_OBJECT) ? labels : NULL,
                                   value_get(body, "DriverOpts"));
    }
    request->effect->result = shown(volume, arena);
}

static struct docker_volume *volume_of(struct docker_request *request)
{
    const char *name = docker_parameter(request, "volume");
    struct docker_volume *volume = docker_volume_find(request->engine, name);

    if (volume == NULL) {
        (void)fail(request, 404, arena_printf(request->answers, "get %s: no such volume", name));
    }
    return volume;
}

void docker_volume_inspect(struct docker_request *request)
{
    const struct docker_volume *volume = volume_of(request);

    if (volume != NULL) {
        request->effect->result = shown(volume, request->answers);
    }
}

static void remove_volume(struct docker_engine *engine, struct docker_volume *volume)
{
    struct docker_volumes *volumes = &engine->whole->volumes;

    if (volume->files != NULL) {
        process_files_free(volume->files);
        pool_give(&engine->whole->pool, volume->files, sizeof *volume->files);
    }
    table_remove(volumes->all, &volumes->count, sizeof *volume, (uint32_t)(volume - volumes->all));
}

void docker_volume_remove(struct docker_request *request)
{
    const char *name = docker_parameter(request, "volume");
    struct docker_volume *volume = docker_volume_find(request->engine, name);
    const struct container *user = user_of(request->engine, name, NULL);

    if (volume == NULL) {
        if (!docker_flag(request, "force")) {
            (void)fail(request, 404, arena_printf(request->answers, "get %s: no such volume", name));
        }
    } else if (user != NULL) {
        (void)fail(request, 409, arena_printf(request->answers, "remove %s: volume is in use - [%s]", name, user->id));
    } else {
        docker_volume_note(request->engine, volume, "destroy", NULL);
        remove_volume(request->engine, volume);
    }
}

void docker_volumes_list(struct docker_request *request)
{
    static const char *const accepted[] = {"dangling", "driver", "label", "name", NULL};
    const struct docker_volumes *volumes = &request->engine->whole->volumes;
    struct arena *arena = request->answers;
    struct docker_filters filters;
    const struct value *found = value_empty_array();
    bool dangling = false;

    if (!docker_filters_read(request, accepted, &filters) ||
        !docker_filter_truth(request, &filters, "dangling", false, &dangling)) {
        if (filters.unreadable) {
            effect_fail(request->effect, arena, 400, NULL, "error reading volume filters: %s",
                        request->effect->error->message);
        }
        return;
    }
    for (uint32_t i = 0; i < volumes->count; i++) {
        const struct docker_volume *volume = &volumes->all[i];

        if (docker_filter_values(&filters, "dangling") != NULL &&
            dangling != (user_of(request->engine, volume->name, NULL) == NULL)) {
            continue;
        }
        if (docker_filter_pattern(&filters, "name", volume->name) &&
            docker_filter_is(&filters, "driver", volume->driver) &&
            docker_filter_labels(&filters, "label", volume->labels)) {
            found = value_append(arena, found, shown(volume, arena));
        }
    }
    request->effect->result = OBJECT(arena, {"Volumes", found}, {"Warnings", value_null()});
}

void docker_volumes_prune(struct docker_request *request)
{
    static const char *const accepted[] = {"label", "label!", NULL};
    struct docker_engine *engine = request->engine;
    struct docker_volumes *volumes = &engine->whole->volumes;
    struct arena *arena = request->answers;
    struct docker_filters filters;
    const struct value *deleted = value_empty_array();

    if (!docker_filters_read(request, accepted, &filters)) {
        return;
    }
    for (uint32_t i = 0; i < volumes->count;) {
        struct docker_volume *volume = &volumes->all[i];

        if (user_of(engine, volume->name, NULL) != NULL || !docker_filter_labels(&filters, "label", volume->labels) ||
            !docker_filter_labels(&filters, "label!", volume->labels)) {
            i++;
            continue;
        }
        deleted = value_append(arena, deleted, value_string(arena, volume->name));
        remove_volume(engine, volume);
    }
    docker_event_note(engine, (struct docker_event){"volume", "prune", "",
                                                    OBJECT(&engine->whole->scratch,
                                                           {"reclaimed", value_string(&engine->whole->scratch, "0")})});
    request->effect->result = OBJECT(arena, {"VolumesDeleted", deleted}, {"SpaceReclaimed", value_number(arena, 0)});
}

/* ---- a container goes
 * -------------------------------------------------------------------------------------------------------------------
 */

void docker_volumes_release(struct docker_engine *engine, const struct container *container, bool with_anonymous)
{
    const struct value *mounts = container->details->mounts;

    for (uint32_t i = 0; with_anonymous && i < value_count(mounts); i++) {
        const char *name = value_get_text(value_at(mounts, i), "Name");
        struct docker_volume *volume = name == NULL ? NULL : docker_volume_find(engine, name);

        if (volume != NULL && volume->anonymous && user_of(engine, name, container) == NULL) {
            docker_volume_note(engine, volume, "destroy", NULL);
            remove_volume(engine, volume);
        }
    }
}
