/* Programs with one mistake each: what the bench has to find. */
#ifndef DRYDOCK_SIM_TESTS_OOM_BROKEN_H
#define DRYDOCK_SIM_TESTS_OOM_BROKEN_H

#include "sim/tests/oom/trial.h"

/* Tries each, and prints what it is taken for, or, when quiet, only how many there are. false: one is not found, or
 * taken for something else. So of a server that refuses what it is asked. */
bool broken_are_found(const struct oom_place *place, bool quiet);

#endif
