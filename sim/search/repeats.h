/* Executions of a sampling search that were drawn before. A run is a function of its choices: one whose choices are
 * those of an earlier one ends as that one did, and need not be run to know it. What is kept is the tree of the choices
 * that were made by lot, up to a size; beyond it nothing new is kept. */
#ifndef DRYDOCK_SIM_SEARCH_REPEATS_H
#define DRYDOCK_SIM_SEARCH_REPEATS_H

#include "sim/kernel/prng.h"

#include <stdbool.h>

/* How an execution ended. */
struct repeat_end {
    uint64_t class_hash;
    uint64_t execution; /* its number, from 1 */
    uint32_t transitions, depth;
    bool violates;
};

struct repeats {
    uint32_t links_max; /* 0: nothing is kept */
    uint32_t *links;    /* from the first, each choice's branches side by side: node + 1, or 0 where nobody has been */
    uint32_t link_count, link_size;
    struct repeat_node *nodes;
    uint32_t node_count, node_size;
    struct repeat_end *ends;
    uint32_t end_count, end_size;
    uint32_t here; /* the link that leads on from where the execution under way stands; 0: it is not followed */
};

void repeats_init(struct repeats *repeats, uint32_t links_max);
void repeats_free(struct repeats *repeats);

/* The end of the execution that these numbers make, when it was met before; else NULL. */
const struct repeat_end *repeats_find(const struct repeats *repeats, struct prng prng);
/* An execution begins, takes one of `bound` ways by lot, ends. */
void repeats_begin(struct repeats *repeats);
void repeats_choose(struct repeats *repeats, uint32_t bound, uint32_t choice);
void repeats_end(struct repeats *repeats, struct repeat_end end);

#endif
