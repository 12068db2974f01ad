/* What a case file says of an answer: {"status", "headers", and one of "body", "lines", "frames", "text"}. */
#ifndef DRYDOCK_FAKES_TESTS_CONFORMANCE_EXPECTATION_H
#define DRYDOCK_FAKES_TESTS_CONFORMANCE_EXPECTATION_H

#include "fakes/tests/conformance/target.h"
#include "fakes/tests/conformance/variables.h"

#include <cjson/cJSON.h>

/* The normal form of an answer to a step. The caller deletes it. */
cJSON *expectation_of(struct variables *variables, const struct answer *answer, const cJSON *step);

/* Keeps what the step says to keep of an answer: {"name": "/path/to/member"}. Returns NULL, or why it could not. */
const char *keep_members(struct variables *variables, const struct answer *answer, const cJSON *step);

#endif
