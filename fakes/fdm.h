/* The Flux domain managers, one per region: which node is primary for an app. lifecycle.md 5.3. Unreachable, empty and
 * unknown differ on the wire, and FluxOS treats them alike. */
#ifndef DRYDOCK_FAKES_FDM_H
#define DRYDOCK_FAKES_FDM_H

#include "core/effect.h"

struct world;

enum fdm_state { FDM_UNKNOWN /* 404 */, FDM_EMPTY, FDM_PRIMARY, FDM_UNREACHABLE };

struct fdm_entry {
    const char *app;
    enum fdm_state state;
    const char *primary; /* FDM_PRIMARY: its address */
};

struct fdm {
    struct world *world;
    bool region_up[3]; /* EU (fn), USA (usa), Asia (sg) */
    struct fdm_entry *entries;
    uint32_t entry_count, entry_size;
};

void fdm_init(struct fdm *fdm, struct world *world);
void fdm_apply(struct fdm *fdm, struct effect *effect, struct arena *answers);
uint64_t fdm_hash(const struct fdm *fdm); /* world_hash() */
/* Sets what all regions answer for an app. `primary` is used with FDM_PRIMARY only. */
void fdm_set(struct fdm *fdm, const char *app, enum fdm_state state, const char *primary);
enum fdm_state fdm_get(const struct fdm *fdm, const char *app, const char **primary);

#endif
