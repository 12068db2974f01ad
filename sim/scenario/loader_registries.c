/* Image registries whose content the scenario says: world.docker.registries. Read into the form that the Engine takes
 * (fakes/docker/registries.h). */
#include "sim/scenario/loader.h"

#include <string.h>

struct said_image {
    const char *name, *architecture;
    const struct value *layers, *command;
};

static void read_image_name(struct loader *loader, const struct value *value, const struct json_path *path,
                            void *target)
{
    const char *name = NULL;

    read_text(loader, value, path, &name);
    if (name != NULL && (strchr(name, ':') == NULL || name[0] == ':' || name[strlen(name) - 1] == ':')) {
        mistake_at(loader, path, false, "\"%.60s\" is no image's name, expected one with a tag such as \"app:1\"",
                   name);
    }
    *(const char **)target = name;
}

static const struct field image_fields[] = {
    {"name", read_image_name, offsetof(struct said_image, name), true},
    {"layers", read_names, offsetof(struct said_image, layers), true},
    {"architecture", read_text, offsetof(struct said_image, architecture), false},
    {"command", read_names, offsetof(struct said_image, command), false},
};

const struct object_shape registry_image_shape = {"a registry's image", "registryImage", image_fields,
                                                  sizeof image_fields / sizeof image_fields[0]};

static void read_image(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct said_image said = {.name = NULL};
    struct arena *arena = loader->arena;

    read_object(loader, value, path, &registry_image_shape, &said);
    *(const struct value **)target =
        OBJECT(arena, {"name", said.name == NULL ? NULL : value_string(arena, said.name)}, {"layers", said.layers},
               {"architecture", said.architecture == NULL ? NULL : value_string(arena, said.architecture)},
               {"command", said.command});
}

struct said_registry {
    const char *host;
    bool down;
    const struct value *denied, *images;
};

static void read_images(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    read_values(loader, value, path, read_image, target);
}

static const struct field registry_fields[] = {
    {"host", read_text, offsetof(struct said_registry, host), true},
    {"down", read_bool, offsetof(struct said_registry, down), false},
    {"denied", read_names, offsetof(struct said_registry, denied), false},
    {"images", read_images, offsetof(struct said_registry, images), false},
};

const struct object_shape registry_shape = {"a registry", "registry", registry_fields,
                                            sizeof registry_fields / sizeof registry_fields[0]};

static void read_registry(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct said_registry said = {.host = NULL};
    struct arena *arena = loader->arena;

    read_object(loader, value, path, &registry_shape, &said);
    *(const struct value **)target =
        OBJECT(arena, {"host", said.host == NULL ? NULL : value_string(arena, said.host)},
               {"down", value_bool(said.down)}, {"denied", said.denied}, {"images", said.images});
}

void read_registries(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct scenario_world *world = target;

    read_values(loader, value, path, read_registry, &world->registries);
}
