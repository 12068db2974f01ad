#include "sim/conform/world_view.h"

#include "fakes/host_paths.h"
#include "sim/conform/canonical.h"

#include <stdlib.h>
#include <string.h>

enum { STIGNORE_BYTES = 8 /* "/backup" and a newline */, TEXT_MAX = 300 };
static const double BYTES_PER_GB = 1073741824.0;

/* ---- lists of text --------------------------------------------------------------------------------------------------
 */

static int by_json(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* The items of a list in the order of their JSON texts. */
static const struct value *sorted(struct arena *arena, const struct value *list)
{
    uint32_t count = value_count(list);
    const char **texts = arena_alloc(arena, (count + 1) * sizeof *texts);
    const struct value *result = value_empty_array();

    for (uint32_t i = 0; i < count; i++) {
        texts[i] = value_json(arena, value_at(list, i));
    }
    qsort(texts, count, sizeof texts[0], by_json);
    for (uint32_t i = 0; i < count; i++) {
        result = value_append(arena, result, value_parse(arena, texts[i], strlen(texts[i])));
    }
    return result;
}

/* ---- drydock's ------------------------------------------------------------------------------------------------------
 */

static const struct value *docker_view(struct arena *arena, const struct docker_engine *docker)
{
    const struct value *containers = value_empty_array();
    const struct value *networks = value_empty_array();
    const struct value *images = value_empty_array();

    for (uint32_t i = 0; i < docker->container_count; i++) {
        const struct container *container = &docker->containers[i];

        containers = value_append(arena, containers,
                                  OBJECT(arena, {"name", value_string(arena, container->name)},
                                         {"state", value_string(arena, container_state_name(container->state))},
                                         {"image", value_string(arena, container->image)}));
    }
    for (uint32_t i = 0; i < docker->network_count; i++) {
        networks =
            value_append(arena, networks, OBJECT(arena, {"name", value_string(arena, docker->networks[i].name)}));
    }
    for (uint32_t i = 0; i < docker->image_count; i++) {
        images = value_append(arena, images, value_string(arena, docker->images[i]));
    }
    return OBJECT(arena, {"containers", sorted(arena, containers)}, {"networks", sorted(arena, networks)},
                  {"images", sorted(arena, images)});
}

static const struct value *db_view(struct arena *arena, const struct document_store *store)
{
    const struct value *dbs = value_empty_object();

    for (uint32_t i = 0; i < store->collection_count; i++) {
        const struct document_collection *collection = &store->collections[i];
        const struct value *documents = value_empty_array();
        const struct value *document = NULL;

        for (uint32_t j = 0; (document = document_store_at((struct document_store *)(uintptr_t)store, collection->db,
                                                           collection->name, j)) != NULL;
             j++) {
            documents = value_append(arena, documents, value_without(arena, document, "_id"));
        }
        const struct value *db = value_get(dbs, collection->db);

        db = value_with(arena, db == NULL ? value_empty_object() : db, collection->name, documents);
        dbs = value_with(arena, dbs, collection->db, db);
    }
    return dbs;
}

static const struct value *keys_of(struct arena *arena, const struct cache *cache)
{
    const struct value *keys = value_empty_array();

    for (uint32_t i = 0; i < cache->count; i++) {
        keys = value_append(arena, keys, value_string(arena, cache->entries[i].key));
    }
    return sorted(arena, keys);
}

static const struct value *node_view(struct arena *arena, const struct node *node)
{
    static const enum flag_id recorded[] = {FLAG_REM, FLAG_INS, FLAG_SRD, FLAG_HRD, FLAG_ROA, FLAG_MSR};
    const struct value *flags = value_empty_object();

    for (size_t i = 0; i < sizeof recorded / sizeof recorded[0]; i++) {
        flags = value_with(arena, flags, flag_name(recorded[i]), value_bool(node->cells.flags[recorded[i]]));
    }
    return OBJECT(arena, {"flags", flags}, {"runningAppsCache", keys_of(arena, &node->cells.caches[CELL_RUNNING_APPS])},
                  {"stoppedAppsCache", keys_of(arena, &node->cells.caches[CELL_STOPPED_APPS])},
                  {"decryptCache", keys_of(arena, &node->cells.caches[CELL_DECRYPTED])},
                  {"appsMonitored", keys_of(arena, &node->cells.caches[CELL_MONITORED])});
}

/* What a reader of the apps folder and the volumes folder sees: what a mount hides or does not show is left out. */
static const struct value *tree_view(struct arena *arena, const struct host *host, const struct node_config *config)
{
    const char *volumes = arena_printf(arena, "%sappvolumes", config->flux_dir);
    const struct value *tree = value_empty_array();

    for (uint32_t i = 0; i < host->path_count; i++) {
        const struct host_path *path = &host->paths[i];
        const char *name = strrchr(path->path, '/');
        bool is_stignore = name != NULL && strcmp(name, "/.stignore") == 0;

        if (!path_is_under(path->path, config->apps_folder) || !host_path_shows(host, path)) {
            continue;
        }
        tree =
            value_append(arena, tree,
                         path->is_file ? value_format(arena, "%s (%dB)", path->path, is_stignore ? STIGNORE_BYTES : 0)
                                       : value_format(arena, "%s/", path->path));
    }
    for (uint32_t i = 0; i < host->volume_count; i++) {
        if (path_is_under(host->volumes[i].path, volumes)) {
            tree = value_append(arena, tree,
                                value_format(arena, "%s (%.0fB)", host->volumes[i].path,
                                             (double)host->volumes[i].size_gb * BYTES_PER_GB));
        }
    }
    return sorted(arena, tree);
}

static const struct value *fs_view(struct arena *arena, const struct host *host, const struct node_config *config)
{
    const struct value *mounts = value_empty_array();
    const struct value *crontab = value_empty_array();

    for (uint32_t i = 0; i < host->mount_count; i++) {
        mounts = value_append(arena, mounts,
                              OBJECT(arena, {"target", value_string(arena, host->mounts[i].folder)},
                                     {"fstype", value_string(arena, "ext4")}));
    }
    for (uint32_t i = 0; i < host->crontab_count; i++) {
        crontab = value_append(arena, crontab, value_string(arena, host->crontab[i]));
    }
    return OBJECT(arena, {"mounts", sorted(arena, mounts)}, {"tree", tree_view(arena, host, config)},
                  {"crontab", crontab});
}

const struct value *world_view(struct arena *arena, struct kernel *kernel)
{
    const struct world *world = &kernel->world;

    return canonical(arena, OBJECT(arena, {"docker", docker_view(arena, &world->docker)},
                                   {"db", db_view(arena, &world->store)}, {"node", node_view(arena, &kernel->node)},
                                   {"fs", fs_view(arena, &world->host, &kernel->node.config)}));
}

/* ---- the recording's ------------------------------------------------------------------------------------------------
 */

static const struct value *recorded_docker(struct arena *arena, const struct value *docker)
{
    const struct value *containers = value_empty_array();
    const struct value *given = value_get(docker, "containers");

    for (uint32_t i = 0; i < value_count(given); i++) {
        containers = value_append(arena, containers, value_without(arena, value_at(given, i), "status"));
    }
    return OBJECT(arena, {"containers", sorted(arena, containers)},
                  {"networks", sorted(arena, value_get(docker, "networks"))},
                  {"images", sorted(arena, value_get(docker, "images"))});
}

static const struct value *sorted_member(struct arena *arena, const struct value *object, const char *key)
{
    return value_with(arena, object, key, sorted(arena, value_get(object, key)));
}

/* What is of another kind than the world's own parts stays as it is, and differs from them. */
const struct value *world_recorded(struct arena *arena, const struct value *world)
{
    static const char *const sets[] = {"runningAppsCache", "stoppedAppsCache", "decryptCache", "appsMonitored"};
    const struct value *node = value_get(world, "node");
    const struct value *fs = value_get(world, "fs");

    for (size_t i = 0; value_is(node, VALUE_OBJECT) && i < sizeof sets / sizeof sets[0]; i++) {
        node = sorted_member(arena, node, sets[i]);
    }
    if (value_is(fs, VALUE_OBJECT)) {
        fs = sorted_member(arena, sorted_member(arena, fs, "mounts"), "tree");
    }
    return canonical(arena, OBJECT(arena, {"docker", recorded_docker(arena, value_get(world, "docker"))},
                                   {"db", value_get(world, "db")}, {"node", node}, {"fs", fs}));
}

/* ---- the difference -------------------------------------------------------------------------------------------------
 */

static const char *short_json(struct arena *arena, const struct value *value)
{
    return value == NULL ? "nothing" : arena_printf(arena, "%.*s", TEXT_MAX, value_json(arena, value));
}

/* A member that only drydock has; collections of databases are unknown_rows()'s. */
static const char *extra_member(struct arena *arena, const char *path, const struct value *recorded,
                                const struct value *own)
{
    bool of_db = strcmp(path, "db") == 0 ||
                 (strncmp(path, "db.", 3) == 0 && strchr(path + 3, '.') == NULL && strchr(path, '[') == NULL);

    for (uint32_t i = 0; !of_db && i < own->count; i++) {
        if (value_get(recorded, own->members[i].key) == NULL) {
            return arena_printf(arena, "%s.%s: recorded nothing, drydock %s", path, own->members[i].key,
                                short_json(arena, own->members[i].value));
        }
    }
    return NULL;
}

static const char *difference_at(struct arena *arena, const char *path, const struct value *recorded,
                                 const struct value *own)
{
    if (value_equal(recorded, own)) {
        return NULL;
    }
    if (value_is(recorded, VALUE_OBJECT) && value_is(own, VALUE_OBJECT)) {
        for (uint32_t i = 0; i < recorded->count; i++) {
            const char *key = recorded->members[i].key;
            const char *found =
                difference_at(arena, arena_printf(arena, "%s%s%s", path, path[0] == '\0' ? "" : ".", key),
                              recorded->members[i].value, value_get(own, key));

            if (found != NULL) {
                return found;
            }
        }
        return extra_member(arena, path, recorded, own);
    }
    if (value_is(recorded, VALUE_ARRAY) && value_is(own, VALUE_ARRAY) && recorded->count > 0 &&
        recorded->count == own->count) {
        for (uint32_t i = 0; i < recorded->count; i++) {
            const char *found =
                difference_at(arena, arena_printf(arena, "%s[%u]", path, i), recorded->items[i], own->items[i]);

            if (found != NULL) {
                return found;
            }
        }
    }
    return arena_printf(arena, "%s: recorded %s, drydock %s", path, short_json(arena, recorded),
                        short_json(arena, own));
}

/* A collection that the recording does not know must be empty. */
static const char *unknown_rows(struct arena *arena, const struct value *recorded, const struct value *own)
{
    for (uint32_t i = 0; value_is(own, VALUE_OBJECT) && i < own->count; i++) {
        const struct value *db = own->members[i].value;
        const struct value *known = value_get(recorded, own->members[i].key);

        for (uint32_t j = 0; j < db->count; j++) {
            if (value_get(known, db->members[j].key) == NULL && value_count(db->members[j].value) > 0) {
                return arena_printf(arena, "db.%s.%s: recorded nothing, drydock %s", own->members[i].key,
                                    db->members[j].key, short_json(arena, db->members[j].value));
            }
        }
    }
    return NULL;
}

const char *world_difference(struct arena *arena, const struct value *recorded, const struct value *own)
{
    const char *found = difference_at(arena, "", recorded, own);

    return found != NULL ? found : unknown_rows(arena, value_get(recorded, "db"), value_get(own, "db"));
}
