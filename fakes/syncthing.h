/* Syncthing: health and folder configuration. lifecycle.md 12.7, 10.3. */
#ifndef DRYDOCK_FAKES_SYNCTHING_H
#define DRYDOCK_FAKES_SYNCTHING_H

#include "core/effect.h"

struct world;

struct sync_folder {
    const char *id;
    const char *path;
    const char *type; /* "sendreceive", "receiveonly" */
};

struct syncthing {
    struct world *world;
    const char *health; /* "OK" */
    bool restart_required;
    double in_sync_percent;      /* of every folder */
    const struct value *devices; /* [{deviceID}] as last put */
    struct sync_folder *folders;
    uint32_t folder_count, folder_size;
};

void syncthing_init(struct syncthing *syncthing, struct world *world);
void syncthing_apply(struct syncthing *syncthing, struct effect *effect, struct arena *answers);
uint64_t syncthing_hash(const struct syncthing *syncthing); /* world_hash() */
void syncthing_add_folder(struct syncthing *syncthing, const char *id, const char *path, const char *type);
const struct sync_folder *syncthing_folder(const struct syncthing *syncthing, const char *id);

#endif
