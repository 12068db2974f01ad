/* JSON for people: what fits stands on one line. */
#ifndef DRYDOCK_SIM_SCENARIO_PRETTY_JSON_H
#define DRYDOCK_SIM_SCENARIO_PRETTY_JSON_H

#include "core/value.h"

/* The text, without a newline at its end. */
const char *pretty_json(struct arena *arena, const struct value *value);

#endif
