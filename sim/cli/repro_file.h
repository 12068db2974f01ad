/* What the verbs that play repros ask of a scenario before they do. */
#ifndef DRYDOCK_SIM_CLI_REPRO_FILE_H
#define DRYDOCK_SIM_CLI_REPRO_FILE_H

#include "sim/scenario/scenario.h"
#include "sim/search/repro_steps.h"

/* Whether the scenario is a repro: it has a course, and the steps that were found, read into *steps, can be read. false
 * after one line on standard error, `file:line:column: what, what was expected`. repro_steps_free() frees the steps
 * either way. */
bool read_repro(struct arena *arena, const struct scenario *scenario, struct repro_steps *steps);

#endif
