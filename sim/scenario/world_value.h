/* The world of a run in progress as a value: what a person stopped there is shown, and what a record begins with. */
#ifndef DRYDOCK_SIM_SCENARIO_WORLD_VALUE_H
#define DRYDOCK_SIM_SCENARIO_WORLD_VALUE_H

#include "sim/kernel/kernel.h"

/* An object of sections, each in the world's own order:
 *   containers [{name, state, network, disconnected}], networks [{name, subnet}], images [reference],
 *   rows {"db.collection": [the document's name, or null]}, locations [{name, ip}],
 *   volumes [{path, size_gb, formatted, data}], mounts [{folder, volume}], folders [{id, type, path}],
 *   crontab [line], flags [those that are set], caches {cell: [key]}.
 * Members without content are left out; flags and caches are those of a process that is up. In `arena`, and so are all
 * texts but names of flags and cells. */
const struct value *world_value(struct arena *arena, struct kernel *kernel);

#endif
