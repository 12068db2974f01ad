/* Which failures a sweep lets the calls of core/ meet, by the line that issues them. */
#ifndef DRYDOCK_SIM_SEARCH_SWEEP_MET_H
#define DRYDOCK_SIM_SEARCH_SWEEP_MET_H

#include "sim/search/sweep.h"

/* The calls of a run, and what they suffer in it; the result's memory is `arena`. */
void sweep_note_calls(struct sweep *sweep, const struct trial *trial, struct arena *arena);
/* A call of that run has met a failure. */
void sweep_note_failure(struct sweep *sweep, const struct sweep_site *site, enum fault_kind fault, struct arena *arena);

#endif
