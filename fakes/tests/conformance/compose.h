/* The request that a step of a case describes. */
#ifndef DRYDOCK_FAKES_TESTS_CONFORMANCE_COMPOSE_H
#define DRYDOCK_FAKES_TESTS_CONFORMANCE_COMPOSE_H

#include "fakes/tests/conformance/target.h"
#include "fakes/tests/conformance/variables.h"

#include <cjson/cJSON.h>

/* Everything of it lies in the variables' arena. */
struct request *compose_request(struct variables *variables, const cJSON *step);

#endif
