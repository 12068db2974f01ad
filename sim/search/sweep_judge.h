/* The strict reading of a run with a mishap (sim/search/sweep.h). */
#ifndef DRYDOCK_SIM_SEARCH_SWEEP_JUDGE_H
#define DRYDOCK_SIM_SEARCH_SWEEP_JUDGE_H

#include "reports/sweep_report.h"
#include "sim/search/sweep_trial.h"

struct verdict_finding {
    const char *fingerprint; /* as sim/search/finding.h says; "silent | what differs | …" of a silent one */
    const char *why;
    uint64_t key; /* of the violation (struct trial_violation); 0: silent */
};

struct sweep_verdict {
    enum sweep_class class;
    struct verdict_finding *findings; /* each fingerprint once; only of a violating or silent run */
    uint32_t count, size;
};

/* Judges a run whose last `own` mishaps were tried, against the run without the last one. Texts go to `arena`. */
struct sweep_verdict sweep_judge(const struct trial *trial, const struct trial *baseline, uint32_t own,
                                 struct arena *arena);
/* Why the last mishap of a run never fired. */
const char *unfired_because(const struct trial *trial, struct arena *arena);

#endif
