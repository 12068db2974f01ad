/* Runs one case on one target. README.md says what a step may have. */
#ifndef DRYDOCK_FAKES_TESTS_CONFORMANCE_STEPS_H
#define DRYDOCK_FAKES_TESTS_CONFORMANCE_STEPS_H

#include "fakes/tests/conformance/target.h"
#include "fakes/tests/conformance/variables.h"

#include <cjson/cJSON.h>

enum verdict { SAME, DIFFERS, SKIPPED };

struct outcome {
    enum verdict verdict;
    int step;         /* the one that differs, from 1 */
    const char *what; /* the first difference, or why it is skipped if the case says so; in the variables' arena */
};

/* Asks a target for what every case knows of it: its image, its own networks, where its data lies. NULL, or why it
 * cannot. */
const char *target_learn(struct target *target, struct variables *variables);

/* Runs the steps and compares their answers with what they expect, up to the first difference; with `record`, writes
 * the answers into the case instead. What the case left behind is removed, and is a difference too. */
struct outcome run_case(struct target *target, struct variables *variables, cJSON *test_case, bool record);

#endif
