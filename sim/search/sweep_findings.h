/* Writing down what a sweep finds: each fingerprint once. For sim/search/sweep.c. Texts go to `arena`. */
#ifndef DRYDOCK_SIM_SEARCH_SWEEP_FINDINGS_H
#define DRYDOCK_SIM_SEARCH_SWEEP_FINDINGS_H

#include "sim/search/sweep.h"
#include "sim/search/sweep_judge.h"

/* Kinds of mishap, as bits. */
uint64_t mishap_bit(const struct mishap *mishap);

/* A finding as processes hand it on. */
struct counted_finding {
    uint64_t fingerprint; /* hash */
    uint64_t times;
    uint64_t kinds[SWEEP_MISHAPS_MAX]; /* of the first mishap, and of the second of a pair: bits */
};

/* Counts a finding on those of the same fingerprint. false when there is none yet. */
bool sweep_count_finding(struct sweep *sweep, const struct counted_finding *counted);
/* Adds a finding that is new from the run that gave it, whose last `own` mishaps were tried. */
void sweep_add_finding(struct sweep *sweep, const struct trial *trial, const struct sweep_verdict *verdict,
                       const struct counted_finding *counted, uint32_t own, struct arena *arena);
/* Adds a run whose last mishap never fired. */
void sweep_add_unfired(struct sweep *sweep, const struct trial *trial, uint32_t own, struct arena *arena);

#endif
