#include "sim/search/median.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

static const double tail_max = 0.025; /* what may be left out at each end */

uint32_t median_interval_rank(uint32_t count, double *confidence)
{
    double probability = ldexp(1, -(int)count); /* that as many as `rank` are below the true median */
    double tail = 0;                            /* that fewer are */
    uint32_t rank = 0;

    assert(count <= MEDIAN_COUNT_MAX);
    while (tail + probability <= tail_max) {
        tail += probability;
        probability *= (double)(count - rank) / (rank + 1);
        rank++;
    }
    *confidence = rank == 0 ? 0 : 1 - 2 * tail;
    return rank;
}

static int compare_observations(const void *left_pointer, const void *right_pointer)
{
    const struct observation *left = left_pointer;
    const struct observation *right = right_pointer;

    if (left->beyond != right->beyond) {
        return left->beyond ? 1 : -1;
    }
    return (left->value > right->value) - (left->value < right->value);
}

struct median median_of(struct observation *observations, uint32_t count)
{
    struct median median = {.count = count};

    if (count == 0) {
        return median;
    }
    qsort(observations, count, sizeof *observations, compare_observations);
    uint32_t rank = median_interval_rank(count, &median.confidence);

    median.middle = observations[(count - 1) / 2];
    if (rank > 0) {
        median.low = observations[rank - 1];
        median.high = observations[count - rank];
    }
    return median;
}
