/* What all strategies share: what bounds a search, what it counts, and how it tells of each execution. */
#ifndef DRYDOCK_SIM_SEARCH_SEARCH_H
#define DRYDOCK_SIM_SEARCH_SEARCH_H

#include "sim/search/machine.h"

struct search_counts {
    uint64_t executions;  /* runs to their end, each of another class (dpor) */
    uint64_t violating;   /* of these */
    uint64_t merged;      /* runs that came to a resting state where one had been before, and ended there */
    uint64_t blocked;     /* wasted: begun and found to repeat others */
    uint64_t transitions; /* performed, those on the way back to a branch included */
    uint32_t depth_max;
};

/* Told of each execution when it is over, before anything is undone: machine->path is how it went. */
struct search_watch {
    void *context;
    /* Whether to go on. */
    bool (*execution)(void *context, struct machine *machine, bool violates, uint64_t class_hash);
};

struct search {
    struct machine *machine;
    struct search_watch watch; /* execution may be NULL */
    struct search_counts counts;
    bool complete; /* nothing is left within the bounds */
};

/* Optimal dynamic partial-order reduction: one execution per class of the stage. */
void search_dpor(struct search *search);

#endif
