#include "sim/scenario/world_value.h"

/* Room for the items of a section. */
static const struct value **room_for(struct arena *arena, uint32_t count)
{
    return arena_alloc(arena, (count + 1) * sizeof(const struct value *));
}

/* ---- Docker --------------------------------------------------------------------------------------------------- */

static const struct value *containers_of(struct arena *arena, const struct docker_engine *docker)
{
    const struct value **items = room_for(arena, docker->container_count);

    for (uint32_t i = 0; i < docker->container_count; i++) {
        const struct container *container = &docker->containers[i];

        items[i] = OBJECT(arena, {"name", value_string(arena, container->name)},
                          {"state", value_string(arena, container_state_name(container->state))},
                          {"network", value_string(arena, container->network)},
                          {"disconnected", container->disconnected ? value_bool(true) : NULL});
    }
    return value_array(arena, items, docker->container_count);
}

static const struct value *networks_of(struct arena *arena, const struct docker_engine *docker)
{
    const struct value **items = room_for(arena, docker->network_count);

    for (uint32_t i = 0; i < docker->network_count; i++) {
        items[i] = OBJECT(arena, {"name", value_string(arena, docker->networks[i].name)},
                          {"subnet", value_string(arena, docker->networks[i].subnet)});
    }
    return value_array(arena, items, docker->network_count);
}

static const struct value *texts_of(struct arena *arena, const char *const *texts, uint32_t count)
{
    const struct value **items = room_for(arena, count);

    for (uint32_t i = 0; i < count; i++) {
        items[i] = value_string(arena, texts[i]);
    }
    return value_array(arena, items, count);
}

/* ---- the database --------------------------------------------------------------------------------------------- */

static const struct value *names_of(struct arena *arena, struct document_store *store,
                                    const struct document_collection *collection)
{
    const struct value **items = room_for(arena, collection->count);
    const struct value *row = NULL;
    uint32_t count = 0;

    while ((row = document_store_at(store, collection->db, collection->name, count)) != NULL) {
        items[count++] = value_string(arena, value_get_text(row, "name"));
    }
    return value_array(arena, items, count);
}

static const struct value *rows_of(struct arena *arena, struct document_store *store)
{
    struct value_member *members = arena_alloc(arena, (store->collection_count + 1) * sizeof *members);
    uint32_t count = 0;

    for (uint32_t i = 0; i < store->collection_count; i++) {
        const struct value *names = names_of(arena, store, &store->collections[i]);

        if (value_count(names) > 0) {
            members[count++] = (struct value_member){arena_string(arena, store->collections[i].full_name), names};
        }
    }
    return value_object(arena, members, count);
}

static const struct value *locations_of(struct arena *arena, struct document_store *store)
{
    const struct value *row = NULL;
    uint32_t count = 0;

    while (document_store_at(store, "globalzelapps", "zelappslocation", count) != NULL) {
        count++;
    }
    const struct value **items = room_for(arena, count);

    for (uint32_t i = 0; i < count; i++) {
        row = document_store_at(store, "globalzelapps", "zelappslocation", i);
        items[i] = OBJECT(arena, {"name", value_string(arena, value_get_text(row, "name"))},
                          {"ip", value_string(arena, value_get_text(row, "ip"))});
    }
    return value_array(arena, items, count);
}

/* ---- disks and synchronisation -------------------------------------------------------------------------------- */

static const struct value *volumes_of(struct arena *arena, const struct host *host)
{
    const struct value **items = room_for(arena, host->volume_count);

    for (uint32_t i = 0; i < host->volume_count; i++) {
        const struct volume_file *volume = &host->volumes[i];

        items[i] = OBJECT(arena, {"path", value_string(arena, volume->path)},
                          {"size_gb", value_number(arena, (double)volume->size_gb)},
                          {"formatted", value_bool(volume->formatted)}, {"data", value_bool(volume->mark != 0)});
    }
    return value_array(arena, items, host->volume_count);
}

static const struct value *mounts_of(struct arena *arena, const struct host *host)
{
    const struct value **items = room_for(arena, host->mount_count);

    for (uint32_t i = 0; i < host->mount_count; i++) {
        items[i] = OBJECT(arena, {"folder", value_string(arena, host->mounts[i].folder)},
                          {"volume", value_string(arena, host->mounts[i].volume)});
    }
    return value_array(arena, items, host->mount_count);
}

static const struct value *folders_of(struct arena *arena, const struct syncthing *syncthing)
{
    const struct value **items = room_for(arena, syncthing->folder_count);

    for (uint32_t i = 0; i < syncthing->folder_count; i++) {
        items[i] = OBJECT(arena, {"id", value_string(arena, syncthing->folders[i].id)},
                          {"type", value_string(arena, syncthing->folders[i].type)},
                          {"path", value_string(arena, syncthing->folders[i].path)});
    }
    return value_array(arena, items, syncthing->folder_count);
}

/* ---- the FluxOS process --------------------------------------------------------------------------------------- */

static const struct value *flags_of(struct arena *arena, const struct node *node)
{
    const struct value *items[FLAG_COUNT];
    uint32_t count = 0;

    for (unsigned i = 0; i < FLAG_COUNT; i++) {
        if (node->cells.flags[i]) {
            items[count++] = value_string(arena, flag_name((enum flag_id)i));
        }
    }
    return value_array(arena, items, count);
}

static const struct value *caches_of(struct arena *arena, const struct node *node)
{
    struct value_member members[CELL_COUNT];
    uint32_t count = 0;

    for (unsigned i = 0; i < CELL_COUNT; i++) {
        const struct cache *cache = &node->cells.caches[i];
        const struct value **keys = room_for(arena, cache->count);

        for (uint32_t j = 0; j < cache->count; j++) {
            keys[j] = value_string(arena, cache->entries[j].key);
        }
        if (cache->count > 0) {
            members[count++] =
                (struct value_member){cell_name((enum cell_id)i), value_array(arena, keys, cache->count)};
        }
    }
    return value_object(arena, members, count);
}

const struct value *world_value(struct arena *arena, struct kernel *kernel)
{
    struct world *world = &kernel->world;
    const struct node *node = &kernel->node;

    return OBJECT(arena, {"containers", containers_of(arena, &world->docker)},
                  {"networks", networks_of(arena, &world->docker)},
                  {"images", texts_of(arena, world->docker.images, world->docker.image_count)},
                  {"rows", rows_of(arena, &world->store)}, {"locations", locations_of(arena, &world->store)},
                  {"volumes", volumes_of(arena, &world->host)}, {"mounts", mounts_of(arena, &world->host)},
                  {"folders", folders_of(arena, &world->syncthing)},
                  {"crontab", texts_of(arena, world->host.crontab, world->host.crontab_count)},
                  {"flags", kernel->node_up ? flags_of(arena, node) : value_empty_array()},
                  {"caches", kernel->node_up ? caches_of(arena, node) : value_empty_object()});
}
