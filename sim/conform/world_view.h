/* The world of a run in the words of a recording's `world` lines, and the first difference between two such worlds. */
#ifndef DRYDOCK_SIM_CONFORM_WORLD_VIEW_H
#define DRYDOCK_SIM_CONFORM_WORLD_VIEW_H

#include "sim/kernel/kernel.h"

/* Containers, networks, images, rows, the node's shared state, mounts, files and crontab, in canonical form and sorted
 * where order means nothing. */
const struct value *world_view(struct arena *arena, struct kernel *kernel);
/* A recording's world in the same form: what is not compared is gone, members that the view lacks too. */
const struct value *world_recorded(struct arena *arena, const struct value *world);
/* Where the two differ first, as "path: recorded …, drydock …"; NULL when nowhere. */
const char *world_difference(struct arena *arena, const struct value *recorded, const struct value *own);

#endif
