/* Other nodes: they receive broadcasts and store them by lifecycle.md 4.6, 4.7 with validity and expiry, and answer
 * listrunningapps. A peer's store is what the network believes of this node.
 */
#ifndef DRYDOCK_FAKES_PEERS_H
#define DRYDOCK_FAKES_PEERS_H

#include "core/effect.h"

struct world;

struct peer_location {
    const char *app;
    const char *ip;
    const char *hash;
    int64_t broadcasted_ms;
    int64_t expire_ms;        /* broadcasted_ms + 125 min */
    int64_t running_since_ms; /* −1: none */
};

struct peer {
    const char *address; /* "203.0.113.1"; may carry ":port" */
    bool reachable;
    bool inbound;         /* it connected to us; else we to it */
    const char **running; /* container names, without slash, that it answers in listrunningapps */
    uint32_t running_count, running_size;
    struct peer_location *locations;
    uint32_t location_count, location_size;
    uint32_t removed_messages; /* fluxappremoved accepted */
    uint32_t error_messages;   /* fluxappinstallingerror accepted */
};

struct peers {
    struct world *world;
    struct peer *peers;
    uint32_t peer_count, peer_size;
};

void peers_init(struct peers *peers, struct world *world);
void peers_apply(struct peers *peers, struct effect *effect, struct arena *answers);
uint64_t peers_hash(const struct peers *peers); /* world_hash() */
struct peer *peers_add(struct peers *peers, const char *address, bool inbound);
/* By address; the port is ignored when either side has none. */
struct peer *peers_find(struct peers *peers, const char *address);
void peer_add_running(struct peers *peers, struct peer *peer, const char *container);
/* Stores a location as a receiver of a running message does; an older message changes nothing. running_since_ms < 0:
 * unknown. */
void peer_store_location(struct peers *peers, struct peer *peer, const char *app, const char *hash, const char *ip,
                         int64_t at_ms, int64_t running_since_ms);
/* The latest expiry (ms) any peer holds for {app, ip}; 0 when none does. Rows past their expiry count too: the caller
 * compares with the time. */
int64_t peers_expiry(const struct peers *peers, const char *app, const char *ip);

#endif
