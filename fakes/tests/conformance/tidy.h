/* A case leaves an Engine as it found it. */
#ifndef DRYDOCK_FAKES_TESTS_CONFORMANCE_TIDY_H
#define DRYDOCK_FAKES_TESTS_CONFORMANCE_TIDY_H

#include "fakes/tests/conformance/target.h"
#include "fakes/tests/conformance/variables.h"

#include <cjson/cJSON.h>

/* One request, and its answer's JSON (the caller deletes it; NULL: none). */
cJSON *ask(struct target *target, struct variables *variables, const char *line, struct answer *answer);

/* Removes all containers, networks, volumes and images but those that an empty Engine has. Returns NULL when there were
 * none, or what there was. */
const char *tidy(struct target *target, struct variables *variables);

#endif
