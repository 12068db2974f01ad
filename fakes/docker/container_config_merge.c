/* What a container has of its image's Config (moby daemon/commit.go, merge()). */
#include "fakes/docker/container_config.h"

#include <string.h>

/* Those of the image's environment that the container's does not set. */
static const struct value *merged_environment(struct arena *arena, const struct value *own, const struct value *image)
{
    const struct value *all = own == NULL ? value_empty_array() : own;

    for (uint32_t i = 0; i < value_count(image); i++) {
        const char *variable = value_text(value_at(image, i));
        size_t length = strcspn(variable, "=");
        bool is_set = false;

        for (uint32_t j = 0; j < value_count(own) && !is_set; j++) {
            const char *set = value_text(value_at(own, j));

            is_set = strcspn(set, "=") == length && strncmp(set, variable, length) == 0;
        }
        if (!is_set) {
            all = value_append(arena, all, value_at(image, i));
        }
    }
    return all;
}

static const struct value *merged_map(struct arena *arena, const struct value *own, const struct value *image)
{
    const struct value *all = own == NULL ? value_empty_object() : own;

    for (uint32_t i = 0; i < value_count(image); i++) {
        if (value_get(all, image->members[i].key) == NULL) {
            all = value_with(arena, all, image->members[i].key, image->members[i].value);
        }
    }
    return config_sorted(arena, all);
}

/* A health check with the image's members where the container's has none. */
static const struct value *merged_healthcheck(const struct config_fallbacks *fallbacks, struct arena *arena,
                                              const struct value *own, const struct value *image)
{
    const struct value *all = merged_map(arena, own, image);

    return config_shown(fallbacks, SHAPE_HEALTHCHECK, all, arena);
}

const struct value *config_merged(const struct config_fallbacks *fallbacks, const struct value *config,
                                  const struct value *image, struct arena *arena)
{
    static const char *const plain[] = {"User", "WorkingDir", "StopSignal", "Shell"};
    static const char *const maps[] = {"ExposedPorts", "Labels", "Volumes"};
    const struct value *entrypoint = value_get(config, "Entrypoint");
    const struct value *command = value_get(config, "Cmd");
    const struct value *merged = config;

#define SET(name, value) merged = config_with(fallbacks, SHAPE_CONFIG, merged, (name), (value), arena)
    if (value_count(entrypoint) == 1 && value_is_text(value_at(entrypoint, 0), "")) {
        entrypoint = NULL;
        SET("Entrypoint", NULL);
        if (command == NULL) {
            return merged;
        }
    } else if (value_count(entrypoint) == 0) {
        if (value_count(command) == 0) {
            SET("Cmd", value_get(image, "Cmd"));
        }
        if (entrypoint == NULL) {
            SET("Entrypoint", value_get(image, "Entrypoint"));
        }
    }
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        if (value_get(config, plain[i]) == NULL && value_get(image, plain[i]) != NULL) {
            SET(plain[i], value_get(image, plain[i]));
        }
    }
    for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++) {
        if (value_count(value_get(image, maps[i])) > 0) {
            SET(maps[i], merged_map(arena, value_get(config, maps[i]), value_get(image, maps[i])));
        }
    }
    if (value_count(value_get(config, "Env")) == 0) {
        SET("Env", value_get(image, "Env"));
    } else if (value_count(value_get(image, "Env")) > 0) {
        SET("Env", merged_environment(arena, value_get(config, "Env"), value_get(image, "Env")));
    }
    if (value_get(image, "Healthcheck") != NULL) {
        SET("Healthcheck",
            merged_healthcheck(fallbacks, arena, value_get(config, "Healthcheck"), value_get(image, "Healthcheck")));
    }
#undef SET
    return merged;
}
