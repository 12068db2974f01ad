/* orphan: at rest, a Flux container, mount or volume without a row. */
#include "core/names.h"
#include "sim/oracles/oracle.h"

#include <string.h>

/* Whether the app of a container name or data folder name has a local row. */
static bool has_owner(struct oracles *oracles, const char *app_id)
{
    struct oracle_app *app = oracle_app_of_container(oracles, app_id);

    if (app != NULL) {
        return oracle_has_row(oracles, app->app->name);
    }
    const char *listed = arena_printf(&oracles->kernel->arena, "/%s", app_id);

    return oracle_has_row(oracles, main_app_name(&oracles->kernel->arena, identifier_from_docker_name(listed)));
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

static void check_containers(struct oracles *oracles)
{
    const struct docker_engine *docker = &oracles->kernel->world.docker;

    for (uint32_t i = 0; i < docker->container_count; i++) {
        const char *name = docker->containers[i].name;

        if (!has_owner(oracles, name) && is_flux_container(arena_printf(&oracles->kernel->arena, "/%s", name))) {
            oracle_broken(oracles, ORACLE_ORPHAN, NULL, RUN_NONE, name,
                          "container %s is left over: no installed app owns it", name);
        }
    }
}

static void check_mounts(struct oracles *oracles)
{
    const struct host *host = &oracles->kernel->world.host;
    const char *apps_folder = oracles->kernel->node.config.apps_folder;

    for (uint32_t i = 0; i < host->mount_count; i++) {
        const char *folder = host->mounts[i].folder;

        if (strncmp(folder, apps_folder, strlen(apps_folder)) == 0 && !has_owner(oracles, last_part(folder))) {
            oracle_broken(oracles, ORACLE_ORPHAN, NULL, RUN_NONE, folder,
                          "%s is still mounted: no installed app owns it", folder);
        }
    }
}

static void check_volumes(struct oracles *oracles)
{
    static const char suffix[] = "FLUXFSVOL"; /* lifecycle.md 0.3 */
    const struct host *host = &oracles->kernel->world.host;

    for (uint32_t i = 0; i < host->volume_count; i++) {
        const char *path = host->volumes[i].path;
        const char *file = last_part(path);
        size_t length = strlen(file);

        if (length < sizeof suffix || strcmp(file + length - (sizeof suffix - 1), suffix) != 0) {
            continue;
        }
        const char *app_id = arena_string_n(&oracles->kernel->arena, file, length - (sizeof suffix - 1));

        if (!has_owner(oracles, app_id)) {
            oracle_broken(oracles, ORACLE_ORPHAN, NULL, RUN_NONE, path,
                          "volume %s is left over: no installed app owns it", path);
        }
    }
}

/* All that the verdict depends on: what there is, and which apps have a row. */
static uint64_t names_hash(struct oracles *oracles)
{
    const struct world *world = &oracles->kernel->world;
    uint64_t hash = document_store_names(&oracles->kernel->world.store, ORACLE_ROWS_DB, ORACLE_ROWS_COLLECTION);

    hash = hash_combine(hash, world->docker.container_names.sum);
    hash = hash_combine(hash, world->host.mount_folders.sum);
    return hash_combine(hash, world->host.volume_paths.sum);
}

static void look(struct oracles *oracles)
{
    oracle_weighed(oracles, ORACLE_ORPHAN, false);
    check_containers(oracles);
    check_mounts(oracles);
    check_volumes(oracles);
}

static void at_rest(struct oracles *oracles)
{
    uint64_t hash = names_hash(oracles);
    uint64_t *clean = oracles->memory == NULL ? NULL : &oracles->memory->clean[hash % ORACLE_CLEAN_COUNT];
    uint32_t broken = oracles->recorder->record->violation_count;

    if (clean != NULL && *clean == hash) {
        return;
    }
    look(oracles);
    if (clean != NULL && oracles->recorder->record->violation_count == broken) {
        *clean = hash;
    }
}

const struct oracle_hooks rest_hooks = {.at_rest = at_rest};
