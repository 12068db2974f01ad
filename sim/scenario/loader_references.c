/* What one part of a scenario says of another: names must exist. */
#include "sim/scenario/loader.h"

#include "fakes/name_index.h"
#include "fakes/world.h"

#include <stdio.h>
#include <string.h>

const struct object_shape *const loader_shapes[] = {&root_shape,
                                                    &world_shape,
                                                    &node_shape,
                                                    &app_shape,
                                                    &compose_shape,
                                                    &state_shape,
                                                    &docker_shape,
                                                    &container_shape,
                                                    &image_shape,
                                                    &process_shape,
                                                    &process_output_shape,
                                                    &process_check_shape,
                                                    &process_reaction_shape,
                                                    &registry_shape,
                                                    &registry_image_shape,
                                                    &disk_shape,
                                                    &region_shape,
                                                    &syncthing_shape,
                                                    &folder_shape,
                                                    &peer_shape,
                                                    &row_shape,
                                                    &actor_shape,
                                                    &fault_shape,
                                                    &step_shape,
                                                    &expectation_shape,
                                                    &range_shape,
                                                    &expected_effect_shape,
                                                    &expected_log_shape,
                                                    &mishap_shape,
                                                    &turn_shape,
                                                    &found_shape,
                                                    NULL};

/* Names to choose from. A file has room for very many, so none is looked for one by one. */
struct names {
    const char **items;
    uint32_t count, size;
    struct name_index index;
    bool unknown; /* there may be others: what they come from has mistakes */
};

/* false: it is there already. */
static bool add_name(struct loader *loader, struct names *names, const char *name)
{
    bool is_new = name_index_find(&names->index, name) == NULL;

    name_index_add(&names->index, loader->arena, name, names->count);
    *(const char **)table_add(loader->arena, (void **)&names->items, &names->count, &names->size,
                              sizeof names->items[0]) = name;
    return is_new;
}

static void check_name(struct loader *loader, const struct names *names, const char *what, const char *name,
                       const struct json_path *path, bool at_key)
{
    if (name == NULL || name[0] == '\0' || names->unknown || name_index_find(&names->index, name) != NULL) {
        return;
    }
    const char **list = arena_alloc(loader->arena, (names->count + 1) * sizeof *list);

    if (names->count > 0) {
        memcpy(list, names->items, names->count * sizeof *list);
    }
    unknown_name(loader, path, at_key, what, name, list);
}

static struct names app_names(struct loader *loader)
{
    struct names names = {.count = 0};

    for (uint32_t i = 0; i < loader->scenario->world.app_count; i++) {
        (void)add_name(loader, &names, loader->scenario->world.apps[i].name);
    }
    return names;
}

/* Containers that there can be: those of apps, and others. */
static struct names container_names(struct loader *loader)
{
    const struct scenario_world *world = &loader->scenario->world;
    struct names names = {.count = 0};

    for (uint32_t i = 0; i < world->app_count; i++) {
        names.unknown = names.unknown || world->apps[i].spec == NULL;
        for (uint32_t j = 0; j < world->apps[i].component_count; j++) {
            (void)add_name(loader, &names, world->apps[i].components[j].app_id);
        }
    }
    for (uint32_t i = 0; i < world->container_count; i++) {
        (void)add_name(loader, &names, world->containers[i].name);
    }
    return names;
}

static struct names task_names(struct loader *loader)
{
    struct names names = {.count = 0};

    for (uint32_t i = 0; i < loader->scenario->actor_count; i++) {
        (void)add_name(loader, &names, loader->scenario->actors[i].task);
    }
    return names;
}

/* ---- the parts
 * ------------------------------------------------------------------------------------------------------------------------------------
 */

static void check_unique_apps(struct loader *loader, const struct json_path *world)
{
    const struct scenario_world *all = &loader->scenario->world;
    struct json_path apps = {world, "apps", 0};
    struct names seen = {.count = 0};

    for (uint32_t i = 0; i < all->app_count; i++) {
        if (all->apps[i].name[0] != '\0' && !add_name(loader, &seen, all->apps[i].name)) {
            struct json_path item = {&apps, NULL, i};

            mistake_at(loader, &item, false, "a second app \"%.60s\", expected each name once", all->apps[i].name);
        }
    }
}

/* The app in a component's identifier such as web_app, or in its own name. */
static const char *app_of_identifier(const char *name)
{
    const char *underscore = strchr(name, '_');

    return underscore != NULL ? underscore + 1 : name;
}

static void check_world(struct loader *loader, const struct json_path *root, const struct names *apps)
{
    const struct scenario_world *world = &loader->scenario->world;
    struct json_path world_path = {root, "world", 0};
    struct json_path node = {&world_path, "node", 0};
    struct json_path fdm = {&world_path, "fdm", 0};
    struct json_path peers = {&world_path, "peers", 0};

    check_unique_apps(loader, &world_path);
    for (uint32_t i = 0; i < world->fdm_count; i++) {
        struct json_path member = {&fdm, world->fdm[i].app, 0};

        check_name(loader, apps, "app", world->fdm[i].app, &member, true);
    }
    for (uint32_t i = 0; i < world->backup_count; i++) {
        struct json_path list = {&node, "backup", 0};
        struct json_path item = {&list, NULL, i};

        check_name(loader, apps, "app", app_of_identifier(world->backup[i]), &item, false);
    }
    for (uint32_t i = 0; i < world->restore_count; i++) {
        struct json_path list = {&node, "restore", 0};
        struct json_path item = {&list, NULL, i};

        check_name(loader, apps, "app", app_of_identifier(world->restore[i]), &item, false);
    }
    for (uint32_t i = 0; i < world->peer_count; i++) {
        for (uint32_t j = 0; j < world->peers[i].app_count; j++) {
            struct json_path peer = {&peers, NULL, i};
            struct json_path list = {&peer, "apps", 0};
            struct json_path item = {&list, NULL, j};

            check_name(loader, apps, "app", world->peers[i].apps[j], &item, false);
        }
    }
}

static void check_actors(struct loader *loader, const struct json_path *root, const struct names *apps,
                         const struct names *containers)
{
    struct scenario *scenario = loader->scenario;
    struct json_path actors = {root, "actors", 0};
    struct names tasks = {.count = 0};

    for (uint32_t i = 0; i < scenario->actor_count; i++) {
        struct scenario_actor *actor = &scenario->actors[i];
        struct json_path item = {&actors, NULL, i};
        const char *key = actor_info(actor->kind)->subject;

        if (actor->task[0] == '\0') {
            continue; /* a mistake, already said */
        }
        if (key != NULL && actor->subject != NULL) {
            struct json_path member = {&item, key, 0};

            if (strcmp(key, "app") == 0) {
                bool of_component = actor->kind == ACTOR_REMOVE || actor->kind == ACTOR_SOFT_REDEPLOY ||
                                    actor->kind == ACTOR_HARD_REDEPLOY;

                check_name(loader, apps, "app", of_component ? app_of_identifier(actor->subject) : actor->subject,
                           &member, false);
            } else if (strcmp(key, "container") == 0) {
                check_name(loader, containers, "container", actor->subject, &member, false);
            }
        }
        if (actor->primary != NULL) {
            resolve_primary(&scenario->world, actor->primary, &actor->fdm_state, &actor->primary);
        }
        if (!add_name(loader, &tasks, actor->task)) {
            mistake_at(loader, &item, false, "a second task \"%.60s\", expected each once: give one a name with \"as\"",
                       actor->task);
        }
    }
}

static void check_tasks(struct loader *loader, const struct json_path *root, const struct names *tasks)
{
    const struct scenario *scenario = loader->scenario;
    struct json_path schedule = {root, "schedule", 0};
    struct json_path faults = {root, "faults", 0};

    for (uint32_t i = 0; i < scenario->step_count; i++) {
        struct json_path item = {&schedule, NULL, i};
        struct json_path member = {&item, "run", 0};

        check_name(loader, tasks, "task", scenario->schedule[i].run, &member, false);
    }
    for (uint32_t i = 0; i < scenario->fault_count; i++) {
        struct json_path item = {&faults, NULL, i};
        struct json_path member = {&item, "task", 0};

        check_name(loader, tasks, "task", scenario->faults[i].task, &member, false);
    }
}

static void check_expectation(struct loader *loader, const struct expectation *expectation,
                              const struct json_path *path, const struct names *apps, const struct names *tasks)
{
    struct json_path app_states = {path, "apps", 0};
    struct json_path effects = {path, "effects", 0};

    for (uint32_t i = 0; i < expectation->app_count; i++) {
        struct json_path member = {&app_states, expectation->apps[i].name, 0};

        check_name(loader, apps, "app", expectation->apps[i].name, &member, true);
    }
    for (uint32_t i = 0; i < expectation->effect_count; i++) {
        struct json_path item = {&effects, NULL, i};
        struct json_path member = {&item, "task", 0};

        check_name(loader, tasks, "task", expectation->effects[i].task, &member, false);
    }
}

/* Containers that are expected: their names must be possible. */
static void check_expected_containers(struct loader *loader, const struct expectation *expectation,
                                      const struct json_path *path, const struct names *containers)
{
    struct json_path states = {path, "containers", 0};

    for (uint32_t i = 0; i < expectation->container_count; i++) {
        struct json_path member = {&states, expectation->containers[i].name, 0};

        check_name(loader, containers, "container", expectation->containers[i].name, &member, true);
    }
}

void check_references(struct loader *loader)
{
    struct json_path root = {NULL, NULL, 0};
    struct json_path expect = {&root, "expect", 0};
    struct names apps = app_names(loader);
    struct names containers = container_names(loader);
    struct names tasks = task_names(loader);

    check_world(loader, &root, &apps);
    check_actors(loader, &root, &apps, &containers);
    check_tasks(loader, &root, &tasks);
    for (uint32_t i = 0; i < loader->scenario->expectation_count; i++) {
        const struct expectation *expectation = &loader->scenario->expectations[i];
        struct json_path member = {&expect, expectation->revision, 0};
        const struct json_path *path = expectation->revision == NULL ? &expect : &member;

        check_expectation(loader, expectation, path, &apps, &tasks);
        check_expected_containers(loader, expectation, path, &containers);
    }
}
