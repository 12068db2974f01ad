/* The mounts of a container: what HostConfig.Binds, Mounts, VolumesFrom and Config.Volumes ask for (moby
 * daemon/volumes.go, volume/mounts/linux_parser.go). */
#include "fakes/docker/volumes.h"
#include "fakes/host.h"
#include "fakes/world.h"

#include "fakes/docker/whole.h"

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

/* Adds a mount; the volume that it names is made where it is not there, an anonymous one where it names none. */
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
        struct docker_volume *volume = mount.source == NULL ? NULL : docker_volume_find(engine, mount.source);

        if (volume == NULL && mount.source != NULL && mount.source[0] != '\0' &&
            !docker_volume_may_be_named(request, mount.source)) {
            return false;
        }
        if (volume == NULL) {
            volume = docker_volume_add(engine, mount.source, labels, NULL);
        } else if (request != NULL) {
            docker_volume_note(engine, volume, "create", NULL); /* it tells so each time a container names it */
        }
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

/* Whether each part of a bind's mode is one that there is. */
static bool mode_is_valid(const char *mode, bool path)
{
    static const struct {
        const char *name;
        bool only_path, only_volume;
    } known[] = {{"rw", false, false},     {"ro", false, false},       {"z", false, false},
                 {"Z", false, false},      {"nocopy", false, true},    {"shared", true, false},
                 {"rshared", true, false}, {"slave", true, false},     {"rslave", true, false},
                 {"private", true, false}, {"rprivate", true, false},  {"consistent", false, false},
                 {"cached", false, false}, {"delegated", false, false}};

    for (const char *at = mode; *at != '\0';) {
        size_t length = strcspn(at, ",");
        bool found = false;

        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
            found |= strlen(known[i].name) == length && strncmp(at, known[i].name, length) == 0 &&
                     !(path ? known[i].only_volume : known[i].only_path);
        }
        if (!found) {
            return false;
        }
        at += length + (at[length] == ',');
    }
    return true;
}

/* "source:target:mode" taken apart; the number of parts, 0: there are too many, or one is empty. */
static int split(char *bind, char *parts[MODE_PARTS])
{
    int count = 1;

    parts[0] = bind;
    for (char *colon = strchr(bind, ':'); colon != NULL; colon = strchr(colon + 1, ':')) {
        if (count == MODE_PARTS) {
            return 0;
        }
        *colon = '\0';
        parts[count++] = colon + 1;
    }
    return parts[0][0] == '\0' ? 0 : count;
}

/* "source:target[:mode]" or "target" of HostConfig.Binds. */
static bool add_bind(struct docker_engine *engine, struct docker_request *request, struct container *container,
                     const char *bind)
{
    struct arena *texts = texts_of(engine, request);
    char *parts[MODE_PARTS] = {NULL};
    int count = split(arena_string(texts, bind == NULL ? "" : bind), parts);

    if (count == 0) {
        return fail(request, 500, arena_printf(texts, "invalid volume specification: '%s'", bind));
    }
    const char *source = count == 1 ? NULL : parts[0];
    const char *target = count == 1 ? parts[0] : parts[1];
    const char *mode = count == MODE_PARTS ? parts[2] : "";
    bool path = source != NULL && source[0] == '/';
    const char *type = path ? "bind" : "volume";

    if (!mode_is_valid(mode, path)) {
        return fail(request, 500, arena_printf(texts, "invalid mode: %s", mode));
    }
    if (strcmp(target, "/") == 0) {
        return fail(request, 500,
                    arena_printf(texts,
                                 "invalid volume specification: '%s': invalid mount config for type \"%s\": invalid "
                                 "specification: destination can't be '/'",
                                 bind, type));
    }
    if (target[0] != '/') {
        return fail(request, 500,
                    arena_printf(texts,
                                 "invalid volume specification: '%s': invalid mount config for type \"%s\": "
                                 "invalid mount path: '%s' mount path must be absolute",
                                 bind, type, target));
    }
    const struct mount mount = {
        type, source, target, path || mode[0] != '\0' ? mode : "z", path ? "rprivate" : "", !has_option(mode, "ro")};

    return add_mount(engine, request, container, mount, NULL);
}

/* Whether the host has what is to be bound: the usual folders and what is in them, and what the world put there. */
static bool is_on_host(const struct docker_engine *engine, const char *path)
{
    static const char *const usual[] = {"bin",  "boot", "dev", "etc",  "home", "lib", "media", "mnt", "opt",
                                        "proc", "root", "run", "sbin", "srv",  "sys", "tmp",   "usr", "var"};
    size_t length = path[0] == '/' ? strcspn(path + 1, "/") : 0;

    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
        if (strlen(usual[i]) == length && strncmp(path + 1, usual[i], length) == 0) {
            return true;
        }
    }
    return (path[0] == '/' && length == 0) || host_path_exists(&engine->world->host, path);
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
        return fail(request, 400,
                    arena_printf(texts, "invalid mount config for type \"%s\": mount type unknown", type));
    }
    if (bind && (source == NULL || source[0] == '\0')) {
        return fail(request, 400, "invalid mount config for type \"bind\": field Source must not be empty");
    }
    if (bind && !is_on_host(engine, source)) {
        return fail(
            request, 400,
            arena_printf(texts, "invalid mount config for type \"bind\": bind source path does not exist: %s", source));
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

/* "container[:mode]" of HostConfig.VolumesFrom: what that container has, but where something else is mounted. */
static bool add_from(struct docker_engine *engine, struct docker_request *request, struct container *container,
                     const char *from)
{
    struct arena *texts = texts_of(engine, request);
    const char *name = arena_string_n(texts, from, strcspn(from, ":"));
    const char *mode = from + strlen(name) + (from[strlen(name)] == ':');
    uint32_t fitting = 0;
    const struct container *other = docker_container_find(engine, name, &fitting);

    if (!mode_is_valid(mode, true)) {
        return fail(request, 400, arena_printf(texts, "invalid mode: %s", mode));
    }
    if (other == NULL) {
        return fail(request, 400, arena_printf(texts, "No such container: %s", name));
    }
    const struct value *mounts = other == container ? NULL : other->details->mounts;

    for (uint32_t i = 0; i < value_count(mounts); i++) {
        const struct value *given = value_at(mounts, i);
        const char *volume = value_get_text(given, "Name");
        const struct mount mount = {
            value_get_text(given, "Type"),        volume != NULL ? volume : value_get_text(given, "Source"),
            value_get_text(given, "Destination"), "",
            value_get_text(given, "Propagation"), value_truthy(value_get(given, "RW")) && !has_option(mode, "ro")};

        if (!is_mounted(container, mount.target)) {
            keep_mount(engine, container->details, &mount);
        }
    }
    return true;
}

bool docker_volumes_mount(struct docker_engine *engine, struct docker_request *request, struct container *container)
{
    struct container_details *details = container->details;
    const struct value *binds = value_get(details->host_config, "Binds");
    const struct value *asked = value_get(details->host_config, "Mounts");
    const struct value *from = value_get(details->host_config, "VolumesFrom");
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
    for (uint32_t i = 0; i < value_count(from); i++) {
        if (!add_from(engine, request, container, value_text(value_at(from, i)))) {
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

void docker_volumes_note_mounts(struct docker_engine *engine, const struct container *container, bool mounted)
{
    const struct value *mounts = container->details->mounts;
    struct arena *scratch = &engine->whole->scratch;

    for (uint32_t i = 0; i < value_count(mounts); i++) {
        const struct value *mount = value_at(mounts, i);
        const char *name = value_get_text(mount, "Name");
        const struct docker_volume *volume = name == NULL ? NULL : docker_volume_find(engine, name);
        const char *writable = value_truthy(value_get(mount, "RW")) ? "true" : "false";

        if (volume != NULL && mounted) {
            docker_volume_note(engine, volume, "mount",
                               OBJECT(scratch, {"container", value_string(scratch, container->id)},
                                      {"destination", value_get(mount, "Destination")},
                                      {"propagation", value_get(mount, "Propagation")},
                                      {"read/write", value_string(scratch, writable)}));
        } else if (volume != NULL) {
            docker_volume_note(engine, volume, "unmount",
                               OBJECT(scratch, {"container", value_string(scratch, container->id)}));
        }
    }
}
