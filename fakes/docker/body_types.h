/* The Go types of bodies that the Engine decodes as a whole (networks', volumes'): body_types.def. */
#ifndef DRYDOCK_FAKES_DOCKER_BODY_TYPES_H
#define DRYDOCK_FAKES_DOCKER_BODY_TYPES_H

#include "core/effect.h"

/* What Go's encoding/json says of the first member of an effect's body that has another type than the Engine's, in
 * `arena`; NULL: none has, or the body of this effect is read elsewhere. */
const char *docker_body_misfit(struct arena *arena, enum effect_id effect, const struct value *body);

#endif
