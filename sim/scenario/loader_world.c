/* The world: node, Docker, disks, rows. */
#include "sim/scenario/loader.h"

#include "sim/scenario/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { API_PORT_DEFAULT = 16127 };

/* ---- the node
 * --------------------------------------------------------------------------------------------------------------------------------
 */

static void read_status(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    static const char *const names[] = {"CUMULUS", "NIMBUS", "STRATUS", NULL};
    const char *name = NULL;

    read_text(loader, value, path, &name);
    for (size_t i = 0; name != NULL && names[i] != NULL; i++) {
        if (strcmp(names[i], name) == 0) {
            *(const char **)target = name;
            return;
        }
    }
    if (name != NULL) {
        unknown_name(loader, path, false, "node status", name, names);
    }
}

static void read_flags(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct scenario_world *world = target;
    const char *names[FLAG_COUNT + 1] = {NULL};

    for (unsigned i = 0; i < FLAG_COUNT; i++) {
        names[i] = flag_name((enum flag_id)i);
    }
    if (!value_is(value, VALUE_OBJECT)) {
        mistake_at(loader, path, false, "flags is %s, expected an object", kind_text(value));
        return;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        struct json_path member = {path, value->members[i].key, 0};
        unsigned flag = 0;
        bool set = false;

        while (flag < FLAG_COUNT && strcmp(names[flag], member.key) != 0) {
            flag++;
        }
        if (flag == FLAG_COUNT) {
            unknown_name(loader, &member, true, "flag", member.key, names);
            continue;
        }
        read_bool(loader, value->members[i].value, &member, &set);
        *(set ? &world->flags_set : &world->flags_clear) |= 1u << flag;
    }
}

static void read_backup(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct scenario_world *world = target;
    struct text_list list = {NULL, 0};

    read_text_list(loader, value, path, &list);
    world->backup = list.texts;
    world->backup_count = list.count;
}

static void read_restore(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct scenario_world *world = target;
    struct text_list list = {NULL, 0};

    read_text_list(loader, value, path, &list);
    world->restore = list.texts;
    world->restore_count = list.count;
}

static void read_folder_path(struct loader *loader, const struct value *value, const struct json_path *path,
                             void *target)
{
    const char *folder = NULL;

    read_text(loader, value, path, &folder);
    if (folder == NULL) {
        return;
    }
    if (folder[0] != '/') {
        mistake_at(loader, path, false, "\"%.60s\" is no absolute path, expected one that begins with /", folder);
        return;
    }
    size_t length = strlen(folder);

    *(const char **)target = arena_string_n(loader->arena, folder, folder[length - 1] == '/' ? length - 1 : length);
}

/* FluxOS's own spelling of a node: an address, with its API's port unless it is the usual one. */
static void read_node_address(struct loader *loader, const struct value *value, const struct json_path *path,
                              void *target)
{
    enum { PORT_DIGITS_MAX = 5, PORT_MAX = 65535 };
    const char *text = NULL;

    read_text(loader, value, path, &text);
    const char *colon = text == NULL ? NULL : strchr(text, ':');
    size_t digits = colon == NULL ? 0 : strspn(colon + 1, "0123456789");

    if (colon != NULL && (colon == text || colon[digits + 1] != '\0' || digits < 1 || digits > PORT_DIGITS_MAX ||
                          strtol(colon + 1, NULL, 10) < 1 || strtol(colon + 1, NULL, 10) > PORT_MAX)) {
        mistake_at(loader, path, false, "\"%.60s\" is no node's address, expected one such as \"198.51.100.7:16127\"",
                   text);
    } else if (text != NULL) {
        *(const char **)target = text;
    }
}

static const struct field node_fields[] = {
    {"ip", read_node_address, offsetof(struct scenario_world, ip), false},
    {"status", read_status, offsetof(struct scenario_world, status), false},
    {"collateral", read_number, offsetof(struct scenario_world, collateral), false},
    {"architecture", read_text, offsetof(struct scenario_world, architecture), false},
    {"ssd", read_number, offsetof(struct scenario_world, ssd_gb), false},
    {"daemonStatus", read_text, offsetof(struct scenario_world, daemon_status), false},
    {"daemonBehind", read_number, offsetof(struct scenario_world, daemon_behind), false},
    {"arcane", read_bool, offsetof(struct scenario_world, arcane), false},
    {"upnp", read_bool, offsetof(struct scenario_world, upnp), false},
    {"firewall", read_bool, offsetof(struct scenario_world, firewall), false},
    {"iptables", read_bool, offsetof(struct scenario_world, iptables), false},
    {"staticIp", read_bool, offsetof(struct scenario_world, static_ip), false},
    {"fluxDir", read_folder_path, offsetof(struct scenario_world, flux_dir), false},
    {"uptime", read_duration, offsetof(struct scenario_world, uptime_ms), false},
    {"backup", read_backup, 0, false},
    {"restore", read_restore, 0, false},
    {"flags", read_flags, 0, false},
    {"blockedImages", read_names, offsetof(struct scenario_world, blocked_images), false},
    {"enterpriseOwners", read_names, offsetof(struct scenario_world, enterprise_owners), false},
    {"alwaysRestarted", read_names, offsetof(struct scenario_world, always_restarted), false},
};

const struct object_shape node_shape = {"the node", "node", node_fields, sizeof node_fields / sizeof node_fields[0]};

static void read_node(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    read_object(loader, value, path, &node_shape, target);
}

/* ---- docker
 * --------------------------------------------------------------------------------------------------------------------------------------
 */

static void read_container_state(struct loader *loader, const struct value *value, const struct json_path *path,
                                 void *target)
{
    static const char *const names[] = {"created", "running", "exited", NULL};
    const char *name = NULL;

    read_text(loader, value, path, &name);
    for (int i = 0; name != NULL && names[i] != NULL; i++) {
        if (strcmp(names[i], name) == 0) {
            *(enum container_state *)target = (enum container_state)i;
            return;
        }
    }
    if (name != NULL) {
        unknown_name(loader, path, false, "container state", name, names);
    }
}

static const struct field container_fields[] = {
    {"name", read_text, offsetof(struct scenario_container, name), true},
    {"image", read_text, offsetof(struct scenario_container, image), false},
    {"network", read_text, offsetof(struct scenario_container, network), false},
    {"state", read_container_state, offsetof(struct scenario_container, state), false},
};

const struct object_shape container_shape = {"a container", "container", container_fields,
                                             sizeof container_fields / sizeof container_fields[0]};

static void read_container(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct scenario_container *container = target;

    *container = (struct scenario_container){
        .name = "", .image = "alpine:latest", .network = "bridge", .state = CONTAINER_RUNNING};
    read_object(loader, value, path, &container_shape, container);
}

static void read_bytes(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    if (!value_is(value, VALUE_STRING) || !parse_size(value->string, target)) {
        mistake_at(loader, path, false, "%s is no size, expected one such as \"500MB\" or \"5GB\"",
                   json_path_text(loader->arena, path));
    }
}

static const struct field image_fields[] = {
    {"repotag", read_text, offsetof(struct registry_image, repotag), true},
    {"missing", read_bool, offsetof(struct registry_image, missing), false},
    {"updated", read_bool, offsetof(struct registry_image, updated), false},
    {"token", read_bool, offsetof(struct registry_image, token_wanted), false},
    {"manifestList", read_bool, offsetof(struct registry_image, manifest_list), false},
    {"architecture", read_text, offsetof(struct registry_image, architecture), false},
    {"size", read_bytes, offsetof(struct registry_image, size_bytes), false},
};

const struct object_shape image_shape = {"an image", "image", image_fields,
                                         sizeof image_fields / sizeof image_fields[0]};

static void read_image(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct registry_image *image = target;

    *image = (struct registry_image){.repotag = "", .architecture = "amd64", .size_bytes = 50e6};
    read_object(loader, value, path, &image_shape, image);
}

static void read_containers(struct loader *loader, const struct value *value, const struct json_path *path,
                            void *target)
{
    struct scenario_world *world = target;

    read_array(loader, value, path, read_container, sizeof world->containers[0], (void **)&world->containers,
               &world->container_count);
}

static void read_images(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct scenario_world *world = target;

    read_array(loader, value, path, read_image, sizeof world->images[0], (void **)&world->images, &world->image_count);
}

static void read_bridge(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct scenario_world *world = target;
    bool bridge = true;

    read_bool(loader, value, path, &bridge);
    world->no_bridge = !bridge;
}

static const struct field docker_fields[] = {
    {"bridge", read_bridge, 0, false},         {"containers", read_containers, 0, false},
    {"images", read_images, 0, false},         {"processes", read_processes, 0, false},
    {"registries", read_registries, 0, false},
};

const struct object_shape docker_shape = {"docker", "docker", docker_fields,
                                          sizeof docker_fields / sizeof docker_fields[0]};

static void read_docker(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    read_object(loader, value, path, &docker_shape, target);
}

/* ---- disks
 * ----------------------------------------------------------------------------------------------------------------------------------------
 */

static void read_kilobytes(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    double bytes = -1;

    read_bytes(loader, value, path, &bytes);
    if (bytes >= 0) {
        *(int64_t *)target = (int64_t)floor(bytes / 1024);
    }
}

static const struct field disk_fields[] = {
    {"device", read_text, offsetof(struct disk, device), false},
    {"mount", read_text, offsetof(struct disk, mount), true},
    {"size", read_kilobytes, offsetof(struct disk, size_kb), true},
    {"used", read_kilobytes, offsetof(struct disk, used_kb), false},
};

const struct object_shape disk_shape = {"a disk", "disk", disk_fields, sizeof disk_fields / sizeof disk_fields[0]};

static void read_disk(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct disk *disk = target;

    *disk = (struct disk){.device = "/dev/vda", .mount = "/"};
    read_object(loader, value, path, &disk_shape, disk);
}

static void read_disks(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct scenario_world *world = target;

    read_array(loader, value, path, read_disk, sizeof world->disks[0], (void **)&world->disks, &world->disk_count);
}

static void read_crontab(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct scenario_world *world = target;
    struct text_list list = {NULL, 0};

    read_text_list(loader, value, path, &list);
    world->crontab = list.texts;
    world->crontab_count = list.count;
}

/* ---- rows
 * -------------------------------------------------------------------------------------------------------------------------------------------------
 */

struct row_source {
    const char *collection;
    const struct value *document;
};

static const struct field row_fields[] = {
    {"collection", read_text, offsetof(struct row_source, collection), true},
    {"document", read_any, offsetof(struct row_source, document), true},
};

const struct object_shape row_shape = {"a row", "row", row_fields, sizeof row_fields / sizeof row_fields[0]};

/* What the database holds as dates (12.2), in a file as RFC 3339. */
static const struct value *with_dates(struct arena *arena, const struct value *document)
{
    static const char *const dates[] = {"broadcastedAt", "expireAt", "runningSince", "startCacheAt"};

    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        int64_t ms = value_to_instant(value_get(document, dates[i]), INT64_MIN);

        if (ms != INT64_MIN) {
            document = value_with(arena, document, dates[i], value_date(arena, ms));
        }
    }
    return document;
}

static void read_row(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct scenario_row *row = target;
    struct row_source source = {NULL, NULL};

    *row = (struct scenario_row){"", "", value_empty_object()};
    if (!read_object(loader, value, path, &row_shape, &source) || source.collection == NULL ||
        source.document == NULL) {
        return;
    }
    const char *dot = strchr(source.collection, '.');

    if (dot == NULL || dot == source.collection || dot[1] == '\0') {
        struct json_path member = {path, "collection", 0};

        mistake_at(loader, &member, false, "\"%.60s\" is no collection, expected \"DATABASE.COLLECTION\"",
                   source.collection);
        return;
    }
    if (!value_is(source.document, VALUE_OBJECT)) {
        struct json_path member = {path, "document", 0};

        mistake_at(loader, &member, false, "%s is %s, expected an object", json_path_text(loader->arena, &member),
                   kind_text(source.document));
        return;
    }
    row->db = arena_string_n(loader->arena, source.collection, (size_t)(dot - source.collection));
    row->collection = dot + 1;
    row->document = with_dates(loader->arena, source.document);
}

static void read_rows(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct scenario_world *world = target;

    read_array(loader, value, path, read_row, sizeof world->rows[0], (void **)&world->rows, &world->row_count);
}

/* ---- the world
 * ---------------------------------------------------------------------------------------------------------------------------------------------
 */

static const struct field world_fields[] = {
    {"node", read_node, 0, false},
    {"apps", read_apps, 0, false},
    {"docker", read_docker, 0, false},
    {"blockedRepositories", read_names, offsetof(struct scenario_world, blocked_repositories), false},
    {"vettedRepositories", read_names, offsetof(struct scenario_world, vetted_repositories), false},
    {"disks", read_disks, 0, false},
    {"crontab", read_crontab, 0, false},
    {"fdm", read_fdm, 0, false},
    {"fdmRegions", read_regions, 0, false},
    {"syncthing", read_syncthing, 0, false},
    {"peers", read_peers, 0, false},
    {"rows", read_rows, 0, false},
};

const struct object_shape world_shape = {"the world", "world", world_fields,
                                         sizeof world_fields / sizeof world_fields[0]};

void default_world(struct arena *arena, struct scenario_world *world)
{
    *world = (struct scenario_world){
        .ip = "198.51.100.7:16127",
        .status = "CUMULUS",
        .architecture = "amd64",
        .ssd_gb = 440,
        .collateral = 1000,
        .daemon_status = "CONFIRMED",
        .arcane = true,
        .api_port = API_PORT_DEFAULT,
        .flux_dir = "/flux",
        .uptime_ms = 86400000,
        .fdm_regions_up = {true, true, true},
        .syncthing_health = "OK",
        .in_sync_percent = 100,
        .app_folders = true,
        .peer_count = 2,
    };
    world->peers = arena_alloc(arena, 2 * sizeof *world->peers);
    world->peers[0] = (struct scenario_peer){.address = "203.0.113.1", .reachable = true};
    world->peers[1] = (struct scenario_peer){.address = "203.0.113.2", .reachable = true, .inbound = true};
}

void read_world(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct scenario_world *world = target;

    read_object(loader, value, path, &world_shape, world);
    const char *port = strchr(world->ip, ':');

    world->api_port = port == NULL ? API_PORT_DEFAULT : (int)strtol(port + 1, NULL, 10);
    for (uint32_t i = 0; i < world->fdm_count; i++) {
        if (world->fdm[i].primary != NULL) {
            resolve_primary(world, world->fdm[i].primary, &world->fdm[i].state, &world->fdm[i].primary);
        }
    }
}
