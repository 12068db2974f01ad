/* A repro: a finding as a scenario file that stands alone, small enough to be read. `drydock replay` plays it, `drydock
 * run` too. */
#ifndef DRYDOCK_SIM_SEARCH_REPRO_H
#define DRYDOCK_SIM_SEARCH_REPRO_H

#include "sim/kernel/memory.h"
#include "sim/scenario/scenario.h"

/* All texts are borrowed. */
struct repro {
    const struct value *tree;        /* the scenario's file; schedule, strategy, expectations are left out */
    const char *name;                /* of the repro: a slug of the fingerprint */
    const char *scenario;            /* that was searched, by its name; NULL: nothing is said */
    const char *file;                /* where it is going to be, for the command that replays it */
    const struct revision *revision; /* that it was found on */
    uint32_t without;                /* switches taken out */
    uint64_t seed;                   /* the run's */
    const struct plan *plan;         /* NULL: no mishaps */
    const struct turn *turns;
    uint32_t turn_count;
    const char *fingerprint, *oracle; /* the finding's (finding.h) */
    const char *why, *message;
};

/* A mishap as it stands in a scenario file. */
const struct value *repro_mishap(struct arena *arena, const struct mishap *mishap);

/* The text of the file, with a newline at its end, in `arena`. The run is played (its memory is run_memory, which is
 * reset) for the violations, the trace and the steps. NULL, with *mistake, when that text is no scenario or its run
 * does not break the oracle. */
const char *repro_text(struct arena *arena, const struct repro *repro, struct memory *run_memory,
                       struct scenario_mistake *mistake);

/* The text of a repro (`text`, its file) with trace and steps of the run that it makes now. NULL, with *mistake, when
 * it is none or its run no longer breaks its oracle in the same way. */
const char *repro_updated(struct arena *arena, const char *file, const char *text, struct memory *run_memory,
                          struct scenario_mistake *mistake);

#endif
