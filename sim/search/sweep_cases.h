/* Which mishaps a sweep tries: every call of a run, in every way in which it can go wrong. */
#ifndef DRYDOCK_SIM_SEARCH_SWEEP_CASES_H
#define DRYDOCK_SIM_SEARCH_SWEEP_CASES_H

#include "sim/search/sweep_trial.h"

struct sweep_bounds {
    uint32_t faults; /* bits 1 << enum fault_kind */
    uint32_t ports;  /* bits 1 << enum effect_port */
    struct stays stays;
    bool strikes; /* process crash, engine restart and host reboot after each call that may write */
    bool all;     /* do not fold repetitions */
};

/* A mishap that is to be tried, and on whose call. */
struct sweep_case {
    struct mishap mishap; /* texts are the site's */
    uint32_t site;        /* index among the run's sites */
};

struct sweep_cases {
    struct sweep_case *cases; /* in order of calls; kinds in the order of their tables; once first, for ever last */
    uint32_t count, size;
    uint32_t folded; /* calls left out as repetitions */
};

/* The mishaps of the calls after transition `after_step` (0: all).
 *
 * Left out are: what a call suffers already; a fault on a call that one of `planned` (the mishaps of that run, NULL:
 * none) hits first; and, unless bounds->all, repetitions: of the calls that the same actor makes with the same effect,
 * object, request and answer (instants and large numbers aside), the first, the second and the last are tried. That is
 * a choice, not a proof: the state around two such calls may differ. */
struct sweep_cases sweep_cases(const struct trial *trial, const struct sweep_bounds *bounds, uint64_t after_step,
                               const struct plan *planned, struct arena *arena);

/* The mishap in words: "error-500 at docker containers.create fluxweb_shop, number 1 of install:shop". */
const char *mishap_text(struct arena *arena, const struct mishap *mishap);

#endif
