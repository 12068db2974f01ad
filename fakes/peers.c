#include "fakes/peers.h"

#include "fakes/world.h"

#include <string.h>

/* lifecycle.md 4.6, 4.7 */
enum {
    RUNNING_VALIDITY_MS = 125 * 60 * 1000,
    REMOVED_VALIDITY_MS = 65 * 60 * 1000,
    ERROR_VALIDITY_MS = 60 * 60 * 1000,
};

void peers_init(struct peers *peers, struct world *world)
{
    *peers = (struct peers){.world = world};
}

struct peer *peers_add(struct peers *peers, const char *address, bool inbound)
{
    struct arena *memory = peers->world->memory;
    struct peer *peer = table_add(memory, (void **)&peers->peers, &peers->peer_count, &peers->peer_size, sizeof *peer);

    peer->address = arena_string(memory, address);
    peer->inbound = inbound;
    peer->reachable = true;
    return peer;
}

static bool same_address(const char *left, const char *right)
{
    size_t left_host = strcspn(left, ":");
    size_t right_host = strcspn(right, ":");

    if (left_host != right_host || strncmp(left, right, left_host) != 0) {
        return false;
    }
    return left[left_host] == '\0' || right[right_host] == '\0' || strcmp(left, right) == 0;
}

struct peer *peers_find(struct peers *peers, const char *address)
{
    for (uint32_t i = 0; address != NULL && i < peers->peer_count; i++) {
        if (same_address(peers->peers[i].address, address)) {
            return &peers->peers[i];
        }
    }
    return NULL;
}

void peer_add_running(struct peers *peers, struct peer *peer, const char *container)
{
    struct arena *memory = peers->world->memory;

    *(const char **)table_add(memory, (void **)&peer->running, &peer->running_count, &peer->running_size,
                              sizeof peer->running[0]) = arena_string(memory, container);
}

int64_t peers_expiry(const struct peers *peers, const char *app, const char *ip)
{
    int64_t latest_ms = 0;

    for (uint32_t i = 0; i < peers->peer_count; i++) {
        const struct peer *peer = &peers->peers[i];

        for (uint32_t j = 0; j < peer->location_count; j++) {
            const struct peer_location *location = &peer->locations[j];

            if (location->expire_ms > latest_ms && strcmp(location->app, app) == 0 && strcmp(location->ip, ip) == 0) {
                latest_ms = location->expire_ms;
            }
        }
    }
    return latest_ms;
}

/* ---- what a receiver does with a message
 * ------------------------------------------------------------------------------------ */

static struct peer_location *find_location(struct peer *peer, const char *app, const char *ip)
{
    for (uint32_t i = 0; i < peer->location_count; i++) {
        if (strcmp(peer->locations[i].app, app) == 0 && strcmp(peer->locations[i].ip, ip) == 0) {
            return &peer->locations[i];
        }
    }
    return NULL;
}

void peer_store_location(struct peers *peers, struct peer *peer, const char *app, const char *hash, const char *ip,
                         int64_t at_ms, int64_t running_since_ms)
{
    struct arena *memory = peers->world->memory;
    struct peer_location *location = find_location(peer, app, ip);

    if (location == NULL) {
        location = world_add(peers->world, (void **)&peer->locations, &peer->location_count, &peer->location_size,
                             sizeof *location);
        location->app = arena_string(memory, app);
        location->ip = arena_string(memory, ip);
        location->broadcasted_ms = -1;
        location->running_since_ms = -1;
    }
    if (location->broadcasted_ms >= at_ms) {
        return;
    }
    world_writes(peers->world, location, sizeof *location);
    if (hash != NULL && (location->hash == NULL || strcmp(location->hash, hash) != 0)) {
        location->hash = arena_string(memory, hash);
    }
    location->broadcasted_ms = at_ms;
    location->expire_ms = at_ms + RUNNING_VALIDITY_MS;
    location->running_since_ms = running_since_ms >= 0 ? running_since_ms : location->running_since_ms;
}

static void forget_all_of(const struct peers *peers, struct peer *peer, const char *ip)
{
    for (uint32_t i = 0; i < peer->location_count;) {
        if (strcmp(peer->locations[i].ip, ip) == 0) {
            world_remove(peers->world, peer->locations, &peer->location_count, sizeof peer->locations[0], i);
        } else {
            i++;
        }
    }
}

static void receive_running(struct peers *peers, struct peer *peer, const struct value *message)
{
    const char *ip = value_get_text(message, "ip");
    int64_t at_ms = value_get_whole(message, "broadcastedAt", 0);
    const struct value *apps = value_get(message, "apps");

    if (ip == NULL || at_ms + RUNNING_VALIDITY_MS < peers->world->now_ms) {
        return;
    }
    if (apps != NULL && value_count(apps) == 0) {
        forget_all_of(peers, peer, ip);
        return;
    }
    for (uint32_t i = 0; i < (apps == NULL ? 1 : value_count(apps)); i++) {
        const struct value *app = apps == NULL ? message : value_at(apps, i);
        const char *name = value_get_text(app, "name");

        if (name != NULL) {
            peer_store_location(peers, peer, name, value_get_text(app, "hash"), ip, at_ms,
                                value_to_instant(value_get(app, "runningSince"), -1));
        }
    }
}

static void receive_removed(struct peers *peers, struct peer *peer, const struct value *message)
{
    const char *app = value_get_text(message, "appName");
    const char *ip = value_get_text(message, "ip");
    int64_t at_ms = value_get_whole(message, "broadcastedAt", 0);

    if (app == NULL || ip == NULL || at_ms + REMOVED_VALIDITY_MS < peers->world->now_ms) {
        return;
    }
    const struct peer_location *location = find_location(peer, app, ip);

    peer->removed_messages++;
    if (location != NULL) {
        world_remove(peers->world, peer->locations, &peer->location_count, sizeof peer->locations[0],
                     (uint32_t)(location - peer->locations));
    }
}

static void receive(struct peers *peers, struct peer *peer, const struct value *message)
{
    const struct value *type = value_get(message, "type");
    int64_t at_ms = value_get_whole(message, "broadcastedAt", 0);

    if (value_is_text(type, "fluxapprunning")) {
        receive_running(peers, peer, message);
    } else if (value_is_text(type, "fluxappremoved")) {
        receive_removed(peers, peer, message);
    } else if (value_is_text(type, "fluxappinstallingerror") && at_ms + ERROR_VALIDITY_MS >= peers->world->now_ms) {
        peer->error_messages++;
    }
    world_note_change(peers->world, (struct change){.kind = CHANGE_MESSAGE_DELIVERED, .object = peer->address});
}

static const struct value *running_list(const struct peer *peer, struct arena *arena)
{
    const struct value *list = value_empty_array();

    for (uint32_t i = 0; i < peer->running_count; i++) {
        const struct value *names = ARRAY(arena, value_format(arena, "/%s", peer->running[i]));

        list = value_append(arena, list, OBJECT(arena, {"Names", names}));
    }
    return OBJECT(arena, {"status", value_string(arena, "success")}, {"data", list});
}

/* A peer goes by its host: whether a port tells two apart depends on who asks. */
static void touch_peer(const struct peers *peers, const char *address, enum touch_mode mode)
{
    if (peers->world->watch.touched != NULL && address != NULL) {
        touch_object(&peers->world->watch, OBJECTS_PEER_STORES, TOUCH_ONE_SET,
                     hash_bytes(address, strcspn(address, ":")) | 1, mode);
    }
}

void peers_apply(struct peers *peers, struct effect *effect, struct arena *answers)
{
    const char *address = value_get_text(effect->args, "peer");
    struct peer *peer = peers_find(peers, address);

    touch_peer(peers, address, TOUCH_READ);
    if (peer == NULL || !peer->reachable) {
        effect_fail(effect, answers, 0, effect->id == EFFECT_PEERS_SEND ? "ECONNRESET" : "ECONNREFUSED",
                    "connect ECONNREFUSED %s", address == NULL ? "" : address);
    } else if (effect->id == EFFECT_PEERS_SEND) {
        touch_peer(peers, address, TOUCH_WRITE);
        receive(peers, peer, value_get(effect->args, "data"));
        effect->result = value_null();
    } else if (effect->id == EFFECT_PEERS_DEVICEID) {
        effect->result = OBJECT(answers, {"status", value_string(answers, "success")},
                                {"data", value_format(answers, "DEVICE-%s", peer->address)});
    } else {
        effect->result = running_list(peer, answers);
    }
}

static uint64_t hash_of_peer(const struct peer *peer)
{
    uint64_t hash = hash_combine(hash_text(peer->address), (uint64_t)peer->reachable << 1 | (uint64_t)peer->inbound);

    for (uint32_t i = 0; i < peer->running_count; i++) {
        hash = hash_combine(hash, hash_text(peer->running[i]));
    }
    hash = hash_combine(hash, (uint64_t)peer->removed_messages << 32 | peer->error_messages);
    for (uint32_t i = 0; i < peer->location_count; i++) { /* in no order */
        const struct peer_location *location = &peer->locations[i];
        uint64_t where = hash_combine(hash_text(location->app), hash_text(location->ip));
        uint64_t when = hash_combine((uint64_t)location->broadcasted_ms, (uint64_t)location->running_since_ms);

        hash += hash_combine(hash_combine(where, hash_of_text(location->hash)), when);
    }
    return hash;
}

uint64_t peers_hash(const struct peers *peers)
{
    uint64_t hash = peers->peer_count;

    for (uint32_t i = 0; i < peers->peer_count; i++) {
        hash = hash_combine(hash, hash_of_peer(&peers->peers[i]));
    }
    return hash;
}
