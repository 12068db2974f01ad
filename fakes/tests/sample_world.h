/* A small world with something of everything, and effects to try on it: for the tests of touches and hashes. */
#ifndef DRYDOCK_FAKES_TESTS_SAMPLE_WORLD_H
#define DRYDOCK_FAKES_TESTS_SAMPLE_WORLD_H

#include "fakes/world.h"

struct sample_effect {
    enum effect_id id;
    const char *args; /* JSON text; %s: the id of the container or network `id_of` */
    const char *object;
    const char *operand;
    double amount;
    const char *id_of;
    /* Its touches in the sample world: words mode:class:member, mode r, w or a (read, write, add); member a name, `*`
     * for every one, `#` for the order, `$` for the free space, `-` for nameless rows, `?` for any thing. NULL: not
     * told. */
    const char *touches;
};

extern const struct sample_effect sample_effects[];
extern const unsigned sample_effect_count;

/* Two apps' containers, networks, images, volumes (/v/a mounted on /data/a and empty; /v/b with data, not mounted),
 * rows, folders, two peers. A minute passes after building. */
void sample_world_build(struct world *world, struct arena *memory);
/* Applies an effect; returns a hash of its answer or error. */
uint64_t sample_effect_apply(struct world *world, const struct sample_effect *sample);

#endif
