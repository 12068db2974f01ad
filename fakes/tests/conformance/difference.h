/* The first place where two JSON trees differ. */
#ifndef DRYDOCK_FAKES_TESTS_CONFORMANCE_DIFFERENCE_H
#define DRYDOCK_FAKES_TESTS_CONFORMANCE_DIFFERENCE_H

#include "core/arena.h"

#include <cjson/cJSON.h>

/* "path: expected …, got …", or NULL when the trees are equal. The order of an object's members does not matter. */
const char *first_difference(struct arena *arena, const cJSON *expected, const cJSON *got);

#endif
