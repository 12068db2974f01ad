/* A scenario's world: whom the node asks and who asks it. FDM, syncthing, peers. */
#include "sim/scenario/loader.h"

#include <string.h>

/* ---- FDM ----------------------------------------------------------------------------------------------------------
 */

/* "self", "none", "unknown", "unreachable" or an address, as FDM's answer. */
void resolve_primary(const struct scenario_world *world, const char *text, enum fdm_state *state, const char **primary)
{
    *primary = NULL;
    if (strcmp(text, "none") == 0) {
        *state = FDM_EMPTY;
    } else if (strcmp(text, "unknown") == 0) {
        *state = FDM_UNKNOWN;
    } else if (strcmp(text, "unreachable") == 0) {
        *state = FDM_UNREACHABLE;
    } else {
        *state = FDM_PRIMARY;
        *primary = strcmp(text, "self") == 0 ? world->ip : text;
    }
}

void read_fdm(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct scenario_world *world = target;

    if (!value_is(value, VALUE_OBJECT)) {
        mistake_at(loader, path, false, "fdm is %s, expected an object of app: primary", kind_text(value));
        return;
    }
    world->fdm = arena_alloc(loader->arena, (value->count + 1) * sizeof *world->fdm);
    for (uint32_t i = 0; i < value->count; i++) {
        struct json_path member = {path, value->members[i].key, 0};

        world->fdm[i].app = member.key;
        read_text(loader, value->members[i].value, &member, &world->fdm[i].primary);
    }
    world->fdm_count = value->count;
}

static const struct field region_fields[] = {
    {"eu", read_bool, offsetof(struct scenario_world, fdm_regions_up[0]), false},
    {"usa", read_bool, offsetof(struct scenario_world, fdm_regions_up[1]), false},
    {"asia", read_bool, offsetof(struct scenario_world, fdm_regions_up[2]), false},
};

const struct object_shape region_shape = {"fdmRegions", "fdmRegions", region_fields,
                                          sizeof region_fields / sizeof region_fields[0]};

void read_regions(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    read_object(loader, value, path, &region_shape, target);
}

/* ---- syncthing ----------------------------------------------------------------------------------------------------
 */

static const struct field folder_fields[] = {
    {"id", read_text, offsetof(struct sync_folder, id), true},
    {"path", read_text, offsetof(struct sync_folder, path), true},
    {"type", read_text, offsetof(struct sync_folder, type), false},
};

const struct object_shape folder_shape = {"a folder", "folder", folder_fields,
                                          sizeof folder_fields / sizeof folder_fields[0]};

static void read_folder(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct sync_folder *folder = target;

    *folder = (struct sync_folder){"", "", "sendreceive"};
    read_object(loader, value, path, &folder_shape, folder);
}

/* "auto": those of the apps; a list: those and no others. */
static void read_folders(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct scenario_world *world = target;

    if (value_is_text(value, "auto")) {
        return;
    }
    world->app_folders = false;
    read_array(loader, value, path, read_folder, sizeof world->folders[0], (void **)&world->folders,
               &world->folder_count);
}

static void read_percent(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    double *percent = target;

    read_number(loader, value, path, percent);
    if (*percent < 0 || *percent > 100) {
        mistake_at(loader, path, false, "%s is out of range, expected 0 to 100", json_path_text(loader->arena, path));
    }
}

static const struct field syncthing_fields[] = {
    {"health", read_text, offsetof(struct scenario_world, syncthing_health), false},
    {"inSync", read_percent, offsetof(struct scenario_world, in_sync_percent), false},
    {"folders", read_folders, 0, false},
};

const struct object_shape syncthing_shape = {"syncthing", "syncthing", syncthing_fields,
                                             sizeof syncthing_fields / sizeof syncthing_fields[0]};

void read_syncthing(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    read_object(loader, value, path, &syncthing_shape, target);
}

/* ---- peers --------------------------------------------------------------------------------------------------------
 */

static void read_peer_apps(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct scenario_peer *peer = target;
    struct text_list list = {NULL, 0};

    read_text_list(loader, value, path, &list);
    peer->apps = list.texts;
    peer->app_count = list.count;
}

static const struct field peer_fields[] = {
    {"address", read_text, offsetof(struct scenario_peer, address), true},
    {"inbound", read_bool, offsetof(struct scenario_peer, inbound), false},
    {"reachable", read_bool, offsetof(struct scenario_peer, reachable), false},
    {"apps", read_peer_apps, 0, false},
};

const struct object_shape peer_shape = {"a peer", "peer", peer_fields, sizeof peer_fields / sizeof peer_fields[0]};

static void read_peer(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct scenario_peer *peer = target;

    *peer = (struct scenario_peer){.address = "", .reachable = true};
    read_object(loader, value, path, &peer_shape, peer);
}

void read_peers(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct scenario_world *world = target;

    world->peers = NULL; /* not the default ones */
    world->peer_count = 0;
    read_array(loader, value, path, read_peer, sizeof world->peers[0], (void **)&world->peers, &world->peer_count);
}
