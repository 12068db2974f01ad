/* Sites, as fingerprints name them: those of an exploration and of a sweep are the same words for the same place. */
#ifndef DRYDOCK_SIM_SEARCH_SITE_TEXT_H
#define DRYDOCK_SIM_SEARCH_SITE_TEXT_H

#include "sim/scenario/course.h"
#include "sim/scenario/scenario.h"

/* "install/docker containers.prune", "check/after db find", "stop-container" (its start, which has no effect): what an
 * actor of this kind did. In `arena`. */
const char *site_text(struct arena *arena, enum actor_kind actor, enum moment moment, enum effect_id effect);
/* Whether the effect makes what a state at rest is complained of: a container, a volume, a mount. */
bool effect_makes_object(enum effect_id effect);

#endif
