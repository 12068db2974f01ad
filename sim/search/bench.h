/* A machine on a scenario, with the memory of its runs. */
#ifndef DRYDOCK_SIM_SEARCH_BENCH_H
#define DRYDOCK_SIM_SEARCH_BENCH_H

#include "sim/search/scenario_stage.h"

struct bench {
    struct memory memory;
    struct scenario_stage stage;
    struct stage view;
    struct machine *machine;
};

/* The address space for runs, to be lent to benches one after the other. Ends the program with status 3 when the system
 * refuses. */
void bench_memory_init(struct memory *memory);
/* options->plan may be NULL: the scenario's own. Without keep_events its runs have no trace hash. */
void bench_init(struct bench *bench, const struct scenario *scenario, const struct run_options *options,
                const struct memory *memory);
void bench_free(struct bench *bench);

#endif
