/* JSON as the case files have it: what fits on a line stands on one. */
#ifndef DRYDOCK_FAKES_TESTS_CONFORMANCE_PRETTY_H
#define DRYDOCK_FAKES_TESTS_CONFORMANCE_PRETTY_H

#include "core/arena.h"

#include <cjson/cJSON.h>

/* The text, without a newline at its end. */
const char *pretty_text(struct arena *arena, const cJSON *json);

/* On one line. */
const char *flat_text(struct arena *arena, const cJSON *json);

#endif
