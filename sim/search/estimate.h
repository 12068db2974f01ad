/* How much of a tree has been searched depth first, told from the branches along the path under way.
 *
 * After Knuth, Estimating the efficiency of backtrack programs (Mathematics of Computation 29, 1975): a leaf below
 * nodes of b1, b2, … branches stands for b1·b2·… leaves. Depth first the leaves are no random ones, so each weighs
 * 1/(b1·b2·…), the share of the tree that it would be if siblings were alike (Kilby, Slaney, Thiébaux & Walsh,
 * Estimating search tree size, AAAI 2006). Races add branches to a node after it was entered: as many are expected as
 * finished nodes of its depth had. Siblings are not alike (sleep sets make later ones smaller): on LCAA and start race
 * the whole was between a sixth and three times the estimate, at any time. Estimators that learn how siblings differ
 * were off by orders of magnitude.
 */
#ifndef DRYDOCK_SIM_SEARCH_ESTIMATE_H
#define DRYDOCK_SIM_SEARCH_ESTIMATE_H

#include <stdint.h>

struct estimate {
    struct estimate_level *levels; /* by depth */
    uint32_t size;
};

void estimate_free(struct estimate *estimate);
/* A node is left for good that had so many branches. */
void estimate_finished(struct estimate *estimate, uint32_t depth, uint32_t branches);

/* The share of the tree, summed up from the root on. */
struct estimate_sum {
    double share, weight; /* of what was searched beside the path, of the subtree that the path goes on in */
};
#define ESTIMATE_SUM_START ((struct estimate_sum){0, 1})
/* The path goes on below a node with `finished` branches and `known` ones, the one under way included. */
void estimate_add(const struct estimate *estimate, struct estimate_sum *sum, uint32_t depth, uint32_t finished,
                  uint32_t known);

#endif
