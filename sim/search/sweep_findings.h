/* Writing down what a sweep finds: each fingerprint once. For sim/search/sweep.c. Texts go to `arena`. */
#ifndef DRYDOCK_SIM_SEARCH_SWEEP_FINDINGS_H
#define DRYDOCK_SIM_SEARCH_SWEEP_FINDINGS_H

#include "sim/search/sweep.h"
#include "sim/search/sweep_judge.h"

/* Counts a finding, by the hash of its fingerprint, on those of the same. false when there is none yet. */
bool sweep_count_finding(struct sweep *sweep, uint64_t fingerprint, uint64_t times);
/* Adds a finding that is new from the run that gave it, whose last `own` mishaps were tried. */
void sweep_add_finding(struct sweep *sweep, const struct trial *trial, const struct sweep_verdict *verdict,
                       uint64_t fingerprint, uint32_t own, uint64_t times, struct arena *arena);
/* Adds a run whose last mishap never fired. */
void sweep_add_unfired(struct sweep *sweep, const struct trial *trial, uint32_t own, struct arena *arena);

#endif
