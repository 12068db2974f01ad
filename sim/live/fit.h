/* A real Engine's answer held against the fake's to the same request. */
#ifndef DRYDOCK_SIM_LIVE_FIT_H
#define DRYDOCK_SIM_LIVE_FIT_H

#include "core/effect.h"

/* The real answer in the fake's form. The fake answers with what FluxOS reads, so only that is kept; what every Engine
 * has of its own (times, addresses that it chose, its storage) is the fake's; lists whose order means nothing have the
 * fake's order; where the fake answers null nothing is read. Equal to `fake` unless the Engines differ. Built in
 * `arena`, sharing parts of both. */
const struct value *live_fit(struct arena *arena, enum effect_id effect, const struct value *fake,
                             const struct value *real);

/* Where two answers first differ: "State.Status: the fake answers \"exited\", the Engine \"created\"". NULL: nowhere.
 */
const char *live_difference(struct arena *arena, const struct value *fake, const struct value *fitted);

#endif
