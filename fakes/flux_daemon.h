/* The flux daemon (fluxd): node status and the collateral transaction. lifecycle.md 12.1. */
#ifndef DRYDOCK_FAKES_FLUX_DAEMON_H
#define DRYDOCK_FAKES_FLUX_DAEMON_H

#include "core/effect.h"

struct world;

struct flux_daemon {
    struct world *world;
    const char *status; /* "CONFIRMED" */
    const char *txhash; /* 64 hex digits */
    double collateral;  /* 1000 … 100000: decides the tier */
    const char *ip;
    double height; /* of the chain at since_ms; a block every 30 s */
    int64_t since_ms;
    double behind; /* blocks that it lacks; 0: in sync */
};

void flux_daemon_init(struct flux_daemon *daemon, struct world *world);
void flux_daemon_apply(struct flux_daemon *daemon, struct effect *effect, struct arena *answers);
uint64_t flux_daemon_hash(const struct flux_daemon *daemon); /* world_hash() */

#endif
