/* A search on a synthetic program, and what it has met. */
#ifndef DRYDOCK_SIM_TESTS_TRIAL_H
#define DRYDOCK_SIM_TESTS_TRIAL_H

#include "sim/search/hash_set.h"
#include "sim/search/programs.h"
#include "sim/search/search.h"

struct trial {
    struct memory memory;
    struct program_stage program;
    struct stage stage;
    struct machine *machine;
    struct search search;
    struct hash_set classes, outcomes, violating;
    uint32_t repeated;                    /* executions of a class that had been met */
    uint64_t in_order;                    /* a hash of all classes in the order in which they were met */
    uint32_t preemptions_max, delays_max; /* what brute force keeps within; UINT32_MAX: no bound */
};

void trial_begin(struct trial *trial, const struct program *program, bool fused);
void trial_end(struct trial *trial);
/* Tries every order, by going back to each state for each of its moves. */
void trial_by_brute_force(struct trial *trial);

/* Whether everything in one set is in the other. */
bool set_within(const struct hash_set *part, const struct hash_set *whole);

#endif
