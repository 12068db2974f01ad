#include "core/names.h"

#include <string.h>

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

const char *component_identifier(struct arena *arena, int version, const char *component, const char *app)
{
    return version <= 3 ? app : arena_printf(arena, "%s_%s", component, app);
}

const char *get_app_identifier(struct arena *arena, const char *identifier)
{
    if (starts_with(identifier, "zel") || starts_with(identifier, "flux")) {
        return identifier;
    }
    if (strcmp(identifier, "KadenaChainWebNode") == 0 || strcmp(identifier, "FoldingAtHomeB") == 0) {
        return arena_printf(arena, "zel%s", identifier);
    }
    return arena_printf(arena, "flux%s", identifier);
}

const char *identifier_from_docker_name(const char *docker_name)
{
    size_t strip = starts_with(docker_name, "/zel") ? 4 : 5;
    size_t length = strlen(docker_name);

    return docker_name + (strip < length ? strip : length);
}

const char *main_app_name(struct arena *arena, const char *identifier)
{
    const char *first = strchr(identifier, '_');

    if (first == NULL) {
        return identifier;
    }
    return arena_string_n(arena, first + 1, strcspn(first + 1, "_"));
}

const char *app_network_name(struct arena *arena, const char *app)
{
    return arena_printf(arena, "fluxDockerNetwork_%s", app);
}

bool is_flux_container(const char *docker_name)
{
    return starts_with(docker_name, "/zel") || starts_with(docker_name, "/flux");
}

bool has_g(const char *container_data)
{
    return container_data != NULL && strstr(container_data, "g:") != NULL;
}

bool has_r(const char *container_data)
{
    return container_data != NULL && strstr(container_data, "r:") != NULL;
}
