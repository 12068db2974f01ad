#include "fakes/docker/volumes.h"

#include "fakes/docker/filters.h"
#include "fakes/docker/handlers.h"
#include "fakes/world.h"

#include <string.h>

enum { MODE_PARTS = 3 };

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

static struct docker_volume *find(const struct docker_engine *engine, const char *name)
{
    const struct docker_volumes *volumes = &engine->whole->volumes;

    for (uint32_t i = 0; i < volumes->count; i++) {
        if (strcmp(volumes->all[i].name, name) == 0) {
            return &volumes->all[i];
        }
    }
    return NULL;
}

static void note(struct docker_engine *engine, const struct docker_volume *volume, const char *action,
                 const struct value *more)
{
    struct arena *scratch = &engine->whole->scratch;
    const struct value *attributes = OBJECT(scratch, {"driver", value_string(scratch, volume->driver)});

    for (uint32_t i = 0; more != NULL && i < value_count(more); i++) {
        attributes = value_with(scratch, attributes, more->members[i].key, more->members[i].value);
    }
    docker_event_note(engine, (struct docker_event){"volume", action, volume->name, attributes});
}

static struct docker_volume *add(struct docker_engine *engine, const char *name, const struct value *labels,
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
    note(engine, volume, "create", NULL);
    return volume;
}

/* Names of volumes: [a-zA-Z0-9][a-zA-Z0-9_.-]* of two characters and more (moby volume/service). */
static bool is_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    static const char rest[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

    return name[0] != '\0' && strchr(letters, name[0]) != NULL && name[1] != '\0' && strspn(name, rest) == strlen(name);
}

static bool may_be_named(struct docker_request *request, const char *name)
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
        if (!may_be_named(request, name)) {
            return;
        }
        volume = find(request->engine, name);
    }
    if (volume == NULL) {
        const struct value *labels = value_get(body, "Labels");

        volume =
            add(request->engine, name, value_is(labels, VALUE_OBJECT) ? labels : NULL, value_get(body, "DriverOpts"));
    }
    request->effect->result = shown(volume, arena);
}

static struct docker_volume *volume_of(struct docker_request *request)
{
    const char *name = docker_parameter(request, "volume");
    struct docker_volume *volume = find(request->engine, name);

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
    struct docker_volume *volume = find(request->engine, name);
    const struct container *user = user_of(request->engine, name, NULL);

    if (volume == NULL) {
        if (!docker_flag(request, "force")) {
            (void)fail(request, 404, arena_printf(request->answers, "get %s: no such volume", name));
        }
    } else if (user != NULL) {
        (void)fail(request, 409, arena_printf(request->answers, "remove %s: volume is in use - [%s]", name, user->id));
    } else {
        note(request->engine, volume, "destroy", NULL);
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

/* ---- mounts of containers
 * -------------------------------------------------------------------------------------------------------------------
 */

struct mount {
    const char *type, *source, *target, *mode, *propagation;
    bool writable;
};

static const struct value *mount_shown(const struct mount *mount, struct arena *memory)
{
    bool volume = strcmp(mount->type, "volume") == 0;
    const struct value *source =
        volume ? value_format(memory, VOLUMES_ROOT "/%s/_data", mount->source) : value_string(memory, mount->source);

    return OBJECT(memory, {"Type", value_string(memory, mount->type)},
                  {"Name", volume ? value_string(memory, mount->source) : NULL}, {"Source", source},
                  {"Destination", value_string(memory, mount->target)},
                  {"Driver", volume ? value_string(memory, "local") : NULL},
                  {"Mode", value_string(memory, mount->mode)}, {"RW", value_bool(mount->writable)},
                  {"Propagation", value_string(memory, mount->propagation)});
}

/* Adds a mount; the volume that it names is made where it is not there, an anonymous one where it names none. */
/* Where texts of a request go that nobody keeps: without a request they are as old as the world. */
static struct arena *texts_of(struct docker_engine *engine, struct docker_request *request)
{
    return request != NULL ? request->answers : engine->world->memory;
}

/* One more of a container's mounts, whose parts are mostly as in the last one's. */
static void keep_mount(struct docker_engine *engine, struct container_details *details, const struct mount *mount)
{
    struct docker_volumes *volumes = &engine->whole->volumes;
    struct arena *memory = engine->world->memory;
    struct arena arena;

    arena_init(&arena, memory->source);
    volumes->last_mount = value_copy_sharing(memory, mount_shown(mount, &arena), volumes->last_mount);
    details->mounts = value_append(memory, details->mounts, volumes->last_mount);
    arena_reset(&arena);
}

static bool add_mount(struct docker_engine *engine, struct docker_request *request, struct container *container,
                      struct mount mount, const struct value *labels)
{
    const struct value *mounts = container->details->mounts;

    if (mount.target == NULL || mount.target[0] != '/') {
        return fail(request, 400,
                    arena_printf(texts_of(engine, request),
                                 "invalid mount config for type \"%s\": invalid mount path: '%s' mount "
                                 "path must be absolute",
                                 mount.type, mount.target == NULL ? "" : mount.target));
    }
    for (uint32_t i = 0; i < value_count(mounts); i++) {
        if (value_is_text(value_get(value_at(mounts, i), "Destination"), mount.target)) {
            return fail(request, 400,
                        arena_printf(texts_of(engine, request), "Duplicate mount point: %s", mount.target));
        }
    }
    if (strcmp(mount.type, "volume") == 0) {
        const struct docker_volume *volume = mount.source == NULL ? NULL : find(engine, mount.source);

        if (volume == NULL && mount.source != NULL && mount.source[0] != '\0' && !may_be_named(request, mount.source)) {
            return false;
        }
        volume = volume == NULL ? add(engine, mount.source, labels, NULL) : volume;
        mount.source = volume->name;
    }
    keep_mount(engine, container->details, &mount);
    return true;
}

static bool has_option(const char *mode, const char *option)
{
    size_t length = strlen(option);

    for (const char *at = mode; *at != '\0'; at += strcspn(at, ",") + (at[strcspn(at, ",")] == ',')) {
        if (strcspn(at, ",") == length && strncmp(at, option, length) == 0) {
            return true;
        }
    }
    return false;
}

/* "source:target[:mode]" of HostConfig.Binds. */
static bool add_bind(struct docker_engine *engine, struct docker_request *request, struct container *container,
                     const char *bind)
{
    struct arena *texts = texts_of(engine, request);
    char *parts[MODE_PARTS] = {arena_string(texts, bind == NULL ? "" : bind)};
    int count = 1;

    for (char *colon = strchr(parts[0], ':'); colon != NULL && count <= MODE_PARTS; colon = strchr(colon + 1, ':')) {
        if (count == MODE_PARTS) {
            return fail(request, 400, arena_printf(texts, "invalid volume specification: '%s'", bind));
        }
        *colon = '\0';
        parts[count++] = colon + 1;
    }
    if (count < 2 || parts[0][0] == '\0') {
        return fail(request, 400, arena_printf(texts, "invalid volume specification: '%s'", bind));
    }
    const char *mode = count == MODE_PARTS ? parts[2] : "";
    bool path = parts[0][0] == '/';

    if (parts[1][0] != '/' || strcmp(parts[1], "/") == 0) {
        return fail(
            request, 400,
            arena_printf(texts,
                         strcmp(parts[1], "/") == 0
                             ? "invalid volume specification: '%s': invalid mount config for type \"%s\": invalid "
                               "specification: destination can't be '/'"
                             : "invalid volume specification: '%s': invalid mount config for type \"%s\": "
                               "invalid mount path: '%s' mount path must be absolute",
                         bind, path ? "bind" : "volume", parts[1]));
    }
    const struct mount mount = {path ? "bind" : "volume",
                                parts[0],
                                parts[1],
                                path ? mode : mode[0] == '\0' ? "z" : mode,
                                path ? "rprivate" : "",
                                !has_option(mode, "ro")};

    return add_mount(engine, request, container, mount, NULL);
}

/* An entry of HostConfig.Mounts. */
static bool add_asked(struct docker_engine *engine, struct docker_request *request, struct container *container,
                      const struct value *asked)
{
    struct arena *texts = texts_of(engine, request);
    const char *type = value_get_text(asked, "Type");
    const char *source = value_get_text(asked, "Source");
    const char *propagation = value_get_text(value_get(asked, "BindOptions"), "Propagation");

    type = type == NULL || type[0] == '\0' ? "volume" : type;
    bool bind = strcmp(type, "bind") == 0;

    if (!bind && strcmp(type, "volume") != 0 && strcmp(type, "tmpfs") != 0) {
        return fail(
            request, 400,
            arena_printf(texts, "invalid mount config for type \"%s\": mount type unknown: \"%s\"", type, type));
    }
    if (bind && (source == NULL || source[0] == '\0')) {
        return fail(request, 400, "invalid mount config for type \"bind\": field Source must not be empty");
    }
    if (strcmp(type, "tmpfs") == 0 && source != NULL && source[0] != '\0') {
        return fail(request, 400, "invalid mount config for type \"tmpfs\": field Source must not be specified");
    }
    const struct mount mount = {type,
                                source == NULL && !bind && strcmp(type, "tmpfs") == 0 ? "" : source,
                                value_get_text(asked, "Target"),
                                bind || strcmp(type, "tmpfs") == 0 ? "" : "z",
                                !bind                 ? ""
                                : propagation == NULL ? "rprivate"
                                                      : propagation,
                                !value_truthy(value_get(asked, "ReadOnly"))};

    return add_mount(engine, request, container, mount, value_get(value_get(asked, "VolumeOptions"), "Labels"));
}

static bool is_mounted(const struct container *container, const char *target)
{
    const struct value *mounts = container->details->mounts;

    for (uint32_t i = 0; i < value_count(mounts); i++) {
        if (value_is_text(value_get(value_at(mounts, i), "Destination"), target)) {
            return true;
        }
    }
    return false;
}

bool docker_volumes_mount(struct docker_engine *engine, struct docker_request *request, struct container *container)
{
    struct container_details *details = container->details;
    const struct value *binds = value_get(details->host_config, "Binds");
    const struct value *asked = value_get(details->host_config, "Mounts");
    const struct value *volumes = value_get(details->config, "Volumes");

    details->mounts = value_empty_array();
    for (uint32_t i = 0; i < value_count(binds); i++) {
        if (!add_bind(engine, request, container, value_text(value_at(binds, i)))) {
            return false;
        }
    }
    for (uint32_t i = 0; i < value_count(asked); i++) {
        if (!add_asked(engine, request, container, value_at(asked, i))) {
            return false;
        }
    }
    for (uint32_t i = 0; i < value_count(volumes); i++) {
        const struct mount mount = {"volume", NULL, volumes->members[i].key, "", "", true};

        if (!is_mounted(container, mount.target) && !add_mount(engine, request, container, mount, NULL)) {
            return false;
        }
    }
    return true;
}

void docker_volumes_release(struct docker_engine *engine, const struct container *container, bool with_anonymous)
{
    const struct value *mounts = container->details->mounts;

    for (uint32_t i = 0; with_anonymous && i < value_count(mounts); i++) {
        const char *name = value_get_text(value_at(mounts, i), "Name");
        struct docker_volume *volume = name == NULL ? NULL : find(engine, name);

        if (volume != NULL && volume->anonymous && user_of(engine, name, container) == NULL) {
            note(engine, volume, "destroy", NULL);
            remove_volume(engine, volume);
        }
    }
}

static struct process_files *new_files(struct docker_engine *engine)
{
    struct pool *pool = &engine->whole->pool;
    struct process_files *files = pool_take(pool, sizeof *files);

    process_files_init(files, pool);
    files->is_volume = true;
    return files;
}

static struct process_files *folder_files(struct docker_engine *engine, const char *path)
{
    struct docker_volumes *volumes = &engine->whole->volumes;
    struct arena *memory = engine->world->memory;

    for (uint32_t i = 0; i < volumes->folder_count; i++) {
        if (strcmp(volumes->folders[i].path, path) == 0) {
            return volumes->folders[i].files;
        }
    }
    struct docker_host_folder *folder =
        table_add(memory, (void **)&volumes->folders, &volumes->folder_count, &volumes->folder_size, sizeof *folder);

    *folder = (struct docker_host_folder){arena_string(memory, path), new_files(engine)};
    return folder->files;
}

struct process_files *docker_volumes_files(struct docker_engine *engine, const struct value *mount)
{
    const char *name = value_get_text(mount, "Name");
    struct docker_volume *volume = name == NULL ? NULL : find(engine, name);

    if (value_is_text(value_get(mount, "Type"), "bind")) {
        return folder_files(engine, value_get_text(mount, "Source"));
    }
    if (volume != NULL && volume->files == NULL) {
        volume->files = new_files(engine);
    }
    return volume == NULL ? NULL : volume->files;
}
