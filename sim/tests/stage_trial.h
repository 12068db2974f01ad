/* A search on a scenario given as text, and what its executions come to. */
#ifndef DRYDOCK_SIM_TESTS_STAGE_TRIAL_H
#define DRYDOCK_SIM_TESTS_STAGE_TRIAL_H

#include "sim/search/bench.h"
#include "sim/search/finding.h"
#include "sim/search/hash_set.h"
#include "sim/search/search.h"

/* Actors at any time on a small node. */
extern const char stage_install_stop[], stage_two_removals[], stage_remove_check[], stage_install_loop[];

struct stage_trial {
    struct memory memory;
    struct arena arena;
    struct scenario *scenario;
    struct run_options options;
    struct bench bench;
    struct search search;
    struct hash_set worlds;   /* in which executions ended, and when */
    struct hash_set findings; /* hashes of fingerprints */
    /* Held against another search that should have met everything that this one meets; NULL: none. */
    const struct stage_trial *whole;
    uint32_t worlds_missed, findings_missed; /* by the whole */
};

/* A stage that is called `test.json`, on 8.9.2 with the scenario's own mishaps. */
void stage_trial_begin(struct stage_trial *trial, const char *json);
void stage_trial_end(struct stage_trial *trial);
bool stage_trial_has(const struct stage_trial *trial, const char *fingerprint);

#endif
