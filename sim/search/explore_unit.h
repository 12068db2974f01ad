/* One plan of an exploration: its search, and what it found as a text that goes from process to process (JSON). */
#ifndef DRYDOCK_SIM_SEARCH_EXPLORE_UNIT_H
#define DRYDOCK_SIM_SEARCH_EXPLORE_UNIT_H

#include "sim/search/explore.h"

/* A call where the next mishap can be. */
struct unit_site {
    const char *task;
    enum effect_id effect;
    uint32_t nth;
    const char *object;
    bool writes;
};

struct unit_result {
    bool complete;
    uint64_t executions, classes, transitions, blocked, merged, violating;
    double share;    /* of this plan's search */
    uint32_t spared; /* see struct run_options */
    uint32_t depth_max;
    struct unit_site *sites;
    uint32_t site_count;
    struct found *found; /* `times` and `first` count this plan's executions */
    uint32_t found_count;
};

/* Fingerprints that need no further telling, with a mishap more. */
struct fingerprints {
    const char **texts;
    uint32_t count, size;
};
bool fingerprints_have(const struct fingerprints *known, const char *text);

/* Searches one plan. The text is made in `arena`. */
const char *explore_unit(const struct scenario *scenario, const struct explore_options *options,
                         const struct plan *plan, const struct fingerprints *known, struct arena *arena);
/* Reads such a text; everything is made in `arena`. */
void unit_result_read(const char *text, struct arena *arena, struct unit_result *result);

#endif
