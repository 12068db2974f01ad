/* Watching a run of a sweep: the calls it makes, where its mishaps hit, what is reported, which oracles are broken and
 * where. For sim/search/sweep_trial.c. */
#ifndef DRYDOCK_SIM_SEARCH_SWEEP_WATCH_H
#define DRYDOCK_SIM_SEARCH_SWEEP_WATCH_H

#include "sim/search/sweep_trial.h"

/* A call that made something. */
struct maker {
    const char *object, *site;
};

/* The run in progress. */
struct watcher {
    struct trial *trial;
    const struct trial_request *request;
    struct runner *runner;
    struct arena *arena;
    struct kernel_observer inner; /* the runner's own */
    /* the transition in progress, as far as it has told */
    uint64_t step;
    enum moment moment;
    enum effect_id effect;
    struct maker *makers;
    uint32_t maker_count, maker_size;
};

/* Watches a run that has not moved yet; what is seen goes to the trial, its texts to `arena`. The watcher must stay
 * until the run is over. */
void watcher_begin(struct watcher *watcher, struct trial *trial, const struct trial_request *request,
                   struct runner *runner, struct arena *arena);
/* The run is over: what has been violated since it moved last. */
void watcher_end(struct watcher *watcher);

#endif
