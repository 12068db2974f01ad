/* The plans that have been made: a plan is a set, so the order of its mishaps does not matter, nor what their calls are
 * about. */
#ifndef DRYDOCK_SIM_SEARCH_PLAN_SET_H
#define DRYDOCK_SIM_SEARCH_PLAN_SET_H

#include "sim/scenario/plan.h"

/* Zero it at the start; what it holds lies in the arena that it is given. */
struct plan_set {
    uint64_t *keys; /* open addressing; 0: free */
    uint32_t count, size;
};

/* Adds a plan. false: it was there. */
bool plan_set_add(struct plan_set *set, const struct plan *plan, struct arena *arena);

#endif
