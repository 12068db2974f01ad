/* What the fake Engine has, kept on a real one too: whatever happens to the fake beside FluxOS's effects is done to the
 * real one. */
#ifndef DRYDOCK_SIM_LIVE_MIRROR_H
#define DRYDOCK_SIM_LIVE_MIRROR_H

#include "fakes/docker_engine.h"
#include "sim/live/client.h"
#include "sim/live/ids.h"

/* Something of the fake's, as the real Engine has it too. */
struct mirrored_container {
    const char *id, *name;
    enum container_state state;
};

struct mirrored_name {
    const char *id, *name; /* of an image the id is NULL */
};

struct mirror {
    struct live_client *client;
    const char *run;
    struct live_ids ids;
    struct arena *arena; /* of the tables: one run */
    struct mirrored_container *containers;
    uint32_t container_count, container_size;
    struct mirrored_name *networks, *images;
    uint32_t network_count, network_size, image_count, image_size;
    /* Something that could not be done, in one line; the first stays. NULL: nothing. */
    const char *failure;
};

/* Asks for one thing that must go well (a status below 300, or 304). NULL, with the mirror's failure set, when it does
 * not. The answer lies in `scratch`. */
const struct live_answer *mirror_order(struct mirror *mirror, struct arena *scratch, const char *method,
                                       const char *target, const struct value *body);

/* Does to the real Engine what has happened to the fake since the last mirror_take(). Before the first one that is its
 * whole stage. */
void mirror_follow(struct mirror *mirror, struct docker_engine *engine, struct arena *scratch);
/* An effect was put to both: what the fake has now, the real Engine has. */
void mirror_take(struct mirror *mirror, const struct docker_engine *engine);

/* An image of this name, of the run's base container, unless there is one. */
void mirror_make_image(struct mirror *mirror, struct arena *scratch, const char *repotag);
/* Removes all containers, networks and images with the run's label, and the base container. */
void mirror_remove_all(struct mirror *mirror, struct arena *scratch);

#endif
