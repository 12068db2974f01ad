#include "sim/search/sweep_outcome.h"

static const char *const part_names[OUTCOME_PART_COUNT] = {
    [OUTCOME_CONTAINERS] = "containers",
    [OUTCOME_NETWORKS] = "networks",
    [OUTCOME_ROWS] = "local records",
    [OUTCOME_VOLUMES] = "volumes",
    [OUTCOME_MOUNTS] = "mounts",
    [OUTCOME_CRONTAB] = "crontab",
    [OUTCOME_PORTS] = "open ports",
    [OUTCOME_FOLDERS] = "synced folders",
    [OUTCOME_NETWORK] = "the network's view",
    [OUTCOME_FLAGS] = "flags",
    [OUTCOME_REST] = "rest",
};

/* A thing of two names; things are added up, so that their order does not count. */
static uint64_t thing(const char *name, const char *other, uint64_t state)
{
    return hash_combine(hash_combine(hash_of_text(name), hash_of_text(other)), state);
}

static void add_docker(const struct docker_engine *docker, struct outcome *outcome)
{
    for (uint32_t i = 0; i < docker->container_count; i++) {
        const struct container *container = &docker->containers[i];

        outcome->parts[OUTCOME_CONTAINERS] += thing(container->name, container->image, (uint64_t)container->state);
    }
    for (uint32_t i = 0; i < docker->network_count; i++) {
        outcome->parts[OUTCOME_NETWORKS] += thing(docker->networks[i].name, NULL, 0);
    }
}

static void add_rows(struct document_store *store, struct outcome *outcome)
{
    const struct value *row = NULL;

    for (uint32_t i = 0; (row = document_store_at(store, "localzelapps", "zelappsinformation", i)) != NULL; i++) {
        outcome->parts[OUTCOME_ROWS] += row->hash;
    }
    for (uint32_t i = 0; (row = document_store_at(store, "globalzelapps", "zelappslocation", i)) != NULL; i++) {
        outcome->parts[OUTCOME_NETWORK] += thing(value_get_text(row, "name"), value_get_text(row, "ip"), 0);
    }
}

static void add_host(const struct host *host, struct outcome *outcome)
{
    for (uint32_t i = 0; i < host->volume_count; i++) {
        const struct volume_file *volume = &host->volumes[i];

        outcome->parts[OUTCOME_VOLUMES] +=
            thing(volume->path, NULL, (volume->formatted ? 2U : 0U) + (volume->mark != 0 ? 1U : 0U));
    }
    for (uint32_t i = 0; i < host->mount_count; i++) {
        outcome->parts[OUTCOME_MOUNTS] += thing(host->mounts[i].folder, host->mounts[i].volume, 0);
    }
    for (uint32_t i = 0; i < host->crontab_count; i++) {
        outcome->parts[OUTCOME_CRONTAB] += thing(host->crontab[i], NULL, 0);
    }
    for (uint32_t i = 0; i < host->port_count; i++) {
        outcome->parts[OUTCOME_PORTS] += hash_of_number(host->ports[i]);
    }
}

static void add_peers(const struct peers *peers, int64_t now_ms, struct outcome *outcome)
{
    for (uint32_t i = 0; i < peers->peer_count; i++) {
        const struct peer *peer = &peers->peers[i];

        for (uint32_t j = 0; j < peer->location_count; j++) {
            const struct peer_location *location = &peer->locations[j];

            if (location->expire_ms > now_ms) {
                outcome->parts[OUTCOME_NETWORK] += thing(location->app, location->ip, hash_of_text(peer->address));
            }
        }
    }
}

struct outcome outcome_of(struct kernel *kernel)
{
    struct outcome outcome = {{0}};
    struct world *world = &kernel->world;

    add_docker(&world->docker, &outcome);
    add_rows(&world->store, &outcome);
    add_host(&world->host, &outcome);
    add_peers(&world->peers, world->now_ms, &outcome);
    for (uint32_t i = 0; i < world->syncthing.folder_count; i++) {
        const struct sync_folder *folder = &world->syncthing.folders[i];

        outcome.parts[OUTCOME_FOLDERS] += thing(folder->id, folder->type, 0);
    }
    for (uint32_t i = 0; kernel->node_up && i < FLAG_COUNT; i++) {
        outcome.parts[OUTCOME_FLAGS] |= kernel->node.cells.flags[i] ? UINT64_C(1) << i : 0;
    }
    return outcome;
}

uint32_t outcome_difference(const struct outcome *left, const struct outcome *right)
{
    uint32_t parts = 0;

    for (uint32_t i = 0; i < OUTCOME_PART_COUNT; i++) {
        parts |= left->parts[i] != right->parts[i] ? UINT32_C(1) << i : 0;
    }
    return parts;
}

const char *outcome_parts_text(struct arena *arena, uint32_t parts)
{
    const char *text = "";

    for (uint32_t i = 0; i < OUTCOME_PART_COUNT; i++) {
        if ((parts & (UINT32_C(1) << i)) != 0) {
            text = arena_printf(arena, "%s%s%s", text, text[0] == '\0' ? "" : ", ", part_names[i]);
        }
    }
    return text;
}
