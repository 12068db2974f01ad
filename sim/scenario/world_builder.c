/* The world that a scenario describes. */
#include "sim/scenario/scenario.h"

#include "core/names.h"

#include <string.h>

enum { ANNOUNCED_BEFORE_MS = 60 * 1000, VALIDITY_MS = 125 * 60 * 1000 };

/* What building works with. */
struct builder {
    const struct scenario_world *source;
    struct world *world;
    struct arena *arena;
    const char *apps_folder;
    const char *volumes_folder;
};

/* ---- apps: rows
 * --------------------------------------------------------------------------------------------------------------------------------
 */

/* The record as FluxOS stores it: an enterprise app's compose and contacts are in the blob only. */
static const struct value *record_of(struct builder *builder, const struct scenario_app *app)
{
    struct arena *arena = builder->arena;

    if (!app->enterprise) {
        return app->spec;
    }
    const struct value *plain =
        OBJECT(arena, {"contacts", value_get(app->spec, "contacts")}, {"compose", value_get(app->spec, "compose")});
    const char *blob = bench_daemon_encrypt(&builder->world->bench, arena, value_json(arena, plain));
    const struct value *record = value_with(arena, app->spec, "compose", value_empty_array());

    record = value_with(arena, record, "contacts", value_empty_array());
    return value_with(arena, record, "enterprise", value_string(arena, blob));
}

static const struct value *registration_message(struct arena *arena, const struct value *record)
{
    return OBJECT(arena, {"type", value_string(arena, "fluxappregister")}, {"version", value_number(arena, 1)},
                  {"appSpecifications", record}, {"hash", value_get(record, "hash")},
                  {"height", value_get(record, "height")}, {"owner", value_get(record, "owner")});
}

static void insert(struct builder *builder, const char *db, const char *collection, const struct value *document)
{
    document_store_insert(&builder->world->store, db, collection, document);
}

static void add_location(struct builder *builder, const struct scenario_app *app, const char *ip,
                         int64_t running_since_ms)
{
    struct arena *arena = builder->arena;
    int64_t at_ms = builder->world->now_ms - ANNOUNCED_BEFORE_MS;

    insert(builder, "globalzelapps", "zelappslocation",
           OBJECT(arena, {"name", value_string(arena, app->name)}, {"ip", value_string(arena, ip)},
                  {"hash", value_get(app->spec, "hash")}, {"broadcastedAt", value_date(arena, at_ms)},
                  {"expireAt", value_date(arena, at_ms + VALIDITY_MS)}, {"osUptime", value_number(arena, 100000)},
                  {"staticIp", value_bool(false)}, {"runningSince", value_date(arena, running_since_ms)}));
}

static void announce(struct builder *builder, const struct scenario_app *app)
{
    struct peers *peers = &builder->world->peers;
    int64_t since_ms = builder->world->now_ms - app->running_since_ms;

    add_location(builder, app, builder->source->ip, since_ms);
    for (uint32_t i = 0; i < peers->peer_count; i++) {
        peer_store_location(peers, &peers->peers[i], app->name, value_get_text(app->spec, "hash"), builder->source->ip,
                            builder->world->now_ms - ANNOUNCED_BEFORE_MS, since_ms);
    }
}

/* ---- apps: containers and volumes
 * ------------------------------------------------------------------------------------------------------------- */

/* What of the create body decides later: mounts, restart policy, network. */
static const struct value *create_body(struct builder *builder, const struct scenario_app *app,
                                       const struct scenario_component *component, bool restarts)
{
    struct arena *arena = builder->arena;
    const struct value *mount =
        OBJECT(arena, {"Type", value_string(arena, "bind")},
               {"Source", value_format(arena, "%s%s/appdata", builder->apps_folder, component->app_id)},
               {"Target", value_string(arena, "/data")});
    const struct value *policy = OBJECT(arena, {"Name", value_string(arena, restarts ? "unless-stopped" : "no")});

    return OBJECT(arena, {"Image", value_string(arena, component->image)},
                  {"HostConfig", OBJECT(arena, {"Mounts", ARRAY(arena, mount)}, {"RestartPolicy", policy},
                                        {"NetworkMode", value_string(arena, app_network_name(arena, app->name))})});
}

static void add_component(struct builder *builder, const struct scenario_app *app,
                          const struct scenario_component *component, uint32_t index)
{
    struct world *world = builder->world;
    struct arena *arena = builder->arena;
    const char *folder = arena_printf(arena, "%s%s", builder->apps_folder, component->app_id);
    const char *volume = arena_printf(arena, "%s/%sFLUXFSVOL", builder->volumes_folder, component->app_id);
    const char *network = app_network_name(arena, app->name);

    docker_engine_add_image(&world->docker, component->image);
    if (component->volume != VOLUME_MISSING) {
        host_add_volume(&world->host, volume, folder, component->app_id, (int64_t)component->hdd_gb,
                        component->volume == VOLUME_MOUNTED, true, component->data);
    }
    if (component->synced && builder->source->app_folders) {
        syncthing_add_folder(&world->syncthing, component->app_id, folder, "sendreceive");
    }
    if (component->container_exists) {
        const struct docker_network *found = docker_engine_network(&world->docker, network);
        size_t prefix = found == NULL ? 0 : strlen(found->gateway) - 1;
        const char *address =
            found == NULL ? NULL : arena_printf(arena, "%.*s%u", (int)prefix, found->gateway, index + 2);

        docker_engine_add_container(&world->docker, component->app_id, component->image, network, address,
                                    component->container, create_body(builder, app, component, !component->g));
    }
}

static void add_app(struct builder *builder, const struct scenario_app *app)
{
    const struct value *record = record_of(builder, app);

    if (app->published) {
        insert(builder, "globalzelapps", "zelappsinformation", record);
        insert(builder, "globalzelapps", "zelappsmessages", registration_message(builder->arena, record));
    }
    if (app->announced) {
        announce(builder, app);
    }
    if (!app->installed) {
        return;
    }
    insert(builder, "localzelapps", "zelappsinformation", record);
    if (app->network) {
        docker_engine_add_network(&builder->world->docker, app_network_name(builder->arena, app->name), NULL);
    }
    for (uint32_t i = 0; i < app->component_count; i++) {
        add_component(builder, app, &app->components[i], i);
    }
}

/* ---- neighbours
 * -------------------------------------------------------------------------------------------------------------------------------------
 */

static void add_peers(struct builder *builder)
{
    struct world *world = builder->world;

    for (uint32_t i = 0; i < builder->source->peer_count; i++) {
        const struct scenario_peer *source = &builder->source->peers[i];
        struct peer *peer = peers_add(&world->peers, source->address, source->inbound);

        peer->reachable = source->reachable;
    }
}

static const struct scenario_app *find_app(const struct builder *builder, const char *name)
{
    for (uint32_t i = 0; i < builder->source->app_count; i++) {
        if (strcmp(builder->source->apps[i].name, name) == 0) {
            return &builder->source->apps[i];
        }
    }
    return NULL;
}

/* Apps that other nodes run: their rows here, and what they answer in listrunningapps. */
static void add_peers_apps(struct builder *builder)
{
    struct peers *peers = &builder->world->peers;

    for (uint32_t i = 0; i < builder->source->peer_count; i++) {
        const struct scenario_peer *source = &builder->source->peers[i];

        for (uint32_t j = 0; j < source->app_count; j++) {
            const struct scenario_app *app = find_app(builder, source->apps[j]);

            add_location(builder, app, source->address, builder->world->now_ms - app->running_since_ms);
            for (uint32_t k = 0; k < app->component_count; k++) {
                peer_add_running(peers, &peers->peers[i], app->components[k].app_id);
            }
        }
    }
}

static void set_node(struct builder *builder)
{
    const struct scenario_world *source = builder->source;
    struct world *world = builder->world;

    world->bench.ip = source->ip;
    world->bench.status = source->status;
    world->bench.architecture = source->architecture;
    world->bench.ssd = source->ssd_gb;
    world->daemon.status = source->daemon_status;
    world->daemon.behind = source->daemon_behind;
    world->daemon.collateral = source->collateral;
    world->daemon.ip = source->ip;
    world->host.firewall_active = source->firewall;
    world->host.iptables_present = source->iptables;
    world->syncthing.in_sync_percent = source->in_sync_percent;
    world->syncthing.health = source->syncthing_health;
}

static void add_neighbours(struct builder *builder)
{
    const struct scenario_world *source = builder->source;
    struct world *world = builder->world;

    memcpy(world->fdm.region_up, source->fdm_regions_up, sizeof world->fdm.region_up);
    for (uint32_t i = 0; i < source->fdm_count; i++) {
        fdm_set(&world->fdm, source->fdm[i].app, source->fdm[i].state, source->fdm[i].primary);
    }
    for (uint32_t i = 0; i < source->folder_count; i++) {
        syncthing_add_folder(&world->syncthing, source->folders[i].id, source->folders[i].path,
                             source->folders[i].type);
    }
    for (uint32_t i = 0; i < source->image_count; i++) {
        *image_registry_add(&world->registry, source->images[i].repotag) = source->images[i];
    }
    world->registry.blocked = source->blocked_repositories == NULL ? value_empty_array() : source->blocked_repositories;
    world->registry.vetted = source->vetted_repositories == NULL ? value_empty_array() : source->vetted_repositories;
    for (uint32_t i = 0; i < source->container_count; i++) {
        const struct scenario_container *container = &source->containers[i];

        docker_engine_add_image(&world->docker, container->image);
        docker_engine_add_container(&world->docker, container->name, container->image, container->network, NULL,
                                    container->state, NULL);
    }
}

static void add_disks(struct builder *builder)
{
    const struct scenario_world *source = builder->source;
    struct host *host = &builder->world->host;

    if (source->disk_count > 0) {
        host_clear_disks(host);
    }
    for (uint32_t i = 0; i < source->disk_count; i++) {
        host_add_disk(host, source->disks[i].device, source->disks[i].mount, source->disks[i].size_kb,
                      source->disks[i].used_kb);
    }
    for (uint32_t i = 0; i < source->crontab_count; i++) {
        host_add_crontab_line(host, source->crontab[i]);
    }
}

/* ---- the node's configuration
 * --------------------------------------------------------------------------------------------------------------------
 */

static const struct value *peer_addresses(struct builder *builder, bool inbound)
{
    const struct value *addresses = value_empty_array();

    for (uint32_t i = 0; i < builder->source->peer_count; i++) {
        if (builder->source->peers[i].inbound == inbound) {
            addresses = value_append(builder->arena, addresses,
                                     value_string(builder->arena, builder->source->peers[i].address));
        }
    }
    return addresses;
}

static void configure(struct builder *builder, const struct revision *revision, struct node_config *config)
{
    const struct scenario_world *source = builder->source;

    *config = (struct node_config){
        .revision = revision,
        .flux_dir = source->flux_dir,
        .apps_folder = builder->apps_folder,
        .api_port = source->api_port,
        .host_ip = source->ip,
        .host_id = arena_printf(builder->arena, "%s0", builder->world->daemon.txhash),
        .arcane = source->arcane,
        .upnp = source->upnp,
        .static_ip = source->static_ip,
        .os_uptime_s_at_start = (double)source->uptime_ms / 1000,
        .started_ms = builder->world->now_ms,
        .blocked_images = source->blocked_images,
        .always_restarted = source->always_restarted,
        .enterprise_owners = source->enterprise_owners,
        .outbound_peers = peer_addresses(builder, false),
        .inbound_peers = peer_addresses(builder, true),
    };
}

void scenario_build_world(const struct scenario *scenario, struct world *world, const struct revision *revision,
                          struct node_config *config)
{
    struct builder builder = {.source = &scenario->world, .world = world, .arena = world->memory};

    builder.apps_folder = arena_printf(world->memory, "%s/ZelApps/", scenario->world.flux_dir);
    builder.volumes_folder = arena_printf(world->memory, "%sappvolumes", scenario->world.flux_dir);
    set_node(&builder);
    add_disks(&builder);
    add_peers(&builder);
    for (uint32_t i = 0; i < scenario->world.app_count; i++) {
        add_app(&builder, &scenario->world.apps[i]);
    }
    add_peers_apps(&builder);
    add_neighbours(&builder);
    for (uint32_t i = 0; i < scenario->world.row_count; i++) {
        const struct scenario_row *row = &scenario->world.rows[i];

        document_store_insert(&world->store, row->db, row->collection, row->document);
    }
    configure(&builder, revision, config);
    world->change_count = 0;
}
